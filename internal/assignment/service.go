package assignment

import (
	"context"
	"fmt"
	"slices"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/building"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
	"d24/internal/where"
)

// Needs are the directories that rules are made of.
type Needs struct {
	Companies *company.Service
	Buildings *building.Service
	Staff     *staff.Service
	Reasons   *reason.Service
	Groups    Groups      // nil: there are no groups of houses
	Suppliers Suppliers   // nil: there are no suppliers
	Jobs      *jobs.Queue // nil: nothing is looked at again after a change
}

// Service keeps the rules and answers whose work a request is.
type Service struct {
	db            *pg.DB
	companies     *company.Service
	buildings     *building.Service
	staff         *staff.Service
	reasons       *reason.Service
	groupsFrom    Groups
	suppliersFrom Suppliers
	jobs          *jobs.Queue
	kept          keptRules
}

// NewService returns the service.
func NewService(db *pg.DB, n Needs) *Service {
	return &Service{db: db, companies: n.Companies, buildings: n.Buildings, staff: n.Staff, reasons: n.Reasons, groupsFrom: n.Groups, suppliersFrom: n.Suppliers, jobs: n.Jobs}
}

func (s *Service) groups(ctx context.Context, tx *pg.Tx, companyID int64) ([]Group, error) {
	if s.groupsFrom == nil {
		return nil, nil
	}
	return s.groupsFrom.Groups(ctx, tx, companyID)
}

func (s *Service) suppliers(ctx context.Context, tx *pg.Tx, companyID int64) ([]Named, error) {
	if s.suppliersFrom == nil {
		return nil, nil
	}
	return s.suppliersFrom.Suppliers(ctx, tx, companyID)
}

// Table is a company's rules with the words for their ids.
type Table struct {
	Rules []Rule // the most specific first, then the archived
	Words Words
}

// Words are the names of what rules are made of, by id.
type Words struct {
	Reasons, WorkTypes, Buildings, Groups, Suppliers, Members map[int64]string
	KindOf                                                    map[int64]reason.Kind // of reasons
}

// most rules a company may have in force: a person can still find his way in them.
const most = 2000

// Table is the rules of a company. fault.NotFound for one the actor has nothing to do with.
func (s *Service) Table(ctx context.Context, companyID int64) (t Table, err error) {
	if !access.From(ctx).Serves(companyID) {
		return t, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var w where.Clause
		w.And("r.company_id = ?", companyID)
		if t.Rules, err = read(ctx, tx, w); err != nil {
			return err
		}
		slices.SortStableFunc(t.Rules, func(a, b Rule) int {
			switch {
			case a.IsArchived == b.IsArchived:
				return 0
			case a.IsArchived:
				return 1
			}
			return -1
		})
		gs, err := s.groups(ctx, tx, companyID)
		if err != nil {
			return err
		}
		t.Words.Groups = map[int64]string{}
		for _, g := range gs {
			t.Words.Groups[g.ID] = g.Name
		}
		ss, err := s.suppliers(ctx, tx, companyID)
		t.Words.Suppliers = map[int64]string{}
		for _, x := range ss {
			t.Words.Suppliers[x.ID] = x.Name
		}
		return err
	})
	if err != nil {
		return t, err
	}
	return t, s.words(ctx, companyID, &t.Words)
}

func (s *Service) words(ctx context.Context, companyID int64, w *Words) (err error) {
	w.Reasons, w.WorkTypes, w.Buildings, w.KindOf = map[int64]string{}, map[int64]string{}, map[int64]string{}, map[int64]reason.Kind{}
	rs, err := s.reasons.List(ctx, companyID)
	if err != nil {
		return err
	}
	for _, r := range rs {
		w.Reasons[r.ID], w.KindOf[r.ID] = r.Name, r.Kind
	}
	ts, err := s.staff.WorkTypes(ctx)
	if err != nil {
		return err
	}
	for _, t := range ts {
		w.WorkTypes[t.ID] = t.Name
	}
	bs, err := s.buildings.List(ctx, companyID)
	if err != nil {
		return err
	}
	for _, b := range bs {
		w.Buildings[b.ID] = building.Address(b, "")
	}
	w.Members, err = s.staff.Names(ctx, companyID)
	return err
}

// Create adds a rule. fault.Invalid "rule.incomplete" names the wrong fields,
// "rule.tie" the rule from which nothing tells it apart.
func (s *Service) Create(ctx context.Context, r Rule) (Rule, error) {
	if !access.From(ctx).Serves(r.CompanyID) {
		return r, fault.Missing("company")
	}
	r.ID, r.IsArchived = 0, false
	err := pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if err := s.check(ctx, tx, &r); err != nil {
			return err
		}
		if err := insert(ctx, tx, &r); err != nil {
			return err
		}
		return s.written(ctx, tx, r, "routing.create", nil, &r)
	})
	return r, err
}

// Change writes a rule anew. fault.Conflict "rule.changed" when somebody was faster.
func (s *Service) Change(ctx context.Context, id int64, version int, r Rule) (Rule, error) {
	return s.edit(ctx, id, version, "routing.change", func(tx *pg.Tx, was Rule) (Rule, error) {
		r.ID, r.CompanyID, r.Version, r.IsArchived = was.ID, was.CompanyID, was.Version, was.IsArchived
		err := s.check(ctx, tx, &r)
		return r, err
	})
}

// Archive takes a rule out of force, or puts it back.
func (s *Service) Archive(ctx context.Context, id int64, version int, archived bool) (Rule, error) {
	action := "routing.archive"
	if !archived {
		action = "routing.restore"
	}
	return s.edit(ctx, id, version, action, func(tx *pg.Tx, was Rule) (Rule, error) {
		was.IsArchived = archived
		if archived {
			return was, nil
		}
		err := s.check(ctx, tx, &was)
		return was, err
	})
}

func (s *Service) edit(ctx context.Context, id int64, version int, action string, f func(tx *pg.Tx, was Rule) (Rule, error)) (now Rule, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `select from assignment_rules where id = $1 for update`, id); err != nil {
			return err
		}
		was, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Version != version {
			return fault.New(fault.Conflict, "rule.changed", "Это правило только что изменил другой: посмотрите, как оно теперь выглядит.")
		}
		if now, err = f(tx, was); err != nil {
			return err
		}
		if err := update(ctx, tx, &now); err != nil {
			return err
		}
		return s.written(ctx, tx, now, action, &was, &now)
	})
	return now, err
}

// written tells the audit journal and the open screens, and has the coverage looked at again.
func (s *Service) written(ctx context.Context, tx *pg.Tx, r Rule, action string, before, after any) error {
	if err := audit.Change(ctx, tx, r.CompanyID, action, fmt.Sprintf("rule:%d", r.ID), before, after); err != nil {
		return err
	}
	if s.jobs != nil {
		if err := s.jobs.At(ctx, tx, tx.Now, Check{CompanyID: r.CompanyID}); err != nil {
			return err
		}
	}
	return live.Tell(ctx, tx, live.Change{Topic: "assignment", ID: r.ID, CompanyID: r.CompanyID})
}
