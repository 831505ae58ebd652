package account

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/clock"
)

// looking counts looks, each of which takes its time.
type looking struct {
	m     memory
	looks atomic.Int64
	takes time.Duration
	err   error
}

func remembering() *looking {
	return &looking{m: memory{clock: clock.System{}, kept: map[[32]byte]cached{}}, takes: 10 * time.Millisecond}
}

func (l *looking) ask(ctx context.Context) (cached, error) {
	fails, takes := l.err, l.takes
	return l.m.of(ctx, [32]byte{1}, func(ctx context.Context) (cached, error) {
		c := cached{me: Me{UserID: l.looks.Add(1)}}
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return c, ctx.Err()
		}
		return c, fails
	})
}

// TestOneLooksForAll who ask at the same time, and for a second after; before it ends one of
// them looks anew and nobody waits for him.
func TestOneLooksForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := remembering()
		all := func(want int64) {
			for range 50 {
				go func() {
					c, err := l.ask(t.Context())
					require.NoError(t, err)
					require.Equal(t, want, c.me.UserID)
				}()
			}
			synctest.Wait()
		}
		all(1)
		time.Sleep(l.takes)
		all(1)
		time.Sleep(cacheFor - cacheSoon)
		began := time.Now()
		all(1)
		require.Zero(t, time.Since(began), "nobody waits")
		time.Sleep(cacheSoon)
		all(2)
		require.EqualValues(t, 2, l.looks.Load())
		time.Sleep(cacheFor)
		all(3) // rights taken away reach everybody within a second (A4)
		time.Sleep(time.Second)
	})
}

// TestWhatWasForgottenIsNotBelieved: who asks after rights have changed gets what is true after
// it, also while a look goes on that began before.
func TestWhatWasForgottenIsNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := remembering()
		go func() { _, _ = l.ask(t.Context()) }()
		synctest.Wait()
		l.m.forget(func([32]byte, cached) bool { return false }) // what it finds is not kept yet
		l.takes /= 2
		c, err := l.ask(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, c.me.UserID)
		time.Sleep(2 * l.takes)
		c, err = l.ask(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, c.me.UserID, "nor is it kept afterwards")
		l.m.forget(func(_ [32]byte, c cached) bool { return c.me.UserID == 2 })
		c, err = l.ask(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, c.me.UserID)
	})
}

// TestALookThatFails is nobody's answer but of those who waited for it, whose going ends
// nothing for the others.
func TestALookThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := remembering()
		l.err = errors.New("the database is away")
		_, err := l.ask(t.Context())
		require.ErrorIs(t, err, l.err)
		l.err = nil // one who goes
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := l.ask(ctx); left <- err }()
		synctest.Wait()
		time.AfterFunc(l.takes/2, leave)
		c, err := l.ask(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, c.me.UserID)
		require.ErrorIs(t, <-left, context.Canceled)

		time.Sleep(cacheFor - cacheSoon)
		l.err = errors.New("the database is away")
		_, err = l.ask(t.Context())
		require.NoError(t, err)
		time.Sleep(l.takes + time.Millisecond)
		_, err = l.ask(t.Context())
		require.NoError(t, err, "what is known stays known for its second")
		time.Sleep(l.takes + time.Millisecond)
		l.err = errLogin
		_, err = l.ask(t.Context())
		require.NoError(t, err)
		time.Sleep(l.takes + time.Millisecond)
		_, err = l.ask(t.Context())
		require.ErrorIs(t, err, errLogin, "but for a session that is over")

		_, err = l.m.of(t.Context(), [32]byte{2}, func(context.Context) (cached, error) { panic("a fault of ours") })
		require.ErrorContains(t, err, "a fault of ours")
	})
}
