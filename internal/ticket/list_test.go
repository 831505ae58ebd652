package ticket

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

func (c *city) pages(ctx context.Context, f Filter, size int) (out []Ticket) {
	c.t.Helper()
	f.Limit = size
	for {
		rows, next, err := c.s.List(ctx, f)
		require.NoError(c.t, err)
		require.LessOrEqual(c.t, len(rows), page.Size(size))
		out = append(out, rows...)
		if next == "" {
			return out
		}
		if f.Text == "" {
			require.Len(c.t, rows, page.Size(size), "a page that is not the last is full")
		}
		f.After, err = page.Parse(next)
		require.NoError(c.t, err)
	}
}

// narrow is one filter and what it should leave.
type narrow struct {
	name string
	set  func(*Filter)
	keep func(Ticket) bool
}

func has(words ...string) func(Ticket) bool {
	return func(t Ticket) bool {
		all := strings.ReplaceAll(strings.ToLower(t.Address+" "+t.ReasonName+" "+t.Description), "ё", "е")
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
	}
}

func filters(of Ticket) []narrow {
	from, to := noon.Add(-100*time.Hour), noon.Add(-20*time.Hour)
	street, _, _ := strings.Cut(of.Address, ",")
	return []narrow{
		{"nothing", func(*Filter) {}, func(Ticket) bool { return true }},
		{"untaken", func(f *Filter) { f.View = Untaken }, func(t Ticket) bool { return t.Status == New }},
		{"unfinished", func(f *Filter) { f.View = Unfinished }, func(t Ticket) bool { return t.Status.Open() }},
		{"status", func(f *Filter) { f.Status = []Status{Done, Accepted} }, func(t Ticket) bool { return t.Status == Done || t.Status == Accepted }},
		{"kind", func(f *Filter) { f.Kind = []Kind{Emergency, Paid} }, func(t Ticket) bool { return t.Kind != Planned }},
		{"source", func(f *Filter) { f.Source = []string{"journal"} }, func(t Ticket) bool { return t.Source == "journal" }},
		{"company", func(f *Filter) { f.CompanyID = of.CompanyID }, func(t Ticket) bool { return t.CompanyID == of.CompanyID }},
		{"building", func(f *Filter) { f.BuildingID = of.BuildingID }, func(t Ticket) bool { return t.BuildingID == of.BuildingID }},
		{"unit", func(f *Filter) { f.Unit = of.Unit }, func(t Ticket) bool { return t.Unit == of.Unit }},
		{"executor", func(f *Filter) { f.ExecutorID = of.ExecutorID }, func(t Ticket) bool { return t.ExecutorID == of.ExecutorID }},
		{"responsible", func(f *Filter) { f.ResponsibleID = of.ResponsibleID }, func(t Ticket) bool { return t.ResponsibleID == of.ResponsibleID }},
		{"reason", func(f *Filter) { f.ReasonID = of.ReasonID }, func(t Ticket) bool { return t.ReasonID == of.ReasonID }},
		{"number", func(f *Filter) { f.Number = of.Number }, func(t Ticket) bool { return t.Number == of.Number }},
		{"phone", func(f *Filter) { f.Phone = "8 (900) 090-00-01" }, func(t Ticket) bool { return t.CallerPhone == "+79000900001" }},
		{"address", func(f *Filter) { f.Address = strings.ToUpper(street) + " " + of.Unit }, func(t Ticket) bool {
			return strings.HasPrefix(t.Address, street+",") && slices.Contains(search.Tokens(t.Address), of.Unit)
		}},
		{"words", func(f *Filter) { f.Text = "ТЕЧЬ, соседей" }, has("течь", "соседей")},
		{"е for ё", func(f *Filter) { f.Text = "течет" }, has("течет")},
		{"a number in the search", func(f *Filter) { f.Text = "№ 25" }, func(t Ticket) bool { return t.Number == 25 }},
		{"a phone in the search", func(f *Filter) { f.Text = "+7 900 090 00 01" }, func(t Ticket) bool { return t.CallerPhone == "+79000900001" }},
		{"signs of the database", func(f *Filter) { f.Text = "100%_\\" }, func(t Ticket) bool {
			return t.Number == 100 || slices.Contains(search.Tokens(t.Address+" "+t.Description), "100")
		}},
		{"from", func(f *Filter) { f.CreatedFrom = from }, func(t Ticket) bool { return !t.CreatedAt.Before(from) }},
		{"to", func(f *Filter) { f.CreatedTo = to }, func(t Ticket) bool { return t.CreatedAt.Before(to) }},
		{"overdue", func(f *Filter) { f.OverdueAt = noon }, func(t Ticket) bool { return t.Overdue(noon) }},
		{"due from", func(f *Filter) { f.DueFrom = noon }, func(t Ticket) bool { return t.DueAt != nil && !t.DueAt.Before(noon) }},
		{"due to", func(f *Filter) { f.DueTo = noon }, func(t Ticket) bool { return t.DueAt != nil && t.DueAt.Before(noon) }},
		{"due soon", func(f *Filter) { f.SoonAt = noon }, func(t Ticket) bool {
			return t.Status.Open() && t.DueAt != nil && !t.DueAt.Before(noon) && t.DueAt.Before(noon.Add(Soon))
		}},
		{"labels", func(f *Filter) { f.TagIDs = []int64{of.TagIDs[0], 987654} }, func(t Ticket) bool { return slices.Contains(t.TagIDs, of.TagIDs[0]) }},
		{"group", func(f *Filter) { f.GroupID = groupID }, func(t Ticket) bool { return t.CompanyID == 1 && t.BuildingID == of.BuildingID }},
	}
}

// groupID is of a group that has one house.
const groupID = 77

func names(ts []Ticket) (out []string) {
	for _, t := range ts {
		out = append(out, fmt.Sprintf("%d/%d", t.CompanyID, t.Number))
	}
	return out
}

func kept(all []Ticket, ns ...narrow) (out []Ticket) {
	for _, t := range all {
		if !slices.ContainsFunc(ns, func(n narrow) bool { return !n.keep(t) }) {
			out = append(out, t)
		}
	}
	return out
}

// crowd adds to the city's past what filters speak of; two tickets of one moment too.
func (c *city) crowd() (all []Ticket, fresh Ticket) {
	c.t.Helper()
	for _, words := range []string{"Течёт со вчера, у соседей сухо", "скидка 100%_\\ на всё", ""} {
		in := c.form("ВС-02")
		in.Description = words
		var err error
		fresh, _, err = c.s.Create(c.sys, in)
		require.NoError(c.t, err)
	}
	require.NoError(c.t, c.s.ReadIn(c.sys))
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		for _, q := range []string{
			`update tickets t set tag_ids = array[(select min(id) from tags g where g.company_id = t.company_id), (select max(id) from tags g where g.company_id = t.company_id)] where id % 3 = 0 or id = $1`,
			`insert into building_groups (id, company_id, name, created_at) overriding system value select 77, 1, 'Группа', created_at from tickets where id = $1`,
			`insert into building_group_members (company_id, group_id, building_id) select 1, 77, building_id from tickets where id = $1`,
		} {
			if _, err := tx.Exec(c.sys, q, fresh.ID); err != nil {
				return err
			}
		}
		return nil
	}))
	all = c.all()
	fresh = all[0]
	require.Len(c.t, all, 3*24+3)
	require.True(c.t, slices.IsSortedFunc(all, func(a, b Ticket) int {
		if n := b.CreatedAt.Compare(a.CreatedAt); n != 0 {
			return n
		}
		return int(b.ID - a.ID)
	}), "newest first")
	return all, fresh
}

// TestEveryFilterAloneAndTogether runs each filter, then all of them, then some
// hundred random sets, against what plain Go leaves of the same tickets; pages of
// a random size, laid together, are the list, and the count is its length.
func TestEveryFilterAloneAndTogether(t *testing.T) {
	c := open1(t)
	all, fresh := c.crowd()
	ns := filters(fresh)
	check := func(size int, sel ...narrow) int {
		var f Filter
		var title []string
		for _, n := range sel {
			n.set(&f)
			title = append(title, n.name)
		}
		want := kept(all, sel...)
		require.Equal(t, names(want), names(c.pages(c.sys, f, size)), "%v by %d", title, size)
		n, err := c.s.Count(c.sys, f)
		require.NoError(t, err)
		require.Len(t, want, n, "%v", title)
		return len(want)
	}
	for _, n := range ns {
		left := check(100, n)
		require.Positive(t, left, "%s leaves something to compare", n.name)
		if n.name != "nothing" {
			require.Less(t, left, len(all), "%s leaves something out", n.name)
		}
	}
	r := rand.New(rand.NewPCG(24, 7)) //nolint:gosec // the draw repeats
	some := 0
	for range 150 {
		sel, seen := []narrow{}, map[string]bool{}
		for range 1 + r.IntN(4) {
			n := ns[r.IntN(len(ns))]
			family := n.name
			switch n.name { // one field cannot be set twice
			case "overdue", "due from", "due to", "due soon":
				family = "due"
			case "untaken", "unfinished":
				family = "view"
			case "words", "е for ё", "a number in the search", "a phone in the search", "signs of the database":
				family = "text"
			}
			if !seen[family] {
				seen[family], sel = true, append(sel, n)
			}
		}
		some += check(1+r.IntN(40), sel...)
	}
	require.Positive(t, some)
	var f Filter
	for _, n := range ns {
		n.set(&f)
	}
	_, _, err := c.s.List(c.sys, f)
	require.NoError(t, err, "all together are one query")
}

// TestEveryOrder: pages of any size laid together are the whole list in its order; what
// has no deadline is last.
func TestEveryOrder(t *testing.T) {
	c := open1(t)
	all, _ := c.crowd()
	due := func(t Ticket) time.Time {
		if t.DueAt == nil {
			return never
		}
		return *t.DueAt
	}
	for order, cmp := range map[Order]func(a, b Ticket) int{
		Newest: func(a, b Ticket) int {
			return 2*b.CreatedAt.Compare(a.CreatedAt) + int(b.ID-a.ID)/max(1, abs(b.ID-a.ID))
		},
		Oldest: func(a, b Ticket) int {
			return 2*a.CreatedAt.Compare(b.CreatedAt) + int(a.ID-b.ID)/max(1, abs(a.ID-b.ID))
		},
		ByDue: func(a, b Ticket) int { return 2*due(a).Compare(due(b)) + int(a.ID-b.ID)/max(1, abs(a.ID-b.ID)) },
	} {
		want := slices.Clone(all)
		slices.SortFunc(want, cmp)
		for _, size := range []int{1, 7, 100} {
			require.Equal(t, names(want), names(c.pages(c.sys, Filter{Order: order}, size)), "%s by %d", order, size)
		}
	}
}

func abs(n int64) int {
	if n < 0 {
		return int(-n)
	}
	return int(n)
}

// TestAPageIsNotMovedByWhatComes: tickets made while somebody scrolls neither
// repeat nor hide a row.
func TestAPageIsNotMovedByWhatComes(t *testing.T) {
	c := open1(t)
	all, _ := c.crowd()
	var seen []string
	f := Filter{Limit: 10}
	for {
		rows, next, err := c.s.List(c.sys, f)
		require.NoError(t, err)
		seen = append(seen, names(rows)...)
		c.make("ВС-02")
		if next == "" {
			break
		}
		f.After, err = page.Parse(next)
		require.NoError(t, err)
	}
	require.Equal(t, names(all), seen)
}

// TestTheListIsTheCards: whatever somebody may see, the list and the count show
// exactly the tickets that open one by one (A1).
func TestTheListIsTheCards(t *testing.T) {
	c := open1(t)
	all, _ := c.crowd()
	ns := filters(all[0])
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the draw repeats
	pick := func() Ticket { return all[r.IntN(len(all))] }
	actors := []access.Actor{{}, {Kind: access.Company, CompanyID: 1}, {Kind: access.Operator, Companies: []int64{2, 3}}}
	for range 40 {
		a := access.Actor{Kind: access.Company, CompanyID: 1 + r.Int64N(3)}
		for range 1 + r.IntN(3) {
			k := pick()
			g := access.Grant{CompanyID: k.CompanyID}
			switch r.IntN(4) {
			case 0:
				g.BuildingIDs = []int64{k.BuildingID, pick().BuildingID}
			case 1:
				g.WorkTypeIDs = []int64{k.WorkTypeID}
			case 2:
				g.ExecutorID = k.ExecutorID
			case 3:
				g.BuildingIDs, g.WorkTypeIDs = []int64{k.BuildingID}, []int64{k.WorkTypeID, 1}
			}
			a.Grants = append(a.Grants, g)
		}
		actors = append(actors, a)
	}
	for i, a := range actors {
		if i%2 == 1 {
			a.May = []access.Permission{access.ContactRead}
		}
		ctx := access.With(context.Background(), a)
		var cards []string
		var mine []Ticket
		for _, k := range all {
			_, err := c.s.Get(ctx, k.ID)
			if err == nil {
				mine = append(mine, k)
				cards = append(cards, names([]Ticket{k})...)
				continue
			}
			require.Equal(t, fault.NotFound, fault.KindOf(err), "what may not be seen does not exist")
		}
		require.Equal(t, cards, names(c.pages(ctx, Filter{}, 100)), "%+v", a)
		n, err := c.s.Count(ctx, Filter{})
		require.NoError(t, err)
		require.Len(t, cards, n)
		for range 5 { // and so with any filter on top of the rights (A4)
			k := ns[r.IntN(len(ns))]
			f := Filter{Order: []Order{Newest, Oldest, ByDue}[r.IntN(3)]}
			k.set(&f)
			if k.name == "group" && !access.From(ctx).Serves(1) {
				continue // another company's group has no houses for him
			}
			want := kept(mine, k)
			if k.name == "a phone in the search" && !a.Can(access.ContactRead) {
				want = nil // whose number it is would be found by asking
			}
			require.ElementsMatch(t, names(want), names(c.pages(ctx, f, 1+r.IntN(30))), "%s of %+v", k.name, a)
			n, err := c.s.Count(ctx, f)
			require.NoError(t, err)
			require.Len(t, want, n, "%s of %+v", k.name, a)
		}
	}
}

// TestMineIsWhatIsMine: an executor's are those he executes or answers for, an
// operator's those he registered.
func TestMineIsWhatIsMine(t *testing.T) {
	c := open1(t)
	all, fresh := c.crowd()
	admin := access.Actor{Kind: access.Company, CompanyID: 1, MemberID: fresh.ExecutorID, Grants: access.RoleGrants(access.Admin, 1, 0)}
	rows := c.pages(access.With(context.Background(), admin), Filter{View: Mine}, 100)
	require.Equal(t, names(kept(all, narrow{keep: func(t Ticket) bool {
		return t.CompanyID == 1 && (t.ExecutorID == fresh.ExecutorID || t.ResponsibleID == fresh.ExecutorID)
	}})), names(rows))
	op := access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 1, Companies: []int64{1, 2, 3}})
	require.Empty(t, c.pages(op, Filter{View: Mine}, 100))
	in := c.form("ВС-02")
	mine, _, err := c.s.Create(op, in)
	require.NoError(t, err)
	require.Equal(t, names([]Ticket{mine}), names(c.pages(op, Filter{View: Mine}, 100)))
}
