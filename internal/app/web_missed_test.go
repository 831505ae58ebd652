package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/desk"
	"d24/internal/desk/deskapi"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// seats puts operators at their places, as the engine tells it.
func (h *house) seats(logins ...string) {
	h.t.Helper()
	f := telephony.Floor{}
	for _, l := range logins {
		id := h.one(`select id from users where login = $1`, l)
		f.Operators = append(f.Operators, telephony.FloorSeat{UserID: id, Name: h.nameOf(id), State: "ready", Since: h.clock.Now()})
	}
	_, err := h.app.Telephony.Shift(h.sys, "test", "127.0.0.1:1", f, false)
	must(h.t, err)
}

func (h *house) nameOf(user int64) (name string) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.sys, `select name from users where id = $1`, user).Scan(&name)
	}))
	return name
}

// TestMissedRings: an operator sees which callers he did not take, why, and what became of
// each of them; he calls back by one key, once, and nobody else with him.
func TestMissedRings(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.seats("operator", "operator2")
	me, other := h.one(`select id from users where login = 'operator'`), h.one(`select id from users where login = 'operator2'`)
	seq := 100
	next := func(r telephony.Report) {
		seq++
		r.Seq = seq
		h.clock.Set(h.clock.Now().Add(time.Second))
		h.report(r)
	}
	miss := func(phone string, why telephony.Miss) string {
		key := h.call(ours, phone)
		next(telephony.Report{CallKey: key, Kind: telephony.CallMissed, Operator: me, Miss: why})
		return key
	}
	end := func(key string, o telephony.Outcome) {
		next(telephony.Report{CallKey: key, Kind: telephony.CallEnded, Outcome: o})
	}
	rows := func(login string) map[string]deskapi.MyMissed {
		var my deskapi.MyDesk
		h.ok(login, http.MethodGet, "/desk/my", nil).into(t, &my)
		out := map[string]deskapi.MyMissed{}
		for _, m := range my.Missed {
			out[m.Key] = m
		}
		return out
	}

	waits := miss("+79000900701", telephony.MissNotTaken)
	taken := miss("+79000900702", telephony.MissDeclined)
	next(telephony.Report{CallKey: taken, Kind: telephony.CallJoined, Operator: other})
	mine := miss("+79000900703", telephony.MissNotTaken)
	next(telephony.Report{CallKey: mine, Kind: telephony.CallJoined, Operator: me})
	lost := miss("+79000900704", telephony.MissGaveUp)
	end(lost, telephony.Abandoned)
	hidden := miss("", telephony.MissGaveUp)
	end(hidden, telephony.Abandoned)
	came := miss("+79000900705", telephony.MissNotTaken)
	next(telephony.Report{CallKey: came, Kind: telephony.CallMissed, Operator: me, Miss: telephony.MissDeclined})
	end(came, telephony.Abandoned)
	again := h.call(ours, "+79000900705")
	next(telephony.Report{CallKey: again, Kind: telephony.CallJoined, Operator: other})
	h.work()

	got := rows("operator")
	require.NotContains(t, got, mine, "he took it at the second ring")
	require.Len(t, got, 5)
	type row struct {
		fate desk.Fate
		why  telephony.Miss
		by   string
		can  bool
	}
	told := func(m deskapi.MyMissed) row { return row{m.Fate, m.Why, m.By, m.CanCall} }
	name := h.nameOf(other)
	for key, want := range map[string]row{
		waits: {desk.StillWaits, telephony.MissNotTaken, "", false}, taken: {desk.Answering, telephony.MissDeclined, name, false}, lost: {desk.ToBeCalled, telephony.MissGaveUp, "", true},
		hidden: {desk.Nobodys, telephony.MissGaveUp, "", false}, came: {desk.CameThrough, telephony.MissDeclined, name, false},
	} {
		require.Equal(t, want, told(got[key]), key)
	}
	require.Equal(t, 2, got[came].Rings)
	require.NotNil(t, got[lost].PromiseAt)
	require.Empty(t, rows("operator2"), "what rang at another is not his")

	path := fmt.Sprintf("/desk/tasks/%d/take", *got[lost].TaskID)
	h.seats("operator", "operator2")
	h.ok("operator2", http.MethodPost, path, nil)
	require.Equal(t, row{desk.ToBeCalled, telephony.MissGaveUp, name, false}, told(rows("operator")[lost]))
	refused := h.fails("operator", http.MethodPost, path, nil, http.StatusConflict, "task.held")
	require.Contains(t, refused.body, name, "with the name of who has it")
	require.Equal(t, other, h.one(`select operator_id from call_tasks where id = $1`, *got[lost].TaskID))
	h.ok("supervisor", http.MethodPost, path, nil)

	h.do(`update call_tasks set operator_id = $2 where id = $1`, *got[lost].TaskID, other)
	h.seats("operator")
	require.True(t, rows("operator")[lost].CanCall, "who had it has gone home")
	h.ok("operator", http.MethodPost, path, nil)
	require.Equal(t, row{desk.ToBeCalled, telephony.MissGaveUp, "", false}, told(rows("operator")[lost]), "it comes to him")

	h.clock.Set(h.clock.Now().Add(13 * time.Hour))
	require.Empty(t, rows("operator"), "of another shift")
}
