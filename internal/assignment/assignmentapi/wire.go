package assignmentapi

import (
	"time"

	"d24/internal/assignment"
	"d24/internal/platform/httpapi"
	"d24/internal/staff"
)

// RuleHours are hours of some days of the week by the clock of the house.
type RuleHours struct {
	Days []int `json:"days" nullable:"false" maxItems:"7" doc:"0 Monday to 6 Sunday; none: every day"`
	From int   `json:"from" minimum:"0" maximum:"1439" doc:"minutes from midnight"`
	To   int   `json:"to" minimum:"0" maximum:"2880" doc:"past 1440, or before from: of the next day"`
}

// RuleLevel is executors of one level in the order of asking.
type RuleLevel struct {
	Members []int64 `json:"members" nullable:"false" maxItems:"20"`
}

// RuleBody is what is written of a rule; 0 stands for any, or for nobody.
type RuleBody struct {
	ReasonID      int64       `json:"reason_id" minimum:"0" doc:"at most one of reason and work type"`
	WorkTypeID    int64       `json:"work_type_id" minimum:"0"`
	BuildingID    int64       `json:"building_id" minimum:"0" doc:"at most one of house and group"`
	GroupID       int64       `json:"group_id" minimum:"0"`
	Hours         string      `json:"hours" enum:"any,working,off,windows"`
	Windows       []RuleHours `json:"windows" nullable:"false" maxItems:"50" doc:"of windows"`
	ResponsibleID int64       `json:"responsible_id" minimum:"0"`
	SupplierID    int64       `json:"supplier_id" minimum:"0"`
	Levels        []RuleLevel `json:"levels" nullable:"false" maxItems:"50" doc:"executors, the first level first"`
	Note          string      `json:"note" maxLength:"2000"`
}

// NewRule is a rule to be made.
type NewRule struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	RuleBody
}

// ChangedRule is a rule written anew.
type ChangedRule struct {
	Version int `json:"version" minimum:"1" doc:"as it was seen: 409 rule.changed when somebody was first"`
	RuleBody
}

// RuleArchive takes a rule out of force or puts it back.
type RuleArchive struct {
	IsArchived bool `json:"is_archived"`
	Version    int  `json:"version" minimum:"1" doc:"as it was seen: 409 rule.changed when somebody was first"`
}

// RuleName is a person, a group of houses, a supplier.
type RuleName struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// RuleStep is a level with its people.
type RuleStep struct {
	Level   int        `json:"level"`
	Members []RuleName `json:"members" nullable:"false"`
}

// RuleRow is a rule with the names of what it is made of; null stands for any, or for nobody.
type RuleRow struct {
	ID          int64          `json:"id"`
	Reason      *httpapi.Named `json:"reason"`
	ReasonKind  string         `json:"reason_kind" enum:"emergency,planned,paid,consultation," doc:"\"\": any reason"`
	WorkType    *httpapi.Named `json:"work_type"`
	Building    *httpapi.Named `json:"building"`
	Group       *httpapi.Named `json:"group"`
	Hours       string         `json:"hours" enum:"any,working,off,windows"`
	Windows     []RuleHours    `json:"windows" nullable:"false"`
	Responsible *httpapi.Named `json:"responsible"`
	Supplier    *httpapi.Named `json:"supplier"`
	Levels      []RuleStep     `json:"levels" nullable:"false"`
	Note        string         `json:"note"`
	IsArchived  bool           `json:"is_archived"`
	Version     int            `json:"version"`
	What        int            `json:"what" doc:"how exactly: 2 reason, 1 kind of work, 0 any; compared first"`
	Where       int            `json:"where" doc:"2 house, 1 group, 0 any; compared second"`
	When        int            `json:"when" doc:"2 own hours, 1 hours by the calendar, 0 any; compared last"`
}

// RuleList is the rules of a company, the most specific first, then the archived, and what rules can be made of.
type RuleList struct {
	Items     []RuleRow  `json:"items"`
	Groups    []RuleName `json:"groups" nullable:"false" doc:"groups of houses"`
	Suppliers []RuleName `json:"suppliers" nullable:"false"`
}

// RuleSaved is a rule as it was saved.
type RuleSaved struct {
	ID       int64    `json:"id"`
	Version  int      `json:"version"`
	Running  int      `json:"running" doc:"escalations that go on by the order they began with (F38)"`
	Warnings []string `json:"warnings" nullable:"false" doc:"in words: what is not forbidden and not good"`
}

// AssignmentAsk asks what would become of a request.
type AssignmentAsk struct {
	CompanyID  int64      `json:"company_id" minimum:"1"`
	ReasonID   int64      `json:"reason_id" minimum:"1"`
	BuildingID int64      `json:"building_id" minimum:"1"`
	At         *time.Time `json:"at,omitempty" doc:"absent: now"`
}

// AssignmentTurn is a level and when it would be asked.
type AssignmentTurn struct {
	Level     int       `json:"level"`
	MemberID  int64     `json:"member_id"`
	Name      string    `json:"name"`
	Position  string    `json:"position"`
	At        time.Time `json:"at" doc:"when his turn would come"`
	OnDuty    bool      `json:"on_duty" doc:"at his turn"`
	HasPhone  bool      `json:"has_phone" doc:"one that may be called at that hour"`
	IsSkipped bool      `json:"is_skipped"`
	InPlaceOf string    `json:"in_place_of" doc:"who is on leave; \"\": he himself"`
	Channels  []string  `json:"channels" nullable:"false" enum:"call,sms,push,telegram,email"`
	Others    []string  `json:"others" nullable:"false" doc:"of the same level"`
}

// AssignmentPreview is what the system would decide at a moment.
type AssignmentPreview struct {
	At          time.Time        `json:"at"`
	Zone        string           `json:"zone" doc:"IANA zone of the house"`
	Address     string           `json:"address"`
	Kind        string           `json:"kind" enum:"emergency,planned,paid"`
	Executor    *httpapi.Named   `json:"executor" doc:"null: nobody is at work"`
	Responsible *httpapi.Named   `json:"responsible"`
	Supplier    *httpapi.Named   `json:"supplier"`
	RuleID      *int64           `json:"rule_id" doc:"that names the executors; null: the duties on people's cards do"`
	Why         []string         `json:"why" nullable:"false" doc:"in words"`
	Turns       []AssignmentTurn `json:"turns" nullable:"false"`
	AcceptBy    *time.Time       `json:"accept_by"`
	LocaliseBy  *time.Time       `json:"localise_by"`
	DueAt       *time.Time       `json:"due_at"`
}

// CoverageReasons are reasons of one category.
type CoverageReasons struct {
	Category string   `json:"category"`
	IsAll    bool     `json:"is_all" doc:"every reason of the category this can be about"`
	Names    []string `json:"names" nullable:"false" doc:"the first of them"`
	Count    int      `json:"count"`
}

// CoverageHouses are the houses of a gap.
type CoverageHouses struct {
	IsAll bool           `json:"is_all"`
	Group *httpapi.Named `json:"group" doc:"exactly this group"`
	Names []string       `json:"names" nullable:"false" doc:"the first of them"`
	IDs   []int64        `json:"ids" nullable:"false"`
	Count int            `json:"count"`
}

// CoverageHours are the same hours of some days of the coming week, in the company's zone.
type CoverageHours struct {
	Days []int `json:"days" nullable:"false" doc:"0 Monday to 6 Sunday"`
	From int   `json:"from" doc:"minutes from midnight"`
	To   int   `json:"to" doc:"past 1440: of the next day"`
}

// CoverageGap is one hole.
type CoverageGap struct {
	Hole    string            `json:"hole" enum:"nobody,few_levels,twice"`
	RuleID  *int64            `json:"rule_id" doc:"whose people are missing; null: duties of people's cards"`
	Reasons []CoverageReasons `json:"reasons" nullable:"false"`
	Houses  CoverageHouses    `json:"houses"`
	Hours   []CoverageHours   `json:"hours" nullable:"false"`
	Minutes int               `json:"minutes" doc:"of the week"`
}

// CoveragePerson is what is wrong with a person or a rule at any hour.
type CoveragePerson struct {
	Kind    string         `json:"kind" enum:"no_phone,dials,dismissed,tie"`
	Member  *httpapi.Named `json:"member"`
	RuleID  *int64         `json:"rule_id"`
	OtherID *int64         `json:"other_id" doc:"of tie: the other rule"`
	Numbers int            `json:"numbers" doc:"of dials: the person's numbers"`
	Fit     int            `json:"fit" doc:"of dials: how many of them fit into the time of a level"`
}

// CoverageReport is how well the coming week is manned.
type CoverageReport struct {
	From        time.Time        `json:"from"`
	To          time.Time        `json:"to"`
	Zone        string           `json:"zone"`
	IsFull      bool             `json:"is_full"`
	Reasons     int              `json:"reasons"`
	Emergencies int              `json:"emergencies"`
	Houses      int              `json:"houses"`
	Gaps        []CoverageGap    `json:"gaps" nullable:"false"`
	More        int              `json:"more" doc:"gaps that are not shown"`
	People      []CoveragePerson `json:"people" nullable:"false"`
}

func (b RuleBody) read() assignment.Rule {
	r := assignment.Rule{
		ReasonID: b.ReasonID, WorkTypeID: b.WorkTypeID, BuildingID: b.BuildingID, GroupID: b.GroupID, Hours: assignment.Hours(b.Hours),
		ResponsibleID: b.ResponsibleID, SupplierID: b.SupplierID, Note: b.Note,
	}
	for _, w := range b.Windows {
		r.Windows = append(r.Windows, staff.PhoneHours(w))
	}
	for i, l := range b.Levels {
		r.Levels = append(r.Levels, staff.Level{N: i + 1, Members: l.Members})
	}
	return r
}

func rowOf(r assignment.Rule, w assignment.Words) RuleRow {
	s := r.Specificity()
	out := RuleRow{
		ID: r.ID, Reason: name(r.ReasonID, w.Reasons), ReasonKind: string(w.KindOf[r.ReasonID]), WorkType: name(r.WorkTypeID, w.WorkTypes),
		Building: name(r.BuildingID, w.Buildings), Group: name(r.GroupID, w.Groups), Hours: string(r.Hours), Windows: make([]RuleHours, 0, len(r.Windows)),
		Responsible: name(r.ResponsibleID, w.Members), Supplier: name(r.SupplierID, w.Suppliers), Levels: make([]RuleStep, 0, len(r.Levels)),
		Note: r.Note, IsArchived: r.IsArchived, Version: r.Version, What: s.What, Where: s.Where, When: s.When,
	}
	for _, h := range r.Windows {
		out.Windows = append(out.Windows, RuleHours(h))
	}
	for _, l := range r.Levels {
		step := RuleStep{Level: l.N, Members: make([]RuleName, 0, len(l.Members))}
		for _, id := range l.Members {
			step.Members = append(step.Members, RuleName{id, w.Members[id]})
		}
		out.Levels = append(out.Levels, step)
	}
	return out
}

// name is null for 0; what is in no directory any more is known by its number.
func name(id int64, words map[int64]string) *httpapi.Named {
	if id == 0 {
		return nil
	}
	return &httpapi.Named{ID: id, Name: words[id]}
}

func idOf(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func some[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return in
}

func previewOf(p assignment.Preview) AssignmentPreview {
	out := AssignmentPreview{
		At: p.At, Zone: p.Zone, Address: p.Address, Kind: string(p.Reason.Kind), Supplier: httpapi.Name(p.Supplier.ID, p.Supplier.Name), Why: some(p.Why),
		Turns: make([]AssignmentTurn, 0, len(p.Turns)), AcceptBy: p.Terms.Accept, LocaliseBy: p.Terms.Localise, DueAt: p.Terms.Finish,
	}
	if p.Executor != nil {
		out.Executor = httpapi.Name(p.Executor.MemberID, p.Executor.Name)
	}
	if p.Lead != nil {
		out.Responsible = httpapi.Name(p.Lead.MemberID, p.Lead.Name)
	}
	if p.Executors != nil {
		out.RuleID = &p.Executors.ID
	}
	for _, t := range p.Turns {
		x := AssignmentTurn{
			Level: t.Level, MemberID: t.MemberID, Name: t.Name, Position: t.Position, At: t.At, OnDuty: t.OnDuty, HasPhone: len(t.Phones) > 0,
			IsSkipped: t.IsSkipped, InPlaceOf: t.InPlaceOf, Channels: []string{}, Others: some(t.Others),
		}
		if out.Kind == "emergency" {
			x.Channels = append(x.Channels, "call") // whatever stands on his card (E1)
		}
		for _, c := range t.Channels {
			if len(x.Channels) == 0 || x.Channels[0] != c.Channel {
				x.Channels = append(x.Channels, c.Channel)
			}
		}
		out.Turns = append(out.Turns, x)
	}
	return out
}

func reportOf(c assignment.Coverage) CoverageReport {
	out := CoverageReport{
		From: c.From, To: c.To, Zone: c.Zone, IsFull: c.IsFull(), Reasons: c.Reasons, Emergencies: c.Emergencies, Houses: c.Houses,
		Gaps: make([]CoverageGap, 0, len(c.Gaps)), More: c.More, People: make([]CoveragePerson, 0, len(c.People)),
	}
	for _, g := range c.Gaps {
		x := CoverageGap{
			Hole: string(g.Hole), RuleID: idOf(g.RuleID), Reasons: make([]CoverageReasons, 0, len(g.Reasons)), Hours: make([]CoverageHours, 0, len(g.Hours)), Minutes: g.Slots * 15,
			Houses: CoverageHouses{IsAll: g.Houses.IsAll, Group: httpapi.Name(g.Houses.GroupID, g.Houses.Group), Names: some(g.Houses.Names), IDs: some(g.Houses.IDs), Count: g.Houses.Count},
		}
		for _, r := range g.Reasons {
			x.Reasons = append(x.Reasons, CoverageReasons(r))
		}
		for _, h := range g.Hours {
			x.Hours = append(x.Hours, CoverageHours(h))
		}
		out.Gaps = append(out.Gaps, x)
	}
	for _, p := range c.People {
		out.People = append(out.People, CoveragePerson{
			Kind: p.Kind, Member: httpapi.Name(p.MemberID, p.Name), RuleID: idOf(p.RuleID), OtherID: idOf(p.OtherID), Numbers: p.Numbers, Fit: p.Fit,
		})
	}
	return out
}

// RulesToRunning asks for the rules of now under what runs.
type RulesToRunning struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
}

// RulesApplied tells what came of it.
type RulesApplied struct {
	Changed int `json:"changed" doc:"escalations that go on in another order now"`
}

// CoverageCount is how many gaps the coming week has.
type CoverageCount struct {
	Gaps     int        `json:"gaps" doc:"lines of the coverage page"`
	LookedAt *time.Time `json:"looked_at" doc:"null: not looked at yet"`
}
