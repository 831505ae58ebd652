package company

import (
	"context"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Caps are the bounds of what a company may call (S9).
func (s *Service) Caps(ctx context.Context, tx *pg.Tx, id int64) (c telephony.Caps, err error) {
	err = tx.QueryRow(ctx, `select out_concurrent, out_hourly, out_minutes from companies where id = $1`, id).Scan(&c.Concurrent, &c.Hourly, &c.Minutes)
	return c, err
}

// KeepCaps changes them; our own people's right.
func (s *Service) KeepCaps(ctx context.Context, id int64, c telephony.Caps) (t Tenant, err error) {
	bad := fault.New(fault.Invalid, "caps.wrong", "Пределы не сохранены: исправьте отмеченное.")
	for at, v := range map[string][2]int{"concurrent": {c.Concurrent, 1000}, "hourly": {c.Hourly, 100_000}, "minutes": {c.Minutes, 1_000_000}} {
		if v[0] < 1 || v[0] > v[1] {
			bad = bad.At("body."+at, "от 1")
		}
	}
	if len(bad.Fields) > 0 {
		return t, bad
	}
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, by access.Actor) error {
		if t, err = tenant(ctx, tx, id); err != nil {
			return err
		}
		was := t.Caps
		if _, err := tx.Exec(ctx, `update companies set out_concurrent = $2, out_hourly = $3, out_minutes = $4 where id = $1`, id, c.Concurrent, c.Hourly, c.Minutes); err != nil {
			return err
		}
		t.Caps = c
		return note(ctx, tx, by, id, "company.caps", object(id), capWords(was), capWords(c))
	})
	return t, err
}

func capWords(c telephony.Caps) map[string]int {
	return map[string]int{"concurrent": c.Concurrent, "hourly": c.Hourly, "minutes": c.Minutes}
}
