package shift

import (
	"context"
	"fmt"
	"time"

	"d24/internal/alarm"
	"d24/internal/platform/pg"
)

// LongTalk is how long a talk lasts before the supervisor hears of it (F19).
const LongTalk = 30 * time.Minute

// LongTalks alarms the supervisor about talks that last for LongTalk, once each; nobody is
// cut off, and the alarm goes with the call. It is safe to run twice and at once.
func (s *Service) LongTalks(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		talks, err := s.calls.Talks(ctx, tx, tx.Now.Add(-LongTalk))
		if err != nil {
			return err
		}
		var stay []string
		for _, t := range talks {
			name, who, held := "Городской номер", "Говорит телефон компании", ""
			if t.CompanyID != 0 {
				c, err := s.Companies.ByID(ctx, tx, t.CompanyID)
				if err != nil {
					return err
				}
				name = c.Name
			}
			if t.Operator != "" {
				who = "Оператор: " + t.Operator
			}
			if t.OnHold {
				held = " Собеседник на удержании."
			}
			text := fmt.Sprintf("%s: разговор дольше %d минут.%s %s", name, int(LongTalk.Minutes()), held, who)
			a := alarm.Alarm{Code: alarm.TalkLong, Subject: fmt.Sprintf("call:%d", t.CallID), CompanyID: t.CompanyID, Text: text}
			if err := alarm.Raise(ctx, tx, a); err != nil {
				return err
			}
			stay = append(stay, a.Subject)
		}
		return alarm.ClearBut(ctx, tx, alarm.TalkLong, stay)
	})
}
