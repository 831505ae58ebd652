package engine

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"d24/internal/telephony"
)

// askRules is how often the rules of the queue are asked for: a change is in force within
// two seconds, and while the database is away the last ones stay.
const askRules = time.Second

// adopt makes the rules those of the queue. The loop calls it.
func (e *Engine) adopt(q telephony.QueueRules) {
	if reflect.DeepEqual(q, e.set) {
		return
	}
	e.set, e.fresh = q, true
	r := DefaultRules
	r.Surge, r.Weights = q.Surge, q.Weights
	r.LanguageFor = e.paced(q.LanguageFor)
	e.rules = r
	e.slow = map[telephony.SlowNumber]bool{}
	for _, n := range q.Slow {
		e.slow[n] = true
	}
	pauses := q.Pauses
	for _, s := range e.seats {
		s.tell(out{Type: "rules", Pauses: &pauses, WrapUpSec: s.wrapUpSec()})
	}
	e.distribute()
}

func (e *Engine) paced(d time.Duration) time.Duration {
	if e.cfg.Pace > 1 {
		d /= time.Duration(e.cfg.Pace)
	}
	return d
}

// ruling asks how the queue is to work, and where supervisors want the operators.
func (e *Engine) ruling(ctx context.Context) {
	if e.d.Queues == nil {
		return
	}
	t := time.NewTicker(askRules)
	defer t.Stop()
	for {
		here := make(chan []int64, 1)
		e.post(func() { here <- slices.Collect(maps.Keys(e.seats)) })
		select {
		case <-ctx.Done():
			return
		case users := <-here:
			e.rule(ctx, users)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (e *Engine) rule(ctx context.Context, users []int64) {
	limit, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	q, wishes, err := e.d.Queues.Queue(limit, users)
	if err != nil {
		return // the beat says that the database is away
	}
	e.post(func() {
		e.adopt(q)
		for _, w := range wishes {
			if s := e.seats[w.UserID]; s != nil {
				s.wished(w)
			}
		}
	})
}

// wished puts the operator where a supervisor wants him; a talk is ended first.
func (s *seat) wished(w telephony.SeatWish) {
	s.e.log.Info("a supervisor moves an operator", "operator", w.UserID, "state", w.State, "by", w.By)
	s.want(w.State, w.Reason)
	s.tell(out{Type: "moved", State: w.State, Reason: w.Reason, Text: w.By})
}

// isSlow: from his number nobody has spoken again and again (F17). The key for emergencies
// says that somebody is there.
func (c *call) isSlow() bool {
	return c.inbound && !c.urgent() && c.e.slow[telephony.SlowNumber{CompanyID: c.company, Phone: c.phone}]
}

// language is what the caller is to be answered in; "" any.
func (e *Engine) language(c *call) string {
	line := c.dec.LineID
	switch {
	case c.inbound:
	case c.order.Purpose == telephony.Callback || c.order.Purpose == telephony.Feedback || c.order.Purpose == telephony.Resident:
		line = c.order.LineID
	default:
		return ""
	}
	if l := e.set.Lines[line]; l != "" {
		return l
	}
	return e.set.Spoken[c.company]
}

// spoken is the language of a caller as far as somebody at work who serves him speaks it:
// nobody waits for an operator who is not there.
func (e *Engine) spoken(c *call) string {
	l := e.language(c)
	if l == "" {
		return ""
	}
	for _, s := range e.seats {
		if s.working() && s.serves(c) && slices.Contains(e.set.Operators[s.who.UserID], l) {
			return l
		}
	}
	return ""
}

// relax decides anew when a caller has waited long enough for his language.
func (e *Engine) relax(c *call) {
	if e.language(c) == "" {
		return
	}
	left := time.Until(c.since.Add(e.rules.LanguageFor))
	time.AfterFunc(max(0, left)+time.Millisecond, func() { e.post(e.distribute) })
}

// wrapUpFor is how long the work after a talk with this company's caller may take.
func (e *Engine) wrapUpFor(company int64) time.Duration {
	if d, own := e.set.WrapUps[company]; own {
		return d
	}
	return e.set.WrapUp
}

// wrapUpSec is what the browser counts down.
func (s *seat) wrapUpSec() int {
	var company int64
	switch {
	case s.last != nil:
		company = s.last.CompanyID
	case s.call != nil:
		company = s.call.company
	}
	return int(s.e.wrapUpFor(company) / time.Second)
}
