package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"d24/internal/telephony"
)

// hearing: the greeting and the notices in force sound, before the queue or the company's own people (C5).
const hearing phase = "hearing"

const (
	toldFor     = 45 * time.Second // from the answer on no caller is kept from the queue for longer (F56)
	informEvery = 3 * time.Second  // F54: within 15 s for those who wait; F55: over within 5 s
	mullsFor    = 10 * time.Second // who hangs up so soon after a whole notice knows what he wanted to know
)

// The words around notices.
var (
	dangerWords = telephony.Speech{Text: "Если людям грозит опасность, нажмите ноль."}
	stayWords   = telephony.Speech{Text: "Если вы звоните по другому вопросу, оставайтесь на линии, вам ответит диспетчер.", Spare: telephony.SpareStay}
)

// inform speaks the notices after the greeting, then lets the caller go on.
func (c *call) inform() {
	c.phase = hearing
	for _, n := range c.dec.Notices {
		c.e.beside(func() { c.e.prompts.of(n.Speech) }) // spoken meanwhile
	}
	c.wait(toldFor, c.admit)
	c.welcome(func() { c.say(dangerWords, func() { c.tell(c.admit) }) })
	c.report(telephony.CallSpoken)
}

// admit lets a caller who has heard the notices into the queue, in the company's hours to its
// own people.
func (c *call) admit() {
	if c.phase != hearing {
		return
	}
	c.halt()
	c.telling = telephony.Spoken{}
	if c.owned() {
		c.toOwn(func(then func()) { c.say(stayWords, then) })
		return
	}
	c.phase = waiting
	c.report(telephony.CallQueued)
	c.say(stayWords, c.guide)
	c.e.enqueue(c)
}

// tell speaks the first notice he has not heard, and so on; then goes on.
func (c *call) tell(then func()) {
	c.guided = false
	for _, n := range c.dec.Notices {
		if slices.Contains(c.heard, n) {
			continue
		}
		c.heard, c.telling = append(c.heard, n), n
		c.report(telephony.CallSpoken, func(r *telephony.Report) { r.Data, _ = json.Marshal(telephony.Told{Notice: n.ID}) })
		c.say(n.Speech, func() {
			c.telling, c.toldAt = telephony.Spoken{}, time.Now()
			if c.told == 0 {
				c.told = n.ID
			}
			c.tell(then)
		})
		return
	}
	c.telling = telephony.Spoken{}
	then()
}

// news reports whether a notice is in force that he has not heard.
func (c *call) news() bool {
	return slices.ContainsFunc(c.dec.Notices, func(n telephony.Spoken) bool { return !slices.Contains(c.heard, n) })
}

// satisfied reports whether a caller who hangs up now has his answer: he has heard a
// notice to its end and asked for no person by waiting on or by the key. Such a call is
// no lost one (docs/adr/0006).
func (c *call) satisfied() bool {
	soon := mullsFor
	if c.e.cfg.Pace > 1 {
		soon /= time.Duration(c.e.cfg.Pace)
	}
	return c.inbound && !c.joined && c.told != 0 && time.Since(c.toldAt) < soon
}

// informed takes what is in force now: what is not any more falls silent, what is new
// is told to who waits, with music or with the guidance, which is longer than he may wait
// for it (F54); a greeting is never cut.
func (c *call) informed(now []telephony.Spoken) {
	then := c.hum
	switch c.phase {
	case hearing:
		then = c.admit
	case owning:
		then = c.music
	case waiting:
	default:
		return
	}
	c.dec.Notices = now
	if c.telling.ID != 0 && !slices.Contains(now, c.telling) || (c.idle || c.guided) && c.news() {
		if c.phase != hearing {
			c.halt() // the next words come after these
		}
		c.tell(then)
	}
}

// unheard lets a caller with an emergency past everything that is spoken (F16).
func (c *call) unheard() {
	if c.phase == hearing {
		c.halt()
		c.phase, c.reserved = waiting, c.owned() // in the company's hours an emergency is a remark too
		c.report(telephony.CallQueued)
		c.e.enqueue(c)
	}
	c.told, c.telling, c.dec.Notices, c.dec.Place = 0, telephony.Spoken{}, nil, telephony.Place{}
}

// informing asks every few seconds, while somebody waits, what callers are to hear.
func (e *Engine) informing(ctx context.Context) {
	every := informEvery
	if e.cfg.Pace > 1 {
		every /= time.Duration(e.cfg.Pace)
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			e.informOnce(ctx)
		}
	}
}

func (e *Engine) informOnce(ctx context.Context) {
	asked := make(chan []telephony.Place, 1)
	e.post(func() {
		var ps []telephony.Place
		for _, c := range e.calls {
			if c.listens() && !slices.Contains(ps, c.dec.Place) {
				ps = append(ps, c.dec.Place)
			}
		}
		asked <- ps
	})
	var places []telephony.Place
	select {
	case <-ctx.Done():
		return
	case places = <-asked:
	}
	if len(places) == 0 {
		return
	}
	limited, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	now, err := e.d.Director.Notices(limited, places)
	if err != nil {
		if ctx.Err() == nil {
			e.log.Warn("what is in force cannot be asked; what was known is spoken", "err", err)
		}
		return
	}
	e.post(func() {
		for _, c := range e.calls {
			if c.listens() && slices.Contains(places, c.dec.Place) {
				c.informed(now[c.dec.Place])
			}
		}
	})
}

// listens reports whether the call is one that notices are told to.
func (c *call) listens() bool {
	return c.inbound && !c.joined && (c.phase == hearing || c.phase == waiting || c.phase == owning) && c.dec.Place.CompanyID != 0
}
