package httpapi

import (
	"context"
	"time"
)

// After is what a change of settings does to work that goes on; it stands in the answer
// to the change.
type After struct {
	Warnings []string `json:"warnings" nullable:"false" doc:"of a change just made: in words, the gaps of coverage that it opens"`
	Running  int      `json:"running" doc:"of a change just made: escalations that go on by the settings of before, until apply-rules"`
}

// Around runs save, a change of a company's settings, and tells what it does; the error
// is save's. The weeks looked at begin between two moments; zero: the coming one.
type Around func(ctx context.Context, companyID int64, from, until time.Time, save func() error) (After, error)

// Untouched is the answer of an operation that changes nothing.
func Untouched() After { return After{Warnings: []string{}} }

// Do runs save; with no Around there is nothing to tell.
func (a Around) Do(ctx context.Context, companyID int64, from, until time.Time, save func() error) (After, error) {
	if a == nil {
		return Untouched(), save()
	}
	return a(ctx, companyID, from, until, save)
}
