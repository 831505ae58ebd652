package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// strangeLead makes a supervisor of the other company alone.
func strangeLead(h *house) {
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := account.Create(h.sys, tx, account.NewUser{Login: "lead-strange", Password: "lead-strange", Name: "Старший два", Kind: "supervisor", Serves: []int64{strange}})
		return err
	}))
}

func init() {
	more = append(more, func(h *house) map[string][]request {
		strangeLead(h)
		return map[string][]request{"desk-wallboard": {{method: "GET", path: "/desk/wallboard", list: true, by: "lead-strange"}}}
	})
}

// TestTheWallboardSpeaksOfTheFloor: what waits, is owed and is due, of the supervisor's
// companies and nobody else's.
func TestTheWallboardSpeaksOfTheFloor(t *testing.T) {
	t.Parallel()
	h := open(t)
	strangeLead(h)
	h.fails("op-ours", http.MethodGet, "/desk/wallboard", nil, http.StatusForbidden, "access.desk.supervise")

	id, _ := h.emergency()
	task := h.task(ours, "+79000900031")
	since := noon.Add(-130 * time.Second)
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{
		Waiting: []telephony.FloorWaiting{
			{CallKey: "a", CompanyID: ours, Since: since, Kind: "inbound", Urgent: true},
			{CallKey: "c", CompanyID: ours, Since: noon, Kind: "inbound", Slow: true},
			{CallKey: "d", CompanyID: ours, Since: noon, Kind: "inbound", Slow: true},
			{CallKey: "b", CompanyID: strange, Since: noon, Kind: "inbound"},
		},
		Operators: []telephony.FloorSeat{{UserID: 1, Name: "Оператор", State: "wrap_up", Since: noon}, {UserID: 2, State: "off"}},
		Trunks:    []telephony.FloorTrunk{{ID: 1, Name: "Транк X", State: "up", Since: noon, Calls: 3, Channels: 30, Failures: map[string]int{"не отвечает": 2, "сбой у провайдера": 1}}},
	}))
	w := h.ok("supervisor", http.MethodGet, "/desk/wallboard", nil)
	require.InDelta(t, 1, w.get(t, "urgent"), 0)
	require.InDelta(t, 2, w.get(t, "slow"), 0) // F17
	require.Equal(t, since.Format(time.RFC3339), w.get(t, "longest_since"))
	require.Len(t, w.get(t, "seats"), 1)
	require.InDelta(t, 3, w.get(t, "trunks.0.calls"), 0)
	require.InDelta(t, 30, w.get(t, "trunks.0.channels"), 0)
	require.InDelta(t, 3, w.get(t, "trunks.0.failed"), 0)
	require.Equal(t, "не отвечает", w.get(t, "trunks.0.cause"))
	require.Equal(t, task, w.id(t, "lost.0.task_id"))
	require.Equal(t, noon.Add(10*time.Minute).Format(time.RFC3339), w.get(t, "lost.0.promise_at"))
	require.Equal(t, id, w.id(t, "not_handed_over.0.ticket_id"))
	require.NotEmpty(t, w.get(t, "not_handed_over.0.address"))
	require.InDelta(t, 0, w.get(t, "today_in_time"), 0)
	require.Empty(t, w.get(t, "due_soon"), "the emergency has more than 15 minutes")

	h.do(`update tickets set due_at = $2 where id = $1`, id, noon.Add(14*time.Minute))
	w = h.ok("supervisor", http.MethodGet, "/desk/wallboard", nil)
	require.Equal(t, id, w.id(t, "due_soon.0.ticket_id"))
	h.do(`update tickets set due_at = $2 where id = $1`, id, noon.Add(16*time.Minute))
	require.Empty(t, h.ok("supervisor", http.MethodGet, "/desk/wallboard", nil).get(t, "due_soon"))

	theirs := h.ok("lead-strange", http.MethodGet, "/desk/wallboard", nil)
	require.InDelta(t, 1, theirs.get(t, "waiting"), 0)
	require.InDelta(t, 0, theirs.get(t, "urgent"), 0)
	require.InDelta(t, 0, theirs.get(t, "slow"), 0)
	require.Empty(t, theirs.get(t, "lost"))
	require.Empty(t, theirs.get(t, "not_handed_over"))
}
