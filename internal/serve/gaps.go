package serve

import (
	"context"
	"fmt"
	"strings"
	"time"

	"d24/internal/alarm"
	"d24/internal/calllog"
	"d24/internal/platform/pg"
)

// Of calls without a record (R27): a fact may be under way for some seconds, after an absence of
// the database for half a minute (R8); what is missing longer never comes by itself.
const (
	gapLooks = 5 // between two searches: ten seconds
	gapStays = 30 * time.Second
	gapQuiet = 3 // searches that find nothing before the alarm goes
)

// gaps is what was missing at the last searches.
type gaps struct {
	looks, quiet int
	since        map[calllog.Gap]time.Time
}

// records looks for calls that are not written down, or not recorded, and tells it. A call that
// no engine has in hand is ended, so that its caller is called back.
func (w *watchman) records(ctx context.Context) error {
	if w.gaps.looks++; w.gaps.looks%gapLooks != 1 {
		return nil
	}
	silent, err := w.app.Telephony.DeadNodes(ctx)
	if err != nil {
		return err
	}
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		found, err := w.missing(ctx, tx, silent)
		if err != nil {
			return err
		}
		lost := w.gaps.stay(found, tx.Now)
		a := alarm.Alarm{Code: alarm.CallUnrecorded, Subject: "calls", Text: lostWords(lost)}
		if len(lost) == 0 {
			if w.gaps.quiet++; w.gaps.quiet == gapQuiet {
				return alarm.Clear(ctx, tx, a.Code, a.Subject)
			}
			return nil
		}
		w.gaps.quiet = 0
		w.log.ErrorContext(ctx, "calls without a record", "calls", lost)
		if err := alarm.Raise(ctx, tx, a); err != nil {
			return err
		}
		return w.cut(ctx, tx, lost[calllog.NoEnd])
	})
}

// stay are the keys of what has been missing for long, by what it is.
func (g *gaps) stay(found []calllog.Gap, now time.Time) map[calllog.GapKind][]string {
	was, lost := g.since, map[calllog.GapKind][]string{}
	g.since = make(map[calllog.Gap]time.Time, len(found))
	for _, f := range found {
		if g.since[f] = now; !was[f].IsZero() {
			g.since[f] = was[f]
		}
		if now.Sub(g.since[f]) >= gapStays {
			lost[f.What] = append(lost[f.What], f.Key)
		}
	}
	return lost
}

// missing asks the journal, with what the living engines have in hand.
func (w *watchman) missing(ctx context.Context, tx *pg.Tx, silent []string) ([]calllog.Gap, error) {
	floors, err := w.app.Telephony.Floors(ctx, tx)
	if err != nil {
		return nil, err
	}
	return w.app.Calls.Gaps(ctx, tx, floors, silent)
}

// cut ends calls that nobody has in hand, and the orders they were of.
func (w *watchman) cut(ctx context.Context, tx *pg.Tx, keys []string) error {
	if err := w.app.Calls.Cut(ctx, tx, keys); err != nil {
		return err
	}
	for _, k := range keys {
		if err := w.app.Telephony.Lose(ctx, tx, k); err != nil {
			return err
		}
	}
	return nil
}

// lostWords says what is missing; the same words as long as it is the same.
func lostWords(lost map[calllog.GapKind][]string) string {
	var said []string
	for _, k := range []struct {
		kind  calllog.GapKind
		words string
	}{{calllog.NoCall, "звонков нет в журнале"}, {calllog.NoEnd, "звонков без конца"}, {calllog.NoRecording, "разговоров без записи"}, {calllog.NoClose, "записей не закончено"}} {
		if n := len(lost[k.kind]); n > 0 {
			said = append(said, fmt.Sprintf("%s: %d", k.words, n))
		}
	}
	return "Учёт звонков неполон — " + strings.Join(said, ", ") + "."
}
