// Package desk is the floor: call tasks that are brought to operators, drafts,
// what operators see while they speak.
//
// When and which number to dial is the pure function Next; loading, saving and
// dialling stand around it in tasks.go.
package desk

import (
	"maps"
	"slices"
	"time"

	"d24/internal/company"
	"d24/internal/telephony"
)

// DialPlan is how a person is called, frozen when the task is made.
type DialPlan struct {
	Mode              telephony.Mode `json:"mode"`
	Dials             int            `json:"dials"`       // to each number
	RingSec           int            `json:"ring_sec"`    // how long a phone rings
	SpacingSec        int            `json:"spacing_sec"` // from the start of one dial to the start of the next
	OperatorWithinSec int            `json:"operator_within_sec"`
	Priority          int            `json:"priority"`
	Words             string         `json:"words"`            // spoken when no operator is there
	Number            int64          `json:"number,omitempty"` // of the request to be accepted by a key
	Keys              string         `json:"keys"`
	LineID            int64          `json:"line_id"`
	Since             time.Time      `json:"since,omitzero"` // a call-back's place in the queue: since the call it answers
	Pace              int            `json:"pace,omitempty"` // divides the seconds above; see company.Settings
	// PausesSec are waits from the start of a dial to the next step, one for each dial;
	// after the last of them the person counts as not reached (F29). None: SpacingSec.
	PausesSec []int `json:"pauses_sec,omitempty"`
	// Once: what is only told needs no key, an answer is enough.
	Once bool `json:"once,omitempty"`
	// Quiet: hours in which the person is not dialled, checked before every dial and
	// by the engine while a dial waits for an operator (F51). Zero: at any hour.
	Quiet company.Quiet `json:"quiet,omitzero"`
}

// Seconds is how long n seconds of the plan last.
func (p DialPlan) Seconds(n int) time.Duration {
	return time.Duration(n) * time.Second / time.Duration(max(1, p.Pace))
}

// retryAfter is the pause after a dial that does not count: our trunks were down
// or our engine died (F8, F46). Nobody is blamed for not answering.
const retryAfter = 15 * time.Second

// resultWithin is how long after a talk the operator may take to say the result;
// then the dial counts as one without.
const resultWithin = 3 * time.Minute

// Waits for an operator, in seconds: the shortest, and by how much the first one
// may put all dials of a plan off. It is less than an attempt may go on after its
// level's end (F33).
const (
	leastWait = 5
	firstMore = 30
)

// operatorWithin is how long a dial waits for an operator before the system speaks
// itself (F89). All dials of the plan fit into its time whoever is busy: a level
// never loses dials for lack of an operator, so a person with several numbers is
// given less of it. 0: as long as it takes, as without words there is nothing to
// say to the person (F42).
func (p DialPlan) operatorWithin(dialled int) time.Duration {
	if p.Words == "" {
		return 0
	}
	fits := p.OperatorWithinSec
	if p.SpacingSec > 0 {
		if fits = p.SpacingSec - p.RingSec; dialled == 0 {
			fits += firstMore
		}
	}
	return p.Seconds(min(p.OperatorWithinSec, max(leastWait, fits)))
}

// Fit gives a plan the ring time and spacing with which all dials to all numbers
// end within step (F33). False: they do not fit; the operator's own time to take
// each call is not counted, as dials are spaced from start to start.
func Fit(p DialPlan, numbers int, step time.Duration) (DialPlan, bool) {
	n := p.Dials * max(1, numbers)
	spacing := int((step * time.Duration(max(1, p.Pace))).Seconds()) / n
	p.SpacingSec = min(120, spacing)
	p.RingSec = min(p.RingSec, p.SpacingSec-5)
	return p, p.RingSec >= 15
}

// Progress is where a task is.
type Progress struct {
	Dialled int            `json:"dialled"`          // of all numbers together
	Counts  map[string]int `json:"counts,omitempty"` // of each number
	Number  string         `json:"number,omitempty"` // dialled last
	Last    time.Time      `json:"last"`             // start of the last dial
	Bad     []string       `json:"bad"`              // numbers that do not exist
	// Said: the operator has told of the dial in flight that the person was not
	// reached (a machine, a child, F32); no more word is awaited.
	Said    bool              `json:"said,omitempty"`
	Outcome telephony.Outcome `json:"outcome,omitempty"` // of the last dial, in its own words (O3)
	Flying  bool              `json:"flying"`
	Tries   int               `json:"tries"` // of all orders, also of those that do not count
	Mark    int               `json:"mark"`  // of the wake-up asked for
}

// Input is what has just happened to a task.
type Input struct {
	Woken *int             // the mark of the wake-up
	Ended *telephony.Ended // the order in flight ended
	Keyed *telephony.Keyed // a key is the answer to the order in flight, whose call goes on
}

// Action is what follows.
type Action struct {
	Dial   string    // number to be dialled now
	WakeAt time.Time // with Progress.Mark
	Result string    // the task is over
}

// The results a task may end with.
const (
	Accepted   = "accepted"
	Refused    = "refused"
	NotReached = "not_reached" // every number tried as often as planned
	Withdrawn  = "withdrawn"
)

// Next decides what follows. It reads nothing but its arguments.
func Next(p DialPlan, phones []string, s Progress, in Input, now time.Time) (Progress, Action) {
	switch {
	case in.Woken != nil && *in.Woken == s.Mark && !s.Flying:
		return dial(p, phones, s, now)
	case in.Ended != nil && s.Flying:
		return ended(p, phones, s, *in.Ended, now)
	case in.Keyed != nil && s.Flying:
		s.Flying = false // nobody hangs up on him
		s.Mark++
		return s, Action{Result: Accepted}
	}
	return s, Action{}
}

// phone is the next number: the person's numbers in turn, without those that do
// not exist; "" when each was dialled as often as planned.
func (s Progress) phone(p DialPlan, phones []string) (next string) {
	least := p.Dials
	for _, n := range phones {
		if s.Counts[n] < least && !slices.Contains(s.Bad, n) {
			next, least = n, s.Counts[n]
		}
	}
	return next
}

// counted is the progress after a dial that was an attempt to reach the person.
func (s Progress) counted() Progress {
	counts := maps.Clone(s.Counts)
	if counts == nil {
		counts = map[string]int{}
	}
	counts[s.Number]++
	s.Counts = counts
	s.Dialled++
	return s
}

func dial(p DialPlan, phones []string, s Progress, now time.Time) (Progress, Action) {
	n := s.phone(p, phones)
	if n == "" {
		return s, Action{Result: NotReached}
	}
	s.Mark++
	if morning := p.Quiet.Awake(now); morning.After(now) {
		return s, Action{WakeAt: morning}
	}
	s.Flying, s.Said, s.Last, s.Number = true, false, now, n
	s.Tries++
	return s, Action{Dial: n}
}

func ended(p DialPlan, phones []string, s Progress, e telephony.Ended, now time.Time) (Progress, Action) {
	said := s.Said
	s.Flying, s.Said, s.Outcome = false, false, e.Outcome
	s.Mark++
	switch {
	case e.Digit != "":
		return s, Action{Result: Accepted}
	case p.Once && e.Outcome == telephony.Answered:
		return s, Action{Result: Told}
	case !e.Outcome.Counts():
		return s, Action{WakeAt: now.Add(retryAfter / time.Duration(max(1, p.Pace)))}
	case e.Outcome == telephony.BadNumber:
		s.Bad = append(slices.Clone(s.Bad), s.Number)
		return s, Action{WakeAt: now}
	}
	s = s.counted()
	if e.Joined && !said { // the operator's word is awaited
		return s, Action{WakeAt: now.Add(resultWithin)}
	}
	return s.further(p, phones, now)
}

// further is what follows a dial that reached nobody.
func (s Progress) further(p DialPlan, phones []string, now time.Time) (Progress, Action) {
	if s.phone(p, phones) == "" && len(p.PausesSec) == 0 {
		return s, Action{Result: NotReached} // all numbers failed: no waiting (E1)
	}
	pause := p.SpacingSec
	if n := len(p.PausesSec); n > 0 {
		pause = p.PausesSec[min(max(s.Dialled, 1), n)-1]
	}
	at := s.Last.Add(p.Seconds(pause))
	if at.Before(now) {
		at = now
	}
	return s, Action{WakeAt: at}
}
