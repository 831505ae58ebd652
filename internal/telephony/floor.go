package telephony

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Floor is what the engine knows of this moment; the strip and the wallboard show it.
type Floor struct {
	At        time.Time      `json:"at"`
	Waiting   []FloorWaiting `json:"waiting"`
	Operators []FloorSeat    `json:"operators"`
	Trunks    []FloorTrunk   `json:"trunks"`
	Calls     []FloorCall    `json:"calls"`
	// Mute is what could not be spoken of late, in words; "" when the voice speaks (F42).
	Mute string `json:"mute,omitempty"`
	// CertEnds is when the certificate ends that we show providers; zero: we show none.
	CertEnds time.Time `json:"cert_ends,omitzero"`
	// PhonesAt is where desk phones register (IP:port); "": nowhere.
	PhonesAt string       `json:"phones_at,omitempty"`
	Phones   []FloorPhone `json:"phones,omitempty"`
	Bans     []FloorBan   `json:"bans,omitempty"`
	// Behind is when the oldest fact happened that is not written down yet; zero: all are.
	Behind time.Time `json:"behind,omitzero"`
	// Node is whose floor it is, where it is read.
	Node string `json:"-"`
}

// behindFor is for how long a fact may be under way.
const behindFor = 3 * time.Second

// IsBehind says that the journal does not know yet what has happened here.
func (f Floor) IsBehind() bool { return !f.Behind.IsZero() && f.At.Sub(f.Behind) > behindFor }

// FloorWaiting is a call or an order waiting for an operator.
type FloorWaiting struct {
	CallKey   string    `json:"call_key"`
	CompanyID int64     `json:"company_id"`
	Since     time.Time `json:"since"`
	Kind      string    `json:"kind"`               // inbound, task
	Urgent    bool      `json:"urgent,omitempty"`   // the caller pressed the key for emergencies
	Repeated  bool      `json:"repeated,omitempty"` // he called a short while ago and reached nobody
	Own       bool      `json:"own,omitempty"`      // in its hours he is the company's own operators' alone (C8)
	Spilled   bool      `json:"overflow,omitempty"` // they did not answer him (F23)
	Slow      bool      `json:"slow,omitempty"`     // nobody has spoken from his number again and again: he waits longer (F17)
}

// FloorCall is a call that is going on, or an order that waits.
type FloorCall struct {
	CallKey    string     `json:"call_key"`
	CompanyID  int64      `json:"company_id"`
	CityID     int64      `json:"city_id,omitempty"`
	BuildingID int64      `json:"building_id,omitempty"` // where the number is likely to live
	Phone      string     `json:"phone"`
	IsInbound  bool       `json:"is_inbound,omitempty"`
	State      string     `json:"state"` // the engine's phase, or "held"
	StartedAt  time.Time  `json:"started_at"`
	Since      time.Time  `json:"since"`                // in this state
	TalkSince  *time.Time `json:"talk_since,omitempty"` // he spoke with a person first; nil: not yet
	OperatorID int64      `json:"operator_id,omitempty"`
	Operator   string     `json:"operator,omitempty"`
	TrunkID    int64      `json:"trunk_id,omitempty"`
	Purpose    Purpose    `json:"purpose,omitempty"`
	TicketID   int64      `json:"ticket_id,omitempty"`
	Urgent     bool       `json:"urgent,omitempty"`
	Repeated   bool       `json:"repeated,omitempty"`
	Own        bool       `json:"own,omitempty"`      // the company's own alone may take him (C8)
	Spilled    bool       `json:"overflow,omitempty"` // they did not answer him (F23)
	Slow       bool       `json:"slow,omitempty"`     // nobody has spoken from his number again and again: he waits longer (F17)
}

// FloorTrunk is a trunk's state: up, down, unknown.
type FloorTrunk struct {
	ID    int64     `json:"id"`
	Name  string    `json:"name"`
	State string    `json:"state"`
	Text  string    `json:"text"`
	Since time.Time `json:"since"`
	Calls int       `json:"calls"`

	Registered bool           `json:"registered,omitempty"`
	Pong       time.Time      `json:"pong,omitzero"`        // when the provider last answered OPTIONS
	Channels   int            `json:"channels,omitempty"`   // the limit of calls; 0: none
	CertEnds   time.Time      `json:"cert_ends,omitzero"`   // when the certificate that it last showed ends (F81)
	PerSecond  int            `json:"per_second,omitempty"` // the limit of calls begun in a second; 0: none
	Rate       int            `json:"rate,omitempty"`       // begun in the last second
	Failures   map[string]int `json:"failures,omitempty"`   // of the last hour, by their cause in words
	Blocked    bool           `json:"blocked,omitempty"`    // it refuses our caller ids at once, one after another (F83)
	Probe      *FloorProbe    `json:"probe,omitempty"`      // the synthetic call through it; nil: none is made
}

// FloorProbe is what came of the last synthetic call through a trunk (F9).
type FloorProbe struct {
	Number     string    `json:"number"`
	At         time.Time `json:"at,omitzero"`          // zero: none was made yet
	Text       string    `json:"text,omitempty"`       // why it failed; "" it went through
	AnsweredMS int64     `json:"answered_ms"`          // from the INVITE to the answer
	Failures   int       `json:"failures,omitempty"`   // in a row
	IsIll      bool      `json:"is_ill,omitempty"`     // so many failed that it is no chance
	Calls      int       `json:"calls"`                // of the day, that were answered
	Spent      int64     `json:"spent"`                // in kopecks, of the day
	Stopped    bool      `json:"is_stopped,omitempty"` // the day's money is spent
}

// Causes are the causes of failures of the last hour, the commonest first.
func (t FloorTrunk) Causes() []string {
	return slices.SortedFunc(maps.Keys(t.Failures), func(a, b string) int {
		if d := t.Failures[b] - t.Failures[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
