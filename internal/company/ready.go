package company

import (
	"context"

	"d24/internal/platform/pg"
)

// Reached is by which numbers a company can be called (T2).
type Reached struct {
	Lines    int // its own numbers and its city's
	Carriers int // of different providers
	Silent   int // numbers that say nothing to who calls
	Greeting bool
}

// Reached tells it. The city's number and the providers are seen by the system alone:
// the transaction must be its.
func (s *Service) Reached(ctx context.Context, tx *pg.Tx, companyID int64) (r Reached, err error) {
	err = tx.QueryRow(ctx, `select count(l.id), count(distinct t.carrier), count(l.id) filter (where l.greeting = '' and l.greeting_file = ''), c.greeting <> ''
		from companies c left join lines l on l.is_active and (l.company_id = c.id or l.company_id is null and l.city_id = c.city_id) left join trunks t on t.id = l.trunk_id
		where c.id = $1 group by c.id`, companyID).Scan(&r.Lines, &r.Carriers, &r.Silent, &r.Greeting)
	return r, err
}
