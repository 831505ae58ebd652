package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// surge is what the engine tells of five calls, woven as it comes: one was spoken with, one
// gave up in the queue, one was led to a company's own people and on to us, one was cut, one
// begins with its end, as after an outage. key and phone tell one telling from another.
func surge(at time.Time, key, phone string) (rs []telephony.Report) {
	seq := map[int]int{}
	add := func(call int, after time.Duration, r telephony.Report) {
		seq[call]++
		r.CallKey, r.Seq, r.At, r.Node, r.Phone = fmt.Sprintf("%s-%d", key, call), seq[call], at.Add(after), "test", fmt.Sprintf("%s%d", phone, call)
		r.Direction, r.LineID, r.CompanyID = "inbound", 2, 1
		rs = append(rs, r)
	}
	for call := range 4 {
		add(call, time.Duration(call)*time.Second, telephony.Report{Kind: telephony.CallStarted})
	}
	for call := range 4 {
		add(call, 5*time.Second, telephony.Report{Kind: telephony.CallAnswered})
		add(call, 6*time.Second, telephony.Report{Kind: telephony.CallTrunk, TrunkID: 1})
		add(call, 7*time.Second, telephony.Report{Kind: telephony.CallQueued})
	}
	add(0, 6*time.Minute, telephony.Report{Kind: telephony.CallMissed, Operator: 1, Miss: telephony.MissNotTaken})
	add(0, 6*time.Minute, telephony.Report{Kind: telephony.CallJoined, Operator: 1}) // later than the law allows
	add(2, 8*time.Second, telephony.Report{Kind: telephony.CallOwn})
	add(2, 9*time.Second, telephony.Report{Kind: telephony.CallOverflow})
	add(1, 6*time.Minute, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Abandoned, Digit: telephony.KeyMessage})
	add(3, time.Minute, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Unknown, Cut: true})
	add(0, 8*time.Minute, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered})
	add(0, 8*time.Minute, telephony.Report{Kind: telephony.CallRecorded, Recording: &telephony.RecordingFact{Path: key + "/0.wav", DurationMS: 1000, Bytes: 16044, State: "done"}})
	add(2, 2*time.Minute, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Answered})
	add(4, 3*time.Minute, telephony.Report{Kind: telephony.CallEnded, Outcome: telephony.Abandoned})
	return rs
}

// TestReportsTogetherAreAsOneByOne: dozens of facts in one transaction leave what they leave
// alone; a report that comes twice counts once, in the same load too.
func TestReportsTogetherAreAsOneByOne(t *testing.T) {
	s := begin(t)
	at := s.clock.Now()
	planned := func() []string { // and the queue is empty again
		out := s.table(`select kind, count(*) from river_job group by 1 order by 1`)
		s.do(`delete from river_job`)
		return out
	}
	planned()
	for _, r := range surge(at, "one", "+7900009100") {
		require.NoError(t, s.app.Telephony.Report(s.sys, r))
	}
	one := planned()
	require.Contains(t, one, "followup.late 2")
	all := surge(at, "all", "+7900009200")
	require.NoError(t, s.app.Telephony.Report(s.sys, slices.Concat(all, all)...))
	require.NoError(t, s.app.Telephony.Report(s.sys, all...))
	require.Equal(t, one, planned(), "whoever waits for these facts hears of them as often")
	for name, q := range map[string]string{
		"calls": `select right(key, 1), company_id, direction, line_id, trunk_id, right(phone, 1), started_at, answered_at, queued_at, joined_at, overflow_at, ended_at, outcome, blame, is_cut, disposition,
			has_message, operator_id, purpose from calls where key like $1 order by key`,
		"events":     `select right(c.key, 1), e.seq, e.at, e.kind, e.company_id, e.data - 'call_key' - 'phone' - 'recording' from call_events e join calls c on c.id = e.call_id where c.key like $1 order by c.key, e.seq`,
		"missed":     `select right(c.key, 1), m.seq, m.operator_id, m.at, m.why from missed_rings m join calls c on c.id = m.call_id where c.key like $1`,
		"recordings": `select right(c.key, 1), r.duration_ms, r.bytes, r.state, r.started_at from recordings r join calls c on c.id = r.call_id where c.key like $1`,
	} {
		one, all := s.table(q, "one-%"), s.table(q, "all-%")
		require.NotEmpty(t, one, name)
		require.Equal(t, one, all, name)
	}
}

// table reads rows as text.
func (s *story) table(q string, args ...any) (out []string) {
	s.t.Helper()
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error {
		rows, err := tx.Query(s.sys, q, args...)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
			v, err := r.Values()
			return strings.TrimSuffix(fmt.Sprintln(v...), "\n"), err
		})
		return err
	}))
	return out
}
