package company

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Reached is by which numbers a company can be called (T2).
type Reached struct {
	Lines    int // its own numbers and its city's
	Carriers int // of different providers
	Silent   int // numbers that say nothing to who calls
	Greeting bool
}

// Lack is what keeps a company from being reached when one provider fails; "" nothing.
type Lack string

// The lacks, the worst first.
const (
	NoNumbers    Lack = "no_numbers"
	OneNumber    Lack = "one_number"
	OneCarrier   Lack = "one_carrier"
	wantNumbers       = 2
	wantCarriers      = 2
)

// Lack is the one rule of T2, for the readiness and for the screen of companies: two
// numbers or more, not all at one provider. The city's common number counts; an old number
// that only tells the new one does not, nor one on a trunk that is switched off.
func (r Reached) Lack() Lack {
	switch {
	case r.Lines == 0:
		return NoNumbers
	case r.Lines < wantNumbers:
		return OneNumber
	case r.Carriers < wantCarriers:
		return OneCarrier
	}
	return ""
}

// live are the numbers by which companies are reached; a city's has company 0.
const live = `select l.id, coalesce(l.company_id, 0) as company, l.city_id, l.kind, l.phone, l.trunk_id, t.name, t.carrier, l.greeting = '' and l.greeting_file = '' as silent
	from lines l join trunks t on t.id = l.trunk_id and t.is_active where l.is_active and l.moved_to_id is null`

type number struct {
	TenantLine
	city   int64
	silent bool
}

func liveNumbers(ctx context.Context, tx *pg.Tx) ([]number, error) {
	rows, err := tx.Query(ctx, live+` order by l.kind desc, l.phone`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (n number, err error) {
		err = r.Scan(&n.ID, &n.CompanyID, &n.city, &n.Kind, &n.Phone, &n.TrunkID, &n.TrunkName, &n.Carrier, &n.silent)
		return n, err
	})
}

// reach counts the numbers of a company in a city.
func reach(all []number, company, city int64) (r Reached, own []TenantLine) {
	carriers := map[string]bool{}
	own = []TenantLine{}
	for _, n := range all {
		if n.CompanyID != company && (n.CompanyID != 0 || n.city != city) {
			continue
		}
		own = append(own, n.TenantLine)
		carriers[n.Carrier] = true
		if n.silent {
			r.Silent++
		}
	}
	r.Lines, r.Carriers = len(own), len(carriers)
	return r, own
}

// Reached tells it. The city's number and the providers are seen by the system alone:
// the transaction must be its.
func (s *Service) Reached(ctx context.Context, tx *pg.Tx, companyID int64) (r Reached, err error) {
	var city int64
	var greeting bool
	if err := tx.QueryRow(ctx, `select city_id, greeting <> '' from companies where id = $1`, companyID).Scan(&city, &greeting); err != nil {
		return r, err
	}
	all, err := liveNumbers(ctx, tx)
	r, _ = reach(all, companyID, city)
	r.Greeting = greeting
	return r, err
}
