package building

import (
	"context"
	"slices"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Places are the houses the actor may see by his grants; all: of everything the fence opens.
func (s *Service) Places(ctx context.Context, tx *pg.Tx) (ids []int64, all bool, err error) {
	all, ids, own := tx.Actor.Places()
	if all || !own || s.Worked == nil {
		return ids, all, nil
	}
	worked, err := s.Worked(ctx, tx)
	return append(ids, worked...), false, err
}

// Narrow leaves of a list the rows of houses the actor may see; house is the column of
// the house's id. What is not his is not there (A1): in lists, on cards and in searches alike.
func (s *Service) Narrow(ctx context.Context, tx *pg.Tx, w *where.Clause, house string) error {
	ids, all, err := s.Places(ctx, tx)
	if !all {
		w.And(house+" = any(?)", append([]int64{}, ids...))
	}
	return err
}

// whole refuses what needs every house of a company to who sees a part of them.
func (s *Service) whole(tx *pg.Tx) error {
	if all, _, _ := tx.Actor.Places(); !all {
		return fault.New(fault.Forbidden, "building.part", "Вам открыта часть домов: новые добавляет тот, кто видит все.")
	}
	return nil
}

// common are those of ids that are among mine.
func common(ids, mine []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !slices.Contains(mine, id) })
}
