package company

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Move makes a number an old one: who calls it hears the number in its place and is hung
// up on (T3); to 0 makes it a usual one again. Calls are never sent on from number to number:
// the company would pay for both.
func (s *Service) Move(ctx context.Context, id, to int64) (Greeted, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Greeted, error) {
		if _, err := tx.Exec(ctx, `select from lines where id = $1 for update`, id); err != nil {
			return Greeted{}, err
		}
		was, err := greetingOf(ctx, tx, id)
		if err != nil {
			return was, err
		}
		if to != 0 {
			if err := s.mayMove(ctx, tx, was, to); err != nil {
				return was, err
			}
		}
		if _, err := tx.Exec(ctx, `update lines set moved_to_id = nullif($2, 0) where id = $1`, id, to); err != nil {
			return was, err
		}
		now, err := greetingOf(ctx, tx, id)
		if err != nil || now.MovedTo == was.MovedTo {
			return now, err
		}
		return now, audit.Change(ctx, tx, now.CompanyID, "line.moved", "line:"+strconv.FormatInt(id, 10), map[string]string{"new": was.MovedTo}, map[string]string{"new": now.MovedTo})
	})
}

func (s *Service) mayMove(ctx context.Context, tx *pg.Tx, old Greeted, to int64) error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "line.moved", "Новый номер: %s.", why).At("body.to_line_id", why)
	}
	target, err := greetingOf(ctx, tx, to)
	if fault.KindOf(err) == fault.NotFound {
		return bad("его нет")
	}
	if err != nil {
		return err
	}
	var pointed bool
	if err := tx.QueryRow(ctx, `select exists (select from lines where moved_to_id = $1 and is_active)`, old.ID).Scan(&pointed); err != nil {
		return err
	}
	switch {
	case to == old.ID:
		return bad("это он сам")
	case old.CompanyID == 0 || target.CompanyID != 0 && target.CompanyID != old.CompanyID:
		return bad("нужен номер той же компании")
	case target.MovedTo != "":
		return bad("это тоже старый номер")
	case pointed:
		return bad("на этот номер уже отсылает другой старый")
	}
	return nil
}

// NewNumber is what an old number says: the number in its place; "" it is no old one.
func (s *Service) NewNumber(ctx context.Context, tx *pg.Tx, line int64) (phone string, err error) {
	err = tx.QueryRow(ctx, `select n.phone from lines l join lines n on n.id = l.moved_to_id where l.id = $1`, line).Scan(&phone)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return phone, err
}

func object(company int64) string { return fmt.Sprintf("company:%d", company) }
