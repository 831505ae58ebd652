package access

import (
	"slices"
	"strings"
)

// Facts are what rights depend on, the same for one ticket and for a list.
type Facts struct{ CompanyID, BuildingID, WorkTypeID, ExecutorID, ResponsibleID int64 }

// Scope is the set of tickets an actor may see.
type Scope struct {
	all    bool
	grants []Grant
}

// Scope returns what the actor may see: the system everything, an operator the
// companies of the team, a company's user what the grants open.
func (a Actor) Scope() Scope {
	switch a.Kind {
	case System:
		return Scope{all: true}
	case Operator:
		grants := make([]Grant, 0, len(a.Companies))
		for _, c := range a.Companies {
			grants = append(grants, Grant{CompanyID: c})
		}
		return Scope{grants: grants}
	case Company:
		return Scope{grants: a.Grants}
	}
	return Scope{}
}

// Allows reports whether the ticket is in the scope.
func (s Scope) Allows(f Facts) bool {
	if s.all {
		return true
	}
	for _, g := range s.grants {
		if (g.CompanyID == f.CompanyID) &&
			(len(g.BuildingIDs) == 0 || slices.Contains(g.BuildingIDs, f.BuildingID)) &&
			(len(g.WorkTypeIDs) == 0 || slices.Contains(g.WorkTypeIDs, f.WorkTypeID)) &&
			(g.ExecutorID == 0 || g.ExecutorID == f.ExecutorID) &&
			(g.ResponsibleID == 0 || g.ResponsibleID == f.ResponsibleID) {
			return true
		}
	}
	return false
}

// Where renders the scope as a condition on the table alias t.
func (s Scope) Where(t string) (cond string, args []any) {
	if s.all {
		return "true", nil
	}
	if whole := s.companies(); whole != nil {
		return t + ".company_id = any(?)", []any{whole}
	}
	or := []string{"false"} // no grants, no rows
	for _, g := range s.grants {
		and := []string{t + ".company_id = ?"}
		args = append(args, g.CompanyID)
		only := func(present bool, cond string, v any) {
			if present {
				and, args = append(and, t+cond), append(args, v)
			}
		}
		only(len(g.BuildingIDs) > 0, ".building_id = any(?)", g.BuildingIDs)
		only(len(g.WorkTypeIDs) > 0, ".work_type_id = any(?)", g.WorkTypeIDs)
		only(g.ExecutorID != 0, ".executor_id = ?", g.ExecutorID)
		only(g.ResponsibleID != 0, ".responsible_id = ?", g.ResponsibleID)
		or = append(or, "("+strings.Join(and, " and ")+")")
	}
	return "(" + strings.Join(or, " or ") + ")", args
}

// IsWhole reports whether the scope is whole companies, or one executor's part of one.
func (s Scope) IsWhole() bool {
	if len(s.grants) == 1 {
		g := s.grants[0]
		return len(g.BuildingIDs) == 0 && len(g.WorkTypeIDs) == 0 && g.ResponsibleID == 0
	}
	return s.companies() != nil
}

// companies are those of which the scope has everything, when it is of nothing else and of
// more than one.
func (s Scope) companies() (out []int64) {
	for _, g := range s.grants {
		if len(g.BuildingIDs) > 0 || len(g.WorkTypeIDs) > 0 || g.ExecutorID != 0 || g.ResponsibleID != 0 {
			return nil
		}
		out = append(out, g.CompanyID)
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// Places tells which houses the actor may see: all of his companies', or those of ids,
// and with own those of the requests he executes or answers for too.
func (a Actor) Places() (all bool, ids []int64, own bool) {
	if a.Kind != Company {
		return true, nil, false // the fence of the rows is all there is
	}
	for _, g := range a.Grants {
		switch {
		case g.CompanyID != a.CompanyID:
		case g.ExecutorID != 0 || g.ResponsibleID != 0:
			own = true
		case len(g.BuildingIDs) == 0:
			return true, nil, false
		default:
			ids = append(ids, g.BuildingIDs...)
		}
	}
	return false, ids, own
}
