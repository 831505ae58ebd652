package app

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/company"
	"d24/internal/escalation"
	"d24/internal/notify"
	"d24/internal/passage"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/ticket"
)

// zones tell the zone of a company's day.
type zones struct{ s *company.Service }

func (z zones) ZoneOf(ctx context.Context, tx *pg.Tx, companyID int64) (*time.Location, error) {
	c, err := z.s.ByID(ctx, tx, companyID)
	return company.Location(c.Zone), err
}

// spread has people told on their devices of what they wish to hear.
func (a *App) spread(q *jobs.Queue) {
	tell(a, q, func(e ticket.Created) (notify.Fact, bool) {
		k := notify.Mine
		if e.Kind == ticket.Emergency {
			k = notify.Emergency
		}
		return notify.Fact{CompanyID: e.CompanyID, Kind: k, TicketID: e.TicketID}, true
	})
	tell(a, q, func(e ticket.Reassigned) (notify.Fact, bool) { // company 0: of the version before
		return notify.Fact{CompanyID: e.CompanyID, Kind: notify.Mine, TicketID: e.TicketID, MemberID: e.MemberID}, !e.Quiet && !e.IsSame && e.CompanyID != 0
	})
	tell(a, q, func(e ticket.Commented) (notify.Fact, bool) {
		return notify.Fact{CompanyID: e.CompanyID, Kind: notify.Comment, TicketID: e.TicketID, ByUser: e.ByUser}, true
	})
	tell(a, q, func(e escalation.NotTaken) (notify.Fact, bool) {
		return notify.Fact{CompanyID: e.CompanyID, Kind: notify.Emergency, TicketID: e.TicketID}, true
	})
	tell(a, q, func(e staff.DutyChanged) (notify.Fact, bool) {
		text := "Ваше дежурство закончилось."
		if e.OnDuty {
			text = "Ваше дежурство началось."
		}
		return notify.Fact{CompanyID: e.CompanyID, Kind: notify.Duty, MemberID: e.MemberID, Text: text}, true
	})
	tell(a, q, func(e passage.Told) (notify.Fact, bool) {
		return notify.Fact{CompanyID: e.CompanyID, Kind: notify.House, Text: e.Text}, true
	})
}

// tell passes on the facts that events of type E are, where anybody has a device.
func tell[E any](a *App, q *jobs.Queue, fact func(E) (notify.Fact, bool)) {
	jobs.Hear(q, func(tx *pg.Tx, b *pgx.Batch, events []E) (jobs.Then, error) {
		var facts []notify.Fact
		for _, e := range events {
			if f, ok := fact(e); ok {
				facts = append(facts, f)
			}
		}
		return a.Notify.Noting(tx, b, facts), nil
	})
}
