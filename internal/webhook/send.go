package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
)

// waits are the pauses between the tries of a delivery; the last one goes on until its day is over.
var waits = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// parcel is a delivery on its way.
type parcel struct {
	id, hook, company, user, subject int64
	event, name, url                 string
	kind                             Kind
	facts                            json.RawMessage
	created, until                   time.Time
	hasPhones, isOn                  bool
	secrets                          [][]byte
}

// Try sends a delivery once. The network is asked outside of any transaction; killed between
// its answer and our note of it, the same event is told again with the same id.
func (s *Service) Try(ctx context.Context, job Send) error {
	ctx = access.AsSystem(ctx, "webhook")
	p, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (parcel, error) { return s.load(ctx, tx, job) })
	if errors.Is(err, pgx.ErrNoRows) { // done, given up, or taken away with its hook
		return nil
	}
	if err != nil {
		return err
	}
	if !p.isOn && p.kind != Ping {
		return s.over(ctx, p, "dropped", 0, "вебхук выключен")
	}
	body, why, err := s.body(ctx, p)
	if err != nil {
		return err
	}
	if why != "" {
		return s.over(ctx, p, "dropped", 0, why)
	}
	status, err := s.post(ctx, p, body)
	switch {
	case err != nil:
		return s.failed(ctx, p, job.Try, 0, outbound.Words(err))
	case status < 200 || status > 299:
		return s.failed(ctx, p, job.Try, status, fmt.Sprintf("ответ %d", status))
	}
	return s.over(ctx, p, "done", status, "")
}

// load reads a delivery whose next try this is; pgx.ErrNoRows for any other.
func (s *Service) load(ctx context.Context, tx *pg.Tx, job Send) (p parcel, err error) {
	err = tx.QueryRow(ctx, `select d.id, w.id, d.company_id, w.user_id, d.subject_id, d.event, w.name, w.url, d.kind, d.facts, d.created_at, d.until, w.has_phones, w.is_on
		from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.id = $1 and d.state = 'waiting' and d.tries = $2`, job.DeliveryID, job.Try-1).
		Scan(&p.id, &p.hook, &p.company, &p.user, &p.subject, &p.event, &p.name, &p.url, &p.kind, &p.facts, &p.created, &p.until, &p.hasPhones, &p.isOn)
	if err == nil {
		p.secrets, err = s.secrets(ctx, tx, p.hook)
	}
	return p, err
}

func (s *Service) post(ctx context.Context, p parcel, body []byte) (int, error) {
	h := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Dispatcher24"}, "D24-Event": {string(p.kind)}, "D24-Event-Id": {p.event},
		"D24-Signature": {Signature(p.secrets, s.db.Clock.Now(), body)},
	}
	return outbound.Post(ctx, s.client, p.url, h, body)
}

// over ends a delivery; a success forgives the failures before it.
func (s *Service) over(ctx context.Context, p parcel, state string, status int, note string) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `update webhook_deliveries set state = $2, tries = tries + 1, next_at = null, tried_at = $3, status = $4, note = $5 where id = $1`, p.id, state, tx.Now, status, note); err != nil {
			return err
		}
		if state != "done" {
			return nil
		}
		_, err := tx.Exec(ctx, `update webhooks set failing_since = null where id = $1 and failing_since is not null`, p.hook)
		return err
	})
}

// failed notes a failure and when the next try is; after a day there is none, after days of
// nothing but failures the address is told no more and people are called.
func (s *Service) failed(ctx context.Context, p parcel, try, status int, note string) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		next := tx.Now.Add(waits[min(try, len(waits))-1])
		state, at := "waiting", &next
		if next.After(p.until) || p.kind == Ping { // a question is asked once
			state, at = "dead", nil
		}
		tag, err := tx.Exec(ctx, `update webhook_deliveries set state = $2, tries = $3, next_at = $4, tried_at = $5, status = $6, note = $7 where id = $1 and state = 'waiting' and tries = $3 - 1`,
			p.id, state, try, at, tx.Now, status, note)
		if err != nil || tag.RowsAffected() == 0 || p.kind == Ping {
			return err
		}
		if at != nil {
			if err := s.jobs.At(ctx, tx, next, Send{DeliveryID: p.id, Try: try + 1}); err != nil {
				return err
			}
		}
		return s.off(ctx, tx, p, note)
	})
}

// off switches a hook off that has failed for days.
func (s *Service) off(ctx context.Context, tx *pg.Tx, p parcel, note string) error {
	var since time.Time
	err := tx.QueryRow(ctx, `update webhooks set failing_since = coalesce(failing_since, $2) where id = $1 and is_on returning failing_since`, p.hook, tx.Now).Scan(&since)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && tx.Now.Sub(since) < offAfter {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update webhooks set is_on = false, disabled_at = $2, version = version + 1 where id = $1`, p.hook, tx.Now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update webhook_deliveries set state = 'dead', next_at = null, note = 'вебхук выключен после трёх дней ошибок' where webhook_id = $1 and state = 'waiting'`, p.hook); err != nil {
		return err
	}
	return alarm.Raise(ctx, tx, alarm.Alarm{
		Code: alarm.WebhookOff, Subject: object(p.hook), CompanyID: p.company, Text: fmt.Sprintf("Вебхук «%s» выключен: три дня одни ошибки (%s)", p.name, note),
	})
}

// told is what the address gets.
type told struct {
	ID        string    `json:"id"`
	Kind      Kind      `json:"type"`
	At        time.Time `json:"at"`
	CompanyID int64     `json:"company_id"`
	Data      any       `json:"data"`
}

type aboutTicket struct {
	ID          int64      `json:"id"`
	Number      int64      `json:"number"`
	Kind        string     `json:"kind"`
	Status      string     `json:"status"`
	BuildingID  int64      `json:"building_id"`
	Address     string     `json:"address"`
	Unit        string     `json:"unit"`
	ReasonID    int64      `json:"reason_id"`
	Reason      string     `json:"reason"`
	Description string     `json:"description"`
	Executor    string     `json:"executor"`
	Responsible string     `json:"responsible"`
	Phone       string     `json:"caller_phone,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	DueAt       *time.Time `json:"due_at"`
	Version     int        `json:"version"`
}

type aboutCall struct {
	ID         int64      `json:"id"`
	Direction  string     `json:"direction"`
	Phone      string     `json:"phone,omitempty"`
	Address    string     `json:"address"`
	Outcome    string     `json:"outcome"`
	TicketID   int64      `json:"ticket_id,omitempty"`
	StartedAt  time.Time  `json:"started_at"`
	AnsweredAt *time.Time `json:"answered_at"`
	EndedAt    *time.Time `json:"ended_at"`
}

// body is what is told, as the person who set the hook up may see it now; why it is not told
// when he may not.
func (s *Service) body(ctx context.Context, p parcel) (body []byte, why string, err error) {
	who, err := s.needs.Actors.ActorOf(ctx, p.user, p.company)
	if fault.KindOf(err) == fault.Login {
		return nil, "настроивший вебхук больше не работает в компании: сохраните вебхук заново", nil
	}
	if err != nil {
		return nil, "", err
	}
	t := told{ID: p.event, Kind: p.kind, At: p.created, CompanyID: p.company, Data: struct{}{}}
	if !who.Can(p.kind.needs()) {
		return nil, "у настроившего вебхук нет права это видеть", nil
	}
	phones := p.hasPhones && who.Can(access.ContactRead)
	ctx = access.With(ctx, who)
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) (err error) {
		switch p.kind {
		case TicketCreated, TicketChanged, TicketClosed, NotTaken:
			t.Data, err = s.ticket(ctx, tx, p, phones)
		case CallEnded:
			t.Data, err = s.call(ctx, tx, p, phones)
		case Ping:
		}
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, "настроившему вебхук это не видно", nil
	}
	if err != nil {
		return nil, "", err
	}
	body, err = json.Marshal(t)
	return body, "", err
}

func (s *Service) ticket(ctx context.Context, tx *pg.Tx, p parcel, phones bool) (any, error) {
	t, err := s.needs.Tickets.ByID(ctx, tx, p.subject)
	if err != nil {
		return nil, err
	}
	out := aboutTicket{
		ID: t.ID, Number: t.Number, Kind: string(t.Kind), Status: string(t.Status), BuildingID: t.BuildingID, Address: t.Address, Unit: t.Unit, ReasonID: t.ReasonID, Reason: t.ReasonName,
		Description: t.Description, Executor: t.ExecutorName, Responsible: t.ResponsibleName, CreatedAt: t.CreatedAt, DueAt: t.DueAt, Version: t.Version,
	}
	if phones {
		out.Phone = t.CallerPhone
	}
	return map[string]any{"ticket": out, "facts": p.facts}, nil
}

func (s *Service) call(ctx context.Context, tx *pg.Tx, p parcel, phones bool) (any, error) {
	c, err := s.needs.Calls.ByID(ctx, tx, p.subject)
	if err != nil {
		return nil, err
	}
	out := aboutCall{ID: c.ID, Direction: c.Direction, Address: c.Address, Outcome: c.Outcome, TicketID: c.TicketID, StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, EndedAt: c.EndedAt}
	if phones {
		out.Phone = c.Phone
	}
	return map[string]any{"call": out}, nil
}

// Worker tries deliveries.
type Worker struct {
	river.WorkerDefaults[Send]
	Hooks *Service
}

// Timeout is above the client's own.
func (*Worker) Timeout(*river.Job[Send]) time.Duration { return 20 * time.Second }

// Work tries one.
func (w *Worker) Work(ctx context.Context, job *river.Job[Send]) error {
	return w.Hooks.Try(ctx, job.Args)
}

// Tidy is the job that forgets old deliveries.
type Tidy struct{}

// Kind names the job.
func (Tidy) Kind() string { return "webhook.tidy" }

// InsertOpts puts the job where it belongs.
func (Tidy) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// Daily has old deliveries forgotten.
func Daily() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) { return Tidy{}, nil }, nil)
}

// Workers adds the module's workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, &Worker{Hooks: s})
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[Tidy]) error { return s.Sweep(ctx) }))
}
