package app

import (
	"context"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/building"
	"d24/internal/building/buildingapi"
	"d24/internal/calendar"
	"d24/internal/contact"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// housesForContacts is the directory of houses as contacts need it.
type housesForContacts struct{ *building.Service }

// Directory is for reading a table by addresses.
func (h housesForContacts) Directory(ctx context.Context, tx *pg.Tx, companyID int64) (contact.Directory, error) {
	return h.Service.Directory(ctx, tx, companyID)
}

// Find are the houses a typed address means: those with the number named, or of the
// streets that fit best.
func (h housesForContacts) Find(ctx context.Context, q string, companyID int64) (ids []int64, unit string, err error) {
	const most = 200
	found, err := h.Kept(ctx, q, companyID, most)
	for _, f := range found {
		ids, unit = append(ids, f.ID), f.Unit
	}
	return ids, unit, err
}

// groupsForRules are the groups of houses as the rules of assignment need them.
type groupsForRules struct{ *building.Service }

// Groups of a company's houses.
func (g groupsForRules) Groups(ctx context.Context, tx *pg.Tx, companyID int64) ([]assignment.Group, error) {
	gs, err := g.AllGroups(ctx, tx, companyID)
	out := make([]assignment.Group, 0, len(gs))
	for _, x := range gs {
		out = append(out, assignment.Group{Named: assignment.Named{ID: x.ID, Name: x.Name}, Houses: x.Buildings})
	}
	return out, err
}

// serving tells who serves a house now by kinds of work (H3), for those who may read the staff.
func (a *App) serving(ctx context.Context, companyID, buildingID int64) ([]buildingapi.BuildingServing, error) {
	out := []buildingapi.BuildingServing{}
	if !access.From(ctx).Can(access.StaffRead) {
		return out, nil
	}
	works, err := a.Staff.WorkTypes(ctx)
	if err != nil {
		return out, err
	}
	return out, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		today := calendar.DateOf(tx.Now)
		board, err := a.Staff.Board(ctx, tx, companyID, today-2, today+2)
		if err != nil {
			return err
		}
		for _, w := range works {
			q := staff.Query{CompanyID: companyID, BuildingID: buildingID, WorkTypeID: w.ID}
			s := buildingapi.BuildingServing{WorkType: w.Name, Executors: []string{}}
			for _, p := range board.Executors(q, tx.Now) {
				if p.OnDuty {
					s.Executors = append(s.Executors, p.Name)
				}
			}
			if p := board.Responsible(q, tx.Now); p != nil && p.OnDuty {
				s.Responsible = p.Name
			}
			if len(s.Executors) > 0 || s.Responsible != "" {
				out = append(out, s)
			}
		}
		return nil
	})
}
