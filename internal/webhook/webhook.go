// Package webhook tells programs of a company what happens: an https address is told of the
// events it wants, signed, as often as it takes for a day, and never more than the person who
// set it up may see himself.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/audit"
	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/ticket"
)

// Kind is what is told of.
type Kind string

// The kinds.
const (
	TicketCreated Kind = "ticket.created"      // заявка создана
	TicketChanged Kind = "ticket.changed"      // заявка изменена
	TicketClosed  Kind = "ticket.closed"       // заявка закрыта или отменена
	NotTaken      Kind = "emergency.not_taken" // аварийную никто не принял
	CallEnded     Kind = "call.ended"          // звонок закончен
	Ping          Kind = "ping"                // проверка
)

// Kinds are those one may ask for, in the order in which they are shown.
var Kinds = []Kind{TicketCreated, TicketChanged, TicketClosed, NotTaken, CallEnded}

// needs is the right by which a kind is told.
func (k Kind) needs() access.Permission {
	switch k {
	case CallEnded:
		return access.CallRead
	case Ping:
		return access.Anyone
	case TicketCreated, TicketChanged, TicketClosed, NotTaken:
	}
	return access.TicketRead
}

const (
	maxHooks = 20
	bothSign = 24 * time.Hour     // how long a replaced secret signs too
	tryFor   = 24 * time.Hour     // how long a delivery is tried
	offAfter = 3 * 24 * time.Hour // of failures without one success the address is told no more
	keepFor  = 30 * 24 * time.Hour

	// LogLength is how many deliveries a page of the log has.
	LogLength = 100
)

// Hook is an address that is told.
type Hook struct {
	ID           int64
	UserID       int64
	UserName     string
	Name         string
	URL          string
	Events       []Kind
	HasPhones    bool
	IsOn         bool
	FailingSince *time.Time
	DisabledAt   *time.Time
	CreatedAt    time.Time
	Version      int
	Waiting      int // deliveries that are tried
	Dead         int // that were given up
}

// New is what a hook is made of.
type New struct {
	Name      string
	URL       string
	Events    []Kind
	HasPhones bool
	IsOn      bool
	Version   int // of the row that was read; of a new one 0
}

// Actors tells what a person may do now; accounts supply it.
type Actors interface {
	// ActorOf is the person in a company as he is now; fault.Login when he may not come in.
	ActorOf(ctx context.Context, userID, companyID int64) (access.Actor, error)
}

// Tickets are read by right; ticket supplies them.
type Tickets interface {
	ByID(ctx context.Context, tx *pg.Tx, id int64) (ticket.Ticket, error)
}

// Calls are read by right; calllog supplies them.
type Calls interface {
	ByID(ctx context.Context, tx *pg.Tx, id int64) (calllog.Entry, error)
}

// Needs are what is above or beside this module.
type Needs struct {
	Actors  Actors
	Tickets Tickets
	Calls   Calls
	Rules   outbound.Rules
	Keys    *secret.Ring // seals secrets; nil: they lie in the clear
}

// Service is the use cases.
type Service struct {
	db     *pg.DB
	jobs   *jobs.Queue
	needs  Needs
	client *http.Client
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue, n Needs) *Service {
	return &Service{db: db, jobs: q, needs: n, client: outbound.NewClient(n.Rules)}
}

// own is the company whose hooks the actor may set up: its own administrator's.
func own(ctx context.Context) (access.Actor, error) {
	a := access.From(ctx)
	if a.Kind != access.Company {
		return a, fault.New(fault.Forbidden, "webhook.company_only", "Вебхуки настраивает администратор самой компании.")
	}
	return a, nil
}

const columns = `select w.id, w.user_id, w.by_name, w.name, w.url, w.events, w.has_phones, w.is_on, w.failing_since, w.disabled_at, w.created_at, w.version,
	(select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting'), (select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.state = 'dead')
	from webhooks w `

func one(rows pgx.Rows, err error) (Hook, error) {
	if err != nil {
		return Hook{}, err
	}
	h, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Hook])
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.Missing("webhook")
	}
	return h, err
}

func find(ctx context.Context, tx *pg.Tx, id int64, lock string) (Hook, error) {
	return one(tx.Query(ctx, columns+"where w.id = $1 and w.company_id = $2 "+lock, id, tx.Actor.CompanyID))
}

// List are the hooks of the actor's company.
func (s *Service) List(ctx context.Context) ([]Hook, error) {
	a, err := own(ctx)
	if err != nil {
		return nil, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Hook, error) {
		rows, err := tx.Query(ctx, columns+`where w.company_id = $1 order by lower(w.name)`, a.CompanyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Hook])
	})
}

// check refuses what could not work, each at its place.
func (s *Service) check(a access.Actor, n *New) error {
	bad := fault.New(fault.Invalid, "webhook.invalid", "Проверьте отмеченные поля.")
	n.Name, n.URL = strings.Join(strings.Fields(n.Name), " "), strings.TrimSpace(n.URL)
	switch length := utf8.RuneCountInString(n.Name); {
	case length == 0:
		bad = bad.At("body.name", "не заполнено")
	case length > 60:
		bad = bad.At("body.name", "слишком длинно")
	}
	if why := s.needs.Rules.Check(n.URL); why != "" {
		bad = bad.At("body.url", why)
	}
	var asked []Kind
	for _, k := range Kinds {
		if slices.Contains(n.Events, k) {
			asked = append(asked, k)
		}
	}
	switch {
	case len(asked) == 0:
		bad = bad.At("body.events", "отметьте хотя бы одно событие")
	case slices.ContainsFunc(n.Events, func(k Kind) bool { return !slices.Contains(Kinds, k) || !a.Can(k.needs()) }):
		bad = bad.At("body.events", "есть событие, о котором вам узнавать нельзя")
	}
	n.Events = asked
	if n.HasPhones && !a.Can(access.ContactRead) {
		bad = bad.At("body.has_phones", "номера жителей вам не видны")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Make sets a hook up; its secret is told this once. fault.Conflict "name.taken", "webhook.too_many".
func (s *Service) Make(ctx context.Context, n New) (h Hook, plain string, err error) {
	a, err := own(ctx)
	if err != nil {
		return h, "", err
	}
	if err := s.check(a, &n); err != nil {
		return h, "", err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from webhooks where company_id = $1`, a.CompanyID).Scan(&count); err != nil {
			return err
		}
		if count >= maxHooks {
			return fault.New(fault.Conflict, "webhook.too_many", "Вебхуков уже %d. Уберите ненужные.", maxHooks)
		}
		var id int64
		if err := tx.QueryRow(ctx, `insert into webhooks (company_id, user_id, by_name, name, url, events, has_phones, is_on, created_at) values ($1, $2, $9, $3, $4, $5, $6, $7, $8) returning id`,
			a.CompanyID, a.UserID, n.Name, n.URL, n.Events, n.HasPhones, n.IsOn, tx.Now, a.Name).Scan(&id); err != nil {
			return taken(err)
		}
		if plain, err = s.newSecret(ctx, tx, id); err != nil {
			return err
		}
		if h, err = find(ctx, tx, id, ""); err != nil {
			return err
		}
		return audit.Change(ctx, tx, a.CompanyID, "webhook.add", object(id), nil, h.show())
	})
	return h, plain, err
}

// Change changes a hook; who changes it answers for what it tells from then on. Switched on
// again, its failures are forgotten. fault.Conflict "webhook.changed".
func (s *Service) Change(ctx context.Context, id int64, n New) (h Hook, err error) {
	a, err := own(ctx)
	if err != nil {
		return h, err
	}
	if err := s.check(a, &n); err != nil {
		return h, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := find(ctx, tx, id, "for update of w")
		if err != nil {
			return err
		}
		if n.Version != 0 && n.Version != was.Version {
			return fault.New(fault.Conflict, "webhook.changed", "Вебхук уже изменил другой пользователь. Откройте его заново.")
		}
		again := n.IsOn && !was.IsOn || n.URL != was.URL
		if _, err := tx.Exec(ctx, `update webhooks set user_id = $2, by_name = $9, name = $3, url = $4, events = $5, has_phones = $6, is_on = $7, version = version + 1,
			failing_since = case when $8 then null else failing_since end, disabled_at = case when $7 then null else disabled_at end where id = $1`,
			id, a.UserID, n.Name, n.URL, n.Events, n.HasPhones, n.IsOn, again, a.Name); err != nil {
			return taken(err)
		}
		if h, err = find(ctx, tx, id, ""); err != nil {
			return err
		}
		return errors.Join(s.silence(ctx, tx, id), audit.Change(ctx, tx, a.CompanyID, "webhook.change", object(id), was.show(), h.show()))
	})
	return h, err
}

// silence takes the alarm of a hook away: somebody looked at it.
func (s *Service) silence(ctx context.Context, tx *pg.Tx, id int64) error {
	return tx.As(ctx, access.Actor{Kind: access.System, System: "webhook"}, func(tx *pg.Tx) error { return alarm.Clear(ctx, tx, alarm.WebhookOff, object(id)) })
}

// Remove takes a hook away with its log.
func (s *Service) Remove(ctx context.Context, id int64) error {
	a, err := own(ctx)
	if err != nil {
		return err
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := find(ctx, tx, id, "for update of w")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from webhooks where id = $1`, id); err != nil {
			return err
		}
		return errors.Join(s.silence(ctx, tx, id), audit.Change(ctx, tx, a.CompanyID, "webhook.remove", object(id), was.show(), nil))
	})
}

func object(id int64) string { return fmt.Sprintf("webhook:%d", id) }

// show is the hook as the audit journal keeps it.
func (h Hook) show() map[string]any {
	return map[string]any{"name": h.Name, "url": h.URL, "events": h.Events, "has_phones": h.HasPhones, "is_on": h.IsOn}
}

func taken(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.ConstraintName == "webhooks_name" {
		return fault.New(fault.Conflict, "name.taken", "Такое название уже есть.").At("body.name", "уже есть")
	}
	return err
}
