package routing

import (
	"context"
	"time"

	"d24/internal/company"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Houses tell the zone of a house.
type Houses interface {
	ZoneOf(ctx context.Context, tx *pg.Tx, id int64) (string, error)
}

// window decides whether the call is the company's own or ours (C8): once, by the instant
// it came, in the zone of the caller's house, else the company's.
func (d *Director) window(ctx context.Context, tx *pg.Tx, in telephony.Incoming, dec telephony.Decision) (telephony.Decision, error) {
	if dec.CompanyID == 0 || dec.Action != telephony.Queue {
		return dec, nil
	}
	w, err := d.Companies.WindowOf(ctx, tx, dec.CompanyID)
	if err != nil || w.Answers == company.AnswersNobody {
		return dec, err
	}
	zone := dec.Card.Zone
	if dec.Place.BuildingID != 0 {
		if zone, err = d.Houses.ZoneOf(ctx, tx, dec.Place.BuildingID); err != nil {
			return dec, err
		}
	}
	production, err := d.Staff.Production(ctx, tx, dec.CompanyID)
	if err != nil {
		return dec, err
	}
	dec.Service = telephony.ServiceOurs
	if w.Open(in.At, company.Location(zone), production) {
		dec.Service, dec.Own, dec.OwnDesk = telephony.ServiceOwn, w.Phones, w.ByOperators()
		dec.OwnFor = time.Duration(w.OverflowSec) * time.Second
	}
	return dec, nil
}
