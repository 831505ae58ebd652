package journal

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheAdministratorPassesAHouseAndUndoesIt: the dialog refuses a day that is over, orders,
// and is undone from another screen; what the database has is what was seen.
func TestTheAdministratorPassesAHouseAndUndoesIt(t *testing.T) { // F15
	h := open(t)
	house := h.count(`select min(id) from buildings where company_id = 1`)
	day := time.Now().AddDate(1, 0, 0).Format(time.DateOnly)
	h.drive("pass.mjs", strconv.FormatInt(house, 10), day)
	require.Equal(t, int64(1), h.count(`select count(*) from building_passages p join buildings b on b.id = p.building_id
		where p.building_id = $1 and p.to_company_id <> 1 and p.at at time zone b.zone = $2::date and p.with_contacts and p.note = 'протокол собрания № 4'`, house, day))
	require.Equal(t, int64(1), h.count(`select count(*) from building_passages where withdrawn_at is not null`), "it was undone, and refused once before")
	require.Equal(t, int64(1), h.count(`select count(*) from building_passages`))
	require.Zero(t, h.count(`select count(*) from buildings where company_id <> 1 and (city_id, street, house) = (select city_id, street, house from buildings where id = $1)`, house), "nothing of the order is left")
}
