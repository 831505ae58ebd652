// Package passage takes houses from company to company (F15): at 00:00 of a day in the house's
// zone it is another's. The instant decides by itself, in building; the job that follows it
// only puts things in their places.
package passage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// Service is the use cases. The centre's administrator alone orders: neither company may give
// itself what is another's.
type Service struct {
	db   *pg.DB
	jobs *jobs.Queue
	n    Needs
}

// Needs are the directories and records of a house.
type Needs struct {
	Buildings *building.Service
	Companies *company.Service
	Contacts  *contact.Service
	Tickets   *ticket.Service
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue, n Needs) *Service { return &Service{db, q, n} }

// Order is a house's way to another company.
type Order struct {
	BuildingID   int64
	ToCompanyID  int64
	On           calendar.Date // from its 00:00 in the house's zone
	WithContacts bool          // numbers of residents are given too
	Note         string        // the decision it rests on
}

// Passage is an order and what became of it.
type Passage struct {
	ID           int64
	CompanyID    int64
	BuildingID   int64
	ToCompanyID  int64
	ToBuildingID int64 // 0: withdrawn without a trace
	IsNew        bool
	At           time.Time
	WithContacts bool
	Note         string
	OrderedAt    time.Time
	OrderedBy    string
	WithdrawnAt  *time.Time
	WithdrawnBy  string
	DoneAt       *time.Time
	Contacts     int // carried over
	OpenTickets  int // left to who gave the house
}

// Told is published for each of the two companies when a passage of its house is ordered,
// withdrawn or has come. Text names no other company.
type Told struct {
	CompanyID  int64
	BuildingID int64
	Text       string
}

const (
	maxNote  = 300
	furthest = 2 * 365 // days: who orders for 2062 has mistyped
)

const columns = `select id, company_id, building_id, to_company_id, coalesce(to_building_id, 0), is_new, at, with_contacts, note, ordered_at, ordered_by, withdrawn_at, withdrawn_by, done_at, contacts, open_tickets from building_passages where `

// going is an order that stands.
const going = "building_id = $1 and withdrawn_at is null and done_at is null"

// crossing runs f past the fence in the name of the actor, for a house that he may see.
func (s *Service) crossing(ctx context.Context, houseID int64, f func(ctx context.Context, tx *pg.Tx, b building.Building) error) error {
	by := access.From(ctx)
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		b, err := s.n.Buildings.ByID(ctx, tx, houseID)
		if err != nil {
			return err
		}
		sys := access.Actor{Kind: access.System, System: "passage", UserID: by.UserID, Name: by.Name, Source: by.Source}
		return tx.As(ctx, sys, func(tx *pg.Tx) error { return f(access.With(ctx, sys), tx, b) })
	})
}

// Of are the orders about a house, the newest first.
func (s *Service) Of(ctx context.Context, houseID int64) (ps []Passage, names map[int64]string, err error) {
	err = s.crossing(ctx, houseID, func(ctx context.Context, tx *pg.Tx, _ building.Building) error {
		if ps, err = read(ctx, tx, "building_id = $1 order by id desc limit 20", houseID); err != nil {
			return err
		}
		names = map[int64]string{}
		for _, p := range ps {
			c, err := s.n.Companies.ByID(ctx, tx, p.ToCompanyID)
			if err != nil {
				return err
			}
			names[c.ID] = c.Name
		}
		return nil
	})
	return ps, names, err
}

func read(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Passage, error) {
	rows, err := tx.Query(ctx, columns+cond, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Passage])
}

// Order has a house pass to another company. fault.Invalid "passage.incomplete" at what is
// wrong of it; fault.Conflict "building.exists" when the other serves the house already,
// "building.passes" when it is on its way.
func (s *Service) Order(ctx context.Context, o Order) error {
	o.Note = strings.TrimSpace(o.Note)
	return s.crossing(ctx, o.BuildingID, func(ctx context.Context, tx *pg.Tx, b building.Building) error {
		at := o.On.Begins(company.Location(b.Zone))
		if err := s.check(ctx, tx, o, b, at); err != nil {
			return err
		}
		heir, err := s.n.Buildings.Pass(ctx, tx, b.ID, o.ToCompanyID, at)
		if err != nil {
			return err
		}
		var id int64
		if err := tx.QueryRow(ctx, `insert into building_passages (company_id, building_id, to_company_id, to_building_id, is_new, at, with_contacts, note, ordered_at, ordered_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
			b.CompanyID, b.ID, o.ToCompanyID, heir.ID, heir.IsNew, at, o.WithContacts, o.Note, tx.Now, tx.Actor.Name).Scan(&id); err != nil {
			return err
		}
		p := Passage{ID: id, CompanyID: b.CompanyID, BuildingID: b.ID, ToCompanyID: o.ToCompanyID, ToBuildingID: heir.ID, At: at, WithContacts: o.WithContacts, Note: o.Note}
		if err := s.written(ctx, tx, p, "building.pass_order"); err != nil {
			return err
		}
		day := day(b, at)
		house := building.Address(b, "")
		contacts := ""
		if o.WithContacts {
			contacts = " Контакты жителей передаются вместе с домом."
		}
		if err := s.tell(ctx, tx, p, fmt.Sprintf("%s: с %s дом обслуживает другая компания. Открытые заявки остаются за вами.%s", house, day, contacts),
			fmt.Sprintf("%s: с %s дом обслуживаете вы. Проверьте его карточку, исполнителей и группы.%s", house, day, contacts)); err != nil {
			return err
		}
		return s.jobs.At(ctx, tx, at, Step{ID: id})
	})
}

func (s *Service) check(ctx context.Context, tx *pg.Tx, o Order, b building.Building, at time.Time) error {
	bad := fault.New(fault.Invalid, "passage.incomplete", "Передача не назначена: исправьте отмеченное.")
	switch {
	case o.On == 0:
		_ = bad.At("body.on", "выберите день")
	case !at.After(tx.Now):
		_ = bad.At("body.on", "день уже идёт или прошёл: выберите следующий")
	case int(o.On)-int(calendar.DateOf(tx.Now)) > furthest:
		_ = bad.At("body.on", "не дальше двух лет")
	}
	if len([]rune(o.Note)) > maxNote {
		_ = bad.At("body.note", fmt.Sprintf("не длиннее %d знаков", maxNote))
	}
	served, err := s.n.Companies.Active(ctx, tx)
	switch {
	case err != nil:
		return err
	case o.ToCompanyID == b.CompanyID:
		_ = bad.At("body.to_company_id", "дом и так у неё")
	case !slices.Contains(served, o.ToCompanyID):
		_ = bad.At("body.to_company_id", "выберите компанию, которую обслуживаем")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func day(b building.Building, at time.Time) string {
	return at.In(company.Location(b.Zone)).Format("02.01.2006")
}

// Withdraw takes an order back before its day; afterwards a house comes back by another order.
func (s *Service) Withdraw(ctx context.Context, houseID int64) error {
	return s.crossing(ctx, houseID, func(ctx context.Context, tx *pg.Tx, b building.Building) error {
		ps, err := read(ctx, tx, going+" for update", houseID)
		if err != nil {
			return err
		}
		if len(ps) == 0 {
			return fault.New(fault.Conflict, "passage.none", "Передача этого дома не назначена.")
		}
		p := ps[0]
		if !tx.Now.Before(p.At) {
			return fault.New(fault.Conflict, "passage.done", "Дом уже передан: вернуть его можно, передав из другой компании.")
		}
		if _, err := tx.Exec(ctx, `update building_passages set withdrawn_at = $2, withdrawn_by = $3 where id = $1`, p.ID, tx.Now, tx.Actor.Name); err != nil {
			return err
		}
		if err := s.n.Buildings.Stay(ctx, tx, p.BuildingID, building.Heir{ID: p.ToBuildingID, IsNew: p.IsNew}); err != nil {
			return err
		}
		if err := s.written(ctx, tx, p, "building.pass_withdraw"); err != nil {
			return err
		}
		house := building.Address(b, "")
		return s.tell(ctx, tx, p, house+": передача другой компании отменена, дом остаётся у вас.", house+": передача отменена, дом к вам не переходит.")
	})
}

// written puts a line into the journal of each company: its own house and day, no word of the other.
func (s *Service) written(ctx context.Context, tx *pg.Tx, p Passage, action string) error {
	of := map[string]any{"at": p.At, "with_contacts": p.WithContacts}
	return errors.Join(
		audit.Write(ctx, tx, p.CompanyID, action, fmt.Sprintf("building:%d", p.BuildingID), merge(of, "goes")),
		audit.Write(ctx, tx, p.ToCompanyID, action, fmt.Sprintf("building:%d", p.ToBuildingID), merge(of, "comes")),
	)
}

func merge(of map[string]any, way string) map[string]any {
	out := maps.Clone(of)
	out["way"] = way
	return out
}

func (s *Service) tell(ctx context.Context, tx *pg.Tx, p Passage, giver, heir string) error {
	return s.jobs.PublishAll(ctx, tx, []any{Told{p.CompanyID, p.BuildingID, giver}, Told{p.ToCompanyID, p.ToBuildingID, heir}})
}
