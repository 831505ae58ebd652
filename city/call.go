package city

import (
	"context"
	"errors"
	"sync"
	"time"

	"d24/voip/media"
	"d24/voip/sip"
)

// State of a call.
type State string

// The states, in this order.
const (
	Dials State = "dialling" // placed, nothing heard of it
	Rings State = "ringing"
	Talks State = "talking"
	Over  State = "over"
)

// End is how a call ended.
type End struct {
	Code     int     // SIP status; 0 after a talk
	By       sip.Who // "" when it never left
	Answered bool
	Text     string // Russian, for the page
}

// Times of a call; zero: it did not come to that.
type Times struct{ Placed, Rang, Answered, Greeted, Ended time.Time }

// Call is one call of one subscriber: placed by him (Out), or ringing his phone.
type Call struct {
	c     *City
	s     *Subscriber
	p     *Provider
	ID    int64
	Out   bool
	Other string // the line called, or who calls: digits of E.164

	ear   ear
	mouth *mouth
	hand  chan bool       // a person takes (true) or refuses the ringing call
	done  chan struct{}   // closes when it is over
	ctx   context.Context //nolint:containedctx // the call's life
	stop  context.CancelFunc

	mu    sync.Mutex
	leg   *sip.Leg
	state State
	times Times
	taken bool // a person speaks: the script is silent
	sent  bool // it went out through a trunk
	end   End
}

func (c *City) newCall(s *Subscriber, p *Provider, other string, out bool) *Call {
	k := &Call{c: c, s: s, p: p, ID: c.ids.Add(1), Out: out, Other: other, hand: make(chan bool, 1), done: make(chan struct{}), state: Dials}
	if !out {
		k.state = Rings
	}
	k.times.Placed = time.Now()
	k.ctx, k.stop = context.WithCancel(c.ctx)
	c.mu.Lock()
	c.live[k] = struct{}{}
	n := len(c.live)
	c.mu.Unlock()
	c.figures.Load().seen(n)
	return k
}

// Done closes when the call is over; then End says how.
func (k *Call) Done() <-chan struct{} { return k.done }

// End is how the call ended; it waits for that.
func (k *Call) End() End { <-k.done; return k.end }

// Hangup ends the call whatever it is doing.
func (k *Call) Hangup() { k.stop() }

// State is where the call is.
func (k *Call) State() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// Times are the call's instants so far.
func (k *Call) Times() Times {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.times
	t.Greeted = k.ear.firstSound()
	return t
}

func (k *Call) tell(kind Kind, code int, text string) {
	e := Event{Kind: kind, Number: k.s.Number, Other: k.Other, Call: k.ID, Code: code, Text: text, Out: k.Out}
	if k.p != nil {
		e.Provider = k.p.cfg.Name
	}
	k.c.tell(e)
}

// moves to a state and notes when; the page hears of it.
func (k *Call) to(s State, kind Kind) {
	now := time.Now()
	k.mu.Lock()
	again := k.state == s && !k.times.Rang.IsZero()
	k.state = s
	switch s {
	case Rings:
		k.times.Rang = now
	case Talks:
		k.times.Answered = now
	case Dials, Over:
	}
	k.mu.Unlock()
	if !again {
		k.tell(kind, 0, "")
	}
}

// dial places the call and stays with it to its end.
func (k *Call) dial(script Script) {
	p := k.p
	if p == nil {
		k.missed(404, "такой линии нет")
		return
	}
	from := k.s.Number
	if script.Anonymous {
		from = "anonymous"
	}
	target, why := p.target(k.Other, from)
	if why != "" {
		k.missed(503, why)
		return
	}
	target.OnProgress = func(int, bool) { k.to(Rings, Ringing) }
	k.sent = true
	k.tell(Calling, 0, "")
	ctx, cancel := k.ctx, context.CancelFunc(func() {})
	if script.HangUp > 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(script.HangUp))
	}
	defer cancel()
	leg, de := p.stack.Dial(ctx, target)
	if de != nil {
		end := End{Code: de.Code, By: sip.Them, Text: answerText(de.Code)}
		if de.Ended {
			end = End{By: sip.Us, Text: "не дождался и положил трубку"}
		} else if de.Code == 0 {
			end.Text = "диспетчерская не отвечает на пакеты"
		}
		k.finish(end)
		return
	}
	k.bind(leg)
	k.open()
	k.to(Talks, Answered)
	k.talk(script)
}

func (k *Call) missed(code int, why string) {
	k.tell(Missed, code, why)
	k.c.figures.Load().count(&k.c.figures.Load().missed)
	k.finish(End{Code: code, Text: why})
}

// bind lets the call hear.
func (k *Call) bind(leg *sip.Leg) {
	m := leg.Media()
	mo := &mouth{Port: m}
	k.mu.Lock()
	k.leg, k.mouth = leg, mo
	k.mu.Unlock()
	m.SetSink(k.ear.hear)
	m.OnDigit(func(b byte) { k.tell(Keyed, 0, string(b)) })
}

// open lets it send: silence until it speaks.
func (k *Call) open() { k.c.pacer.Start(k.mouth, hush, true) }

var hush = media.Silence(time.Second)

// ring is a call that has come in: the behaviour decides, or a person.
func (k *Call) ring(leg *sip.Leg, b Behaviour) {
	if b.Do == Busy {
		k.tell(Ringing, 0, "")
		leg.Reject(486, "Busy Here")
		k.over(leg)
		return
	}
	_ = leg.Ring()
	k.mu.Lock()
	k.times.Rang = time.Now()
	k.mu.Unlock()
	k.tell(Ringing, 0, "")
	switch verdict := k.decide(leg, &b); verdict {
	case 200:
		k.bind(leg)
		err := leg.Answer()
		if err == nil || errors.Is(err, sip.ErrOver) && leg.End().Cause == sip.ByBye { // hung up at once
			k.open()
			k.to(Talks, Answered)
			k.talk(b.Script)
			return
		}
	case 0: // the caller has given up, or somebody has hung up
		leg.Hangup()
	default:
		if b.Do == Unavailable {
			k.announce(leg, b)
		}
		leg.Reject(verdict, map[int]string{480: "Temporarily Unavailable", 603: "Decline"}[verdict])
	}
	k.over(leg)
}

// decide waits until it is clear what becomes of the ringing call: 200, a status
// to refuse with, or 0 when it has ended by itself.
func (k *Call) decide(leg *sip.Leg, b *Behaviour) int {
	after := time.Duration(b.After)
	verdict := 200
	switch b.Do {
	case ByHand, NoAnswer:
		after, verdict = ringOut, 480
	case Unavailable:
		verdict = 480
	case Reject:
		verdict = 603
	default:
	}
	t := time.NewTimer(after)
	defer t.Stop()
	select {
	case <-t.C:
		return verdict
	case <-leg.Done():
		return 0
	case <-k.ctx.Done():
		return 0
	case yes := <-k.hand:
		*b = Behaviour{Do: ByHand}
		k.takeOver()
		if yes {
			return 200
		}
		return 603
	}
}

// announce is what a network says of a phone that is switched off.
func (k *Call) announce(leg *sip.Leg, b Behaviour) {
	k.bind(leg)
	if leg.Progress() != nil {
		return
	}
	k.open()
	for _, s := range b.Say {
		select {
		case <-k.say(s):
		case <-leg.Done():
			return
		case <-k.ctx.Done():
			return
		}
	}
}

// over finishes the call when its leg has ended, and says how.
func (k *Call) over(leg *sip.Leg) {
	e := leg.End()
	k.mu.Lock()
	answered := !k.times.Answered.IsZero()
	k.mu.Unlock()
	end := End{Code: e.Code, By: e.By, Answered: answered}
	switch {
	case answered && e.By == sip.Them:
		end.Text = "положили трубку на том конце"
	case answered && e.By == sip.Us:
		end.Text = "положил трубку"
	case e.By == sip.Them:
		end.Text = "звонивший положил трубку"
	case e.By == sip.Line:
		end.Text = "связь прервалась: " + e.Text
	default:
		end.Text = answerText(e.Code)
	}
	k.finish(end)
}

func (k *Call) finish(e End) {
	k.stop()
	k.mu.Lock()
	if k.state == Over {
		k.mu.Unlock()
		return
	}
	k.state, k.times.Ended, k.end = Over, time.Now(), e
	k.mu.Unlock()
	k.c.figures.Load().over(k)
	k.s.release(k)
	k.c.mu.Lock()
	delete(k.c.live, k)
	k.c.mu.Unlock()
	k.tell(Ended, e.Code, e.Text)
	close(k.done)
}

// answerText says a SIP status in words.
func answerText(code int) string {
	switch code {
	case 404, 484, 604:
		return "номер не обслуживается"
	case 486, 600:
		return "занято"
	case 480, 408:
		return "не отвечает"
	case 487:
		return "вызов отменён"
	case 603:
		return "вызов отклонён"
	case 503, 500:
		return "нет связи"
	}
	return ""
}
