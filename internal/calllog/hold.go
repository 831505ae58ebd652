package calllog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Hold keeps recordings beyond their term: a dispute, a request of the court or the police.
type Hold struct {
	ID       int64
	CallID   int64 // of one call, or
	TicketID int64 // of every call of a request
	Reason   string
	By       string
	At       time.Time
}

// Of names what a hold is put on: one of the two.
type Of struct{ CallID, TicketID int64 }

func (o Of) object() string {
	if o.TicketID != 0 {
		return fmt.Sprintf("ticket:%d", o.TicketID)
	}
	return fmt.Sprintf("call:%d", o.CallID)
}

// lock finds what is to be held among what the actor may see, and locks the calls whose
// recordings it is about: the nightly removal locks them too.
func (s *Service) lock(ctx context.Context, tx *pg.Tx, of Of) (companyID int64, err error) {
	if of.TicketID == 0 {
		e, err := s.entry(ctx, tx, "c.id = ?", of.CallID)
		if err != nil {
			return 0, err
		}
		_, err = tx.Exec(ctx, `select from calls where id = $1 for update`, of.CallID)
		return e.CompanyID, err
	}
	var w where.Clause
	w.And("t.id = ?", of.TicketID)
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	err = tx.QueryRow(ctx, `select t.company_id from tickets t where `+w.String(), w.Args...).Scan(&companyID)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.Missing("ticket")
	}
	if err == nil {
		_, err = tx.Exec(ctx, `select from calls where ticket_id = $1 order by id for update`, of.TicketID)
	}
	return companyID, err
}

// Keep puts a hold; a second one of the same thing changes the reason.
func (s *Service) Keep(ctx context.Context, of Of, reason string) (h Hold, err error) {
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > 300 {
		return h, fault.New(fault.Invalid, "hold.reason", "Запрет не поставлен: исправьте отмеченное.").At("body.reason", "напишите, почему запись нельзя удалять")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		company, err := s.lock(ctx, tx, of)
		if err != nil {
			return err
		}
		h = Hold{CallID: of.CallID, TicketID: of.TicketID, Reason: reason, By: tx.Actor.Name, At: tx.Now}
		done, err := tx.Exec(ctx, `update recording_holds set reason = $3 where lifted_at is null and (call_id = nullif($1::bigint, 0) or ticket_id = nullif($2::bigint, 0))`, of.CallID, of.TicketID, reason)
		if err == nil && done.RowsAffected() == 0 {
			_, err = tx.Exec(ctx, `insert into recording_holds (company_id, call_id, ticket_id, reason, set_by, set_at) values (nullif($1::bigint, 0), nullif($2::bigint, 0), nullif($3::bigint, 0), $4, $5, $6)`,
				company, of.CallID, of.TicketID, reason, h.By, h.At)
		}
		if err != nil {
			return err
		}
		return s.held(ctx, tx, company, of, "recording_hold.add", reason)
	})
	return h, err
}

// LetGo lifts a hold. fault.NotFound "hold.not_found" when there is none.
func (s *Service) LetGo(ctx context.Context, of Of) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		company, err := s.lock(ctx, tx, of)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `update recording_holds set lifted_by = $3, lifted_at = $4 where lifted_at is null and (call_id = nullif($1::bigint, 0) or ticket_id = nullif($2::bigint, 0))`,
			of.CallID, of.TicketID, tx.Actor.Name, tx.Now)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "hold.not_found", "Запрета на удаление здесь нет.")
		}
		return s.held(ctx, tx, company, of, "recording_hold.drop", "")
	})
}

func (s *Service) held(ctx context.Context, tx *pg.Tx, company int64, of Of, action, reason string) error {
	if err := audit.Write(ctx, tx, company, action, of.object(), map[string]string{"reason": reason}); err != nil {
		return err
	}
	topic, id := "call", of.CallID
	if of.TicketID != 0 {
		topic, id = "ticket", of.TicketID
	}
	return live.Tell(ctx, tx, live.Change{Topic: topic, ID: id, CompanyID: company})
}

// Fate is until when a recording is kept.
type Fate struct {
	CallID   int64
	TicketID int64
	Until    time.Time
	Hold     *Hold // kept longer
}

// Fate tells it; fault.NotFound for a recording the actor may not hear.
func (s *Service) Fate(ctx context.Context, id int64) (f Fate, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		r, err := s.recording(ctx, tx, id)
		if err != nil {
			return err
		}
		f.CallID, f.TicketID = r.CallID, r.TicketID
		// the term is the company's; an operator without its settings may know it
		n, _, _, err := days(ctx, tx, r.CompanyID, "")
		if err != nil {
			return err
		}
		f.Until = r.last().StartedAt.AddDate(0, 0, n)
		rows, err := tx.Query(ctx, `select id, coalesce(call_id, 0), coalesce(ticket_id, 0), reason, set_by, set_at from recording_holds
			where lifted_at is null and (call_id = $1 or ticket_id = nullif($2::bigint, 0)) order by id limit 1`, r.CallID, r.TicketID)
		if err != nil {
			return err
		}
		h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Hold])
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		f.Hold = &h
		return err
	})
	return f, err
}

// MayHold tells whether an actor may put and lift holds.
func MayHold(a access.Actor) bool { return a.Can(access.RecordingHold) }
