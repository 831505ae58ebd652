package notice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
	"d24/internal/telephony"
	"d24/internal/where"
)

// Ticket is a request as a notice shows it.
type Ticket struct {
	ID         int64
	CompanyID  int64
	BuildingID int64
	Number     int64
	Reason     string
	Address    string
	Status     string
	CreatedAt  time.Time
	IsOpen     bool
	IsTied     bool
}

// Tickets are the requests a notice may be tied to; app supplies them.
type Tickets interface {
	// OpenAt are the open requests of houses the actor may see, newest first; nil houses: of the whole company.
	OpenAt(ctx context.Context, tx *pg.Tx, companyID int64, houses []int64) ([]Ticket, error)
	// Named are requests by id, of those the actor may see.
	Named(ctx context.Context, tx *pg.Tx, ids []int64) ([]Ticket, error)
	// Done says that the work is done, with words for the history.
	Done(ctx context.Context, tx *pg.Tx, id int64, words string) error
	// Tied writes into the history that the request belongs to a notice.
	Tied(ctx context.Context, tx *pg.Tx, id int64, words string) error
}

// Needs are the neighbours.
type Needs struct {
	Buildings *building.Service
	Companies *company.Service
	Suppliers *supplier.Service
	Tickets   Tickets
	Contacts  *contact.Service
}

// Service keeps notices.
type Service struct {
	db *pg.DB
	Needs
}

// NewService returns the service.
func NewService(db *pg.DB, n Needs) *Service { return &Service{db: db, Needs: n} }

const columns = `n.id, n.company_id, n.number, n.is_company, n.building_ids, n.group_ids, n.service, n.reason, n.text, coalesce(n.supplier_id, 0), n.is_voiced,
	n.starts_at, n.ends_at, n.is_prolonged, coalesce(n.closed_as, ''), n.closed_at, n.version, n.created_at, n.created_by`

func (s *Service) rows(ctx context.Context, tx *pg.Tx, w where.Clause, tail string) ([]Notice, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from notices n where "+w.String()+tail, w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Notice])
}

func (s *Service) byID(ctx context.Context, tx *pg.Tx, id int64, tail string) (n Notice, err error) {
	var w where.Clause
	w.And("n.id = ?", id)
	ns, err := s.rows(ctx, tx, w, tail)
	if err != nil {
		return n, err
	}
	if len(ns) == 1 {
		if ns, err = s.seen(ctx, tx, ns); err != nil {
			return n, err
		}
	}
	if len(ns) == 0 {
		return n, fault.Missing("notice")
	}
	return ns[0], nil
}

// lock is byID for a change; fault.Conflict "notice.changed" when somebody was first (F70).
func (s *Service) lock(ctx context.Context, tx *pg.Tx, id int64, version int) (Notice, error) {
	n, err := s.byID(ctx, tx, id, " for update")
	if err != nil {
		return n, err
	}
	if n.Version != version {
		return n, fault.New(fault.Conflict, "notice.changed", "Это оповещение только что изменили: посмотрите, какое оно теперь.")
	}
	return n, s.whole(ctx, tx, n)
}

// seen leaves what the actor may see: who sees a part of the houses sees the notices
// of the whole company and those about a house of his.
func (s *Service) seen(ctx context.Context, tx *pg.Tx, ns []Notice) ([]Notice, error) {
	mine, all, err := s.Buildings.Places(ctx, tx)
	if all || err != nil || len(ns) == 0 {
		return ns, err
	}
	groups := map[int64][]int64{}
	return slices.DeleteFunc(ns, func(n Notice) bool {
		if n.IsCompany || err != nil {
			return false
		}
		if slices.ContainsFunc(n.BuildingIDs, func(id int64) bool { return slices.Contains(mine, id) }) {
			return false
		}
		if _, known := groups[n.CompanyID]; !known {
			groups[n.CompanyID], err = s.Buildings.GroupsWith(ctx, tx, n.CompanyID, mine)
		}
		return !slices.ContainsFunc(n.GroupIDs, func(g int64) bool { return slices.Contains(groups[n.CompanyID], g) })
	}), err
}

// whole refuses changes to who does not see every house of the notice.
func (s *Service) whole(ctx context.Context, tx *pg.Tx, n Notice) error {
	mine, all, err := s.Buildings.Places(ctx, tx)
	if all || err != nil {
		return err
	}
	if n.IsCompany || len(n.GroupIDs) > 0 || slices.ContainsFunc(n.BuildingIDs, func(id int64) bool { return !slices.Contains(mine, id) }) {
		return fault.New(fault.Forbidden, "notice.part", "Вам открыта часть домов: это оповещение меняет тот, кто видит все его дома.")
	}
	return nil
}

// Which part of the notices a list shows.
const (
	Now  = "now"  // in force or planned
	Past = "past" // over, the newest 100
)

// List are a company's notices (0: of all the actor serves), those in force first.
func (s *Service) List(ctx context.Context, companyID int64, which string) ([]Notice, error) {
	if companyID != 0 && !access.From(ctx).Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Notice, error) {
		var w where.Clause
		w.And("true")
		if companyID != 0 {
			w.And("n.company_id = ?", companyID)
		}
		tail := " order by n.starts_at desc, n.id desc limit 100"
		if which == Past {
			w.And("(n.closed_as is not null or n.ends_at <= ?)", tx.Now)
		} else {
			w.And("n.closed_as is null and n.ends_at > ?", tx.Now)
			tail = " order by n.starts_at, n.id limit 500"
		}
		ns, err := s.rows(ctx, tx, w, tail)
		if err != nil {
			return nil, err
		}
		return s.seen(ctx, tx, ns)
	})
}

// recent is how long after its end an operator is still shown a notice: "still no
// water" is known by it (F55).
const recent = 24 * time.Hour

// ahead is how far planned works are shown at a house (H3).
const ahead = 14 * 24 * time.Hour

// At are the notices of a house for an operator or the house's page: in force, planned
// for the next two weeks, over for less than a day, in this order; house 0: those of the whole company.
func (s *Service) At(ctx context.Context, companyID, house int64) (out []Notice, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Notice, error) {
		if house != 0 {
			b, err := s.Buildings.ByID(ctx, tx, house)
			if err != nil {
				return nil, err
			}
			companyID = b.CompanyID
		}
		if !tx.Actor.Serves(companyID) {
			return nil, fault.Missing("company")
		}
		groups, err := s.Buildings.GroupsWith(ctx, tx, companyID, []int64{house})
		if err != nil {
			return nil, err
		}
		var w where.Clause
		w.And("n.company_id = ? and n.ends_at > ? and n.starts_at < ? and coalesce(n.closed_as, '') <> 'cancelled' and (n.closed_at is null or n.closed_at > ?)",
			companyID, tx.Now.Add(-recent), tx.Now.Add(ahead), tx.Now.Add(-recent))
		ns, err := s.rows(ctx, tx, w, " order by n.closed_as nulls first, n.starts_at desc, n.id desc limit 200")
		if err != nil {
			return nil, err
		}
		ns = slices.DeleteFunc(ns, func(n Notice) bool { return n.covers(house, groups) == nothing })
		slices.SortStableFunc(ns, func(a, b Notice) int { return late(a, tx.Now) - late(b, tx.Now) })
		return ns, nil
	})
}

// late puts what is in force before what is planned, and that before what is over.
func late(n Notice, now time.Time) int {
	switch n.State(now) {
	case Planned:
		return 1
	case Ended, Cancelled:
		return 2
	case InForce, Prolonged:
	}
	return 0
}

// Spoken are the notices callers of these places are to hear now, in the caller's
// transaction under the system's fence (C5): of a house the most specific and newest
// of each service, of a house not known those of the whole company.
func (s *Service) Spoken(ctx context.Context, tx *pg.Tx, places []telephony.Place) (map[telephony.Place][]telephony.Spoken, error) {
	var ids []int64
	for _, p := range places {
		ids = append(ids, p.CompanyID)
	}
	var w where.Clause
	w.And("n.company_id = any(?) and n.closed_as is null and n.is_voiced and n.starts_at <= ? and n.ends_at > ?", ids, tx.Now, tx.Now)
	ns, err := s.rows(ctx, tx, w, " order by n.id")
	out := map[telephony.Place][]telephony.Spoken{}
	if err != nil || len(ns) == 0 {
		return out, err
	}
	for _, p := range places {
		var groups []int64
		if p.BuildingID != 0 {
			if groups, err = s.Buildings.GroupsWith(ctx, tx, p.CompanyID, []int64{p.BuildingID}); err != nil {
				return nil, err
			}
		}
		of := slices.DeleteFunc(slices.Clone(ns), func(n Notice) bool { return n.CompanyID != p.CompanyID })
		for _, n := range Choose(of, p.BuildingID, groups) {
			zone, err := s.Zone(ctx, tx, n)
			if err != nil {
				return nil, err
			}
			out[p] = append(out[p], telephony.Spoken{ID: n.ID, Speech: n.Words(zone, tx.Now)})
		}
	}
	return out, nil
}

// Zone is the zone of the notice's houses: of the first one named, else the company's.
func (s *Service) Zone(ctx context.Context, tx *pg.Tx, n Notice) (*time.Location, error) {
	name := ""
	if len(n.BuildingIDs) > 0 {
		b, err := s.Buildings.ByID(ctx, tx, n.BuildingIDs[0])
		switch {
		case err == nil:
			name = b.Zone
		case fault.KindOf(err) != fault.NotFound: // a house another person may not see
			return nil, err
		}
	}
	if name == "" {
		c, err := s.Companies.ByID(ctx, tx, n.CompanyID)
		if err != nil {
			return nil, err
		}
		name = c.Zone
	}
	zone, err := clock.Zone(name)
	if err != nil {
		return nil, fmt.Errorf("zone of notice %d: %w", n.ID, err)
	}
	return zone, nil
}

func tell(ctx context.Context, tx *pg.Tx, n Notice) error {
	return live.Tell(ctx, tx, live.Change{Topic: "notice", ID: n.ID, CompanyID: n.CompanyID})
}

func (s *Service) event(ctx context.Context, tx *pg.Tx, n Notice, kind, text string) error {
	_, err := tx.Exec(ctx, `insert into notice_events (company_id, notice_id, at, actor, kind, text) values ($1, $2, $3, $4, $5, $6)`, n.CompanyID, n.ID, tx.Now, tx.Actor.Name, kind, text)
	return err
}

// next is the next number in the company; two who make one at once wait for each other.
func next(ctx context.Context, tx *pg.Tx, companyID int64) (n int, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('notices', $1))`, companyID); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `select coalesce(max(number), 0) + 1 from notices where company_id = $1`, companyID).Scan(&n)
	return n, err
}

// none is true when there is no such row.
func none(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
