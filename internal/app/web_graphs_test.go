package app_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

const graphs = 10_000

// groups are house groups of a test: some have houses, some have none.
type groups struct {
	account.Directory
	houses map[int64][]int64
}

func (g groups) HousesOf(_ context.Context, _ *pg.Tx, _ int64, ids []int64) (out []int64, err error) {
	for _, id := range ids {
		out = append(out, g.houses[id]...)
	}
	return out, nil
}

// land is where the graphs are drawn: what there is to give rights on.
type land struct {
	houses, works, members, groups []int64
	tickets                        []ticket.Ticket
}

func (h *house) land(r *rand.Rand) (l land, g groups) {
	h.t.Helper()
	ids := func(q string) (out []int64) {
		must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
			rows, err := tx.Query(h.sys, q)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id int64
				if err := rows.Scan(&id); err != nil {
					return err
				}
				out = append(out, id)
			}
			return rows.Err()
		}))
		return out
	}
	l.houses, l.works = ids(`select id from buildings where company_id = 1 order by id limit 6`), ids(`select id from work_types order by id limit 5`)
	l.members = ids(`select id from members where company_id = 1 order by id limit 5`)
	h.do(`update tickets set building_id = (array[` + list(l.houses) + `])[1 + id % 6], work_type_id = case when id % 7 > 4 then null else (array[` + list(l.works) + `])[1 + id % 5] end,
		executor_id = case when id % 3 = 0 then null else (array[` + list(l.members) + `])[1 + id % 5] end, responsible_id = case when id % 4 = 0 then null else (array[` + list(l.members) + `])[1 + id / 5 % 5] end where company_id = 1`)
	g.houses = map[int64][]int64{1: nil, 2: l.houses[:1], 3: l.houses[2:5], 4: {999999}, 5: nil}
	l.groups = []int64{1, 2, 3, 4, 5}
	for _, company := range []int64{1, 2, 3} {
		page, _, err := h.app.Tickets.List(h.sys, ticket.Filter{CompanyID: company, Limit: 100})
		require.NoError(h.t, err)
		l.tickets = append(l.tickets, page...)
	}
	r.Shuffle(len(l.tickets), func(i, j int) { l.tickets[i], l.tickets[j] = l.tickets[j], l.tickets[i] })
	return l, g
}

func list(ids []int64) string {
	out := ""
	for i, id := range ids {
		if i > 0 {
			out += ","
		}
		out += strconv.FormatInt(id, 10)
	}
	return out
}

func some(r *rand.Rand, of []int64) (out []int64) {
	for _, id := range of {
		if r.IntN(3) == 0 {
			out = append(out, id)
		}
	}
	return out
}

// draw is a person with lines of what he sees.
func (l land) draw(r *rand.Rand) (m account.Membership, lines []account.Grant) {
	m = account.Membership{ID: ours, HasGrants: true}
	if r.IntN(4) > 0 {
		m.MemberID = l.members[r.IntN(len(l.members))]
	}
	for range r.IntN(4) {
		g := account.Grant{Kind: account.GrantPart}
		switch r.IntN(12) {
		case 0:
			g.Kind = account.GrantAll
		case 1, 2, 3:
			g.Kind = account.GrantOwn
		default:
			if r.IntN(2) == 0 {
				g.WorkTypeIDs = some(r, l.works)
			}
			if r.IntN(2) == 0 {
				g.BuildingIDs = some(r, l.houses)
			}
			if r.IntN(2) == 0 {
				g.GroupIDs = some(r, l.groups)
			}
		}
		lines = append(lines, g)
	}
	return m, lines
}

// visible reads the lines as a person does, without a scope.
func visible(m account.Membership, lines []account.Grant, houses map[int64][]int64, t ticket.Ticket) bool {
	if t.CompanyID != m.ID {
		return false
	}
	for _, l := range lines {
		switch l.Kind {
		case account.GrantAll:
			return true
		case account.GrantOwn:
			if m.MemberID != 0 && (t.ExecutorID == m.MemberID || t.ResponsibleID == m.MemberID) {
				return true
			}
		case account.GrantPart:
			work := len(l.WorkTypeIDs) == 0 || slices.Contains(l.WorkTypeIDs, t.WorkTypeID)
			place := len(l.BuildingIDs) == 0 && len(l.GroupIDs) == 0 || slices.Contains(l.BuildingIDs, t.BuildingID)
			for _, g := range l.GroupIDs {
				place = place || slices.Contains(houses[g], t.BuildingID)
			}
			if work && place {
				return true
			}
		}
	}
	return false
}

// TestTenThousandGraphsOfRights is A4 over the kept form of rights: lines of kinds of
// work, houses, groups and "own" against a naive reading of the same words; the list,
// the count and the card agree for every one.
func TestTenThousandGraphsOfRights(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := rand.New(rand.NewPCG(24, 4)) //nolint:gosec // the same graphs every time
	l, g := h.land(r)
	nothing, everything, cards := 0, 0, 0
	for n := range graphs {
		m, lines := l.draw(r)
		var want []int64
		for _, x := range l.tickets {
			if visible(m, lines, g.houses, x) {
				want = append(want, x.ID)
			}
		}
		grants, err := account.Expand(h.sys, nil, g, m, lines)
		require.NoError(t, err)
		ctx := access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: m.ID, MemberID: m.MemberID, Grants: grants, May: access.RolePermissions(access.Readonly)})
		page, _, err := h.app.Tickets.List(ctx, ticket.Filter{Limit: 100})
		require.NoError(t, err)
		got := make([]int64, 0, len(page))
		for _, x := range page {
			got = append(got, x.ID)
		}
		require.ElementsMatch(t, want, got, "graph %d: %+v of %+v", n, lines, m)
		count, err := h.app.Tickets.Count(ctx, ticket.Filter{})
		require.NoError(t, err)
		require.Len(t, want, count, "graph %d: %+v", n, lines)
		x := l.tickets[n%len(l.tickets)]
		_, err = h.app.Tickets.Get(ctx, x.ID)
		require.Equal(t, slices.Contains(want, x.ID), err == nil, "graph %d: %+v: card of %d: %v", n, lines, x.ID, err)
		require.True(t, err == nil || fault.KindOf(err) == fault.NotFound)
		switch {
		case len(want) == 0:
			nothing++
		case len(want) == 24:
			everything++
		}
		if err == nil {
			cards++
		}
	}
	t.Logf("%d graphs: %d see nothing, %d everything, %d cards opened; 0 differences", graphs, nothing, everything, cards)
	require.Greater(t, nothing, 100)
	require.Greater(t, cards, 500)
}
