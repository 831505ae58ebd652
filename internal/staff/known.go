package staff

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Named is a thing of the directory by its name.
type Named struct {
	ID   int64
	Name string
}

// Works are all kinds of work by name.
func (s *Service) Works(ctx context.Context, tx *pg.Tx) ([]Named, error) {
	rows, err := tx.Query(ctx, `select id, name from work_types order by name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
}

// NameIn is the name of a person of the company's staff, "" when there is none.
func (s *Service) NameIn(ctx context.Context, tx *pg.Tx, companyID, id int64) (name string, err error) {
	err = tx.QueryRow(ctx, `select name from members where company_id = $1 and id = $2`, companyID, id).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// NamesIn are the people of the company's staff by name, for pickers.
func (s *Service) NamesIn(ctx context.Context, tx *pg.Tx, companyID int64) ([]Named, error) {
	rows, err := tx.Query(ctx, `select id, name from members where company_id = $1 and not is_archived order by name, id`, companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
}

// Responsibles are the people of a company whom a duty makes responsible for something.
func (s *Service) Responsibles(ctx context.Context, tx *pg.Tx, companyID int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select distinct d.member_id from member_duties d join members m on m.id = d.member_id
		where d.company_id = $1 and d.role = 'responsible' and not m.is_archived`, companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
