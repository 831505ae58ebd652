package secretary

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
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
)

// Houses tell the zone of a house; the directory of houses supplies it.
type Houses interface {
	ZoneOf(ctx context.Context, tx *pg.Tx, id int64) (string, error)
}

// Service keeps the directory.
type Service struct {
	db        *pg.DB
	staff     *staff.Service
	companies *company.Service
	reasons   *reason.Service
	houses    Houses
}

// NewService returns the service.
func NewService(db *pg.DB, people *staff.Service, companies *company.Service, reasons *reason.Service, houses Houses) *Service {
	return &Service{db: db, staff: people, companies: companies, reasons: reasons, houses: houses}
}

const columns = `id, company_id, coalesce(member_id, 0), name, position, subject, reason_ids, phones, hours, by_calendar, is_archived, version`

func (s *Service) read(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Competent, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from competents where "+cond+" order by lower(name), id limit 500", args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (c Competent, err error) {
		var hours []byte
		err = r.Scan(&c.ID, &c.CompanyID, &c.MemberID, &c.Name, &c.Position, &c.Subject, &c.ReasonIDs, &c.Phones, &hours, &c.ByCalendar, &c.IsArchived, &c.Version)
		if err == nil {
			err = json.Unmarshal(hours, &c.Hours)
		}
		return c, err
	})
}

// Place is for whom and when somebody competent is looked for.
type Place struct {
	CompanyID  int64
	BuildingID int64 // its zone counts; 0: the company's
	ReasonID   int64
	Zone       string // filled by the directory
}

// All is a company's directory by name, as its people are now; fault.NotFound for a company
// the actor has nothing to do with.
func (s *Service) All(ctx context.Context, companyID int64, archived bool) (out []Offer, atOnce bool, err error) {
	if !access.From(ctx).Serves(companyID) {
		return nil, false, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		list, err := s.read(ctx, tx, "company_id = $1 and is_archived = $2", companyID, archived)
		if err != nil {
			return err
		}
		if out, err = s.offers(ctx, tx, &Place{CompanyID: companyID}, list); err != nil {
			return err
		}
		set, err := s.settings(ctx, tx, companyID)
		atOnce = set.AtOnce
		return err
	})
	return out, atOnce, err
}

// For are the people for a caller, the best first; p.Zone is filled.
func (s *Service) For(ctx context.Context, tx *pg.Tx, p *Place) ([]Offer, error) {
	list, err := s.read(ctx, tx, "company_id = $1 and not is_archived", p.CompanyID)
	if err != nil {
		return nil, err
	}
	out, err := s.offers(ctx, tx, p, list)
	slices.SortFunc(out, Offer.before)
	return out, err
}

// Find is one of them; fault.NotFound for one put away, or whom the transaction's actor may
// not see.
func (s *Service) Find(ctx context.Context, tx *pg.Tx, id, buildingID int64) (Offer, error) {
	list, err := s.read(ctx, tx, "id = $1 and not is_archived", id)
	if err != nil {
		return Offer{}, err
	}
	if len(list) == 0 {
		return Offer{}, fault.Missing("competent")
	}
	out, err := s.offers(ctx, tx, &Place{CompanyID: list[0].CompanyID, BuildingID: buildingID}, list)
	if err != nil {
		return Offer{}, err
	}
	return out[0], nil
}

// offers are people as they are at the moment of the transaction.
func (s *Service) offers(ctx context.Context, tx *pg.Tx, p *Place, list []Competent) ([]Offer, error) {
	c, err := s.companies.ByID(ctx, tx, p.CompanyID)
	if err != nil {
		return nil, err
	}
	p.Zone = c.Zone
	if p.BuildingID != 0 {
		if p.Zone, err = s.houses.ZoneOf(ctx, tx, p.BuildingID); err != nil {
			return nil, err
		}
	}
	production, err := s.staff.Production(ctx, tx, p.CompanyID)
	if err != nil {
		return nil, err
	}
	out := make([]Offer, 0, len(list))
	for _, c := range list {
		var m *staff.Member
		if c.MemberID != 0 {
			now, err := s.staff.Now(ctx, tx, c.MemberID)
			if err != nil {
				return nil, err
			}
			m = &now
		}
		out = append(out, Offer{c, c.state(m, tx.Now, company.Location(p.Zone), production), p.ReasonID != 0 && slices.Contains(c.ReasonIDs, p.ReasonID)})
	}
	return out, nil
}

// WorkBy is the moment by which so much of the person's time has passed from the moment he
// may be rung: the deadline of a message. Without hours of his own all time is his.
func (s *Service) WorkBy(ctx context.Context, tx *pg.Tx, o Offer, zone string, from time.Time, work time.Duration) (time.Time, error) {
	if len(o.Hours) == 0 {
		return from.Add(work), nil
	}
	production, err := s.staff.Production(ctx, tx, o.CompanyID)
	if err != nil {
		return from, err
	}
	z := company.Location(zone)
	first := day(from, z)
	for _, span := range o.spans(first-1, first+daysAhead, z, production) {
		if !span.To.After(from) {
			continue
		}
		if span.From.Before(from) {
			span.From = from
		}
		if has := span.To.Sub(span.From); work > has {
			work -= has
			continue
		}
		return span.From.Add(work), nil
	}
	return from.Add(work), nil
}

// Add puts a person into the directory.
func (s *Service) Add(ctx context.Context, c Competent) (Offer, error) {
	if !access.From(ctx).Serves(c.CompanyID) {
		return Offer{}, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (o Offer, err error) {
		if err := s.check(ctx, tx, &c); err != nil {
			return o, err
		}
		c.Version = 1
		err = tx.QueryRow(ctx, `insert into competents (company_id, name, subject, created_at) values ($1, $2, $3, $4) returning id`, c.CompanyID, c.Name, c.Subject, tx.Now).Scan(&c.ID)
		if err != nil {
			return o, err
		}
		return s.write(ctx, tx, nil, c)
	})
}

// Change writes a person, or puts him away or back; c.Version is the one that was seen.
func (s *Service) Change(ctx context.Context, c Competent) (Offer, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (o Offer, err error) {
		var company int64
		err = tx.QueryRow(ctx, `select company_id from competents where id = $1 for update`, c.ID).Scan(&company)
		if errors.Is(err, pgx.ErrNoRows) {
			return o, fault.Missing("competent")
		}
		if err != nil {
			return o, err
		}
		list, err := s.read(ctx, tx, "id = $1", c.ID)
		if err != nil {
			return o, err
		}
		was := list[0]
		if was.Version != c.Version {
			return o, fault.New(fault.Conflict, "competent.changed", "«%s» только что изменили: посмотрите, что нового, и повторите.", was.Name)
		}
		c.CompanyID, c.Version = was.CompanyID, was.Version+1
		if err := s.check(ctx, tx, &c); err != nil {
			return o, err
		}
		return s.write(ctx, tx, &was, c)
	})
}

func (s *Service) write(ctx context.Context, tx *pg.Tx, was *Competent, c Competent) (o Offer, err error) {
	hours, err := json.Marshal(c.Hours)
	if err != nil {
		return o, err
	}
	_, err = tx.Exec(ctx, `update competents set member_id = nullif($2, 0), name = $3, position = $4, subject = $5, reason_ids = $6, phones = $7, hours = $8, by_calendar = $9, is_archived = $10, version = $11 where id = $1`,
		c.ID, c.MemberID, c.Name, c.Position, c.Subject, c.ReasonIDs, c.Phones, hours, c.ByCalendar, c.IsArchived, c.Version)
	if err != nil {
		return o, err
	}
	action, before := "competent.add", any(nil)
	if was != nil {
		action, before = "competent."+verb(was.IsArchived, c.IsArchived), *was
	}
	if err := audit.Change(ctx, tx, c.CompanyID, action, fmt.Sprintf("competent:%d", c.ID), before, c); err != nil {
		return o, err
	}
	out, err := s.offers(ctx, tx, &Place{CompanyID: c.CompanyID}, []Competent{c})
	if err != nil {
		return o, err
	}
	return out[0], nil
}

func verb(was, is bool) string {
	switch {
	case is && !was:
		return "archive"
	case was && !is:
		return "restore"
	}
	return "change"
}

// Settings is how a company has its callers transferred.
type Settings struct {
	AtOnce  bool `json:"at_once"` // without a word to the person first
	Version int  `json:"-"`       // 0: nobody has set it
}

func (s *Service) settings(ctx context.Context, tx *pg.Tx, companyID int64) (x Settings, err error) {
	err = tx.QueryRow(ctx, `select at_once, version from secretary_settings where company_id = $1`, companyID).Scan(&x.AtOnce, &x.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return Settings{}, nil // F20: off by default
	}
	return x, err
}

// AtOnce reports whether a company lets callers be transferred without a word first.
func (s *Service) AtOnce(ctx context.Context, tx *pg.Tx, companyID int64) (bool, error) {
	x, err := s.settings(ctx, tx, companyID)
	return x.AtOnce, err
}

// SetAtOnce changes it.
func (s *Service) SetAtOnce(ctx context.Context, companyID int64, on bool) error {
	if !access.From(ctx).Serves(companyID) {
		return fault.Missing("company")
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := s.settings(ctx, tx, companyID)
		if err != nil || was.AtOnce == on {
			return err
		}
		_, err = tx.Exec(ctx, `insert into secretary_settings (company_id, at_once) values ($1, $2)
			on conflict (company_id) do update set at_once = excluded.at_once, version = secretary_settings.version + 1`, companyID, on)
		if err != nil {
			return err
		}
		return audit.Change(ctx, tx, companyID, "company.transfer", fmt.Sprintf("company:%d", companyID), Settings{AtOnce: was.AtOnce}, Settings{AtOnce: on})
	})
}
