package staff

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// naiveLevel are the people of a level in the order of asking, found by asking each duty
// for itself: more exact ones first, work before place, a house before a group.
func naiveLevel(b *Board, houses map[int64][]int64, q Query, role string, level int) (out []int64) {
	type hit struct{ score, duty, member int64 }
	var hits []hit
	for _, m := range b.members {
		for _, d := range m.Duties {
			inside := d.BuildingID == 0 && d.GroupID == 0 || d.BuildingID > 0 && d.BuildingID == q.BuildingID
			for _, h := range houses[d.GroupID] {
				inside = inside || d.GroupID > 0 && h == q.BuildingID
			}
			if d.Role != role || d.Level != level || !inside || d.WorkTypeID != 0 && d.WorkTypeID != q.WorkTypeID {
				continue
			}
			score := int64(0)
			if d.WorkTypeID > 0 {
				score += 100
			}
			if d.BuildingID > 0 {
				score += 10
			}
			if d.GroupID > 0 {
				score += 5
			}
			hits = append(hits, hit{score, d.ID, m.MemberID})
		}
	}
	for len(hits) > 0 { // the best one that is left
		best := 0
		for i, h := range hits {
			if h.score > hits[best].score || h.score == hits[best].score && h.duty < hits[best].duty {
				best = i
			}
		}
		out = append(out, hits[best].member)
		hits = append(hits[:best], hits[best+1:]...)
	}
	return out
}

// TestDutiesByGroupAgainstTheNaiveOne asks 10,000 questions of random duties by work,
// house and group: chain, responsible and who stands by are those the naive one finds.
func TestDutiesByGroupAgainstTheNaiveOne(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(67, 1))
	now := at(t, "2026-11-24 12:00")
	byGroup := 0
	for range 250 {
		houses := map[int64][]int64{} // by group
		grouped := map[int64][]int64{}
		for g := int64(1); g <= 4; g++ {
			for h := int64(1); h <= 6; h++ {
				if r.IntN(3) == 0 {
					houses[g], grouped[h] = append(houses[g], h), append(grouped[h], g)
				}
			}
		}
		var ms []*onBoard
		for id := int64(1); id <= 8; id++ {
			var ds []Duty
			for range r.IntN(4) {
				d := Duty{Role: []string{"executor", "responsible"}[r.IntN(2)], WorkTypeID: int64(r.IntN(3)), Level: 1 + r.IntN(3)}
				switch r.IntN(3) {
				case 0:
					d.BuildingID = int64(1 + r.IntN(6))
				case 1:
					d.GroupID = int64(1 + r.IntN(5)) // the fifth is gone
				}
				ds = append(ds, d)
			}
			ms = append(ms, person(id, "", does(ds...)))
		}
		b := board(monday-3, monday+9, ms...)
		b.grouped = grouped
		for range 40 {
			q := Query{CompanyID: 1, WorkTypeID: int64(r.IntN(4)), BuildingID: int64(1 + r.IntN(7))}
			for _, role := range []string{"executor", "responsible"} {
				var want []Level
				for n := 1; n <= 3; n++ {
					if ids := naiveLevel(b, houses, q, role, n); len(ids) > 0 {
						want = append(want, Level{N: n, Members: ids})
					}
				}
				require.Equal(t, want, b.Levels(q, role), "%+v", q)
				lead := b.Responsible(q, now)
				switch {
				case role != "responsible":
				case len(want) == 0:
					require.Nil(t, lead)
				default:
					require.Equal(t, want[0].Members[0], lead.MemberID, "all are at work")
				}
				standing := map[int64]bool{}
				for _, m := range b.standing(q, now) {
					standing[m.MemberID] = true
				}
				for _, l := range want {
					for _, id := range l.Members {
						require.True(t, standing[id], "who would be asked is on the list of those on duty")
					}
				}
			}
			byGroup += len(grouped[q.BuildingID])
		}
	}
	require.Greater(t, byGroup, 5000, "most houses asked about are in groups")
}
