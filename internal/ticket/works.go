package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Work is a period of work on a ticket (J1). It begins when the ticket goes to work or work is
// taken up again, and ends with a break, a deferral or the end of the ticket.
type Work struct {
	BeganAt  time.Time
	BeganBy  string
	EndedAt  *time.Time // nil: it is going on
	EndedBy  string
	Why      string // it ended
	Executor string // whose work it was when it began
}

const (
	endWork   = `update ticket_works set ended_at = greatest($2, began_at), ended_by = $3, why = $4 where ticket_id = $1 and ended_at is null`
	beginWork = `insert into ticket_works (company_id, ticket_id, executor, began_at, began_by) values ($1, $2, $3, $4, $5)`
)

// stroke is a statement with its arguments.
type stroke struct {
	sql  string
	args []any
}

// works are what a deed writes of periods: a move to work begins one, any other ends it.
func (d deed) works(tx *pg.Tx) (out []stroke) {
	m, ok := d.fact.(Moved)
	if !ok || m.From != InProgress && m.To != InProgress {
		return nil
	}
	t, at := d.ticket, d.at
	if at.IsZero() {
		at = tx.Now
	}
	why := Label(m.To)
	if t.PostponeReason != "" {
		why += " – " + t.PostponeReason
	}
	out = append(out, stroke{endWork, []any{t.ID, at, tx.Actor.Name, why}})
	if m.To == InProgress {
		out = append(out, stroke{beginWork, []any{t.CompanyID, t.ID, t.ExecutorName, at, tx.Actor.Name}})
	}
	return out
}

// Works are the periods of work on a ticket, oldest first.
func (s *Service) Works(ctx context.Context, id int64) ([]Work, error) {
	of, err := s.WorksOf(ctx, []int64{id})
	return of[id], err
}

// WorksOf are the periods of many tickets. Who asks may see the tickets: he has them.
func (s *Service) WorksOf(ctx context.Context, ids []int64) (map[int64][]Work, error) {
	out := map[int64][]Work{}
	return out, pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select w.ticket_id, w.began_at, w.began_by, w.ended_at, w.ended_by, w.why, w.executor
			from ticket_works w where w.ticket_id = any($1) order by w.ticket_id, w.id`, ids)
		if err != nil {
			return err
		}
		var id int64
		var w Work
		_, err = pgx.ForEachRow(rows, []any{&id, &w.BeganAt, &w.BeganBy, &w.EndedAt, &w.EndedBy, &w.Why, &w.Executor}, func() error {
			out[id] = append(out[id], w)
			return nil
		})
		return err
	})
}

// MayWork reports whether the actor may begin, break off and end work on the ticket.
func (t Ticket) MayWork(a access.Actor) bool { return slices.Contains(t.Allowed(a), Done) }

// CanWork lists what the actor may do with the periods and the harm, for the screen.
func (t Ticket) CanWork(a access.Actor, works []Work) (out []string) {
	if !t.MayWork(a) {
		return nil
	}
	runs := len(works) > 0 && works[len(works)-1].EndedAt == nil
	switch {
	case t.Status != InProgress:
	case runs:
		out = append(out, "pause")
	default:
		out = append(out, "resume")
	}
	if t.mayLocalise() {
		out = append(out, "localise")
	}
	return out
}

func (t Ticket) mayLocalise() bool {
	return t.Kind == Emergency && t.LocaliseBy != nil && t.LocalisedAt == nil && t.AcceptedAt != nil && t.Status.Open()
}

// What is done with the periods of work and with the harm.
const (
	Pause    = "pause"
	Resume   = "resume"
	Localise = "localise"
)

// Stint is one such deed.
type Stint struct {
	What   string // Pause, Resume, Localise
	Reason string // of a pause
}

// Work does it now. Pause ends the period that is going on, with its reason; the ticket stays
// in work: fault.Conflict "ticket.not_working" when none is. Resume begins another period:
// fault.Conflict "ticket.working" says who works already. Localise writes down that an accident
// does no more harm, the hour that the law asks for: fault.Conflict "ticket.localised".
func (s *Service) Work(ctx context.Context, id int64, w Stint) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		if err != nil {
			return t, err
		}
		return s.work(ctx, tx, t, w, tx.Now, nil)
	})
}

// work does it with a locked ticket at an hour; data goes into its line of history.
func (s *Service) work(ctx context.Context, tx *pg.Tx, t Ticket, w Stint, at time.Time, data json.RawMessage) (Ticket, error) {
	switch {
	case w.What != Localise && t.Status != InProgress:
		return t, fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: работа по ней не идёт.", t.Number, Label(t.Status))
	case w.What == Localise && t.LocalisedAt != nil:
		return t, fault.New(fault.Conflict, "ticket.localised", "Авария по заявке № %d уже отмечена локализованной.", t.Number)
	case w.What == Localise && !t.mayLocalise():
		return t, fault.New(fault.Conflict, "ticket.move_impossible", "Локализацию отмечают у принятой аварийной заявки, пока она не закончена.")
	case !t.MayWork(tx.Actor):
		return t, fault.New(fault.Forbidden, "ticket.move_forbidden", "Это вам менять нельзя.")
	}
	if t.AcceptedAt != nil && at.Before(*t.AcceptedAt) {
		at = *t.AcceptedAt // two clocks: nothing is done before it is taken
	}
	var text string
	var err error
	switch w.What {
	case Pause:
		text, err = pause(ctx, tx, t, strings.TrimSpace(w.Reason), at)
	case Resume:
		text, err = "Работа продолжена", resume(ctx, tx, t, at)
	default:
		t.LocalisedAt, text = &at, "Авария локализована"
		_, err = tx.Exec(ctx, `update tickets set localised_at = $2, updated_at = $3 where id = $1`, t.ID, at, tx.Now)
	}
	if err != nil {
		return t, err
	}
	return t, s.Log(ctx, tx, t, Event{Kind: "status", Text: text, Data: data})
}

func pause(ctx context.Context, tx *pg.Tx, t Ticket, reason string, at time.Time) (text string, err error) {
	if reason == "" {
		return "", fault.New(fault.Invalid, "ticket.reason_required", "Укажите, почему работа прервана.").At("body.reason", "нужна причина")
	}
	tag, err := tx.Exec(ctx, endWork, t.ID, at, tx.Actor.Name, "перерыв – "+reason)
	if err == nil && tag.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "ticket.not_working", "Работа по заявке № %d сейчас не идёт.", t.Number)
	}
	return "Работа прервана – " + reason, err
}

// resume begins a period not before the last one ended.
func resume(ctx context.Context, tx *pg.Tx, t Ticket, at time.Time) error {
	var by string
	err := tx.QueryRow(ctx, `select began_by from ticket_works where ticket_id = $1 and ended_at is null`, t.ID).Scan(&by)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "ticket.working", "Работа по заявке № %d уже идёт, её начал %s.", t.Number, stopless(called(by)))
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	_, err = tx.Exec(ctx, `insert into ticket_works (company_id, ticket_id, executor, began_at, began_by)
		select $1, $2, $3, greatest($4, (select max(ended_at) from ticket_works where ticket_id = $2)), $5`, t.CompanyID, t.ID, t.ExecutorName, at, tx.Actor.Name)
	return err
}

// stopless is a name that a full stop will follow: «Гусев П. Н» of «Гусев П. Н.».
func stopless(name string) string { return strings.TrimSuffix(name, ".") }
