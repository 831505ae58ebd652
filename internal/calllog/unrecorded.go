package calllog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// recordedWithin is for how long after its end a call without a recording is looked for: what
// is older is found in the journal. No call lasts longer than lasts.
const (
	recordedWithin = time.Hour
	lasts          = 12 * time.Hour
)

// Gap is something of a call that should have been written down and was not (R27).
type Gap struct {
	Key  string // of the call
	What GapKind
}

// GapKind is what is missing.
type GapKind string

// The closed set of gaps.
const (
	NoRecording GapKind = "recording" // it was answered and is over, and neither a recording is there nor the reason of its absence
	NoClose     GapKind = "close"     // it is over and its recording is said to be written still
	NoEnd       GapKind = "end"       // no engine has it in hand, and it is not over
	NoCall      GapKind = "call"      // an engine has it in hand, and it is not in the journal
)

// Gaps are what is missing now, by the calls that living engines have in hand. A fact may still
// be under way: only what stays is a fault. Engines that are silent have a watch of their own,
// those that still have facts to deliver say so: what they had in hand is not judged.
func (s *Service) Gaps(ctx context.Context, tx *pg.Tx, floors []telephony.Floor, silent []string) ([]Gap, error) {
	keys, begun, unjudged := []string{}, []string{}, append([]string{}, silent...)
	for _, f := range floors {
		if f.IsBehind() {
			unjudged = append(unjudged, f.Node)
		}
		for _, c := range f.Calls {
			keys = append(keys, c.CallKey)
			if hasCall(c) && !f.IsBehind() {
				begun = append(begun, c.CallKey)
			}
		}
	}
	rows, err := tx.Query(ctx, `with over as (select id, key, answered_at, recording_gone_at from calls where started_at > $5 and ended_at > $1 and not node = any($3))
		select key, 'recording' from over where answered_at is not null and recording_gone_at is null and not exists (select from recordings where call_id = over.id)
		union all select key, 'close' from over where exists (select from recordings where call_id = over.id and state = 'writing')
		union all select key, 'end' from calls where ended_at is null and not key = any($2) and not node = any($3)
		union all select key, 'call' from unnest($4::text[]) key where not exists (select from calls where calls.key = key.key)
		order by 1, 2`, tx.Now.Add(-recordedWithin), keys, unjudged, begun, tx.Now.Add(-recordedWithin-lasts))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Gap])
}

// hasCall says whether what an engine has in hand is in the journal: an order that nobody has
// dialled yet is not, and of an incoming call it is only then decided what to do with it.
func hasCall(c telephony.FloorCall) bool {
	switch c.State {
	case "arriving":
		return false
	case "waiting", "offered", "counting":
		return c.IsInbound
	}
	return true
}

// Cut ends calls that no engine has in hand any more: whoever was on the line is called back.
func (s *Service) Cut(ctx context.Context, tx *pg.Tx, keys []string) error {
	calls, err := find(ctx, tx, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		c := calls[k]
		if c == nil || c.ended {
			continue
		}
		if err := s.end(ctx, tx, *c, telephony.Report{At: tx.Now, Outcome: telephony.Unknown, Blame: telephony.Ours, Cut: true}); err != nil {
			return fmt.Errorf("call %d: %w", c.id, err)
		}
		if _, err := tx.Exec(ctx, `update recordings set state = 'cut', note = 'оборвано сбоем' where call_id = $1 and state = 'writing'`, c.id); err != nil {
			return err
		}
	}
	return nil
}
