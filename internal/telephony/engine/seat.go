package engine

import (
	"context"
	"time"

	"d24/internal/fault"
	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/webrtc"
)

// States of an operator.
const (
	stateOff      = "off"
	stateNotReady = "not_ready" // no sound or no microphone yet
	stateReady    = "ready"
	stateRinging  = "ringing"
	stateTalking  = "talking"
	stateWrapUp   = "wrap_up"
	statePause    = "pause"
)

// What the operator's call is doing on his screen.
const (
	viewRinging   = "ringing"
	viewCounting  = "counting"
	viewDialling  = "dialling"
	viewTalking   = "talking"
	viewHeld      = "held"
	viewEnded     = "ended"
	notTaken      = "не ответил"
	declined      = "отклонил вызов"
	defaultPause  = "пауза"
	sessionEnded  = "сеанс завершён"
	browserIsGone = "браузер закрыт"
	soundIsGone   = "нет звука"
)

// Waits of a seat.
const (
	// goneAfter is how long a browser may be away before its caller hears of it, and goes to
	// somebody else when it is dead; with the check below it stays under 6 s (F1).
	goneAfter   = 5 * time.Second
	cutOffFor   = 30 * time.Second // the same for one whose sound still comes (F2)
	askSession  = time.Second
	micDeadline = 15 * time.Second
)

// seat is an operator at work: at most one per person. The loop owns it.
type seat struct {
	e      *Engine
	who    telephony.Seat
	token  string
	tab    string
	conn   *conn  // nil: the browser is away
	device device // by what he hears and speaks
	leg    *webrtc.Leg
	media  bool // the leg carries sound
	mic    bool // the browser has heard its microphone
	wanted string
	why    string // of the pause wanted
	ended  bool   // the session is over: the present call is the last

	state  string
	reason string
	since  time.Time

	busySince time.Time // of the last talk and its wrap-up

	call     *call
	watching *call // somebody's talk, heard by a supervisor
	view     string
	viewAt   time.Time
	talkAt   time.Time // the beginning of the talk, holds and all; zero: there is none
	dialAt   *time.Time
	last     *CallView // the call that has just ended, for the wrap-up
	ring     *time.Timer
	wrapUp   *time.Timer
	away     *time.Timer

	lostAt  time.Time // when the connection ended
	died    bool      // it ended as that of a killed browser does
	soundAt time.Time // when he was last heard, or was to be
	kept    bool      // he is away, and the caller waits for him

	ears    *ears  // listen whether he is heard; nil: he was
	dumb    bool   // he is not
	echoing bool   // the sound check takes his voice
	hush    func() // ends what it plays to him

	registered bool // a telephone is on his desk, as his browser was told
}

func (e *Engine) seatOf(who telephony.Seat) *seat {
	s := e.seats[who.UserID]
	if s == nil {
		s = &seat{e: e, state: stateNotReady, since: time.Now(), wanted: statePause, why: "вход"}
		s.device = browser{s}
		e.seats[who.UserID] = s
	}
	s.who = who
	return s
}

// set changes the operator's state.
func (s *seat) set(state, reason string) {
	if s.state == state && s.reason == reason {
		return
	}
	was := s.state
	s.state, s.reason, s.since = state, reason, time.Now()
	s.occupied(was, state)
	if s.who.Own != 0 {
		s.e.ownMoved(s)
	}
	since := s.since // the browser's copy: it is written beside the loop
	o := out{Type: "state", State: state, Reason: reason, Since: &since}
	if state == stateWrapUp {
		o.WrapUpSec = s.wrapUpSec()
	}
	s.tell(o)
}

// settle puts the operator where he wants to be, when nothing else has him.
func (s *seat) settle() {
	switch {
	case s.call != nil || s.wrapUp != nil:
		return
	case s.ended || s.wanted == stateOff:
		s.set(stateOff, s.why)
	case s.wanted == statePause:
		s.set(statePause, s.why)
	case s.conn == nil || !s.device.able():
		s.set(stateNotReady, s.device.lack())
	default:
		s.set(stateReady, "")
		s.e.distribute()
	}
}

// offer rings the operator's phone.
func (s *seat) offer(c *call) {
	s.e.unqueue(c)
	s.call, c.seat, c.phase = c, s, c.ringingPhase()
	s.last = nil
	s.set(stateRinging, "")
	s.show(viewRinging)
	s.device.ring(c)
	if c.started {
		c.report(telephony.CallOffered, func(r *telephony.Report) { r.Operator = s.who.UserID })
	}
	s.ring = s.e.after(s.e.set.Ring, func() {
		if s.call == c && s.view == viewRinging {
			s.missed(notTaken)
		}
	})
}

// ringingPhase: a person who hears the words keeps hearing them while an
// operator's phone rings.
func (c *call) ringingPhase() phase {
	if c.phase == announcing {
		return announcing
	}
	return offered
}

// missed gives the call to somebody else and this operator a rest: a phone that
// nobody hears would swallow every call.
func (s *seat) missed(why string) {
	if t := s.guest(); t != nil {
		t.missed(why)
		return
	}
	c := s.call
	s.stopRing()
	s.device.free()
	s.call, s.view = nil, ""
	if c != nil && c.phase != over {
		c.seat = nil
		if c.phase == offered {
			c.phase = waiting
		}
		c.passed = append(c.passed, s.who.UserID)
		c.anybodys(s.who.UserID)
		if c.started {
			c.missedBy(s.who.UserID, misses[why])
		}
		s.tell(out{Type: "missed", Call: c.key})
	}
	s.wanted, s.why = statePause, why
	s.settle()
	if c != nil && c.phase != over {
		s.e.enqueue(c)
	}
}

// misses are what missed reports, by what the operator's state says.
var misses = map[string]telephony.Miss{notTaken: telephony.MissNotTaken, declined: telephony.MissDeclined, phoneSilent: telephony.MissPhoneSilent}

func (c *call) missedBy(operator int64, m telephony.Miss) {
	c.report(telephony.CallMissed, func(r *telephony.Report) { r.Operator, r.Miss = operator, m })
}

func (s *seat) stopRing() {
	if s.ring != nil {
		s.ring.Stop()
		s.ring = nil
	}
}

// answer takes the call that rings.
func (s *seat) answer(key string) {
	c := s.call
	if c == nil || c.key != key || s.view != viewRinging {
		s.fail("call.gone", "Этот вызов уже не ждёт ответа.")
		return
	}
	s.stopRing()
	s.e.log.Info("an operator answers", "operator", s.who.UserID, "call", key)
	if t := s.guest(); t != nil {
		t.taken()
		return
	}
	if c.inbound || c.leg != nil {
		c.talk(s)
		return
	}
	s.set(stateTalking, "")
	c.take(s)
}

// released is the end of the operator's call.
func (s *seat) released(o telephony.Outcome, wasRinging bool) {
	s.stopRing()
	s.device.free()
	c := s.call
	if c == nil {
		return
	}
	if wasRinging || s.view == viewRinging { // the caller gave up: there is nothing to write
		s.last = nil
		s.call, s.view, s.dialAt = nil, "", nil
		v := c.shown(s)
		v.State, v.Outcome = viewEnded, o
		s.tell(out{Type: "call", View: &v})
		s.settle()
		return
	}
	s.dialAt = nil
	v := c.shown(s)
	v.State, v.Outcome, v.Since, v.DialAt = viewEnded, o, time.Now(), nil
	s.call, s.view, s.last = nil, "", &v
	s.tell(out{Type: "call", View: &v})
	s.set(stateWrapUp, "")
	s.wrapUp = s.e.after(s.e.wrapUpFor(v.CompanyID), s.wrapped)
}

// wrapped ends the wrap-up.
func (s *seat) wrapped() {
	if s.wrapUp != nil {
		s.wrapUp.Stop()
		s.wrapUp = nil
	}
	s.last = nil
	s.settle()
}

// show tells the browser what its call is doing.
func (s *seat) show(view string) {
	s.view, s.viewAt = view, time.Now()
	switch {
	case view == viewHeld: // a part of the talk
	case view != viewTalking:
		s.talkAt = time.Time{}
	case s.talkAt.IsZero():
		s.talkAt = s.viewAt
	}
	if s.call == nil {
		return
	}
	v := s.call.shown(s)
	s.tell(out{Type: "call", View: &v})
}

// hangup is the operator's end of the call. A task taken but not yet dialled is
// put back undone.
func (s *seat) hangup(key string) {
	c := s.call
	if c == nil || c.key != key {
		return
	}
	switch {
	case s.view == viewRinging:
		s.missed(declined)
	case s.guest() != nil:
		c.transfer.back(telephony.Answered)
	case c.transfer != nil:
		c.transfer.leave()
	case c.leg != nil:
		c.finish(telephony.Answered, telephony.Nobody, false)
	default:
		c.stopped = true
		c.finish(telephony.Cancelled, telephony.Nobody, false)
	}
}

// hold lets the other side hear music.
func (s *seat) hold(key string, on bool) {
	c := s.call
	if c == nil || c.key != key || c.phase != talking || c.held == on || c.transfer != nil {
		return
	}
	if !on && s.device.holds() {
		s.fail("phone.hold", "Удержание включено на телефоне: снимите его там.")
		return
	}
	if on {
		c.part()
		c.onHold()
		c.report(telephony.CallHeld)
		s.show(viewHeld)
		return
	}
	c.quietAt = time.Now()
	c.join(s)
	c.report(telephony.CallResumed)
	s.show(viewTalking)
}

// lost is the end of the browser's connection: it has a moment to come back.
func (s *seat) lost(died bool) {
	s.conn, s.lostAt, s.died = nil, time.Now(), died
	if s.away != nil {
		s.away.Stop()
	}
	s.await()
}

// await gives up a browser that does not come back. One in a talk is looked after there:
// while its sound still comes only the pages are away, restarted maybe (R14).
func (s *seat) await() {
	s.away = time.AfterFunc(goneAfter, func() {
		s.e.post(func() {
			switch {
			case s.conn != nil:
			case s.call != nil && s.call.phase == talking && (s.guest() == nil || s.device.apart()):
				s.await()
			default:
				s.gone(browserIsGone)
			}
		})
	})
}

// gone gives back whatever the operator had: his browser or his sound is no more.
func (s *seat) gone(why string) {
	if t := s.guest(); t != nil {
		t.mateGone()
	}
	s.stopRing()
	s.device.free()
	s.unwatch()
	c := s.call
	s.call, s.view, s.dialAt, s.kept, s.dumb, s.ears = nil, "", nil, false, false, nil
	if c != nil && c.phase != over {
		switch c.phase {
		case offered, announcing:
			if c.phase == offered {
				c.phase = waiting
			}
			c.seat = nil
			s.e.enqueue(c)
		case dialling: // the phone rings already: whoever is free takes over, or the words do
			c.seat = nil
		case arriving, waiting, counting, talking, over:
			c.halt()
			c.lost = lost{s.who.UserID, s.soundAt}
			c.orphaned()
		}
	}
	if s.wrapUp != nil {
		s.wrapUp.Stop()
		s.wrapUp = nil
	}
	if s.leg != nil && s.conn == nil {
		s.leg.Close()
		s.leg, s.media = nil, false
	}
	s.wanted, s.why = statePause, why
	s.set(stateOff, why)
	s.disown()
	if s.away != nil {
		s.away.Stop()
		s.away = nil
	}
	if s.conn == nil && s.e.seats[s.who.UserID] == s { // not the one he has since he is back
		delete(s.e.seats, s.who.UserID)
	}
}

// heard takes the state of the browser's sound.
func (s *seat) heard(leg *webrtc.Leg, st webrtc.State) {
	if s.leg != leg {
		return
	}
	s.media = st == webrtc.Connected
	up := s.media
	s.tell(out{Type: "media", Connected: &up})
	if s.media && s.call != nil && s.call.phase == talking && s.device.port() == media.Port(leg) {
		s.soundAt = time.Now()
		if s.kept {
			s.isBack()
		} else {
			s.call.hearAgain(s)
		}
	}
	if s.media && s.watching != nil {
		s.watching.rejoin()
	}
	if st == webrtc.Closed {
		s.leg = nil
		s.unwatch()
	}
	s.settle()
}

// keepAsking looks whether the session still stands: rights taken away end the
// work after the present call (F5).
func (e *Engine) keepAsking(ctx context.Context) {
	t := time.NewTicker(askSession)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		type asked struct {
			s     *seat
			token string
		}
		list := make(chan []asked, 1)
		e.post(func() {
			var all []asked
			for _, s := range e.seats {
				all = append(all, asked{s, s.token})
			}
			list <- all
		})
		var all []asked
		select {
		case <-ctx.Done():
			return
		case all = <-list:
		}
		for _, a := range all {
			e.askOne(ctx, a.s, a.token)
		}
	}
}

func (e *Engine) askOne(ctx context.Context, s *seat, token string) {
	limit, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	who, err := e.d.Seats.Seat(limit, token)
	kind := fault.KindOf(err)
	if err != nil && kind != fault.Forbidden && kind != fault.Login {
		return // the database is away: nobody is sent home for that
	}
	e.post(func() {
		if s.token != token {
			return
		}
		if err == nil {
			moved := s.who.Own != who.Own
			if s.who = who; moved { // he is of another company now
				e.deserted()
			}
			return
		}
		s.ended, s.why = true, sessionEnded
		s.settle()
		s.fail("session.ended", "Сеанс завершён: войдите снова.")
	})
}
