// Package staffapi is the HTTP face of a company's people: their cards, schedules,
// leave, and who is on duty.
package staffapi

import (
	"time"

	"d24/internal/platform/httpapi"
)

// StaffRow is a member of staff as he is now.
type StaffRow struct {
	MemberID     int64       `json:"member_id"`
	CompanyID    int64       `json:"company_id"`
	Name         string      `json:"name"`
	Position     string      `json:"position"`
	Phones       []string    `json:"phones" doc:"E.164, in the order of dialling"`
	OnDuty       bool        `json:"on_duty" doc:"switched on, in his hours, not on leave"`
	Until        *time.Time  `json:"until" doc:"when on_duty changes by itself; null: not within a week"`
	Why          string      `json:"why" enum:",dismissed,switched_off,on_leave,shift_over" doc:"why he is not on duty"`
	SwitchedOn   bool        `json:"switched_on" doc:"the manual switch of duty"`
	Zone         string      `json:"zone" doc:"IANA zone he works in"`
	Schedule     string      `json:"schedule" doc:"name of his schedule today; empty: none, on duty whenever switched on"`
	Leave        *StaffAway  `json:"leave" doc:"that goes on now"`
	StandsFor    []StaffName `json:"stands_for" doc:"in whose place he stands today"`
	IsContractor bool        `json:"is_contractor"`
	IsArchived   bool        `json:"is_archived" doc:"dismissed"`
	Duties       []StaffDuty `json:"duties"`
}

// StaffName is a member of staff by name.
type StaffName struct {
	MemberID int64  `json:"member_id"`
	Name     string `json:"name"`
}

// StaffDuty is what a person answers for.
type StaffDuty struct {
	Role       string `json:"role" enum:"executor,responsible"`
	WorkType   string `json:"work_type" doc:"empty: every kind of work"`
	WorkTypeID *int64 `json:"work_type_id" doc:"null: every kind of work"`
	BuildingID *int64 `json:"building_id" doc:"null: every house, or those of the group"`
	GroupID    *int64 `json:"group_id" doc:"of houses: those in it at the moment; null: not by a group"`
	Level      int    `json:"level"`
}

// StaffList is people by name.
type StaffList struct {
	Items []StaffRow `json:"items"`
}

// StaffHours are hours of some days of the week in the person's zone.
type StaffHours struct {
	Days []int `json:"days" maxItems:"7" doc:"0 Monday … 6 Sunday; none: every day"`
	From int   `json:"from" minimum:"0" maximum:"1439" doc:"minutes from midnight"`
	To   int   `json:"to" minimum:"0" maximum:"2879" doc:"minutes from midnight; not after from: of the next day"`
}

// StaffPhone is a number with the hours it may be called.
type StaffPhone struct {
	Phone string       `json:"phone" maxLength:"40" doc:"as people write it; kept as E.164"`
	Hours []StaffHours `json:"hours" maxItems:"14" doc:"none: at any hour"`
	Note  string       `json:"note" maxLength:"100"`
}

// StaffChannel is a way of handing requests over.
type StaffChannel struct {
	Channel string       `json:"channel" enum:"call,sms,push,telegram,email"`
	Address string       `json:"address" maxLength:"200" doc:"of Telegram or e-mail"`
	Kinds   []string     `json:"kinds" maxItems:"3" enum:"emergency,planned,paid" doc:"none: all kinds of requests"`
	Hours   []StaffHours `json:"hours" maxItems:"14" doc:"none: at any hour"`
}

// NewDuty is a duty as it is written.
type NewDuty struct {
	Role       string `json:"role" enum:"executor,responsible"`
	WorkTypeID *int64 `json:"work_type_id" doc:"null: every kind of work"`
	BuildingID *int64 `json:"building_id" doc:"null: every house, or those of the group"`
	GroupID    *int64 `json:"group_id,omitempty" nullable:"true" doc:"of houses, instead of a house; null or absent: not by a group"`
	Level      int    `json:"level" minimum:"1" maximum:"9"`
}

// StaffForm is what is written about a person; lists replace those there were.
type StaffForm struct {
	Name         string         `json:"name" maxLength:"120" doc:"«Гусев П. Н.» or a contractor's name"`
	SpokenName   string         `json:"spoken_name" maxLength:"120" doc:"name and patronymic, for words read aloud"`
	Position     string         `json:"position" maxLength:"120"`
	Zone         string         `json:"zone" maxLength:"60" doc:"IANA zone; empty: the company's"`
	IsContractor bool           `json:"is_contractor"`
	Phones       []StaffPhone   `json:"phones" maxItems:"10"`
	Channels     []StaffChannel `json:"channels" maxItems:"20"`
	Duties       []NewDuty      `json:"duties" maxItems:"200"`
}

// NewStaff is a person to be added.
type NewStaff struct {
	CompanyID int64 `json:"company_id" minimum:"0" doc:"0: the user's own"`
	StaffForm
}

// ChangedStaff is a card to be written.
type ChangedStaff struct {
	Version int `json:"version" minimum:"1" doc:"of the card that was read; 409 when it has changed since"`
	StaffForm
}

// StaffCard is a person whole.
type StaffCard struct {
	StaffRow
	SpokenName  string         `json:"spoken_name"`
	OwnZone     string         `json:"own_zone" doc:"empty: the company's"`
	Version     int            `json:"version"`
	PhoneList   []StaffPhone   `json:"phone_list"`
	Channels    []StaffChannel `json:"channels"`
	Connected   []string       `json:"connected" doc:"channels by which something can be sent already"`
	Plans       []StaffPlan    `json:"plans" doc:"schedules by the day they begin"`
	Leaves      []StaffLeave   `json:"leaves" doc:"that have not ended"`
	OpenTickets int            `json:"open_tickets" doc:"requests in his hands, counted up to 1000"`
	Can         []string       `json:"can" enum:"edit,dismiss,restore"`
	httpapi.After
}

// StaffPlan is a schedule a person works by from a day on.
type StaffPlan struct {
	ScheduleID *int64 `json:"schedule_id" doc:"null: none, on duty whenever switched on"`
	Name       string `json:"name"`
	StartsOn   string `json:"starts_on" format:"date"`
	FirstOn    string `json:"first_on" format:"date" doc:"the day the cycle begins with"`
	IsCycle    bool   `json:"is_cycle"`
	Now        bool   `json:"now" doc:"rules today"`
}

// StaffLeave is days away, the last one included.
type StaffLeave struct {
	ID         int64      `json:"id"`
	Kind       string     `json:"kind" enum:"vacation,sick,other"`
	StartsOn   string     `json:"starts_on" format:"date"`
	EndsOn     string     `json:"ends_on" format:"date"`
	Substitute *StaffHeir `json:"substitute"`
	Note       string     `json:"note"`
}

// StaffAway is a leave that goes on; null: none.
type StaffAway struct {
	_ struct{} `nullable:"true"`
	StaffLeave
}

// StaffHeir is who stands in somebody's place; null: nobody.
type StaffHeir struct {
	_        struct{} `nullable:"true"`
	MemberID int64    `json:"member_id"`
	Name     string   `json:"name"`
}

// LeaveForm is a leave as it is written.
type LeaveForm struct {
	Kind         string `json:"kind" enum:"vacation,sick,other"`
	StartsOn     string `json:"starts_on" format:"date"`
	EndsOn       string `json:"ends_on" format:"date" doc:"the last day away"`
	SubstituteID *int64 `json:"substitute_id" doc:"null: nobody stands in his place"`
	Note         string `json:"note,omitempty" maxLength:"300"`
}

// Dismissal says who gets a dismissed person's open requests.
type Dismissal struct {
	HandTo *int64 `json:"hand_to" doc:"null: whom the rules give them"`
}

// DutySwitch is the manual switch.
type DutySwitch struct {
	OnDuty bool `json:"on_duty"`
}

// AssignForm gives a schedule from a day on.
type AssignForm struct {
	ScheduleID *int64 `json:"schedule_id" doc:"null: none, on duty whenever switched on"`
	StartsOn   string `json:"starts_on" format:"date"`
	FirstOn    string `json:"first_on,omitempty" format:"date" doc:"the day the cycle begins with; absent: starts_on"`
}

// ShiftHours is one shift, in minutes from the midnight its day begins with; to goes
// over midnight: 20:00–08:00 is 1200–1920.
type ShiftHours struct {
	From int `json:"from" minimum:"0" maximum:"1439"`
	To   int `json:"to" minimum:"1" maximum:"2879"`
}

// ShiftDay is a day of a schedule.
type ShiftDay struct {
	Code  string       `json:"code" enum:"day,night,full,office,other,off"`
	Hours []ShiftHours `json:"hours,omitempty" maxItems:"6" doc:"none: the usual hours of the code"`
}

// WorkSchedule is a template of shifts.
type WorkSchedule struct {
	ID         int64      `json:"id"`
	CompanyID  int64      `json:"company_id"`
	Name       string     `json:"name"`
	IsCycle    bool       `json:"is_cycle" doc:"false: seven days from Monday"`
	ByCalendar bool       `json:"by_calendar" doc:"holidays off, short days an hour shorter"`
	Days       []ShiftDay `json:"days"`
	Version    int        `json:"version"`
	httpapi.After
}

// WorkScheduleForm is a template as it is written.
type WorkScheduleForm struct {
	CompanyID  int64      `json:"company_id,omitempty" minimum:"0" doc:"of a new one; 0: the user's own"`
	Name       string     `json:"name" maxLength:"80"`
	IsCycle    bool       `json:"is_cycle"`
	ByCalendar bool       `json:"by_calendar"`
	Days       []ShiftDay `json:"days" maxItems:"60"`
	Version    int        `json:"version,omitempty" minimum:"0" doc:"of the one that was read"`
}

// WorkScheduleList is templates by name.
type WorkScheduleList struct {
	Items []WorkSchedule `json:"items"`
}

// WorkTypeList is kinds of work by name.
type WorkTypeList struct {
	Items []WorkTypeRow `json:"items"`
}

// WorkTypeRow is a kind of work.
type WorkTypeRow struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// ScheduleMonth is the grid of a month.
type ScheduleMonth struct {
	Month  string          `json:"month" doc:"2026-11"`
	Today  string          `json:"today" format:"date"`
	Days   []ScheduleDay   `json:"days"`
	Rows   []ScheduleRow   `json:"rows" doc:"staff by kind of work and name, then contractors"`
	Totals []ScheduleTotal `json:"totals"`
	httpapi.After
}

// ScheduleDay is a day of the production calendar.
type ScheduleDay struct {
	Day         string `json:"day" format:"date"`
	Kind        string `json:"kind" enum:"workday,short,day_off,holiday"`
	Note        string `json:"note"`
	Provisional bool   `json:"provisional" doc:"the year's decree is not known: computed by the law alone"`
	Own         bool   `json:"own" doc:"set by the company"`
}

// ScheduleRow is a person's month.
type ScheduleRow struct {
	MemberID     int64          `json:"member_id"`
	Name         string         `json:"name"`
	Position     string         `json:"position"`
	Schedule     string         `json:"schedule" doc:"name of his schedule; empty: none"`
	Trade        string         `json:"trade" doc:"kind of work he is first of all for; empty: any"`
	IsContractor bool           `json:"is_contractor"`
	SwitchedOn   bool           `json:"switched_on"`
	Cells        []ScheduleCell `json:"cells" doc:"one a day"`
	Leaves       []StaffLeave   `json:"leaves"`
}

// ScheduleCell is a day of a person.
type ScheduleCell struct {
	Code      string       `json:"code" enum:"day,night,full,office,other,off,always" doc:"always: no schedule, on duty whenever switched on"`
	Hours     []ShiftHours `json:"hours"`
	Own       bool         `json:"own" doc:"set for this day by hand"`
	Leave     bool         `json:"leave"`
	StandsFor []StaffName  `json:"stands_for" doc:"the shift is of those he stands for"`
}

// ScheduleTotal counts people of a kind of work with a shift on each day.
type ScheduleTotal struct {
	WorkTypeID int64     `json:"work_type_id" doc:"0: people of any work"`
	WorkType   string    `json:"work_type"`
	Counts     []int     `json:"counts"`
	Candidates [][]int64 `json:"candidates" doc:"who could be asked to work that day, by member_id"`
}

// ScheduleMarks are days written by hand; all of them or none.
type ScheduleMarks struct {
	CompanyID int64          `json:"company_id,omitempty" minimum:"0" doc:"0: the user's own"`
	Month     string         `json:"month" pattern:"^20[0-9]{2}-(0[1-9]|1[0-2])$" patternDescription:"2026-11" doc:"the grid to answer with"`
	Cells     []ScheduleMark `json:"cells" maxItems:"1000"`
}

// ScheduleMark is one day of a person.
type ScheduleMark struct {
	MemberID int64        `json:"member_id"`
	Day      string       `json:"day" format:"date"`
	Code     string       `json:"code" enum:",day,night,full,office,other,off" doc:"empty: the schedule rules again"`
	Hours    []ShiftHours `json:"hours,omitempty" maxItems:"6" doc:"none: the usual hours of the code"`
}

// DutyWatch is who stands by at a moment.
type DutyWatch struct {
	At          time.Time   `json:"at"`
	People      []DutyRow   `json:"people" doc:"who has a duty there, those at work first"`
	Executors   []DutyLevel `json:"executors" doc:"whom the system would call, in this order"`
	Responsible *DutyHead   `json:"responsible"`
}

// DutyRow is a person at the moment.
type DutyRow struct {
	StaffRow
	Level int `json:"level" doc:"the best one as an executor; 0: none"`
}

// DutyLevel is a step of handing over.
type DutyLevel struct {
	Level    int      `json:"level"`
	MemberID int64    `json:"member_id"`
	Name     string   `json:"name"`
	Phones   []string `json:"phones" doc:"those that may be called at the moment"`
	OnDuty   bool     `json:"on_duty" doc:"false: the level is skipped"`
}

// DutyHead is who answers for the work; null: nobody.
type DutyHead struct {
	_        struct{} `nullable:"true"`
	MemberID int64    `json:"member_id"`
	Name     string   `json:"name"`
	Phones   []string `json:"phones"`
	OnDuty   bool     `json:"on_duty"`
}

// WorkCalendar is the production calendar of a year.
type WorkCalendar struct {
	Year        int           `json:"year"`
	Source      string        `json:"source" doc:"the decree; empty: not known"`
	Provisional bool          `json:"provisional"`
	Days        []ScheduleDay `json:"days" doc:"those that differ from an ordinary week"`
}

// CalendarDay is a company's own day over the production calendar.
type CalendarDay struct {
	CompanyID int64  `json:"company_id,omitempty" minimum:"0" doc:"0: the user's own"`
	Day       string `json:"day" format:"date"`
	Kind      string `json:"kind" enum:",workday,short,day_off,holiday" doc:"empty: as the country has it"`
	Note      string `json:"note,omitempty" maxLength:"120"`
}
