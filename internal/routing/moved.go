package routing

import (
	"context"
	"time"

	"d24/internal/announcement"
	"d24/internal/company"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// moved makes the call to an old number an announcement of the new one, after which it is
// hung up (T3). It is never sent on.
func (d *Director) moved(ctx context.Context, tx *pg.Tx, line company.Line, dec telephony.Decision) (telephony.Decision, error) {
	to, err := d.Companies.NewNumber(ctx, tx, line.ID)
	if err != nil || to == "" {
		return dec, err
	}
	dec.Action, dec.Notices = telephony.PlayAndHangUp, nil
	dec.Greeting = telephony.Speech{Text: movedWords(dec.Card.CompanyName, to), Spare: telephony.SpareWait}
	own, set, err := d.Said.Words(ctx, tx, announcement.Moved, line, announcement.Values{"новый номер": phone.Show(to)})
	if set {
		dec.Greeting = own
	}
	dec.Plain, dec.Until, dec.After = dec.Greeting, time.Time{}, nil
	return dec, err
}

func movedWords(company, number string) string {
	of := ""
	if company != "" {
		of = " " + company
	}
	number = phone.Show(number)
	return "Здравствуйте. Номер диспетчерской" + of + " изменился. Звоните, пожалуйста, по новому номеру: " + number + ". Повторяю: " + number + ". До свидания."
}
