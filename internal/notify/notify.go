// Package notify tells people on their own devices what they wish to hear: a new request of
// theirs, an emergency, a comment, a deadline that comes, duty. The words go over Web Push to
// the service of the device's browser; they hold a number and an address, nothing of a resident.
package notify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/ticket"
)

// Kind is what one may wish to hear of.
type Kind string

// The kinds.
const (
	Mine      Kind = "mine"      // новая заявка у меня
	Emergency Kind = "emergency" // аварийная
	Comment   Kind = "comment"   // комментарий к моей заявке
	Due       Kind = "due"       // скоро срок моей заявки
	Duty      Kind = "duty"      // моё дежурство началось или закончилось
	House     Kind = "house"     // дом переходит от другой компании или к другой
	Test      Kind = "test"      // проверка
)

// Kinds are those one may wish for, in the order in which they are shown.
var Kinds = []Kind{Mine, Emergency, Comment, Due, Duty, House}

const (
	maxDevices = 10
	soon       = time.Hour // before its term a request is told of
	keepTold   = 30 * 24 * time.Hour
)

// Device is a browser that hears.
type Device struct {
	ID        int64
	Endpoint  string
	Name      string
	CreatedAt time.Time
	HeardAt   *time.Time
}

// Wishes are what a person wishes to hear and when not.
type Wishes struct {
	Kinds     []Kind
	QuietFrom int  // minutes of the company's day; equal: no quiet hours
	QuietTo   int  //
	Breaks    bool // emergencies are told in quiet hours too
	Version   int
}

// usual are the wishes of who has said nothing: everything of his, nights quiet but for emergencies.
func usual() Wishes {
	return Wishes{Kinds: slices.Clone(Kinds), QuietFrom: 22 * 60, QuietTo: 7 * 60, Breaks: true}
}

// Subscription is what a browser says of where it hears.
type Subscription struct {
	Endpoint, P256dh, Auth, Name string
}

// Actors tells what a person may do now; accounts supply it.
type Actors interface {
	// ActorOf is the person in a company as he is now; fault.Login when he may not come in.
	ActorOf(ctx context.Context, userID, companyID int64) (access.Actor, error)
}

// Tickets are read by right; ticket supplies them.
type Tickets interface {
	ByID(ctx context.Context, tx *pg.Tx, id int64) (ticket.Ticket, error)
	// ComingDue are the requests of companies where work is still owed and its term ends between two moments.
	ComingDue(ctx context.Context, tx *pg.Tx, companies []int64, from, to time.Time) ([]ticket.Due, error)
}

// Companies tell the zone of a company's day.
type Companies interface {
	ZoneOf(ctx context.Context, tx *pg.Tx, companyID int64) (*time.Location, error)
}

// Needs are what is beside this module.
type Needs struct {
	Actors    Actors
	Tickets   Tickets
	Companies Companies
	Rules     outbound.Rules
	Keys      *secret.Ring
	Contact   string // of who runs the installation, for the push services: an address of its pages
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

// own is the actor as a person of a company.
func own(ctx context.Context) (access.Actor, error) {
	a := access.From(ctx)
	if a.Kind != access.Company {
		return a, fault.New(fault.Forbidden, "notify.company_only", "Уведомления на устройства приходят сотрудникам компаний. Операторам всё показывает пульт.")
	}
	return a, nil
}

// Mine are the actor's wishes, his devices, and the key by which a browser subscribes.
func (s *Service) Mine(ctx context.Context) (w Wishes, devices []Device, public string, err error) {
	a, err := own(ctx)
	if err != nil {
		return w, nil, "", err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if w, err = wishesOf(ctx, tx, a.CompanyID, a.UserID); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select id, endpoint, name, created_at, heard_at from notify_devices where company_id = $1 and user_id = $2 order by id desc`, a.CompanyID, a.UserID)
		if err != nil {
			return err
		}
		if devices, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Device]); err != nil {
			return err
		}
		return system(ctx, tx, func(tx *pg.Tx) error { public, _, err = s.keys(ctx, tx); return err })
	})
	return w, devices, public, err
}

func wishesOf(ctx context.Context, tx *pg.Tx, company, user int64) (w Wishes, err error) {
	err = tx.QueryRow(ctx, `select kinds, quiet_from, quiet_to, breaks, version from notify_wishes where company_id = $1 and user_id = $2`, company, user).
		Scan(&w.Kinds, &w.QuietFrom, &w.QuietTo, &w.Breaks, &w.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return usual(), nil
	}
	return w, err
}

// Wish keeps what the actor wishes to hear. fault.Conflict "notify.changed" when he said
// otherwise meanwhile, on another screen.
func (s *Service) Wish(ctx context.Context, w Wishes) (Wishes, error) {
	a, err := own(ctx)
	if err != nil {
		return w, err
	}
	asked := w.Kinds
	w.Kinds = []Kind{}
	for _, k := range Kinds {
		if slices.Contains(asked, k) {
			w.Kinds = append(w.Kinds, k)
		}
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Wishes, error) {
		was, err := wishesOf(ctx, tx, a.CompanyID, a.UserID)
		if err != nil {
			return w, err
		}
		if w.Version != was.Version {
			return w, fault.New(fault.Conflict, "notify.changed", "Настройки уже изменены на другом экране. Откройте их заново.")
		}
		w.Version++
		if _, err := tx.Exec(ctx, `insert into notify_wishes (company_id, user_id, kinds, quiet_from, quiet_to, breaks, version) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (company_id, user_id) do update set kinds = excluded.kinds, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, breaks = excluded.breaks, version = excluded.version`,
			a.CompanyID, a.UserID, w.Kinds, w.QuietFrom, w.QuietTo, w.Breaks, w.Version); err != nil {
			return w, err
		}
		return w, audit.Change(ctx, tx, a.CompanyID, "notify.change", object(a.UserID), was.show(), w.show())
	})
}

func (w Wishes) show() map[string]any {
	return map[string]any{"kinds": w.Kinds, "quiet_from": w.QuietFrom, "quiet_to": w.QuietTo, "breaks": w.Breaks}
}

// Subscribe makes a browser hear, in the actor's name; one that heard for somebody else hears
// for him alone from now on. fault.Invalid at what cannot be an endpoint.
func (s *Service) Subscribe(ctx context.Context, n Subscription) (id int64, err error) {
	a, err := own(ctx)
	if err != nil {
		return 0, err
	}
	if why := s.needs.Rules.Check(n.Endpoint); why != "" {
		return 0, fault.New(fault.Invalid, "notify.endpoint", "Браузер дал адрес, по которому уведомления не отправить.").At("body.endpoint", why)
	}
	if !fits(n.P256dh, n.Auth) {
		return 0, fault.New(fault.Invalid, "notify.keys", "Браузер дал ключи, которыми уведомления не закрыть.").At("body.p256dh", "не ключ")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if err := system(ctx, tx, func(tx *pg.Tx) error { // a device in other hands: whoever sat there before hears there no more
			_, err := tx.Exec(ctx, `delete from notify_devices where endpoint = $1 and user_id <> $2`, n.Endpoint, a.UserID)
			return err
		}); err != nil {
			return err
		}
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from notify_devices where company_id = $1 and user_id = $2 and endpoint <> $3`, a.CompanyID, a.UserID, n.Endpoint).Scan(&count); err != nil {
			return err
		}
		if count >= maxDevices {
			return fault.New(fault.Conflict, "notify.too_many", "Устройств уже %d. Уберите ненужные.", maxDevices)
		}
		name := []rune(strings.Join(strings.Fields(n.Name), " "))
		if err := tx.QueryRow(ctx, `insert into notify_devices (company_id, user_id, endpoint, p256dh, auth, name, created_at) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (endpoint, company_id) do update set p256dh = excluded.p256dh, auth = excluded.auth, name = excluded.name returning id`,
			a.CompanyID, a.UserID, n.Endpoint, n.P256dh, n.Auth, string(name[:min(len(name), 200)]), tx.Now).Scan(&id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, a.CompanyID, "notify.device", object(a.UserID), nil, map[string]any{"device": string(name)})
	})
	return id, err
}

// Forget makes one of the actor's devices hear no more.
func (s *Service) Forget(ctx context.Context, id int64) error {
	a, err := own(ctx)
	if err != nil {
		return fault.Missing("device") // he has none
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var name string
		err := tx.QueryRow(ctx, `delete from notify_devices where id = $1 and company_id = $2 and user_id = $3 returning name`, id, a.CompanyID, a.UserID).Scan(&name)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("device")
		}
		if err != nil {
			return err
		}
		return audit.Change(ctx, tx, a.CompanyID, "notify.forget", object(a.UserID), map[string]any{"device": name}, nil)
	})
}

// Try sends the actor's device a word, to see whether it hears.
func (s *Service) Try(ctx context.Context, id int64) error {
	a, err := own(ctx)
	if err != nil {
		return fault.Missing("device") // he has none
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from notify_devices where id = $1 and company_id = $2 and user_id = $3)`, id, a.CompanyID, a.UserID).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.Missing("device")
		}
		return s.jobs.At(ctx, tx, tx.Now, Push{DeviceID: id, Word: Word{Title: "Проверка", Body: "Уведомления на этом устройстве работают.", Tag: "test", URL: "/notifications"}, About: Test})
	})
}
