package desk

import (
	"context"
	"slices"
	"time"

	"d24/internal/company"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Wallboard is the supervisor's view of the floor: the strip, and what is due next.
type Wallboard struct {
	Strip
	Callers     map[int64]string // names of the companies of Lost
	Today       time.Time        // 00:00 of the day the level is counted of, in Zone
	TodayInTime int              // callers answered within the law's five minutes
	TodayQuick  int              // and within quickAnswer
	TodayAll    int
	DueSoon     []Due // promises that end within dueWithin, the nearest first
}

// Due is a promise: a request to be done, or a person to be called, by a moment.
type Due struct {
	TicketID int64 // 0: a call
	Number   int64
	Text     string
	At       time.Time
}

const (
	quickAnswer = 20 * time.Second
	dueWithin   = 15 * time.Minute
)

// Wallboard counts what the companies of the supervisor are up to.
func (f *Floor) Wallboard(ctx context.Context) (w Wallboard, err error) {
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		if w.Strip, err = f.strip(ctx, tx); err != nil {
			return err
		}
		local := tx.Now.In(company.Location(w.Zone))
		w.Today = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, local.Location()).UTC()
		if w.TodayInTime, w.TodayAll, err = f.Calls.AnsweredWithin(ctx, tx, w.Today, telephony.AnswerWithin); err != nil {
			return err
		}
		if w.TodayQuick, _, err = f.Calls.AnsweredWithin(ctx, tx, w.Today, quickAnswer); err != nil {
			return err
		}
		w.Callers = map[int64]string{}
		for _, t := range w.Lost {
			if w.Callers[t.CompanyID], err = f.called(ctx, tx, t.CompanyID); err != nil {
				return err
			}
		}
		return f.dueSoon(ctx, tx, &w)
	})
	return w, err
}

// dueSoon gathers promises: of requests, and of calls, the broken ones too. A lost
// caller's and the handing over of a request have places of their own.
func (f *Floor) dueSoon(ctx context.Context, tx *pg.Tx, w *Wallboard) error {
	until := tx.Now.Add(dueWithin)
	ts, err := f.Tickets.DueBetween(ctx, tx, tx.Now, until)
	if err != nil {
		return err
	}
	for _, t := range ts {
		w.DueSoon = append(w.DueSoon, Due{t.ID, t.Number, dueText(t), *t.DueAt})
	}
	tasks, err := f.Tasks.Open(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if !t.Lost() && t.Purpose != telephony.Handover && t.PromiseAt != nil && t.PromiseAt.Before(until) {
			w.DueSoon = append(w.DueSoon, Due{TicketID: t.TicketID, Text: t.Title, At: *t.PromiseAt})
		}
	}
	slices.SortStableFunc(w.DueSoon, func(a, b Due) int { return a.At.Compare(b.At) })
	return nil
}

func dueText(t ticket.Ticket) string { return t.Address + ": " + t.ReasonName }
