package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// TestAPoisonedStepIsParked is F48: the step of one escalation panics again and again. After
// three tries people are called; another emergency goes on all the while; mended, it goes
// on from where it stopped and the alarm goes.
func TestAPoisonedStepIsParked(t *testing.T) {
	t.Parallel()
	s := workers(t)
	var err error
	until := func(what, q string, args ...any) {
		t.Helper()
		require.Eventually(t, func() bool {
			require.NoError(t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { _, err := jobs.Due(s.sys, tx); return err }))
			return s.count(q, args...) > 0
		}, time.Minute, 200*time.Millisecond, what)
	}
	sick := s.emergency()
	const begun = `select count(*) from escalations where ticket_id = $1 and stage in ('calling', 'announcing')`
	until("it begins", begun, sick.ID)
	s.do(`update escalations set state = state || '{"stage": "calling", "level": 99}', next_at = now() - interval '1 minute' where ticket_id = $1`, sick.ID)
	_, err = s.app.Escalation.Rearm(s.sys, 0)
	require.NoError(t, err)
	well := s.emergency()
	until("another goes on", begun, well.ID)
	const alarmed = `select count(*) from alarms where code = 'step-parked' and cleared_at is null and subject = 'escalation.step:' || $1::bigint`
	until("people are called", alarmed, sick.ID)
	until("the responsible person too", `select count(*) from call_tasks where ticket_id = $1 and purpose = 'responsible' and state in ('waiting', 'active')`, sick.ID)
	require.Zero(t, s.count(alarmed, well.ID))
	for range 3 {
		_, err = s.app.Escalation.Rearm(s.sys, 0)
		require.NoError(t, err)
	}
	require.Equal(t, 1, s.count(`select count(*) from river_job where kind = 'escalation.step' and (args->>'ticket_id')::bigint = $1 and state in ('available', 'running', 'retryable')`, sick.ID), "it waits, and no other of it comes")
	require.NoError(t, s.app.Unparked(s.sys))
	require.Equal(t, 1, s.count(alarmed, sick.ID))

	s.do(`update escalations set state = state || jsonb_build_object('level', 0, 'deadline', now() - interval '1 s') where ticket_id = $1`, sick.ID)
	s.do(`update river_job set scheduled_at = now() where kind = 'escalation.step' and state = 'retryable'`)
	until("it goes on", `select count(*) from escalations where ticket_id = $1 and next_at > now()`, sick.ID)
	until("its job is over", `select 1 - least(1, count(*)) from river_job where kind = 'escalation.step' and (args->>'ticket_id')::bigint = $1 and state in ('retryable', 'running')`, sick.ID)
	require.NoError(t, s.app.Unparked(s.sys))
	require.Zero(t, s.count(alarmed, sick.ID))
}
