package ticket

import (
	"context"

	"d24/internal/platform/pg"
	"d24/internal/where"
)

// SayOfHouse writes a line into the history of the house's requests where work is owed, and
// says how many there are. They stay their company's whatever becomes of the house (F15).
func (s *Service) SayOfHouse(ctx context.Context, tx *pg.Tx, buildingID int64, text string) (int, error) {
	var w where.Clause
	w.And("t.building_id = ? and "+stillOwed, buildingID)
	ts, err := scoped(ctx, tx, w, "t.id")
	for _, t := range ts {
		if err == nil {
			err = s.Log(ctx, tx, t, Event{Kind: "house", Text: text})
		}
	}
	return len(ts), err
}
