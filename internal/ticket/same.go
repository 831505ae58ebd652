package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/building"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// near is how old a ticket may be to be taken for the same trouble (J10).
const near = 7 * 24 * time.Hour

// Similar are the tickets that may be about the same trouble: the same house and reason,
// near in time, work still owed; those of the flat first, at most 5. Only what the actor may see.
func (s *Service) Similar(ctx context.Context, buildingID, reasonID int64, unit string) ([]Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Ticket, error) {
		var w where.Clause
		w.And("t.building_id = ? and t.reason_id = ? and t.created_at > ? and "+stillOwed, buildingID, reasonID, tx.Now.Add(-near))
		found, err := scoped(ctx, tx, w, "t.created_at desc, t.id desc limit 20")
		mine, others := []Ticket{}, []Ticket{}
		for _, t := range found {
			if unit != "" && strings.EqualFold(t.Unit, unit) {
				mine = append(mine, t)
			} else {
				others = append(others, t)
			}
		}
		mine = append(mine, others...)
		return mine[:min(5, len(mine))], err
	})
}

// NewJoin is one more caller about a ticket that is there already.
type NewJoin struct {
	CallID         int64 // 0: not by a call
	Unit           string
	Phone          string // as people write it
	IdempotencyKey string
}

// Joined is a caller joined to a ticket.
type Joined struct {
	N     int
	Unit  string
	Phone string
	By    string
	At    time.Time
}

// Reference is the number the caller is told: «118402 дробь два».
func Reference(number int64, n int) string { return fmt.Sprintf("%d/%d", number, n) }

// Join joins one more caller to a ticket where work is still owed, once for a call or a
// key, and gives the number to tell him: no registration is swallowed (F11).
func (s *Service) Join(ctx context.Context, id int64, j NewJoin) (reference string, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (string, error) { return s.JoinTx(ctx, tx, id, j) })
}

// JoinTx is Join in the caller's transaction.
func (s *Service) JoinTx(ctx context.Context, tx *pg.Tx, id int64, j NewJoin) (reference string, err error) {
	t, err := lock(ctx, tx, id)
	if err != nil {
		return "", err
	}
	var n int
	err = tx.QueryRow(ctx, `select n from ticket_joins where ticket_id = $1 and (call_id = nullif($2, 0) or idempotency_key = nullif($3, ''))`, id, j.CallID, j.IdempotencyKey).Scan(&n)
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return Reference(t.Number, n), err
	}
	if !t.Status.Open() {
		return "", fault.New(fault.Conflict, "ticket.join_over", "Заявка № %d уже «%s»: сделайте новую.", t.Number, Label(t.Status))
	}
	number := ""
	if strings.TrimSpace(j.Phone) != "" {
		if number, err = phone.Parse(j.Phone, ""); err != nil {
			return "", fault.New(fault.Invalid, "ticket.join_phone", "Проверьте номер телефона.").At("body.caller_phone", "не похоже на номер")
		}
		if err := s.contacts.Confirm(ctx, tx, t.CompanyID, t.BuildingID, j.Unit, number, "journal"); err != nil {
			return "", err
		}
	}
	err = tx.QueryRow(ctx, `insert into ticket_joins (ticket_id, n, company_id, call_id, unit, phone, by_name, at, idempotency_key)
		select $1, coalesce(max(n), 1) + 1, $2, nullif($3, 0), $4, $5, $6, $7, nullif($8, '') from ticket_joins where ticket_id = $1 returning n`,
		id, t.CompanyID, j.CallID, j.Unit, number, tx.Actor.Name, tx.Now, j.IdempotencyKey).Scan(&n)
	if err != nil {
		return "", err
	}
	text := "Та же проблема, обращение № " + Reference(t.Number, n)
	if j.Unit != "" {
		text += ", " + building.UnitName(j.Unit)
	}
	return Reference(t.Number, n), s.Log(ctx, tx, t, Event{Kind: "contact", Text: text, CallID: j.CallID})
}

// Joins are the callers joined to a ticket, the first one first, at most 500.
func (s *Service) Joins(ctx context.Context, id int64) ([]Joined, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Joined, error) {
		if _, err := find(ctx, tx, "t.id = $1", id); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `select n, unit, phone, by_name, at from ticket_joins where ticket_id = $1 order by n limit 500`, id)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Joined])
	})
}
