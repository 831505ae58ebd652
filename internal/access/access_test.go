package access_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/where"
)

// few draws a number from 0, which is nobody and nothing, to n: small, so that things meet.
func few(r *rand.Rand, n int64) int64 { return r.Int64N(n + 1) }

func ids(r *rand.Rand) (out []int64) {
	for range r.IntN(4) {
		out = append(out, 1+r.Int64N(5))
	}
	return out
}

func someGrant(r *rand.Rand) access.Grant {
	g := access.Grant{CompanyID: few(r, 3)}
	if r.IntN(2) == 0 {
		g.BuildingIDs = ids(r)
	}
	if r.IntN(2) == 0 {
		g.WorkTypeIDs = ids(r)
	}
	if r.IntN(3) == 0 {
		g.ExecutorID = few(r, 4)
	}
	if r.IntN(3) == 0 {
		g.ResponsibleID = few(r, 4)
	}
	return g
}

func someActor(r *rand.Rand) access.Actor {
	switch r.IntN(20) {
	case 0:
		return access.Actor{Kind: access.System}
	case 1:
		return access.Actor{}
	case 2, 3:
		return access.Actor{Kind: access.Operator, Companies: ids(r)}
	}
	a := access.Actor{Kind: access.Company, CompanyID: 1}
	for range r.IntN(5) {
		a.Grants = append(a.Grants, someGrant(r))
	}
	return a
}

// TestTheListAndTheCardAgree draws ten thousand rights and two hundred tickets and
// demands of both renderings the same answer about every pair, on PostgreSQL.
func TestTheListAndTheCardAgree(t *testing.T) {
	t.Parallel()
	const actors, tickets, batch = 10_000, 200, 250
	seed := uint64(24)
	r := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // not a secret: the draw repeats
	ctx := access.AsSystem(context.Background(), "test")
	db := pgtest.New(t, clocktest.New(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)))
	require.NoError(t, pg.Do(ctx, db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `create temp table facts (id int, company_id bigint, building_id bigint, work_type_id bigint, executor_id bigint, responsible_id bigint)`)
		require.NoError(t, err)
		all := make([]access.Facts, tickets)
		for i := range all {
			f := access.Facts{CompanyID: 1 + few(r, 2), BuildingID: 1 + few(r, 4), WorkTypeID: few(r, 5), ExecutorID: few(r, 4), ResponsibleID: few(r, 4)}
			all[i] = f
			_, err := tx.Exec(ctx, `insert into facts values ($1, $2, $3, nullif($4::bigint, 0), nullif($5::bigint, 0), nullif($6::bigint, 0))`,
				i, f.CompanyID, f.BuildingID, f.WorkTypeID, f.ExecutorID, f.ResponsibleID)
			require.NoError(t, err)
		}
		opened := 0
		for range actors / batch {
			b := &pgx.Batch{}
			for range batch {
				a := someActor(r)
				var w where.Clause
				cond, args := a.Scope().Where("t")
				w.And(cond, args...)
				b.Queue("select coalesce(string_agg(t.id::text, ' ' order by t.id), '') from facts t where "+w.String(), w.Args...).QueryRow(func(row pgx.Row) error {
					var listed string
					if err := row.Scan(&listed); err != nil {
						return fmt.Errorf("%+v: %w", a.Grants, err)
					}
					var cards []string
					for i, f := range all {
						if a.Scope().Allows(f) {
							cards = append(cards, strconv.Itoa(i))
						}
					}
					opened += len(cards)
					require.Equal(t, strings.Join(cards, " "), listed, "kind %q companies %v grants %+v", a.Kind, a.Companies, a.Grants)
					return nil
				})
			}
			require.NoError(t, tx.SendBatch(ctx, b).Close())
		}
		require.Greater(t, opened, actors*tickets/20, "the draw opens something")
		require.Less(t, opened, actors*tickets/2, "and does not open everything")
		return nil
	}))
}

// TestNobodySeesNothing: what is not granted is closed.
func TestNobodySeesNothing(t *testing.T) {
	t.Parallel()
	f := access.Facts{CompanyID: 1, BuildingID: 2, WorkTypeID: 3, ExecutorID: 4, ResponsibleID: 5}
	for _, a := range []access.Actor{
		{},
		{Kind: access.Company, CompanyID: 1},
		{Kind: access.Operator},
		{Kind: access.Operator, Companies: []int64{2}},
		{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Executor, 1, 0)},
		{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Executor, 1, 9)},
		{Kind: access.Nobody, Grants: []access.Grant{{CompanyID: 1}}},
	} {
		require.False(t, a.Scope().Allows(f), "%+v", a)
	}
	require.False(t, access.Actor{}.Can(access.Anyone))
	for _, a := range []access.Actor{
		{Kind: access.System},
		{Kind: access.Operator, Companies: []int64{2, 1}},
		{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Admin, 1, 0)},
		{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Executor, 1, 4)},
		{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Contractor, 1, 5)},
	} {
		require.True(t, a.Scope().Allows(f), "%+v", a)
	}
}

// TestSettingsAreForAdministratorsOnly is A2, and executors read no calls of others.
func TestSettingsAreForAdministratorsOnly(t *testing.T) {
	t.Parallel()
	for _, role := range []access.Role{access.Manager, access.Foreman, access.Executor, access.Contractor, access.Readonly} {
		for _, p := range []access.Permission{access.BuildingWrite, access.StaffWrite, access.ReasonWrite, access.CompanyWrite, access.AuditRead, access.DeskWork, access.PlatformOperate} {
			require.False(t, slices.Contains(access.RolePermissions(role), p), "%s %s", role, p)
		}
	}
	for _, p := range []access.Permission{access.BuildingWrite, access.StaffWrite, access.CompanyWrite, access.AuditRead, access.DeskSupervise, access.DeskListen, access.PlatformOperate, access.CallMark} {
		require.NotContains(t, access.RolePermissions(access.Dispatcher), p, "a company's own operator")
	}
	require.Contains(t, access.RolePermissions(access.Dispatcher), access.DeskWork)
	require.NotContains(t, access.Tickable(), access.DeskWork, "the seat is of the default role alone: whoever has it is fenced in as an operator")
	require.NotContains(t, access.RolePermissions(access.Executor), access.CallRead)
	require.NotContains(t, access.RolePermissions(access.Readonly), access.TicketMove)
	require.Contains(t, access.RolePermissions(access.Admin), access.StaffWrite)
	require.Empty(t, access.RolePermissions("somebody"))
	require.Empty(t, access.StaffPermissions("company"))
}
