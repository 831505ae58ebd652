package ticket

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

func (c *city) one(q string, args ...any) (n int64) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { return tx.QueryRow(c.sys, q, args...).Scan(&n) }))
	return n
}

func (c *city) do(q string, args ...any) {
	c.t.Helper()
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, q, args...)
		return err
	}))
}

// TestOneKeyIsOneTicket: however often and however fast, with a number each that
// nobody else has.
func TestOneKeyIsOneTicket(t *testing.T) {
	c := open1(t)
	var all sync.WaitGroup
	got := make([][]Ticket, 8)
	for i := range got {
		all.Go(func() {
			for n := range 6 {
				in := c.form("ВС-02")
				in.IdempotencyKey = fmt.Sprintf("key-%d", n)
				k, _, err := c.s.Create(c.sys, in)
				if err != nil {
					t.Errorf("create: %v", err)
					return
				}
				got[i] = append(got[i], k)
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(30), c.one(`select last from ticket_counters where company_id = 1`), "a number drawn for a twin goes back")
	seen := map[int64]bool{}
	for n := range 6 {
		for i := range got {
			require.Equal(t, got[0][n].ID, got[i][n].ID)
			require.Equal(t, got[0][n].Number, got[i][n].Number)
		}
		require.False(t, seen[got[0][n].Number])
		seen[got[0][n].Number] = true
	}
	require.Equal(t, int64(30), c.one(`select count(*) from tickets where company_id = 1`))
	require.Equal(t, int64(30), c.one(`select count(*) from ticket_events where company_id = 1 and kind = 'created'`), "history is not doubled either")
}

// TestWhoAcceptsFirstHasIt is R5: twenty accept one ticket at once; one has it, the
// others are told who.
func TestWhoAcceptsFirstHasIt(t *testing.T) {
	c := open1(t)
	for range 10 {
		k := c.make("ВС-02")
		var all sync.WaitGroup
		won := make([]bool, 20)
		by := make([]string, 20)
		for i := range won {
			all.Go(func() {
				err := pg.Do(c.sys, c.db, func(tx *pg.Tx) (err error) {
					won[i], by[i], err = c.s.Accept(c.sys, tx, k.ID, int64(1+i%3), "в журнале")
					return err
				})
				if err != nil {
					t.Errorf("accept: %v", err)
				}
			})
		}
		all.Wait()
		got, err := c.s.Get(c.sys, k.ID)
		require.NoError(t, err)
		winners := 0
		for i := range won {
			if won[i] {
				winners++
				require.Equal(t, int64(1+i%3), got.ExecutorID)
			}
			require.Equal(t, got.ExecutorName, by[i])
		}
		require.Equal(t, 1, winners)
		require.Equal(t, int64(1), c.one(`select count(*) from ticket_events where ticket_id = $1 and kind = 'handover'`, k.ID))
		require.NotNil(t, got.HandedOverAt)
	}
}

// TestWhatNobodyTookIsNotSaidToBeTaken: a ticket cancelled or put off has no taker.
func TestWhatNobodyTookIsNotSaidToBeTaken(t *testing.T) {
	c := open1(t)
	admin := access.With(context.Background(), access.Actor{
		Kind: access.Company, CompanyID: 1, UserID: 4, Name: "Администратор", May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 1, 0),
	})
	k := c.make("ВС-02")
	_, err := c.s.Move(admin, k.ID, Move{To: Cancelled, Reason: "ошибка"})
	require.NoError(t, err)
	_, err = c.s.AcceptOwn(admin, k.ID)
	require.ErrorContains(t, err, fmt.Sprintf("Заявка № %d сейчас «отклонена»: принять её нельзя.", k.Number))
	k = c.make("ВС-02")
	_, err = c.s.AcceptOwn(admin, k.ID)
	require.NoError(t, err)
	_, err = c.s.AcceptOwn(admin, k.ID)
	require.EqualError(t, err, "ticket.taken: Заявку уже взял Гусев П. Н.")
	c.do(`delete from member_duties where role = 'executor'`)
	k = c.make("ВС-02")
	require.Zero(t, k.ExecutorID)
	got, err := c.s.AcceptOwn(admin, k.ID)
	require.NoError(t, err)
	require.Equal(t, Accepted, got.Status)
	require.Equal(t, int64(1), c.one(`select count(*) from ticket_events where ticket_id = $1 and text = 'Принял Администратор: в журнале'`, k.ID))
	_, err = c.s.AcceptOwn(admin, k.ID)
	require.EqualError(t, err, "ticket.taken: Заявку уже взял Администратор.")
}

// TestRightsToCreate: in another company nobody, in his own with narrow rights only
// what he would see afterwards.
func TestRightsToCreate(t *testing.T) {
	c := open1(t)
	in := c.form("ВС-02")
	kept := c.make("ВС-02")
	for name, x := range map[string]struct {
		a  access.Actor
		ok bool
	}{
		"stranger":           {access.Actor{Kind: access.Company, CompanyID: 2, Grants: access.RoleGrants(access.Admin, 2, 0)}, false},
		"operator of others": {access.Actor{Kind: access.Operator, Companies: []int64{2}}, false}, "nobody": {access.Actor{}, false},
		"his work":        {access.Actor{Kind: access.Company, CompanyID: 1, Grants: []access.Grant{{CompanyID: 1, WorkTypeIDs: []int64{kept.WorkTypeID}}}}, true},
		"not his work":    {access.Actor{Kind: access.Company, CompanyID: 1, Grants: []access.Grant{{CompanyID: 1, WorkTypeIDs: []int64{kept.WorkTypeID + 1}}}}, false},
		"not his house":   {access.Actor{Kind: access.Company, CompanyID: 1, Grants: []access.Grant{{CompanyID: 1, BuildingIDs: []int64{kept.BuildingID + 1}}}}, false},
		"the whole of it": {access.Actor{Kind: access.Company, CompanyID: 1, Grants: access.RoleGrants(access.Foreman, 1, 0)}, true},
	} {
		_, _, err := c.s.Create(access.With(context.Background(), x.a), in)
		if x.ok {
			require.NoError(t, err, name)
		} else {
			want := fault.Forbidden
			if name == "not his house" {
				want = fault.Invalid // for him there is no such house to choose
			}
			require.Equal(t, want, fault.KindOf(err), "%s: %v", name, err)
		}
	}
}

// TestAMomentIsSaidAsPeopleSayIt, by the calendar of the house.
func TestAMomentIsSaidAsPeopleSayIt(t *testing.T) {
	t.Parallel()
	zone := company.Location("Asia/Yekaterinburg")
	now := time.Date(2026, 12, 30, 18, 30, 0, 0, time.UTC) // 23:30 in the house
	for after, want := range map[time.Duration]string{
		29 * time.Minute: "23:59", 30 * time.Minute: "24:00", 24 * time.Hour: "23:30 завтра", 25 * time.Hour: "00:30 01.01.2027", 72 * time.Hour: "23:30 02.01.2027",
	} {
		require.Equal(t, want, moment(now.Add(after), now, zone), after)
	}
	require.Equal(t, "23:30 02.12", moment(now.AddDate(0, 0, -28), now, zone))
}

// TestWordsToReadOut: number, term, what follows; a reason without terms promises none.
func TestWordsToReadOut(t *testing.T) {
	c := open1(t)
	k := c.make("ВС-02")
	require.Equal(t, fmt.Sprintf("Заявка № %d принята. Аварийная служба уже получает её. Аварию локализуют до 12:30. Срок устранения – до 12:00 27.11. Мастер позвонит на этот номер. Остались вопросы?", k.Number), k.ToldCaller)
	c.do(`update reasons set terms = null, finish_min = null, localise_min = null, accept_min = null`)
	for _, code := range []string{"ВС-02", "ЭЛ-07", "ПЛ-01"} {
		k := c.make(code)
		require.NotRegexp(t, `до \d`, k.ToldCaller, code)
		require.Contains(t, k.ToldCaller, fmt.Sprintf("Заявка № %d принята.", k.Number))
		require.Nil(t, k.DueAt)
	}
}

// TestAFormIsCheckedAtItsFields: what is missing or odd is said where it stands.
func TestAFormIsCheckedAtItsFields(t *testing.T) {
	c := open1(t)
	for name, x := range map[string]struct {
		spoil func(*NewTicket)
		field string
	}{
		"no answer":           {func(in *NewTicket) { in.Answers = nil }, "body.answers.1"},
		"an answer of spaces": {func(in *NewTicket) { in.Answers = []Answer{{ID: 1, Value: "  "}} }, "body.answers.1"},
		"a phone in words":    {func(in *NewTicket) { in.CallerPhone = "у тёти" }, "body.caller_phone"},
		"an emergency number": {func(in *NewTicket) { in.CallerPhone = "112" }, "body.caller_phone"},
		"a house of others":   {func(in *NewTicket) { in.BuildingID = c.one(`select min(id) from buildings where company_id = 2`) }, "body.building_id"},
		"no house":            {func(in *NewTicket) { in.BuildingID = 0 }, "body.building_id"},
		"a reason of others":  {func(in *NewTicket) { in.ReasonID = c.one(`select min(id) from reasons where company_id = 2`) }, "body.reason_id"},
		"a consultation": {func(in *NewTicket) {
			in.ReasonID = c.one(`select min(id) from reasons where company_id = 1 and kind = 'consultation'`)
		}, "body.reason_id"},
	} {
		in := c.form("ВС-02")
		x.spoil(&in)
		_, _, err := c.s.Create(c.sys, in)
		var f *fault.Error
		require.True(t, fault.As(err, &f), "%s: %v", name, err)
		require.Equal(t, fault.Invalid, f.Kind, name)
		require.NotEmpty(t, f.Fields, name)
		require.Equal(t, x.field, f.Fields[0].Location, name)
	}
	require.Equal(t, int64(24), c.one(`select count(*) from tickets where company_id = 1`), "nothing was kept")
	in := c.form("ВС-02")
	in.CallerPhone = "8 (343) 123-45-67"
	k, _, err := c.s.Create(c.sys, in)
	require.NoError(t, err)
	require.Equal(t, "+73431234567", k.CallerPhone)
	require.Equal(t, int64(1), c.one(`select count(*) from contacts where phone = '+73431234567' and building_id = $1 and unit = '5'`, k.BuildingID), "number and address became a contact")
	in.CallerPhone = ""
	_, _, err = c.s.Create(c.sys, in)
	require.NoError(t, err, "an anonymous caller has no number, and his ticket is made")
}
