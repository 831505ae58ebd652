package scenario

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/notify"
	"d24/internal/passage"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

const (
	cityLine = "+73430000200"
	tenant   = "+79000900777"
)

// passing is a house of the first company whose way to the second is ordered.
type passing struct {
	*story
	admin context.Context // of the centre
	house building.Building
	heir  int64
	call  int
}

// the day on which the second company's is the house: 00:00 in Yekaterinburg is 19:00 in UTC.
var (
	passDay = calendar.On(2026, 11, 26)
	passAt  = time.Date(2026, 11, 25, 19, 0, 0, 0, time.UTC)
)

func of(company int64, role access.Role) context.Context {
	return access.With(context.Background(), access.Actor{
		Kind: access.Company, CompanyID: company, UserID: 4, Name: "Администратор", May: access.RolePermissions(role), Grants: access.RoleGrants(role, company, 0),
	})
}

func (s *story) passes(withContacts bool) *passing {
	s.t.Helper()
	p := &passing{story: s, admin: access.With(context.Background(), access.Actor{
		Kind: access.Operator, UserID: 3, Name: "Платонова", Companies: []int64{1, 2, 3}, May: access.StaffPermissions("admin"),
	})}
	house := int64(s.count(`select min(id) from buildings where company_id = 1`))
	s.do(`update buildings set notes = 'Ключ у консьержа Зои', door_codes = '{"1": "15К2580"}', info = '{"Домофон": "Рубин"}', passport_office = '{"phone": "343"}', fias_id = '0c5b2444-70a0-4932-980c-b4dc0d3f02b5', floors = 9 where id = $1`, house)
	require.NoError(s.t, pg.Do(s.sys, s.app.DB, func(tx *pg.Tx) error { return s.app.Contacts.Confirm(s.sys, tx, 1, house, "7", tenant, "call") }))
	for c := int64(1); c <= 2; c++ { // a device of each company's administrator, who is told in the daytime
		s.do(`insert into company_users (company_id, user_id, role) select $1, id, 'admin' from users where login = 'admin' on conflict do nothing`, c)
		s.do(`insert into notify_devices (company_id, user_id, endpoint, p256dh, auth, name, created_at) select $1::bigint, id, 'https://push.example/' || $1::text, 'k', 'a', 'телефон', $2 from users where login = 'admin'`, c, s.clock.Now())
	}
	require.NoError(s.t, s.app.Passages.Order(p.admin, passage.Order{BuildingID: house, ToCompanyID: 2, On: passDay, WithContacts: withContacts, Note: "Протокол № 3"}))
	p.house = p.of(1, house)
	p.heir = int64(s.count(`select id from buildings where company_id = 2 and street = $1 and house = $2`, p.house.Street, p.house.House))
	return p
}

func (p *passing) of(company, id int64) building.Building {
	p.t.Helper()
	b, _, err := p.app.Buildings.Get(of(company, access.Admin), id)
	require.NoError(p.t, err)
	return b
}

// whose is which house the directory finds by the address, and by the number that calls the city's.
func (p *passing) whose() (byAddress, byNumber int64) {
	p.t.Helper()
	found, err := p.app.Buildings.Search(p.op, p.house.Street+" "+p.house.House, 0, 5)
	require.NoError(p.t, err)
	for _, f := range found {
		if f.Street == p.house.Street && f.House == p.house.House {
			require.Zero(p.t, byAddress, "a house is found once")
			byAddress = f.ID
		}
	}
	p.call++
	d, err := p.app.Director.Route(p.sys, telephony.Incoming{CallKey: "resident", Called: cityLine, Caller: tenant, At: p.clock.Now()})
	require.NoError(p.t, err)
	require.Equal(p.t, telephony.Queue, d.Action)
	return byAddress, d.Place.BuildingID
}

func (p *passing) register(company, house int64, call string) (ticket.Ticket, error) {
	reason := int64(p.count(`select id from reasons where company_id = $1 and code = 'ВС-12'`, company))
	t, _, err := p.app.Tickets.Create(p.op, ticket.NewTicket{
		CompanyID: company, BuildingID: house, Unit: "7", ReasonID: reason, Answers: []ticket.Answer{{ID: 1, Value: "не знает"}, {ID: 2, Value: "не знает"}, {ID: 3, Value: "не знает"}}, Source: "phone", CallKey: call,
	})
	return t, err
}

// TestAHousePassesAtMidnight is F15: to the last second of the day the house is A's, from the
// first second of the next it is B's, though no worker has been there: the instant decides.
func TestAHousePassesAtMidnight(t *testing.T) { // F15
	p := begin(t).passes(false)
	require.True(t, passAt.Equal(*p.house.ServedUntil))
	owed, err := p.register(1, p.house.ID, "")
	require.NoError(t, err)

	p.pass(passAt.Add(-time.Second).Sub(p.clock.Now()))
	byAddress, byNumber := p.whose()
	require.Equal(t, []int64{p.house.ID, p.house.ID}, []int64{byAddress, byNumber}, "23:59:59")
	_, err = p.register(2, p.heir, "")
	require.Equal(t, "building.coming", fault.CodeOf(err), "not yet B's")
	require.NoError(t, p.app.Telephony.Report(p.sys, telephony.Report{
		CallKey: "late", Seq: 1, At: p.clock.Now(), Node: "test", Kind: telephony.CallStarted, Direction: "inbound", Phone: tenant, LineID: 2, CompanyID: 1,
	}))

	p.clock.Set(passAt) // and no job runs
	byAddress, byNumber = p.whose()
	require.Equal(t, p.heir, byAddress, "00:00:00")
	require.Zero(t, byNumber, "the number was A's to know")
	a, b := p.of(1, p.house.ID), p.of(2, p.heir)
	require.True(t, a.IsArchived)
	require.False(t, b.IsArchived)
	archive, err := p.app.Buildings.Houses(of(1, access.Admin), building.Filter{Archived: true})
	require.NoError(t, err)
	require.Len(t, archive, 1)
	_, err = p.register(1, p.house.ID, "")
	require.Equal(t, "building.passed", fault.CodeOf(err))
	_, err = p.register(1, p.house.ID, "late")
	require.NoError(t, err, "a call of 23:59 is A's to its end")
	_, err = p.register(2, p.heir, "")
	require.NoError(t, err)

	// B has what may be seen from the street
	require.Equal(t, []any{p.house.FiasID, 9, p.house.Zone, p.house.Lat}, []any{b.FiasID, b.Floors, b.Zone, b.Lat})
	require.Equal(t, []any{"", map[string]string{}, map[string]string{}, map[string]string{}}, []any{b.Notes, b.DoorCodes, b.Info, b.Passport})
	require.Equal(t, p.count(`select count(*) from units where building_id = $1`, p.house.ID), p.count(`select count(*) from units where building_id = $1`, p.heir))

	// A worker comes hours later, twice: once it is done
	p.pass(9 * time.Hour)
	for range 2 {
		require.NoError(t, p.app.Passages.Run(p.sys, passage.Step{ID: 1}))
	}
	require.Equal(t, 1, p.count(`select count(*) from building_passages where done_at is not null and open_tickets = 2 and contacts = 0`))
	require.Equal(t, 1, p.count(`select count(*) from ticket_events where ticket_id = $1 and kind = 'house'`, owed.ID))
	require.Zero(t, p.count(`select count(*) from contacts where building_id = $1`, p.heir), "contacts are not carried over without order")
	mine, err := p.app.Tickets.Get(of(1, access.Admin), owed.ID)
	require.NoError(t, err)
	require.Equal(t, int64(1), mine.CompanyID, "what A took, A finishes")
	_, err = p.app.Tickets.Get(of(2, access.Admin), owed.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, _, err = p.app.Buildings.Get(of(2, access.Admin), p.house.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = p.app.Buildings.Restore(of(1, access.Admin), p.house.ID, p.of(1, p.house.ID).Version)
	require.Equal(t, "building.passed", fault.CodeOf(err), "two would serve it")

	// each was told of its own house, and its journal says so without the other's name
	for company, house := range map[int64]int64{1: p.house.ID, 2: p.heir} {
		require.Equal(t, 2, p.count(`select count(*) from audit_entries where company_id = $1 and action like 'building.pass%' and object = $2`, company, fmt.Sprintf("building:%d", house)))
		words := slices.DeleteFunc(p.pushed[int64(p.count(`select id from notify_devices where company_id = $1`, company))], func(w notify.Word) bool { return w.Tag != "house" })
		require.Len(t, words, 2)
		for _, w := range words {
			require.Contains(t, w.Body, p.house.Street)
			for _, name := range []string{"Северный", "Южный"} {
				require.NotContains(t, w.Body, name)
			}
		}
	}
}

// TestContactsPassByOrderAlone is F15: the order says that residents' numbers go along; B has
// none before the day, even then.
func TestContactsPassByOrderAlone(t *testing.T) { // F15
	p := begin(t).passes(true)
	p.pass(passAt.Add(-time.Second).Sub(p.clock.Now()))
	require.Zero(t, p.count(`select count(*) from contacts where building_id = $1`, p.heir))
	p.pass(time.Minute)
	_, byNumber := p.whose()
	require.Equal(t, p.heir, byNumber)
	require.Equal(t, p.count(`select count(*) from contacts where building_id = $1 and moved_away_at is null`, p.house.ID), p.count(`select count(*) from contacts where building_id = $1`, p.heir))
	require.Zero(t, p.count(`select count(*) from contacts where building_id = $1 and is_consenting`, p.heir), "a consent was given to A")
}

// TestAPassageIsWithdrawn is F15: before its day an order is taken back, and nothing passes.
func TestAPassageIsWithdrawn(t *testing.T) { // F15
	p := begin(t).passes(true)
	require.Equal(t, "building.passes", fault.CodeOf(p.app.Passages.Order(p.admin, passage.Order{BuildingID: p.house.ID, ToCompanyID: 3, On: passDay})))
	require.NoError(t, p.app.Passages.Withdraw(p.admin, p.house.ID))
	p.pass(passAt.Add(10 * time.Hour).Sub(p.clock.Now()))
	byAddress, byNumber := p.whose()
	require.Equal(t, []int64{p.house.ID, p.house.ID}, []int64{byAddress, byNumber})
	require.False(t, p.of(1, p.house.ID).IsArchived)
	require.Zero(t, p.count(`select count(*) from buildings where company_id = 2 and street = $1 and house = $2`, p.house.Street, p.house.House), "nothing is left at B")
	require.Equal(t, "passage.none", fault.CodeOf(p.app.Passages.Withdraw(p.admin, p.house.ID)))

	// ordered again, B writes into its house, withdrawn again: what B wrote is kept in its archive
	require.NoError(t, p.app.Passages.Order(p.admin, passage.Order{BuildingID: p.house.ID, ToCompanyID: 2, On: passDay + 7}))
	heir := int64(p.count(`select id from buildings where company_id = 2 and street = $1 and house = $2`, p.house.Street, p.house.House))
	require.NoError(t, pg.Do(p.sys, p.app.DB, func(tx *pg.Tx) error { return p.app.Contacts.Confirm(p.sys, tx, 2, heir, "1", tenant, "journal") }))
	require.NoError(t, p.app.Passages.Withdraw(p.admin, p.house.ID))
	require.True(t, p.of(2, heir).IsArchived)
	_, byNumber = p.whose()
	require.Equal(t, p.house.ID, byNumber, "a house in the archive suggests nothing")

	// and it is the one that comes when the house does pass; then it comes back the same way
	require.NoError(t, p.app.Passages.Order(p.admin, passage.Order{BuildingID: p.house.ID, ToCompanyID: 2, On: passDay + 7}))
	p.pass(8 * 24 * time.Hour)
	byAddress, _ = p.whose()
	require.Equal(t, heir, byAddress)
	require.Equal(t, "passage.none", fault.CodeOf(p.app.Passages.Withdraw(p.admin, p.house.ID)), "its day has come")
	require.NoError(t, p.app.Passages.Order(p.admin, passage.Order{BuildingID: heir, ToCompanyID: 1, On: passDay + 30}))
	p.pass(30 * 24 * time.Hour)
	byAddress, byNumber = p.whose()
	require.Equal(t, []int64{p.house.ID, p.house.ID}, []int64{byAddress, byNumber})
	require.Equal(t, "Ключ у консьержа Зои", p.of(1, p.house.ID).Notes)
}

// TestALostStepOfAPassageIsFound is F15: a job that is gone is armed again by the look at days.
func TestALostStepOfAPassageIsFound(t *testing.T) { // F15
	p := begin(t).passes(true)
	p.do(`delete from river_job where kind = 'passage.step'`)
	p.pass(passAt.Add(time.Hour).Sub(p.clock.Now()))
	require.Zero(t, p.count(`select count(*) from building_passages where done_at is not null`))
	require.NoError(t, p.app.Passages.Look(p.sys))
	p.pass(time.Second)
	require.Equal(t, 1, p.count(`select count(*) from building_passages where done_at is not null`))
}

// TestAPassageIsOrderedRight is F15: what an order may not be.
func TestAPassageIsOrderedRight(t *testing.T) { // F15
	s := begin(t)
	house := int64(s.count(`select min(id) from buildings where company_id = 1`))
	admin := access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 3, Companies: []int64{1, 2, 3}, May: access.StaffPermissions("admin")})
	today := calendar.On(2026, 11, 24)
	for name, c := range map[string]struct {
		o     passage.Order
		field string
	}{
		"today has begun":    {passage.Order{ToCompanyID: 2, On: today}, "body.on"},
		"yesterday":          {passage.Order{ToCompanyID: 2, On: today - 1}, "body.on"},
		"in thirty years":    {passage.Order{ToCompanyID: 2, On: today + 11000}, "body.on"},
		"to itself":          {passage.Order{ToCompanyID: 1, On: today + 1}, "body.to_company_id"},
		"to nobody we serve": {passage.Order{ToCompanyID: 99, On: today + 1}, "body.to_company_id"},
		"a note without end": {passage.Order{ToCompanyID: 2, On: today + 1, Note: string(make([]rune, 400))}, "body.note"},
	} {
		c.o.BuildingID = house
		var f *fault.Error
		require.True(t, fault.As(s.app.Passages.Order(admin, c.o), &f), name)
		require.Len(t, f.Fields, 1, name)
		require.Equal(t, c.field, f.Fields[0].Location, name)
	}
	s.do(`update buildings set street = (select street from buildings where id = $1), house = (select house from buildings where id = $1), city_id = (select city_id from buildings where id = $1) where id = (select min(id) from buildings where company_id = 2)`, house)
	require.Equal(t, "building.exists", fault.CodeOf(s.app.Passages.Order(admin, passage.Order{BuildingID: house, ToCompanyID: 2, On: today + 1})))
	narrow := access.With(context.Background(), access.Actor{Kind: access.Operator, UserID: 3, Companies: []int64{2, 3}, May: access.StaffPermissions("admin")})
	require.Equal(t, fault.NotFound, fault.KindOf(s.app.Passages.Order(narrow, passage.Order{BuildingID: house, ToCompanyID: 3, On: today + 1})), "nobody gives what he does not see")
}
