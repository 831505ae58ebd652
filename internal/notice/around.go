package notice

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Around is what stands beside a notice in a list.
type Around struct {
	Where string // houses and groups in words; "" is the whole company
	Zone  string
	Calls int
	After int // of the calls, after the end
}

// named is how many houses a list names before it counts the rest.
const named = 3

// Around tells it for each notice, in their order.
func (s *Service) Around(ctx context.Context, ns []Notice) ([]Around, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Around, error) {
		out := make([]Around, len(ns))
		groups := map[int64]map[int64]string{}
		for i, n := range ns {
			zone, err := s.Zone(ctx, tx, n)
			if err != nil {
				return nil, err
			}
			out[i].Zone = zone.String()
			if out[i].Where, err = s.where(ctx, tx, n, groups); err != nil {
				return nil, err
			}
		}
		return out, s.counted(ctx, tx, ns, out)
	})
}

func (s *Service) where(ctx context.Context, tx *pg.Tx, n Notice, groups map[int64]map[int64]string) (string, error) {
	if n.IsCompany {
		return "", nil
	}
	var words []string
	if len(n.GroupIDs) > 0 && groups[n.CompanyID] == nil {
		all, err := s.Buildings.AllGroups(ctx, tx, n.CompanyID)
		if err != nil {
			return "", err
		}
		groups[n.CompanyID] = map[int64]string{}
		for _, g := range all {
			groups[n.CompanyID][g.ID] = g.Name
		}
	}
	for _, id := range n.GroupIDs {
		if name := groups[n.CompanyID][id]; name != "" {
			words = append(words, "«"+name+"»")
		}
	}
	addresses, err := s.Buildings.Named(ctx, tx, n.BuildingIDs[:min(named, len(n.BuildingIDs))])
	if err != nil {
		return "", err
	}
	for _, id := range n.BuildingIDs[:min(named, len(n.BuildingIDs))] {
		if a := addresses[id]; a != "" {
			words = append(words, a)
		}
	}
	if more := len(n.BuildingIDs) - named; more > 0 {
		words = append(words, fmt.Sprintf("ещё %d", more))
	}
	return strings.Join(words, "; "), nil
}

// counted fills in how many calls are joined.
func (s *Service) counted(ctx context.Context, tx *pg.Tx, ns []Notice, out []Around) error {
	at := map[int64]int{}
	ids := make([]int64, 0, len(ns))
	for i, n := range ns {
		at[n.ID] = i
		ids = append(ids, n.ID)
	}
	rows, err := tx.Query(ctx, `select notice_id, count(*), count(*) filter (where is_after) from notice_calls where notice_id = any($1) group by 1`, ids)
	if err != nil {
		return err
	}
	var id int64
	var all, after int
	_, err = pgx.ForEachRow(rows, []any{&id, &all, &after}, func() error { out[at[id]].Calls, out[at[id]].After = all, after; return nil })
	return err
}
