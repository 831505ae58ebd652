// Package chaos kills parts of the running program at random under the demo city's
// load, and then compares what was acknowledged to the outside with what is there: no
// acknowledged row is lost or doubled, no caller is forgotten, no call is dropped that
// nothing had to drop. Everything left to chance comes from one seed.
package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// Entry is one line of the ledger: what the outside was told, or what was done to us.
type Entry struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind"`
	Key   string    `json:"key,omitempty"` // of the operation
	ID    int64     `json:"id,omitempty"`
	Phone string    `json:"phone,omitempty"`
	Code  int       `json:"code,omitempty"`
	Text  string    `json:"text,omitempty"`
}

// Kinds of entries. Something tried and never acknowledged may exist or not.
const (
	TicketTried    = "ticket_tried"
	TicketAcked    = "ticket_acked"
	CommentTried   = "comment_tried"
	CommentAcked   = "comment_acked"
	AcceptAcked    = "accept_acked"
	AcceptFailed   = "accept_failed"
	CallPlaced     = "call_placed"
	CallRang       = "call_rang" // the provider has heard a 180 of ours
	CallAnswered   = "call_answered"
	CallOver       = "call_over"
	PhoneRang      = "phone_rang" // an outbound call of ours reached a telephone
	OperatorsGone  = "operator_gone"
	FaultInjected  = "fault"
	FaultRecovered = "recovered"
)

// Ledger is a file of entries; each is on the disk before Write returns, so that it
// outlives whoever writes it.
type Ledger struct {
	mu  sync.Mutex
	f   *os.File
	all []Entry
}

// OpenLedger starts a ledger.
func OpenLedger(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &Ledger{f: f}, nil
}

// Write adds an entry.
func (l *Ledger) Write(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.At = time.Now()
	b, err := json.Marshal(e)
	if err == nil {
		_, err = l.f.Write(append(b, '\n'))
	}
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		panic(err) // without its ledger a run says nothing
	}
	l.all = append(l.all, e)
}

// Of are the entries of some kinds, in their order.
func (l *Ledger) Of(kinds ...string) (out []Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.all {
		if slices.Contains(kinds, e.Kind) {
			out = append(out, e)
		}
	}
	return out
}

// Close closes the file.
func (l *Ledger) Close() { _ = l.f.Close() }

// Verdict is what a goal came to.
type Verdict struct {
	ID         string
	What       string
	Operations int
	Faults     int
	Violations []string
	Worst      string
}

// Broken adds a violation.
func (v *Verdict) Broken(format string, args ...any) {
	v.Violations = append(v.Violations, fmt.Sprintf(format, args...))
}

// Print writes a line a goal: id, operations, faults injected, violations, worst figure.
func Print(out io.Writer, vs []Verdict) (violations int) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "goal\toperations\tfaults\tviolations\tworst\twhat")
	for _, v := range vs {
		worst := v.Worst
		if worst == "" {
			worst = "–"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\n", v.ID, v.Operations, v.Faults, len(v.Violations), worst, v.What)
		violations += len(v.Violations)
	}
	_ = w.Flush()
	for _, v := range vs {
		for n, s := range v.Violations {
			if n == 10 {
				fmt.Fprintf(out, "%s: and %d more\n", v.ID, len(v.Violations)-n)
				break
			}
			fmt.Fprintf(out, "%s: %s\n", v.ID, strings.TrimSpace(s))
		}
	}
	return violations
}
