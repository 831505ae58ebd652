package journal

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/notice"
)

// TestACallerIsJoinedWithAnOutageByOneKey is J10 and N2 in the journal: the form shows what is
// told about the house, one key joins the caller and gives him a number without a request; a
// request that is there is tied from its card; both are seen at the notice.
func TestACallerIsJoinedWithAnOutageByOneKey(t *testing.T) {
	h := open(t)
	house := h.count(`select min(building_id) from tickets where unit = 'бр'`)
	ticket := h.count(`select max(id) from tickets where unit = 'бр'`)
	before := h.count(`select count(*) from tickets`)
	_, err := h.app.Notices.Raise(h.ctx, 1, notice.Input{BuildingIDs: []int64{house}, Service: "cold_water", Text: "В доме нет холодной воды", EndsAt: time.Now().Add(3 * time.Hour)})
	require.NoError(t, err)
	h.drive("outage.mjs", strconv.FormatInt(house, 10), strconv.FormatInt(ticket, 10))
	require.Equal(t, before, h.count(`select count(*) from tickets`), "instead of requests")
	require.Equal(t, int64(1), h.count(`select count(*) from notice_calls where n = 1 and unit = '45' and phone = '+79000900031' and building_id = $1`, house))
	require.Equal(t, int64(1), h.count(`select count(*) from notice_tickets where ticket_id = $1`, ticket))
	require.Equal(t, int64(1), h.count(`select count(*) from ticket_events where ticket_id = $1 and text like 'Связана с оповещением № 1%'`, ticket))
}
