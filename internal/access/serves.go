package access

import "slices"

// Serves reports whether the actor has to do with the company at all. It is asked
// where a list belongs to one company and has no finer rights, such as the
// catalogue of reasons.
func (a Actor) Serves(companyID int64) bool {
	switch a.Kind {
	case System:
		return true
	case Operator:
		return slices.Contains(a.Companies, companyID)
	case Company:
		return companyID != 0 && a.CompanyID == companyID
	case Nobody:
	}
	return false
}
