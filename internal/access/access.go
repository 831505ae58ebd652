// Package access decides who may see and do what. It is the only place where
// rights are expressed: a Scope renders itself both as a check on one ticket
// (Allows) and as a condition on a list (Where), and a test holds the two equal.
package access

import (
	"context"
	"slices"
)

// Permission is the right to perform one operation of the API.
type Permission string

// The permissions. Roles are sets of them (see RolePermissions).
const (
	TicketRead       Permission = "ticket.read"
	TicketCreate     Permission = "ticket.create"
	TicketMove       Permission = "ticket.move"    // change the state
	TicketAssign     Permission = "ticket.assign"  // change executor or responsible
	TicketComment    Permission = "ticket.comment" // write into the history
	TicketCall       Permission = "ticket.call"    // be connected with the resident through the centre
	CallRead         Permission = "call.read"
	CallMark         Permission = "call.mark" // a company's mark on an operator's work
	RecordingPlay    Permission = "recording.play"
	RecordingTake    Permission = "recording.download" // as a file
	RecordingHold    Permission = "recording.hold"     // keep beyond the term, and let go
	BuildingRead     Permission = "building.read"
	BuildingWrite    Permission = "building.write"
	StaffRead        Permission = "staff.read"
	StaffWrite       Permission = "staff.write"
	ReasonRead       Permission = "reason.read"
	ReasonWrite      Permission = "reason.write"
	ContactRead      Permission = "contact.read"
	ContactWrite     Permission = "contact.write"
	SupplierRead     Permission = "supplier.read"
	SupplierWrite    Permission = "supplier.write"
	UserRead         Permission = "user.read"  // who may come in, and what he may do
	UserWrite        Permission = "user.write" // invite, change rights, end sessions
	AuditRead        Permission = "audit.read" // who changed or read what
	CompanyRead      Permission = "company.read"
	CompanyWrite     Permission = "company.write"
	DeskWork         Permission = "desk.work"      // an operator's place
	DeskSupervise    Permission = "desk.supervise" // the shift supervisor's screen
	QueueWrite       Permission = "queue.write"    // how the queue of callers works
	DeskListen       Permission = "desk.listen"    // hear a talk, whisper to the operator, join it
	PlatformOperate  Permission = "platform.operate"
	AnnouncementEdit Permission = "announcement.edit"
	NoticeRead       Permission = "notice.read"    // notices of outages and works
	NoticeWrite      Permission = "notice.write"   // raise, change and end them
	EmergencyRead    Permission = "emergency.read" // whom to call, with numbers, when our telephony is down (F8)
	Anyone           Permission = ""               // any signed-in person; no program with a token
)

// Kind is the sort of an actor; it decides the row-level fence.
type Kind string

// Kinds of actors.
const (
	Nobody   Kind = ""         // sees nothing
	Company  Kind = "company"  // a user of one company
	Operator Kind = "operator" // our staff: the companies of the team
	System   Kind = "system"   // a named part of the program
)

// Actor is who is asking: a user of a company, an operator, or a named part of the system.
type Actor struct {
	Kind      Kind
	UserID    int64
	Name      string  // as history shows it
	CompanyID int64   // of a company's user, of its own operator too; 0: of an operator of ours
	MemberID  int64   // the staff member this user is, 0 when none
	Companies []int64 // of an operator: the companies served
	System    string  // name of the part of the program
	Source    string  // network address, for the audit journal
	TokenID   int64   // of the API's token that a program came with, 0: a person asks
	May       []Permission
	Grants    []Grant // of a company's user
}

// Can reports whether the actor may perform the operation.
func (a Actor) Can(p Permission) bool {
	return a.Kind == System || a.Kind != Nobody && (p == Anyone && a.TokenID == 0 || slices.Contains(a.May, p))
}

// OwnsDesk reports whether the actor is an operator of a company, not of ours: at the desk he
// is its operator and no other's, and callers whose company is not known are not his (C8).
func (a Actor) OwnsDesk() bool { return a.Kind == Operator && a.CompanyID != 0 }

// Grant opens a set of tickets. Conditions inside a grant are joined by AND,
// grants are joined by OR. An empty condition does not restrict.
type Grant struct {
	CompanyID     int64
	BuildingIDs   []int64
	WorkTypeIDs   []int64
	ExecutorID    int64
	ResponsibleID int64
}

type key struct{}

// With returns a context that carries the actor.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// AsSystem returns a context that acts for a named part of the system.
func AsSystem(ctx context.Context, name string) context.Context {
	return With(ctx, Actor{Kind: System, System: name, Name: name})
}

// From returns the actor of the context. Without one, the zero Actor sees nothing.
func From(ctx context.Context) Actor { a, _ := ctx.Value(key{}).(Actor); return a }
