package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"d24/internal/telephony"
)

// A caller may be led to a colleague as to a competent person (SR2). Until the colleague has
// him the call is the first operator's; the colleague is a guest of it.

// guest is the transfer by which a colleague's caller is led to this operator; nil: none.
func (s *seat) guest() *transfer {
	if c := s.call; c != nil && c.transfer != nil && c.transfer.mate == s {
		return c.transfer
	}
	return nil
}

func (t *transfer) mateID() int64 {
	if t.mate == nil {
		return 0
	}
	return t.mate.who.UserID
}

// toMate rings a colleague who is free. Nobody waits for one who is not: he would keep the
// caller from those who are.
func (t *transfer) toMate(s *seat, operator int64) {
	c := t.c
	m := c.e.seats[operator]
	switch {
	case operator == s.who.UserID:
		t.refused(s, "transfer.self", "Это ваш собственный номер.")
		return
	case m == nil || m.state == stateOff || !m.serves(c): // a stranger's operator is nobody here (F20)
		t.refused(s, "transfer.nobody", "Такого диспетчера сейчас нет на смене.")
		return
	case m.state != stateReady:
		t.refused(s, "transfer.busy", m.who.Name+": сейчас не свободен.")
		return
	}
	t.mate, t.to = m, telephony.Competent{CompanyID: c.company, Name: m.who.Name, AtOnce: true}
	t.begin(s)
	m.call, m.last = c, nil
	m.set(stateRinging, "")
	m.show(viewRinging)
	m.device.ring(c)
	c.report(telephony.CallOffered, func(r *telephony.Report) { r.Operator = operator })
}

// taken is the colleague's answer.
func (t *transfer) taken() {
	m := t.mate
	m.soundAt, m.kept, m.dumb, m.ears = time.Now(), false, false, nil
	m.unecho()
	m.set(stateTalking, "")
	t.answered()
	if t.c.transfer == t {
		m.show(viewTalking)
	}
}

// missed: the colleague does not take the caller.
func (t *transfer) missed(why string) {
	t.unheard = why
	o := telephony.NoAnswer
	if why == declined {
		o = telephony.Rejected
	}
	t.back(o)
}

// mateGone: his browser, or his sound, is no more.
func (t *transfer) mateGone() { t.back(telephony.CarrierFailed) }

// dismiss lets a colleague go who does not get the caller. One who did not answer rests, as
// after any ring that nobody heard; one who has said no is free for others.
func (t *transfer) dismiss(o telephony.Outcome) {
	m, c := t.mate, t.c
	if m == nil || m.call != c {
		return
	}
	why := t.unheard
	if why == "" && o == telephony.NoAnswer {
		why = notTaken
	}
	if why != "" {
		c.missedBy(m.who.UserID, misses[why])
		m.tell(out{Type: "missed", Call: c.key})
		if why != declined {
			m.wanted, m.why = statePause, why
		}
	}
	if why == "" && o == telephony.Abandoned && m.view == viewRinging { // as with any ring; he stays at work
		c.missedBy(m.who.UserID, telephony.MissGaveUp)
	}
	v := c.shown(m)
	v.State, v.Outcome = viewEnded, telephony.Cancelled
	if m.view != viewRinging && c.seat != nil {
		m.tell(out{Type: "taken", Taken: &TakenView{Call: c.key, By: c.seat.who.Name, Led: true}})
	}
	m.device.free()
	m.call, m.view, m.last = nil, "", nil
	m.tell(out{Type: "call", View: &v})
	m.settle()
}

// ColleagueView is an operator to whom a caller may be led.
type ColleagueView struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"` // of a pause
	Number string `json:"number"`           // what a desk phone dials for him
}

// colleagues tells the operator to whom he may lead his caller, those who are free first.
func (s *seat) colleagues(key string) {
	list := []ColleagueView{}
	if c := s.call; c != nil && c.key == key {
		for _, m := range s.e.seats {
			if m != s && m.state != stateOff && m.serves(c) {
				list = append(list, ColleagueView{m.who.UserID, m.who.Name, m.state, m.reason, telephony.ShortNumber(m.who.UserID)})
			}
		}
	}
	free := func(v ColleagueView) int {
		if v.State == stateReady {
			return 0
		}
		return 1
	}
	slices.SortFunc(list, func(a, b ColleagueView) int {
		return cmp.Or(free(a)-free(b), strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	s.tell(out{Type: "colleagues", Colleagues: &list})
}
