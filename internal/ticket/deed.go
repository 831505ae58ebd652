package ticket

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// deed is a change of a locked ticket that is decided and not yet written: the ticket as it
// will be, its lines of history, and what the others are told. One is written as many are.
type deed struct {
	ticket Ticket
	events []Event
	fact   any       // an event of this module; nil: none
	at     time.Time // when it was done, as a phone says; zero: now
}

func (s *Service) perform(ctx context.Context, tx *pg.Tx, d deed) error {
	if err := save(ctx, tx, d.ticket); err != nil {
		return err
	}
	for _, w := range d.works(tx) {
		if _, err := tx.Exec(ctx, w.sql, w.args...); err != nil {
			return err
		}
	}
	for _, e := range d.events {
		if err := s.Log(ctx, tx, d.ticket, e); err != nil {
			return err
		}
	}
	if d.fact == nil {
		return nil
	}
	return s.jobs.Publish(ctx, tx, d.fact)
}

// performAll writes deeds of one company in a few round trips. Screens are told once:
// ten thousand words about ten thousand requests would only make them fetch everything.
func (s *Service) performAll(ctx context.Context, tx *pg.Tx, companyID int64, deeds []deed, data json.RawMessage) error {
	if len(deeds) == 0 {
		return nil
	}
	var b pgx.Batch
	var facts []any
	said := map[string]bool{}
	for _, d := range deeds {
		b.Queue(saving, saved(tx, d.ticket)...)
		for _, w := range d.works(tx) {
			b.Queue(w.sql, w.args...)
		}
		for _, e := range d.events {
			e.Data = data
			b.Queue(logging, logged(tx, d.ticket, e)...)
			if e.Kind == "comment" {
				b.Queue(adding, added(d.ticket, e.Text)...)
				said[e.Text] = true
			}
		}
		if d.fact != nil {
			facts = append(facts, d.fact)
		}
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	if err := learnAll(ctx, tx, said); err != nil {
		return err
	}
	if err := s.jobs.PublishAll(ctx, tx, facts); err != nil {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "ticket", CompanyID: companyID})
}
