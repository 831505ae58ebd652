package telephony

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Purposes that came with a second phone in a call.
const (
	Message    Purpose = "message"    // tell a competent person what a caller left for him (SR2)
	Connection Purpose = "connection" // connect an employee with a resident under the centre's number (J12)
	Second     Purpose = "second"     // a second phone of a call that goes on: begun by its engine, never placed
)

// Bridge dials First, speaks Words to who answers, dials Phone and joins the two. No
// operator takes part; both see the centre's number.
const Bridge Mode = "bridge"

// Competent is a person of a company to whom a caller may be transferred (SR2).
type Competent struct {
	ID        int64
	CompanyID int64
	Name      string
	Phones    []string // E.164, rung one after another
	AtOnce    bool     // the company lets callers be transferred without a word to the person first (F20)
}

// Competents tells to whom a call may be transferred now.
type Competents interface {
	// Competent is a person of the company's directory, for the call with this key in the journal.
	// fault.NotFound for one of another company; fault.Conflict, in words, for one who is not to
	// be rung at this hour.
	Competent(ctx context.Context, callKey string, id int64) (Competent, error)
}

// TransferMode is whether the operator speaks to the person first.
type TransferMode string

// The modes of a transfer.
const (
	Consult TransferMode = "consult" // the caller hears music meanwhile
	AtOnce  TransferMode = "at_once" // who answers has the caller
)

// TransferState is how far a transfer is.
type TransferState string

// The states of a transfer.
const (
	TransferAsked    TransferState = "asked"    // his phones ring
	TransferAnswered TransferState = "answered" // the operator speaks with him
	TransferJoined   TransferState = "joined"   // the caller has him
	TransferBack     TransferState = "back"     // the caller is the operators' again
)

// Transferred is the data of a CallTransfer report.
type Transferred struct {
	Person   int64         `json:"person"`             // 0: to a colleague
	Operator int64         `json:"operator,omitempty"` // the colleague; 0: to a competent person
	Name     string        `json:"name"`
	Mode     TransferMode  `json:"mode"`
	State    TransferState `json:"state"`
	Outcome  Outcome       `json:"outcome,omitempty"` // of his phones, when the caller came back
	Why      string        `json:"why,omitempty"`     // the same in words
}

// ShortNumber is what a desk phone dials for an operator: his number behind a zero, as those
// of competent people never begin with one. Where that is an emergency number he has a longer one.
func ShortNumber(operator int64) string {
	n := strconv.FormatInt(operator, 10)
	if Emergency("0" + n) {
		return longOperator + n
	}
	return "0" + n
}

// PersonNumber is what a desk phone dials for a competent person.
func PersonNumber(person int64) string {
	n := strconv.FormatInt(person, 10)
	if Emergency(n) {
		return longPerson + n
	}
	return n
}

// What stands before a number that would otherwise be an emergency one.
const (
	longOperator = "000"
	longPerson   = "0000"
)

// emergencies are the numbers of the emergency services: of today (112, 101 to 104), those
// before them that people still dial (01 to 04), as mobile phones dialled these, and 911.
var emergencies = []string{"01", "02", "03", "04", "010", "020", "030", "040", "101", "102", "103", "104", "112", "911"}

// Emergency reports whether a dialled number is one of the emergency services, also behind the
// digit by which many exchanges lead outside (0, 9). No short number is ever one.
func Emergency(number string) bool {
	number = strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.() ", r) { // RFC 3966: they only part the digits
			return -1
		}
		return r
	}, number)
	is := func(n string) bool { return slices.Contains(emergencies, n) }
	return is(number) || is(strings.TrimPrefix(number, "0")) || is(strings.TrimPrefix(number, "9"))
}

// shortDigits is more than a short number has: whatever is longer is meant for a telephone.
const shortDigits = 7

// Shorter reads a short number: of a competent person or of an operator; false: it is none.
func Shorter(number string) (person, operator int64, ok bool) {
	if Emergency(number) {
		return 0, 0, false
	}
	to := &person
	rest := strings.TrimLeft(number, "0")
	switch zeros := number[:len(number)-len(rest)]; {
	case zeros == "":
	case zeros == "0", zeros == longOperator && Emergency("0"+rest):
		to = &operator
	case zeros == longPerson && Emergency(rest):
	default:
		return 0, 0, false
	}
	number = rest
	if number == "" || len(number) >= shortDigits || number[0] < '1' || number[0] > '9' {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	*to = n
	return person, operator, err == nil
}

// Bridged is the data of a CallBridged report: the parties of an order of the mode Bridge
// hear each other.
type Bridged struct {
	First string `json:"first"` // the phone rung first
}
