package city

import (
	"context"
	"strings"
	"sync"

	"d24/voip/sip"
)

// Role of a subscriber.
type Role string

// The roles.
const (
	ResidentRole Role = "resident" // житель: calls
	ExecutorRole Role = "executor" // исполнитель: is called
)

// SubscriberConfig is one telephone of the city.
type SubscriberConfig struct {
	Number string
	Role   Role
	Label  string // an address or a post; a resident has no name
	Group  string // his company, for the page
	Says   string // his address as he says it
	// Rings are the behaviours when his phone rings; none: an executor accepts
	// after 3 s, a resident answers.
	Rings []Behaviour
}

// Subscriber is a telephone of the city with its person. It has one line: busy
// while it talks.
type Subscriber struct {
	c      *City
	Number string // digits of E.164
	Role   Role
	Label  string
	Group  string // his company
	Says   string // his address in words
	Listed bool   // on the page also when he is idle

	mu     sync.Mutex
	choose chooser
	usual  []Behaviour
	mode   Mood // set by hand; "": as the behaviours say
	call   *Call
	last   *Call
}

func (c *City) newSubscriber(s SubscriberConfig) *Subscriber {
	if len(s.Rings) == 0 {
		s.Rings = []Behaviour{{Do: Accept}}
		if s.Role == ResidentRole {
			s.Rings = []Behaviour{{Do: Answer, Script: Script{Say: []string{"Алло.", "Да, спасибо."}}}}
		}
	}
	n := Normalise(s.Number)
	return &Subscriber{c: c, Number: n, Role: s.Role, Label: s.Label, Group: s.Group, Says: s.Says, usual: s.Rings, choose: newChooser(c.cfg.Seed, n, s.Rings)}
}

// Behave sets what he does when his phone rings: for one call each in turn, the
// last one for all that follow; or by Chance.
func (s *Subscriber) Behave(list ...Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.choose = newChooser(s.c.cfg.Seed, s.Number, list)
	s.mode = ""
}

// BeUsual undoes Behave and SetMode.
func (s *Subscriber) BeUsual() { s.Behave(s.usual...) }

// fill puts his address into a sentence.
func (s *Subscriber) fill(sentence string) string {
	says := s.Says
	if says == "" {
		says = "Я не помню номер дома."
	}
	return strings.ReplaceAll(sentence, "{address}", says)
}

// SetMode puts a mood above his behaviours; "" takes it away.
func (s *Subscriber) SetMode(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// Mode is the mood set by hand, "" when none.
func (s *Subscriber) Mode() Mood {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// take gives the subscriber's line to a call; false: busy.
func (s *Subscriber) take(k *Call) (Behaviour, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call != nil {
		return Behaviour{Do: Busy}, false
	}
	s.call, s.last = k, k
	switch {
	case k.Out:
		return Behaviour{}, true
	case s.mode != "":
		return Behaviour{Do: s.mode}.filled(), true
	}
	return s.choose.next(), true
}

func (s *Subscriber) release(k *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.call == k {
		s.call = nil
	}
}

// Current is his call of now, nil when there is none.
func (s *Subscriber) Current() *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call
}

// Last is his call of now or the one before; nil when he never had one.
func (s *Subscriber) Last() *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Heard reports whether he heard the tone of hz in the last 15 s of his last call.
func (s *Subscriber) Heard(hz float64) bool {
	k := s.Last()
	return k != nil && k.Heard(hz)
}

// Hangup ends his call, if there is one.
func (s *Subscriber) Hangup() {
	if k := s.Current(); k != nil {
		k.Hangup()
	}
}

// Call dials a number of the product and follows the script once it is answered.
// It returns at once; the call's Done closes when it is over, however it went.
func (s *Subscriber) Call(number string, script Script) *Call {
	line := Normalise(number)
	k := s.c.newCall(s, s.c.carrier(line), line, true)
	if _, free := s.take(k); !free {
		k.finish(End{Code: 486, Text: "у абонента уже идёт разговор"})
		return k
	}
	s.c.background(func(context.Context) { k.dial(script) })
	return k
}

// ring is an inbound call from the product to this subscriber.
func (s *Subscriber) ring(leg *sip.Leg, p *Provider) {
	k := s.c.newCall(s, p, Normalise(leg.From()), false)
	b, _ := s.take(k)
	s.c.background(func(context.Context) { k.ring(leg, b) })
}

// subscriber finds a number: listed, or made of a range.
func (c *City) subscriber(number string) *Subscriber {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.subscribers[number]; s != nil {
		return s
	}
	role := Role("")
	for _, r := range c.cfg.Executors {
		if r.Has(number) {
			role = ExecutorRole
		}
	}
	for _, r := range c.cfg.Residents {
		if r.Has(number) {
			role = ResidentRole
		}
	}
	if role == "" {
		return nil
	}
	return c.add(SubscriberConfig{Number: number, Role: role})
}

// add needs c.mu.
func (c *City) add(s SubscriberConfig) *Subscriber {
	sub := c.newSubscriber(s)
	c.subscribers[sub.Number] = sub
	c.order = append(c.order, sub)
	return sub
}

// Resident is the resident of a number; he moves in if he was not there.
func (c *City) Resident(number string) *Subscriber { return c.whoever(number, ResidentRole) }

// Executor is the executor of a number; he is hired if he was not there.
func (c *City) Executor(number string) *Subscriber { return c.whoever(number, ExecutorRole) }

func (c *City) whoever(number string, role Role) *Subscriber {
	if s := c.subscriber(Normalise(number)); s != nil {
		return s
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.subscribers[Normalise(number)]; s != nil {
		return s
	}
	return c.add(SubscriberConfig{Number: number, Role: role})
}

// Subscribers are all subscribers in the order they came.
func (c *City) Subscribers() []*Subscriber {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*Subscriber(nil), c.order...)
}
