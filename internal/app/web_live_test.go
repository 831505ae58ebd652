package app_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestTheSupervisorSeesEveryCall: who, of which company and house, in which state, with
// whom; who waits longest stands first; nothing of other companies.
func TestTheSupervisorSeesEveryCall(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.fails("op-ours", http.MethodGet, "/desk/live-calls", nil, http.StatusForbidden, "access.desk.supervise")
	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{
		Trunks: []telephony.FloorTrunk{{ID: 7, Name: "Транк X", State: "up"}},
		Calls: []telephony.FloorCall{
			{CallKey: "t", CompanyID: ours, Phone: "+79000900041", IsInbound: true, State: "talking", StartedAt: noon.Add(-time.Hour), OperatorID: 1, Operator: "Миронова О. Л.", TrunkID: 7, TalkSince: &noon},
			{CallKey: "w2", CompanyID: ours, Phone: "", IsInbound: true, State: "waiting", StartedAt: noon.Add(-time.Minute)},
			{CallKey: "w1", CompanyID: ours, Phone: "+79000900042", IsInbound: true, State: "waiting", StartedAt: noon.Add(-4 * time.Minute), BuildingID: h.building(ours)},
			{CallKey: "s", CompanyID: strange, Phone: "+79000900043", IsInbound: true, State: "waiting", StartedAt: noon},
			{CallKey: "o", CompanyID: ours, Phone: "+79000900044", State: "waiting", StartedAt: noon, Purpose: telephony.Callback},
		},
	}))
	h.do(`delete from operator_companies where user_id = $1 and company_id <> $2`, h.user("supervisor"), ours)
	l := h.ok("supervisor", http.MethodGet, "/desk/live-calls", nil)
	var keys []string
	for _, x := range l.get(t, "items").([]any) { //nolint:forcetypeassert // the API's
		keys = append(keys, x.(map[string]any)["key"].(string)) //nolint:forcetypeassert // the API's
	}
	require.Equal(t, []string{"w1", "w2", "t", "o"}, keys)
	require.NotEmpty(t, l.get(t, "items.0.house"))
	require.Equal(t, "Транк X", l.get(t, "items.2.trunk"))
	require.Equal(t, noon.Format(time.RFC3339), l.get(t, "items.2.talk_since")) // F19
	require.Nil(t, l.get(t, "items.0.talk_since"))
	require.NotContains(t, l.body, "+79000900043")
}
