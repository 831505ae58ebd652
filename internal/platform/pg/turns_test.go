package pg_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

// held is a transaction that lasts until it is let go.
type held struct{ begun, free chan struct{} }

func hold(ctx context.Context, t *testing.T, db *pg.DB, wg *sync.WaitGroup) held {
	h := held{make(chan struct{}), make(chan struct{})}
	wg.Go(func() {
		err := pg.Do(ctx, db, func(*pg.Tx) error { close(h.begun); <-h.free; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	return h
}

func limited(t *testing.T, n int, most time.Duration) (db *pg.DB, person context.Context) {
	db = pgtest.New(t, clocktest.New(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)))
	db.Turns = pg.NewTurns(n, most)
	return db, pg.InTurn(access.AsSystem(t.Context(), "test"))
}

// TestRequestsStandInLine checks that the next begins when one has ended, and that what the house
// does by itself does not wait for people.
func TestRequestsStandInLine(t *testing.T) {
	t.Parallel()
	db, person := limited(t, 2, time.Hour)
	var wg sync.WaitGroup
	first, second := hold(person, t, db, &wg), hold(person, t, db, &wg)
	<-first.begun
	<-second.begun
	third := hold(person, t, db, &wg)
	require.NoError(t, pg.Do(access.AsSystem(t.Context(), "test"), db, func(*pg.Tx) error { return nil }), "a job goes by")
	tired, cancel := context.WithCancel(person)
	cancel()
	require.ErrorIs(t, pg.Do(tired, db, func(*pg.Tx) error { return nil }), context.Canceled, "who has gone does not begin")
	close(first.free)
	<-third.begun
	close(second.free)
	close(third.free)
	wg.Wait()
}

// TestNoMoreRunThanThereAreTurns checks it with many who come together.
func TestNoMoreRunThanThereAreTurns(t *testing.T) {
	t.Parallel()
	db, person := limited(t, 2, time.Hour)
	var wg sync.WaitGroup
	var now, most atomic.Int32
	for range 40 {
		wg.Go(func() {
			err := pg.Do(person, db, func(tx *pg.Tx) error {
				for n := now.Add(1); n > most.Load(); {
					most.Store(n)
				}
				defer now.Add(-1)
				_, err := tx.Exec(person, "select 1")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, most.Load(), int32(2))
}

// TestNobodyWaitsForHimself checks that a transaction within another, for which no turn is left,
// goes on without one.
func TestNobodyWaitsForHimself(t *testing.T) {
	t.Parallel()
	db, person := limited(t, 1, time.Millisecond)
	require.NoError(t, pg.Do(person, db, func(*pg.Tx) error {
		return pg.Do(person, db, func(tx *pg.Tx) error {
			_, err := tx.Exec(person, "select 1")
			return err
		})
	}))
	var wg sync.WaitGroup
	next := hold(person, t, db, &wg)
	<-next.begun
	close(next.free)
	wg.Wait()
}

// TestATurnIsGivenBackByWhoFailed checks the ways in which a transaction ends.
func TestATurnIsGivenBackByWhoFailed(t *testing.T) {
	t.Parallel()
	db, person := limited(t, 1, time.Hour)
	require.Error(t, pg.Do(person, db, func(tx *pg.Tx) error {
		_, err := tx.Exec(person, "select 1/0")
		return err
	}))
	require.Panics(t, func() {
		_ = pg.Do(person, db, func(*pg.Tx) error { panic("a broken request") }) //nolint:errcheck // it does not come back
	})
	require.NoError(t, pg.Reading(person, db, func(ctx context.Context) error {
		return pg.Do(ctx, db, func(*pg.Tx) error { return nil }) // joins, and so needs no second turn
	}))
}
