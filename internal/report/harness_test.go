package report

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock/clocktest"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/errand"
	"d24/internal/page"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/seed/seedtest"
	"d24/internal/staff"
	"d24/internal/ticket"
)

// 12:00 of the demo city, a Tuesday.
var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// city is the demo city with requests, and nobody who runs errands.
type city struct {
	t   testing.TB
	s   *Service
	db  *pg.DB
	sys context.Context
}

func open(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, sys: access.AsSystem(context.Background(), "test")}
	c.db = seedtest.New(t, clocktest.New(noon))
	q := jobs.NewQueue()
	companies := company.NewService(c.db)
	errands := errand.NewService(c.db, q, nil, nil)
	tickets := ticket.NewService(c.db, q, ticket.Needs{
		Companies: companies, Buildings: building.NewService(c.db), Staff: staff.NewService(c.db, q), Reasons: reason.NewService(c.db), Contacts: contact.NewService(c.db, nil), Errands: errands,
	})
	c.s = NewService(c.db, tickets, companies, errands)
	return c
}

func (c *city) do(q string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { _, err := tx.Exec(c.sys, q, args...); return err }))
}

// crowd makes n requests of every company: of all kinds, states, sources, houses, people.
func (c *city) crowd(n int) {
	c.t.Helper()
	c.do(`insert into tickets (company_id, number, kind, status, source, building_id, unit, entrance, floor, address, zone, reason_id, reason_version, reason_name, work_type_id, description, caller_phone,
			executor_id, responsible_id, created_at, updated_at, accept_by, localise_by, due_at, accepted_at, done_at, told_caller, postpone_reason, tag_ids)
		select c.id, 700000 + g, (array['emergency', 'planned', 'paid'])[1 + g % 3], (array['new', 'accepted', 'in_progress', 'postponed', 'done', 'closed', 'cancelled'])[1 + g % 7],
			(array['phone', 'journal', 'app', 'widget', 'bot'])[1 + g % 5], b.ids[1 + g % cardinality(b.ids)], (g % 40)::text, g % 4, g % 9, 'Озёрная, ' || g % 30 || ', кв. ' || g % 40, 'Asia/Yekaterinburg',
			r.id, r.version, r.name, r.work_type_id, 'Течёт из-под раковины, ёмкость уже полная, № ' || g, '+7900' || lpad((g % 5000)::text, 7, '0'),
			m.ids[1 + g % cardinality(m.ids)], m.ids[1 + (g / 3) % cardinality(m.ids)], $1::timestamptz - g * interval '7 minutes', $1, $1, $1, $1::timestamptz + (g % 200 - 100) * interval '1 hour', $1,
			case when g % 7 >= 4 then $1::timestamptz end, 'Заявка принята. Срок устранения – до 18:00.', case when g % 7 = 3 then 'нет запчастей' else '' end, case when g % 4 = 0 then l.ids[1:1] else '{}' end
		from companies c, generate_series(1, $2::int) g, lateral (select array_agg(id order by id) ids from buildings where company_id = c.id) b,
			lateral (select array_agg(id order by id) ids from members where company_id = c.id) m, lateral (select array_agg(id order by id) ids from tags where company_id = c.id) l,
			lateral (select * from reasons where company_id = c.id and kind = 'planned' order by id offset g % 5 limit 1) r
		where cardinality(b.ids) > 0 and cardinality(m.ids) > 0`, noon, n)
}

// file makes a file of a list as its person would get it.
func (c *city) file(a access.Actor, format Format, f ticket.Filter, more ...string) []byte {
	c.t.Helper()
	p := spec{Filter: f, Format: format, Columns: append([]string{"number"}, more...), Zone: "Asia/Yekaterinburg", Company: "УК «Северный берег»", At: noon}
	raw, err := json.Marshal(p)
	require.NoError(c.t, err)
	var out bytes.Buffer
	company := f.CompanyID
	if company == 0 {
		company = a.CompanyID
	}
	err = c.s.make(access.With(context.Background(), a), errand.Errand{CompanyID: company, Spec: raw, Total: 1}, &out, func(int, int) error { return nil })
	require.NoError(c.t, err)
	return out.Bytes()
}

// admin of the first company.
func admin() access.Actor {
	return access.Actor{Kind: access.Company, UserID: 1, Name: "Администратор", CompanyID: 1, May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 1, 0)}
}

func cursorOf(t *testing.T, s string) page.Cursor {
	t.Helper()
	c, err := page.Parse(s)
	require.NoError(t, err)
	return c
}
