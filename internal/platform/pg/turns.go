package pg

import (
	"context"
	"time"
)

// Turns are how many transactions that people wait for run at once. Two cores that share
// thirty transactions end each of them later than those that share six, and spend a quarter
// more on them (docs/benchmarks.md). Who waits is let in in the order of coming.
type Turns struct {
	free chan struct{}
	most time.Duration
}

// NewTurns are n turns. Nobody waits longer than most for one: a transaction within another,
// and one behind some that take long, go on without, as far as the pool reaches.
func NewTurns(n int, most time.Duration) *Turns {
	return &Turns{free: make(chan struct{}, n), most: most}
}

type turnKey struct{}

// InTurn marks what is done for a person who waits; what the house does by itself does not
// stand in that line.
func InTurn(ctx context.Context) context.Context { return context.WithValue(ctx, turnKey{}, true) }

// take waits for a turn; done gives it back.
func (t *Turns) take(ctx context.Context) (done func(), err error) {
	if t == nil || ctx.Value(turnKey{}) == nil {
		return func() {}, nil
	}
	select {
	case t.free <- struct{}{}:
		return t.giveBack, nil
	default:
	}
	patient, cancel := context.WithTimeout(ctx, t.most)
	defer cancel()
	select {
	case t.free <- struct{}{}:
		return t.giveBack, nil
	case <-patient.Done():
		return func() {}, ctx.Err()
	}
}

func (t *Turns) giveBack() { <-t.free }
