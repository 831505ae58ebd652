package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// secondLine gives a company one more number on the first trunk.
func (h *house) secondLine(company int64, phone string) int64 {
	h.t.Helper()
	h.do(`insert into lines (company_id, city_id, kind, phone, trunk_id, greeting) select id, city_id, 'dedicated', $2, (select min(id) from trunks), 'Вы позвонили в диспетчерскую' from companies
		where id = $1`, company, phone)
	return h.one(`select id from lines where phone = $1`, phone)
}

// TestOneRuleOfTwoNumbers is T2: the page of companies and the readiness say the same of
// each company, whatever numbers it has.
func TestOneRuleOfTwoNumbers(t *testing.T) {
	t.Parallel()
	h := open(t)
	lack := func() string {
		s, _ := h.tenant(ours)["lack"].(string)
		return s
	}
	agree := func(want string) {
		t.Helper()
		missing := h.missing()
		require.Equal(t, want, lack())
		require.Equal(t, want == "no_numbers" || want == "one_number", missing["lines"] > 0, "readiness: %v", missing)
		require.Equal(t, want != "", missing["carriers"] > 0, "readiness: %v", missing)
	}
	agree("") // its own at X, the city's at Y
	h.do(`update lines set is_active = false where kind = 'citywide'`)
	agree("one_number")
	second := h.secondLine(ours, "+73430000901")
	agree("one_carrier")
	h.do(`update lines set trunk_id = (select max(id) from trunks) where id = $1`, second)
	agree("")
	h.do(`update trunks set is_active = false where id = (select max(id) from trunks)`)
	agree("one_number") // what is switched off carries nothing
	h.do(`update trunks set is_active = true`)
	h.ok("admin", http.MethodPut, fmt.Sprintf("/lines/%d/moved", second), map[string]any{"to_line_id": h.line(ours)})
	agree("one_number") // an old number takes no calls
	h.do(`update lines set is_active = false where company_id = $1`, ours)
	agree("no_numbers")
}

// tenant is a company as our own people see it.
func (h *house) tenant(id int64) map[string]any {
	h.t.Helper()
	var all struct{ Items []map[string]any }
	h.ok("platform", http.MethodGet, "/companies", nil).into(h.t, &all)
	for _, c := range all.Items {
		if c["id"] == float64(id) {
			return c
		}
	}
	h.t.Fatalf("no company %d", id)
	return nil
}

// TestAnOldNumberTellsTheNewOneAndHangsUp is T3: an announcement, never a forwarding; a
// member of staff is called back all the same.
func TestAnOldNumberTellsTheNewOneAndHangsUp(t *testing.T) {
	t.Parallel()
	h := open(t)
	old := h.secondLine(ours, "+73430000901")
	now := h.line(ours)
	move := fmt.Sprintf("/lines/%d/moved", old)
	route := func(from string) telephony.Decision {
		t.Helper()
		d, err := h.app.Director.Route(h.sys, telephony.Incoming{CallKey: "c-" + from, Called: "+73430000901", Caller: from, At: noon})
		require.NoError(t, err)
		return d
	}
	require.Equal(t, telephony.Queue, route("+79000900077").Action)
	require.Equal(t, now, h.ok("admin", http.MethodPut, move, map[string]any{"to_line_id": now}).id(t, "moved_to"))
	d := route("+79000900077")
	require.Equal(t, telephony.PlayAndHangUp, d.Action)
	require.Contains(t, d.Greeting.Text, "+7 343 000-01-01")
	require.Empty(t, d.Greeting.File)
	require.Empty(t, d.Notices)
	var staffPhone string
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.sys, `select p.phone from member_phones p join members m on m.id = p.member_id where m.company_id = $1 and not m.is_archived limit 1`, ours).Scan(&staffPhone)
	}))
	require.Equal(t, telephony.DropAndCallBack, route(staffPhone).Action)

	fails := func(line, to int64, by string, status int, code string) {
		t.Helper()
		h.fails(by, http.MethodPut, fmt.Sprintf("/lines/%d/moved", line), map[string]any{"to_line_id": to}, status, code)
	}
	fails(now, now, "admin", http.StatusUnprocessableEntity, "line.moved")
	fails(now, old, "admin", http.StatusUnprocessableEntity, "line.moved") // a chain of old ones
	fails(now, h.line(strange), "admin", http.StatusUnprocessableEntity, "line.moved")
	third := h.secondLine(ours, "+73430000903")
	fails(now, third, "admin", http.StatusUnprocessableEntity, "line.moved") // another one points to it
	fails(now, h.line(strange), "platform", http.StatusUnprocessableEntity, "line.moved")
	h.ok("admin", http.MethodPut, move, map[string]any{"to_line_id": 0})
	require.Equal(t, telephony.Queue, route("+79000900078").Action)
}

// TestANumberOfACompanyThatIsNotServedSaysSo: words and the end of the call; the company's
// over the platform's over the program's, with the variables in them.
func TestANumberOfACompanyThatIsNotServedSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t)
	said := func() string {
		t.Helper()
		d := h.routed("+73430000101", noon)
		require.Equal(t, telephony.PlayAndHangUp, d.Action)
		require.Empty(t, d.After)
		require.Equal(t, d.Greeting, d.Plain, "with the database away too")
		return d.Greeting.Text
	}
	h.do(`update companies set is_active = false where id = $1`, ours)
	require.Contains(t, said(), "УК «Северный берег» не обслуживается")
	require.Contains(t, said(), "112")
	h.ok("platform", http.MethodPut, "/announcements/closed", map[string]any{"text": "Номер {номер} города {город} не работает.", "uses": "text"})
	require.Equal(t, "Номер +7 343 000-01-01 города Новоозёрск не работает.", said())
	h.do(`update companies set is_active = true where id = $1`, ours)
	require.Equal(t, telephony.Queue, h.routed("+73430000101", noon).Action)
}

// TestACompanyCallsWithinItsBounds is S9: under 100 tries at once not one more than the
// bound leaves, in an hour and in minutes as well; another company is not touched.
func TestACompanyCallsWithinItsBounds(t *testing.T) {
	t.Parallel()
	h := open(t)
	caps := func(concurrent, hourly, minutes int) {
		h.ok("platform", http.MethodPut, fmt.Sprintf("/companies/%d/caps", ours), map[string]any{"concurrent": concurrent, "hourly": hourly, "minutes": minutes})
	}
	made := 0
	place := func(company int64, n int) (keys []string) {
		must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
			for range n {
				made++
				key := fmt.Sprintf("cap-%d", made)
				keys = append(keys, key)
				o := telephony.Order{Key: key, CompanyID: company, Phone: fmt.Sprintf("+7900%07d", made), Purpose: telephony.Callback, Mode: telephony.AnnounceOnly}
				if err := h.app.Telephony.Place(h.sys, tx, o); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err := h.app.Telephony.Claim(h.sys, "n1", 1000)
		must(t, err)
		return keys
	}
	try := func(keys []string) (left int) {
		var n atomic.Int32
		var all sync.WaitGroup
		for _, key := range keys {
			all.Go(func() {
				ok, err := h.app.Telephony.Invited(h.sys, "n1", key, 1)
				switch {
				case ok:
					n.Add(1)
				case !errors.Is(err, telephony.ErrCapped):
					t.Errorf("%s: %v", key, err)
				}
			})
		}
		all.Wait()
		return int(n.Load())
	}
	end := func(prefix string) {
		h.do(`update call_orders set state = 'ended', ended_at = $2 where key like $1`, prefix, h.clock.Now())
	}
	caps(10, 1000, 1000)
	keys := place(ours, 100)
	require.Equal(t, 10, try(keys), "at once")
	require.Equal(t, int64(1), h.one(`select count(*) from alarms where code = 'calls-capped' and company_id = $1 and cleared_at is null`, ours))
	require.Equal(t, 5, try(place(strange, 5)), "another company")
	first := h.one(`select min(id) from call_orders where company_id = $1 and invited_at is not null`, ours)
	require.Equal(t, 1, try([]string{fmt.Sprintf("cap-%d", first-h.one(`select min(id) from call_orders where key = 'cap-1'`)+1)}), "the next trunk of a dial that has begun")

	end("cap-%")
	caps(100, 25, 1000)
	require.Equal(t, 15, try(place(ours, 100)), "in an hour, with the ten before")
	end("cap-%")
	h.clock.Set(h.clock.Now().Add(61 * time.Minute))
	require.Equal(t, 25, try(place(ours, 100)), "the hour is over")

	caps(100, 1000, 30)
	h.do(`update call_orders set state = 'ended', invited_at = $2, ended_at = $3 where company_id = $1 and invited_at is not null`, ours, noon, noon.Add(time.Minute))
	require.Zero(t, try(place(ours, 10)), "minutes of a day")
	h.clock.Set(noon.Add(25 * time.Hour))
	require.Equal(t, 10, try(place(ours, 10)), "the day is over")

	a := h.fails("platform", http.MethodPut, fmt.Sprintf("/companies/%d/caps", ours), map[string]any{"concurrent": 0, "hourly": 1, "minutes": 1}, http.StatusUnprocessableEntity, "caps.wrong")
	require.True(t, strings.HasSuffix(fmt.Sprint(a.get(t, "errors.0.location")), "concurrent"))
	h.fails("admin", http.MethodPut, fmt.Sprintf("/companies/%d/caps", ours), map[string]any{"concurrent": 5, "hourly": 1, "minutes": 1}, http.StatusForbidden, "access.platform.operate")
}

// TestTheHourOfTheCallDecidesWhoseItIs is C8 with F22 and F23: by the instant of the INVITE
// in the zone of the caller's house, a holiday moved, and stored with the call.
func TestTheHourOfTheCallDecidesWhoseItIs(t *testing.T) {
	t.Parallel()
	h := open(t)
	window := func(phones []string, from, to string) map[string]any {
		answers := "nobody"
		if len(phones) > 0 {
			answers = "phones"
		}
		return map[string]any{"phones": phones, "from": from, "to": to, "answers": answers, "overflow_sec": 30}
	}
	path := fmt.Sprintf("/companies/%d/window", ours)
	route := func(at time.Time) telephony.Decision {
		t.Helper()
		d, err := h.app.Director.Route(h.sys, telephony.Incoming{CallKey: "c", Called: "+73430000101", Caller: "+79000900077", At: at})
		require.NoError(t, err)
		return d
	}
	ural, err := time.LoadLocation("Asia/Yekaterinburg")
	must(t, err)
	border := time.Date(2026, 11, 24, 18, 0, 0, 0, ural) // Tuesday
	require.Empty(t, route(border.Add(-time.Second)).Service, "no hours of its own in the plan")
	h.ok("platform", http.MethodPut, path, window([]string{"8 900 000 30 01"}, "08:00", "18:00"))
	d := route(border.Add(-time.Second))
	require.Equal(t, []string{"+79000003001"}, d.Own)
	require.Equal(t, telephony.ServiceOwn, d.Service)
	d = route(border)
	require.Empty(t, d.Own)
	require.Equal(t, telephony.ServiceOurs, d.Service)
	h.do(`update companies set zone = 'Asia/Omsk' where id = $1`, ours)
	require.Equal(t, telephony.ServiceOurs, route(border.Add(-time.Second)).Service, "an hour later there")
	h.do(`update buildings set zone = 'Asia/Yekaterinburg' where company_id = $1`, ours)
	h.do(`insert into contacts (company_id, phone, building_id, unit, source, first_seen_at, last_confirmed_at) select company_id, '+79000900077', id, '1', 'call', $2, $2
		from buildings where company_id = $1 limit 1`, ours, noon)
	require.Equal(t, telephony.ServiceOwn, route(border.Add(-time.Second)).Service, "but not where his house is")

	report := func(seq int, k telephony.ReportKind, service string) {
		must(t, h.app.Telephony.Report(h.sys, telephony.Report{CallKey: "c-own", Seq: seq, At: border, Kind: k, Node: "n", Direction: "inbound", Phone: "+79000900077", CompanyID: ours, Service: service}))
	}
	report(1, telephony.CallStarted, telephony.ServiceOwn)
	report(2, telephony.CallOverflow, "")
	h.ok("platform", http.MethodPut, path, window([]string{}, "08:00", "18:00"))
	require.Equal(t, int64(1), h.one(`select count(*) from calls where key = 'c-own' and service = 'own' and overflow_at = $1`, border), "never decided again")
	row := h.ok("admin", http.MethodGet, "/calls?result=overflow", nil)
	require.Len(t, row.get(t, "items"), 1, "a remark in the journal of who may see it")
	require.Equal(t, "c-own", row.get(t, "items.0.key"))
	require.Equal(t, border.UTC().Format(time.RFC3339), row.get(t, "items.0.overflow_at"))
	require.Empty(t, h.ok("admin2", http.MethodGet, "/calls?result=overflow", nil).get(t, "items"))

	for field, form := range map[string]map[string]any{
		"phones[0]": window([]string{"810 44 1234567890"}, "08:00", "18:00"), "from": window([]string{}, "8", "18:00"), "to": window([]string{}, "18:00", "08:00"),
	} {
		a := h.fails("platform", http.MethodPut, path, form, http.StatusUnprocessableEntity, "window.wrong")
		require.Equal(t, "body."+field, a.get(t, "errors.0.location"))
	}
	h.fails("admin", http.MethodPut, path, window([]string{}, "08:00", "18:00"), http.StatusForbidden, "access.platform.operate")
}
