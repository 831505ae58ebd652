package engine

import (
	"time"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// mutedFor is how long a trunk that answers without sound is tried last.
const mutedFor = 2 * time.Minute

const noSoundWords = "нет звука"

// noSound is an answered call from which no sound came in 5 seconds (F9). A dial of ours
// is made once more through another trunk, if one is well, and this one counts as sick; a
// resident is not cut off: it is only counted.
func (e *Engine) noSound(leg *sip.Leg) {
	e.post(func() {
		for _, c := range e.calls {
			if c.leg == leg {
				c.soundless()
				return
			}
		}
	})
}

func (c *call) soundless() {
	e := c.e
	c.e.log.Warn("a call without sound", "call", c.key, "trunk", c.trunk)
	if c.inbound || c.again || c.other != nil || !e.trunks.otherThan(c.trunk) {
		e.trunks.on(c.trunk, func(a *account) { a.failed(noSoundWords) })
		return
	}
	c.again = true
	name := e.trunks.ail(c.trunk, noSoundWords, mutedFor)
	c.changed = telephony.Changed{From: name, Why: noSoundWords}
	leg := c.leg
	c.quiet()
	c.part()
	e.unqueue(c)
	leg.Media().SetTap(nil, nil)
	c.leg = nil // its end is no end of the call
	leg.Hangup()
	c.dial()
}

// ail takes a trunk for sick for a while: what should work through it does not (F9).
func (t *trunks) ail(id int64, why string, d time.Duration) (name string) {
	t.on(id, func(a *account) {
		a.failed(why)
		a.sickTill, a.sickWhy, name = time.Now().Add(d), why, a.Name
	})
	return name
}

// otherThan reports whether another trunk than this is well.
func (t *trunks) otherThan(id int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		if a.ID != id && a.up && !a.sick() && a.fails < sickAfter && len(a.Lines) > 0 {
			return true
		}
	}
	return false
}
