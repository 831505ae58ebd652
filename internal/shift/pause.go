package shift

import (
	"context"
	"fmt"

	"d24/internal/alarm"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Floors tells what the living engines see; telephony.Desk supplies it.
type Floors interface {
	Floors(ctx context.Context, tx *pg.Tx) ([]telephony.Floor, error)
}

// LongPauses alarms the supervisor about operators whose pause is longer than its reason
// allows; the alarm goes when they are back. It is safe to run twice and at once.
func (s *Service) LongPauses(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		floors, err := s.Phones.Floors(ctx, tx)
		if err != nil {
			return err
		}
		var stay []string
		for _, f := range floors {
			for _, o := range f.Operators {
				if o.State != "pause" || o.Until == nil || o.Until.After(tx.Now) {
					continue
				}
				a := alarm.Alarm{Code: alarm.PauseLong, Subject: fmt.Sprintf("operator:%d", o.UserID), Text: fmt.Sprintf("%s: «%s» дольше положенных %d мин.", o.Name, o.Reason, int(o.Until.Sub(o.Since).Minutes()))}
				if err := alarm.Raise(ctx, tx, a); err != nil {
					return err
				}
				stay = append(stay, a.Subject)
			}
		}
		return alarm.ClearBut(ctx, tx, alarm.PauseLong, stay)
	})
}
