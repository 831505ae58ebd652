package staff

import (
	"slices"
	"time"

	"d24/internal/calendar"
)

// Board is the people of a company over a stretch of days, with everything that
// decides who is at work when. It is a value: it reads nothing and never changes.
type Board struct {
	CompanyID   int64
	First, Last calendar.Date // the days known
	Production  calendar.Production

	members []*onBoard
	leavers []*onBoard // those who have leaves
	byID    map[int64]*onBoard
	grouped map[int64][]int64 // by house, its groups; nil when no duty is by group
}

type onBoard struct {
	Member
	zone  *time.Location
	days  map[calendar.Date]ShiftDay
	spans []calendar.Span // of work, the switch aside; made once
	made  bool
}

// Query is a place of work; a zero At is the moment of the transaction.
type Query struct {
	CompanyID, BuildingID, WorkTypeID int64
	At                                time.Time
}

// Members are the people in order of their names, as they are at the moment.
func (b *Board) Members(at time.Time) []Member {
	out := make([]Member, 0, len(b.members))
	for _, m := range b.members {
		out = append(out, b.at(m, at))
	}
	return out
}

// Member is one of them; false: no such person on the board.
func (b *Board) Member(id int64, at time.Time) (Member, bool) {
	m := b.byID[id]
	if m == nil {
		return Member{}, false
	}
	return b.at(m, at), true
}

func (b *Board) at(m *onBoard, at time.Time) Member {
	out := m.Member
	out.State = b.state(m, at)
	out.OnDuty = out.State.OnDuty
	out.Now = m.plan(calendar.DateOf(at.In(m.zone)))
	out.Phones = []string{}
	local := at.In(m.zone)
	for _, p := range m.AllPhones {
		if covers(p.Hours, local) {
			out.Phones = append(out.Phones, p.Phone)
		}
	}
	return out
}

func (m *onBoard) leaveOn(d calendar.Date) *Leave {
	for i := range m.Leaves {
		if m.Leaves[i].on(d) {
			return &m.Leaves[i]
		}
	}
	return nil
}

// plan is the schedule that rules a day; nil: none.
func (m *onBoard) plan(d calendar.Date) *Plan {
	for i := len(m.Plans) - 1; i >= 0; i-- {
		if p := &m.Plans[i]; p.StartsOn <= d {
			if p.ScheduleID == 0 {
				return nil
			}
			return p
		}
	}
	return nil
}

// base is what a person works on a day by his own schedule. scheduled is false for
// one who has none: he is at work all day.
func (b *Board) base(m *onBoard, d calendar.Date) (day ShiftDay, scheduled bool) {
	if x, ok := m.days[d]; ok {
		return x, true
	}
	p := m.plan(d)
	if p == nil {
		return ShiftDay{Code: FullDay, Hours: calendar.Hours{{From: 0, To: 1440}}}, false
	}
	day = ShiftDay{Code: Off, Hours: p.pattern().On(d, p.FirstOn, b.Production)}
	switch n := len(p.Days); {
	case len(day.Hours) == 0:
	case p.IsCycle:
		day.Code = p.Days[((int(d-p.FirstOn)%n)+n)%n].Code
	default:
		day.Code = p.Days[b.Production.Day(d).WorkedAs.Monday()].Code
	}
	return day, true
}

// substitute is who stands in the place of a person away on a day: his substitute,
// or that one's when he is away himself; nil: nobody.
func (b *Board) substitute(m *onBoard, d calendar.Date) *onBoard {
	seen := map[int64]bool{}
	for m != nil && !seen[m.MemberID] {
		seen[m.MemberID] = true
		l := m.leaveOn(d)
		if l == nil {
			if m.IsArchived {
				return nil
			}
			return m
		}
		m = b.byID[l.SubstituteID]
	}
	return nil
}

// standsFor are those in whose place a person stands on a day.
func (b *Board) standsFor(m *onBoard, d calendar.Date) (out []*onBoard) {
	for _, x := range b.leavers {
		if x != m && x.leaveOn(d) != nil && b.substitute(x, d) == m {
			out = append(out, x)
		}
	}
	return out
}

// Cell is a day of a person in the month grid.
type Cell struct {
	Date calendar.Date
	ShiftDay
	Scheduled bool    // false: no schedule, at work whenever switched on
	Own       bool    // set for this day alone, against the schedule
	Leave     *Leave  // away that day
	StandsFor []int64 // the shift is of those he stands for
}

// Cell tells what a person works on a day.
func (b *Board) Cell(memberID int64, d calendar.Date) Cell {
	m := b.byID[memberID]
	if m == nil {
		return Cell{Date: d, ShiftDay: ShiftDay{Code: Off}}
	}
	c := Cell{Date: d, Leave: m.leaveOn(d)}
	_, c.Own = m.days[d]
	c.ShiftDay, c.Scheduled = b.base(m, d)
	if c.Leave != nil || c.Own {
		return c
	}
	taken := b.taken(m, d)
	if len(taken) == 0 {
		return c
	}
	c.ShiftDay, c.Scheduled = ShiftDay{Code: Off}, true
	for _, x := range taken {
		c.StandsFor = append(c.StandsFor, x.MemberID)
		if day, _ := b.base(x, d); len(day.Hours) > 0 && c.Code == Off {
			c.ShiftDay = day
		}
	}
	return c
}

// taken are those whose shifts a person works on a day instead of his own: he stands
// for them, and they have a schedule.
func (b *Board) taken(m *onBoard, d calendar.Date) (out []*onBoard) {
	for _, x := range b.standsFor(m, d) {
		if _, scheduled := b.base(x, d); scheduled {
			out = append(out, x)
		}
	}
	return out
}

// work are the stretches a person is at work when he is switched on: his own shifts
// less his leave, and the shifts of those he stands for while they are away. The shifts
// of a person away are thus worked by his substitute to the minute.
func (b *Board) work(m *onBoard) []calendar.Span {
	if m.made {
		return m.spans
	}
	own := calendar.Spans(b.First-1, b.Last, m.zone, func(d calendar.Date) calendar.Hours {
		day, _ := b.base(m, d)
		if _, exception := m.days[d]; !exception && len(b.taken(m, d)) > 0 {
			return nil // he works another's shifts that day
		}
		return day.Hours
	})
	own = calendar.Without(own, m.away())
	for _, x := range b.leavers {
		if x == m {
			continue
		}
		shifts := calendar.Spans(b.First-1, b.Last, x.zone, func(d calendar.Date) calendar.Hours {
			if day, scheduled := b.base(x, d); scheduled {
				return day.Hours
			}
			return nil
		})
		for d := b.First - 1; d <= b.Last; d++ {
			if x.leaveOn(d) != nil && b.substitute(x, d) == m {
				own = append(own, cut(shifts, calendar.Span{From: d.Begins(x.zone), To: (d + 1).Begins(x.zone)})...)
			}
		}
	}
	m.spans, m.made = calendar.Merge(own), true
	return m.spans
}

// away are the stretches of a person's leave.
func (m *onBoard) away() (out []calendar.Span) {
	for _, l := range m.Leaves {
		out = append(out, calendar.Span{From: l.StartsOn.Begins(m.zone), To: (l.EndsOn + 1).Begins(m.zone)})
	}
	return calendar.Merge(out)
}

// cut are the parts of the stretches that lie in one.
func cut(in []calendar.Span, w calendar.Span) (out []calendar.Span) {
	for _, s := range in {
		if s.From.Before(w.From) {
			s.From = w.From
		}
		if s.To.After(w.To) {
			s.To = w.To
		}
		if s.From.Before(s.To) {
			out = append(out, s)
		}
	}
	return out
}

func (b *Board) state(m *onBoard, at time.Time) State {
	d := calendar.DateOf(at.In(m.zone))
	s := State{Leave: m.leaveOn(d)}
	for _, x := range b.standsFor(m, d) {
		s.StandsFor = append(s.StandsFor, x.MemberID)
	}
	works, until := calendar.At(b.work(m), at)
	if !until.IsZero() && until.Before((b.Last + 1).Begins(m.zone)) {
		s.Until = &until
	}
	switch {
	case m.IsArchived:
		s.Why, s.Until = Dismissed, nil
	case s.Leave != nil:
		s.Why = OnLeave
	case !m.SwitchedOn:
		s.Why, s.Until = SwitchedOff, nil
	case !works:
		s.Why = ShiftOver
	default:
		s.OnDuty = true
	}
	return s
}

// NextChange is the nearest moment after t when somebody comes or leaves by his
// schedule or leave; the end of the board when nobody does before it.
func (b *Board) NextChange(t time.Time) time.Time {
	next := b.Last.Time().Add(-24 * time.Hour) // the last day is not whole in every zone
	for _, m := range b.members {
		for _, s := range append(b.work(m), m.away()...) {
			for _, at := range []time.Time{s.From, s.To} {
				if at.After(t) && at.Before(next) {
					next = at
				}
			}
		}
	}
	return next
}

type candidate struct {
	Member
	duty Duty
}

// candidates are who may get a request of a role by their duties at the moment: on
// each level those at work first, then the most specific duty. Who is on leave is
// replaced by his substitute, when he has one.
func (b *Board) candidates(q Query, role string, at time.Time) (out []candidate) {
	for _, m := range b.members {
		if m.IsArchived {
			continue
		}
		stands := m
		if d := calendar.DateOf(at.In(m.zone)); m.leaveOn(d) != nil {
			if s := b.substitute(m, d); s != nil {
				stands = s
			}
		}
		for _, d := range m.Duties {
			if d.Role == role && b.covers(d, q) {
				out = append(out, candidate{b.at(stands, at), d})
			}
		}
	}
	slices.SortFunc(out, func(a, c candidate) int {
		switch {
		case a.duty.Level != c.duty.Level:
			return a.duty.Level - c.duty.Level
		case a.OnDuty != c.OnDuty:
			if a.OnDuty {
				return -1
			}
			return 1
		case a.duty.closeness() != c.duty.closeness():
			return c.duty.closeness() - a.duty.closeness()
		}
		return int(a.duty.ID - c.duty.ID)
	})
	for i := range out {
		out[i].Level = out[i].duty.Level
	}
	return out
}

// Executors are who does this work in this house at the moment, one on each level: of
// those at work the one with the most specific duty, and when nobody of the level is,
// the one with the most specific duty, not at work. Nobody stands on two levels (F36).
func (b *Board) Executors(q Query, at time.Time) []Person { return b.chain(q, "executor", at) }

// Responsible answers for the work at the moment; nil when nobody is set.
func (b *Board) Responsible(q Query, at time.Time) *Person {
	chain := b.chain(q, "responsible", at)
	for i := range chain {
		if chain[i].OnDuty {
			return &chain[i]
		}
	}
	if len(chain) == 0 {
		return nil
	}
	return &chain[0]
}

func (b *Board) chain(q Query, role string, at time.Time) (out []Person) {
	used := map[int64]bool{}
	level := 0
	for _, c := range b.candidates(q, role, at) {
		if c.duty.Level == level || used[c.MemberID] {
			continue
		}
		level, used[c.MemberID] = c.duty.Level, true
		out = append(out, c.Person)
	}
	return out
}
