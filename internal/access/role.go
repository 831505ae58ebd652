package access

import "slices"

// Role is what a user is in a company.
type Role string

// The default roles of a company.
const (
	Admin      Role = "admin"      // администратор
	Manager    Role = "manager"    // руководитель
	Foreman    Role = "foreman"    // мастер
	Executor   Role = "executor"   // исполнитель
	Contractor Role = "contractor" // подрядчик
	Readonly   Role = "readonly"   // наблюдатель
	Dispatcher Role = "dispatcher" // диспетчер: the company's own operator at the desk (C8)
)

var (
	reading  = []Permission{TicketRead, CallRead, BuildingRead, StaffRead, ReasonRead, ContactRead, SupplierRead, CompanyRead, NoticeRead}
	working  = []Permission{TicketCreate, TicketMove, TicketAssign, TicketComment, RecordingPlay}
	settings = []Permission{BuildingWrite, StaffWrite, ReasonWrite, ContactWrite, SupplierWrite, UserRead, UserWrite, AuditRead, CompanyWrite, AnnouncementEdit, NoticeWrite, RecordingTake, RecordingHold}
	marking  = []Permission{CallMark}      // companies judge our operators, who do not judge one another
	calling  = []Permission{TicketCall}    // the centre rings people of a company; an operator has his own phone
	listing  = []Permission{EmergencyRead} // numbers of staff and residents on paper, for who directs the work
	// an executor sees only his own tickets, so he reads no calls of others
	ownWork = []Permission{TicketRead, TicketMove, TicketComment, TicketCall, BuildingRead}
)

// Roles are the default roles in the order in which they are shown.
var Roles = []Role{Admin, Manager, Foreman, Dispatcher, Executor, Contractor, Readonly}

// Known reports whether r is one of the default roles.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// IsWhole reports whether the role has everything of the company before it, whatever grants
// say: an administrator, and a dispatcher, whom any of its residents may call.
func (r Role) IsWhole() bool { return r == Admin || r == Dispatcher }

// IsBase reports whether a role of a company's own may be nearest to this one: who gives rights
// and who sits at the desk have default roles.
func (r Role) IsBase() bool { return r.Known() && !r.IsWhole() }

// adminOnly are permissions that no role of a company's own may hold: whoever gives
// rights is an administrator, and of those one always stays (A2).
var adminOnly = []Permission{UserRead, UserWrite, CompanyWrite, AuditRead}

// Tickable are the permissions a company may tick in roles of its own: what its
// administrator has, without the giving of rights.
func Tickable() (out []Permission) {
	for _, p := range RolePermissions(Admin) {
		if !slices.Contains(adminOnly, p) {
			out = append(out, p)
		}
	}
	return out
}

// Ticked are those of asked that may be ticked; a word that is no permission (any
// more) opens nothing.
func Ticked(asked []Permission) (out []Permission) {
	for _, p := range Tickable() {
		if slices.Contains(asked, p) {
			out = append(out, p)
		}
	}
	return out
}

// RolePermissions are the defaults of a role; A2: settings are for administrators only.
func RolePermissions(r Role) []Permission {
	switch r {
	case Admin:
		return join(reading, working, calling, settings, marking, listing)
	case Manager:
		return join(reading, []Permission{RecordingPlay, RecordingTake, NoticeWrite}, marking, listing)
	case Foreman:
		return join(reading, working, calling, marking, listing)
	case Executor:
		return join(ownWork, []Permission{RecordingPlay}) // of the calls of his own tickets
	case Contractor:
		return join(ownWork)
	case Readonly:
		return join(reading)
	case Dispatcher:
		return StaffPermissions("operator")
	}
	return nil
}

// RoleGrants are the rows a role opens: executors see only what is theirs (A1).
func RoleGrants(r Role, companyID, memberID int64) []Grant {
	switch r {
	case Executor, Contractor:
		if memberID == 0 {
			return nil
		}
		return []Grant{{CompanyID: companyID, ExecutorID: memberID}, {CompanyID: companyID, ResponsibleID: memberID}}
	case Admin, Manager, Foreman, Readonly, Dispatcher:
		return []Grant{{CompanyID: companyID}}
	}
	return nil
}

// StaffPermissions are those of our own people by their kind: operator, supervisor, admin.
func StaffPermissions(kind string) []Permission {
	desk := join(reading, working, listing, []Permission{DeskWork})
	switch kind {
	case "operator":
		return desk
	case "supervisor":
		return join(desk, []Permission{DeskSupervise, DeskListen, QueueWrite, NoticeWrite, RecordingTake, RecordingHold})
	case "admin":
		return join(desk, []Permission{DeskSupervise, DeskListen, QueueWrite, NoticeWrite, RecordingTake, RecordingHold, PlatformOperate, AnnouncementEdit, AuditRead, UserRead, UserWrite})
	}
	return nil
}

func join(sets ...[]Permission) (out []Permission) {
	for _, s := range sets {
		out = append(out, s...)
	}
	return out
}
