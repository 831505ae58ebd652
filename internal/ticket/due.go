package ticket

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
)

// Commented is published when a person writes a comment to one ticket.
type Commented struct {
	TicketID  int64
	CompanyID int64
	ByUser    int64
}

// Due is a ticket whose term comes.
type Due struct {
	TicketID, CompanyID int64
	At                  time.Time
}

// comingMost is how many terms are looked at in one go; the rest come at the next look.
const comingMost = 5000

// ComingDue are the tickets of companies where work is still owed and the time to do it ends
// between two moments, the nearest first. For parts of the program: no scope is asked.
func (s *Service) ComingDue(ctx context.Context, tx *pg.Tx, companies []int64, from, to time.Time) ([]Due, error) {
	rows, err := tx.Query(ctx, "select t.id, t.company_id, t.due_at from tickets t where t.company_id = any($1) and "+dueOrNever+" >= $2 and "+dueOrNever+" < $3 and "+stillOwed+" order by t.due_at limit $4",
		companies, from, to, comingMost)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Due])
}
