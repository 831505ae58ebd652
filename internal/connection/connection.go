// Package connection joins an employee of a company with the resident of his request by
// telephone through the centre: his own phone rings first, then the resident's, who sees the
// centre's number; neither learns the other's (J12).
package connection

import (
	"time"

	"d24/internal/phone"
	"d24/internal/telephony"
)

// State is how far a connection is.
type State string

// The states.
const (
	CallingYou      State = "calling_you"      // the employee's phone is rung
	CallingResident State = "calling_resident" // he is on the line, the resident's is rung
	Talking         State = "talking"
	Over            State = "over"
)

// Result is how a connection ended; "" while it goes on.
type Result string

// The results.
const (
	Talked      Result = "talked"
	YouNoAnswer Result = "you_no_answer" // the employee did not take his phone
	YouBusy     Result = "you_busy"      // he is on the phone, or pressed decline
	NoAnswer    Result = "no_answer"
	Busy        Result = "busy"
	Declined    Result = "declined"
	BadNumber   Result = "bad_number" // one of the numbers does not exist, or is never dialled (S9)
	Withdrawn   Result = "withdrawn"  // by the employee, on the screen or by hanging up
	Failed      Result = "failed"     // no way out: the carrier, a bound of the company's calls, a failure of ours
)

// Connection is one wish to be connected.
type Connection struct {
	ID          int64
	CompanyID   int64
	TicketID    int64
	UserID      int64
	Name        string // of the employee
	AskedAt     time.Time
	WithdrawnAt *time.Time
	State       State
	Result      Result
}

// Phone is a number of the employee's that may be rung.
type Phone struct {
	Phone string // E.164
	Note  string
	Now   bool // the staff card has it for this hour
}

// Why says why nobody can be connected now.
type Why string

// Why not; "" when he can.
const (
	NoCard     Why = "no_card"     // his login is nobody of the staff
	NoPhone    Why = "no_phone"    // his card has no phone
	NoResident Why = "no_resident" // the request has no number
	TicketOver Why = "over"        // the request is closed or cancelled
)

// View is what the employee sees before he asks, and while he is connected.
type View struct {
	Phones   []Phone
	Resident string // E.164
	Why      Why
	Quiet    *time.Time  // the resident is not to be disturbed till then; nil: he may be called
	Last     *Connection // of this employee by this request, the last one; nil: none
}

// course is how far a connection is by what its order and its call say.
func (c Connection) course(o telephony.Placed, answered, joined, ended bool, outcome telephony.Outcome) (State, Result) {
	switch {
	case !ended && !o.Ended && joined:
		return Talking, ""
	case !ended && !o.Ended && answered:
		return CallingResident, ""
	case !ended && !o.Ended:
		return CallingYou, ""
	case joined:
		return Over, Talked
	}
	if outcome == "" {
		outcome = o.Outcome
	}
	return Over, c.result(outcome, answered)
}

func (c Connection) result(o telephony.Outcome, answered bool) Result {
	switch o {
	case telephony.NoAnswer:
		if answered {
			return NoAnswer
		}
		return YouNoAnswer
	case telephony.Busy, telephony.Rejected:
		switch {
		case !answered:
			return YouBusy
		case o == telephony.Busy:
			return Busy
		}
		return Declined
	case telephony.BadNumber:
		return BadNumber
	case telephony.Cancelled, telephony.Abandoned:
		if answered || c.WithdrawnAt != nil {
			return Withdrawn
		}
	case telephony.Answered, telephony.CarrierFailed, telephony.Unknown:
	}
	return Failed
}

// dialable reports whether a number may be ordered at all; the engine's own door is stricter.
func dialable(number string) bool { return phone.IsE164(number) }
