package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tabTo presses Tab until the cursor is on what the selector means.
func (p *page) tabTo(at string) {
	p.t.Helper()
	for range 80 {
		var there bool
		p.eval(`document.activeElement?.matches(`+"`"+at+"`"+`) ?? false`, &there)
		if there {
			return
		}
		p.press("Tab")
	}
	p.t.Fatalf("%s is not reached by Tab", at)
}

// cursorIn checks that the cursor is where the person goes on.
func (p *page) cursorIn(at string) {
	p.t.Helper()
	eventually(p.t, patience, "the cursor is in "+at, func() (there bool) {
		p.eval("document.activeElement?.closest(`"+at+"`) != null", &there)
		return there
	})
}

// chooses sets the headset up by keys: the devices of this computer are named, the level moves
// with the sound of either microphone, the choices are kept.
func (p *page) chooses() {
	t := p.t
	t.Helper()
	p.tabTo(`button[aria-label="Гарнитура и звонок"]`)
	p.press("Enter")
	p.sees(`.devices [role="meter"]`)
	level := func() (l float64) {
		p.eval(`Number(document.querySelector('.devices [role="meter"]')?.getAttribute('aria-valuenow') ?? 0)`, &l)
		return l
	}
	hears := func(why string) { eventually(t, patience, why, func() bool { return level() > 3 }) }
	hears("the level shows the whistle")
	p.eval(`[...document.querySelectorAll('.devices input[role="combobox"], .devices .mantine-Select-input')].forEach((e, i) => e.setAttribute('data-nth', i + 1)), 1`, new(int))
	p.another(1, "mic")
	hears("the other microphone hears it too")
	p.tabTo(id("processing"))
	p.press("Space")
	p.another(2, "speaker")
	p.another(3, "ring")
	p.press("Escape")
	p.do(id("mic-ok"), "waitFor", map[string]any{"state": "attached"})
}

// another chooses another device by arrows in the nth list of them; the choice is kept on this
// computer under its name.
func (p *page) another(nth int, name string) {
	p.t.Helper()
	at := fmt.Sprintf(`input[data-nth="%d"]`, nth)
	p.tabTo(at)
	before := p.value(at)
	p.press("ArrowDown", "ArrowDown", "Enter")
	require.NotEqual(p.t, before, p.value(at), "the %s is another device", name)
	var kept string
	p.eval(`Object.entries(localStorage).map(([k, v]) => k + '=' + v).join(' ')`, &kept)
	require.Regexp(p.t, `"`+name+`":"[^"]+"`, kept)
}

// TestAWholeCallByKeyboard: who has no hand for the mouse signs in, chooses the headset, takes a
// call, writes it down, holds, mutes, dials digits, looks at the transfer, ends, and is ready again.
func TestAWholeCallByKeyboard(t *testing.T) {
	w := newTown(t)
	p := startChromium(t, w.house, operatorHz).open("operator", "microphone")
	p.goTo("/desk")
	p.cursorIn(loginField)
	p.write("operator")
	p.press("Tab")
	p.write("operator")
	p.press("Enter")
	p.gone(passwordField)
	p.chooses()
	p.ready()

	w.call()
	p.rings()
	w.answers(p, residentHz)
	p.press("Enter") // the address that is known by the number
	p.cursorIn(`[data-section="reason"]`)
	p.write("топит")
	p.sees(`[role="option"]`)
	p.press("Enter")
	p.sees(`.reason-chosen`)
	p.answerAll("На кухне, уже полчаса")

	p.press("F4")
	p.sees(inState("held"))
	p.cursorIn(id("request-pane"))
	p.press("F4")
	p.sees(inState("talking"))
	p.press("F8")
	p.sees(id("mute") + `[aria-pressed="true"]`)
	silent := len(w.resident.Heard()) + 2*8000 // what was on its way is heard still
	eventually(t, patience, "two more seconds come", func() bool { return len(w.resident.Heard()) > silent })
	require.False(t, w.resident.HearsAfter(silent-8000, operatorHz), "a muted operator is not heard")
	p.press("F8")
	eventually(t, patience, "he is heard again", func() bool { return w.resident.HearsAfter(silent, operatorHz) })

	p.press("F7")
	p.cursorIn(`.keypad`)
	p.press("5", "#")
	for _, digit := range []string{"5", "#"} {
		eventually(t, patience, "the digit "+digit+" comes to the other side", func() bool {
			return strings.Contains(w.resident.Out.String(), "received event: '"+digit+"'")
		})
	}
	p.press("Escape")
	p.gone(`.keypad`)
	p.press("F9")
	p.cursorIn(`[role="dialog"]`)
	p.press("Escape")
	p.gone(`[role="dialog"]`)
	p.sees(inState("talking"))

	p.press("Control+Enter")
	p.sees(id("say"))
	p.press("Shift+F2")
	p.sees(inState("ended"))
	p.filed()
	p.within(30*time.Second, inState("ringing")) // the executor is to be told: the next task comes by itself
	require.Contains(t, p.text(id("call-panel")), "Задача на звонок")
	p.press("Shift+F2")
	p.gone(inState("ringing"))
}
