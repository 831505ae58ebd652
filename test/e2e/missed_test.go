package e2e

import (
	"testing"
	"time"
)

// TestAMissedRingIsCalledBack: an operator declines a ring; he sees that the caller waits,
// that he gave up, and calls him back by one key out of his pause, on real phones.
func TestAMissedRingIsCalledBack(t *testing.T) {
	w := newTown(t)
	c := startChromium(t, w.house, operatorHz)
	p := c.atDesk("operator", "operator")
	row := id("missed-rings") + ` li:has-text("900 090-00-01")`

	w.call()
	p.rings()
	p.press("Shift+F2")
	p.sees(id("missed"))
	p.within(20*time.Second, row+`:has-text("отклонили"):has-text("ждёт в очереди")`)
	p.gone(row + ` button`)
	w.resident.Hangup()
	p.within(30*time.Second, row+`:has-text("перезвонить до")`)
	p.click(row + ` button:has-text("Перезвонить")`)
	p.within(30*time.Second, inState("ringing"))
	p.press("F2")
	p.sees(inState("counting"))
	p.press("F2")
	eventually(t, 30*time.Second, "the resident's phone rings", func() bool { return w.resident.Rang() == 1 })
	w.resident.Take()
	p.within(30*time.Second, inState("talking"))
	eventually(t, 30*time.Second, "they hear each other", func() bool { return p.hears(residentHz) && w.resident.Hears(operatorHz) })
	p.press("1")
	p.sees(id("task-result-said"))
	p.press("Shift+F2")
	p.sees(inState("ended"))
	p.filed()
	p.within(20*time.Second, row+`:has-text("перезвонили в")`)
	p.gone(row + ` button`)
}
