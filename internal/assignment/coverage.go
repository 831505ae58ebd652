package assignment

import (
	"cmp"
	"context"
	"slices"
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

// Hole is what a gap of coverage is about.
type Hole string

// The kinds of holes.
const (
	Nobody    Hole = "nobody"     // никого на дежурстве; аварийная – никого, кому можно позвонить
	FewLevels Hole = "few_levels" // аварийная, меньше трёх уровней, которым можно позвонить (E1)
	Twice     Hole = "twice"      // один человек на двух уровнях (F36)
)

// Gap are reasons and houses with the same hole in the same hours.
type Gap struct {
	Hole    Hole
	RuleID  int64 // whose people are missing; 0: the duties of people's cards
	Reasons []ReasonSet
	Houses  HouseSet
	Hours   []HourRange // by the clock of the company
	Slots   int         // quarters of an hour
	reasons []int64
	houses  []int64
	mask    mask
}

// ReasonSet are reasons of one category.
type ReasonSet struct {
	Category string
	IsAll    bool // every reason of the category the hole can be about
	Names    []string
	Count    int
}

// HouseSet are houses: all of the company, those of a group, or named ones.
type HouseSet struct {
	IsAll   bool
	GroupID int64 // exactly this group; 0: not one
	Group   string
	IDs     []int64 // the first of them
	Names   []string
	Count   int
}

// PersonGap is what is wrong with a person or a rule at any hour.
type PersonGap struct {
	Kind     string // no_phone, dials, dismissed, tie
	MemberID int64
	Name     string
	RuleID   int64
	OtherID  int64 // of tie: the other rule
	Numbers  int   // of dials: the person's numbers
	Fit      int   // of dials: how many fit into the time of a level
}

// Coverage is how well the week that begins now is manned.
type Coverage struct {
	From, To        time.Time
	Zone            string
	Reasons, Houses int
	Emergencies     int
	Leaderless      int // reasons for which, somewhere, nobody answers
	Gaps            []Gap
	People          []PersonGap
	More            int // gaps that are not shown
}

// IsFull reports whether nothing is missing.
func (c Coverage) IsFull() bool {
	return len(c.Gaps) == 0 && len(c.People) == 0 && c.Reasons > 0 && c.Houses > 0
}

// shown is how many gaps a person can read.
const shown = 200

// Coverage looks at each reason, house and quarter of an hour of the coming week.
// fault.NotFound for a company the actor has nothing to do with.
func (s *Service) Coverage(ctx context.Context, companyID int64) (out Coverage, err error) {
	w, err := s.world(ctx, companyID, time.Time{}, time.Time{})
	if err != nil {
		return out, err
	}
	out, _, _ = w.coverage()
	return out, nil
}

// world reads what coverage is computed from, for weeks that begin between two moments;
// not before now. fault.NotFound for a company the actor has nothing to do with.
func (s *Service) world(ctx context.Context, companyID int64, from, until time.Time) (w world, err error) {
	if !access.From(ctx).Serves(companyID) {
		return w, fault.Missing("company")
	}
	if w.reasons, err = s.reasons.List(ctx, companyID); err != nil {
		return w, err
	}
	if w.houses, err = s.buildings.List(ctx, companyID); err != nil {
		return w, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if w.company, err = s.companies.ByID(ctx, tx, companyID); err != nil {
			return err
		}
		if w.groups, err = s.groups(ctx, tx, companyID); err != nil {
			return err
		}
		if w.rules, err = inForce(ctx, tx, companyID); err != nil {
			return err
		}
		w.now = tx.Now.UTC().Truncate(slot)
		w.from = w.now
		if from.After(w.from) {
			w.from = from.UTC().Truncate(slot)
		}
		first, last := calendar.DateOf(w.from), calendar.DateOf(w.from)+8
		if !until.IsZero() {
			last = max(last, min(calendar.DateOf(until.UTC()), first+7*(farthest-1))+8)
		}
		w.board, err = s.staff.Board(ctx, tx, companyID, first, last)
		return err
	})
	return w, err
}

// world is everything that coverage is computed from.
type world struct {
	now     time.Time // on a quarter of an hour
	from    time.Time
	company company.Company
	reasons []reason.Reason
	houses  []building.Building
	groups  []Group
	rules   []Rule // in order
	board   *staff.Board
}

type patrol struct {
	world
	office Office
	grid   *grid
	byRule map[int64]watch
	byDuty map[dutyKey]watch
	hours  map[hoursKey]mask
	found  map[gapKey]*found
	led    map[dutyKey]bool // somebody has the duty to answer for it
	lone   map[int]bool     // reason classes with a house nobody answers for
}

type hoursKey struct {
	rule int64
	zone string
}

// dutyKey is a kind of work in a class of houses that no duty tells apart.
type dutyKey struct {
	work   int64
	duties int
}

type gapKey struct {
	hole Hole
	rule int64
	mask mask
}

// found are the pairs of classes with one hole: by reason class, the house classes.
type found struct{ pairs map[int][]int }

// coverage looks at the week from w.from on; all are its gaps, those not shown too.
func (w world) coverage() (out Coverage, p *patrol, all []Gap) {
	out = Coverage{From: w.from, To: w.from.Add(slots * slot), Zone: w.company.Zone, Houses: len(w.houses)}
	w.reasons = slices.DeleteFunc(slices.Clone(w.reasons), func(r reason.Reason) bool { return r.Kind == reason.Consultation })
	for _, r := range w.reasons {
		out.Reasons++
		if r.Kind == reason.Emergency {
			out.Emergencies++
		}
	}
	p = &patrol{
		world: w, office: OfficeOf(w.company.Settings, w.board.Production), grid: newGrid(w.board, w.from),
		byRule: map[int64]watch{}, byDuty: map[dutyKey]watch{}, hours: map[hoursKey]mask{}, found: map[gapKey]*found{}, led: map[dutyKey]bool{}, lone: map[int]bool{},
	}
	rcs, hcs := p.reasonClasses(), p.houseClasses()
	for i := range rcs {
		for j := range hcs {
			p.look(i, j, &rcs[i], &hcs[j])
			p.lead(i, &rcs[i], &hcs[j])
		}
	}
	for i := range p.lone {
		out.Leaderless += len(rcs[i].reasons)
	}
	all = p.gaps(rcs, hcs)
	out.Gaps = all[:min(shown, len(all)):min(shown, len(all))]
	out.More = len(all) - len(out.Gaps)
	out.People = p.people()
	return out, p, all
}

// look finds the holes of one pair of classes.
func (p *patrol) look(i, j int, rc *reasonClass, hc *houseClass) {
	left := everything
	for _, r := range hc.rules {
		if len(r.Levels) == 0 || r.ReasonID != 0 && r.ReasonID != rc.place.ReasonID || r.WorkTypeID != 0 && r.WorkTypeID != rc.place.WorkTypeID {
			continue
		}
		when := left.and(p.when(r, hc.zone))
		if when.empty() {
			continue
		}
		w, known := p.byRule[r.ID]
		if !known {
			w = p.grid.man(r.Levels)
			p.byRule[r.ID] = w
		}
		p.note(i, j, rc.emergency, r.ID, when, w)
		if left = left.without(when); left.empty() {
			return
		}
	}
	k := dutyKey{rc.place.WorkTypeID, hc.duties}
	w, known := p.byDuty[k]
	if !known {
		w = p.grid.man(p.board.Levels(p.asked(k, hc), "executor"))
		p.byDuty[k] = w
	}
	p.note(i, j, rc.emergency, 0, left, w)
}

// asked is the question to the duties; the first house of a class stands for all.
func (p *patrol) asked(k dutyKey, hc *houseClass) staff.Query {
	return staff.Query{CompanyID: p.company.ID, WorkTypeID: k.work, BuildingID: hc.houses[0]}
}

// lead looks whether somebody always answers for a pair of classes.
func (p *patrol) lead(i int, rc *reasonClass, hc *houseClass) {
	left := everything
	for _, r := range hc.rules {
		if r.ResponsibleID != 0 && (r.ReasonID == 0 || r.ReasonID == rc.place.ReasonID) && (r.WorkTypeID == 0 || r.WorkTypeID == rc.place.WorkTypeID) {
			left = left.without(p.when(r, hc.zone))
		}
	}
	if left.empty() {
		return
	}
	k := dutyKey{rc.place.WorkTypeID, hc.duties}
	led, known := p.led[k]
	if !known {
		led = p.board.Responsible(p.asked(k, hc), p.from) != nil
		p.led[k] = led
	}
	if !led {
		p.lone[i] = true
	}
}

var everything = everySlot(func(int) bool { return true })

func (p *patrol) note(i, j int, emergency bool, rule int64, when mask, w watch) {
	manned := w.some
	if emergency {
		manned = w.call
	}
	p.add(i, j, Nobody, rule, when.without(manned))
	if emergency {
		p.add(i, j, FewLevels, rule, when.and(manned).without(w.three))
	}
	p.add(i, j, Twice, rule, when.and(w.twice))
}

func (p *patrol) add(i, j int, hole Hole, rule int64, m mask) {
	if m.empty() {
		return
	}
	k := gapKey{hole, rule, m}
	f := p.found[k]
	if f == nil {
		f = &found{pairs: map[int][]int{}}
		p.found[k] = f
	}
	f.pairs[i] = append(f.pairs[i], j)
}

// when are the quarters in which a rule holds in houses of a zone.
func (p *patrol) when(r *Rule, zone string) mask {
	if r.Hours == Any {
		return everything
	}
	k := hoursKey{r.ID, zone}
	m, known := p.hours[k]
	if !known {
		l := company.Location(zone)
		m = everySlot(func(i int) bool { return r.holds(p.grid.at(i).In(l), p.office) })
		p.hours[k] = m
	}
	return m
}

// people are what is wrong at any hour: with those who have duties or stand in rules.
func (p *patrol) people() (out []PersonGap) {
	inRule := map[int64]int64{} // the first rule a person stands in
	shared := sharing(p.groups)
	for i := range p.rules {
		r := &p.rules[i]
		ids := []int64{r.ResponsibleID}
		for _, l := range r.Levels {
			ids = append(ids, l.Members...)
		}
		for _, id := range ids {
			m, known := p.board.Member(id, p.from)
			if known && m.IsArchived {
				out = append(out, PersonGap{Kind: "dismissed", MemberID: id, Name: m.Name, RuleID: r.ID})
			}
			if inRule[id] == 0 {
				inRule[id] = r.ID
			}
		}
		for n := range p.rules[:i] {
			if tie(p.rules[n], *r, shared) {
				out = append(out, PersonGap{Kind: "tie", RuleID: r.ID, OtherID: p.rules[n].ID})
			}
		}
	}
	fit := p.company.Settings.MostNumbers()
	for _, m := range p.board.Members(p.from) {
		switch needed := len(m.Duties) > 0 || inRule[m.MemberID] != 0; {
		case m.IsArchived || !needed:
		case len(m.AllPhones) == 0:
			out = append(out, PersonGap{Kind: "no_phone", MemberID: m.MemberID, Name: m.Name})
		case len(m.AllPhones) > fit:
			out = append(out, PersonGap{Kind: "dials", MemberID: m.MemberID, Name: m.Name, Numbers: len(m.AllPhones), Fit: fit})
		}
	}
	rank := map[string]int{"tie": 0, "dismissed": 1, "no_phone": 2, "dials": 3}
	slices.SortStableFunc(out, func(a, b PersonGap) int { return cmp.Compare(rank[a.Kind], rank[b.Kind]) })
	return out
}
