package staff

import (
	"slices"
	"time"

	"d24/internal/calendar"
	"d24/internal/clock"
)

// Person is a member of staff who can be called, as he is at a moment.
type Person struct {
	MemberID   int64    `json:"member_id"`
	Name       string   `json:"name"`
	SpokenName string   `json:"spoken_name"` // for words read aloud
	Position   string   `json:"position"`
	Phones     []string `json:"phones"`  // those that may be called at the moment, in the order of dialling
	OnDuty     bool     `json:"on_duty"` // switched on, in his hours, not on leave
	Level      int      `json:"level"`
}

// Member is a person of the directory with everything known about him.
type Member struct {
	Person
	CompanyID    int64
	IsContractor bool
	IsArchived   bool
	SwitchedOn   bool   // the manual switch of duty
	Zone         string // IANA zone he works in
	OwnZone      string // "" when it is the company's
	Version      int
	ArchivedAt   *time.Time
	AllPhones    []Phone
	Channels     []Channel
	Duties       []Duty
	Plans        []Plan  // in order of StartsOn
	Leaves       []Leave // that have not ended at the start of the board's window, in order
	State        State
	Now          *Plan // the schedule that rules the moment's day; nil: none
}

// Phone is a number of a person with the hours it may be called.
type Phone struct {
	Phone string       `json:"phone"`
	Hours []PhoneHours `json:"hours"` // none: at any hour
	Note  string       `json:"note"`
}

// PhoneHours are hours of some days of the week, in the person's zone. To is after
// From and may go over midnight: 22:00–06:00 is {1320, 1800}.
type PhoneHours struct {
	Days []int `json:"days"` // 0 Monday … 6 Sunday; none: every day
	From int   `json:"from"` // minutes from midnight
	To   int   `json:"to"`
}

// Covers reports whether the clock on the wall is in the hours.
func (h PhoneHours) Covers(at time.Time) bool {
	minute, today := at.Hour()*60+at.Minute(), calendar.DateOf(at)
	for back := range 2 {
		m, d := minute+back*1440, (today - calendar.Date(back)).Monday()
		if m >= h.From && m < h.To && (len(h.Days) == 0 || slices.Contains(h.Days, d)) {
			return true
		}
	}
	return false
}

func covers(hs []PhoneHours, at time.Time) bool {
	return len(hs) == 0 || slices.ContainsFunc(hs, func(h PhoneHours) bool { return h.Covers(at) })
}

// Channel is a way of handing requests over (S3).
type Channel struct {
	Channel string       `json:"channel"` // call, sms, push, telegram, email
	Address string       `json:"address"` // of Telegram or e-mail
	Kinds   []string     `json:"kinds"`   // emergency, planned, paid; none: all
	Hours   []PhoneHours `json:"hours"`   // none: at any hour
}

// ChannelsAt are the ways a request of this kind is handed to a person at the moment, in
// order. An emergency is handed over by a call whatever stands here (E1).
func (m Member) ChannelsAt(kind string, at time.Time) (out []Channel) {
	at = at.In(location(m.Zone))
	for _, c := range m.Channels {
		if (len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind)) && covers(c.Hours, at) {
			out = append(out, c)
		}
	}
	return out
}

// Duty is a piece of work a person answers for.
type Duty struct {
	ID         int64  `json:"id"`
	Role       string `json:"role"`      // executor, responsible
	WorkType   string `json:"work_type"` // "": every kind of work
	WorkTypeID int64  `json:"work_type_id"`
	BuildingID int64  `json:"building_id"` // at most one of house and group; neither: every house
	GroupID    int64  `json:"group_id"`    // of houses: those in it at the moment
	Level      int    `json:"level"`
}

// fits reports whether the duty is about this work in this house; 0 in q asks for all.
func (b *Board) fits(d Duty, q Query) bool {
	return (d.WorkTypeID == 0 || q.WorkTypeID == 0 || d.WorkTypeID == q.WorkTypeID) && (q.BuildingID == 0 || b.in(d, q.BuildingID))
}

// covers reports whether who has the duty gets a request of this work and house.
func (b *Board) covers(d Duty, q Query) bool {
	return (d.WorkTypeID == 0 || d.WorkTypeID == q.WorkTypeID) && b.in(d, q.BuildingID)
}

// in reports whether a house is one of the duty's.
func (b *Board) in(d Duty, building int64) bool {
	if d.GroupID != 0 {
		return slices.Contains(b.grouped[building], d.GroupID)
	}
	return d.BuildingID == 0 || d.BuildingID == building
}

// closeness orders duties of one level: work and house, work and group, work, house,
// group, everything.
func (d Duty) closeness() (n int) {
	if d.WorkTypeID != 0 {
		n += 3
	}
	switch {
	case d.BuildingID != 0:
		n += 2
	case d.GroupID != 0:
		n++
	}
	return n
}

// Plan is a schedule a person works by from a day on.
type Plan struct {
	StartsOn   calendar.Date `json:"starts_on"`
	FirstOn    calendar.Date `json:"first_on"`    // the day the cycle begins with
	ScheduleID int64         `json:"schedule_id"` // 0: none, at work whenever switched on
	Name       string        `json:"name"`
	IsCycle    bool          `json:"is_cycle"`
	ByCalendar bool          `json:"by_calendar"`
	Days       []ShiftDay    `json:"days"`
}

// Code names a shift on the screen.
type Code string

// The codes of shifts.
const (
	DayShift   Code = "day"    // Д
	NightShift Code = "night"  // Н
	FullDay    Code = "full"   // С, сутки
	Office     Code = "office" // 8
	Other      Code = "other"  // другие часы
	Off        Code = "off"    // не работает
)

// usual are the hours of a code where the person's schedule does not say others.
var usual = map[Code]calendar.Hours{
	DayShift: {{From: 480, To: 1200}}, NightShift: {{From: 1200, To: 1920}}, FullDay: {{From: 480, To: 1920}}, Office: {{From: 480, To: 720}, {From: 780, To: 1020}}, Off: {},
}

// ShiftDay is a day of a schedule.
type ShiftDay struct {
	Code  Code           `json:"code"`
	Hours calendar.Hours `json:"hours"`
}

// hoursOf are the hours of a code: as the person's schedule has them, else the usual ones.
func (p Plan) hoursOf(c Code) calendar.Hours {
	for _, d := range p.Days {
		if d.Code == c {
			return d.Hours
		}
	}
	return usual[c]
}

func (p Plan) pattern() calendar.Pattern {
	out := calendar.Pattern{Cycle: p.IsCycle, ByCalendar: p.ByCalendar, Days: make([]calendar.Hours, 0, len(p.Days))}
	for _, d := range p.Days {
		out.Days = append(out.Days, d.Hours)
	}
	return out
}

// Leave is days a person is away, the last one included, in his zone.
type Leave struct {
	ID           int64         `json:"id"`
	Kind         string        `json:"kind"` // vacation, sick, other
	StartsOn     calendar.Date `json:"starts_on"`
	EndsOn       calendar.Date `json:"ends_on"`
	SubstituteID int64         `json:"substitute_id"` // 0: nobody stands in his place
	Note         string        `json:"note"`
}

func (l Leave) on(d calendar.Date) bool { return l.StartsOn <= d && d <= l.EndsOn }

// Why says why somebody is not at work.
type Why string

// Why somebody is not at work; "" when he is.
const (
	Dismissed   Why = "dismissed"    // уволен
	SwitchedOff Why = "switched_off" // снят с дежурства
	OnLeave     Why = "on_leave"     // в отпуске, болен
	ShiftOver   Why = "shift_over"   // не его смена
)

// State is a person at a moment.
type State struct {
	OnDuty    bool
	Until     *time.Time // when that changes by itself; nil: not within the days looked at
	Why       Why
	Leave     *Leave  // that goes on
	StandsFor []int64 // in whose place he stands that day
}

func location(zone string) *time.Location {
	l, err := clock.Zone(zone)
	if err != nil {
		return time.UTC
	}
	return l
}
