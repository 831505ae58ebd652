package desk

import (
	"context"
	"slices"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Present are the operators at work now who serve some companies (D1).
type Present struct {
	On      int // signed in at the phone
	Free    int
	Talking int // with the ring before and the writing after
	Away    int
}

// Serving tells whose teams serve any of these companies; accounts supply it.
type Serving func(ctx context.Context, tx *pg.Tx, companies []int64) ([]int64, error)

// Present counts the operators who serve a company, or with 0 any of the actor's: a company
// sees how many answer its residents, and not who does what.
func (f *Floor) Present(ctx context.Context, companyID int64) (p Present, err error) {
	companies, his := access.From(ctx).Asked(companyID)
	if !his {
		return p, fault.Missing("company")
	}
	return p, pg.Do(access.AsSystem(ctx, "desk"), f.DB, func(tx *pg.Tx) error { // the floor is nobody's table
		serve, err := f.Serving(ctx, tx, companies)
		if err != nil {
			return err
		}
		floors, err := f.Phones.Floors(ctx, tx)
		for _, fl := range floors {
			for _, o := range fl.Operators {
				if slices.Contains(serve, o.UserID) {
					p.count(o.State)
				}
			}
		}
		return err
	})
}

func (p *Present) count(state string) {
	switch state {
	case "off":
		return
	case "ready":
		p.Free++
	case "ringing", "talking", "wrap_up":
		p.Talking++
	default:
		p.Away++
	}
	p.On++
}
