package ticket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/platform/pg"
)

// TestEachFigureIsTheLengthOfItsList is D1 and A4: for random rights every figure of the
// summary is what plain Go counts of the same tickets, and the length of the list it opens.
func TestEachFigureIsTheLengthOfItsList(t *testing.T) {
	c := open1(t)
	_, fresh := c.crowd()
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, `update tickets set status = 'postponed', postpone_reason = case when id % 2 = 0 then 'Нет запчастей' else 'Нет доступа' end where id % 5 = 0`)
		return err
	}))
	all := c.all()
	postponed := func(reason string) func(Ticket) bool {
		return func(x Ticket) bool { return x.Status == Postponed && x.PostponeReason == reason }
	}
	now := c.clock.Now()
	open := func(x Ticket) bool { return x.Status.Open() }
	want := func(group string, f Figure) func(Ticket) bool {
		switch group {
		case "status":
			return func(x Ticket) bool { return string(x.Status) == f.Key }
		case "kind":
			return func(x Ticket) bool { return open(x) && string(x.Kind) == f.Key }
		case "postponed":
			return postponed(f.Key)
		case "tags":
			return func(x Ticket) bool { return open(x) && slices.Contains(x.TagIDs, f.Tag.ID) }
		}
		switch f.Key {
		case "overdue":
			return func(x Ticket) bool { return x.Overdue(now) }
		case "soon":
			return func(x Ticket) bool {
				return open(x) && x.DueAt != nil && !x.DueAt.Before(now) && x.DueAt.Before(now.Add(Soon))
			}
		}
		return open
	}
	r := rand.New(rand.NewPCG(24, 11)) //nolint:gosec // the draw repeats
	seen := map[string]int{}
	for i := range 12 {
		g := access.Grant{CompanyID: fresh.CompanyID}
		x := all[r.IntN(len(all))]
		if i%2 == 1 {
			g = access.Grant{CompanyID: x.CompanyID, BuildingIDs: []int64{x.BuildingID}}
		}
		if i%3 == 2 {
			g = access.Grant{CompanyID: x.CompanyID, ExecutorID: x.ExecutorID}
		}
		a := access.Actor{Kind: access.Company, UserID: 1, CompanyID: g.CompanyID, May: access.RolePermissions(access.Admin), Grants: []access.Grant{g}}
		ctx := access.With(context.Background(), a)
		f, err := c.s.Now(ctx, 0)
		require.NoError(t, err)
		for group, figures := range map[string][]Figure{"status": f.Status, "kind": f.Kind, "due": f.Due, "postponed": f.Postponed, "tags": f.Tags} {
			for _, fig := range figures {
				plain := 0
				for _, x := range all {
					if a.Scope().Allows(x.Facts()) && want(group, fig)(x) {
						plain++
					}
				}
				title := fmt.Sprintf("%s %s of %+v", group, fig.Key, g)
				require.Equal(t, plain, fig.Count, title)
				require.Len(t, c.pages(ctx, fig.Filter, 100), fig.Count, title)
				seen[group] += fig.Count
			}
		}
	}
	for _, group := range []string{"status", "kind", "due", "postponed", "tags"} {
		require.Positive(t, seen[group], "%s has something to compare", group)
	}
}
