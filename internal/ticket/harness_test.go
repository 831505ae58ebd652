package ticket

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock/clocktest"
	"d24/internal/company"
	"d24/internal/contact"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/seed/seedtest"
	"d24/internal/staff"
)

// 12:00 of the demo city, a Tuesday.
var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// city is the tickets of the demo city, alone: nobody listens to what happens to them.
type city struct {
	t     *testing.T
	s     *Service
	db    *pg.DB
	clock *clocktest.Clock
	sys   context.Context
}

func open1(t *testing.T) *city {
	t.Helper()
	t.Parallel()
	c := &city{t: t, clock: clocktest.New(noon), sys: access.AsSystem(context.Background(), "test")}
	c.db = seedtest.New(t, c.clock)
	q := jobs.NewQueue()
	c.s = NewService(c.db, q, Needs{
		Companies: company.NewService(c.db), Buildings: building.NewService(c.db), Staff: staff.NewService(c.db, q), Reasons: reason.NewService(c.db), Contacts: contact.NewService(c.db, nil),
	})
	return c
}

// form is a new ticket of company 1 by the code of a reason.
func (c *city) form(code string) NewTicket {
	c.t.Helper()
	in := NewTicket{CompanyID: 1, Unit: "5", Answers: []Answer{{ID: 1, Value: "не знает"}}, CallerPhone: "+79000900001", Source: "phone"}
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		return tx.QueryRow(c.sys, `select (select id from reasons where company_id = 1 and code = $1), (select min(id) from buildings where company_id = 1)`, code).Scan(&in.ReasonID, &in.BuildingID)
	}))
	return in
}

func (c *city) make(code string) Ticket {
	c.t.Helper()
	t, _, err := c.s.Create(c.sys, c.form(code))
	require.NoError(c.t, err)
	return t
}

// all is every ticket of the city, newest first, page by page.
func (c *city) all() (out []Ticket) {
	c.t.Helper()
	return c.pages(c.sys, Filter{}, 100)
}
