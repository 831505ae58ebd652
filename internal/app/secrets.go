package app

import (
	"context"
	"errors"
	"slices"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/deskphone"
	"d24/internal/notify"
	"d24/internal/platform/pg"
	"d24/internal/webhook"
)

// SealSecrets seals what lies in the database in the clear or under an older key, and says
// how many rows that were. Rows that do not open are told in the error; the others are done.
func (a *App) SealSecrets(ctx context.Context) (n int, err error) {
	ctx = access.AsSystem(ctx, "secrets")
	var bad []error
	for _, f := range []func(context.Context, *pg.Tx) (int, error){a.Accounts.SealSecrets, a.Companies.SealSecrets, a.Calls.SealSecrets, a.Webhooks.SealSecrets, a.Notify.SealSecrets, a.DeskPhones.SealSecrets} {
		more := 0
		err := pg.Do(ctx, a.DB, func(tx *pg.Tx) (err error) {
			var no error
			more, no = f(ctx, tx)
			bad = append(bad, no)
			return nil // what was done stays, beside a row that does not open
		})
		if err != nil {
			return n, err
		}
		n += more
	}
	return n, errors.Join(bad...)
}

// SealedBy are the ids of the keys by which anything in the database is sealed.
func SealedBy(ctx context.Context, db *pg.DB) ([]string, error) {
	ctx = access.AsSystem(ctx, "secrets")
	return pg.InTx(ctx, db, func(tx *pg.Tx) ([]string, error) {
		a, err := account.SealedBy(ctx, tx)
		if err != nil {
			return nil, err
		}
		b, err := company.SealedBy(ctx, tx)
		if err != nil {
			return nil, err
		}
		c, err := calllog.SealedBy(ctx, tx)
		if err != nil {
			return nil, err
		}
		d, err := webhook.SealedBy(ctx, tx)
		if err != nil {
			return nil, err
		}
		e, err := notify.SealedBy(ctx, tx)
		if err != nil {
			return nil, err
		}
		f, err := deskphone.SealedBy(ctx, tx)
		return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b, c, d, e, f)))), err
	})
}
