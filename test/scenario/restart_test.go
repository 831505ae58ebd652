package scenario

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// dayOf plays an emergency that the second executor takes at his third dial, a call
// that was lost, questions every two hours, and the resident asked in the morning: all that an
// operator would have to keep in mind.
func dayOf(s *story) {
	s.t.Helper()
	s.says(staff(0), silent)
	s.says(staff(1), silent, busy, accepts, answer{after: time.Minute, outcome: telephony.Answered, operator: "in_progress"})
	e := s.emergency()
	s.pass(3 * time.Minute)
	s.lostCall("in-1", "+79000900007", false)
	s.says("+79000900007", silent, answer{after: time.Minute, outcome: telephony.Answered, operator: "answered"})
	s.pass(5 * time.Hour)
	_, err := s.app.Tickets.Move(s.op, e.ID, ticket.Move{To: ticket.Done})
	require.NoError(s.t, err)
	s.says("+79000900001", answer{after: time.Minute, outcome: telephony.Answered, operator: "done"})
	s.pass(12 * time.Hour)
	require.Equal(s.t, ticket.Closed, s.ticket(e.ID).Status)
}

// journal is what everybody can read of it afterwards.
func (s *story) journal() (out []string) {
	s.t.Helper()
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(s.sys, `select to_char(at, 'HH24:MI:SS ') || text from ticket_events union all select to_char(created_at, 'HH24:MI:SS ') || purpose || ' ' || result || ' ' || progress::text from call_tasks order by 1`)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	}))
	return out
}

// TestARestartChangesNothing is O6: the program is started anew after everything that happens; the
// same telephones ring in the same minutes, and the journal says the same.
func TestARestartChangesNothing(t *testing.T) {
	s, other := begin(t), anew(t)
	dayOf(s)
	other.each = other.starts
	dayOf(other)
	require.GreaterOrEqual(t, len(s.rang), 12)
	for _, purpose := range []string{"handover", "callback", "status_inquiry", "feedback"} {
		require.True(t, slices.ContainsFunc(s.rang, func(r string) bool { return strings.HasSuffix(r, purpose) }), purpose)
	}
	require.Equal(t, s.rang, other.rang)
	require.Equal(t, s.journal(), other.journal())
}

// TestAStepDiesWithItsWorker is O6 and R2: again and again the program is killed with a step in its
// hand. The step is given out again within seconds; nobody is dialled who would not have been, and nobody is forgotten.
func TestAStepDiesWithItsWorker(t *testing.T) {
	s, other := begin(t), anew(t)
	dayOf(s)
	n := 0
	other.each = func() {
		if n++; n%3 != 0 {
			return
		}
		taken := other.count(`with one as (update river_job set state = 'running', attempt = 1, attempted_by = '{gone}', attempted_at = $1 where id = (select id from river_job
			where state in ('available', 'scheduled') and scheduled_at <= $1 and queue = any($2) order by scheduled_at, id limit 1) returning 1) select count(*) from one`, other.clock.Now(), jobs.Urgent)
		other.starts()
		if taken == 0 {
			return
		}
		other.clock.Set(other.clock.Now().Add(jobs.StepLasts + 2*time.Second))
		require.NoError(t, pg.Do(other.sys, other.app.DB, func(tx *pg.Tx) error {
			again, err := jobs.Stranded(other.sys, tx)
			require.EqualValues(t, 1, again)
			return err
		}))
	}
	dayOf(other)
	require.Greater(t, n, 30)
	who := func(rang []string) (out []string) {
		for _, r := range rang {
			_, r, _ = strings.Cut(r, " ")
			out = append(out, r)
		}
		slices.Sort(out)
		return out
	}
	require.Equal(t, who(s.rang), who(other.rang))
}

// TestAnEngineDiesWhileItRings is O6 and F46: the telephone of an executor rings, and the engine is
// killed. The dial is no attempt to reach him: he has as many as he would have had.
func TestAnEngineDiesWhileItRings(t *testing.T) {
	s := begin(t)
	s.emergency()
	s.pass(time.Minute)
	for len(s.calls) == 0 {
		s.pass(time.Second)
	}
	orders, _, err := s.app.Telephony.Recover(s.sys, "test")
	require.NoError(t, err)
	require.Equal(t, 1, orders)
	s.calls = nil
	s.starts()
	s.pass(9 * time.Minute)
	dials := 0
	for _, r := range s.rang {
		if strings.HasSuffix(r, "1000 handover") {
			dials++
		}
	}
	require.Equal(t, 6, dials, "five that count, and the one that was cut: %v", s.rang)
}
