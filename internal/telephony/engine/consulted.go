package engine

import (
	"d24/internal/telephony"
	"d24/voip/media"
)

// record writes what the operator and the person say while the caller hears music: a recording
// of its own, as he has no part in it. Left is what the person says, right what he hears.
func (t *transfer) record() {
	if t.tape == nil {
		c := t.c
		c.talks++
		t.tape = &taping{c: c, talk: c.talks, with: t.to.Name, tap: t.tap, over: func() bool { return c.transfer != t || t.state != telephony.TransferAnswered }}
	}
	t.tape.begin()
}

// tap lets the recording hear the person, by whichever sound he is there now.
func (t *transfer) tap() {
	his := t.his()
	if his == nil {
		return
	}
	rx, tx := t.tape.taps()
	t.tapped = his
	his.SetTap(rx, tx)
}

// warn tells a person who is no operator of ours that he is recorded, before anybody speaks
// with him, where callers are told; who consults him hears it too, and so knows why he waits.
func (t *transfer) warn(words []telephony.Speech) {
	e := t.c.e
	t.warned = true
	if s := t.c.seat; s != nil {
		s.show(viewHeld)
	}
	e.beside(func() {
		var all []*media.Prompt
		for _, s := range words {
			all = append(all, e.prompts.of(s))
		}
		p := media.Concat(all...)
		e.post(func() { t.tellHim(p) })
	})
}

func (t *transfer) tellHim(p *media.Prompt) {
	c, his := t.c, t.his()
	if c.transfer != t || his == nil {
		return
	}
	stop, done := c.e.pacer.Start(his, p, false)
	t.telling = stop
	if s := c.seat; s != nil && t.mode == telephony.Consult && !t.asker.calls() {
		if ear := s.device.port(); ear != nil {
			t.tone, _ = c.e.pacer.Start(ear, p, false)
		}
	}
	c.e.beside(func() {
		select {
		case <-done:
			c.e.post(func() {
				if c.transfer == t && t.telling != nil {
					t.met()
				}
			})
		case <-c.e.quit:
		}
	})
}
