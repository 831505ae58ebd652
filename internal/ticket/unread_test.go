package ticket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/platform/pg"
)

// reader is a person of company 1, with rights to all of it or to a part.
func (c *city) reader(n int, g access.Grant) context.Context {
	c.t.Helper()
	var id int64
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		return tx.QueryRow(c.sys, `select id from users order by id offset $1 limit 1`, n).Scan(&id)
	}))
	g.CompanyID = 1
	return access.With(context.Background(), access.Actor{
		Kind: access.Company, UserID: id, Name: fmt.Sprint("reader ", n), CompanyID: 1, May: access.RolePermissions(access.Admin), Grants: []access.Grant{g},
	})
}

func (c *city) unreadOf(ctx context.Context, id int64) int {
	c.t.Helper()
	t, err := c.s.Get(ctx, id)
	require.NoError(c.t, err)
	t, err = c.s.Labelled(ctx, t)
	require.NoError(c.t, err)
	rows, _, err := c.s.List(ctx, Filter{Number: t.Number, CompanyID: t.CompanyID})
	require.NoError(c.t, err)
	require.Len(c.t, rows, 1)
	require.Equal(c.t, t.Unread, rows[0].Unread, "the list says what the card says")
	return t.Unread
}

// TestWhatOthersWroteIsUnread: each person has what he has not read, his own words are read,
// and what was written after he looked stays unread.
func TestWhatOthersWroteIsUnread(t *testing.T) {
	c := open1(t)
	a, b := c.reader(0, access.Grant{}), c.reader(1, access.Grant{})
	x := c.make("ВС-02")
	say := func(ctx context.Context, text string) { require.NoError(t, c.s.Comment(ctx, x.ID, text, false)) }
	require.Zero(t, c.unreadOf(a, x.ID), "what the program writes is no talk")
	say(b, "Ключ у дворника")
	say(a, "Спасибо")
	say(b, "Подвал открыт")
	require.Equal(t, 2, c.unreadOf(a, x.ID))
	require.Equal(t, 1, c.unreadOf(b, x.ID))
	es, said, err := c.s.Talk(a, x.ID)
	require.NoError(t, err)
	require.Equal(t, 3, said)
	var fresh []string
	for _, e := range es {
		if e.IsUnread {
			fresh = append(fresh, e.Text)
		}
	}
	require.Equal(t, []string{"Ключ у дворника", "Подвал открыт"}, fresh, "his own word between them is not marked")

	say(b, "И свет есть") // while a reads
	require.NoError(t, c.s.Read(a, x.ID, said))
	require.Equal(t, 1, c.unreadOf(a, x.ID), "what came since is unread")
	require.NoError(t, c.s.Read(a, x.ID, 99))
	require.NoError(t, c.s.Read(a, x.ID, 1), "an old page says less")
	require.Zero(t, c.unreadOf(a, x.ID))
	say(b, "Ещё")
	require.Equal(t, 1, c.unreadOf(a, x.ID), "more than was said is not read ahead")

	c.clock.Set(c.clock.Now().Add(talkTerm + time.Minute))
	require.Zero(t, c.unreadOf(a, x.ID), "after a month it is new to nobody")
	require.NoError(t, c.s.ForgetTalks(c.sys))
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		var left int
		require.NoError(t, tx.QueryRow(c.sys, `select (select count(*) from ticket_talks) + (select count(*) from ticket_reads)`).Scan(&left))
		require.Zero(t, left)
		return nil
	}))
	say(b, "Снова течёт")
	require.Equal(t, 1, c.unreadOf(a, x.ID), "an old talk goes on as a new one")
}

// TestTheUnreadListIsWhatIsMarked is A4 for the filter: by random rights, orders and other
// conditions the list, its count and the marks of its rows agree with plain Go.
func TestTheUnreadListIsWhatIsMarked(t *testing.T) {
	c := open1(t)
	all, _ := c.crowd()
	all = slices.DeleteFunc(all, func(x Ticket) bool { return x.CompanyID != 1 })
	r := rand.New(rand.NewPCG(28, 0)) //nolint:gosec // the draw repeats
	writer := c.reader(0, access.Grant{})
	for i := range 60 {
		c.clock.Set(c.clock.Now().Add(time.Second))
		require.NoError(t, c.s.Comment(writer, all[r.IntN(len(all))].ID, fmt.Sprint("слово ", i), false))
	}
	seen := 0
	for i := range 12 {
		x := all[r.IntN(len(all))]
		g := access.Grant{}
		if i%3 == 1 {
			g.BuildingIDs = []int64{x.BuildingID}
		} else if i%3 == 2 {
			g.ExecutorID = x.ExecutorID
		}
		ctx := c.reader(1+i%2, g)
		f := Filter{Order: []Order{Newest, Oldest, ByDue}[r.IntN(3)]}
		if i%4 == 3 {
			f.TagIDs = []int64{all[0].TagIDs[0]}
		}
		want := []string{}
		for _, x := range c.pages(ctx, f, 100) {
			if x.Unread > 0 {
				want = append(want, names([]Ticket{x})...)
			}
		}
		f.Unread = true
		rows := c.pages(ctx, f, 7)
		require.Equal(t, want, append([]string{}, names(rows)...))
		n, err := c.s.Count(ctx, f)
		require.NoError(t, err)
		require.Equal(t, len(want), n)
		seen += n
		for _, x := range rows[:min(2, len(rows))] {
			require.NoError(t, c.s.Read(ctx, x.ID, 99))
		}
	}
	require.Greater(t, seen, 40)
	n, more, err := c.s.ReadAll(c.reader(1, access.Grant{}), 0)
	require.NoError(t, err)
	require.Positive(t, n)
	require.False(t, more)
	n, err = c.s.Count(c.reader(1, access.Grant{}), Filter{Unread: true})
	require.NoError(t, err)
	require.Zero(t, n)
}
