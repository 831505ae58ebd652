package app

import (
	"context"

	"d24/internal/access"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// floors are what the living engines know, for the platform's screens.
func (a *App) floors(ctx context.Context) ([]telephony.Floor, error) {
	ctx = access.AsSystem(ctx, "trunks")
	return pg.InTx(ctx, a.DB, func(tx *pg.Tx) ([]telephony.Floor, error) { return a.Telephony.Floors(ctx, tx) })
}
