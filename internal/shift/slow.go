package shift

import (
	"context"
	"time"

	"d24/internal/calllog"
	"d24/internal/platform/pg"
)

func (q QueueSettings) slow() calllog.SlowRule {
	return calllog.SlowRule{Calls: q.SlowCalls, Within: time.Duration(q.SlowHours) * time.Hour}
}

// Slow are the numbers that wait longer than others now (F17).
func (s *Service) Slow(ctx context.Context) (list []calllog.Slow, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		set, err := settings(ctx, tx, "")
		if err != nil {
			return err
		}
		list, err = s.calls.Slow(ctx, tx, set.slow())
		return err
	})
	return list, err
}

// Lift takes the mark off the number of a call; the queue knows within two seconds.
// fault.NotFound, fault.Conflict as calllog.Service.Lift.
func (s *Service) Lift(ctx context.Context, callID int64) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		set, err := settings(ctx, tx, "")
		if err != nil {
			return err
		}
		return s.calls.Lift(ctx, tx, set.slow(), callID)
	})
}
