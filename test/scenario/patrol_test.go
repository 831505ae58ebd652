package scenario

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCoverageIsLookedAtEveryHour is F36: gaps raise one alarm of a company, an hour later
// the same one stands, changed when the gaps are, and it goes when they are mended; each
// company is looked at in a minute of its own.
func TestCoverageIsLookedAtEveryHour(t *testing.T) {
	s := begin(t)
	open := `select count(*) from alarms where code = 'coverage-gaps' and company_id = 1 and cleared_at is null`
	hour := func() {
		require.NoError(t, s.app.Rules.Patrol(s.sys))
		require.Equal(t, s.count(`select count(*) from companies where is_active`), s.count(`select count(distinct scheduled_at) from river_job where kind = 'assignment.check' and state in ('available', 'scheduled')`))
		s.pass(time.Hour)
	}
	hour()
	before := s.text(`select coalesce(max(text), '') from alarms where code = 'coverage-gaps' and company_id = 1 and cleared_at is null`)
	s.do(`delete from member_phones where member_id in (1, 2)`)
	hour()
	require.Equal(t, 1, s.count(open))
	raised := s.text(`select text from alarms where code = 'coverage-gaps' and company_id = 1 and cleared_at is null`)
	require.NotEqual(t, before, raised)
	require.Contains(t, raised, "сотрудники без телефона – 2")
	hour()
	require.Equal(t, 1, s.count(open), "not once more")
	s.do(`update members set is_on_duty = false where company_id = 1`)
	hour()
	require.Equal(t, 1, s.count(open))
	require.Contains(t, s.text(`select text from alarms where code = 'coverage-gaps' and company_id = 1 and cleared_at is null`), "никого на дежурстве")
	s.do(`update members set is_archived = true where company_id = 2`)
	s.do(`update reasons set is_archived = true where company_id = 1`) // nothing to take: nothing is missing but phones
	s.do(`delete from member_duties where company_id = 1`)
	hour()
	require.Zero(t, s.count(open), "mended: it goes by itself")
}

func (s *story) text(q string, args ...any) (out string) {
	s.t.Helper()
	require.NoError(s.t, s.pool.QueryRow(s.sys, q, args...).Scan(&out))
	return out
}
