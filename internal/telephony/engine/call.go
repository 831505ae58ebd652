package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// phase is where a call is.
type phase string

const (
	arriving   phase = "arriving"   // an incoming call that is not answered yet
	waiting    phase = "waiting"    // for an operator, or for its number to get free
	offered    phase = "offered"    // an operator's phone rings
	counting   phase = "counting"   // taken; the dial starts in a moment
	dialling   phase = "dialling"   // the far phone is being rung
	talking    phase = "talking"    // an operator speaks
	announcing phase = "announcing" // the words of an order are spoken, or a message before the end
	over       phase = "over"
)

// call is one incoming call or one order. The loop owns it.
type call struct {
	e         *Engine
	key       string
	inbound   bool
	phase     phase
	order     telephony.Order
	in        telephony.Incoming
	dec       telephony.Decision
	company   int64
	phone     string
	priority  int
	since     time.Time // waits since
	passed    []int64   // operators who let it pass
	dismissed bool      // he has been told why the order was withdrawn
	returned  bool      // came back from an operator who vanished (F1)
	reserved  bool      // in its hours he is the company's alone, until he overflows (C8)
	rung      bool      // and its phones ring, or are about to
	spilled   bool      // the company did not answer him (F23)
	repeated  bool      // he called a short while ago and reached nobody
	started   bool      // a call exists in the journal
	joined    bool      // an operator has spoken
	talkAt    time.Time // first
	held      bool
	heldAt    time.Time // since when he hears music
	operator  int64     // who spoke last
	digit     string    // the key that meant something

	leg      *sip.Leg
	twins    []*twin  // other ways on which the same call has come (F10)
	self     *sip.Leg // the company's own phone that has answered
	other    *second  // a second phone that rings or speaks
	transfer *transfer
	went     *TransferView // what came of the last transfer
	seconds  int           // second phones so far
	seat     *seat
	tape     *taping
	talks    int // consultations so far
	seq      int
	heard    []telephony.Spoken // notices told to him
	telling  telephony.Spoken   // the one that sounds now
	told     int64              // the first notice heard to its end; 0 none, or he asked for a person
	toldAt   time.Time          // when the latest one ended
	idle     bool               // music plays: he may be told something
	guided   bool               // the guidance of who waits is spoken
	broke    string             // why its end came that nobody wanted
	noticed  bool               // he knows that he is recorded
	noticing int                // the turn of playing in which he is told
	stop     func()             // the sound being played
	playing  int                // tells an old sound's end from the present one's
	undo     func()             // the join
	watched  *watched           // a supervisor takes part
	timer    *time.Timer
	spill    *time.Timer        // till he overflows
	giveUp   context.CancelFunc // of the dial under way
	leave    func()             // gives the trunk's channel back
	again    bool               // dialled a second time, as the first answer had no sound (F9)
	changed  telephony.Changed  // why its trunk was changed then
	stopped  bool               // withdrawn
	trunk    int64              // that carries it
	shownAs  string             // on the list of calls
	sinceAt  time.Time          // since when
	crossed  bool               // the person we dial is calling us: his call is taken instead (F26)
	expiry   *time.Timer        // of an order that must not ring for ever
	lost     lost               // whose operator vanished last
	ear      *lineEar           // listens whether anybody is there
	person   bool               // somebody is: he has pressed a key, or spoken
	spoken   bool               // with an operator
	nobody   bool               // in a talk, and the operator knows
	quietAt  time.Time          // since when he should be heard
	empty    telephony.Empty    // nobody is
	deaf     bool               // as no sound came at all
	weighing []measured         // sides that are joined
	sums     map[telephony.Side]rtp.Sums
}

func newKey() string { return "c-" + rand.Text() }

// report adds a fact of this call.
func (c *call) report(k telephony.ReportKind, more ...func(*telephony.Report)) {
	c.seq++
	r := telephony.Report{CallKey: c.key, Seq: c.seq, At: time.Now().UTC(), Kind: k, Node: c.e.cfg.Node, CompanyID: c.company, OrderKey: c.order.Key}
	for _, f := range more {
		f(&r)
	}
	c.e.reports.add(r)
}

// begin opens the call in the journal.
func (c *call) begin(trunkID int64) {
	if c.started {
		return
	}
	c.started, c.trunk = true, trunkID
	c.report(telephony.CallStarted, func(r *telephony.Report) {
		r.Phone, r.TrunkID = c.phone, trunkID
		if c.inbound {
			r.Direction, r.Called, r.LineID, r.CityID = "inbound", c.in.Called, c.dec.LineID, c.dec.CityID
			r.Service = c.dec.Service
			return
		}
		r.Direction, r.Called, r.LineID = "outbound", c.phone, c.order.LineID
		r.Data, _ = json.Marshal(c.order)
	})
	if c.seat != nil && c.seat.call == c {
		v := c.shown(c.seat)
		c.seat.tell(out{Type: "call", View: &v})
	}
}

// play sounds p to the far side instead of whatever sounds now; then runs on the
// loop when it was played to its end.
func (c *call) play(p *media.Prompt, loop bool, then func()) {
	c.quiet()
	if c.leg == nil || c.phase == over {
		return
	}
	stop, done := c.e.pacer.Start(c.leg.Media(), p, loop)
	c.stop = stop
	turn := c.playing
	if then == nil {
		return
	}
	c.e.beside(func() {
		select {
		case <-done:
			c.e.post(func() {
				if c.playing == turn && c.phase != over {
					then()
				}
			})
		case <-c.e.quit:
		}
	})
}

// say is play of words, which may have to be spoken first.
func (c *call) say(s telephony.Speech, then func()) {
	c.quiet()
	turn := c.playing
	c.e.beside(func() {
		p := c.e.prompts.of(s)
		c.e.post(func() {
			if c.playing == turn && c.phase != over {
				c.play(p, false, then)
			}
		})
	})
}

// quiet ends what sounds.
func (c *call) quiet() {
	c.playing++
	c.idle = false
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
}

// join connects the operator's ear with the call.
func (c *call) join(s *seat) {
	ear := s.device.port()
	if ear != nil && c.first(ear, func() {
		if c.phase == talking && c.seat == s && !c.held {
			c.join(s)
		}
	}) {
		c.held = false
		return
	}
	c.quiet()
	c.part()
	c.held = false
	if ear == nil || c.leg == nil {
		return
	}
	c.undo = c.together(s)
	c.weigh(telephony.SideOperator, s.device.port())
	s.attend()
}

// part undoes the join.
func (c *call) part() {
	if c.undo != nil {
		c.undo()
		c.undo = nil
	}
	c.weighed()
}

// talk begins the operator's part.
func (c *call) talk(s *seat) {
	c.phase, c.seat, c.operator = talking, s, s.who.UserID
	c.speaks()
	c.e.unqueue(c)
	c.halt()
	c.unreserve()
	c.e.waited(c, false)
	c.report(telephony.CallJoined, func(r *telephony.Report) { r.Operator = s.who.UserID })
	s.soundAt, s.kept, s.dumb, s.ears = time.Now(), false, false, s.device.ears()
	s.unecho()
	c.speakNow()
	c.join(s)
	c.taken(s)
	s.show(viewTalking)
	s.set(stateTalking, "")
}

// speaks marks that he has a person to speak with.
func (c *call) speaks() {
	if !c.joined {
		c.joined, c.talkAt = true, time.Now()
	}
}

// onHold lets him hear music till he is joined again.
func (c *call) onHold() {
	c.held, c.heldAt = true, time.Now()
	c.holdOn()
}

// halt stops the call's timer.
func (c *call) halt() {
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// wait puts f off; a later wait or halt takes its place.
func (c *call) wait(d time.Duration, f func()) {
	c.halt()
	var t *time.Timer
	t = c.e.after(d, func() {
		if c.timer == t && c.phase != over {
			c.timer = nil
			f()
		}
	})
	c.timer = t
}

// watch ends the call when its far side is gone.
func (c *call) watch() {
	leg, leave := c.leg, c.leave
	c.e.beside(func() {
		select {
		case <-leg.Done():
			leave()
			end := leg.End()
			c.e.post(func() {
				if c.leg == leg { // not one that was given up for another
					c.farGone(end)
				}
			})
		case <-c.e.quit:
		}
	})
}

// broken are ends of a leg that nobody wanted, in words.
var broken = map[sip.Cause]string{
	sip.ByExpiry: "провайдер не продлил сессию", sip.ByMediaLost: "звук пропал", sip.ByFailure: "связь оборвалась", sip.ByNoACK: "ответ не подтверждён",
}

func (c *call) farGone(end sip.Ending) {
	if c.inherit(broken[end.Cause]) {
		return
	}
	outcome, blame := telephony.Answered, telephony.Nobody
	switch {
	case c.empty != "": // he was told goodbye
		outcome, blame = c.emptied()
	case c.inbound && (c.digit == telephony.KeyCallBack || c.digit == telephony.KeyMessage): // he was about to go
		outcome = telephony.Abandoned
	case c.satisfied():
	case c.bridging(): // he did not wait for the other
		outcome = telephony.Cancelled
	case c.inbound && (!c.joined || c.phase == waiting || c.phase == offered) && c.dec.Action == telephony.Queue: // also after his operator vanished (F1)
		outcome, blame = telephony.Abandoned, telephony.Theirs
	case end.Cause == sip.ByMediaLost || end.Cause == sip.ByExpiry || end.Cause == sip.ByFailure || end.Cause == sip.ByNoACK:
		blame = telephony.Carrier
	}
	c.broke = cmp.Or(c.broke, broken[end.Cause])
	c.e.waited(c, outcome == telephony.Abandoned)
	c.finish(outcome, blame, false)
}

// finish ends everything of the call, whatever it was doing. It may be called
// again; the first ending counts.
func (c *call) finish(o telephony.Outcome, b telephony.Blame, cut bool) {
	if c.phase == over {
		return
	}
	wasRinging := c.phase == offered
	c.phase = over
	c.halt()
	c.unreserve()
	if c.expiry != nil {
		c.expiry.Stop()
	}
	c.quiet()
	c.part()
	if c.watched != nil {
		c.watched.by.unwatch()
	}
	e := c.e
	e.unqueue(c)
	delete(e.calls, c.key)
	if c.giveUp != nil {
		c.giveUp()
	}
	if c.self != nil {
		c.self.Hangup()
	}
	c.release()
	if c.transfer != nil {
		c.transfer.dropped(telephony.Abandoned)
	}
	if c.other != nil {
		c.other.hangup()
	}
	if c.leg != nil {
		c.leg.Media().SetTap(nil, nil)
		c.leg.Hangup()
	}
	c.lineOver()
	c.tape.close()
	if c.seat != nil && wasRinging && c.order.Key == "" && o == telephony.Abandoned {
		c.missedBy(c.seat.who.UserID, telephony.MissGaveUp)
	}
	c.ended(o, b, cut)
	if c.empty != "" {
		e.emptied(c.empty)
	}
	if s := c.seat; s != nil {
		c.seat = nil
		s.kept, s.dumb, s.ears = false, false, nil
		s.released(o, wasRinging)
	}
	if e.busy[c.phone] == c {
		delete(e.busy, c.phone)
	}
	e.unhold(c.phone)
	e.distribute()
}

func (c *call) ended(o telephony.Outcome, b telephony.Blame, cut bool) {
	if !c.started && c.order.Key != "" { // nothing was dialled: the order ends, there is no call
		c.e.reports.add(telephony.Report{At: time.Now().UTC(), Kind: telephony.CallEnded, Node: c.e.cfg.Node, OrderKey: c.order.Key, Outcome: o, Blame: b})
		return
	}
	c.report(telephony.CallEnded, func(r *telephony.Report) {
		r.Outcome, r.Blame, r.Cut, r.Digit, r.Why, r.Empty = o, b, cut, c.digit, c.broke, c.empty
		r.Sound = c.sounds()
		if c.joined {
			r.Operator = c.operator
		}
		if o == telephony.Answered && c.satisfied() {
			r.Data, _ = json.Marshal(telephony.Told{Notice: c.told})
		}
	})
}
