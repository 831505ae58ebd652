// Package emergencyapi is the HTTP face of the emergency list.
package emergencyapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/assignment"
	"d24/internal/emergency"
	"d24/internal/platform/httpapi"
)

// EmergencyNumber is one to be dialled by hand.
type EmergencyNumber struct {
	Phone string `json:"phone" doc:"E.164, or short: 104"`
	Note  string `json:"note"`
	IsNow bool   `json:"is_now" doc:"this is an hour of it"`
}

// EmergencyPerson is somebody to be called.
type EmergencyPerson struct {
	MemberID int64             `json:"member_id"`
	Name     string            `json:"name"`
	Position string            `json:"position"`
	OnDuty   bool              `json:"on_duty"`
	Numbers  []EmergencyNumber `json:"numbers" nullable:"false" doc:"those of this hour first"`
}

// EmergencyStep is a level of a chain.
type EmergencyStep struct {
	EmergencyPerson
	Level   int  `json:"level"`
	IsTried bool `json:"is_tried" doc:"of a request: he was called and has not taken it"`
	IsNow   bool `json:"is_now" doc:"of a request: it is his turn"`
}

// EmergencyReasons are reasons of one category.
type EmergencyReasons struct {
	Category string   `json:"category"`
	IsAll    bool     `json:"is_all" doc:"every emergency of the category"`
	Names    []string `json:"names" nullable:"false" doc:"the first five"`
	Total    int      `json:"total"`
}

// EmergencyHouses are houses: all of the company, those of a group, or named ones.
type EmergencyHouses struct {
	IsAll bool     `json:"is_all"`
	Group string   `json:"group" doc:"exactly the houses of this group"`
	Names []string `json:"names" nullable:"false" doc:"the first five"`
	Total int      `json:"total"`
}

// EmergencyDuty is whom to call about these emergencies in these houses, in order.
type EmergencyDuty struct {
	Reasons     []EmergencyReasons `json:"reasons" nullable:"false"`
	Houses      EmergencyHouses    `json:"houses"`
	Steps       []EmergencyStep    `json:"steps" nullable:"false"`
	Responsible *EmergencyPerson   `json:"responsible"`
}

// EmergencyRequest is an emergency that nobody has taken.
type EmergencyRequest struct {
	TicketID    int64            `json:"ticket_id"`
	Number      int64            `json:"number"`
	CreatedAt   time.Time        `json:"created_at"`
	LocaliseBy  *time.Time       `json:"localise_by"`
	Zone        string           `json:"zone" doc:"of the house"`
	Address     string           `json:"address"`
	Entrance    int              `json:"entrance"`
	Floor       int              `json:"floor"`
	Access      string           `json:"access"`
	Reason      string           `json:"reason"`
	Text        string           `json:"text"`
	Phone       string           `json:"phone" doc:"of who called; its middle hidden without contact.read"`
	Steps       []EmergencyStep  `json:"steps" nullable:"false" doc:"as frozen when it came; numbers of now"`
	Responsible *EmergencyPerson `json:"responsible"`
}

// EmergencySupplier is a neighbouring organisation with its numbers.
type EmergencySupplier struct {
	ID      int64              `json:"id"`
	Name    string             `json:"name"`
	Kind    string             `json:"kind"`
	Hours   string             `json:"hours"`
	Numbers []EmergencyOutside `json:"numbers" nullable:"false"`
}

// EmergencyOutside is a number of a neighbouring organisation.
type EmergencyOutside struct {
	Phone string `json:"phone"`
	Note  string `json:"note"`
	Hours string `json:"hours"`
}

// EmergencyCompany is one company's part of the list.
type EmergencyCompany struct {
	ID        int64               `json:"id"`
	Name      string              `json:"name"`
	Zone      string              `json:"zone"`
	Duty      []EmergencyDuty     `json:"duty" nullable:"false"`
	Requests  []EmergencyRequest  `json:"requests" nullable:"false" doc:"emergencies nobody has taken, the oldest first"`
	IsCut     bool                `json:"is_cut" doc:"there are more of them"`
	Others    int                 `json:"others" doc:"other requests nobody has taken, up to 1000"`
	Suppliers []EmergencySupplier `json:"suppliers" nullable:"false"`
}

// EmergencyCaller is somebody nobody has spoken to.
type EmergencyCaller struct {
	TaskID    int64      `json:"task_id"`
	CompanyID *int64     `json:"company_id" doc:"null: not known yet"`
	Phone     string     `json:"phone"`
	Since     time.Time  `json:"since"`
	PromiseAt *time.Time `json:"promise_at"`
}

// EmergencyOperator is somebody of the desks with his own mobile telephone.
type EmergencyOperator struct {
	UserID    int64  `json:"user_id"`
	Name      string `json:"name"`
	Kind      string `json:"kind" enum:"supervisor,operator,admin,own" doc:"own: the company's"`
	CompanyID *int64 `json:"company_id" doc:"of own"`
	Phone     string `json:"phone"`
}

// EmergencyList is what is needed to work by an ordinary telephone.
type EmergencyList struct {
	At        time.Time           `json:"at"`
	Companies []EmergencyCompany  `json:"companies" nullable:"false" doc:"those with open emergencies first"`
	Callers   []EmergencyCaller   `json:"callers" nullable:"false" doc:"to be called back; of an operator only"`
	Operators []EmergencyOperator `json:"operators" nullable:"false" doc:"those at the desks whose own telephones are known; to a company its own alone"`
}

type (
	listIn struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"one of the actor's companies; none: all"`
	}
	listOut struct{ Body EmergencyList }
)

// Register adds the operation to api.
func Register(api huma.API, s *emergency.Service) {
	httpapi.Register(api, access.EmergencyRead, huma.Operation{
		OperationID: "emergency-list", Method: http.MethodGet, Path: "/emergency-list", Summary: "Whom to call by an ordinary telephone while ours are down", Tags: []string{"emergency"},
		Description: "Asks no phone engine. That it was opened is in each company's journal of changes.",
	}, func(ctx context.Context, in *listIn) (*listOut, error) {
		l, err := s.List(ctx, in.CompanyID)
		return &listOut{wire(l)}, err
	})
}

func wire(l emergency.List) EmergencyList {
	out := EmergencyList{At: l.At, Companies: each(l.Companies, companyOf), Callers: each(l.Callers, func(c emergency.Caller) EmergencyCaller {
		x := EmergencyCaller{TaskID: c.TaskID, Phone: c.Phone, Since: c.Since, PromiseAt: c.PromiseAt}
		if c.CompanyID != 0 {
			x.CompanyID = &c.CompanyID
		}
		return x
	}), Operators: each(l.Operators, func(r account.Reachable) EmergencyOperator {
		x := EmergencyOperator{UserID: r.UserID, Name: r.Name, Kind: r.Kind, Phone: r.Phone}
		if r.CompanyID != 0 {
			x.CompanyID = &r.CompanyID
		}
		return x
	})}
	return out
}

// each turns a list into one that is never null.
func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}

func companyOf(c emergency.Company) EmergencyCompany {
	return EmergencyCompany{
		ID: c.ID, Name: c.Name, Zone: c.Zone, IsCut: c.IsCut, Others: c.Others, Duty: each(c.Duty, dutyOf), Requests: each(c.Requests, requestOf),
		Suppliers: each(c.Suppliers, func(s emergency.Supplier) EmergencySupplier {
			x := EmergencySupplier{ID: s.ID, Name: s.Name, Kind: s.Kind, Hours: s.Hours, Numbers: []EmergencyOutside{}}
			for _, n := range s.Numbers {
				x.Numbers = append(x.Numbers, EmergencyOutside(n))
			}
			return x
		}),
	}
}

func dutyOf(d emergency.Duty) EmergencyDuty {
	return EmergencyDuty{
		Reasons: each(d.Reasons, func(r assignment.ReasonSet) EmergencyReasons {
			return EmergencyReasons{Category: r.Category, IsAll: r.IsAll, Names: append([]string{}, r.Names...), Total: r.Count}
		}),
		Houses: EmergencyHouses{IsAll: d.Houses.IsAll, Group: d.Houses.Group, Names: append([]string{}, d.Houses.Names...), Total: d.Houses.Count},
		Steps:  each(d.Steps, stepOf), Responsible: maybe(d.Responsible),
	}
}

func requestOf(r emergency.Request) EmergencyRequest {
	return EmergencyRequest{
		TicketID: r.ID, Number: r.Number, CreatedAt: r.CreatedAt, LocaliseBy: r.LocaliseBy, Zone: r.Zone, Address: r.Address, Entrance: r.Entrance, Floor: r.Floor, Access: r.AccessNote,
		Reason: r.ReasonName, Text: r.Description, Phone: r.Phone, Steps: each(r.Steps, stepOf), Responsible: maybe(r.Responsible),
	}
}

func stepOf(s emergency.Step) EmergencyStep {
	return EmergencyStep{EmergencyPerson: personOf(s.Person), Level: s.Level, IsTried: s.IsTried, IsNow: s.IsNow}
}

func maybe(p *emergency.Person) *EmergencyPerson {
	if p == nil {
		return nil
	}
	x := personOf(*p)
	return &x
}

func personOf(p emergency.Person) EmergencyPerson {
	return EmergencyPerson{MemberID: p.MemberID, Name: p.Name, Position: p.Position, OnDuty: p.OnDuty, Numbers: each(p.Numbers, func(n emergency.Number) EmergencyNumber { return EmergencyNumber(n) })}
}
