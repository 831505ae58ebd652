package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"d24/internal/building"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// LiveCall is a call that is going on, with the names that stand around it.
type LiveCall struct {
	telephony.FloorCall
	Company string // "" on a city's number
	House   string // likely to be the caller's; "" not known
	Trunk   string
}

// LiveCalls are the calls of this moment, at most liveShown: who waits longest first,
// then the others by how long they last.
type LiveCalls struct {
	Calls []LiveCall
	All   int
	Now   time.Time
}

const liveShown = 200

// LiveCalls lists what goes on in the companies of the supervisor.
func (f *Floor) LiveCalls(ctx context.Context) (out LiveCalls, err error) {
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		floors, err := f.Phones.Floors(ctx, tx)
		if err != nil {
			return err
		}
		out.Now = tx.Now
		trunks := map[int64]string{}
		for _, fl := range floors {
			for _, t := range fl.Trunks {
				trunks[t.ID] = t.Name
			}
			for _, c := range fl.Calls {
				if c.CompanyID == 0 || tx.Actor.Serves(c.CompanyID) {
					out.Calls = append(out.Calls, LiveCall{FloorCall: c, Trunk: trunks[c.TrunkID]})
				}
			}
		}
		slices.SortFunc(out.Calls, func(a, b LiveCall) int {
			return cmp.Or(cmp.Compare(a.order(), b.order()), a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.CallKey, b.CallKey))
		})
		out.All = len(out.Calls)
		out.Calls = out.Calls[:min(out.All, liveShown)]
		return f.around(ctx, tx, out.Calls)
	})
	return out, err
}

// order: callers who wait, then talks, then what waits for its turn.
func (c LiveCall) order() int {
	switch {
	case c.IsInbound && c.OperatorID == 0:
		return 0
	case c.OperatorID != 0:
		return 1
	}
	return 2
}

// around puts names to the numbers; each company and house is asked once.
func (f *Floor) around(ctx context.Context, tx *pg.Tx, calls []LiveCall) (err error) {
	companies, houses := map[int64]string{0: ""}, map[int64]string{0: ""}
	for n := range calls {
		c := &calls[n]
		if _, known := companies[c.CompanyID]; !known {
			if companies[c.CompanyID], err = f.called(ctx, tx, c.CompanyID); err != nil {
				return err
			}
		}
		if _, known := houses[c.BuildingID]; !known {
			b, err := f.Buildings.ByID(ctx, tx, c.BuildingID)
			if err != nil { // a house of another company than the one called
				houses[c.BuildingID] = ""
				continue
			}
			houses[c.BuildingID] = building.Address(b, "")
		}
		c.Company, c.House = companies[c.CompanyID], houses[c.BuildingID]
	}
	return nil
}
