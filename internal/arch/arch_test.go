package arch

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rule is a house rule with a source that breaks it: a path, its text, and a word of
// the complaint that must come.
type rule struct {
	name   string
	check  func(tree) []string
	breach []breach
}

type breach struct{ path, text, word string }

const twoTables = "-- +goose Up\n-- owner: ticket\ncreate table tickets (\n  id bigint\n);\n-- owner: desk\ncreate table drafts (\n  id bigint\n);\n"

var rules = []rule{
	{"imports go down", importsGoDown, []breach{
		{"internal/telephony/a.go", "package telephony\nimport _ \"d24/internal/ticket/ticketapi\"", "ticket stands above"},
		{"internal/escalation/a.go", "package escalation\nimport _ \"d24/internal/followup\"", "or beside"},
		{"internal/ticket/a.go", "package ticket\nimport _ \"d24/internal/app\"", "assembly"},
		{"internal/ticket/a.go", "package ticket\nimport _ \"d24/voip/sip\"", "only the engine"},
		{"internal/desk/a.go", "package desk\nimport _ \"d24/internal/telephony/engine\"", "another process"},
		{"internal/telephony/engine/a.go", "package engine\nimport _ \"d24/internal/ticket\"", "stands above"},
		{"voip/sip/a.go", "package sip\nimport _ \"d24/internal/fault\"", "free of business"},
		{"voip/sip/a_test.go", "package sip\nimport _ \"d24/internal/fault\"", "free of business"},
		{"city/a.go", "package city\nimport _ \"d24/internal/phone\"", "voip alone"},
		{"internal/desk/a.go", "package desk\nimport _ \"d24/internal/platform/pg/pgtest\"", "for tests"},
		{"internal/junk/a.go", "package junk", "no layer"},
	}},
	{"libraries stay in their place", librariesStayInTheirPlace, []breach{
		{"internal/ticket/a.go", "package ticket\nimport _ \"github.com/jackc/pgx/v5/pgxpool\"", "fence"},
		{"internal/ticket/a.go", "package ticket\nimport _ \"github.com/emiago/sipgo/sip\"", "SIP"},
		{"internal/desk/a.go", "package desk\nimport _ \"github.com/danielgtaylor/huma/v2\"", "edge"},
	}},
	{"calls leave by one door", callsLeaveByOneDoor, []breach{
		{"internal/telephony/engine/a.go", "package engine\nimport \"d24/voip/sip\"\nfunc f() { s.Dial(ctx, t) }", "reach.go"},
		{"internal/desk/a.go", "package desk\nimport \"d24/voip/sip\"\nvar f = stack.Dial", "reach.go"},
		{"internal/telephony/engine/a.go", "package engine\nimport \"d24/voip/sip\"\nvar t = sip.Target{Inside: true}", "reach.go"},
		{"internal/telephony/engine/a.go", "package engine\nimport \"d24/voip/sip\"\nfunc f() { t.Inside = true }", "Inside"},
		{"voip/sip/a.go", "package sip\nvar r = sip.NewRequest(sip.INVITE, to)", "outbound.go"},
		{"voip/registrar/a.go", "package registrar\nvar r = s.outside(sip.INVITE, to)", "outbound.go"},
		{"internal/telephony/engine/a.go", "package engine\nimport \"d24/voip/sip\"\nvar s, _ = sip.Listen(sip.Config{})", "MayDial"},
	}},
	{"files are short", filesAreShort, []breach{
		{"internal/ticket/a.go", "package ticket\n" + strings.Repeat("\n", maxLines), "divide"},
		{"web/src/a.tsx", strings.Repeat("\n", maxLines+1), "divide"},
	}},
	{"packages are nouns", packagesAreNouns, []breach{{"internal/platform/helpers/a.go", "package helpers", "says nothing"}}},
	{"packages are explained", packagesAreExplained, []breach{{"internal/ticket/a.go", "package ticket", "0 package comments"}}},
	{"exported names are explained", namesAreExplained, []breach{
		{"internal/ticket/a.go", "package ticket\nfunc Open() {}", "Open"},
		{"internal/ticket/a.go", "package ticket\n// T is.\ntype T[K any] struct{}\nfunc (t *T[K]) Shut() {}", "Shut"},
		{"internal/ticket/a.go", "package ticket\nconst (\n\tA = 1\n)", "A has no comment"},
	}},
	{"time comes from the clock", timeComesFromTheClock, []breach{
		{"internal/ticket/a.go", "package ticket\nimport \"time\"\nvar f = time.Now", "time.Now"},
		{"internal/platform/jobs/a.go", "package jobs\nimport \"time\"\nfunc f() { <-time.After(1) }", "time.After"},
		{"voip/sip/a_test.go", "package sip\nimport \"time\"\nfunc f() { time.Sleep(1) }", "sleeps"},
	}},
	{"nothing is left for later", nothingIsLeftForLater, []breach{
		{"internal/ticket/a.go", "package ticket\nfunc f() { panic(\"not implemented\") }", "stub"},
		{"internal/ticket/a.go", "package ticket\n// TO" + "DO: later\nfunc f() {}", "later"},
		{"internal/ticket/a_test.go", "package ticket\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Skip() }", "skips"},
		{"web/src/a.ts", "// FIX" + "ME\n", "later"},
	}},
	{"tables have owners", tablesHaveOwners, []breach{{"db/migrations/00002_x.sql", "create table alone (\n", "alone has no owner"}}},
	{"tables are written by their owner", tablesAreWrittenByTheirOwner, []breach{
		{"internal/desk/a.go", "package desk\nconst q = `UPDATE tickets set status = 'new'`", "belongs to ticket"},
		{"internal/ticket/a.go", "package ticket\nconst q = `insert into drafts values (1)`", "belongs to desk"},
	}},
	{"tables are read by their owner", tablesAreReadByTheirOwner, []breach{
		{"internal/staff/a.go", "package staff\nconst q = `select 1 from drafts join tickets on true`", "belongs to ticket"},
	}},
	{"SQL takes the time as a parameter", sqlTakesTheTimeAsAParameter, []breach{
		{"internal/desk/a.go", "package desk\nconst q = `select * from drafts where at < now()`", "now()"},
		{"db/migrations/00002_x.sql", "create table x (at timestamptz default current_timestamp);", "current_timestamp"},
	}},
	{"migrations go forward", migrationsGoForward, []breach{
		{"db/migrations/00002_x.sql", "-- +goose Up\n-- +goose Down\ndrop table x;", "only forward"},
		{"db/migrations/00001_again.sql", "-- +goose Up", "has the number of"},
	}},
	{"residents have no names", residentsHaveNoNames, []breach{
		{"db/migrations/00002_x.sql", "create table contacts (\n  id bigint,\n  name text\n);", "contacts.name"},
		{"db/migrations/00002_x.sql", "alter table tickets\n  add\n  caller_name text;", "tickets.caller_name"},
	}},
	{"nothing of this machine", nothingOfThisMachine, []breach{
		{"web/package-lock.json", `{"reso` + `lved": "https://example.org/a.tgz"}`, "registry"},
		{"docs/a.md", "see /wo" + "rk/main", "one machine"},
	}},
	{"dependencies are explained", dependenciesAreExplained, []breach{
		{"web/package.json", `{"dependencies": {"left-pad": "1"}, "devDependencies": {"@scope/b": "1"}}`, "left-pad"},
		{"internal/a/a.go", "package a\nimport _ \"github.com/else/where/v3/sub\"", "else/where"},
	}},
	{"alarms have pages", alarmsHavePages, []breach{
		{"internal/alarm/a.go", "package alarm\nconst X Code = \"sky_falls\"", "sky-falls.md"},
	}},
	{"settings are explained", settingsAreExplained, []breach{
		{"internal/platform/config/a.go", "package config\ntype a struct{ B string `env:\"D24_UNTOLD\"` }", "D24_UNTOLD"},
	}},
}

func TestHouseRules(t *testing.T) {
	house, err := read("../..")
	require.NoError(t, err)
	require.Greater(t, len(house.goFiles(false)), 100, "the source is not where it is looked for")
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, complaint := range r.check(house) {
				t.Error(complaint)
			}
		})
	}
}

// TestEveryRuleCatchesItsBreach keeps the rules from becoming decoration.
func TestEveryRuleCatchesItsBreach(t *testing.T) {
	ground := map[string]string{
		"db/migrations/00001_init.sql": twoTables,
		"docs/dependencies.md":         "| @scope/{a, c} | x |",
		"go.mod":                       "require (\n\tgithub.com/else/where/v3 v3.0.0\n)",
	}
	for _, r := range rules {
		require.NotEmpty(t, r.breach, r.name)
		for _, b := range r.breach {
			files := map[string]string{b.path: b.text}
			for path, text := range ground {
				if _, taken := files[path]; !taken {
					files[path] = text
				}
			}
			var broken tree
			for path, text := range files {
				f, err := parse(path, text)
				require.NoError(t, err, b.path)
				broken = append(broken, f)
			}
			require.Contains(t, strings.Join(r.check(broken), "\n"), b.word, "%s: %s", r.name, b.path)
		}
	}
	require.True(t, words("| @scope/{a, c}, @all/*, one.two/three v2 | x |")("@scope/c"))
	require.True(t, words("| @all/* |")("@all/thing"))
}
