package assignment

import (
	"context"
	"fmt"
	"time"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
)

// Preview is what would become of a request at a moment (R4).
type Preview struct {
	At       time.Time
	Zone     string // of the house
	Address  string
	Reason   reason.Reason
	Terms    reason.Terms // as far as they do not depend on answers
	Turns    []Turn
	Executor *staff.Person // who would get it; nil: nobody is at work
	Lead     *staff.Person // who answers for it
	Supplier Named         // zero: none
	Chosen
	Why []string // in words: what decided each part
}

// Turn is a level and when it would be asked, when nobody before takes the request.
type Turn struct {
	staff.Person           // as he is at his turn
	At           time.Time // of an emergency; of others the moment itself: they go on by refusals
	Channels     []staff.Channel
	InPlaceOf    string // who is on leave; "": he himself
	IsSkipped    bool   // not at work then, or without a phone of that hour: no time is lost on him
	Others       []string
}

// Preview tells who would get a request. At a zero moment it is now. fault.Invalid
// names the field that is wrong; it is not kept anywhere.
func (s *Service) Preview(ctx context.Context, q Question) (out Preview, err error) {
	if !access.From(ctx).Serves(q.CompanyID) {
		return out, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if q.At.IsZero() {
			q.At = tx.Now
		}
		if q.At.Before(tx.Now.AddDate(-5, 0, 0)) || q.At.After(tx.Now.AddDate(5, 0, 0)) {
			return fault.New(fault.Invalid, "preview.moment", "Время слишком далеко: не больше пяти лет от сегодня.").At("body.at", "не больше пяти лет от сегодня")
		}
		house, err := s.buildings.ByID(ctx, tx, q.BuildingID)
		if fault.KindOf(err) == fault.NotFound || err == nil && house.CompanyID != q.CompanyID {
			return fault.New(fault.Invalid, "preview.building", "Выберите дом из списка.").At("body.building_id", "этого дома у компании нет")
		}
		if err != nil {
			return err
		}
		if out.Reason, err = s.reasons.ByID(ctx, tx, q.CompanyID, q.ReasonID); fault.KindOf(err) == fault.NotFound {
			return fault.New(fault.Invalid, "preview.reason", "Выберите причину обращения.").At("body.reason_id", "такой причины у компании нет")
		}
		if err != nil {
			return err
		}
		if out.Reason.Kind == reason.Consultation {
			return fault.New(fault.Invalid, "preview.consultation", "Это консультация: заявка по ней не создаётся.").At("body.reason_id", "по консультации заявки не бывает")
		}
		return s.foresee(ctx, tx, q, house, &out)
	})
	return out, err
}

func (s *Service) foresee(ctx context.Context, tx *pg.Tx, q Question, house building.Building, out *Preview) error {
	q.WorkTypeID, q.Zone = out.Reason.WorkTypeID, house.Zone
	a, err := s.Decide(ctx, tx, q)
	if err != nil {
		return err
	}
	c, err := s.companies.ByID(ctx, tx, q.CompanyID)
	if err != nil {
		return err
	}
	d := calendar.DateOf(q.At.UTC())
	b, err := s.staff.Board(ctx, tx, q.CompanyID, d, d+boardDays)
	if err != nil {
		return err
	}
	out.At, out.Zone, out.Address = q.At, house.Zone, building.Address(house, "")
	out.Terms = out.Reason.Terms(reason.Moment{At: q.At, Zone: company.Location(house.Zone), Production: b.Production})
	out.Chosen = a.Chosen
	out.Executor, out.Lead = a.Executor(), a.Responsible
	out.Turns = turns(b, a, string(out.Reason.Kind), q.At, c.Settings)
	if out.Supplier, err = s.SupplierOf(ctx, tx, q, a, out.Reason.SupplierKind); err != nil {
		return err
	}
	out.Why = why(*out)
	return nil
}

// turns walks the chain as an escalation would: a level that cannot be asked costs no
// time, each other the company's minutes.
func turns(b *staff.Board, a Answer, kind string, at time.Time, s company.Settings) (out []Turn) {
	var taken []int64
	for _, step := range a.Steps {
		for _, who := range b.Chain([]staff.Level{step.level()}, at, taken...) {
			m, _ := b.Member(who.MemberID, at)
			t := Turn{Person: who, At: at, Channels: m.ChannelsAt(kind, at), IsSkipped: !who.OnDuty || len(who.Phones) == 0}
			if kind != string(reason.Emergency) {
				t.IsSkipped = !who.OnDuty
			}
			for _, id := range step.Members {
				x, _ := b.Member(id, at)
				switch stands, there := b.Stands(id, at); {
				case id == who.MemberID || !there:
				case stands == who.MemberID:
					t.InPlaceOf = x.Name
				default:
					t.Others = append(t.Others, x.Name)
				}
			}
			taken = append(taken, who.MemberID)
			out = append(out, t)
			if !t.IsSkipped && kind == string(reason.Emergency) {
				at = at.Add(s.Minutes(s.StepMin))
			}
		}
	}
	return out
}

// SupplierFor is the supplier that a request of a reason and a house concerns at a
// moment: the one a rule names, otherwise the one of the reason's kind that serves the
// house. Without an id: none is concerned, or the company has none.
func (s *Service) SupplierFor(ctx context.Context, tx *pg.Tx, q Question) (Named, error) {
	r, err := s.reasons.ByID(ctx, tx, q.CompanyID, q.ReasonID)
	if err != nil {
		return Named{}, err
	}
	q.WorkTypeID = r.WorkTypeID
	a, err := s.Decide(ctx, tx, q)
	if err != nil {
		return Named{}, err
	}
	return s.SupplierOf(ctx, tx, q, a, r.SupplierKind)
}

// SupplierOf is the supplier of an answer that Decide gave.
func (s *Service) SupplierOf(ctx context.Context, tx *pg.Tx, q Question, a Answer, kind string) (Named, error) {
	if a.SupplierID == 0 {
		if s.suppliersFrom == nil || kind == "" {
			return Named{}, nil
		}
		return s.suppliersFrom.SupplierFor(ctx, tx, q.CompanyID, q.BuildingID, kind)
	}
	ss, err := s.suppliers(ctx, tx, q.CompanyID)
	for _, x := range ss {
		if x.ID == a.SupplierID {
			return x, err
		}
	}
	return Named{ID: a.SupplierID}, err
}

func why(p Preview) (out []string) {
	part := func(what string, r *Rule, otherwise string) {
		if r != nil {
			otherwise = fmt.Sprintf("правило № %d, %s", r.ID, r.Exactness())
		}
		out = append(out, what+": "+otherwise)
	}
	part("Исполнители", p.Chosen.Executors, "правила нет, по видам работ и домам из карточек сотрудников")
	part("Ответственный", p.Chosen.Responsible, "правила нет, по карточкам сотрудников")
	if p.Supplier.ID != 0 {
		part("РСО", p.Chosen.Supplier, "правила нет, по справочнику РСО")
	}
	switch {
	case p.Executor == nil:
		out = append(out, "На дежурстве никого: займутся ответственный и старший смены")
	default:
		out = append(out, fmt.Sprintf("%s на дежурстве, уровень %d", p.Executor.Name, p.Executor.Level))
	}
	return out
}
