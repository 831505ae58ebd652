package db_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

// The companies of the test; rows of 0 belong to no company yet (company_id is null).
const ours, strange = int64(1), int64(2)

// open gives the program's handle on a new database, and the owner's connection.
func open(t *testing.T) (*pg.DB, *pgx.Conn) {
	t.Helper()
	d := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	var name string
	require.NoError(t, d.Pool.QueryRow(t.Context(), "select current_database()").Scan(&name))
	owner, err := pgx.Connect(t.Context(), pgtest.URL(name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, owner.Close(context.Background())) })
	return d, owner
}

func strs(t *testing.T, c *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return out
}

// reachable are the tables on which the role has any right, to the whole or to a column.
const reachable = `select c.relname from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
	and (has_table_privilege($1, c.oid, 'select, insert, update, delete') or has_any_column_privilege($1, c.oid, 'select, insert, update'))
	order by 1`

const tenants = `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id' and not a.attisdropped
	where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1`

// fenced are the tables of a company's rows that somebody besides the system may reach.
func fenced(t *testing.T, owner *pgx.Conn) (out []string) {
	t.Helper()
	seen := append(strs(t, owner, reachable, "d24_journal"), strs(t, owner, reachable, "d24_desk")...)
	for _, table := range strs(t, owner, tenants) {
		if slices.Contains(seen, table) {
			out = append(out, table)
		}
	}
	return out
}

// holes says which tables are not fenced as the house does it.
func holes(t *testing.T, owner *pgx.Conn) (bad []string) {
	t.Helper()
	for _, table := range append(fenced(t, owner), "companies") {
		var enabled, forced bool
		require.NoError(t, owner.QueryRow(t.Context(), "select relrowsecurity, relforcerowsecurity from pg_class where oid = $1::regclass", table).Scan(&enabled, &forced))
		if !enabled || !forced {
			bad = append(bad, table+": enable and force row level security (00001_init.sql, the fence)")
		}
		roles := strs(t, owner, "select array_to_string(roles, ' ') from pg_policies where tablename = $1 and cmd = 'ALL' order by 1", table)
		if !slices.Equal(roles, []string{"d24_desk", "d24_journal", "d24_system"}) {
			bad = append(bad, fmt.Sprintf("%s has policies of %v: one for each role is needed, and policies are joined by OR, so a second opens it", table, roles))
		}
		for _, p := range strs(t, owner, "select qual from pg_policies where tablename = $1", table) {
			if strings.Contains(strings.ToLower(p), " or ") {
				bad = append(bad, table+": an OR in a policy reads the whole table (architecture, 2.8)")
			}
			if strings.Contains(p, "app.companies") && !strings.Contains(p, "app.team") {
				bad = append(bad, table+": an array of companies is looked through for each row: write desk_wall (00540_team_bitmap.sql)")
			}
		}
	}
	return bad
}

func TestEveryTableOfACompanyIsFenced(t *testing.T) {
	t.Parallel()
	_, owner := open(t)
	require.Greater(t, len(fenced(t, owner)), 20)
	require.Empty(t, holes(t, owner))

	_, err := owner.Exec(t.Context(), `create table open_doors (company_id bigint); grant select on open_doors to d24_journal;
		create policy second on tickets to d24_journal using (true)`)
	require.NoError(t, err)
	require.Len(t, holes(t, owner), 3, "what is forgotten is found")
}

// TestWhatIsOpenToEverybodyIsNamedHere: a table without a company's column is seen by
// all companies; whoever grants one more has to say so in this test.
func TestWhatIsOpenToEverybodyIsNamedHere(t *testing.T) {
	t.Parallel()
	_, owner := open(t)
	unfenced := func(role string) (out []string) {
		behind := append(fenced(t, owner), "companies")
		for _, table := range strs(t, owner, reachable, role) {
			if !slices.Contains(behind, table) && !strings.HasPrefix(table, "river_") && table != "goose_db_version" {
				out = append(out, table)
			}
		}
		return out
	}
	require.Equal(t, []string{"cities", "suppliers", "users", "work_types"}, unfenced("d24_journal"))
	require.Equal(t, []string{"cities", "engine_nodes", "handovers", "operator_states", "queue_settings", "seat_wishes", "suppliers", "trunks", "users", "work_types"}, unfenced("d24_desk"))
	for _, role := range []string{"d24_journal", "d24_desk", "d24_system"} {
		require.Equal(t, []string{"false"}, strs(t, owner, "select (rolsuper or rolbypassrls)::text from pg_roles where rolname = $1", role))
	}
	require.Equal(t, []string{"id", "name"}, strs(t, owner, `select attname::text from pg_attribute where attrelid = 'users'::regclass and attnum > 0
		and has_column_privilege('d24_journal', 'users', attname, 'select') order by 1`), "a company sees staff names, no hashes")
}

// fill puts a row of each company, and one of none where that may be, into every
// fenced table. Foreign keys are off: only the fence is looked at.
func fill(t *testing.T, owner *pgx.Conn, tables []string) {
	t.Helper()
	ctx := t.Context()
	_, err := owner.Exec(ctx, "set session_replication_role = replica")
	require.NoError(t, err)
	for i, table := range tables {
		for j, company := range []any{ours, strange, nil} {
			if company == nil && !maybeNull(t, owner, table) {
				continue
			}
			names, values, args := row(t, owner, table, company, 100*(i+1)+j)
			_, err := owner.Exec(ctx, fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(names, ", "), strings.Join(values, ", ")), args...)
			require.NoError(t, err, table)
		}
	}
}

func maybeNull(t *testing.T, owner *pgx.Conn, table string) (is bool) {
	t.Helper()
	require.NoError(t, owner.QueryRow(t.Context(), "select not attnotnull from pg_attribute where attrelid = $1::regclass and attname = 'company_id'", table).Scan(&is))
	return is && table != "lines" // a common line is another kind of row, see its check
}

var oneOf = regexp.MustCompile(`'([^']+)'::text`)

// row makes a valid row out of the catalogue: a value for each column without a
// default, the first allowed one where a check lists them.
func row(t *testing.T, owner *pgx.Conn, table string, company any, n int) (names, values []string, args []any) {
	t.Helper()
	rows, err := owner.Query(t.Context(), `select a.attname::text, format_type(a.atttypid, -1), coalesce((select min(pg_get_constraintdef(k.oid)) from pg_constraint k
			where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum]), '')
		from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = ''
			and (a.attname = 'company_id' or a.attnotnull and not a.atthasdef)`, table)
	require.NoError(t, err)
	var name, kind, check string
	_, err = pgx.ForEachRow(rows, []any{&name, &kind, &check}, func() error {
		var v any
		switch m := oneOf.FindStringSubmatch(check); {
		case name == "company_id":
			v = company
		case m != nil:
			v = m[1]
		case kind == "text", kind == "tsvector":
			v = fmt.Sprint(n)
		case kind == "integer" && check != "": // a small number: a level, a mark
			v = 1 + n%5
		case kind == "bigint", kind == "integer":
			v = n
		case kind == "timestamp with time zone":
			v = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		case kind == "boolean":
			v = false
		case kind == "bytea":
			v = []byte{byte(n)}
		case kind == "date":
			v = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		case kind == "jsonb":
			v = "{}"
		case kind == "text[]":
			v = []string{"x"}
		default:
			return fmt.Errorf("%s.%s: teach this test to fill %s", table, name, kind)
		}
		names, args = append(names, name), append(args, v)
		values = append(values, fmt.Sprintf("$%d::%s", len(args), kind))
		return nil
	})
	require.NoError(t, err)
	return names, values, args
}

// TestNobodySeesOverTheFence puts rows of two companies into every table and looks at
// them with the eyes of each role, through the program's own transactions.
func TestNobodySeesOverTheFence(t *testing.T) {
	t.Parallel()
	d, owner := open(t)
	tables := fenced(t, owner)
	fill(t, owner, tables)
	operator := func(companies ...int64) access.Actor {
		return access.Actor{Kind: access.Operator, UserID: 7, Companies: companies}
	}
	for _, table := range tables {
		see := func(a access.Actor) []int64 {
			var out []int64
			require.NoError(t, pg.Do(access.With(t.Context(), a), d, func(tx *pg.Tx) error {
				rows, err := tx.Query(t.Context(), "select coalesce(company_id, 0) from "+table+" order by 1")
				if err != nil {
					return err
				}
				out, err = pgx.AppendRows(out, rows, pgx.RowTo[int64])
				return err
			}), table)
			return out
		}
		var unplaced []int64 // of no company yet: a call to the city's number; all operators see it
		if maybeNull(t, owner, table) {
			unplaced = []int64{0}
		}
		var inherited []int64 // the platform's own words, which every company hears until it has others
		if table == "announcements" || table == "pronunciations" {
			inherited = []int64{0}
		}
		require.Equal(t, append(inherited, ours), see(access.Actor{Kind: access.Company, UserID: 5, CompanyID: ours}), table)
		require.Equal(t, append(inherited, strange), see(access.Actor{Kind: access.Company, UserID: 5, CompanyID: strange}), table)
		require.Equal(t, inherited, see(access.Actor{Kind: access.Company, UserID: 5, CompanyID: 99}), table)
		require.Empty(t, see(access.Actor{Kind: access.Company, UserID: 5}), "%s: a company's user without a company", table)
		require.Equal(t, append(unplaced, ours), see(operator(ours)), table)
		require.Equal(t, append(unplaced, ours, strange), see(operator(ours, strange)), table)
		require.Equal(t, unplaced, see(operator()), "%s: an operator without a team", table)
		require.Empty(t, see(access.Actor{}), "%s: nobody", table)
		require.Equal(t, append(unplaced, ours, strange), see(access.Actor{Kind: access.System, System: "test"}), table)
	}
}

// TestTheWallOfATeam: a company behind the end of the bitmap is looked up in the array, and the
// version before, which sets no bitmap, sees its team by it.
func TestTheWallOfATeam(t *testing.T) {
	t.Parallel()
	d, owner := open(t)
	const far = int64(40_000)
	_, err := owner.Exec(t.Context(), "set session_replication_role = replica")
	require.NoError(t, err)
	for i, company := range []int64{ours, strange, far} {
		names, values, args := row(t, owner, "tickets", company, 700+i)
		_, err := owner.Exec(t.Context(), fmt.Sprintf("insert into tickets (%s) values (%s)", strings.Join(names, ", "), strings.Join(values, ", ")), args...)
		require.NoError(t, err)
	}
	for _, team := range [][]int64{nil, {ours}, {far}, {ours, far}, {strange, ours}} {
		seen, err := pg.InTx(access.With(t.Context(), access.Actor{Kind: access.Operator, UserID: 7, Companies: team}), d, func(tx *pg.Tx) ([]int64, error) {
			rows, err := tx.Query(t.Context(), "select company_id from tickets")
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[int64])
		})
		require.NoError(t, err)
		require.ElementsMatch(t, team, seen)
	}
	require.Empty(t, strs(t, owner, `select polrelid::regclass::text from pg_policy, concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) x where x like '%app.companies%' and x not like '%app.team%'`),
		"the array names only companies behind the bitmap")
	_, err = owner.Exec(t.Context(), "begin; set local role d24_desk; set local app.company_id = '0'; set local app.companies = '{0,2}'")
	require.NoError(t, err)
	require.Equal(t, []string{"2"}, strs(t, owner, "select company_id::text from tickets"))
	_, err = owner.Exec(t.Context(), "rollback")
	require.NoError(t, err)
}

// TestNobodyReachesOverTheFence: rows of another company can be neither made, nor
// changed, nor deleted, nor given away.
func TestNobodyReachesOverTheFence(t *testing.T) {
	t.Parallel()
	d, owner := open(t)
	tables := fenced(t, owner)
	fill(t, owner, tables)
	for i, table := range tables {
		for _, a := range []access.Actor{{Kind: access.Company, UserID: 5, CompanyID: ours}, {Kind: access.Operator, UserID: 7, Companies: []int64{ours}}} {
			do := func(sql string, args ...any) (int64, error) {
				var n int64
				err := pg.Do(access.With(t.Context(), a), d, func(tx *pg.Tx) error {
					tag, err := tx.Exec(t.Context(), sql, args...)
					n = tag.RowsAffected()
					return err
				})
				return n, err
			}
			names, values, args := row(t, owner, table, strange, 90000+i)
			_, err := do(fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(names, ", "), strings.Join(values, ", ")), args...)
			if table == "audit_seals" { // read by all, written by the worker that seals
				for _, sql := range []string{"", "update " + table + " set seq = seq", "delete from " + table} {
					if sql != "" {
						_, err = do(sql)
					}
					require.ErrorContains(t, err, "permission denied", table)
				}
				continue
			}
			require.ErrorContains(t, err, "row-level security", "%s: a row for another company", table)
			if table == "audit_entries" || table == "ticket_events" {
				for _, sql := range []string{"update " + table + " set at = at", "delete from " + table} {
					_, err = do(sql)
					require.ErrorContains(t, err, "permission denied", "%s is never rewritten", table)
				}
				continue
			}
			if table == "staff_changes" { // a row for each change, counted and never rewritten
				for _, sql := range []string{"update " + table + " set company_id = company_id", "delete from " + table} {
					_, err = do(sql)
					require.ErrorContains(t, err, "permission denied", table)
				}
				continue
			}
			if table == "audit_unsealed" { // handed over and taken by the worker
				_, err = do("delete from " + table)
				require.ErrorContains(t, err, "permission denied", table)
				continue
			}
			_, err = do("update "+table+" set company_id = $1", strange)
			require.ErrorContains(t, err, "row-level security", "%s: a row given away", table)
			n, err := do("delete from "+table+" where company_id = $1", strange)
			require.NoError(t, err, table)
			require.Zero(t, n, table)
		}
	}
}
