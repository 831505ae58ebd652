package routing

import (
	"context"
	"time"

	"d24/internal/announcement"
	"d24/internal/company"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// unserved makes the call to a number of a company that is not served (any more) an
// announcement, after which it is hung up: nobody waits for an operator who knows nothing
// of his house.
func (d *Director) unserved(ctx context.Context, tx *pg.Tx, line company.Line, dec telephony.Decision) (telephony.Decision, error) {
	if dec.CompanyID == 0 {
		return dec, nil
	}
	served, err := d.Companies.IsServed(ctx, tx, dec.CompanyID)
	if err != nil || served {
		return dec, err
	}
	dec.Action, dec.Notices = telephony.PlayAndHangUp, nil
	dec.Greeting = telephony.Speech{Text: unservedWords(dec.Card.CompanyName), Spare: telephony.SpareCall}
	own, set, err := d.Said.Words(ctx, tx, announcement.Closed, line, nil)
	if set {
		dec.Greeting = own
	}
	dec.Plain, dec.Until, dec.After = dec.Greeting, time.Time{}, nil
	return dec, err
}

func unservedWords(company string) string {
	return "Здравствуйте. " + company + " не обслуживается в нашей диспетчерской. Обратитесь, пожалуйста, в свою управляющую компанию. " +
		"Если людям грозит опасность, звоните 112. До свидания."
}
