package ticket

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
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
// moment: one is, the other is told who was first; a comment written between is never lost.
// A thousand races, eight at a time; D24_LONG: 10,000, by hand, with how long it took till who
// was late was told (docs/benchmarks.md).
func TestRacesForARequest(t *testing.T) {
	c := open1(t)
	races, atOnce := 1000, 8
	if os.Getenv("D24_LONG") != "" {
		races = 10_000
	}
	told := make([]time.Duration, races)
	began := time.Now()
	var next, moves atomic.Int64
	before := c.make("ВС-02").ID
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(races) && !t.Failed(); i = next.Add(1) {
				if i%2 == 0 {
					moves.Add(1)
				}
				var err error
				if told[i-1], err = c.race(i%2 == 0, i%4 == 1); err != nil {
					t.Errorf("race %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(races/2), moves.Load())
	var broken int64
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		return tx.QueryRow(c.sys, `select count(*) from tickets t where t.id > $1 and (version <> 2 or 1 <> (select count(*) from ticket_events e where e.ticket_id = t.id and e.kind in ('status', 'handover')))`, before).Scan(&broken)
	}))
	require.Zero(t, broken, "each was changed once, with one line")
	slices.Sort(told)
	t.Logf("%d races in %s; who was late was told in p50 %s, p99 %s, at most %s", races, time.Since(began).Round(time.Second), told[races/2], told[races*99/100], told[races-1])
}

// race lets two people loose on one request, and a third who writes; an error says what is wrong.
// Nobody's: the request has no executor, for whom they would take it. It gives how long it took
// till who was late was told.
func (c *city) race(isMove, isNobodys bool) (told time.Duration, err error) {
	k, _, err := c.s.Create(c.sys, c.form("ВС-02"))
	if err == nil && isNobodys {
		err = pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
			_, err := tx.Exec(c.sys, `update tickets set executor_id = null where id = $1`, k.ID)
			return err
		})
	}
	if err != nil {
		return 0, err
	}
	names := []string{"Первый", "Второй"}
	errs, took := make([]error, len(names)), make([]time.Duration, len(names))
	var said error
	var wg sync.WaitGroup
	start := make(chan struct{})
	for n, name := range names {
		person := access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 1, Name: name, Grants: access.RoleGrants(access.Admin, 1, 0), May: access.RolePermissions(access.Admin)})
		wg.Go(func() {
			<-start
			began := time.Now()
			defer func() { took[n] = time.Since(began).Round(10 * time.Microsecond) }()
			if isMove {
				_, errs[n] = c.s.Move(person, k.ID, Move{To: InProgress, Version: k.Version, Comment: fmt.Sprint("Начал ", n)})
			} else {
				_, errs[n] = c.s.AcceptOwn(person, k.ID)
			}
		})
	}
	wg.Go(func() { <-start; said = c.s.Comment(c.sys, k.ID, "Между делом", false) })
	close(start)
	wg.Wait()
	won := 0
	if errs[0] != nil {
		won = 1
	}
	lost, has := errs[1-won], names[won]
	if !isMove && !isNobodys {
		has = k.ExecutorName
	}
	switch {
	case said != nil:
		return 0, said
	case errs[won] != nil:
		return 0, fmt.Errorf("nobody won: %w", errors.Join(errs...))
	case lost == nil:
		return 0, errors.New("both won")
	case fault.KindOf(lost) != fault.Conflict || !strings.Contains(lost.Error(), has):
		return 0, fmt.Errorf("who was late is not told of %s: %w", has, lost)
	}
	want := map[string]int{"Между делом": 1}
	if isMove {
		want[fmt.Sprint("Начал ", won)] = 1
	}
	return took[1-won], c.written(k.ID, want)
}

// written says what is wrong when a request has other comments than these.
func (c *city) written(id int64, want map[string]int) error {
	es, err := c.s.Events(c.sys, id)
	if err != nil {
		return err
	}
	comments := map[string]int{}
	for _, e := range es {
		if e.Kind == "comment" {
			comments[e.Text]++
		}
	}
	if !maps.Equal(want, comments) {
		return fmt.Errorf("comments are never lost: %v, not %v", comments, want)
	}
	return nil
}
