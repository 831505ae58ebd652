// Package onboarding brings a client in (OB2). Readiness is computed from the data: what
// a company still lacks before it can be served, in the order of setting it up.
package onboarding

import (
	"context"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/assignment"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
	"d24/internal/supplier"
)

// Needs are the directories looked at.
type Needs struct {
	Companies *company.Service
	Buildings *building.Service
	Contacts  *contact.Service
	Staff     *staff.Service
	Reasons   *reason.Service
	Suppliers *supplier.Service
	Rules     *assignment.Service
	Accounts  *account.Service
}

// Service answers how ready a company is.
type Service struct {
	db *pg.DB
	n  Needs
}

// NewService returns the service.
func NewService(db *pg.DB, n Needs) *Service { return &Service{db, n} }

// Step is one thing that must be so before the launch.
type Step struct {
	Key     string // "lines", "carriers" …; the screen has its words
	IsDone  bool
	Missing int // how many lack it
	Total   int // of how many
}

// Readiness is the steps in the order of setting up.
type Readiness struct{ Steps []Step }

// Percent done, rounded down: 100 only when nothing is missing.
func (r Readiness) Percent() int {
	done := 0
	for _, s := range r.Steps {
		if s.IsDone {
			done++
		}
	}
	return done * 100 / max(1, len(r.Steps))
}

func (r *Readiness) add(key string, missing, total int) {
	r.Steps = append(r.Steps, Step{key, missing == 0 && total > 0, missing, total})
}

// atLeast is a step done when there are so many.
func (r *Readiness) atLeast(key string, want, have int) { r.add(key, max(0, want-have), want) }

// Readiness of a company. fault.NotFound for one the actor has nothing to do with.
func (s *Service) Readiness(ctx context.Context, companyID int64) (r Readiness, err error) {
	if !access.From(ctx).Serves(companyID) {
		return r, fault.Missing("company")
	}
	ctx = access.AsSystem(ctx, "onboarding") // providers and the city's number are behind the company's fence
	reasons, err := s.n.Reasons.List(ctx, companyID)
	if err != nil {
		return r, err
	}
	covered, err := s.n.Rules.Coverage(ctx, companyID)
	if err != nil {
		return r, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		for _, step := range []func(context.Context, *pg.Tx, int64, *Readiness) error{s.reached, s.houses, s.people} {
			if err := step(ctx, tx, companyID, &r); err != nil {
				return err
			}
		}
		if err := s.reasons(ctx, tx, companyID, reasons, &r); err != nil {
			return err
		}
		return s.entering(ctx, tx, companyID, covered, &r)
	})
	return r, err
}

func (s *Service) reached(ctx context.Context, tx *pg.Tx, companyID int64, r *Readiness) error {
	x, err := s.n.Companies.Reached(ctx, tx, companyID)
	if err != nil {
		return err
	}
	c, err := s.n.Companies.ByID(ctx, tx, companyID)
	if err != nil {
		return err
	}
	r.atLeast("lines", 2, x.Lines)
	r.atLeast("carriers", 2, x.Carriers)
	r.add("greetings", x.Silent, x.Lines)
	said := 0
	if x.Greeting {
		said = 1
	}
	r.atLeast("greeting", 1, said)
	r.atLeast("dials", 1, c.Settings.MostNumbers())
	return nil
}

func (s *Service) houses(ctx context.Context, tx *pg.Tx, companyID int64, r *Readiness) error {
	f, err := s.n.Buildings.Filled(ctx, tx, companyID)
	if err != nil {
		return err
	}
	contacts, err := s.n.Contacts.Count(ctx, tx, companyID)
	r.atLeast("houses", 1, f.Houses)
	r.add("units", f.WithoutUnit, f.Houses)
	r.add("passports", f.NoPassport, f.Houses)
	r.atLeast("contacts", 1, contacts)
	return err
}

func (s *Service) people(ctx context.Context, tx *pg.Tx, companyID int64, r *Readiness) error {
	d := calendar.DateOf(tx.Now.UTC())
	b, err := s.n.Staff.Board(ctx, tx, companyID, d, d)
	if err != nil {
		return err
	}
	all, mute, free := 0, 0, 0
	for _, m := range b.Members(tx.Now) {
		if m.IsArchived {
			continue
		}
		all++
		if len(m.AllPhones) == 0 {
			mute++
		}
		if m.Now == nil {
			free++
		}
	}
	r.atLeast("staff", 1, all)
	r.add("phones", mute, all)
	r.add("schedules", free, all)
	return nil
}

func (s *Service) reasons(ctx context.Context, tx *pg.Tx, companyID int64, all []reason.Reason, r *Readiness) error {
	have := map[string]bool{}
	own, err := s.n.Suppliers.In(ctx, tx, companyID)
	if err != nil {
		return err
	}
	for _, o := range own {
		have[o.OfKind()] = true
	}
	work, endless := 0, 0
	kinds, without := map[string]bool{}, 0
	for _, x := range all {
		if x.Kind == reason.Consultation {
			continue
		}
		work++
		if x.AcceptMin == 0 && x.LocaliseMin == 0 && x.FinishMin == 0 {
			endless++
		}
		if k := x.SupplierKind; k != "" && !kinds[k] {
			kinds[k] = true
			if !have[k] {
				without++
			}
		}
	}
	r.atLeast("reasons", 1, work)
	r.add("terms", endless, work)
	if len(kinds) > 0 {
		r.add("suppliers", without, len(kinds))
	}
	return nil
}

func (s *Service) entering(ctx context.Context, tx *pg.Tx, companyID int64, c assignment.Coverage, r *Readiness) error {
	gaps := map[assignment.Hole]int{}
	for _, g := range c.Gaps {
		gaps[g.Hole]++
	}
	r.add("responsible", c.Leaderless, c.Reasons)
	r.add("coverage", gaps[assignment.Nobody], max(gaps[assignment.Nobody], min(c.Reasons, c.Houses)))
	r.add("levels", gaps[assignment.FewLevels]+gaps[assignment.Twice], max(gaps[assignment.FewLevels]+gaps[assignment.Twice], min(c.Reasons, c.Houses)))
	admins, all, err := s.n.Accounts.Entering(ctx, tx, companyID)
	r.atLeast("admin", 1, admins)
	r.atLeast("users", 2, all)
	return err
}
