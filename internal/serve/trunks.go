package serve

import (
	"context"
	"fmt"
	"slices"
	"time"

	"d24/internal/alarm"
	numbers "d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// trunks raises the alarms of providers: all are down, one is, one refuses our numbers.
func (w *watchman) trunks(ctx context.Context) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		floors, err := w.app.Telephony.Floors(ctx, tx)
		if err != nil {
			return err
		}
		standing, err := alarm.Raised(ctx, tx)
		if err != nil {
			return err
		}
		wanted := trunkAlarms(floors)
		for _, a := range wanted {
			if err := alarm.Raise(ctx, tx, a); err != nil {
				return err
			}
		}
		for _, a := range standing {
			if a.Code == alarm.CallsCapped && tx.Now.Sub(a.RaisedAt) > cappedFor { // it comes again when it still is
				if err := alarm.Clear(ctx, tx, a.Code, a.Subject); err != nil {
					return err
				}
			}
			if !slices.Contains(ofTrunks, a.Code) || slices.ContainsFunc(wanted, func(x alarm.Alarm) bool { return x.Code == a.Code && x.Subject == a.Subject }) {
				continue
			}
			if err := alarm.Clear(ctx, tx, a.Code, a.Subject); err != nil {
				return err
			}
		}
		return nil
	})
}

// cappedFor is how long the alarm of a bound stands after it was reached.
const cappedFor = 10 * time.Minute

var ofTrunks = []alarm.Code{alarm.PhoneGuessed, alarm.TrunksDown, alarm.TrunkDown, alarm.IDBlocked, alarm.ProbeFails}

// trunkAlarms are the alarms of what the engines see. A trunk that one engine reaches works.
func trunkAlarms(floors []telephony.Floor) (out []alarm.Alarm) {
	seen := map[int64]telephony.FloorTrunk{}
	for _, f := range floors {
		for _, t := range f.Trunks {
			if was, ok := seen[t.ID]; !ok || was.State == "down" {
				seen[t.ID] = t
			}
		}
	}
	for _, f := range floors {
		for _, b := range f.Bans {
			out = append(out, alarm.Alarm{Code: alarm.PhoneGuessed, Subject: "ban:" + b.ID, Text: fmt.Sprintf("С %s подбирают пароли настольных телефонов: полчаса оттуда никого не слушаем. Наши зарегистрированные телефоны работают.", b.Address)})
		}
	}
	down := 0
	for _, t := range seen {
		if t.State == "down" {
			down++
		}
	}
	if len(seen) > 0 && down == len(seen) {
		out = append(out, alarm.Alarm{Code: alarm.TrunksDown, Subject: "trunks", Text: "Ни один оператор связи не отвечает: входящих нет, исходящие не проходят."})
	}
	for id, t := range seen {
		subject := fmt.Sprintf("trunk:%d", id)
		if t.State == "down" && down < len(seen) {
			out = append(out, alarm.Alarm{Code: alarm.TrunkDown, Subject: subject, Text: fmt.Sprintf("«%s» не работает: %s. Звонки идут через остальные транки.", t.Name, t.Text)})
		}
		if p := t.Probe; p != nil && p.IsIll && t.State != "down" { // one that is down has its alarm
			out = append(out, alarm.Alarm{Code: alarm.ProbeFails, Subject: subject, Text: fmt.Sprintf("«%s»: проверочный звонок на %s не проходит: %s. Жители могут не дозваниваться.", t.Name, numbers.Show(p.Number), p.Text)})
		}
		if t.Blocked {
			out = append(out, alarm.Alarm{Code: alarm.IDBlocked, Subject: subject, Text: fmt.Sprintf("«%s» сразу отклоняет вызовы с наших номеров: провайдер не пропускает номер.", t.Name)})
		}
	}
	return out
}
