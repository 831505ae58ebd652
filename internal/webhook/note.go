package webhook

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Event is something that happened to a thing of a company.
type Event struct {
	CompanyID int64
	Kind      Kind
	SubjectID int64
	Facts     any // what the thing itself does not say any more; nil: nothing
}

// Send is the job that tries a delivery.
type Send struct {
	DeliveryID int64 `json:"delivery_id"`
	Try        int   `json:"try"` // which it is to be: a job that comes twice tries once
}

// Kind names the job.
func (Send) Kind() string { return "webhook.send" }

// InsertOpts puts the job where it belongs.
func (Send) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Messages} }

// Note writes down whom to tell of the events, in the transaction in which they happen: after
// its commit nothing is lost, and without it nothing is told.
func (s *Service) Note(ctx context.Context, tx *pg.Tx, events []Event) error {
	var b pgx.Batch
	then, err := s.Noting(tx, &b, events)
	if err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return err
	}
	return then(ctx)
}

// Noting is Note with its statement queued in b; what it returns follows when b has been sent.
func (s *Service) Noting(tx *pg.Tx, b *pgx.Batch, events []Event) (jobs.Then, error) {
	companies, keys, kinds, subjects, facts := []int64{}, []string{}, []string{}, []int64{}, []string{}
	for _, e := range events {
		raw, err := json.Marshal(e.Facts)
		if err != nil {
			return nil, err
		}
		companies, keys, kinds, subjects, facts = append(companies, e.CompanyID), append(keys, eventKey()), append(kinds, string(e.Kind)), append(subjects, e.SubjectID), append(facts, string(raw))
	}
	var ids []int64
	b.Queue(`insert into webhook_deliveries (company_id, webhook_id, event, kind, subject_id, facts, created_at, until, next_at)
		select w.company_id, w.id, e.key, e.kind, e.subject, coalesce(nullif(e.facts, 'null'), '{}')::jsonb, $6, $7, $6
		from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[]) e(company, key, kind, subject, facts)
		join webhooks w on w.company_id = e.company and w.is_on and e.kind = any(w.events) returning id`,
		companies, keys, kinds, subjects, facts, tx.Now, tx.Now.Add(tryFor)).Query(func(rows pgx.Rows) (err error) {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return func(ctx context.Context) error {
		for _, id := range ids {
			if err := s.jobs.At(ctx, tx, tx.Now, Send{DeliveryID: id, Try: 1}); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func eventKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return "evt_" + hex.EncodeToString(b[:])
}

// Delivery is one telling of one address.
type Delivery struct {
	ID        int64
	Event     string
	Kind      Kind
	SubjectID int64
	CreatedAt time.Time
	State     string // waiting, done, dead, dropped
	Tries     int
	NextAt    *time.Time
	TriedAt   *time.Time
	Status    int
	Note      string
}

const deliveryColumns = `select id, event, kind, subject_id, created_at, state, tries, next_at, tried_at, status, note from webhook_deliveries `

// Log are the last deliveries of a hook, the newest first; of one state, or of any.
func (s *Service) Log(ctx context.Context, id int64, state string, before int64) (out []Delivery, err error) {
	a, err := own(ctx)
	if err != nil {
		return nil, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := find(ctx, tx, id, ""); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, deliveryColumns+`where webhook_id = $1 and company_id = $2 and ($3 = '' or state = $3) and ($4 = 0 or id < $4) order by id desc limit $5`, id, a.CompanyID, state, before, LogLength)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Delivery])
		return err
	})
	return out, err
}

// Retry tries a delivery anew that was given up. fault.Conflict "webhook.not_dead" for another.
func (s *Service) Retry(ctx context.Context, id, delivery int64) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		h, err := find(ctx, tx, id, "")
		if err != nil {
			return err
		}
		var tries int
		var state string
		err = tx.QueryRow(ctx, `select tries, state from webhook_deliveries where id = $1 and webhook_id = $2 for update`, delivery, id).Scan(&tries, &state)
		switch {
		case err == pgx.ErrNoRows: //nolint:errorlint // as pgx says it
			return fault.Missing("webhook_delivery")
		case err != nil:
			return err
		case state != "dead":
			return fault.New(fault.Conflict, "webhook.not_dead", "Повторить можно только то, что не доставлено и больше не пробуется.")
		case !h.IsOn:
			return fault.New(fault.Conflict, "webhook.off", "Вебхук выключен. Сначала включите его.")
		}
		if _, err := tx.Exec(ctx, `update webhook_deliveries set state = 'waiting', until = $2, next_at = $3 where id = $1`, delivery, tx.Now.Add(tryFor), tx.Now); err != nil {
			return err
		}
		if err := s.jobs.At(ctx, tx, tx.Now, Send{DeliveryID: delivery, Try: tries + 1}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, a.CompanyID, "webhook.retry", object(id), map[string]any{"name": h.Name, "delivery": delivery})
	})
}

// Test tells an address of nothing, to see whether it hears.
func (s *Service) Test(ctx context.Context, id int64) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		h, err := find(ctx, tx, id, "")
		if err != nil {
			return err
		}
		var delivery int64
		if err := tx.QueryRow(ctx, `insert into webhook_deliveries (company_id, webhook_id, event, kind, subject_id, created_at, until, next_at) values ($1, $2, $3, $4, 0, $5, $5, $5) returning id`,
			a.CompanyID, id, eventKey(), Ping, tx.Now).Scan(&delivery); err != nil {
			return err
		}
		if err := s.jobs.At(ctx, tx, tx.Now, Send{DeliveryID: delivery, Try: 1}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, a.CompanyID, "webhook.test", object(id), map[string]any{"name": h.Name})
	})
}

// Sweep forgets deliveries that are over and old.
func (s *Service) Sweep(ctx context.Context) error {
	return pg.Do(access.AsSystem(ctx, "webhook"), s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from webhook_deliveries where id in (select id from webhook_deliveries where state <> 'waiting' and created_at < $1 limit 10000)`, tx.Now.Add(-keepFor))
		return err
	})
}
