package app

import (
	"context"
	"slices"

	"d24/internal/account"
	"d24/internal/building"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

// directory is what rights may be given on, out of the directories.
type directory struct {
	buildings *building.Service
	staff     *staff.Service
}

// Houses are those of ids that are houses of the company.
func (d directory) Houses(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error) {
	return d.buildings.OfCompany(ctx, tx, companyID, ids)
}

// Groups are those of ids that are groups of the company's houses.
func (d directory) Groups(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error) {
	return d.buildings.GroupsOf(ctx, tx, companyID, ids)
}

// HousesOf are the houses in the company's groups now.
func (d directory) HousesOf(ctx context.Context, tx *pg.Tx, companyID int64, groupIDs []int64) ([]int64, error) {
	return d.buildings.InGroups(ctx, tx, companyID, groupIDs)
}

// WorkTypes are those of ids that are kinds of work.
func (d directory) WorkTypes(ctx context.Context, tx *pg.Tx, ids []int64) (out []int64, err error) {
	works, err := d.staff.Works(ctx, tx)
	for _, w := range works {
		if slices.Contains(ids, w.ID) {
			out = append(out, w.ID)
		}
	}
	return out, err
}

// Member tells the name of a person of the company's staff, "" when there is none.
func (d directory) Member(ctx context.Context, tx *pg.Tx, companyID, memberID int64) (string, error) {
	return d.staff.NameIn(ctx, tx, companyID, memberID)
}

// Choices are what the pickers of the rights' screens offer.
func (d directory) Choices(ctx context.Context, tx *pg.Tx, companyID int64) (c account.Choices, err error) {
	ids, addresses, err := d.buildings.Addresses(ctx, tx, companyID)
	if err != nil {
		return c, err
	}
	for i, id := range ids {
		c.Houses = append(c.Houses, account.Choice{ID: id, Name: addresses[i]})
	}
	works, err := d.staff.Works(ctx, tx)
	if err != nil {
		return c, err
	}
	people, err := d.staff.NamesIn(ctx, tx, companyID)
	if err != nil {
		return c, err
	}
	for _, w := range works {
		c.WorkTypes = append(c.WorkTypes, account.Choice(w))
	}
	for _, p := range people {
		c.Members = append(c.Members, account.Choice(p))
	}
	return c, nil
}
