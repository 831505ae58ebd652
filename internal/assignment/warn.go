package assignment

import (
	"context"
	"fmt"

	"d24/internal/calendar"
	"d24/internal/platform/pg"
	"d24/internal/reason"
)

// Warnings say in words what of a rule is not forbidden and not good (F33, F36).
func (s *Service) Warnings(ctx context.Context, r Rule) (out []string, err error) {
	if r.IsArchived {
		return nil, nil
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		c, err := s.companies.ByID(ctx, tx, r.CompanyID)
		if err != nil {
			return err
		}
		if r.ReasonID != 0 && len(r.Levels) > 0 && len(r.Levels) < 3 {
			x, err := s.reasons.ByID(ctx, tx, r.CompanyID, r.ReasonID)
			if err != nil {
				return err
			}
			if x.Kind == reason.Emergency {
				out = append(out, fmt.Sprintf("Причина аварийная, а уровней %d: нужно не меньше трёх, иначе звонить быстро станет некому.", len(r.Levels)))
			}
		}
		d := calendar.DateOf(tx.Now.UTC())
		b, err := s.staff.Board(ctx, tx, r.CompanyID, d, d)
		if err != nil {
			return err
		}
		fit := c.Settings.MostNumbers()
		for _, l := range r.Levels {
			for _, id := range l.Members {
				switch m, _ := b.Member(id, tx.Now); {
				case len(m.AllPhones) == 0:
					out = append(out, m.Name+": нет телефона, аварийная пройдёт мимо.")
				case len(m.AllPhones) > fit:
					out = append(out, fmt.Sprintf("%s: телефонов %d, а за время уровня успеваем обзвонить %d.", m.Name, len(m.AllPhones), fit))
				}
			}
		}
		return nil
	})
	return out, err
}
