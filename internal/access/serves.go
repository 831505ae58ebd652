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

// Asked are the companies a question is about: the one named, or with 0 all of the actor's.
// False: he has nothing to do with the one named.
func (a Actor) Asked(companyID int64) ([]int64, bool) {
	switch {
	case companyID != 0:
		return []int64{companyID}, a.Serves(companyID)
	case a.Kind == Company:
		return []int64{a.CompanyID}, true
	}
	return a.Companies, true
}
