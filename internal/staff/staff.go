// Package staff is the people of a company: phones, duties by work and house,
// schedules and leave, and who is at work at a moment.
package staff

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// DutyChanged is published when a person comes to work or leaves: by the switch, by
// his schedule, by leave, by dismissal.
type DutyChanged struct {
	MemberID  int64 `json:"member_id"`
	CompanyID int64 `json:"company_id"`
	OnDuty    bool  `json:"on_duty"`
}

// StateChanged is published when a person is at work or away for another cause than
// before: also of one whose shift was over anyway, when his leave begins (F37).
type StateChanged struct {
	MemberID  int64 `json:"member_id"`
	CompanyID int64 `json:"company_id"`
}

// Left is published when a person is dismissed: what is in his hands goes on to HandTo,
// 0: to whom the rules give it.
type Left struct {
	MemberID  int64  `json:"member_id"`
	CompanyID int64  `json:"company_id"`
	Name      string `json:"name"`
	HandTo    int64  `json:"hand_to"`
	ByUser    int64  `json:"by_user"`
	ByName    string `json:"by_name"`
}

// Service keeps staff.
type Service struct {
	Houses Houses // set by the assembly before anything is asked

	db         *pg.DB
	jobs       *jobs.Queue
	boardsKept boards
}

// NewService returns the service.
func NewService(db *pg.DB, q *jobs.Queue) *Service { return &Service{db: db, jobs: q} }

func (q Query) moment(tx *pg.Tx) time.Time {
	if q.At.IsZero() {
		return tx.Now
	}
	return q.At
}

// Executors are who does this work in this house, by level, at the moment of q: of those
// at work the one whose duty is the most specific (work and house, work, house,
// everything). A level nobody of is at work has its most specific person, not on duty.
func (s *Service) Executors(ctx context.Context, tx *pg.Tx, q Query) ([]Person, error) {
	b, err := s.around(ctx, tx, q.CompanyID, q.moment(tx))
	if err != nil {
		return nil, err
	}
	return b.Executors(q, q.moment(tx)), nil
}

// Responsible answers for the work; nil when nobody is set.
func (s *Service) Responsible(ctx context.Context, tx *pg.Tx, q Query) (*Person, error) {
	b, err := s.around(ctx, tx, q.CompanyID, q.moment(tx))
	if err != nil {
		return nil, err
	}
	return b.Responsible(q, q.moment(tx)), nil
}

// ByID returns a person as he is now (F37: read live at each step); a dismissed one too.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Person, error) {
	company, err := s.companyOf(ctx, tx, id)
	if err != nil {
		return Person{}, err
	}
	b, err := s.around(ctx, tx, company, tx.Now)
	if err != nil {
		return Person{}, err
	}
	m, _ := b.Member(id, tx.Now)
	return m.Person, nil
}

// Reach is by which numbers a person may be called at this hour, and when by none, from
// when on he may be (zero: never).
func (s *Service) Reach(ctx context.Context, tx *pg.Tx, id int64) (phones []string, at time.Time, err error) {
	m, err := s.get(ctx, tx, id)
	if err != nil || len(m.Phones) > 0 || len(m.AllPhones) == 0 {
		return m.Phones, at, err
	}
	const step = 15 * time.Minute
	for at = tx.Now.Truncate(step).Add(step); at.Before(tx.Now.Add(8 * 24 * time.Hour)); at = at.Add(step) {
		local := at.In(location(m.Zone))
		if slices.ContainsFunc(m.AllPhones, func(p Phone) bool { return covers(p.Hours, local) }) {
			return nil, at, nil
		}
	}
	return nil, time.Time{}, nil
}

// Now is a person with his state at this moment; a dismissed one too.
func (s *Service) Now(ctx context.Context, tx *pg.Tx, id int64) (Member, error) {
	return s.get(ctx, tx, id)
}

// Owner is a person whose phone it is, and of which company he is.
type Owner struct {
	MemberID, CompanyID int64
	Name                string
}

// OwnersOf are the people whose phone it is at any hour: of the company called, or of any
// (0). One phone may be of two people (F27).
func (s *Service) OwnersOf(ctx context.Context, tx *pg.Tx, phone string, called int64) ([]Owner, error) {
	rows, err := tx.Query(ctx, `select m.id, m.company_id, m.name from members m where not m.is_archived and (m.company_id = $2 or $2 = 0)
		and exists (select from member_phones x where x.member_id = m.id and x.phone = $1) order by m.company_id, m.id limit 20`, phone, called)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Owner])
}

// Directory is the staff of a company by name; 0: of all companies the actor may
// see. fault.NotFound for a company he has nothing to do with.
func (s *Service) Directory(ctx context.Context, companyID int64) ([]Member, error) {
	out, _, err := s.List(ctx, Filter{CompanyID: companyID})
	return out, err
}

// AtWork are the people of a company who are on duty now, with their duties.
func (s *Service) AtWork(ctx context.Context, tx *pg.Tx, companyID int64) (out []Member, err error) {
	b, err := s.around(ctx, tx, companyID, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, m := range b.Members(tx.Now) {
		if m.OnDuty {
			out = append(out, m)
		}
	}
	return out, nil
}

// own is the company an operation is about: the one asked for, else the actor's own.
// fault.NotFound for a company he has nothing to do with.
func own(a access.Actor, companyID int64) (int64, error) {
	if companyID == 0 {
		companyID = a.CompanyID
	}
	if companyID == 0 {
		return 0, fault.New(fault.Invalid, "company.required", "Выберите компанию.").At("query.company_id", "выберите компанию")
	}
	if !a.Serves(companyID) {
		return 0, fault.Missing("company")
	}
	return companyID, nil
}
