package followup

import (
	"context"

	"github.com/riverqueue/river"

	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Join is the job that joins a call with the notice that satisfied its caller.
type Join struct {
	Told calllog.Told `json:"told"`
}

// Kind names the job.
func (Join) Kind() string { return "followup.join" }

// InsertOpts puts the job where it belongs.
func (Join) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// Join registers the call under the notice: it swallows no registration, with an
// operator or without. A notice cancelled meanwhile keeps its calls, unnumbered.
func (r *Runner) Join(ctx context.Context, t calllog.Told) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		_, reference, err := r.Notices.Join(ctx, tx, t.NoticeID, t.CallID)
		if err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
		return r.Calls.Joined(ctx, tx, t.CallID, t.NoticeID, reference)
	})
}
