package serve

import (
	"context"
	"log/slog"
	"time"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/app"
	"d24/internal/audit"
	"d24/internal/clock"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Watches of the worker.
const (
	dueEvery   = 250 * time.Millisecond
	lookEvery  = 2 * time.Second
	lateAfter  = 5 * time.Second // a step that is so late has lost its wake-up
	quietRuns  = 15              // looks without anything late before the alarm goes
	workerDead = 10 * time.Second
	// After an absence of the database every engine looks silent until it beats
	// again: one is dead only when it stays silent for some looks in a row.
	engineEvery = time.Second
	silentLooks = 3
	pairLooks   = 15 // the auditor of pairs looks every half a minute
)

// watchman looks whether anything that should have happened did not: it gives
// lost steps another wake-up, ends the calls of dead engines, raises alarms.
type watchman struct {
	app   *app.App
	log   *slog.Logger
	node  string
	quiet int
	looks int // since the pairs were looked at
	gaps  gaps
	// silent counts the looks in a row at which an engine was silent; "" stands for
	// «no engine at all». Only engines' own loop touches it.
	silent map[string]int
	// pages tells when the certificate of our pages ends; nil: they are not open by https.
	pages    func(ctx context.Context) (time.Time, error)
	pagesEnd time.Time
	certLook int
}

// run looks until ctx ends.
func (w *watchman) run(ctx context.Context) {
	ctx = access.AsSystem(ctx, "watchman")
	w.look(ctx)
	clock.Every(ctx, lookEvery, func() { w.look(ctx) })
}

// engineers looks after the engines until ctx ends: with the ten seconds of an
// engine's silence and the looks that confirm it below the 15 s of R8.
func (w *watchman) engineers(ctx context.Context) {
	ctx = access.AsSystem(ctx, "watchman")
	clock.Every(ctx, engineEvery, func() {
		if err := w.engines(ctx); err != nil && ctx.Err() == nil {
			w.silent = nil // what was seen before the absence proves nothing
			w.log.WarnContext(ctx, "the watchman could not look", "at", "engines", "err", err)
		}
	})
}

// punctual gives steps to the workers at their hour.
func (w *watchman) punctual(ctx context.Context) {
	ctx = access.AsSystem(ctx, "watchman")
	clock.Every(ctx, dueEvery, func() {
		err := pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
			if n, err := jobs.Stranded(ctx, tx); err != nil {
				return err
			} else if n > 0 {
				w.log.WarnContext(ctx, "steps that nobody was at any more are given out again", "steps", n)
			}
			_, err := jobs.Due(ctx, tx)
			return err
		})
		if err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "steps could not be given out", "err", err)
		}
	})
}

func (w *watchman) look(ctx context.Context) {
	well := true
	for name, f := range map[string]func(context.Context) error{"beat": w.beat, "steps": w.steps, "late": w.late, "parked": w.app.Unparked, "promises": w.promises, "trunks": w.trunks, "voice": w.voice, "certificates": w.certs, "audit": w.seal, "pairs": w.pairs, "records": w.records, "queue": w.app.Followup.Waiting, "pauses": w.app.Shift.LongPauses, "talks": w.app.Shift.LongTalks} {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			well = false
			w.log.WarnContext(ctx, "the watchman could not look", "at", name, "err", err)
		}
	}
	if well {
		if err := w.seen(ctx); err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "the watchman could not beat", "err", err)
		}
	}
}

func (w *watchman) beat(ctx context.Context) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `insert into worker_nodes (node, seen_at) values ($1, $2) on conflict (node) do update set seen_at = excluded.seen_at`, w.node, tx.Now)
		return err
	})
}

func (w *watchman) steps(ctx context.Context) error {
	late := 0
	for _, rearm := range []func(context.Context, time.Duration) (int, error){w.app.Escalation.Rearm, w.app.Tasks.Rearm, w.app.Followup.Rearm, w.app.Staff.Rearm} {
		n, err := rearm(ctx, lateAfter)
		if err != nil {
			return err
		}
		late += n
	}
	if late == 0 {
		if w.quiet++; w.quiet == quietRuns {
			return w.alarm(ctx, false, alarm.Alarm{Code: alarm.Overdue, Subject: "steps"})
		}
		return nil
	}
	w.quiet = 0
	w.log.WarnContext(ctx, "steps had lost their wake-up", "steps", late)
	return w.alarm(ctx, true, alarm.Alarm{Code: alarm.Overdue, Subject: "steps", Text: "Шаги автоматизации опоздали и запущены заново: после сбоя это проходит само."})
}

// promises alarms the supervisor about call-backs that are late, or soon will be.
func (w *watchman) promises(ctx context.Context) error {
	_, err := w.app.Tasks.Promises(ctx)
	return err
}

func (w *watchman) engines(ctx context.Context) error {
	silent, err := w.app.Telephony.DeadNodes(ctx)
	if err != nil {
		return err
	}
	alive, err := w.app.Telephony.Node(ctx)
	if err != nil {
		return err
	}
	if alive == "" {
		silent = append(silent, "")
	}
	was := w.silent
	w.silent = map[string]int{}
	for _, node := range silent {
		w.silent[node] = was[node] + 1
		if w.silent[node] < silentLooks || node == "" {
			continue
		}
		orders, calls, err := w.app.Telephony.Recover(ctx, node)
		if err != nil {
			return err
		}
		if orders+calls > 0 {
			w.log.ErrorContext(ctx, "an engine died with calls in hand", "node", node, "orders", orders, "calls", calls)
		}
	}
	return w.alarm(ctx, w.silent[""] >= silentLooks, alarm.Alarm{Code: alarm.EngineDead, Subject: "engine", Text: "Телефонная часть не отвечает: звонки не принимаются."})
}

// voice tells that what must be spoken cannot be: spare phrases sound instead (F42).
func (w *watchman) voice(ctx context.Context) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		floors, err := w.app.Telephony.Floors(ctx, tx)
		if err != nil {
			return err
		}
		a := alarm.Alarm{Code: alarm.VoiceMute, Subject: "voice"}
		for _, f := range floors {
			if f.Mute != "" {
				a.Text = "Телефонная часть не может произнести слова: " + f.Mute + "."
			}
		}
		if a.Text != "" {
			return alarm.Raise(ctx, tx, a)
		}
		return alarm.Clear(ctx, tx, a.Code, a.Subject)
	})
}

// pairs looks for requests whose supplier's half is missing (F49).
func (w *watchman) pairs(ctx context.Context) error {
	if w.looks++; w.looks%pairLooks != 1 {
		return nil
	}
	n, err := w.app.Pairs.Audit(ctx)
	if n > 0 {
		w.log.ErrorContext(ctx, "requests without their supplier's half", "requests", n)
	}
	return err
}

// seal puts what was written into the audit journal under its chain, within seconds.
func (w *watchman) seal(ctx context.Context) error {
	_, err := audit.Seal(ctx, w.app.DB)
	return err
}

func (w *watchman) alarm(ctx context.Context, on bool, a alarm.Alarm) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		if on {
			return alarm.Raise(ctx, tx, a)
		}
		return alarm.Clear(ctx, tx, a.Code, a.Subject)
	})
}
