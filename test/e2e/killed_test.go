package e2e

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/tone"
)

// TestBrowserIsKilledInCall: the caller is not dropped, hears that he is waited on,
// and the next free operator has his call with what was typed.
func TestBrowserIsKilledInCall(t *testing.T) {
	w := newTown(t)
	c, d := startChromium(t, w.house, operatorHz), startChromium(t, w.house, secondHz)
	p := c.atDesk("operator", "operator")
	second := d.open("second operator", "microphone")
	second.signIn("/desk", "operator2")
	second.rawSound()
	w.call()
	p.rings()
	w.answers(p, residentHz)
	key := p.callKey()
	p.click(id("other-address"))
	p.houseBy("озё", "9")
	p.fill(id("description"), "Вода по стене")
	p.sees(`text=черновик сохранён`)
	c.kill()
	at := len(w.resident.Heard())
	second.ready()
	second.within(30*time.Second, inState("ringing"))
	require.Equal(t, key, second.callKey(), "it is the same call")
	eventually(t, 30*time.Second, "the caller hears that he is waited on", func() bool { return loudAfter(w.resident.Heard(), at) })
	second.press("F2")
	second.sees(inState("talking"))
	second.sees(`text=Звонок вернулся от другого оператора`)
	second.sees(`text=Озёрная, 2`)
	require.Equal(t, "Вода по стене", second.value(id("description")))
	eventually(t, 30*time.Second, "he talks with the second operator", func() bool {
		return second.hears(residentHz) && w.resident.HearsAfter(at, secondHz)
	})
	second.press("Shift+F2")
	second.sees(inState("ended"))
	left, right := w.recording(key)
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz) && tone.Heard(right, secondHz), "one recording holds both talks")
}

// loudAfter tells whether there is sound that is no operator's, half a second long.
func loudAfter(heard []byte, n int) bool {
	const part = 4000
	for ; n+part <= len(heard); n += part {
		s := g711.Decode(heard[n:n+part], g711.ALaw)
		hz, _ := tone.Dominant(s)
		if tone.RMS(s) > -40 && (hz < operatorHz-20 || hz > operatorHz+20) {
			return true
		}
	}
	return false
}

// holdsWithin and nextWithin are R16: how soon after the death of a browser the caller
// hears that he is waited on, and how soon he is with the next free operator.
const holdsWithin, nextWithin = 6 * time.Second, 10 * time.Second

// TestBrowsersAreKilled is R16 in its short form; D24_KILLS is how many browsers die.
// Half of them die while another operator is free, half while nobody is.
func TestBrowsersAreKilled(t *testing.T) {
	kills := 2
	if n, err := strconv.Atoi(os.Getenv("D24_KILLS")); err == nil {
		kills = n
	}
	w := newTown(t)
	second := startChromium(t, w.house, secondHz).open("second operator", "microphone")
	second.signIn("/desk", "operator2")
	second.rawSound()
	second.sees(id("state-ready") + ":enabled")
	var held, next []time.Duration
	for i := range kills {
		c := startChromium(t, w.house, operatorHz)
		p := c.atDesk("operator", "operator")
		before := len(w.resident.Heard())
		w.call()
		p.rings()
		p.press("F2")
		p.sees(inState("talking"))
		eventually(t, 30*time.Second, "they hear each other", func() bool { return p.hears(residentHz) && w.resident.HearsAfter(before, operatorHz) })
		key := p.callKey()
		free := i%2 == 0
		if free {
			second.ready()
		}
		c.kill()
		died, at := time.Now(), len(w.resident.Heard())
		if !free {
			var after time.Duration
			eventually(t, 2*holdsWithin, "the caller hears that he is waited on", func() bool {
				n := waitedOn(w.resident.Heard(), at)
				after = time.Duration(n) * time.Second / 8000
				return n >= 0
			})
			held = append(held, after)
			second.press("F2") // it rings at once
			died = time.Now()
		}
		second.within(30*time.Second, inState("ringing"))
		second.press("F2")
		second.within(30*time.Second, inState("talking"))
		next = append(next, time.Since(died))
		eventually(t, 30*time.Second, "the next operator hears him", func() bool { return second.hears(residentHz) })
		require.Equal(t, key, second.callKey(), "the same call")
		from := len(w.resident.Heard())
		eventually(t, 30*time.Second, "and he the operator", func() bool { return w.resident.HearsAfter(from, secondHz) })
		w.leavesDesk(second)
		left, right := w.recording(key)
		require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz) && tone.Heard(right, secondHz), "one recording holds both talks")
		eventually(t, 20*time.Second, "his line is free", w.resident.Free)
	}
	t.Logf("%d killed: hold text after at most %s, the next operator after at most %s", kills, slices.Max(held).Round(10*time.Millisecond), slices.Max(next).Round(10*time.Millisecond))
	require.LessOrEqual(t, slices.Max(held), holdsWithin)
	require.LessOrEqual(t, slices.Max(next), nextWithin)
}

// leavesDesk ends the call, says how it ended, and makes a pause.
func (w *town) leavesDesk(p *page) {
	w.t.Helper()
	w.wrongNumber(p)
	p.press("Shift+F8")
	p.click(id("pause-1"))
	p.sees(id("state-ready") + ":enabled")
}

// waitedOn is how many samples after the n-th sound begins that is no operator's, for
// half a second; -1: none does.
func waitedOn(heard []byte, n int) int {
	const part = 4000
	for at := n; at+part <= len(heard); at += part / 4 {
		if loudAfter(heard[:at+part], at) {
			return at - n
		}
	}
	return -1
}
