package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
)

// bookkeeper is a competent person whose phone is the executor's; she may be rung at once.
func (w *town) bookkeeper() {
	admin := w.login("admin")
	company := admin.company("УК «Северный берег»")
	admin.do(http.MethodPost, "/competents", map[string]any{
		"company_id": company, "member_id": nil, "name": "Бухгалтер", "position": "бухгалтер", "subject": "начисления", "reason_ids": []int64{},
		"phones": []string{seed.MemberPhone(0, 0)}, "hours": []any{}, "by_calendar": false,
	}, nil)
	admin.do(http.MethodPut, "/transfer-settings", map[string]any{"company_id": company, "at_once": true}, nil)
}

// choosesWhom opens the list of F9 and finds one by letters.
func (p *page) choosesWhom(letters, found string) {
	p.t.Helper()
	p.press("F9")
	p.cursorIn(`[role="dialog"]`)
	p.sees(found)
	p.write(letters)
	p.sees(found + `[aria-selected="true"]`)
}

// TestATransferByKeyboard: to a person of the company after a word and at once, and to a
// colleague, who takes the caller and his form; nobody touches the mouse.
func TestATransferByKeyboard(t *testing.T) {
	w := newTown(t)
	w.bookkeeper()
	c := startChromium(t, w.house, operatorHz)
	p := c.atDesk("operator", "operator")
	person := `[role="option"][data-testid^="competent-"]`

	w.call()
	p.rings()
	w.answers(p, residentHz)
	p.choosesWhom("бух", person)
	p.press("1")
	p.sees(id("transfer-way") + `[data-state="answered"]`)
	eventually(t, patience, "he speaks with her", func() bool { return p.hears(executorHz) })
	p.press("Escape")
	p.sees(inState("talking"))
	p.cursorIn(`[role="dialog"]`)
	p.press("1") // the list is where he left it, and so is the cursor
	p.sees(id("transfer-way") + `[data-state="answered"]`)
	had := len(w.resident.Heard())
	p.press("Enter")
	p.sees(inState("ended"))
	eventually(t, patience, "the caller has her", func() bool { return w.resident.HearsAfter(had, executorHz) })
	w.resident.Hangup()
	p.filed()
	p.gone(inState("ended"))

	w.call()
	p.rings()
	w.answers(p, residentHz)
	p.choosesWhom("бух", person)
	had = len(w.resident.Heard())
	p.press("2")
	p.sees(inState("ended"))
	eventually(t, patience, "the caller has her", func() bool { return w.resident.HearsAfter(had, executorHz) })
	w.resident.Hangup()
	p.filed()
	p.gone(inState("ended"))

	w.call()
	p.rings()
	w.answers(p, residentHz)
	p.press("Enter") // the address that is known by the number
	p.cursorIn(`[data-section="reason"]`)
	p.write("топит")
	p.sees(`[role="option"]`)
	p.press("Enter")
	p.sees(`.reason-chosen`)
	q := c.atDesk("colleague", "operator2")
	p.choosesWhom("белов", `[role="option"][data-testid^="colleague-"]`)
	p.press("1")
	q.sees(id("guest") + `[data-state="ringing"]`)
	q.press("F2")
	q.sees(id("guest") + `[data-state="talking"]`)
	require.Contains(t, q.text(id("guest")), "Звонящий вас не слышит")
	p.sees(id("transfer-way") + `[data-state="answered"]`)
	p.press("Enter")
	p.sees(id("taken"))
	require.Contains(t, p.text(id("taken")), "Белова")
	p.gone(inState("talking") + "," + inState("held"))
	q.gone(id("guest"))
	q.sees(inState("talking"))
	q.sees(`.reason-chosen`) // the form has come with the caller
	eventually(t, patience, "the colleague hears him", func() bool { return q.hears(residentHz) })
	w.resident.Hangup()
	q.sees(inState("ended"))
	p.filed() // the first has nothing to write
	p.sees(`text=Готово, звонок придёт сам`)
}
