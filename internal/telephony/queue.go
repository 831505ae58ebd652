package telephony

import (
	"context"
	"time"
)

// QueueRules are how the queue works, as the supervisors have set it.
type QueueRules struct {
	Ring        time.Duration           `json:"ring"`         // of an operator, until the next one
	WrapUp      time.Duration           `json:"wrap_up"`      // after a talk
	LanguageFor time.Duration           `json:"language_for"` // so long a caller waits for who speaks his language
	Surge       int                     `json:"surge"`        // with more callers of one company than this, companies take turns
	Pauses      []Pause                 `json:"pauses"`
	Weights     map[int64]int           `json:"weights"`        // of companies in a surge; none: 1
	WrapUps     map[int64]time.Duration `json:"wrap_ups"`       // of companies; none: WrapUp
	Spoken      map[int64]string        `json:"spoken"`         // by company: the language of its callers
	Lines       map[int64]string        `json:"lines"`          // by number: the language of who calls it, before the company's
	Slow        []SlowNumber            `json:"slow,omitempty"` // whose calls wait longer (F17)
	Operators   map[int64][]string      `json:"operators"`      // by operator: the languages he speaks besides Russian
}

// SlowNumber is a number from which nobody spoke again and again, and whom it calls.
type SlowNumber struct {
	CompanyID int64  `json:"company_id"` // 0: a city's number
	Phone     string `json:"phone"`
}

// Languages are those that callers and operators may have besides Russian.
var Languages = []string{"tt", "ba", "cv", "uz", "tg", "kk", "ky", "az", "hy", "ka", "uk", "zh", "en"}

// Pause is a reason an operator may give, and how long it may last.
type Pause struct {
	Name     string `json:"name"`
	LimitMin int    `json:"limit_min"` // 0: no limit
}

// Limit is how long a pause of this reason may last; 0: as long as it does.
func (q QueueRules) Limit(reason string) time.Duration {
	for _, p := range q.Pauses {
		if p.Name == reason {
			return time.Duration(p.LimitMin) * time.Minute
		}
	}
	return 0
}

// DefaultQueue is in force as long as nothing else is set.
func DefaultQueue() QueueRules {
	return QueueRules{
		Ring: 15 * time.Second, WrapUp: 30 * time.Second, LanguageFor: 30 * time.Second, Surge: 5,
		Pauses: []Pause{{"Перерыв", 15}, {"Обед", 45}, {"Технические работы", 0}, {"Обучение", 60}, {"Нет гарнитуры", 15}},
	}
}

// SeatWish is where a supervisor wants an operator to be.
type SeatWish struct {
	UserID int64
	State  string // ready, pause, off
	Reason string
	By     string
}

// Queues tells how the queue is to work; asked every second.
type Queues interface {
	// Queue returns the rules, and what supervisors wish of these operators: each wish once.
	Queue(ctx context.Context, users []int64) (QueueRules, []SeatWish, error)
}

// FloorSeat is an operator's state: off, ready, ringing, talking, wrap_up, pause, not_ready.
type FloorSeat struct {
	UserID int64     `json:"user_id"`
	Name   string    `json:"name"`
	Own    int64     `json:"own,omitempty"` // the company whose own operator he is
	State  string    `json:"state"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
	// Until is when a pause of this reason is to be over; nil: it has no limit.
	Until *time.Time `json:"until,omitempty"`
	// Trouble is what is wrong with him in a talk: TroubleAway, TroubleMic; "" nothing.
	Trouble string `json:"trouble,omitempty"`
}

// Troubles of an operator in a talk.
const (
	TroubleAway = "away" // his network is gone, the caller waits for him (F2)
	TroubleMic  = "mic"  // no sound comes from his microphone (F4)
)
