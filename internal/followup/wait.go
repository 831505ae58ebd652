package followup

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/alarm"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/phone"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/shift"
	"d24/internal/telephony"
)

// What happens to a caller who waits on and on (F6): the supervisor is alarmed, then a
// call-back is made that keeps his place, then the broken law is written down.
const (
	leadAfter = time.Minute
	keptAfter = 4 * time.Minute
)

// Late is the job that writes down an answer after the law's five minutes.
type Late struct {
	Late calllog.Late `json:"late"`
}

// Kind names the job.
func (Late) Kind() string { return "followup.late" }

// InsertOpts puts the job where it belongs.
func (Late) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// WriteLate writes an incident down for the supervisor.
func (r *Runner) WriteLate(ctx context.Context, l calllog.Late) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error { return r.Shift.Note(ctx, tx, shift.LateAnswer, l.CompanyID, l.CallID, l.At) })
}

// Waiting looks at those who wait for an operator and does what is due; it is safe to
// run twice and at once with another worker.
func (r *Runner) Waiting(ctx context.Context) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		callers, err := r.Calls.Waiting(ctx, tx)
		if err != nil {
			return err
		}
		long := map[int64]int{}
		for _, c := range callers {
			waited := tx.Now.Sub(c.StartedAt)
			if waited >= leadAfter {
				long[c.CompanyID]++
			}
			if waited >= keptAfter {
				if err := r.keepPlace(ctx, tx, c); err != nil {
					return err
				}
			}
			if waited >= telephony.AnswerWithin {
				if err := r.Shift.Note(ctx, tx, shift.LateAnswer, c.CompanyID, c.CallID, c.StartedAt.Add(telephony.AnswerWithin)); err != nil {
					return err
				}
			}
		}
		return r.alarmLead(ctx, tx, long)
	})
}

// alarmLead shows the supervisor whose callers wait for more than a minute.
func (r *Runner) alarmLead(ctx context.Context, tx *pg.Tx, long map[int64]int) error {
	var stay []string
	for id, n := range long {
		name := "Городской номер"
		if id != 0 {
			c, err := r.Companies.ByID(ctx, tx, id)
			if err != nil {
				return err
			}
			name = c.Name
		}
		a := alarm.Alarm{Code: alarm.LongWait, Subject: fmt.Sprintf("queue:%d", id), CompanyID: id, Text: fmt.Sprintf("%s: ждут ответа дольше минуты, звонков: %d.", name, n)}
		if err := alarm.Raise(ctx, tx, a); err != nil {
			return err
		}
		stay = append(stay, a.Subject)
	}
	return alarm.ClearBut(ctx, tx, alarm.LongWait, stay)
}

// keepPlace makes the call-back of a caller who still waits: whatever happens to his
// call, his place is kept. While he is on the line nobody dials him, and when an
// operator answers the task goes.
func (r *Runner) keepPlace(ctx context.Context, tx *pg.Tx, c calllog.Caller) error {
	l := calllog.Lost{CallID: c.CallID, CompanyID: c.CompanyID, LineID: c.LineID, Phone: c.Phone, At: c.StartedAt}
	if !phone.IsE164(l.Phone) {
		return nil
	}
	if made, err := r.Tasks.Made(ctx, tx, keptKey(l)); err != nil || made {
		return err
	}
	return r.callBack(ctx, tx, keptKey(l), l, "Перезвонить: ждёт ответа больше четырёх минут", telephony.PriorityCallback)
}

func backKey(l calllog.Lost) string { return fmt.Sprintf("callback-%d", l.CallID) }
func keptKey(l calllog.Lost) string { return fmt.Sprintf("callback-kept-%d", l.CallID) }

// callBack makes the task that calls a number back within its ten minutes, unless one
// does already.
func (r *Runner) callBack(ctx context.Context, tx *pg.Tx, key string, l calllog.Lost, title string, priority int) error {
	called, err := r.Tasks.CalledAgain(ctx, tx, telephony.Callback, l.Phone, 0, l.CallID)
	if err != nil || called {
		return err
	}
	s := company.Settings{}.WithDefaults()
	if l.CompanyID != 0 {
		c, err := r.Companies.ByID(ctx, tx, l.CompanyID)
		if err != nil {
			return err
		}
		s = c.Settings
	}
	promise := l.At.Add(s.Minutes(s.CallbackMin))
	plan, _ := desk.Fit(desk.DialPlan{Mode: telephony.OperatorFirst, Dials: 3, RingSec: s.RingSec, Pace: s.Pace, Priority: priority, LineID: l.LineID, Since: l.At}, 1, s.Minutes(s.CallbackMin))
	return r.Tasks.Create(ctx, tx, desk.NewTask{
		Key: key, CompanyID: l.CompanyID, Purpose: telephony.Callback, CallID: l.CallID, Phones: []string{l.Phone},
		Title: title, Plan: plan, DueAt: tx.Now, PromiseAt: &promise,
	})
}
