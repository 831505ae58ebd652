package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/desk"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// StepIn is what a supervisor does with a running escalation (E3).
type StepIn string

// The ways to step in.
const (
	Skip      StepIn = "skip"        // go on with the next level now
	TakeOver  StepIn = "take_over"   // he calls around himself; the machine waits, then goes on
	CallNow   StepIn = "responsible" // call the responsible person now, whatever else goes on
	takenOver        = 15 * time.Minute
)

// Hand is a supervisor's word; level is the one he saw.
type Hand struct {
	Do    StepIn `json:"do"`
	Level int    `json:"level"`
	By    string `json:"by"`
}

// stepIn is Next of a supervisor's word; it never ends an escalation: only somebody who
// takes the request does (F43).
func stepIn(p Plan, s State, h Hand, in Input, now time.Time) (State, []Action) {
	switch {
	case h.Do == Skip && s.Stage == Calling && s.Level == h.Level:
		s.Held = false
		s2, acts := enter(p, s, s.Level+1, in, now)
		return s2, append([]Action{{Do: Withdraw}, {Do: Say, Text: h.By + ": перейти к следующему уровню"}}, acts...)
	case h.Do == TakeOver && s.Stage != Finished:
		s.Held, s.Deadline, s.Mark = true, now.Add(takenOver), s.Mark+1
		return s, []Action{
			{Do: Withdraw},
			{Do: Say, Text: fmt.Sprintf("%s: звонит сам. Не будет принята за %s – обзвон продолжится", h.By, lasted(takenOver))},
			{Do: WakeAt, At: s.Deadline},
		}
	case h.Do == CallNow:
		return s, []Action{{Do: Say, Text: h.By + ": позвонить ответственному"}, {Do: CallLeadNow}}
	}
	return s, nil
}

// goOn is the end of a supervisor's own time: the machine calls again where it stopped.
func goOn(p Plan, s State, in Input, now time.Time) (State, []Action) {
	s.Held = false
	say := Action{Do: Say, Text: "Никто не принял, обзвон продолжается"}
	if s.Stage == Announcing {
		s, acts := announce(p, s, now)
		return s, append([]Action{say}, acts...)
	}
	s.Round++ // the level's task is a new one
	round := s.Round
	s, acts := enter(p, s, s.Level, in, now)
	s.Round = max(s.Round, round)
	return s, append([]Action{say}, acts...)
}

// StepIn does what a supervisor says with a running escalation. fault.NotFound when he
// may not see the request, fault.Conflict when it goes otherwise meanwhile. It is on the
// request's line of time and in the audit journal.
func (r *Runner) StepIn(ctx context.Context, ticketID int64, h Hand) error {
	who := access.From(ctx)
	h.By = who.Name
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return err
		}
		system := access.Actor{Kind: access.System, System: "escalation", UserID: who.UserID, Name: who.Name, Source: who.Source}
		return tx.As(ctx, system, func(tx *pg.Tx) error { return r.steppedIn(ctx, tx, t, h) })
	})
}

func (r *Runner) steppedIn(ctx context.Context, tx *pg.Tx, t ticket.Ticket, h Hand) error {
	e, found, err := r.load(ctx, tx, t, Step{TicketID: t.ID})
	if err != nil {
		return err
	}
	if !found || e.state.Stage == Finished || e.state.Stage == "" || t.Status != ticket.New {
		return fault.New(fault.Conflict, "escalation.over", "Эта заявка уже передана.")
	}
	in := Input{Hand: &h}
	if err := r.restand(ctx, tx, t, &e); err != nil {
		return err
	}
	if in.Absent, err = r.live(ctx, tx, &e.plan); err != nil {
		return err
	}
	if err := r.may(ctx, tx, t, e, h); err != nil {
		return err
	}
	next, acts := Next(e.plan, e.state, in, tx.Now)
	for _, a := range acts {
		if err := r.do(ctx, tx, t, e.plan, next, a); err != nil {
			return err
		}
	}
	if err := r.save(ctx, tx, t, next, acts); err != nil {
		return err
	}
	return audit.Write(ctx, tx, t.CompanyID, "escalation."+string(h.Do), fmt.Sprintf("ticket:%d", t.ID), map[string]int{"level": e.state.Level + 1})
}

// may says why a word cannot be done.
func (r *Runner) may(ctx context.Context, tx *pg.Tx, t ticket.Ticket, e loaded, h Hand) error {
	switch h.Do {
	case Skip:
		if e.state.Stage != Calling {
			return fault.New(fault.Conflict, "escalation.last", "Уровней больше нет: автоинформатор уже звонит всем.")
		}
		if e.state.Level != h.Level {
			return fault.New(fault.Conflict, "escalation.moved", "Уровень уже сменился.")
		}
	case TakeOver:
		if e.state.Held {
			return fault.New(fault.Conflict, "escalation.held", "Её уже взял старший смены.")
		}
	case CallNow:
		if p := e.plan.Responsible; p == nil || len(p.Phones) == 0 {
			return fault.New(fault.Conflict, "escalation.nobody", "Ответственный не назначен или у него нет телефона.")
		}
		tasks, err := r.Tasks.OfTicket(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(tasks, func(x desk.Task) bool {
			return x.Purpose == telephony.Responsible && (x.State == "waiting" || x.State == "active")
		}) {
			return fault.New(fault.Conflict, "escalation.called", "Ответственному уже звонят.")
		}
	}
	return nil
}

// leadNow gives an operator the task to call the responsible person, besides the rest.
func (r *Runner) leadNow(ctx context.Context, tx *pg.Tx, t ticket.Ticket, p Plan) error {
	plan, _ := desk.Fit(p.Dial, len(p.Responsible.Phones), p.Repeat)
	n, err := r.Tasks.OfTicket(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	title := "Позвонить ответственному по просьбе старшего смены: " + t.ReasonName + ", " + t.Address
	return r.call(ctx, tx, t, *p.Responsible, telephony.Responsible, plan, fmt.Sprintf("asked.%d", len(n)), title, tx.Now.Add(p.Repeat))
}

// Running is an escalation that goes on, with its request.
type Running struct {
	Ticket    ticket.Ticket
	Plan      Plan
	State     State
	StartedAt time.Time
}

// Stands is where it is, in words.
func (r Running) Stands() string {
	switch {
	case r.State.Held:
		return "звонит старший смены"
	case r.State.Stage == Announcing:
		return "автоинформатор звонит всем"
	case r.State.Level < len(r.Plan.Levels):
		return fmt.Sprintf("%d-й уровень, звоним: %s", r.State.Level+1, r.Plan.Levels[r.State.Level].Name)
	}
	return "обзвон идёт"
}

// Running are the escalations of the actor's companies, the nearest step first.
func (r *Runner) Running(ctx context.Context) (out []Running, err error) {
	err = pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select ticket_id, plan, state, started_at from escalations where finished_at is null and stage <> '' order by next_at nulls last, ticket_id limit 200`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Running, err error) {
			var plan, state []byte
			if err = row.Scan(&x.Ticket.ID, &plan, &state, &x.StartedAt); err == nil {
				err = errors.Join(json.Unmarshal(plan, &x.Plan), json.Unmarshal(state, &x.State))
			}
			return x, err
		})
		for n := range out {
			if err == nil {
				out[n].Ticket, err = r.Tickets.ByID(ctx, tx, out[n].Ticket.ID)
			}
		}
		return err
	})
	return out, err
}
