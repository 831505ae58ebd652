package city

import (
	"sync"
	"time"
)

// Kind of an event.
type Kind string

// The closed set of events.
const (
	TrunkUp   Kind = "trunk_up"   // an account has registered
	TrunkDown Kind = "trunk_down" // its registration has ended
	Switched  Kind = "switched"   // a provider was switched: Text is the mode
	Calling   Kind = "calling"    // a subscriber dials a number
	Ringing   Kind = "ringing"    // a subscriber's phone rings
	Answered  Kind = "answered"   // the talk has begun
	Said      Kind = "said"       // the subscriber says Text
	Pressed   Kind = "pressed"    // the subscriber presses the keys Text
	Keyed     Kind = "keyed"      // the other side pressed the key Text
	Ended     Kind = "ended"      // the call is over: Code when it was never answered
	Unknown   Kind = "unknown"    // the product dialled a number that does not exist
	Missed    Kind = "missed"     // a subscriber's call met no trunk: Text says why
	Started   Kind = "started"    // a scenario or a rate begins: Text is its name
	Stopped   Kind = "stopped"    // it has ended
)

// Event is one thing that happened in the city.
type Event struct {
	N        int       `json:"n"` // from 1, without gaps
	At       time.Time `json:"at"`
	Kind     Kind      `json:"kind"`
	Number   string    `json:"number,omitempty"` // the subscriber's, digits of E.164
	Other    string    `json:"other,omitempty"`  // whom he calls, or who calls him
	Provider string    `json:"provider,omitempty"`
	Call     int64     `json:"call,omitempty"`
	Out      bool      `json:"out,omitempty"`  // the subscriber placed the call
	Code     int       `json:"code,omitempty"` // SIP status
	Text     string    `json:"text,omitempty"`
}

// keepEvents is how many events a late listener is told.
const keepEvents = 500

// feed keeps the latest events and passes new ones on.
type feed struct {
	mu   sync.Mutex
	n    int
	last []Event
	ears map[chan Event]struct{}
}

func (f *feed) add(e Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	e.N, e.At = f.n, time.Now()
	if len(f.last) >= 2*keepEvents {
		f.last = append([]Event(nil), f.last[keepEvents:]...)
	}
	f.last = append(f.last, e)
	for c := range f.ears {
		select {
		case c <- e:
		default: // a listener that sleeps loses events, not the city its pace
		}
	}
}

func (c *City) tell(e Event) { c.feed.add(e) }

// Events are the latest events, oldest first, at most 500.
func (c *City) Events() []Event {
	c.feed.mu.Lock()
	defer c.feed.mu.Unlock()
	return c.feed.past()
}

// past needs mu.
func (f *feed) past() []Event {
	return append([]Event(nil), f.last[max(0, len(f.last)-keepEvents):]...)
}

// Watch passes on every event from now on until stop is called. A channel whose
// 256 places are full loses events.
func (c *City) Watch() (events <-chan Event, stop func()) {
	_, events, stop = c.watch()
	return events, stop
}

// watch also gives the events before, without a gap between.
func (c *City) watch() (past []Event, events <-chan Event, stop func()) {
	ch := make(chan Event, 256)
	c.feed.mu.Lock()
	defer c.feed.mu.Unlock()
	if c.feed.ears == nil {
		c.feed.ears = map[chan Event]struct{}{}
	}
	c.feed.ears[ch] = struct{}{}
	return c.feed.past(), ch, func() {
		c.feed.mu.Lock()
		defer c.feed.mu.Unlock()
		delete(c.feed.ears, ch)
	}
}
