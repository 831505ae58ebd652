package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/test/foreign"
)

// A company with an operator of its own, and another that has none.
const (
	ownCompany   = "УК «Северный берег»"
	otherCompany = "УК «Заречье»"
	otherLine    = "+73430000102"
	ownOperator  = "Власова О. Н."
	ourOperator  = "Миронова О. Л."
	ownLogin     = "vlasova"
	ownPassword  = "зелёный-трамвай-26"
	overflow     = 10 * time.Second
)

// What the desk says of whose the call is.
const (
	keptMark = `text=Часы компании: этот звонок ждёт только её собственных диспетчеров.`
	overMark = `text=В свои часы компания не ответила: ` + ownCompany + `. Звонок общий.`
)

// ownTown is a town whose first company answers in its hours by its own operator in a browser.
type ownTown struct {
	*town
	own   *page  // the company's operator
	ours  *page  // the dispatch centre's
	today string // in the company's zone
}

// newOwnTown: the company's hours are the whole day, whatever day the test runs on.
func newOwnTown(t *testing.T) *ownTown {
	t.Helper()
	p := newPlace()
	o := &ownTown{town: &town{
		resident: foreign.StartBaresip(t, foreign.Account{IP: p.ip(atResident), User: seed.ResidentPhone(1), Answer: "manual", Voice: residentHz}),
		caller:   foreign.StartBaresip(t, foreign.Account{IP: p.ip(atCaller), User: seed.ResidentPhone(20), Answer: "manual", Voice: residentHz}),
	}}
	lines := strings.TrimPrefix(line, "+") + "|" + strings.TrimPrefix(otherLine, "+")
	o.kamailio = startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, "("+lines+")", nil)
	o.house = planHouse(t, p, trunkArgs(o.kamailio.addr, nowhere(t, p.ip(atY)))...)
	o.begin()
	o.trunkUp("operator", "Транк X")
	o.itsDay()
	hours := map[string]any{"answers": "operators", "overflow_sec": int(overflow.Seconds()), "phones": []string{}, "from": "00:00", "to": "23:59"}
	o.login("platform").do(http.MethodPut, fmt.Sprintf("/companies/%d/window", o.login("operator").company(ownCompany)), hours, nil)
	o.dayIs("workday")
	return o
}

// itsDay fixes the company's day. Its hours lack the last minute: who comes close to midnight
// waits for the next day.
func (o *ownTown) itsDay() {
	o.t.Helper()
	var me struct{ Company struct{ Zone string } }
	o.login("admin").do(http.MethodGet, "/me", nil, &me)
	zone, err := time.LoadLocation(me.Company.Zone)
	require.NoError(o.t, err)
	now := time.Now().In(zone)
	next := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
	if next.Sub(now) < 3*time.Minute {
		eventually(o.t, 4*time.Minute, "the company's day begins", func() bool { return time.Now().After(next) })
	}
	o.today = time.Now().In(zone).Format(time.DateOnly)
}

// dayIs writes the day over the production calendar.
func (o *ownTown) dayIs(kind string) {
	o.t.Helper()
	o.login("admin").do(http.MethodPut, "/calendar/day", map[string]any{"day": o.today, "kind": kind}, nil)
}

// invited is the company's own operator at the desk in a browser: he has taken up the invitation
// of its administrator.
func (o *ownTown) invited(c *chromium) *page {
	o.t.Helper()
	var in struct{ Link string }
	o.login("admin").do(http.MethodPost, "/invitations", map[string]any{"name": ownOperator, "role": "dispatcher"}, &in)
	p := c.open("own", "microphone")
	p.goTo(in.Link)
	p.fill(loginField, ownLogin)
	p.fill(`input[type="password"]`, ownPassword)
	p.click(button("Войти"))
	p.gone(`input[type="password"]`)
	p.goTo("/desk")
	p.rawSound()
	return p
}

// takes answers what rings; both hear each other.
func (o *ownTown) takes(p *page, who *foreign.Baresip) {
	o.t.Helper()
	had := len(who.Heard())
	p.press("F2")
	p.sees(inState("talking"))
	eventually(o.t, patience, "they hear each other", func() bool { return p.hears(residentHz) && who.HearsAfter(had, operatorHz) })
}

// ownCall is a row of the record of calls with whose it was.
type ownCall struct {
	Key        string
	Operator   *struct{ Name string }
	TicketID   *int64     `json:"ticket_id"`
	QueuedAt   time.Time  `json:"queued_at"`
	OverflowAt *time.Time `json:"overflow_at"`
	EndedAt    *time.Time `json:"ended_at"`
}

// rowOf is the company's row of a call that has ended.
func (o *ownTown) rowOf(key string) (out ownCall) {
	o.t.Helper()
	admin := o.login("admin")
	eventually(o.t, patience, "the call is in the company's record", func() bool {
		var all struct{ Items []ownCall }
		admin.do(http.MethodGet, "/calls", nil, &all)
		for _, c := range all.Items {
			if c.Key == key {
				out = c
			}
		}
		return out.EndedAt != nil && out.Operator != nil
	})
	return out
}

// TestACompanysOwnOperatorInTheBrowser: in the company's hours its own operator has its callers,
// and nobody else's; whom he does not answer, or is not there for, the centre's operator has,
// and sees that he came over. On the company's day off the caller is ours from the beginning.
func TestACompanysOwnOperatorInTheBrowser(t *testing.T) { // C8, F22, F23
	o := newOwnTown(t)
	c := startChromium(t, o.house, operatorHz)
	o.ours = c.open("operator", "microphone")
	o.ours.signIn("/desk", "operator")
	o.ours.rawSound()
	o.anothersCallerIsNotHis(c)
	number := o.heAnswers()
	o.heDoesNotAnswer()
	o.heIsNotThere()
	o.onItsDayOff()
	o.whatIsKept(c, number)
}

// anothersCallerIsNotHis: he waits, the company's operator is free and knows nothing of him; as
// soon as one of ours is, he has him.
func (o *ownTown) anothersCallerIsNotHis(c *chromium) {
	o.t.Helper()
	o.caller.Dial(fmt.Sprintf("sip:%s@%s", otherLine, o.kamailio.addr))
	o.ours.within(30*time.Second, waits(1))
	o.own = o.invited(c)
	o.own.ready()
	o.own.sees(waits(0))
	o.own.sees(`.s-ops:has-text("готовы 1")`)
	require.Regexp(o.t, `\D1\s*готовы 1`, o.own.text(`.s-ops`), "himself")
	require.Contains(o.t, o.own.text(`.slot.company`), ownCompany)
	require.Zero(o.t, o.own.count(`button.slot.company`), "there is no other to choose")
	o.ours.filed() // who waits rings at once
	o.ours.rings()
	o.ours.sees(`.company-name:text-is("` + otherCompany + `")`)
	o.unmarked(o.ours)
	o.takes(o.ours, o.caller)
	o.own.sees(inState("none"))
	o.wrongNumber(o.ours)
}

// waits is the figure of those who wait, as the strip shows it.
func waits(n int) string { return fmt.Sprintf(`.s-wait .v:text-is("%d")`, n) }

// unmarked: nothing is said of the company's hours.
func (o *ownTown) unmarked(p *page) {
	o.t.Helper()
	p.sees(id("greeting"))
	require.Zero(o.t, p.count(keptMark)+p.count(overMark))
}

// heAnswers: one of ours is free and left in peace. It returns the number of his request.
func (o *ownTown) heAnswers() string {
	o.t.Helper()
	o.call()
	o.own.rings()
	o.own.sees(keptMark)
	o.ours.sees(inState("none"))
	o.takes(o.own, o.resident)
	key := o.own.callKey()
	o.own.press("Enter") // the address that is known by the number
	o.own.cursorIn(`[data-section="reason"]`)
	o.own.write("гул")
	o.own.sees(`[role="option"]`)
	o.own.press("Enter")
	o.own.sees(`.reason-chosen`)
	o.own.answerAll("По ночам")
	o.own.press("Control+Enter")
	o.own.sees(id("say"))
	number := regexp.MustCompile(`\D`).ReplaceAllString(numberOf.FindStringSubmatch(o.own.text("h1"))[1], "")
	o.ours.sees(inState("none"))
	o.own.press("Shift+F2")
	o.own.sees(inState("ended"))
	o.own.ready()
	row := o.rowOf(key)
	require.Equal(o.t, ownOperator, row.Operator.Name)
	require.NotNil(o.t, row.TicketID)
	require.Nil(o.t, row.OverflowAt)
	return number
}

// heDoesNotAnswer: when the company's time has passed the caller is ours.
func (o *ownTown) heDoesNotAnswer() {
	o.t.Helper()
	o.call()
	o.own.rings()
	o.own.sees(keptMark)
	key := o.own.callKey()
	row := o.cameOver()
	require.Equal(o.t, key, row.Key, "it is the same call")
	require.GreaterOrEqual(o.t, row.OverflowAt.Sub(row.QueuedAt), overflow)
	o.own.sees(inState("none"))
	o.own.sees(`[data-testid="my-state"][data-state="ready"]`) // he is not to blame
}

// heIsNotThere: the caller waits for nobody who has a break.
func (o *ownTown) heIsNotThere() {
	o.t.Helper()
	o.own.press("Shift+F8")
	o.own.click(id("pause-1"))
	o.own.sees(`[data-testid="my-state"][data-state="pause"]`)
	o.call()
	row := o.cameOver()
	require.Less(o.t, row.OverflowAt.Sub(row.QueuedAt), overflow, "at once")
}

// cameOver: one of ours has the caller and sees why.
func (o *ownTown) cameOver() ownCall {
	o.t.Helper()
	o.ours.rings()
	o.ours.sees(overMark)
	require.Zero(o.t, o.ours.count(keptMark))
	key := o.ours.callKey()
	o.takes(o.ours, o.resident)
	o.wrongNumber(o.ours)
	row := o.rowOf(key)
	require.Equal(o.t, ourOperator, row.Operator.Name)
	require.NotNil(o.t, row.OverflowAt)
	return row
}

// onItsDayOff: the same hour of a day on which the company does not work; nothing has come over.
func (o *ownTown) onItsDayOff() {
	o.t.Helper()
	o.dayIs("day_off")
	o.call()
	o.ours.rings()
	o.unmarked(o.ours)
	key := o.ours.callKey()
	o.takes(o.ours, o.resident)
	o.wrongNumber(o.ours)
	row := o.rowOf(key)
	require.Equal(o.t, ourOperator, row.Operator.Name)
	require.Nil(o.t, row.OverflowAt)
}

// whatIsKept: the company's administrator reads which calls came over and finds the request; its
// operator sees the same, and nothing of another company, which ours do.
func (o *ownTown) whatIsKept(c *chromium, number string) {
	o.t.Helper()
	request := fmt.Sprintf(`tr:has(a[aria-label="№ %s"])`, number)
	const call, strange = `tr:has-text("090-00-01")`, `tr:has-text("090-00-20")`
	admin := c.open("admin")
	admin.signIn("/calls?result=overflow", "admin")
	admin.sees(call + `:has-text("перешёл от компании")`)
	require.Equal(o.t, 2, admin.count(`tbody `+call))
	admin.goTo("/journal?view=all")
	admin.sees(request)

	his := o.own.tab("his records")
	his.goTo("/calls")
	his.sees(call)
	require.Equal(o.t, 4, his.count(`tbody `+call))
	require.Equal(o.t, 2, his.count(call+`:has-text("перешёл от компании")`))
	require.Zero(o.t, his.count(strange))
	his.goTo("/journal?view=all")
	his.sees(request)
	require.NotContains(o.t, his.text("body"), otherCompany)
	centre := o.ours.tab("our records")
	centre.goTo("/calls")
	centre.sees(call)
	centre.sees(strange)
}
