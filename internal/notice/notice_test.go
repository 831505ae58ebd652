package notice

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 26, 7, 0, 0, 0, time.UTC) // 12:00 in Yekaterinburg

func made(id int64, service string, f func(*Notice)) Notice {
	n := Notice{ID: id, CompanyID: 1, Service: service, StartsAt: noon, EndsAt: noon.Add(time.Hour), CreatedAt: noon.Add(time.Duration(id) * time.Minute)}
	f(&n)
	return n
}

// TestTheMostSpecificAndNewestComesFirst is F56: a house in two groups, notices of the
// company, of groups and of the house; of one service one is told, of two both.
func TestTheMostSpecificAndNewestComesFirst(t *testing.T) {
	t.Parallel()
	company := func(n *Notice) { n.IsCompany = true }
	group := func(id int64) func(*Notice) { return func(n *Notice) { n.GroupIDs = []int64{id} } }
	house := func(id int64) func(*Notice) { return func(n *Notice) { n.BuildingIDs = []int64{id} } }
	ns := []Notice{
		made(1, "cold_water", house(5)), made(2, "cold_water", company), made(3, "cold_water", group(10)), made(4, "cold_water", group(11)),
		made(5, "power", company), made(6, "heating", house(6)), made(7, "hot_water", group(12)),
	}
	ids := func(ns []Notice) (out []int64) {
		for _, n := range ns {
			out = append(out, n.ID)
		}
		return out
	}
	require.Equal(t, []int64{1, 5}, ids(Choose(ns, 5, []int64{10, 11})))
	require.Equal(t, []int64{4, 5}, ids(Choose(ns, 8, []int64{10, 11})), "of two groups the newest")
	require.Equal(t, []int64{5, 2}, ids(Choose(ns, 9, nil)))
	require.Equal(t, []int64{5, 2}, ids(Choose(ns, 0, []int64{10})), "a house that is not known: the company's")
}

func TestStates(t *testing.T) {
	t.Parallel()
	n := made(1, "power", func(*Notice) {})
	require.Equal(t, Planned, n.State(noon.Add(-time.Second)))
	require.Equal(t, InForce, n.State(noon))
	require.True(t, n.Live(noon))
	require.Equal(t, Ended, n.State(noon.Add(time.Hour)), "its time has passed")
	require.Equal(t, noon.Add(time.Hour), n.Over(noon.Add(2*time.Hour)))
	n.IsProlonged = true
	require.Equal(t, Prolonged, n.State(noon))
	n.ClosedAs = "cancelled"
	require.Equal(t, Cancelled, n.State(noon))
	require.False(t, n.Live(noon))
}

// TestTheEndIsSaidInTheZoneOfTheHouse is F55.
func TestTheEndIsSaidInTheZoneOfTheHouse(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Yekaterinburg")
	require.NoError(t, err)
	n := made(1, "power", func(n *Notice) { n.Text = "На Озёрной, 2 нет света" })
	require.Equal(t, "Внимание! На Озёрной, 2 нет света. Ориентировочно до 13:00.", n.Words(zone, noon).Text)
	n.EndsAt = n.EndsAt.Add(24 * time.Hour)
	require.Equal(t, "Внимание! На Озёрной, 2 нет света. Ориентировочно до 13:00, 27.11.", n.Words(zone, noon).Text)
}
