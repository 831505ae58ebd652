package app

import (
	"context"
	"time"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
)

// around tells what a change of a company's settings does to its coverage (F36) and how
// many escalations go on by the settings of before (F38), to those who may apply the new
// ones; and has the coverage looked at again.
func (a *App) around(ctx context.Context, companyID int64, from, until time.Time, save func() error) (out httpapi.After, err error) {
	who := access.From(ctx)
	if companyID == 0 {
		companyID = who.CompanyID
	}
	if out.Warnings, err = a.Rules.Opens(ctx, companyID, from, until, save); err != nil {
		return out, err
	}
	out.Warnings = append([]string{}, out.Warnings...)
	if companyID == 0 {
		return out, nil
	}
	if err := pg.Do(ctx, a.DB, func(tx *pg.Tx) error { return a.Jobs.At(ctx, tx, tx.Now, assignment.Check{CompanyID: companyID}) }); err != nil {
		return out, err
	}
	if who.Can(access.CompanyWrite) {
		out.Running, err = a.escalating(ctx, companyID)
	}
	return out, err
}
