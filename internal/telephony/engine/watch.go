package engine

import (
	"encoding/json"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
)

// What a supervisor does with somebody's talk.
const (
	watchListen  = "listen"  // he hears both, nobody hears him
	watchWhisper = "whisper" // the operator hears him too
	watchJoin    = "join"    // everybody hears everybody
)

// watched is a talk a supervisor takes part in.
type watched struct {
	by   *seat
	mode string
	at   time.Time
	// What he wanted to be before: he is brought no calls meanwhile.
	wanted, why string
}

const watchingWhy = "слушает разговор"

// watch lets the supervisor hear a talk, or changes how he takes part in it.
func (s *seat) watch(key, mode string) {
	c := s.e.calls[key]
	switch {
	case !s.who.Listens:
		s.fail("watch.right", "У вас нет права слушать разговоры.")
		return
	case mode != watchListen && mode != watchWhisper && mode != watchJoin:
		s.fail("watch.mode", "Так слушать нельзя.")
		return
	case c == nil || !s.serves(c) || c.phase != talking || c.seat == nil || c.seat == s:
		s.fail("watch.gone", "Этот разговор уже закончился.")
		return
	case s.call != nil || s.leg == nil || !s.media:
		s.fail("watch.busy", "Сначала закончите свой звонок; нужен микрофон и наушники.")
		return
	case c.watched != nil && c.watched.by != s:
		s.fail("watch.taken", "Этот разговор уже слушает "+c.watched.by.who.Name+".")
		return
	}
	if s.watching != nil && s.watching != c {
		s.unwatch()
	}
	w := c.watched
	if w == nil {
		w = &watched{by: s, wanted: s.wanted, why: s.why}
		c.watched, s.watching = w, c
		s.wanted, s.why = statePause, watchingWhy
		s.settle()
	}
	c.noteWatch("")
	w.mode, w.at = mode, time.Now()
	c.noteWatch(mode)
	c.rejoin()
	s.tell(out{Type: "watching", Watch: &WatchView{Call: c.key, Mode: mode}})
}

// unwatch ends the supervisor's part; the talk goes on.
func (s *seat) unwatch() {
	c := s.watching
	if c == nil {
		return
	}
	w := c.watched
	c.noteWatch("")
	s.watching, c.watched = nil, nil
	s.tell(out{Type: "watching", Watch: &WatchView{}})
	if s.wanted == statePause && s.why == watchingWhy {
		s.wanted, s.why = w.wanted, w.why
	}
	c.rejoin()
	s.settle()
}

// noteWatch writes down that a supervisor's part begins in a mode, or ends: the
// recording tells who is heard from when on.
func (c *call) noteWatch(mode string) {
	w := c.watched
	if mode == "" && w.mode == "" {
		return
	}
	c.report(telephony.CallWatched, func(r *telephony.Report) {
		r.Operator = w.by.who.UserID
		r.Data, _ = json.Marshal(telephony.Watched{Name: w.by.who.Name, Mode: mode})
	})
}

// rejoin puts the talk together anew and tells the operator who hears him.
func (c *call) rejoin() {
	if c.phase != talking || c.seat == nil || c.held || c.seat.kept {
		return
	}
	c.join(c.seat)
	v := c.shown(c.seat)
	c.seat.tell(out{Type: "call", View: &v})
}

// together connects the call with the operator, and the supervisor where one takes part.
func (c *call) together(s *seat) (undo func()) {
	w := c.watched
	if w == nil || w.by.leg == nil {
		return media.Join(c.leg.Media(), s.device.port())
	}
	const caller, operator, lead = 0, 1, 2
	parties := []media.Party{
		{Port: c.leg.Media(), Hears: []int{operator}}, {Port: s.device.port(), Hears: []int{caller}}, {Port: w.by.leg, Hears: []int{caller, operator}},
	}
	if w.mode == watchWhisper || w.mode == watchJoin {
		parties[operator].Hears = append(parties[operator].Hears, lead)
	}
	if w.mode == watchJoin {
		parties[caller].Hears = append(parties[caller].Hears, lead)
	}
	return media.Mix(parties...)
}

// WatchView tells a browser which talk its person hears; an empty one: none.
type WatchView struct {
	Call string `json:"call"`
	Mode string `json:"mode"`
}

// watcher is the supervisor whom the operator hears, or who hears him where he is told.
func (c *call) watcher() (name, mode string) {
	w := c.watched
	if w == nil || w.mode == watchListen && !c.e.tellsListened() {
		return "", ""
	}
	return w.by.who.Name, w.mode
}

// tellsListened reports whether an operator sees that he is listened to.
func (e *Engine) tellsListened() bool { return true }
