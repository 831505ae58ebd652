package ticket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
)

// TestADeferralEndsByItself: at its hour, with a line of history, once; not before it, and not
// when a person was first.
func TestADeferralEndsByItself(t *testing.T) {
	c := open1(t)
	until := noon.Add(time.Hour)
	put := func(taken bool) Ticket {
		k := c.make("ВС-02")
		if taken {
			var err error
			k, err = c.s.AcceptOwn(c.sys, k.ID)
			require.NoError(t, err)
		}
		k, err := c.s.Move(c.sys, k.ID, Move{To: Postponed, Reason: "Ждём деталь", Until: &until})
		require.NoError(t, err)
		return k
	}
	fresh, taken, first := put(false), put(true), put(true)
	at := func(k Ticket) Ticket {
		k, err := c.s.Get(c.sys, k.ID)
		require.NoError(t, err)
		return k
	}
	require.NoError(t, c.s.ComeBack(c.sys))
	require.Equal(t, []Status{Postponed, Postponed}, []Status{at(fresh).Status, at(taken).Status}, "not before the hour")
	_, err := c.s.Move(c.sys, first.ID, Move{To: Done})
	require.NoError(t, err)
	c.clock.Set(until)
	for range 2 {
		require.NoError(t, c.s.ComeBack(c.sys))
		require.Equal(t, []Status{New, InProgress, Done}, []Status{at(fresh).Status, at(taken).Status, at(first).Status})
		es, err := c.s.Events(c.sys, taken.ID)
		require.NoError(t, err)
		n := 0
		for _, e := range es {
			if strings.Contains(e.Text, "Срок отложения вышел (Ждём деталь), состояние: в работе") {
				require.Equal(t, "Срок отложения", e.ByName)
				n++
			}
		}
		require.Equal(t, 1, n, "one line")
	}
	require.Nil(t, at(taken).PostponedUntil)
	require.Equal(t, taken.Version+1, at(taken).Version, "an old screen is told (F70)")
}

// TestRacesForARequest (R5, R6, F70): two people take one request, or change it, at the same
// moment: one is, the other is told who or that it changed; a comment written between is never
// lost. D24_LONG: 10,000 races.
func TestRacesForARequest(t *testing.T) {
	c := open1(t)
	races := 100
	if os.Getenv("D24_LONG") != "" {
		races = 10_000
	}
	r := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the draw repeats
	person := func(name string) context.Context {
		return access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1, Name: name, Grants: access.RoleGrants(access.Admin, 1, 0), May: access.RolePermissions(access.Admin)})
	}
	people := []context.Context{person("Первый"), person("Второй")}
	for i := range races {
		k := c.make("ВС-02")
		isMove := r.IntN(2) == 0
		errs := make([]error, 2)
		var wg sync.WaitGroup
		start := make(chan struct{})
		for n := range people {
			wg.Go(func() {
				<-start
				if isMove {
					_, errs[n] = c.s.Move(people[n], k.ID, Move{To: InProgress, Version: k.Version, Comment: fmt.Sprint("Начал ", n)})
				} else {
					_, errs[n] = c.s.AcceptOwn(people[n], k.ID)
				}
			})
		}
		var said error
		wg.Go(func() { <-start; said = c.s.Comment(c.sys, k.ID, "Между делом", false) })
		close(start)
		wg.Wait()
		require.NoError(t, said)
		lost := errors.Join(errs...)
		require.Error(t, lost, "race %d: both won", i)
		require.True(t, errs[0] == nil || errs[1] == nil, "race %d: nobody won: %v", i, lost)
		for _, err := range errs {
			if err != nil {
				var f *fault.Error
				require.True(t, fault.As(err, &f))
				require.Equal(t, fault.Conflict, fault.KindOf(err))
				require.Contains(t, []string{"ticket.taken", "ticket.changed"}, f.Code)
			}
		}
		now, err := c.s.Get(c.sys, k.ID)
		require.NoError(t, err)
		require.Equal(t, k.Version+1, now.Version, "race %d: one change", i)
		es, err := c.s.Events(c.sys, k.ID)
		require.NoError(t, err)
		comments, states := 0, 0
		for _, e := range es {
			if e.Kind == "comment" {
				comments++
			}
			if e.Kind == "status" || e.Kind == "handover" {
				states++
			}
		}
		require.Equal(t, 1, states, "race %d", i)
		want := 1
		if isMove {
			want = 2
		}
		require.Equal(t, want, comments, "race %d: comments are never lost", i)
	}
}
