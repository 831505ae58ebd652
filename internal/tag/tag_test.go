package tag_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/tag"
)

var start = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

type lists struct {
	t   *testing.T
	db  *pg.DB
	s   *tag.Service
	ctx context.Context // an administrator of company 1
}

func open(t *testing.T) *lists {
	t.Helper()
	db := pgtest.New(t, clocktest.New(start))
	sys := access.AsSystem(context.Background(), "test")
	require.NoError(t, pg.Do(sys, db, func(tx *pg.Tx) error {
		_, err := tx.Exec(sys, `insert into cities (name, zone) values ('Новоозёрск', 'Asia/Yekaterinburg')`)
		if err == nil {
			_, err = tx.Exec(sys, `insert into companies (name, city_id, zone, created_at) select 'УК ' || n, 1, 'Asia/Yekaterinburg', $1 from generate_series(1, 2) n`, start)
		}
		return err
	}))
	return &lists{t, db, tag.NewService(db), person(1)}
}

func person(company int64) context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: company, UserID: 7, Name: "Миронова О. В."})
}

func (l *lists) add(list tag.List, name string) tag.Tag {
	l.t.Helper()
	t, err := l.s.Add(l.ctx, list, 1, name, "blue")
	require.NoError(l.t, err)
	return t
}

func (l *lists) names(list tag.List) string {
	l.t.Helper()
	all, err := l.s.All(l.ctx, list, 1)
	require.NoError(l.t, err)
	var out []string
	for _, t := range all {
		n := t.Name
		if t.IsArchived {
			n = "(" + n + ")"
		}
		out = append(out, n)
	}
	return strings.Join(out, " ")
}

func to[T any](v T) *T { return &v }

func TestAListIsMadeNamedOrderedAndArchived(t *testing.T) {
	t.Parallel()
	for _, list := range []tag.List{tag.Tags, tag.PostponeReasons} {
		t.Run(string(list), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			a, b, c, d := l.add(list, "А"), l.add(list, "Б"), l.add(list, " В "), l.add(list, "Г")
			require.Equal(t, "А Б В Г", l.names(list))
			_, err := l.s.Set(l.ctx, list, d.ID, tag.Change{Position: to(2), Version: d.Version})
			require.NoError(t, err)
			require.Equal(t, "А Г Б В", l.names(list))
			_, err = l.s.Set(l.ctx, list, a.ID, tag.Change{Position: to(4), Version: a.Version})
			require.NoError(t, err)
			require.Equal(t, "Г Б В А", l.names(list))
			b, err = l.s.Set(l.ctx, list, b.ID, tag.Change{IsArchived: to(true), Version: b.Version})
			require.NoError(t, err)
			require.Equal(t, "Г В А (Б)", l.names(list))
			again := l.add(list, "б")
			require.Equal(t, "б", again.Name, "a name in the archive is free")
			_, err = l.s.Set(l.ctx, list, b.ID, tag.Change{IsArchived: to(false), Version: b.Version})
			require.Equal(t, "tag.twice", fault.CodeOf(err), "and taken when it comes back")
			c, err = l.s.Set(l.ctx, list, c.ID, tag.Change{Name: to("Ввод"), Colour: to("pink"), Version: c.Version})
			require.NoError(t, err)
			require.Equal(t, tag.Tag{ID: c.ID, Name: "Ввод", Colour: "pink", Position: 3, Version: 2}, c)
			var written int
			require.NoError(t, pg.Do(l.ctx, l.db, func(tx *pg.Tx) error {
				return tx.QueryRow(l.ctx, `select count(*) from audit_entries where data -> 'after' ->> 'name' = 'Ввод' and data -> 'before' ->> 'name' = 'В'`).Scan(&written)
			}))
			require.Equal(t, 1, written, "before and after stand in the audit journal")
		})
	}
}

func TestWhatAListRefuses(t *testing.T) {
	t.Parallel()
	l := open(t)
	a := l.add(tag.Tags, "Повторная")
	for name, code := range map[string]string{"": "tag.name", " \t ": "tag.name", strings.Repeat("я", 61): "tag.name", "повторная": "tag.twice", "  Повторная ": "tag.twice"} {
		_, err := l.s.Add(l.ctx, tag.Tags, 1, name, "blue")
		require.Equal(t, code, fault.CodeOf(err), "%q", name)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
	}
	_, err := l.s.Set(l.ctx, tag.Tags, a.ID, tag.Change{Colour: to("grey"), Version: a.Version})
	require.NoError(t, err)
	_, err = l.s.Set(l.ctx, tag.Tags, a.ID, tag.Change{Colour: to("pink"), Version: a.Version})
	require.Equal(t, "tag.changed", fault.CodeOf(err), "somebody was first")
	_, err = l.s.Set(person(2), tag.Tags, a.ID, tag.Change{Version: 2})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = l.s.Add(person(2), tag.Tags, 1, "Чужая", "blue")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = l.s.All(person(2), tag.Tags, 1)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}
