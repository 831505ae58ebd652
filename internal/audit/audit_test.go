package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/clock/clocktest"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

var start = time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)

type journal struct {
	t     *testing.T
	db    *pg.DB
	clock *clocktest.Clock
	owner *pgx.Conn // past every fence: whoever holds the database itself
	sys   context.Context
}

func open(t *testing.T) *journal {
	t.Helper()
	clk := clocktest.New(start)
	j := &journal{t: t, db: pgtest.New(t, clk), clock: clk, sys: access.AsSystem(context.Background(), "test")}
	var name string
	require.NoError(t, j.db.Pool.QueryRow(t.Context(), "select current_database()").Scan(&name))
	var err error
	j.owner, err = pgx.Connect(t.Context(), pgtest.URL(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.owner.Close(context.Background())) })
	return j
}

func (j *journal) as(company, user int64, name string) context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: company, UserID: user, Name: name, Source: "127.0.0.7", Grants: []access.Grant{{CompanyID: company}}})
}

func (j *journal) write(ctx context.Context, company int64, action, object string, before, after any) {
	j.t.Helper()
	require.NoError(j.t, pg.Do(ctx, j.db, func(tx *pg.Tx) error { return audit.Change(ctx, tx, company, action, object, before, after) }))
	j.clock.Set(j.clock.Now().Add(time.Second))
}

func (j *journal) seal() int {
	j.t.Helper()
	n, err := audit.Seal(j.sys, j.db)
	require.NoError(j.t, err)
	return n
}

func (j *journal) broken() (out []string) {
	j.t.Helper()
	chains, err := audit.Verify(j.sys, j.db)
	require.NoError(j.t, err)
	for _, c := range chains {
		if c.Broken != "" {
			out = append(out, fmt.Sprintf("%d: %s", c.CompanyID, c.Broken))
		}
	}
	return out
}

func (j *journal) exec(q string) {
	j.t.Helper()
	_, err := j.owner.Exec(j.t.Context(), q)
	require.NoError(j.t, err)
}

// fill writes six entries: of two companies, and of none.
func (j *journal) fill() {
	j.write(j.as(1, 11, "Гусев П. Н."), 1, "staff.change", "member:5", map[string]any{"name": "Гусев"}, map[string]any{"name": "Гусев П."})
	j.write(j.as(2, 21, "Ершов А. А."), 2, "staff.add", "member:6", nil, map[string]any{"name": "100%"})
	j.write(j.as(1, 12, "Миронова О. В."), 1, "reason.change", "reason:7", nil, nil)
	j.write(j.sys, 0, "trunk.change", "trunk:1", nil, nil)
	j.write(j.as(1, 11, "Гусев П. Н."), 1, "staff.archive", "member:5", nil, nil)
	j.write(j.as(2, 21, "Ершов А. А."), 2, "staff.change", "member:6", nil, nil)
}

func TestEachCompanyHasAChainOfItsOwn(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.fill()
	require.Equal(t, 6, j.seal())
	require.Zero(t, j.seal(), "nothing twice")
	chains, err := audit.Verify(j.sys, j.db)
	require.NoError(t, err)
	require.Len(t, chains, 3)
	for i, want := range []int64{1, 3, 2} {
		require.EqualValues(t, i, chains[i].CompanyID)
		require.Equal(t, want, chains[i].Entries)
		require.Len(t, chains[i].Hash, 32)
		require.Empty(t, chains[i].Broken)
	}
}

func TestWhatIsRewrittenIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ attack, found string }{
		"a word":        {`update audit_entries set data = '{"after": null, "before": null}' where id = 1`, "1: звено 1: запись 1 изменена"},
		"who":           {`update audit_entries set actor = 'Гусев П. Н.' where id = 3`, "1: звено 2: запись 3 изменена"},
		"when":          {`update audit_entries set at = at - interval '1 microsecond' where id = 5`, "1: звено 3: запись 5 изменена"},
		"whose":         {`update audit_entries set company_id = 2 where id = 3`, "1: звено 2: запись 3 изменена"},
		"a place lost":  {`delete from audit_seals where entry_id = 3`, "1: звено 2 пропало"},
		"an entry lost": {`alter table audit_seals drop constraint audit_seals_entry_id_fkey; delete from audit_entries where id = 2`, "2: звено 1: записи 2 нет"},
		"order":         {`update audit_seals set seq = 9 where entry_id = 1; update audit_seals set seq = 1 where entry_id = 3; update audit_seals set seq = 2 where entry_id = 1`, "1: звено 1: запись 3 изменена"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := open(t)
			j.fill()
			j.seal()
			require.Empty(t, j.broken())
			j.exec(c.attack)
			require.Contains(t, j.broken(), c.found)
		})
	}
}

// TestNobodyOfTheProgramMayRewrite: the logins of the program may add, and no more.
func TestNobodyOfTheProgramMayRewrite(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.fill()
	j.seal()
	for _, ctx := range []context.Context{j.sys, j.as(1, 11, "Гусев П. Н.")} {
		for _, q := range []string{
			`update audit_entries set actor = 'x'`, `delete from audit_entries`, `update audit_seals set hash = '\x00'`, `delete from audit_seals`,
		} {
			err := pg.Do(ctx, j.db, func(tx *pg.Tx) error { _, err := tx.Exec(ctx, q); return err })
			require.ErrorContains(t, err, "permission denied", q)
		}
	}
	require.Empty(t, j.broken())
}

// TestALateCommitIsSealedLater: an entry whose transaction is slow is not skipped.
func TestALateCommitIsSealedLater(t *testing.T) {
	t.Parallel()
	j := open(t)
	require.NoError(t, pg.Do(j.as(1, 11, "Гусев П. Н."), j.db, func(tx *pg.Tx) error {
		require.NoError(t, audit.Write(j.sys, tx, 1, "staff.change", "member:1", nil))
		j.write(j.as(1, 12, "Миронова О. В."), 1, "staff.change", "member:2", nil, nil) // commits first, with a higher id
		require.Equal(t, 1, j.seal())
		return nil
	}))
	require.Equal(t, 1, j.seal())
	require.Empty(t, j.broken())
}

func TestManyWorkersMakeOneChain(t *testing.T) {
	t.Parallel()
	j := open(t)
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 25 {
				ctx := j.as(int64(1+i%2), 11, "Гусев П. Н.")
				if err := pg.Do(ctx, j.db, func(tx *pg.Tx) error {
					return audit.Write(ctx, tx, int64(1+i%2), "staff.change", fmt.Sprintf("member:%d", w), nil)
				}); err != nil {
					t.Error(err)
				}
				if _, err := audit.Seal(j.sys, j.db); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	j.seal()
	chains, err := audit.Verify(j.sys, j.db)
	require.NoError(t, err)
	require.Len(t, chains, 2)
	require.EqualValues(t, 100, chains[0].Entries+chains[1].Entries)
	require.Empty(t, chains[0].Broken+chains[1].Broken)
}

func TestTheJournalIsSearched(t *testing.T) {
	t.Parallel()
	j := open(t)
	j.fill()
	s := audit.NewService(j.db)
	find := func(company int64, f audit.Search) (objects []string) {
		t.Helper()
		rows, _, err := s.Page(j.as(company, 1, "x"), f)
		require.NoError(t, err)
		for _, r := range rows {
			objects = append(objects, r.Action+" "+r.Object)
		}
		return objects
	}
	all := []string{"staff.archive member:5", "reason.change reason:7", "staff.change member:5"}
	require.Equal(t, all, find(1, audit.Search{}), "its own, newest first")
	require.Equal(t, []string{all[0], all[2]}, find(1, audit.Search{UserID: 11}))
	require.Equal(t, []string{all[1]}, find(1, audit.Search{Area: "reason"}))
	require.Empty(t, find(1, audit.Search{Area: "rea_on"}), "what was typed is no pattern")
	require.Equal(t, []string{all[0], all[2]}, find(1, audit.Search{Object: "member:5"}))
	require.Equal(t, []string{all[1]}, find(1, audit.Search{Text: "мирон"}))
	require.Equal(t, []string{"staff.add member:6"}, find(2, audit.Search{Text: "100%"}))
	require.Empty(t, find(1, audit.Search{Text: "100%"}))
	require.Equal(t, []string{all[0]}, find(1, audit.Search{From: start.Add(4 * time.Second)}))
	require.Equal(t, []string{all[2]}, find(1, audit.Search{To: start.Add(time.Second)}))
	require.Equal(t, []string{all[0]}, find(1, audit.Search{UserID: 11, Area: "staff", Object: "member:5", Text: "гусев", From: start.Add(time.Second), To: start.Add(time.Minute)}))
	var seen []string
	cursor := page.Cursor{}
	for range 3 {
		rows, next, err := s.Page(j.as(1, 1, "x"), audit.Search{Limit: 1, After: cursor})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Zero(t, rows[0].Seq)
		seen = append(seen, rows[0].Action+" "+rows[0].Object)
		cursor, err = page.Parse(next)
		require.NoError(t, err)
	}
	require.Equal(t, all, seen)
	j.seal()
	rows, _, err := s.Page(j.as(1, 1, "x"), audit.Search{})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2, 1}, []int64{rows[0].Seq, rows[1].Seq, rows[2].Seq})
	people, err := s.People(j.as(1, 1, "x"))
	require.NoError(t, err)
	require.Equal(t, []audit.Person{{11, "Гусев П. Н."}, {12, "Миронова О. В."}}, people)
}

// TestOpeningIsWrittenOnceInAWhile: a screen that fetches a card anew opens it once.
func TestOpeningIsWrittenOnceInAWhile(t *testing.T) {
	t.Parallel()
	j := open(t)
	opened := func(ctx context.Context, object string) {
		require.NoError(t, pg.Do(ctx, j.db, func(tx *pg.Tx) error { return audit.Opened(ctx, tx, 1, "ticket.open", object) }))
	}
	me := j.as(1, 11, "Гусев П. Н.")
	opened(me, "ticket:1")
	opened(me, "ticket:1")
	opened(me, "ticket:2")
	opened(j.as(1, 12, "Миронова О. В."), "ticket:1")
	opened(j.sys, "ticket:1")
	require.Equal(t, 3, j.seal())
	j.clock.Set(j.clock.Now().Add(20 * time.Minute))
	opened(me, "ticket:1")
	require.Equal(t, 1, j.seal())
}
