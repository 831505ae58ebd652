package app

import (
	"context"
	"strconv"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// capped raises the alarm of a company that has called enough (S9).
func capped(ctx context.Context, tx *pg.Tx, companyID int64, text string) error {
	return alarm.Raise(ctx, tx, alarm.Alarm{
		Code: alarm.CallsCapped, Subject: "company:" + strconv.FormatInt(companyID, 10), CompanyID: companyID,
		Text: "Исходящие компании остановлены пределом: " + text + ". Если это не мошенники, поднимите предел на странице компаний.",
	})
}

// floors are what the living engines know, for the platform's screens.
func (a *App) floors(ctx context.Context) ([]telephony.Floor, error) {
	ctx = access.AsSystem(ctx, "trunks")
	return pg.InTx(ctx, a.DB, func(tx *pg.Tx) ([]telephony.Floor, error) { return a.Telephony.Floors(ctx, tx) })
}
