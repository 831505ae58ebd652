package company

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Greeted is a line with what it says to who calls. A recorded phrase wins over the text.
type Greeted struct {
	Line
	CompanyName string // "" for a city's number
	MovedTo     string // of an old number: the one it tells (T3)
	MovedToID   int64
}

const greeted = `select l.id, coalesce(l.company_id, 0), l.city_id, t.name, t.zone, l.kind, l.phone, l.trunk_id, l.greeting, l.greeting_file, coalesce(c.name, ''), coalesce(n.phone, ''), coalesce(n.id, 0)
	from lines l join cities t on t.id = l.city_id left join companies c on c.id = l.company_id left join lines n on n.id = l.moved_to_id where l.is_active`

func scanGreeted(r pgx.CollectableRow) (g Greeted, err error) {
	err = r.Scan(&g.ID, &g.CompanyID, &g.CityID, &g.City, &g.CityZone, &g.Kind, &g.Phone, &g.TrunkID, &g.Greeting, &g.GreetingFile, &g.CompanyName, &g.MovedTo, &g.MovedToID)
	return g, err
}

// Greetings are the lines whose words the actor may change: a company's own, and
// for our staff the cities' numbers too.
func (s *Service) Greetings(ctx context.Context) ([]Greeted, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Greeted, error) {
		rows, err := tx.Query(ctx, greeted+` order by l.kind, l.phone`)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scanGreeted)
	})
}

func greetingOf(ctx context.Context, tx *pg.Tx, id int64) (Greeted, error) {
	rows, err := tx.Query(ctx, greeted+` and l.id = $1`, id)
	if err != nil {
		return Greeted{}, err
	}
	g, err := pgx.CollectExactlyOneRow(rows, scanGreeted)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, fault.Missing("line")
	}
	return g, err
}

// GreetingsOf are the numbers of a company; of company 0 the cities' numbers.
func (s *Service) GreetingsOf(ctx context.Context, tx *pg.Tx, companyID int64) ([]Greeted, error) {
	rows, err := tx.Query(ctx, greeted+` and coalesce(l.company_id, 0) = $1 order by l.kind, l.phone`, companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanGreeted)
}

// GreetingOf is one line with its words; fault.NotFound when the actor does not see it.
func (s *Service) GreetingOf(ctx context.Context, tx *pg.Tx, id int64) (Greeted, error) {
	return greetingOf(ctx, tx, id)
}

// Greet writes what a line says by day; the announcement keeps its versions and the audit.
func (s *Service) Greet(ctx context.Context, tx *pg.Tx, id int64, text, file string) error {
	_, err := tx.Exec(ctx, `update lines set greeting = $2, greeting_file = $3 where id = $1`, id, text, file)
	return err
}
