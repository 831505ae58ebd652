package serve

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/obs"
	"d24/internal/platform/pg"
)

// The heartbeat of the watchman (R27): he beats only when he could look at everything; the
// pages' and the phone's processes listen, and their silence is seen by a monitor outside.
const (
	listenEvery = 5 * time.Second
	// SilentAfter is how long the watchman may be silent.
	SilentAfter = time.Minute
	lateAlarm   = 15 * time.Second // of steps (F47)
)

// seen is the beat: everything was looked at just now.
func (w *watchman) seen(ctx context.Context) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update worker_nodes set watched_at = $2 where node = $1`, w.node, tx.Now)
		return err
	})
}

// late alarms when automations are late by 15 s, and says by how much (F47).
func (w *watchman) late(ctx context.Context) error {
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		by, err := lateness(ctx, tx, w.app)
		if err != nil {
			return err
		}
		a := alarm.Alarm{Code: alarm.StepsLate, Subject: "steps"}
		if by < lateAlarm {
			return alarm.Clear(ctx, tx, a.Code, a.Subject)
		}
		a.Text = "Обзвон и напоминания опаздывают на " + spoken(by) + ". Аварийные идут первыми; непринятые обзвоните сами."
		return alarm.Raise(ctx, tx, a)
	})
}

// spoken is a lateness in words that do not change with every look.
func spoken(d time.Duration) string {
	switch {
	case d < 30*time.Second:
		return "15 с и больше"
	case d < time.Minute:
		return "полминуты и больше"
	case d < 5*time.Minute:
		return "минуту и больше"
	}
	return "пять минут и больше"
}

// lateness is by how much the step that is most late is late. What is parked has an alarm of
// its own and is not late.
func lateness(ctx context.Context, tx *pg.Tx, a *app.App) (time.Duration, error) {
	parked, err := alarm.Subjects(ctx, tx, alarm.StepParked)
	if err != nil {
		return 0, err
	}
	var job *time.Time
	if err := tx.QueryRow(ctx, `select min(scheduled_at) from river_job where state = 'available' and queue in ('emergency', 'calls') and attempt < 3`).Scan(&job); err != nil {
		return 0, err
	}
	since := []*time.Time{job}
	for _, due := range []func(context.Context, *pg.Tx, []string) (*time.Time, error){a.Escalation.DueSince, a.Tasks.DueSince, a.Followup.DueSince} {
		at, err := due(ctx, tx, parked)
		if err != nil {
			return 0, err
		}
		since = append(since, at)
	}
	late := time.Duration(0)
	for _, at := range since {
		if at != nil {
			late = max(late, tx.Now.Sub(*at))
		}
	}
	return late, nil
}

// beaten is when the watchman last saw to everything; zero: never.
func beaten(ctx context.Context, tx *pg.Tx) (at time.Time, err error) {
	var last *time.Time
	if err = tx.QueryRow(ctx, `select max(watched_at) from worker_nodes`).Scan(&last); err == nil && last != nil {
		at = *last
	}
	return at, err
}

// Beaten is when the watchman last saw to everything; zero: never.
func Beaten(ctx context.Context, db *pg.DB) (time.Time, error) {
	return pg.InTx(access.AsSystem(ctx, "doctor"), db, func(tx *pg.Tx) (time.Time, error) { return beaten(ctx, tx) })
}

var errSilent = errors.New("the watchman is silent")

// heard tells that the watchman beats; an error: he does not.
func heard(ctx context.Context, db *pg.DB) error {
	return pg.Do(ctx, db, func(tx *pg.Tx) error {
		at, err := beaten(ctx, tx)
		if err == nil && tx.Now.Sub(at) > SilentAfter {
			err = errSilent
		}
		return err
	})
}

// listen raises the alarm of a silent watchman until ctx ends. It runs in processes that
// are not his.
func listen(ctx context.Context, db *pg.DB, log *slog.Logger) {
	ctx = access.AsSystem(ctx, "heart")
	began := db.Clock.Now()
	clock.Every(ctx, listenEvery, func() {
		if err := hear(ctx, db, began); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "the watchman could not be listened to", "err", err)
		}
	})
}

// hear looks once; one who has never beaten is given the time of a start.
func hear(ctx context.Context, db *pg.DB, began time.Time) error {
	return pg.Do(ctx, db, func(tx *pg.Tx) error {
		at, err := beaten(ctx, tx)
		if err != nil {
			return err
		}
		a := alarm.Alarm{Code: alarm.WatchSilent, Subject: "watchman"}
		if at.Before(began) {
			at = began
		}
		if tx.Now.Sub(at) <= SilentAfter {
			return alarm.Clear(ctx, tx, a.Code, a.Subject)
		}
		a.Text = "Сторож автоматизации молчит больше минуты: за обзвоном аварийных никто не следит. Непринятые обзвоните сами."
		return alarm.Raise(ctx, tx, a)
	})
}

// watchfulness gives a monitor outside what it needs for a dead man's switch.
func watchfulness(m *obs.Metrics, a *app.App) {
	ask := func(f func(context.Context, *pg.Tx) (time.Duration, error)) func(context.Context) ([]obs.Sample, error) {
		return func(ctx context.Context) ([]obs.Sample, error) {
			d, err := pg.InTx(access.AsSystem(ctx, "metrics"), a.DB, func(tx *pg.Tx) (time.Duration, error) { return f(ctx, tx) })
			return []obs.Sample{{Value: d.Seconds()}}, err
		}
	}
	m.Ask("d24_steps_late_seconds", "By how much the step that is most late is late.", nil, ask(func(ctx context.Context, tx *pg.Tx) (time.Duration, error) { return lateness(ctx, tx, a) }))
	m.Ask("d24_watchman_silent_seconds", "Since the watchman last saw to everything.", nil, ask(func(ctx context.Context, tx *pg.Tx) (time.Duration, error) {
		at, err := beaten(ctx, tx)
		return tx.Now.Sub(at), err
	}))
}
