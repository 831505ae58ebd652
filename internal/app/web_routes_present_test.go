package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

func init() {
	more = append(more, func(*house) map[string][]request {
		return map[string][]request{"operators-present": {{method: "GET", path: "/desk/present?company_id=2"}}}
	})
}

// TestTheSummaryOfCallsIsTheLengthOfItsLists is D1: who waits, was lost and was spoken to
// afterwards is the length of the list behind it; a company is told how many operators answer
// its residents, and not of those who serve others.
func TestTheSummaryOfCallsIsTheLengthOfItsLists(t *testing.T) {
	t.Parallel()
	h := open(t)
	call := func(phone, direction, set string) {
		key := h.call(ours, phone)
		h.do(`update calls set direction = $2, queued_at = started_at, joined_at = null, ended_at = null, answered_at = null, disposition = null where key = $1`, key, direction)
		if set != "" {
			h.do(`update calls set `+set+` where key = $1`, key)
		}
	}
	h.do(`delete from call_events`)
	h.do(`update calls set started_at = started_at - interval '30 days'`)
	call("+79000900071", "inbound", "")
	call("+79000900072", "inbound", `ended_at = started_at, disposition = 'lost'`)
	call("+79000900073", "inbound", `ended_at = started_at, disposition = 'lost'`)
	h.do(`update calls set started_at = started_at - interval '1 minute' where phone in ('+79000900072', '+79000900073')`)
	call("+79000900073", "outbound", `answered_at = started_at, ended_at = started_at`)
	call("+79000900072", "outbound", `ended_at = started_at, outcome = 'no_answer'`)
	for query, want := range map[string]int{"result=waiting": 1, "result=lost": 2, "result=called_back": 1} {
		query += "&from=" + noon.Add(-time.Hour).Format(time.RFC3339)
		require.Equal(t, int64(want), h.ok("admin", http.MethodGet, "/calls/count?"+query, nil).id(t, "count"), query)
		require.Len(t, h.ok("admin", http.MethodGet, "/calls?"+query, nil).get(t, "items"), want, query)
	}

	mine, theirs := h.one(`select min(user_id) from operator_companies where company_id = 1`), h.one(`select max(user_id) from operator_companies where company_id = 2 and user_id not in (select user_id from operator_companies where company_id = 1)`)
	seat := func(id int64, state string) telephony.FloorSeat {
		return telephony.FloorSeat{UserID: id, State: state, Since: noon}
	}
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Operators: []telephony.FloorSeat{seat(mine, "ready"), seat(theirs, "talking")}}))
	p := h.ok("admin", http.MethodGet, "/desk/present", nil)
	require.Equal(t, []int64{1, 1, 0, 0}, []int64{p.id(t, "on"), p.id(t, "free"), p.id(t, "talking"), p.id(t, "away")}, "who serves others is not counted")
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{Operators: []telephony.FloorSeat{seat(mine, "off"), seat(theirs, "talking")}}))
	require.Zero(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/desk/present?company_id=%d", ours), nil).id(t, "on"), "who has gone home is not at work")
}
