package company

import (
	"context"
	"strings"

	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
)

func (p *ProbeSettings) tidy() {
	p.Number = strings.TrimSpace(p.Number)
	if p.EveryMin == 0 {
		p.EveryMin = 1
	}
}

// dearest is more, in kopecks, than a minute of any Russian call costs.
const dearest = 10_000

func (p *ProbeSettings) check(bad **fault.Error) {
	if p.Number != "" {
		e, err := phone.Parse(p.Number, "")
		if err != nil {
			*bad = (*bad).At("body.probe_number", "не похоже на телефон")
		} else {
			p.Number = e
		}
	}
	if p.EveryMin < 1 || p.EveryMin > 60 {
		*bad = (*bad).At("body.probe_every_min", "от 1 до 60 минут")
	}
	if p.Price < 0 || p.Price > dearest {
		*bad = (*bad).At("body.probe_price", "от 0 до 100 рублей")
	}
	if p.Budget < 0 || p.Budget > dearest*100 {
		*bad = (*bad).At("body.probe_budget", "от 0 до 10 000 рублей")
	} else if p.Number != "" && p.Price > p.Budget {
		*bad = (*bad).At("body.probe_budget", "меньше цены одного звонка: проверки не будет")
	}
}

// rings refuses a number that is not ours: a stranger must not be rung every minute.
func (p *ProbeSettings) rings(ctx context.Context, tx *pg.Tx) error {
	if p.Number == "" {
		return nil
	}
	var ours bool
	err := tx.QueryRow(ctx, `select exists (select from lines where phone = $1 and is_active and trunk_id is not null)`, p.Number).Scan(&ours)
	if err == nil && !ours {
		err = fault.New(fault.Invalid, "trunk.wrong", "Транк не сохранён: исправьте отмеченное.").At("body.probe_number", "только наш номер, привязанный к транку")
	}
	return err
}
