// Package telephony is the contract between the business and the phone engine.
// It knows numbers, lines, calls and outcomes; it does not know tickets.
// SIP codes do not leave the engine.
package telephony

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"d24/internal/platform/pg"
)

// Outcome is how a call or a dial ended. The engine maps SIP codes to these words.
type Outcome string

// The closed set of outcomes.
const (
	Answered      Outcome = "answered"
	NoAnswer      Outcome = "no_answer"      // rang out
	Busy          Outcome = "busy"           // занято
	Rejected      Outcome = "rejected"       // the person pressed decline
	BadNumber     Outcome = "bad_number"     // does not exist; calling again is useless
	CarrierFailed Outcome = "carrier_failed" // not the person's fault: the spare carrier was tried too
	Cancelled     Outcome = "cancelled"      // withdrawn by us
	Abandoned     Outcome = "abandoned"      // the caller hung up before anybody spoke to him
	Unknown       Outcome = "unknown"        // the engine died with the call in hand (F46)
)

// Counts reports whether the dial counts as an attempt to reach the person
// (F8: a dead trunk is not "could not reach the executor").
func (o Outcome) Counts() bool {
	return o == Answered || o == NoAnswer || o == Busy || o == Rejected || o == BadNumber
}

// Blame is whose fault an ending was.
type Blame string

// The closed set of blames.
const (
	Nobody  Blame = "nobody"
	Ours    Blame = "ours"
	Theirs  Blame = "theirs"
	Carrier Blame = "carrier"
)

// What a caller may press while he waits.
const (
	KeyEmergency = "0"
	KeyCallBack  = "1" // he hangs up, we call him back in his turn
	KeyMessage   = "2" // he speaks a message
)

// Purpose is why we call.
type Purpose string

// The purposes of outbound calls.
const (
	Handover      Purpose = "handover"       // hand the ticket over to an executor
	StatusInquiry Purpose = "status_inquiry" // ask an executor how it goes
	Feedback      Purpose = "feedback"       // ask the resident whether it is done
	Resident      Purpose = "resident"       // call the resident about what somebody wants to know
	Callback      Purpose = "callback"       // a lost call, or one cut by our failure
	Announcement  Purpose = "announcement"   // the announcement speaks, key 1 accepts
	Responsible   Purpose = "responsible"    // call the responsible person

	SupplierHandover Purpose = "supplier_handover" // tell a supplier of a request
	SupplierInquiry  Purpose = "supplier_inquiry"  // hour X: ask the supplier how it goes
)

// Purposes are those of orders that are placed.
var Purposes = []Purpose{Handover, StatusInquiry, Feedback, Callback, Announcement, Responsible, SupplierHandover, SupplierInquiry, Resident, Message, Connection}

// Announcements is the directory of uploaded phrases under the data directory.
const Announcements = "announcements"

// Speech is what is said to a phone: a file where there is one, otherwise the text spoken.
type Speech struct {
	Text string `json:"text"`
	Say  string `json:"say,omitempty"`  // the text as the voice is to pronounce it; "" as it is written
	File string `json:"file,omitempty"` // of an uploaded phrase, in Announcements
	// When neither sounds: a phrase recorded beforehand, and a number from digits (F42).
	Spare  Spare `json:"spare,omitempty"`
	Number int64 `json:"number,omitempty"`
}

// Spoken is what the voice is given.
func (s Speech) Spoken() string {
	if s.Say != "" {
		return s.Say
	}
	return s.Text
}

// Spare names what sounds when words cannot be spoken; "" is a tone.
type Spare string

// The spares.
const (
	SpareWait   Spare = "wait"   // to a resident: stay on the line
	SpareStay   Spare = "stay"   // the same, to who has heard a greeting
	SpareNotice Spare = "notice" // to a resident: there is a notice, the dispatcher will tell it
	SpareOrder  Spare = "order"  // to an executor: an emergency, its number, the key to accept it
	SpareCall   Spare = "call"   // to anybody we ring: call us back
)

// Place is where a caller is likely to live; house 0: not known.
type Place struct{ CompanyID, BuildingID int64 }

// Spoken is a notice in force that callers hear before the queue (C5).
type Spoken struct {
	ID     int64
	Speech Speech
}

// Told is the data of a CallSpoken report about a notice, and of a CallEnded report
// about a caller whom the notice satisfied.
type Told struct {
	Notice int64 `json:"notice"`
}

// Watched is the data of a CallWatched report: who takes part and how; Mode "": not any more.
type Watched struct {
	Name string `json:"name"`
	Mode string `json:"mode"` // listen, whisper, join
}

// Mode says who hears the call first.
type Mode string

// The modes of an order.
const (
	// OperatorFirst rings a free operator like an incoming call; when he takes it the
	// phone is dialled and joined to him. With nobody free within OperatorWithin the
	// phone is dialled all the same and Words are spoken (F89); an operator who gets
	// free meanwhile is joined.
	OperatorFirst Mode = "operator_first"
	// CalleeFirst dials at once and speaks Words while a free operator is joined: nobody
	// listens to long ringing for a question that can wait.
	CalleeFirst Mode = "callee_first"
	// AnnounceOnly dials, speaks Words, collects a key. No operator takes part.
	AnnounceOnly Mode = "announce"
)

// Order asks the engine to place one dial.
type Order struct {
	Key            string        `json:"key"` // the same key never rings twice
	CompanyID      int64         `json:"company_id"`
	LineID         int64         `json:"line_id"`         // whose number is shown; 0: the company's first line
	Phone          string        `json:"phone"`           // E.164
	First          string        `json:"first,omitempty"` // of a Bridge: rung first, E.164
	Purpose        Purpose       `json:"purpose"`
	Ref            string        `json:"ref"`   // returned untouched in Ended: "task:15"
	Title          string        `json:"title"` // the reason of the call in words, for the operator's screen
	TaskID         int64         `json:"task_id"`
	TicketID       int64         `json:"ticket_id"`
	Mode           Mode          `json:"mode"`
	Priority       int           `json:"priority"`         // higher is served first; see the Priority constants
	RingFor        time.Duration `json:"ring_for"`         // of the dialled phone
	OperatorWithin time.Duration `json:"operator_within"`  // F89: 60 s
	Words          Speech        `json:"words"`            // spoken when no operator is there
	Keys           string        `json:"keys"`             // keys that mean something: "1"
	Promise        time.Time     `json:"promise,omitzero"` // of a call-back: the closer, the more urgent
	Since          time.Time     `json:"since,omitzero"`   // its place in the queue; zero: since it was placed
	For            int64         `json:"for,omitempty"`    // the operator who asked for it has it first
	Leads          bool          `json:"leads,omitempty"`  // after the promise a shift lead on a break is rung too (F30)
	Until          time.Time     `json:"until,omitzero"`   // from then on the phone must not be rung any more: Cancelled (F51)
}

// Farewell is what a person hears who had answered when the order was withdrawn, and the
// keys that mean something after it.
type Farewell struct {
	Words string `json:"words,omitempty"`
	Keys  string `json:"keys,omitempty"`
}

// Withdrawn is an order that is to be stopped.
type Withdrawn struct {
	Key      string
	Farewell Farewell
}

// AnswerWithin is the law's limit for an answer (ПП 416 п. 13).
const AnswerWithin = 5 * time.Minute

// Priorities of what waits for an operator: higher is served first.
const (
	PriorityTask      = 10 // planned call tasks
	PriorityInbound   = 50 // a resident waits on the line
	PriorityCallback  = 60 // a lost call close to its ten minutes
	PriorityHolder    = 65 // a call-back to an employee who has an open emergency in hand (F25)
	PriorityEmergency = 70 // handover of an emergency
	PriorityCut       = 90 // a caller whose operator vanished: back to the front (F1)
)

// Orders is what the business asks of telephony. The order is stored in the
// caller's transaction: no commit, no call.
type Orders interface {
	// Place stores an order; a repeated key is a no-op.
	Place(ctx context.Context, tx *pg.Tx, o Order) error
	// Cancel withdraws an order: a ringing leg stops within a second of the commit, who has
	// answered and hears the machine hears f.
	Cancel(ctx context.Context, tx *pg.Tx, key string, f Farewell) error
	// Waits reports whether no phone rings for an order yet.
	Waits(ctx context.Context, tx *pg.Tx, key string) (bool, error)
}

// Ended is published when an order is over.
type Ended struct {
	Key     string  `json:"key"`
	Purpose Purpose `json:"purpose"`
	Ref     string  `json:"ref"`
	Outcome Outcome `json:"outcome"`
	Blame   Blame   `json:"blame"`
	// Joined says that an operator spoke to the person; his word is the result then.
	Joined bool `json:"joined"`
	// Digit is the meaningful key pressed ("1"), "" when none.
	Digit string `json:"digit"`
}

// Keyed is published when the key that means something is pressed: the answer counts from
// then, though the call goes on and its Ended will tell the same (F41).
type Keyed struct {
	Key   string `json:"key"`
	Ref   string `json:"ref"`
	Digit string `json:"digit"`
}

// Incoming is a call that has just arrived.
type Incoming struct {
	CallKey string
	TrunkID int64
	Called  string // E.164 when it can be told, raw otherwise
	Caller  string // the same; "" when anonymous
	At      time.Time
}

// Action is what to do with an incoming call.
type Action string

// The closed set of decisions.
const (
	Queue           Action = "queue"              // greet, then wait for an operator with music
	PlayAndHangUp   Action = "play"               // speak and hang up
	DropAndCallBack Action = "drop_and_call_back" // a member of staff: refused before answer (C7)
	Reject          Action = "reject"             // unknown called number
)

// Decision is the Director's answer.
type Decision struct {
	Action    Action
	LineID    int64
	CompanyID int64 // 0: a city's number
	CityID    int64
	Greeting  Speech
	Own       []string      // in the company's hours: its phones, rung before our queue (C8)
	OwnDesk   bool          // and its own operators in the browser are offered the caller before ours
	OwnFor    time.Duration // so long; 0: OwnFor
	Service   string        // whose the call is, decided once; "" the plan has no hours of its own
	Until     time.Time     // from then on another greeting may be due; zero: never
	Plain     Speech        // what greets when Until has passed and nobody can be asked
	After     []Speech      // heard after the greeting: that the call is recorded
	Hold      Speech        // heard on hold before the music; empty: music
	Place     Place
	Notices   []Spoken // heard after the greeting, in this order
	Priority  int
	Card      CallCard
}

// OwnFor is how long a company may leave a caller of its hours unanswered when nothing else is
// set; then he is ours (F23).
const OwnFor = 30 * time.Second

// Whose a call is by the hour it came.
const (
	ServiceOwn  = "own"
	ServiceOurs = "ours"
)

// CallCard is what the operator sees the moment his phone rings; the rest he fetches.
type CallCard struct {
	LinePhone   string `json:"line_phone"`
	LineKind    string `json:"line_kind"` // dedicated, citywide
	City        string `json:"city"`
	Zone        string `json:"zone"`
	CompanyID   int64  `json:"company_id"`
	CompanyName string `json:"company_name"`
	Greeting    string `json:"greeting"` // the words to say
}

// Director decides what the engine does with calls. Answers are wanted within
// 500 ms; on an error or a late answer the engine greets in general words and queues.
type Director interface {
	Route(ctx context.Context, in Incoming) (Decision, error)
	// Notices are what callers of these places are to hear now; it is asked every few
	// seconds for those who wait (F54, F55).
	Notices(ctx context.Context, places []Place) (map[Place][]Spoken, error)
}

// Seat is an operator as the engine knows him.
type Seat struct {
	UserID     int64   `json:"user_id"`
	Name       string  `json:"name"`
	Companies  []int64 `json:"companies"` // whose calls he may take
	Own        int64   `json:"own"`       // the company whose own operator he is: no other's call comes to him (C8); 0: one of ours
	Cities     []int64 `json:"cities"`    // of those companies, for calls to city numbers
	Supervisor bool    `json:"supervisor"`
	Listens    bool    `json:"listens"` // may hear the talks of others
}

// Seats tells who stands behind a session.
type Seats interface {
	// Seat returns the operator of a session token; fault.Forbidden when it ended or is no operator's.
	Seat(ctx context.Context, token string) (Seat, error)
}

// Trunk is a provider's account as the engine needs it.
type Trunk struct {
	ID        int64
	Name      string
	Host      string
	Port      int
	Transport string
	Registers bool
	User      string
	Password  string
	Addresses []string
	Channels  int              // calls at once, both ways; 0: as many as come
	PerSecond int              // calls begun in a second; 0: as many as come
	Laws      []string         // offered, the best first: "pcma", "pcmu"; none: both
	Priority  int              // lower is tried first
	Lines     map[int64]string // line id → phone shown through this trunk (F83: bound to its trunk)
	Owners    map[int64]int64  // line id → company; none: a city's
	SRTP      string           // off (also when empty), optional, required
	CA, Pin   string           // PEM of the authority that signs for the provider ("": the system's), or SHA-256 of his public key in hex
	Numbers   []string         // of other trunks that the provider lets us show as well
	Probe     Probe
}

// Probe is the synthetic call through a trunk (F9).
type Probe struct {
	Number string        // of ours, called through it; "": none is made
	Every  time.Duration // between two
	Price  int64         // of one, in kopecks
	Budget int64         // of a day: no call begins that would pass it
}

// Shows reports whether the number may stand in a call through the trunk (F83).
func (t Trunk) Shows(number string) bool {
	if slices.Contains(t.Numbers, number) {
		return true
	}
	for _, own := range t.Lines {
		if own == number {
			return true
		}
	}
	return false
}

// Shown is the number of a call of a line of a company through the trunk: the line's own,
// when the provider lets it through, another of the company's, a city's; "" none: another
// company's number is never shown.
func (t Trunk) Shown(line, company int64, number string) string {
	if own, ok := t.Lines[line]; ok {
		return own
	}
	if number != "" && slices.Contains(t.Numbers, number) {
		return number
	}
	common := ""
	for _, id := range slices.Sorted(maps.Keys(t.Lines)) {
		switch owner := t.Owners[id]; {
		case owner != 0 && owner == company:
			return t.Lines[id]
		case owner == 0 && common == "":
			common = t.Lines[id]
		}
	}
	return common
}

// Trunks lists the trunks in force.
type Trunks interface {
	Trunks(ctx context.Context) ([]Trunk, error)
}

// ReportKind is what happened to a call.
type ReportKind string

// The closed set of reports.
const (
	CallStarted  ReportKind = "started"  // inbound arrived, or an order's INVITE is about to leave
	CallRinging  ReportKind = "ringing"  // the far phone rings
	CallAnswered ReportKind = "answered" // by us (inbound) or by the far phone (outbound)
	CallQueued   ReportKind = "queued"
	CallOffered  ReportKind = "offered"  // an operator's phone rings
	CallMissed   ReportKind = "missed"   // he did not take it in time or refused
	CallJoined   ReportKind = "joined"   // an operator speaks
	CallLeft     ReportKind = "left"     // his side is gone, the caller is still there (F1)
	CallAway     ReportKind = "away"     // his network is gone, the caller waits for him (F2)
	CallReturned ReportKind = "returned" // he is back in time
	CallSilent   ReportKind = "silent"   // no sound comes from his microphone while the other side speaks (F4)
	CallHeld     ReportKind = "held"
	CallResumed  ReportKind = "resumed"
	CallDigit    ReportKind = "digit"
	CallSpoken   ReportKind = "spoken"   // an announcement was played
	CallTrunk    ReportKind = "trunk"    // a trunk failed, the next one is tried
	CallWatched  ReportKind = "watched"  // a supervisor begins to take part, changes how, or ends
	CallRecorded ReportKind = "recorded" // a recording exists, with its state and length
	CallOwn      ReportKind = "own"      // the company's own phone has answered (C8)
	CallOverflow ReportKind = "overflow" // nobody did in its hours: the call is ours (F23)
	CallTransfer ReportKind = "transfer" // a competent person is rung, speaks, has the caller or not (SR2)
	CallEmpty    ReportKind = "empty"    // nobody speaks: he hears goodbye; without Report.Empty he has pressed the key and is there (F17)
	CallBridged  ReportKind = "bridged"  // the two parties of a Bridge hear each other
	CallEnded    ReportKind = "ended"

	// DeskPhoneRefused is of no call: what a desk phone was not allowed to dial.
	DeskPhoneRefused ReportKind = "desk_phone_refused"
)

// Miss is why an operator did not take a call that rang at him.
type Miss string

// The closed set of misses.
const (
	MissNotTaken    Miss = "not_taken"    // his time to take it was over
	MissDeclined    Miss = "declined"     // he refused it
	MissPhoneSilent Miss = "phone_silent" // his desk phone cannot be rung
	MissGaveUp      Miss = "gave_up"      // the caller hung up meanwhile
)

// Report is a fact of the engine. It may come twice (at least once, numbered per
// call): the pair (CallKey, Seq) counts once. While the database is away reports
// wait in a file of the engine and are written afterwards, in order.
type Report struct {
	CallKey   string          `json:"call_key"`
	Seq       int             `json:"seq"`
	At        time.Time       `json:"at"`
	Kind      ReportKind      `json:"kind"`
	Node      string          `json:"node"`
	Direction string          `json:"direction,omitempty"` // inbound, outbound (started)
	Phone     string          `json:"phone,omitempty"`
	Called    string          `json:"called,omitempty"`
	LineID    int64           `json:"line_id,omitempty"`
	TrunkID   int64           `json:"trunk_id,omitempty"`
	CompanyID int64           `json:"company_id,omitempty"`
	CityID    int64           `json:"city_id,omitempty"`
	OrderKey  string          `json:"order_key,omitempty"`
	Operator  int64           `json:"operator,omitempty"`
	Outcome   Outcome         `json:"outcome,omitempty"`
	Blame     Blame           `json:"blame,omitempty"`
	Cut       bool            `json:"cut,omitempty"` // by a failure of ours
	Digit     string          `json:"digit,omitempty"`
	Means     bool            `json:"means,omitempty"`   // of digit: the key is the answer to the order, before the call's end
	Why       string          `json:"why,omitempty"`     // in words, of an end that nobody wanted (ended)
	Miss      Miss            `json:"miss,omitempty"`    // of missed
	Service   string          `json:"service,omitempty"` // Decision.Service (started)
	Empty     Empty           `json:"empty,omitempty"`   // nobody spoke (empty, ended)
	Repeat    bool            `json:"repeat,omitempty"`  // a late answer of a trunk given up: a possible repeat
	Recording *RecordingFact  `json:"recording,omitempty"`
	Sound     []Sound         `json:"sound,omitempty"` // of every side that spoke (ended)
	Data      json.RawMessage `json:"data,omitempty"`
}

// RecordingFact describes a recording of a call.
type RecordingFact struct {
	Path       string `json:"path"`           // blob key
	Part       int    `json:"part,omitempty"` // of a long call, from 1; 0: as 1
	Talk       int    `json:"talk,omitempty"` // 0: the call's line; from 1: a consultation meanwhile (SR2)
	With       string `json:"with,omitempty"` // whom the operator consulted
	State      string `json:"state"`          // writing, done, cut, failed
	DurationMS int64  `json:"duration_ms"`
	Bytes      int64  `json:"bytes"`
	Note       string `json:"note,omitempty"`
}

// Changed is the data of a CallTrunk report: from which trunk to which, and why.
type Changed struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Calls keeps the record of calls; calllog supplies it.
type Calls interface {
	// Store writes one report in tx. False: it was known already.
	Store(ctx context.Context, tx *pg.Tx, rs ...Report) (fresh []bool, err error)
	// Orphans ends the calls a node left open when it died: «cut by failure».
	// Published as CallEnded reports with Cut set; returns how many.
	Orphans(ctx context.Context, tx *pg.Tx, node string) (int, error)
}
