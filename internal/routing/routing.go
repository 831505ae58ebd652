// Package routing decides what happens to an incoming call: which company, which
// greeting, what next.
package routing

import (
	"context"
	"time"

	"d24/internal/access"
	"d24/internal/announcement"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/desk"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/telephony"
)

// Director answers the phone engine's question.
type Director struct {
	DB        *pg.DB
	Companies *company.Service
	Staff     *staff.Service
	Tasks     *desk.Tasks
	Contacts  *contact.Service
	Told      Told
	Holders   Holders
	Houses    Houses
	Said      Said
}

// Said is what a number says to who calls; announcement.Service supplies it.
type Said interface {
	At(ctx context.Context, tx *pg.Tx, l company.Line, at time.Time) (announcement.Heard, error)
	Words(ctx context.Context, tx *pg.Tx, k announcement.Kind, l company.Line, more announcement.Values) (telephony.Speech, bool, error)
	Pronounced(ctx context.Context, tx *pg.Tx, companyID int64, in telephony.Speech) (telephony.Speech, error)
}

// Told are the notices in force; notice.Service supplies it.
type Told interface {
	Spoken(ctx context.Context, tx *pg.Tx, places []telephony.Place) (map[telephony.Place][]telephony.Spoken, error)
}

var _ telephony.Director = (*Director)(nil)

// Route decides by the number called and the number calling (C1). A member of
// staff pays nothing: his call is refused before it costs, and a task calls him
// back, in one transaction (C7, F24).
func (d *Director) Route(ctx context.Context, in telephony.Incoming) (telephony.Decision, error) {
	ctx = access.AsSystem(ctx, "routing")
	return pg.InTx(ctx, d.DB, func(tx *pg.Tx) (telephony.Decision, error) {
		called := phone.Caller(in.Called)
		line, err := d.Companies.LineByPhone(ctx, tx, called)
		if fault.KindOf(err) == fault.NotFound {
			return telephony.Decision{Action: telephony.Reject}, nil
		}
		if err != nil {
			return telephony.Decision{}, err
		}
		dec := telephony.Decision{
			Action: telephony.Queue, LineID: line.ID, CompanyID: line.CompanyID, CityID: line.CityID, Priority: telephony.PriorityInbound,
			Card: telephony.CallCard{
				LinePhone: line.Phone, LineKind: line.Kind, City: line.City, Zone: line.CityZone, CompanyID: line.CompanyID,
				Greeting: "Диспетчерская служба, здравствуйте. Назовите, пожалуйста, адрес.",
			},
		}
		if line.CompanyID != 0 {
			c, err := d.Companies.ByID(ctx, tx, line.CompanyID)
			if err != nil {
				return dec, err
			}
			dec.Card.CompanyName, dec.Card.Zone = c.Name, c.Zone
			if c.Greeting != "" {
				dec.Card.Greeting = c.Greeting
			}
		}
		said, err := d.Said.At(ctx, tx, line, in.At) // decided by the instant of the INVITE (F22)
		if err != nil {
			return dec, err
		}
		dec.Greeting, dec.Until, dec.Plain, dec.After, dec.Hold = said.Greeting, said.Until, said.Plain, said.After, said.Hold
		if dec, err = d.informed(ctx, tx, in, dec); err != nil {
			return dec, err
		}
		if dec, err = d.unserved(ctx, tx, line, dec); err != nil || dec.Action != telephony.Queue {
			return dec, err
		}
		if dec, err = d.moved(ctx, tx, line, dec); err != nil {
			return dec, err
		}
		if dec, err = d.window(ctx, tx, in, dec); err != nil {
			return dec, err
		}
		return d.member(ctx, tx, in, line, dec)
	})
}

// informed adds where the caller is likely to live and what he is to hear of it: a
// number known by an address hears of that house, any other of the whole company (C5).
func (d *Director) informed(ctx context.Context, tx *pg.Tx, in telephony.Incoming, dec telephony.Decision) (telephony.Decision, error) {
	dec.Place.CompanyID = dec.CompanyID
	known, err := d.Contacts.ByPhone(ctx, tx, phone.Caller(in.Caller), in.At)
	if err != nil {
		return dec, err
	}
	for _, k := range known { // the last confirmed of the company called first
		if dec.CompanyID == 0 || k.CompanyID == dec.CompanyID {
			dec.Place = telephony.Place{CompanyID: k.CompanyID, BuildingID: k.BuildingID}
			break
		}
	}
	if dec.Place.CompanyID == 0 {
		return dec, nil
	}
	told, err := d.spoken(ctx, tx, []telephony.Place{dec.Place})
	dec.Notices = told[dec.Place]
	return dec, err
}

// Notices are what callers of these places are to hear now.
func (d *Director) Notices(ctx context.Context, places []telephony.Place) (map[telephony.Place][]telephony.Spoken, error) {
	ctx = access.AsSystem(ctx, "routing")
	return pg.InTx(ctx, d.DB, func(tx *pg.Tx) (map[telephony.Place][]telephony.Spoken, error) { return d.spoken(ctx, tx, places) })
}

// spoken are notices as their companies have them said.
func (d *Director) spoken(ctx context.Context, tx *pg.Tx, places []telephony.Place) (map[telephony.Place][]telephony.Spoken, error) {
	told, err := d.Told.Spoken(ctx, tx, places)
	for place, all := range told {
		for i := range all {
			if err == nil {
				all[i].Speech, err = d.Said.Pronounced(ctx, tx, place.CompanyID, all[i].Speech)
			}
		}
	}
	return told, err
}
