// Package journal is the journal at full size: companies with their directories, requests
// with what was said and written about them, and the lists that people open. The benchmark
// measures on it, a test looks at the plans of its lists.
package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/building"
	"d24/internal/reason"
	"d24/internal/ticket"
)

// Size of a journal. Drawn is how many of the requests are drawn, a divisor of Requests; the
// others are copies of them, at other moments and with other numbers, which the database makes
// many times faster than they are drawn. 0: all are drawn.
type Size struct{ Requests, Companies, Drawn int }

// The directories of a company.
const (
	houses = 100
	people = 40
	groups = 5
)

// World is what was made: where the lists look.
type World struct {
	Now      time.Time
	Requests int
	firms    []firm
	reasons  []reason.Reason // of the first company; the others have copies, in this order
}

type firm struct {
	houses, members, reasons, tags, groups []int64
	streets                                []string // of the houses, with the number
}

// conn runs statements one after another.
type conn struct {
	*pgx.Conn
	err error
}

func (c *conn) do(ctx context.Context, sql string, args ...any) {
	if c.err == nil {
		if _, c.err = c.Exec(ctx, sql, args...); c.err != nil {
			c.err = fmt.Errorf("%.80s: %w", sql, c.err)
		}
	}
}

func (c *conn) ids(ctx context.Context, sql string, args ...any) (out []int64) {
	if c.err != nil {
		return nil
	}
	var rows pgx.Rows
	if rows, c.err = c.Query(ctx, sql, args...); c.err == nil {
		out, c.err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	return out
}

// CountStaff is what the triggers of the people would have counted.
const CountStaff = `insert into staff_changes (company_id) select id from companies c where not exists (select from staff_changes s where s.company_id = c.id)`

// Fill makes a journal in a migrated, empty database. The connection is its owner's; say
// tells how far it is.
func Fill(ctx context.Context, db *pgx.Conn, size Size, now time.Time, say func(string)) (*World, error) {
	c := &conn{Conn: db}
	w := &World{Now: now, Requests: size.Requests}
	c.do(ctx, "set session_replication_role = replica") // no foreign keys: they are true by making
	c.do(ctx, "set maintenance_work_mem = '512MB'")
	if err := w.directories(ctx, c, size.Companies); err != nil {
		return nil, err
	}
	say("directories are made")
	indexes, err := dropIndexes(ctx, c)
	if err != nil {
		return nil, err
	}
	draw := w.requests
	if size.Drawn != 0 {
		draw = w.copies
	}
	if err := draw(ctx, c, size, "", say); err != nil {
		return nil, err
	}
	for _, sql := range indexes {
		c.do(ctx, sql)
		say(strings.TrimPrefix(strings.TrimPrefix(sql, "CREATE INDEX "), "ALTER TABLE "))
	}
	c.do(ctx, `insert into ticket_counters (company_id, last) select company_id, max(number) from tickets group by 1`)
	c.do(ctx, `update ticket_search_state set done_to = (select max(id) from tickets)`)
	for _, t := range []string{"tickets", "ticket_events"} {
		c.do(ctx, "select setval(pg_get_serial_sequence($1, 'id'), $2)", t, 2*size.Requests+1)
	}
	c.do(ctx, CountStaff)
	c.do(ctx, "set session_replication_role = origin")
	c.do(ctx, "vacuum (analyze) tickets, ticket_events, ticket_search, ticket_words")
	c.do(ctx, "analyze")
	return w, c.err
}

// Open reads what Fill made in a database before.
func Open(ctx context.Context, db *pgx.Conn) (*World, error) {
	c, w := &conn{Conn: db}, &World{}
	companies := 0
	if err := db.QueryRow(ctx, `select max(created_at), max(id), (select count(*) from companies) from tickets where id <= (select done_to from ticket_search_state)`).Scan(&w.Now, &w.Requests, &companies); err != nil {
		return nil, err
	}
	if err := w.read(ctx, c, companies); err != nil {
		return nil, err
	}
	return w, nil
}

// dropIndexes takes the indexes and keys of the large tables away and returns how they are
// made again: an index is built many times faster than it is kept.
func dropIndexes(ctx context.Context, c *conn) (again []string, err error) {
	rows, err := c.Query(ctx, `select i.indexrelid::regclass::text, i.indrelid::regclass::text, coalesce(k.conname, ''), coalesce(pg_get_constraintdef(k.oid), ''), pg_get_indexdef(i.indexrelid)
		from pg_index i left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
		where i.indrelid = any(array['tickets', 'ticket_events', 'ticket_search', 'ticket_words']::regclass[]) order by 1`)
	if err != nil {
		return nil, err
	}
	var name, table, key, def, sql string
	var drop []string
	_, err = pgx.ForEachRow(rows, []any{&name, &table, &key, &def, &sql}, func() error {
		if key == "" {
			drop, again = append(drop, "drop index "+name), append(again, sql)
			return nil
		}
		drop, again = append(drop, "alter table "+table+" drop constraint "+key+" cascade"), append([]string{"ALTER TABLE " + table + " ADD CONSTRAINT " + key + " " + def}, again...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range drop {
		c.do(ctx, d)
	}
	return again, c.err
}

func (w *World) directories(ctx context.Context, c *conn, companies int) error {
	types, err := reason.WorkTypes()
	if err != nil {
		return err
	}
	c.do(ctx, `insert into work_types (name) select unnest($1::text[]) on conflict do nothing`, types)
	c.do(ctx, `insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg')`)
	c.do(ctx, `insert into companies (name, city_id, zone, greeting, created_at) select 'УК ' || lpad(n::text, 3, '0'), (select min(id) from cities), 'Asia/Yekaterinburg', '', $2 from generate_series(1, $1::int) n`, companies, w.Now)
	if c.err != nil {
		return c.err
	}
	if err := installReasons(ctx, c.Conn); err != nil {
		return err
	}
	for _, sql := range []string{
		`insert into buildings (company_id, city_id, street, house, zone, search, created_at)
			select c.id, c.city_id, (array['Белинского', 'Лодочная', 'Озёрная', 'Заречная', 'Мира', 'Космонавтов', 'Садовая', 'Речников', 'Полевая', 'Тополиная'])[1 + n / 10] || ' ' || c.id, (1 + n % 10 * 2)::text || case when n % 7 = 0 then '/' || (1 + n % 3) else '' end, c.zone, '', c.created_at
			from companies c, generate_series(0, 99) n`,
		`insert into building_groups (company_id, name, created_at) select c.id, 'Участок ' || n, c.created_at from companies c, generate_series(1, 5) n`,
		`insert into building_group_members (company_id, group_id, building_id) select b.company_id, g.id, b.id from (select *, row_number() over (partition by company_id order by id) n from buildings) b join building_groups g on g.company_id = b.company_id and g.name = 'Участок ' || (1 + b.n % 5)`,
		`insert into members (company_id, name, spoken_name, created_at) select c.id, 'Сотрудник ' || lpad(n::text, 3, '0'), 'Сотрудник', c.created_at from companies c, generate_series(1, 40) n`,
		`insert into member_phones (member_id, company_id, position, phone) select id, company_id, 1, '+7900' || lpad(id::text, 7, '0') from members`,
		`insert into work_schedules (company_id, name, is_cycle, by_calendar, days) select id, 'Д-Н-48', true, false,
			'[{"code": "day", "hours": [{"from": 480, "to": 1200}]}, {"code": "night", "hours": [{"from": 1200, "to": 1920}]}, {"code": "off", "hours": []}, {"code": "off", "hours": []}]' from companies`,
		`insert into member_schedules (company_id, member_id, schedule_id, starts_on, first_on) select m.company_id, m.id, s.id, m.created_at::date - 60, m.created_at::date - 60 - (m.id % 4)::int
			from members m join work_schedules s on s.company_id = m.company_id where m.id % 3 <> 0`,
		`insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, substitute_id, created_at) select company_id, id, 'vacation', created_at::date, created_at::date + 7, null, created_at from members where id % 10 = 0`,
		`insert into member_duties (company_id, member_id, role, work_type_id, level) select m.company_id, m.id, 'executor', (select id from work_types order by id offset m.id % (select count(*) from work_types) limit 1), 1 + m.id % 3 from members m`,
		`insert into member_duties (company_id, member_id, role, level) select company_id, min(id), 'responsible', 1 from members group by 1`,
		`insert into assignment_rules (company_id, work_type_id, hours, responsible_id, created_at) select c.id, w.id, 'any', (select min(id) from members m where m.company_id = c.id), c.created_at from companies c, work_types w`,
		`insert into assignment_executors (company_id, rule_id, level, position, member_id) select r.company_id, r.id, 1 + n / 2, 1 + n % 2, (select min(id) from members m where m.company_id = r.company_id) + (r.id * 7 + n * 5) % 40
			from assignment_rules r, generate_series(0, 5) n`,
		`insert into tags (company_id, name, colour, position, created_at) select c.id, t, 'blue', n, c.created_at from companies c, unnest(array['Гарантия', 'Повторная', 'Ждёт деталь', 'Жалоба', 'Собрание']) with ordinality x (t, n) on conflict do nothing`,
	} {
		c.do(ctx, sql)
	}
	return w.read(ctx, c, companies)
}

// read takes the numbers of what was made.
func (w *World) read(ctx context.Context, c *conn, companies int) error {
	for n := range companies {
		id := int64(n + 1)
		w.firms = append(w.firms, firm{
			houses:  c.ids(ctx, `select id from buildings where company_id = $1 order by id`, id),
			members: c.ids(ctx, `select id from members where company_id = $1 order by id`, id),
			reasons: c.ids(ctx, `select id from reasons where company_id = $1 and kind <> 'consultation' order by code`, id),
			tags:    c.ids(ctx, `select id from tags where company_id = $1 order by id`, id),
			groups:  c.ids(ctx, `select id from building_groups where company_id = $1 order by id`, id),
		})
		if c.err != nil {
			return c.err
		}
		f := &w.firms[n]
		rows, err := c.Query(ctx, `select street, house from buildings where company_id = $1 order by id`, id)
		if err != nil {
			return err
		}
		if f.streets, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (string, error) {
			var b building.Building
			err := r.Scan(&b.Street, &b.House)
			return building.Address(b, ""), err
		}); err != nil {
			return err
		}
	}
	rows, err := c.Query(ctx, `select id, name, kind, coalesce(work_type_id, 0), questions from reasons where company_id = 1 and kind <> 'consultation' order by code`)
	if err != nil {
		return err
	}
	w.reasons, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (x reason.Reason, err error) {
		return x, r.Scan(&x.ID, &x.Name, &x.Kind, &x.WorkTypeID, &x.Questions)
	})
	return err
}

// spread is how long back the requests go.
const spread = 3 * 365 * 24 * time.Hour

// requests copies the requests, their history and their words in, batch by batch, into the
// tables or into those whose names begin with prefix.
func (w *World) requests(ctx context.Context, c *conn, size Size, prefix string, say func(string)) error {
	g := newGenerator(w, size)
	const batch = 200_000
	for done := 0; done < size.Requests; done += batch {
		n := min(batch, size.Requests-done)
		xs := g.some(done, n)
		for _, t := range []struct {
			into string
			row  func(made, *bufio.Writer)
		}{{ticketColumns, made.ticketRow}, {eventColumns, made.eventRows}, {searchColumns, made.searchRow}} {
			if err := copyIn(ctx, c.Conn, prefix+t.into, xs, t.row); err != nil {
				return err
			}
		}
		say(fmt.Sprintf("%d requests", done+n))
	}
	c.do(ctx, `insert into ticket_words (word, stem) select w, word_stem(w) from unnest($1::text[]) w`, ticket.Dictionary(slices.Collect(maps.Keys(g.words))))
	return c.err
}

// copies draws a part of the requests and has the database make the others of them: between a
// drawn one and the next stand its copies, evenly in time, of the same company.
func (w *World) copies(ctx context.Context, c *conn, size Size, _ string, say func(string)) error {
	times := size.Requests / size.Drawn
	for _, t := range []string{"tickets", "ticket_events", "ticket_search"} {
		c.do(ctx, "create temp table drawn_"+t+" (like "+t+" including defaults)")
	}
	if err := w.requests(ctx, c, Size{Requests: size.Drawn, Companies: size.Companies}, "drawn_", say); err != nil {
		return err
	}
	step := spread / time.Duration(size.Requests)
	cut := strings.NewReplacer("tickets (id, company_id, number,", "", "created_at, updated_at, tag_ids)", "").Replace(ticketColumns)
	c.do(ctx, `insert into `+ticketColumns+` overriding system value select (id - 1) * $1 + n + 1, company_id, (number - 1) * $1 + n + 1,`+cut+`created_at + n * $2::interval, created_at + n * $2::interval, tag_ids
		from drawn_tickets, generate_series(0, $1::bigint - 1) n order by 1`, times, step)
	c.do(ctx, `insert into `+eventColumns+` overriding system value select 2 * ((ticket_id - 1) * $1 + n + 1) - 2 * ticket_id + id, company_id, (ticket_id - 1) * $1 + n + 1, at + n * $2::interval, kind, by_system, by_name, text
		from drawn_ticket_events, generate_series(0, $1::bigint - 1) n order by 1`, times, step)
	c.do(ctx, `insert into `+searchColumns+` overriding system value select (ticket_id - 1) * $1 + n + 1, s.company_id, ts_delete(doc, 'n:' || number) || array_to_tsvector(array['n:' || (number - 1) * $1 + n + 1]), body
		from drawn_ticket_search s join drawn_tickets t on t.id = ticket_id, generate_series(0, $1::bigint - 1) n order by 1`, times)
	say(fmt.Sprintf("%d times as many requests", times))
	return c.err
}

func copyIn(ctx context.Context, c *pgx.Conn, into string, xs []made, row func(made, *bufio.Writer)) error {
	r, w := io.Pipe()
	go func() {
		b := bufio.NewWriterSize(w, 1<<16)
		for _, x := range xs {
			row(x, b)
		}
		_ = w.CloseWithError(b.Flush())
	}()
	_, err := c.PgConn().CopyFrom(ctx, r, "copy "+into+" from stdin")
	return errors.Join(err, r.Close())
}

// draw is the same every time.
func draw(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(24, seed)) //nolint:gosec // the draw repeats
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
