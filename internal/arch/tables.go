package arch

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"
)

var (
	sqlComment  = regexp.MustCompile(`(?m)--.*$`)
	createTable = regexp.MustCompile(`(?m)^(?:-- owner: ([a-z]+)\n(?:--.*\n)*)?create table (?:if not exists )?([a-z_]+) \(`)
	writes      = regexp.MustCompile(`(?i)\b(insert\s+into|update|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+(?:only\s+)?([a-z_]+)\b`)
	reads       = regexp.MustCompile(`(?i)\b(from|join)\s+([a-z_]+)\b`)
	sqlNow      = regexp.MustCompile(`(?i)(?:^|[^.\w])(now\(\)|current_timestamp|current_date|current_time|localtimestamp|clock_timestamp\(\)|statement_timestamp\(\)|transaction_timestamp\(\))`)
)

// owners says which module a table belongs to: the comment above it in the migration.
func owners(t tree) map[string]string {
	out := map[string]string{}
	for _, f := range t.migrations() {
		for _, m := range createTable.FindAllStringSubmatch(f.text, -1) {
			out[m[2]] = m[1]
		}
	}
	return out
}

// tablesHaveOwners: a table without an owner is written by everybody.
func tablesHaveOwners(t tree) (bad []string) {
	for table, owner := range owners(t) {
		if n, _ := layerOf("internal/" + owner); n < 0 {
			bad = append(bad, fmt.Sprintf("table %s has no owner among the modules: put «-- owner: module» above it", table))
		}
	}
	slices.Sort(bad)
	return bad
}

// mayWriteAll fill tables of every module: demo data, and tests.
var mayWriteAll = []string{"internal/seed", "test", "tools"}

// tablesAreWrittenByTheirOwner: another module's rows are changed through its service.
func tablesAreWrittenByTheirOwner(t tree) (bad []string) {
	own := owners(t)
	for _, f := range t.goFiles(false) {
		if within(f.path, mayWriteAll...) {
			continue
		}
		_, module := layerOf(f.dir())
		f.strings(func(n ast.Node, s string) {
			for _, m := range writes.FindAllStringSubmatch(s, -1) {
				owner, known := own[strings.ToLower(m[2])]
				if known && owner != module {
					bad = append(bad, fmt.Sprintf("%s writes %s, which belongs to %s: call its service", f.at(n), m[2], owner))
				}
			}
		})
	}
	return bad
}

// borrowed are the tables of others that a module reads by itself, and why its owner's
// service cannot answer: rights and filters are one condition of one query.
var borrowed = map[string]map[string]string{
	"account": {
		"companies": "which companies a person may choose, with their names, before any right is known", "cities": "a team serves the companies of a city",
	},
	"building": {
		"companies": "the city of a company, for a house that names none", "cities": "names and zones of cities on the rows of a list and of a table",
	},
	"calllog": {
		"companies": "names on the rows of a list", "cities": "names on the rows of a list", "lines": "the number called, on the rows of a list",
		"users": "the operator's name on the rows of a list", "tickets": "the request's number and address on the rows of a list",
		"reasons": "what a consultation was about, on the rows of a list",
	},
	"desk": {
		"calls":     "the strip counts calls of the shift, and a draft goes with its call",
		"companies": "names on the floor's queue", "tickets": "numbers and addresses on the floor's queue", "members": "names on the floor's queue",
		"users": "who has taken a task, on the floor's queue",
	},
	"staff":    {"companies": "the zone of a person who has none of his own, on the rows of a list"},
	"supplier": {"buildings": "that the houses of a list are the company's: one question about thousands"},
	"reason":   {"work_types": "the catalogue's kinds of work by name, when a company gets its reasons"},
}

// tablesAreReadByTheirOwner: only report reads the tables of others, besides what is
// borrowed with a reason.
func tablesAreReadByTheirOwner(t tree) (bad []string) {
	own, used := owners(t), map[string]bool{}
	for _, f := range t.goFiles(false) {
		_, module := layerOf(f.dir())
		if within(f.path, mayWriteAll...) || module == "report" {
			continue
		}
		f.strings(func(n ast.Node, s string) {
			if !strings.Contains(strings.ToLower(s), "select") {
				return // words, not SQL
			}
			for _, m := range reads.FindAllStringSubmatch(s, -1) {
				table := strings.ToLower(m[2])
				owner, known := own[table]
				if !known || owner == module {
					continue
				}
				if borrowed[module][table] == "" {
					bad = append(bad, fmt.Sprintf("%s reads %s, which belongs to %s: call its service", f.at(n), table, owner))
				}
				used[module+" "+table] = true
			}
		})
	}
	for module, tables := range borrowed {
		for table := range tables {
			if len(own) > 5 && !used[module+" "+table] {
				bad = append(bad, fmt.Sprintf("%s does not read %s any more: take it out of borrowed", module, table))
			}
		}
	}
	return bad
}

// sqlTakesTheTimeAsAParameter: a query that asks the database's clock cannot be turned.
func sqlTakesTheTimeAsAParameter(t tree) (bad []string) {
	for _, f := range t.migrations() {
		if m := sqlNow.FindStringSubmatch(sqlComment.ReplaceAllString(f.text, "")); m != nil {
			bad = append(bad, f.path+" uses "+m[1]+": the time comes in as a parameter")
		}
	}
	for _, f := range t.goFiles(false) {
		if within(f.path, "internal/arch", "internal/serve/doctor") { // the doctor compares the two clocks
			continue
		}
		f.strings(func(n ast.Node, s string) {
			if m := sqlNow.FindStringSubmatch(s); m != nil {
				bad = append(bad, f.at(n)+" uses "+m[1]+" in SQL: pass tx.Now as a parameter")
			}
		})
	}
	return bad
}

// migrationsGoForward: a column goes in two releases (expand, move, contract), and
// nothing is undone by a script that nobody has tried on real rows.
func migrationsGoForward(t tree) (bad []string) {
	numbers := map[string]string{}
	for _, f := range t.migrations() {
		name := strings.TrimPrefix(f.path, "db/migrations/")
		number, _, found := strings.Cut(name, "_")
		if !found || len(number) != 5 {
			bad = append(bad, f.path+": a migration is named NNNNN_what_changes.sql")
		}
		if other := numbers[number]; other != "" {
			bad = append(bad, f.path+" has the number of "+other)
		}
		numbers[number] = f.path
		if strings.Contains(f.text, "+goose Down") {
			bad = append(bad, f.path+" goes back: migrations go only forward")
		}
		if !strings.Contains(f.text, "+goose Up") {
			bad = append(bad, f.path+" has no «-- +goose Up»")
		}
	}
	return bad
}

// residents are the tables that speak of those who live in the houses.
var residents = []string{"contacts", "tickets", "calls", "units", "call_orders", "debtors", "meter_readings"}

// residentsHaveNoNames: the promise of K1, a phone with an address and nothing else.
func residentsHaveNoNames(t tree) (bad []string) {
	person := regexp.MustCompile(`(?m)^\s+((?:[a-z_]*_)?(?:name|fio|surname|patronymic|full_name|first_name|last_name|birth[a-z_]*|passport[a-z_]*|email))\s`)
	fine := []string{"reason_name"}
	for _, f := range t.migrations() {
		for _, m := range regexp.MustCompile(`(?ms)^(?:create table|alter table) ([a-z_]+)(.*?);`).FindAllStringSubmatch(f.text, -1) {
			if !slices.Contains(residents, m[1]) {
				continue
			}
			for _, c := range person.FindAllStringSubmatch(m[2], -1) {
				if !slices.Contains(fine, c[1]) {
					bad = append(bad, fmt.Sprintf("%s: %s.%s could hold a resident's name: there are none here", f.path, m[1], c[1]))
				}
			}
		}
	}
	return bad
}
