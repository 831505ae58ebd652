package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/tone"
)

// callKey is the key of the call in the bar.
func (p *page) callKey() (key string) {
	p.t.Helper()
	return asText(p.t, p.do(id("call-panel"), "getAttribute", "data-call"))
}

// rings waits for a resident's call and checks what the operator must see before he answers.
func (p *page) rings() {
	p.t.Helper()
	p.within(30*time.Second, inState("ringing"))
	require.Contains(p.t, p.text(id("call-panel")), "Входящий звонок")
}

// answers takes the call by key and waits until both hear each other.
func (w *town) answers(p *page, heard float64) {
	w.t.Helper()
	p.press("F2")
	p.sees(inState("talking"))
	eventually(w.t, 30*time.Second, "the browser hears the resident", func() bool { return p.hears(heard) })
	eventually(w.t, 30*time.Second, "the resident hears the browser", func() bool { return w.resident.Hears(operatorHz) })
}

// houseBy types a house and its flat.
func (p *page) houseBy(letters, flat string) {
	p.t.Helper()
	p.sees(id("address") + ":enabled")
	p.do(id("address"), "focus")
	p.write(letters)
	p.sees(`[role="option"]`)
	p.press("Enter")
	p.sees(`text=Квартира`)
	p.write(flat)
}

// reasonBy types people's word for the trouble and answers what must be answered.
func (p *page) reasonBy(word string) {
	p.t.Helper()
	p.sees(id("reason") + ":enabled")
	p.press("Control+ArrowDown")
	p.write(word)
	p.sees(`[role="option"]`)
	p.press("Enter")
	p.sees(`.reason-chosen`)
}

// answerAll answers the reason's questions by keys: words in the field that the
// cursor is in, then the first answer of each choice.
func (p *page) answerAll(words string) {
	p.t.Helper()
	p.sees(`[data-section="questions"] input:focus`)
	p.write(words)
	var choices int
	p.eval(`document.querySelectorAll('[data-section="questions"] [role="radiogroup"]').length`, &choices)
	require.NotZero(p.t, choices)
	for range choices {
		p.press("Tab", "Space")
	}
}

var numberOf = regexp.MustCompile(`№ ?([\d ]+)`)

// TestEmergencyInTheBrowser is the main job seen from the operator's chair, in a
// real browser: the call, the request, the executor's phone, the journal.
func TestEmergencyInTheBrowser(t *testing.T) {
	w := newTown(t)
	c := startChromium(t, w.house, operatorHz)
	admin := c.open("admin")
	admin.signIn("/journal", "admin")
	admin.sees(`text=Новых заявок нет`)
	p := c.atDesk("operator", "operator")

	w.call()
	p.rings()
	for _, words := range []string{"УК «Северный берег» · Новоозёрск", "Адрес по номеру", "Озёрная, 4, кв. 2"} {
		p.sees("text=" + words)
	}
	require.Contains(t, p.text(id("greeting")), "Северный берег", "the words to say")
	w.answers(p, residentHz)
	key := p.callKey()

	p.click(id("other-address"))
	p.houseBy("озё", "5")
	p.reasonBy("топит")
	p.press("Control+Enter")
	require.Contains(t, p.text(id("not-saved")), "не записан ответ «Где именно течёт и как давно?»", "a required answer is missed in words")
	p.answerAll("На кухне, уже полчаса")
	p.press("Control+Enter")
	p.sees(id("say"))
	number, err := strconv.ParseInt(regexp.MustCompile(`\D`).ReplaceAllString(numberOf.FindStringSubmatch(p.text("h1"))[1], ""), 10, 64)
	require.NoError(t, err)
	require.Contains(t, p.text(id("say")), fmt.Sprint(number), "the number is read out")
	op, began := w.login("operator"), time.Now()
	row := fmt.Sprintf(`tr:has(a[aria-label="№ %d"])`, number)
	admin.within(5*time.Second, row)
	t.Logf("in the journal %s after it was saved", time.Since(began).Round(10*time.Millisecond))

	p.press("Shift+F2")
	p.sees(inState("ended"))
	p.filed()
	eventually(t, 10*time.Second, "the resident's call is over", func() bool { return op.callOf(key).EndedAt != nil })
	handover := w.handoverByKeys(p, number)

	admin.goTo("/journal?view=all")
	admin.sees(row + `:has-text("Принята")`)
	admin.click(row)
	admin.sees(`[role="log"] .player`)
	require.Contains(t, admin.text("body"), "Принята")
	require.Contains(t, admin.text(`[role="log"]`), "Принял Гусев П. Н.: оператору по телефону", "who accepted is in the line of time")
	admin.click(`[role="log"] .player button.play >> nth=0`)
	eventually(t, patience, "the recording plays", func() bool {
		var at float64
		admin.eval(`Math.max(0, ...[...document.querySelectorAll('.player audio')].map((a) => a.currentTime))`, &at)
		return at > 0.3
	})
	for k, hz := range map[string]float64{key: residentHz, handover: executorHz} {
		left, right := w.recording(k)
		require.True(t, tone.Heard(left, hz) && tone.Heard(right, operatorHz), "%s: both are recorded, each on his side", k)
	}
}

// handoverByKeys: the operator's phone rings by itself, he dials, the executor
// takes the request. It returns the call's key.
func (w *town) handoverByKeys(p *page, number int64) string {
	w.t.Helper()
	p.within(30*time.Second, inState("ringing"))
	require.Contains(w.t, p.text(id("call-panel")), "Задача на звонок")
	p.sees(fmt.Sprintf(`%s >> text=№ %d`, id("task-pane"), number))
	key := p.callKey()
	p.press("F2")
	p.sees(inState("counting"))
	p.press("F2")
	p.within(30*time.Second, inState("talking"))
	eventually(w.t, 30*time.Second, "operator and executor hear each other", func() bool {
		return p.hears(executorHz) && w.executor.Hears(operatorHz)
	})
	p.press("1")
	p.sees(id("task-result-said"))
	require.Contains(w.t, p.text(id("task-result-said")), "Принял")
	p.press("Shift+F2")
	p.sees(inState("ended"))
	return key
}
