package journal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/clock"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/reason"
)

// Who opens a list: logins, which are passwords too.
const (
	Admin    = "bench-admin"    // of the first company
	Executor = "bench-executor" // of the first company
	Operator = "bench-operator" // serves twenty companies
	Floor    = "bench-floor"    // an operator who serves all: he makes requests in the benchmark
)

// served is how many companies the operator serves.
const served = 20

// List is one of the lists people open.
type List struct {
	Name, Who string
	// Query is the query of GET /tickets; a list about a house is each time about another one.
	Query func(w *World, r *rand.Rand) url.Values
}

func fixed(q string) func(*World, *rand.Rand) url.Values {
	v, err := url.ParseQuery(q)
	if err != nil {
		panic(err) // it is written below
	}
	return func(*World, *rand.Rand) url.Values { return v }
}

// of is a list about one of some things of the first company.
func of(q, key string, things func(f firm) []int64) func(*World, *rand.Rand) url.Values {
	return func(w *World, r *rand.Rand) url.Values {
		v := fixed(q)(w, r)
		all := things(w.firms[0])
		out := url.Values{key: {fmt.Sprint(all[r.IntN(len(all))])}}
		for k, x := range v {
			out[k] = x
		}
		return out
	}
}

// Lists are the twenty lists of the benchmark.
func Lists() []List {
	return []List{
		{"new", Admin, fixed("view=new")},
		{"open", Admin, fixed("view=open")},
		{"newest", Admin, fixed("view=all")},
		{"keyset", Admin, func(w *World, r *rand.Rand) url.Values { // a page far from the first
			at := page.Cursor{At: w.Now.Add(-time.Duration(r.Float64() * float64(spread))), ID: 1 << 40}
			return url.Values{"view": {"all"}, "cursor": {at.String()}}
		}},
		{"oldest", Admin, fixed("view=all&order=oldest")},
		{"open_by_deadline", Admin, fixed("view=open&order=due")},
		{"overdue", Admin, fixed("view=open&overdue=true")},
		{"soon", Admin, fixed("view=open&soon=true&order=due")},
		{"emergencies", Admin, fixed("view=all&kind=emergency")},
		{"postponed", Admin, fixed("view=all&status=postponed")},
		{"of_executor", Admin, of("view=all", "executor_id", func(f firm) []int64 { return f.members })},
		{"of_responsible_open", Admin, of("view=open", "responsible_id", func(f firm) []int64 { return f.members[:3] })},
		{"of_reason", Admin, of("view=all", "reason_id", func(f firm) []int64 { return f.reasons })},
		{"of_house", Admin, of("view=all", "building_id", func(f firm) []int64 { return f.houses })},
		{"of_group", Admin, of("view=all", "group_id", func(f firm) []int64 { return f.groups })},
		{"labelled", Admin, of("view=all", "tag_id", func(f firm) []int64 { return f.tags })},
		{"of_a_month", Admin, func(w *World, r *rand.Rand) url.Values {
			from := w.Now.Add(-spread).AddDate(0, 1+r.IntN(33), 0)
			return url.Values{"view": {"all"}, "from": {from.Format(time.RFC3339)}, "to": {from.AddDate(0, 1, 0).Format(time.RFC3339)}, "kind": {"planned"}}
		}},
		{"mine", Executor, fixed("view=open")},
		{"operator_new", Operator, fixed("view=new")},
		{"operator_newest", Operator, fixed("view=all")},
	}
}

// Searches are words typed into the search, by how often they occur.
func Searches() []List {
	search := func(q func(w *World, r *rand.Rand) string) func(*World, *rand.Rand) url.Values {
		return func(w *World, r *rand.Rand) url.Values { return url.Values{"view": {"all"}, "q": {q(w, r)}} }
	}
	rare := search(func(_ *World, r *rand.Rand) string { return word(2000 + r.IntN(vocabulary-2000)) })
	common := search(func(_ *World, r *rand.Rand) string {
		return []string{"батареи", "течь вода", "кухня соседи", "нет"}[r.IntN(4)]
	})
	return []List{
		{"search_rare", Admin, rare},
		{"search_rare_operator", Operator, rare},
		{"search_common", Admin, common},
		{"search_common_operator", Operator, common},
		{"search_fragment", Admin, search(func(_ *World, r *rand.Rand) string {
			w := []rune(word(2000 + r.IntN(vocabulary-2000)))
			return string(w[2 : len(w)-1])
		})},
		{"search_address", Admin, search(func(w *World, r *rand.Rand) string {
			return strings.ReplaceAll(w.firms[0].streets[r.IntN(houses)], ",", "") + fmt.Sprint(" ", 1+r.IntN(90))
		})},
		{"search_number", Admin, search(func(w *World, r *rand.Rand) string { return fmt.Sprint("№ ", 1+r.IntN(w.Requests/len(w.firms))) })},
		{"search_phone_end", Admin, search(func(_ *World, r *rand.Rand) string {
			return fmt.Sprintf("%03d-%02d-%02d", r.IntN(1000), r.IntN(100), r.IntN(100))
		})},
		{"filter_address", Admin, func(w *World, r *rand.Rand) url.Values {
			return url.Values{"view": {"all"}, "address": {w.firms[0].streets[r.IntN(houses)]}}
		}},
		{"search_common_operator_on", Operator, func(w *World, r *rand.Rand) url.Values { // a page that goes on
			at := page.Cursor{At: w.Now.Add(-time.Duration(r.Float64() * float64(spread))), ID: 1 << 40}
			return url.Values{"view": {"all"}, "q": {"течь вода"}, "cursor": {at.String()}}
		}},
	}
}

// Form is a new request, planned, of any company, as a browser sends it.
func (w *World) Form(r *rand.Rand) map[string]any {
	at := r.IntN(len(w.firms))
	f := w.firms[at]
	why := r.IntN(len(w.reasons))
	for w.reasons[why].Kind != reason.Planned {
		why = r.IntN(len(w.reasons))
	}
	answers := []map[string]any{}
	for _, q := range w.reasons[why].Questions {
		v := "12"
		if len(q.Options) > 0 {
			v = q.Options[0]
		}
		answers = append(answers, map[string]any{"id": q.ID, "value": v})
	}
	return map[string]any{
		"company_id": at + 1, "building_id": f.houses[r.IntN(len(f.houses))], "reason_id": f.reasons[why], "unit": fmt.Sprint(1 + r.IntN(90)), "answers": answers,
		"description": phrases[r.IntN(len(phrases))] + ", " + word(r.IntN(vocabulary)), "caller_phone": fmt.Sprintf("+79%09d", r.IntN(1_000_000_000)),
	}
}

// Enter makes the logins.
func (w *World) Enter(ctx context.Context, db *pgx.Conn) error {
	pool, err := pgxpool.New(ctx, db.Config().ConnString())
	if err != nil {
		return err
	}
	defer pool.Close()
	sys := access.AsSystem(ctx, "bench")
	all := make([]int64, len(w.firms))
	for i := range all {
		all[i] = int64(i + 1)
	}
	return pg.Do(sys, &pg.DB{Pool: pool, Clock: clock.System{}}, func(tx *pg.Tx) error {
		member := func(role access.Role, id int64) []account.Membership {
			var m account.Membership
			m.ID, m.Role, m.MemberID = 1, role, id
			return []account.Membership{m}
		}
		for _, u := range []account.NewUser{
			{Login: Admin, Kind: "company", Memberships: member("admin", 0)},
			{Login: Executor, Kind: "company", Memberships: member("executor", w.firms[0].members[5])},
			{Login: Operator, Kind: "operator", Serves: all[:min(served, len(all))]},
			{Login: Floor, Kind: "operator", Serves: all},
		} {
			u.Name, u.Password = u.Login, u.Login
			if _, err := account.Create(sys, tx, u); err != nil {
				return err
			}
		}
		return nil
	})
}
