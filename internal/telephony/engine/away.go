package engine

import (
	"context"
	"time"

	"d24/internal/telephony"
)

// How an operator who vanishes in the middle of a talk is waited for (F1, F2).
const (
	// keepFor is how long the call of one whose network is gone stays his.
	keepFor = 30 * time.Second
	// beatMax: a page that lives says something every 2 s; with lookEvery a caller hears
	// within 6 s that he is to wait.
	beatMax   = 5500 * time.Millisecond
	lookEvery = 250 * time.Millisecond
)

// awayText is for a person whose operator is expected back.
var awayText = telephony.Speech{Text: "Оставайтесь на линии, пожалуйста. Связь с диспетчером прервалась, восстанавливаем её.", Spare: telephony.SpareStay}

// lost is whose operator side of a call broke off; by 0: nobody's.
type lost struct {
	by int64
	at time.Time // when he was last there
}

// TakenView tells a browser that came back too late who has its call; By "": nobody yet. Led: it
// was led to him, or has gone back to him who led it here.
type TakenView struct {
	Call string `json:"call"`
	By   string `json:"by"`
	Led  bool   `json:"led,omitempty"`
}

// looking looks after those who vanish.
func (e *Engine) looking(ctx context.Context) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			e.post(func() {
				now := time.Now()
				for _, s := range e.seats {
					s.look(now)
				}
			})
		}
	}
}

// look waits for the operator of a talk who is not there: the caller is told, then given away.
func (s *seat) look(now time.Time) {
	s.lookAtPhone()
	if at := s.device.heardAt(); at.After(s.soundAt) {
		s.soundAt = at
	}
	c := s.call
	if c == nil || c.phase != talking {
		return
	}
	away := now.Sub(s.soundAt)
	if t := s.guest(); t != nil {
		if t.state == telephony.TransferAnswered && away >= goneAfter && !s.there(now) {
			s.gone(soundIsGone)
			s.settle()
		}
		return
	}
	switch {
	case s.conn == nil && now.Sub(s.lostAt) >= cutOffFor && !s.device.apart(): // his sound without his pages is no work
		s.giveAway()
	case s.there(now):
		s.isBack()
		s.hears()
		c.hearken(now)
	case away < goneAfter:
	case away < s.patience():
		s.keep()
	default:
		s.giveAway()
	}
}

// there reports whether he hears and is heard, or his page lives with a connected sound that
// only says nothing: a microphone that is unplugged sends none.
func (s *seat) there(now time.Time) bool {
	return now.Sub(s.soundAt) < time.Second || s.conn != nil && s.media && now.Sub(s.conn.beat) < beatMax
}

// patience is how long he is waited for. A browser that died does not come back by itself,
// and whoever calls in an emergency is not kept waiting (F16).
func (s *seat) patience() time.Duration {
	if c := s.call; s.conn == nil && s.died || c.transfer != nil || c.urgent() {
		return goneAfter
	}
	return s.e.cfg.KeepFor
}

// keep lets the caller wait for this operator.
func (s *seat) keep() {
	if s.kept {
		return
	}
	c := s.call
	s.kept = true
	s.e.log.Warn("an operator is away in a talk", "operator", s.who.UserID, "call", c.key)
	c.report(telephony.CallAway, func(r *telephony.Report) { r.Operator = s.who.UserID })
	c.part()
	if !c.held { // one on hold hears music already
		c.say(awayText, c.tune)
	}
}

// tune is music to one who is spoken for: he is told no notices meanwhile.
func (c *call) tune() { c.play(c.e.prompts.music, true, nil) }

// isBack joins the caller again with the operator who was waited for.
func (s *seat) isBack() {
	if !s.kept {
		return
	}
	c := s.call
	s.kept = false
	c.report(telephony.CallReturned, func(r *telephony.Report) { r.Operator = s.who.UserID })
	c.hearAgain(s)
}

// giveAway is the end of the waiting: somebody else takes the caller.
func (s *seat) giveAway() {
	c := s.call
	if s.conn == nil {
		s.gone(browserIsGone)
		return
	}
	v := c.shown(s)
	v.State, v.Outcome, v.Since = viewEnded, telephony.Unknown, time.Now()
	s.tell(out{Type: "call", View: &v})
	s.tell(out{Type: "taken", Taken: &TakenView{Call: c.key}})
	s.gone(soundIsGone)
	s.settle()
}

// reclaim gives an operator who comes back in time his caller, if nobody has taken him
// meanwhile (F2). He is not rung: the two were speaking.
func (e *Engine) reclaim(s *seat) {
	for _, c := range e.calls {
		if c.lost.by != s.who.UserID || c.phase != waiting && c.phase != offered || time.Since(c.lost.at) >= e.cfg.KeepFor || s.call != nil || c.leg == nil {
			continue
		}
		if rival := c.seat; rival != nil {
			rival.released(telephony.Unknown, true)
		}
		e.unqueue(c)
		c.halt()
		c.tune()
		c.phase, c.seat, c.operator, c.lost = talking, s, s.who.UserID, lost{}
		s.call, s.view, s.viewAt, s.soundAt, s.kept = c, viewTalking, time.Now(), time.Now(), true
		s.talkAt = s.viewAt
		c.report(telephony.CallJoined, func(r *telephony.Report) { r.Operator = s.who.UserID })
		s.set(stateTalking, "")
		return
	}
}

// takenFrom is who has the call that this operator lost; nil: nobody, or it is over.
func (e *Engine) takenFrom(s *seat) *TakenView {
	for _, c := range e.calls {
		if c.lost.by == s.who.UserID && c.phase == talking && c.seat != nil && c.seat != s {
			return &TakenView{Call: c.key, By: c.seat.who.Name}
		}
	}
	return nil
}

// taken tells the operator who lost the call that another has it.
func (c *call) taken(by *seat) {
	if s := c.e.seats[c.lost.by]; s != nil && s != by {
		s.tell(out{Type: "taken", Taken: &TakenView{Call: c.key, By: by.who.Name}})
	}
}
