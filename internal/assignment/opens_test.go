package assignment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/staff"
)

// TestAChangeSaysWhichGapsItOpens is F36 at saving: a leave, a schedule and a dismissal
// are told what they open, where and when, once; what was missing before is not said.
func TestAChangeSaysWhichGapsItOpens(t *testing.T) {
	t.Parallel()
	c := demo(t)
	c.add(Rule{ReasonID: c.reason("ВС-02"), Levels: levels(1, 2, 3)})
	opens := func(from, until time.Time, save func() error) []string {
		t.Helper()
		said, err := c.s.Opens(c.admin, 1, from, until, save)
		require.NoError(t, err)
		return said
	}
	leave := func(who, sub int64, first, last calendar.Date) func() error {
		return func() error {
			_, err := c.staff.AddLeave(c.admin, who, staff.Leave{Kind: "vacation", StartsOn: first, EndsOn: last, SubstituteID: sub})
			return err
		}
	}
	day := func(d int) calendar.Date { return calendar.On(2026, 11, d) }
	require.Empty(t, opens(time.Time{}, time.Time{}, func() error { return nil }))
	require.Empty(t, opens(day(26).Time(), day(27).Time(), leave(1, 7, day(26), day(26))), "somebody stands in his place")
	far := calendar.On(2026, 12, 14)
	said := opens(far.Time().Add(-12*time.Hour), (far + 20).Time(), leave(2, 0, far, far+19))
	require.NotEmpty(t, said)
	require.Contains(t, said[0], "Неделя с 13.12. Аварийные, меньше трёх уровней: ", "weeks ahead of the coverage page")
	require.Contains(t, said[0], "; все дома; ")
	require.LessOrEqual(t, len(said), told+1)
	said = opens(day(27).Time(), day(28).Time(), func() error {
		return c.staff.SetMarks(c.admin, 1, []staff.Mark{{MemberID: 3, Date: day(27), ShiftDay: staff.ShiftDay{Code: staff.Off}}})
	})
	require.NotEmpty(t, said)
	require.Contains(t, said[0], "Неделя с 27.11. ")
	require.Contains(t, said[0], "пт")
	again := opens(day(27).Time(), day(28).Time(), func() error {
		return c.staff.SetMarks(c.admin, 1, []staff.Mark{{MemberID: 3, Date: day(27), ShiftDay: staff.ShiftDay{Code: staff.Off}}})
	})
	require.Empty(t, again, "it was open before")
	said = opens(time.Time{}, time.Time{}, func() error { c.do(`delete from member_phones where member_id = 1`); return nil })
	require.Contains(t, said, "Гусев П. Н.: нет телефона, аварийная пройдёт мимо.")

	mistake := errors.New("refused")
	_, err := c.s.Opens(c.admin, 1, time.Time{}, time.Time{}, func() error { return mistake })
	require.ErrorIs(t, err, mistake)
	strange := access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 2, UserID: 6, May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 2, 0)})
	said, err = c.s.Opens(strange, 1, time.Time{}, time.Time{}, func() error { return fault.Missing("member") })
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Empty(t, said)
}

// TestTheCountOfGapsIsKept: the badge has the number of the last look.
func TestTheCountOfGapsIsKept(t *testing.T) {
	t.Parallel()
	c := demo(t)
	n, err := c.s.Count(c.admin, 1)
	require.NoError(t, err)
	require.True(t, n.LookedAt.IsZero())
	c.add(Rule{Levels: levels(1, 2, 3), ResponsibleID: 4})
	require.NoError(t, c.s.Check(c.sys, 1))
	n, err = c.s.Count(c.admin, 1)
	require.NoError(t, err)
	require.Equal(t, Count{0, noon}, Count{n.Gaps, n.LookedAt.UTC()})
	c.do(`delete from member_phones where member_id = 2`)
	require.NoError(t, c.s.Check(c.sys, 1))
	n, err = c.s.Count(c.admin, 1)
	require.NoError(t, err)
	require.Equal(t, 2, n.Gaps, "less than three levels, and the man without a phone")
	_, err = c.s.Count(access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: 2}), 1)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}
