package company

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
)

// Window is when a company answers its callers itself, and who does (C8).
type Window struct {
	Phones      []string // E.164, rung together; none unless Answers says that they are
	From        string   // "08:00" of working days, in the house's zone
	To          string   // "17:00": from then on the calls are ours; an hour earlier on short days
	Answers     string   // AnswersNobody, AnswersPhones, AnswersOperators, AnswersBoth
	OverflowSec int      // so long; then the caller is ours (F23)
}

// Who answers in a company's own hours.
const (
	AnswersNobody    = "nobody"    // all calls come to us
	AnswersPhones    = "phones"    // its telephones
	AnswersOperators = "operators" // its own operators in the browser
	AnswersBoth      = "both"
)

// Bounds of Window.OverflowSec: an operator needs some seconds to answer, and of the law's five
// minutes most are to be left for us.
const (
	leastOverflow = 10
	mostOverflow  = 120
)

// ByPhones reports whether the company's telephones ring.
func (w Window) ByPhones() bool { return w.Answers == AnswersPhones || w.Answers == AnswersBoth }

// ByOperators reports whether its own operators are offered the caller.
func (w Window) ByOperators() bool { return w.Answers == AnswersOperators || w.Answers == AnswersBoth }

// Open reports whether a call that came at the instant is the company's own: from the
// minute of From up to, and without, the minute of To (F22). Holidays, days off moved and
// short days are the production calendar's (F23).
func (w Window) Open(at time.Time, zone *time.Location, p calendar.Production) bool {
	if !w.ByOperators() && !w.ByPhones() {
		return false
	}
	local := at.In(zone)
	day := p.Day(calendar.DateOf(local))
	if !day.Kind.Works() {
		return false
	}
	from, to := minutesOf(w.From), minutesOf(w.To)
	if day.Kind == calendar.Short {
		to -= 60
	}
	now := local.Hour()*60 + local.Minute()
	return now >= from && now < to
}

func minutesOf(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// WindowOf is a company's window.
func (s *Service) WindowOf(ctx context.Context, tx *pg.Tx, id int64) (w Window, err error) {
	err = tx.QueryRow(ctx, `select own_phones, own_from, own_to, own_answers, own_overflow_sec from companies where id = $1`, id).Scan(&w.Phones, &w.From, &w.To, &w.Answers, &w.OverflowSec)
	w.read()
	return w, err
}

// read makes a window of what is stored: telephones without a number are nobody.
func (w *Window) read() {
	if w.Answers == AnswersPhones && len(w.Phones) == 0 {
		w.Answers = AnswersNobody
	}
}

// stored is Answers in the database, where nobody is telephones without a number.
func (w Window) stored() string {
	if w.Answers == AnswersNobody {
		return AnswersPhones
	}
	return w.Answers
}

// mostOwnPhones is how many phones are rung together.
const mostOwnPhones = 5

// KeepWindow changes it; our own people's right, as it is the plan of the contract.
func (s *Service) KeepWindow(ctx context.Context, id int64, w Window) (t Tenant, err error) {
	if err := w.check(); err != nil {
		return t, err
	}
	err = s.asPlatform(ctx, func(ctx context.Context, tx *pg.Tx, by access.Actor) error {
		if t, err = tenant(ctx, tx, id); err != nil {
			return err
		}
		was := t.Window
		if _, err := tx.Exec(ctx, `update companies set own_phones = $2, own_from = $3, own_to = $4, own_answers = $5, own_overflow_sec = $6 where id = $1`, id, w.Phones, w.From, w.To, w.stored(), w.OverflowSec); err != nil {
			return err
		}
		t.Window = w
		return note(ctx, tx, by, id, "company.window", object(id), was.words(), w.words())
	})
	return t, err
}

func (w *Window) check() error {
	bad := fault.New(fault.Invalid, "window.wrong", "Часы компании не сохранены: исправьте отмеченное.")
	if !w.ByPhones() && !w.ByOperators() && w.Answers != AnswersNobody {
		bad = bad.At("body.answers", "выберите, кто отвечает")
	}
	if w.OverflowSec < leastOverflow || w.OverflowSec > mostOverflow {
		bad = bad.At("body.overflow_sec", fmt.Sprintf("от %d до %d секунд", leastOverflow, mostOverflow))
	}
	if !w.ByPhones() {
		w.Phones = nil
	}
	out := []string{}
	for i, p := range w.Phones {
		if strings.TrimSpace(p) == "" {
			continue
		}
		e, err := phone.Parse(p, "")
		if err != nil || phone.MayDial(e) != nil {
			bad = bad.At(fmt.Sprintf("body.phones[%d]", i), "нужен городской или мобильный номер России")
			continue
		}
		if !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	if w.Phones = out; w.ByPhones() && len(out) == 0 && len(bad.Fields) == 0 {
		bad = bad.At("body.phones", "укажите телефон или выберите, что отвечают другие")
	}
	if len(w.Phones) > mostOwnPhones {
		bad = bad.At("body.phones", "не больше пяти")
	}
	for at, v := range map[string]string{"from": w.From, "to": w.To} {
		if _, err := time.Parse("15:04", v); err != nil {
			bad = bad.At("body."+at, "время в виде 08:00")
		}
	}
	if len(bad.Fields) == 0 && w.From >= w.To {
		bad = bad.At("body.to", "часы кончаются раньше, чем начинаются")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func (w Window) words() map[string]any {
	return map[string]any{"answers": w.Answers, "phones": w.Phones, "from": w.From, "to": w.To, "overflow_sec": w.OverflowSec}
}
