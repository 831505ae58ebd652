package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/desk"
	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

func TestShiftsBeginAtEight(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	for now, want := range map[string]string{
		"2026-11-24T08:00:00+05:00": "2026-11-24T08:00:00+05:00", "2026-11-24T19:59:59+05:00": "2026-11-24T08:00:00+05:00",
		"2026-11-24T20:00:00+05:00": "2026-11-24T20:00:00+05:00", "2026-12-01T07:59:00+05:00": "2026-11-30T20:00:00+05:00",
		"2026-11-24T03:30:00Z": "2026-11-24T08:00:00+05:00", "2026-11-24T02:30:00Z": "2026-11-23T20:00:00+05:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		require.Equal(t, want, desk.ShiftStart(at, zone).In(zone).Format(time.RFC3339), now)
	}
}

// TestEveryPurposeHasWordsAndResults: an operator is never left without either.
func TestEveryPurposeHasWordsAndResults(t *testing.T) {
	t.Parallel()
	tk := &ticket.Ticket{Number: 15, ReasonName: "Течь", Address: "Озёрная, 2, кв. 5"}
	who := &staff.Person{Name: "Гусев П. Н.", SpokenName: "Павел Николаевич"}
	for _, p := range []telephony.Purpose{telephony.Handover, telephony.StatusInquiry, telephony.Feedback, telephony.Callback, telephony.Announcement, telephony.Responsible} {
		v := desk.TaskView{Task: desk.Task{Purpose: p, MemberID: 1}, CompanyName: "УК «Северный берег»"}
		say, ifNot := desk.Words(v, tk, who)
		require.Contains(t, say, "Павел Николаевич. Диспетчерская УК «Северный берег»", p)
		require.NotEmpty(t, ifNot, p)
		if p != telephony.Callback {
			require.Contains(t, say, "№ 15", p)
		}
		require.Contains(t, desk.Results(p), desk.NotReached, p)
		say, _ = desk.Words(desk.TaskView{Task: desk.Task{Purpose: p}}, nil, nil)
		require.NotEmpty(t, say)
	}
	require.Empty(t, desk.Results("unknown"))
}
