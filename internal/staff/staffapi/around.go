package staffapi

import (
	"context"
	"slices"
	"time"

	"d24/internal/calendar"
	"d24/internal/staff"
)

// around saves a card and tells what that does to coverage. Only other duties concern
// what runs: who is at work, and his phones, an escalation reads at each step (F37).
func (c Config) around(ctx context.Context, was staff.Member, companyID int64, save func() (staff.Member, error)) (*card, error) {
	return c.within(ctx, was, companyID, time.Time{}, time.Time{}, save)
}

// within is around for a change of some days.
func (c Config) within(ctx context.Context, was staff.Member, companyID int64, from, until time.Time, save func() (staff.Member, error)) (*card, error) {
	var m staff.Member
	after, err := c.Around.Do(ctx, companyID, from, until, func() (err error) {
		m, err = save()
		return err
	})
	out, err := c.card(ctx, m, err)
	if err != nil {
		return nil, err
	}
	if sameDuties(was.Duties, m.Duties) {
		after.Running = 0
	}
	out.Body.After = after
	return out, nil
}

// ofMember is around for a person who is there already.
func (c Config) ofMember(ctx context.Context, id int64, save func() (staff.Member, error)) (*card, error) {
	return c.ofMemberDays(ctx, id, 0, 0, save)
}

// ofMemberDays is within for a person who is there already; no first day: the coming week.
func (c Config) ofMemberDays(ctx context.Context, id int64, first, last calendar.Date, save func() (staff.Member, error)) (*card, error) {
	was, err := c.Service.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	from, until := days(first, last)
	return c.within(ctx, was, was.CompanyID, from, until, save)
}

// days are the moments in which days lie in every zone of the country; zero for no day.
func days(first, last calendar.Date) (from, until time.Time) {
	if first == 0 {
		return from, until
	}
	return first.Time().Add(-12 * time.Hour), last.Time().Add(24 * time.Hour)
}

func sameDuties(a, b []staff.Duty) bool {
	return slices.EqualFunc(a, b, func(x, y staff.Duty) bool {
		x.ID, y.ID = 0, 0
		return x == y
	})
}
