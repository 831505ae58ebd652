package scenario

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/notice"
	"d24/internal/seed"
	"d24/internal/telephony"
)

// ring is what the line of the first company says to a number now.
func (s *story) ring(number string) telephony.Decision {
	s.t.Helper()
	s.seq++
	d, err := s.app.Director.Route(s.sys, telephony.Incoming{CallKey: "r", Called: "+73430000101", Caller: number, At: s.clock.Now()})
	require.NoError(s.t, err)
	return d
}

func (s *story) raise(in notice.Input) notice.Notice {
	s.t.Helper()
	in.IsVoiced = true
	if in.EndsAt.IsZero() {
		in.EndsAt = s.clock.Now().Add(2 * time.Hour)
	}
	n, err := s.app.Notices.Raise(s.sys, 1, in)
	require.NoError(s.t, err)
	return n
}

func (s *story) heard(number string) (out []int64) {
	for _, n := range s.ring(number).Notices {
		out = append(out, n.ID)
	}
	return out
}

// TestANoticeOfASurgeIsHeardAtOnce is F54: new callers and those who wait hear it from
// the commit on; the requests of the same houses are offered, and stay open till a person chooses.
func TestANoticeOfASurgeIsHeardAtOnce(t *testing.T) {
	s := begin(t)
	e := s.emergency()
	resident := seed.ResidentPhone(0) // lives in the first house of the first company
	require.Empty(t, s.heard(resident))
	at := s.ring(resident).Place
	require.NotZero(t, at.BuildingID)
	n := s.raise(notice.Input{BuildingIDs: []int64{at.BuildingID}, Service: "cold_water", Text: "Нет холодной воды"})
	require.Equal(t, []int64{n.ID}, s.heard(resident))
	require.Empty(t, s.heard("+79990001122"), "who is not known does not hear of one house")
	now, err := s.app.Director.Notices(s.sys, []telephony.Place{at, {CompanyID: 1}})
	require.NoError(t, err)
	require.Len(t, now[at], 1)
	require.Empty(t, now[telephony.Place{CompanyID: 1}])
	require.Equal(t, telephony.Queue, s.ring(resident).Action, "he may stay for an operator")
	require.NotEmpty(t, s.ticket(e.ID).Status.Open(), "an emergency of one flat goes on by itself")
}

// TestANoticeFallsSilentWithItsEnd is F55: cancelled, run out, prolonged, corrected.
func TestANoticeFallsSilentWithItsEnd(t *testing.T) {
	s := begin(t)
	resident := seed.ResidentPhone(0)
	wrong := s.raise(notice.Input{IsCompany: true, Service: "power", Text: "Нет света"})
	require.Len(t, s.heard("+79990001122"), 1, "of the whole company hears everybody")
	_, err := s.app.Notices.Cancel(s.sys, wrong.ID, 1, "ошиблись домом")
	require.NoError(t, err)
	require.Empty(t, s.heard(resident))

	n := s.raise(notice.Input{IsCompany: true, Service: "power", Text: "Нет света"})
	require.Contains(t, s.ring(resident).Notices[0].Speech.Text, "до 00:00, 25.11", "in the house's zone")
	n, err = s.app.Notices.Prolong(s.sys, n.ID, n.Version, s.clock.Now().Add(3*time.Hour))
	require.NoError(t, err)
	require.Contains(t, s.ring(resident).Notices[0].Speech.Text, "до 01:00, 25.11")
	s.pass(3*time.Hour - time.Second)
	require.Len(t, s.heard(resident), 1)
	s.pass(time.Second)
	require.Empty(t, s.heard(resident), "its time has passed")
	require.Equal(t, notice.Ended, n.State(s.clock.Now()))
	at, err := s.app.Notices.At(s.sys, 1, 0)
	require.NoError(t, err)
	require.Len(t, at, 1, "an operator still sees it for a day: still no light")
	s.pass(25 * time.Hour)
	at, err = s.app.Notices.At(s.sys, 1, 0)
	require.NoError(t, err)
	require.Empty(t, at)
}

// TestPlannedWorksAreHeardFromTheirStart is N4, F56: told in advance to operators, to
// callers from the hour of its start; house and company together when services differ.
func TestPlannedWorksAreHeardFromTheirStart(t *testing.T) {
	s := begin(t)
	resident := seed.ResidentPhone(0)
	house := s.ring(resident).Place.BuildingID
	start := s.clock.Now().Add(time.Hour)
	works := s.raise(notice.Input{BuildingIDs: []int64{house}, Service: "heating", Text: "Промывка", StartsAt: start, EndsAt: start.Add(time.Hour)})
	all := s.raise(notice.Input{IsCompany: true, Service: "heating", Text: "Отопление по графику", EndsAt: start.Add(5 * time.Hour)})
	light := s.raise(notice.Input{IsCompany: true, Service: "power", Text: "Нет света", EndsAt: start.Add(5 * time.Hour)})
	require.ElementsMatch(t, []int64{light.ID, all.ID}, s.heard(resident))
	s.pass(time.Hour)
	require.Equal(t, []int64{works.ID, light.ID}, s.heard(resident), "the house's first, of another service too")
	s.pass(time.Hour)
	require.Len(t, s.heard(resident), 2)
	require.NotContains(t, s.heard(resident), works.ID)
}

// told is a resident who heard a notice to its end and hung up.
func (s *story) told(key, phone string, noticeID int64) {
	s.t.Helper()
	for i, r := range []telephony.Report{
		{Kind: telephony.CallStarted, Direction: "inbound", Phone: phone, LineID: 2, CompanyID: 1},
		{Kind: telephony.CallEnded, Outcome: telephony.Answered, Data: fmt.Appendf(nil, `{"notice": %d}`, noticeID)},
	} {
		r.CallKey, r.Seq, r.At, r.Node = key, i+1, s.clock.Now(), "test"
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r))
		require.NoError(s.t, s.app.Telephony.Report(s.sys, r), "a report that comes twice counts once")
	}
}

// TestWhoIsSatisfiedByANoticeIsNotCalledBack is C5, L3 and law.md («a notice does not
// swallow a registration»): the call is joined with the notice and numbered by itself;
// one cancelled meanwhile keeps its calls; who breaks the notice off is called back (F7).
func TestWhoIsSatisfiedByANoticeIsNotCalledBack(t *testing.T) {
	s := begin(t)
	n := s.raise(notice.Input{IsCompany: true, Service: "power", Text: "Нет света"})
	s.told("in-1", "+79000900007", n.ID)
	s.told("in-2", "+79000900008", n.ID)
	s.pass(time.Second)
	require.Empty(t, s.rang)
	require.Zero(t, s.count(`select count(*) from calls where disposition = 'lost'`))
	require.Equal(t, 1, s.count(`select count(*) from calls where key = 'in-2' and disposition = 'notice' and notice_id = $1 and disposition_note = '1/2'`, n.ID))
	require.Equal(t, 2, s.count(`select count(*) from notice_calls where notice_id = $1 and not is_after`, n.ID))
	_, err := s.app.Notices.Cancel(s.sys, n.ID, 1, "ошиблись домом")
	require.NoError(t, err)
	s.told("in-3", "+79000900009", n.ID)
	s.lostCall("in-4", "+79000900010", false)
	s.pass(time.Second)
	require.Equal(t, 3, s.count(`select count(*) from calls where disposition = 'notice'`))
	require.Equal(t, []string{"0′ 0010 callback"}, s.rang)
}
