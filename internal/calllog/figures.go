package calllog

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Work is what an operator did on the phone.
type Work struct {
	Calls    int // incoming ones he answered
	Outgoing int
	Talk     time.Duration
	Waited   time.Duration // of his callers, together
}

// WorkOf counts an operator's work since a moment; of a call that goes on, till now.
func (s *Service) WorkOf(ctx context.Context, tx *pg.Tx, userID int64, since time.Time) (w Work, err error) {
	var talk, waited float64
	err = tx.QueryRow(ctx, `select count(*) filter (where direction = 'inbound'), count(*) filter (where direction = 'outbound'),
			coalesce(sum(extract(epoch from coalesce(ended_at, $3) - joined_at)), 0)::float8,
			coalesce(sum(extract(epoch from joined_at - started_at)) filter (where direction = 'inbound'), 0)::float8
		from calls where operator_id = $1 and started_at >= $2 and joined_at is not null`, userID, since, tx.Now).Scan(&w.Calls, &w.Outgoing, &talk, &waited)
	w.Talk, w.Waited = time.Duration(talk*float64(time.Second)), time.Duration(waited*float64(time.Second))
	return w, err
}

// AnsweredWithin counts the callers of the operator's companies who waited for an
// operator since a moment, and
// those of them who spoke to one in time (ПП 416 п. 13: five minutes). Who waits
// and still has time is not counted, nor is a fax machine, with which nobody spoke (F17).
func (s *Service) AnsweredWithin(ctx context.Context, tx *pg.Tx, since time.Time, within time.Duration) (inTime, all int, err error) {
	companies := append([]int64{0}, tx.Actor.Companies...)
	err = tx.QueryRow(ctx, `select count(*) filter (where joined_at <= started_at + make_interval(secs => $3)), count(*) from calls
		where direction = 'inbound' and queued_at is not null and started_at >= $1 and (joined_at is not null or ended_at is not null or started_at < $2)
		and (joined_at is not null or disposition is distinct from 'fax') and coalesce(company_id, 0) = any($4)`, since, tx.Now.Add(-within), within.Seconds(), companies).Scan(&inTime, &all)
	return inTime, all, err
}

// Attach ties a call to the ticket it made or speaks of; on a city's number the
// call becomes the company's. fault.NotFound when the actor may not see the call.
func (s *Service) Attach(ctx context.Context, tx *pg.Tx, key string, companyID, ticketID int64) (int64, error) {
	e, err := s.EntryByKey(ctx, tx, key)
	if err != nil {
		return 0, err
	}
	if err := s.Settle(ctx, tx, e, companyID); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `update calls set ticket_id = coalesce(ticket_id, $2), disposition = coalesce(disposition, 'ticket') where id = $1`, e.ID, ticketID)
	if err != nil {
		return 0, err
	}
	return e.ID, tell(ctx, tx, e.ID, companyID)
}

// Follow gives the calls of a ticket that was written down for a wrong company to the one it
// was moved to (F14). From a city's number they become that company's, unless the first one has
// judged them; a call to a company's own number stays its own.
func (s *Service) Follow(ctx context.Context, tx *pg.Tx, from, to, companyID int64) error {
	rows, err := tx.Query(ctx, `select key from calls where ticket_id = $1 order by id`, from)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, key := range keys {
		e, err := s.EntryByKey(ctx, tx, key)
		if err != nil {
			return err
		}
		if err := s.Settle(ctx, tx, e, companyID); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
		if _, err := tx.Exec(ctx, `update calls set ticket_id = $2 where id = $1 and company_id = $3`, e.ID, to, companyID); err != nil {
			return err
		}
	}
	return nil
}

// Settle gives a call to a city's number its company. A call to a company's own
// number stays that company's whatever address is named.
func (s *Service) Settle(ctx context.Context, tx *pg.Tx, e Entry, companyID int64) error {
	if e.CompanyID == companyID || e.CompanyID != 0 && e.LineKind != "citywide" {
		return nil
	}
	switch is, err := isMarked(ctx, tx, e.ID); {
	case err != nil:
		return err
	case is:
		return fault.New(fault.Conflict, "call.marked", "Этот звонок уже оценила его компания: другой компании он не станет.")
	}
	if err := s.Place(ctx, tx, e.Key, companyID); err != nil {
		return err
	}
	return tell(ctx, tx, e.ID, companyID)
}

// Named writes the place the caller named; a request of the call says more (L1).
func (s *Service) Named(ctx context.Context, tx *pg.Tx, e Entry, buildingID int64, address, unit string) error {
	if _, err := tx.Exec(ctx, `update calls set building_id = $2, address = $3, unit = $4 where id = $1`, e.ID, buildingID, address, unit); err != nil {
		return err
	}
	return tell(ctx, tx, e.ID, e.CompanyID)
}

func tell(ctx context.Context, tx *pg.Tx, id, companyID int64) error {
	return live.Tell(ctx, tx, live.Change{Topic: "call", ID: id, CompanyID: companyID})
}

// Owner tells whose a call is, for any actor: found is false when there is no such
// call. It runs under the system's fence only.
func (s *Service) Owner(ctx context.Context, tx *pg.Tx, key string) (companyID int64, found bool, err error) {
	err = tx.QueryRow(ctx, `select coalesce(company_id, 0) from calls where key = $1`, key).Scan(&companyID)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return companyID, err == nil, err
}

// Began is when a call began; the zero time: its record has not come yet.
func (s *Service) Began(ctx context.Context, tx *pg.Tx, key string) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `select started_at from calls where key = $1`, key).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return at, err
}

// Talker is the operator who speaks on a call that goes on; 0: none, or the call is over.
func (s *Service) Talker(ctx context.Context, tx *pg.Tx, key string) (userID int64, err error) {
	err = tx.QueryRow(ctx, `select coalesce(operator_id, 0) from calls where key = $1 and ended_at is null`, key).Scan(&userID)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return userID, err
}

// Joined writes that a call which no operator spoke with ended with a notice, under the
// number it has there; another result stays.
func (s *Service) Joined(ctx context.Context, tx *pg.Tx, id, noticeID int64, reference string) error {
	var companyID int64
	err := tx.QueryRow(ctx, `update calls set disposition = 'notice', notice_id = $2, disposition_note = $3 where id = $1 and coalesce(disposition, 'lost') = 'lost'
		returning coalesce(company_id, 0)`, id, noticeID, reference).Scan(&companyID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return tell(ctx, tx, id, companyID)
}

// Result writes how a call ended for people; a second word is a conflict, the same
// one is not.
func (s *Service) Result(ctx context.Context, tx *pg.Tx, key string, d Disposition) (Entry, error) {
	e, err := s.EntryByKey(ctx, tx, key)
	if err != nil {
		return e, err
	}
	if e.Disposition != "" && !yields(e.Disposition) && (e.Disposition != d.Kind || e.TicketID != d.TicketID && d.TicketID != 0) {
		return e, fault.New(fault.Conflict, "call.disposed", "Итог этого звонка уже записан.")
	}
	_, err = tx.Exec(ctx, `update calls set disposition = $2, ticket_id = coalesce(nullif($3, 0), ticket_id), disposition_reason_id = nullif($4, 0), disposition_note = $5, notice_id = nullif($6, 0) where id = $1`,
		e.ID, d.Kind, d.TicketID, d.ReasonID, d.Note, d.NoticeID)
	if err == nil {
		err = tell(ctx, tx, e.ID, e.CompanyID)
	}
	if err != nil {
		return e, err
	}
	return s.EntryByKey(ctx, tx, key)
}

// OfTask is the last call made for a task of the company; 0: there is none.
func (s *Service) OfTask(ctx context.Context, tx *pg.Tx, taskID, companyID int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `select coalesce(max(id), 0) from calls where task_id = $1 and company_id = $2`, taskID, companyID).Scan(&id)
	return id, err
}
