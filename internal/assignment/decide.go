package assignment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// Question is a request of which it is asked whose work it is; a zero At is the
// moment of the transaction.
type Question struct {
	CompanyID, BuildingID, ReasonID, WorkTypeID int64
	Zone                                        string // of the house
	At                                          time.Time
	Company                                     *company.Company // nil: it is read
	Changes                                     *staff.Changes   // of the company's people at the moment; nil: they are read
}

// Answer is whose work a request is.
type Answer struct {
	// Steps are whom the system calls, one of each level, as they are at the moment; also
	// those who are not at work, for the last resort.
	Steps       []Step
	Responsible *staff.Person       // nil: nobody is set
	SupplierID  int64               // of a rule; 0: none names one
	Production  calendar.Production // of the company, about the moment
	Chosen
}

// Step is a level of the chain.
type Step struct {
	staff.Person
	// Members are those of the level in the order of asking; the chain keeps them when it
	// is frozen, so that who stands there is read live (F37).
	Members []int64
}

// Level is the step as it is kept.
func (s Step) level() staff.Level { return staff.Level{N: s.Level, Members: s.Members} }

// Executor is the first of the chain who is at work; nil: nobody is.
func (a Answer) Executor() *staff.Person {
	for i := range a.Steps {
		if a.Steps[i].OnDuty {
			return &a.Steps[i].Person
		}
	}
	return nil
}

// People are the chain.
func (a Answer) People() []staff.Person {
	out := make([]staff.Person, 0, len(a.Steps))
	for _, s := range a.Steps {
		out = append(out, s.Person)
	}
	return out
}

// Why says in words what decided, of a reason called so.
func (a Answer) Why(reason string) string {
	e := a.Executor()
	if e == nil {
		return "никого на дежурстве: займётся ответственный и старший смены"
	}
	if a.Chosen.Executors != nil {
		return fmt.Sprintf("правило № %d (%s): исполнитель %d-го уровня на дежурстве", a.Chosen.Executors.ID, a.Chosen.Executors.Exactness(), e.Level)
	}
	return fmt.Sprintf("причина «%s» и дом: исполнитель %d-го уровня на дежурстве", reason, e.Level)
}

// Exactness says in words how specific the rule is: "по причине, для дома, в любое время".
func (r Rule) Exactness() string {
	s := r.Specificity()
	return strings.Join([]string{
		[]string{"по любой причине", "по виду работ", "по причине"}[s.What],
		[]string{"для всех домов", "для группы домов", "для дома"}[s.Where],
		map[Hours]string{Any: "в любое время", Working: "в рабочее время", Off: "ночью и в выходные", Windows: "в свои часы"}[r.Hours],
	}, ", ")
}

// Decide tells whose work a request is at a moment.
func (s *Service) Decide(ctx context.Context, tx *pg.Tx, q Question) (Answer, error) {
	if q.At.IsZero() {
		q.At = tx.Now
	}
	d := calendar.DateOf(q.At.UTC())
	if q.Changes == nil {
		now, err := s.staff.Changes(ctx, tx, q.CompanyID)
		if err != nil {
			return Answer{}, err
		}
		q.Changes = &now
	}
	now := *q.Changes
	b, err := s.staff.BoardAt(ctx, tx, q.CompanyID, d, d+boardDays, now)
	if err != nil {
		return Answer{}, err
	}
	rules, groups, err := s.rulesAbout(ctx, tx, q, now)
	if err != nil {
		return Answer{}, err
	}
	var office Office
	p := Place{ReasonID: q.ReasonID, WorkTypeID: q.WorkTypeID, BuildingID: q.BuildingID, Groups: groups}
	if len(rules) > 0 {
		if q.Company == nil {
			c, err := s.companies.ByID(ctx, tx, q.CompanyID)
			if err != nil {
				return Answer{}, err
			}
			q.Company = &c
		}
		office = OfficeOf(q.Company.Settings, b.Production)
	}
	return answer(b, choose(rules, p, q.At.In(company.Location(q.Zone)), office), p, q.At), nil
}

// boardDays is how far a board looks on: a chain is over long before.
const boardDays = 2

// answer puts people in the places of what was chosen.
func answer(b *staff.Board, c Chosen, p Place, at time.Time) Answer {
	out := Answer{Chosen: c, Production: b.Production}
	q := staff.Query{CompanyID: b.CompanyID, BuildingID: p.BuildingID, WorkTypeID: p.WorkTypeID}
	levels := b.Levels(q, "executor")
	if c.Executors != nil {
		levels = c.Executors.Levels
	}
	byLevel := map[int][]int64{}
	for _, l := range levels {
		byLevel[l.N] = l.Members
	}
	for _, x := range b.Chain(levels, at) {
		out.Steps = append(out.Steps, Step{x, byLevel[x.Level]})
	}
	if c.Responsible != nil {
		if chain := b.Chain([]staff.Level{{N: 1, Members: []int64{c.Responsible.ResponsibleID}}}, at); len(chain) > 0 {
			out.Responsible = &chain[0]
		}
	}
	if out.Responsible == nil { // none is named, or he was dismissed
		out.Responsible = b.Responsible(q, at)
	}
	if c.Supplier != nil {
		out.SupplierID = c.Supplier.SupplierID
	}
	return out
}

// Restand is who stands on levels of a frozen chain now, without those taken already
// (F37, F38): the order is that of the start, the people are those of this moment.
func (s *Service) Restand(ctx context.Context, tx *pg.Tx, companyID int64, levels []staff.Level, taken ...int64) ([]staff.Person, error) {
	d := calendar.DateOf(tx.Now.UTC())
	b, err := s.staff.KeptBoard(ctx, tx, companyID, d, d+boardDays)
	if err != nil {
		return nil, err
	}
	return b.Chain(levels, tx.Now, taken...), nil
}
