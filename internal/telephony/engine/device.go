package engine

import (
	"time"

	"d24/voip/media"
)

// Devices of an operator, as his browser names them.
const (
	byBrowser = "browser"
	byPhone   = "phone"
)

// device is by what an operator hears and speaks: his browser, or the telephone on his desk.
// The loop owns it.
type device interface {
	// name as the browser knows it.
	name() string
	// able reports whether a call may be rung there; lack is why not, "" when the browser
	// tells that itself.
	able() bool
	lack() string
	// port is the sound that is open now; nil: none.
	port() media.Port
	// ring begins to ring for a call; free ends whatever rings or speaks there.
	ring(c *call)
	free()
	// answer is the browser's word that the call which rings is taken.
	answer(key string)
	// waits is what the operator hears while the phone that he called for is rung.
	waits()
	// ears listen whether he is heard (F4); nil: nobody needs to.
	ears() *ears
	// heardAt is when he was last heard; zero: never.
	heardAt() time.Time
	// apart reports that a talk goes on there without any page of his.
	apart() bool
	// holds reports that he himself keeps the other side on hold there.
	holds() bool
}

// browser is the sound of the operator's browser; how it stands the seat knows.
type browser struct{ s *seat }

func (b browser) name() string { return byBrowser }

func (b browser) able() bool { return b.s.leg != nil && b.s.media && b.s.mic }

func (b browser) lack() string { return "" }

func (b browser) port() media.Port {
	if b.s.leg == nil {
		return nil
	}
	return b.s.leg
}

func (b browser) ring(*call)        {} // the page rings by itself
func (b browser) free()             {}
func (b browser) waits()            {}
func (b browser) answer(key string) { b.s.answer(key) }
func (b browser) ears() *ears       { return &ears{} }
func (b browser) apart() bool       { return false }
func (b browser) holds() bool       { return false }

func (b browser) heardAt() time.Time {
	if b.s.leg == nil {
		return time.Time{}
	}
	return b.s.leg.LastHeard()
}

// choose changes the operator's device between calls.
func (s *seat) choose(name string) bool {
	switch {
	case name == "" || name == s.device.name():
		return true
	case s.call != nil:
		s.fail("device.busy", "Устройство меняют между звонками.")
		return false
	case name == byBrowser:
		s.device = browser{s}
	case name == byPhone && s.e.handsets.registered(s.who.UserID):
		s.device = &handset{s: s}
	case name == byPhone:
		s.fail("phone.away", noPhone)
		return false
	default:
		s.fail("device.unknown", "Такого устройства нет.")
		return false
	}
	s.tell(out{Type: "phone", Phone: s.phoneView()})
	return true
}

// PhoneView tells a browser of the telephone on its person's desk.
type PhoneView struct {
	Registered bool   `json:"registered"`
	Device     string `json:"device"` // by which calls come now: browser, phone
}

func (s *seat) phoneView() *PhoneView {
	return &PhoneView{Registered: s.e.handsets.registered(s.who.UserID), Device: s.device.name()}
}

// lookAtPhone tells the browser when the telephone comes and goes.
func (s *seat) lookAtPhone() {
	is := s.e.handsets.registered(s.who.UserID)
	if is == s.registered {
		return
	}
	s.registered = is
	s.tell(out{Type: "phone", Phone: s.phoneView()})
	s.settle()
}
