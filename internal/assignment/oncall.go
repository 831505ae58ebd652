package assignment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"d24/internal/company"
	"d24/internal/reason"
)

// OnCall is whom the system would call at a moment about emergencies of these reasons in these houses.
type OnCall struct {
	Reasons []ReasonSet
	Houses  HouseSet
	Answer
}

// OnCall is who stands where now, for every emergency that may come: as Decide tells it, those
// with the same people are one. fault.NotFound for a company the actor has nothing to do with.
func (s *Service) OnCall(ctx context.Context, companyID int64) ([]OnCall, error) {
	w, err := s.world(ctx, companyID, time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	return w.onCall(s.Now()), nil
}

// Now is the moment that answers are of.
func (s *Service) Now() time.Time { return s.db.Clock.Now() }

func (w world) onCall(at time.Time) (out []OnCall) {
	w.reasons = slices.DeleteFunc(slices.Clone(w.reasons), func(r reason.Reason) bool { return r.Kind != reason.Emergency })
	p := &patrol{world: w, office: OfficeOf(w.company.Settings, w.board.Production)}
	rcs, hcs := p.reasonClasses(), p.houseClasses()
	answers := map[string]Answer{}
	pairs := map[string]*found{}
	for i := range rcs {
		for j := range hcs {
			a := p.askedOf(&rcs[i], &hcs[j], at)
			k := a.sign()
			if pairs[k] == nil {
				pairs[k], answers[k] = &found{pairs: map[int][]int{}}, a
			}
			pairs[k].pairs[i] = append(pairs[k].pairs[i], j)
		}
	}
	said := p.sayer()
	for k, f := range pairs {
		for _, g := range f.sets(rcs, hcs) {
			said.say(&g)
			out = append(out, OnCall{Reasons: g.Reasons, Houses: g.Houses, Answer: answers[k]})
		}
	}
	slices.SortFunc(out, func(a, b OnCall) int {
		return cmp.Or(cmp.Compare(b.Houses.Count, a.Houses.Count), slices.Compare(a.Houses.IDs, b.Houses.IDs), cmp.Compare(b.reasons(), a.reasons()), cmp.Compare(a.category(), b.category()))
	})
	return out
}

func (o OnCall) reasons() (n int) {
	for _, r := range o.Reasons {
		n += r.Count
	}
	return n
}

func (o OnCall) category() string {
	if len(o.Reasons) == 0 {
		return ""
	}
	return o.Reasons[0].Category + fmt.Sprint(o.Reasons[0].Names)
}

// askedOf is the answer about a pair of classes; their first reason and house stand for all.
func (p *patrol) askedOf(rc *reasonClass, hc *houseClass, at time.Time) Answer {
	place := rc.place
	place.BuildingID = hc.houses[0]
	for _, g := range p.groups {
		if slices.Contains(g.Houses, place.BuildingID) {
			place.Groups = append(place.Groups, g.ID)
		}
	}
	return answer(p.board, choose(p.rules, place, at.In(company.Location(hc.zone)), p.office), place, at)
}

// sign is the same for answers with the same people.
func (a Answer) sign() string {
	ids := []int64{a.SupplierID, 0}
	if a.Responsible != nil {
		ids[1] = a.Responsible.MemberID
	}
	for _, s := range a.Steps {
		ids = append(ids, int64(s.Level), s.MemberID)
	}
	return fmt.Sprint(ids)
}
