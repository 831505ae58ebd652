package app

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/company"
	"d24/internal/escalation"
	"d24/internal/notify"
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
func spread(q *jobs.Queue) {
	jobs.On(q, func(e ticket.Created) river.JobArgs {
		k := notify.Mine
		if e.Kind == ticket.Emergency {
			k = notify.Emergency
		}
		return notify.Spread{Fact: notify.Fact{CompanyID: e.CompanyID, Kind: k, TicketID: e.TicketID}}
	})
	jobs.On(q, func(e ticket.Reassigned) river.JobArgs {
		if e.Quiet || e.IsSame || e.CompanyID == 0 { // 0: of the version before
			return nil
		}
		return notify.Spread{Fact: notify.Fact{CompanyID: e.CompanyID, Kind: notify.Mine, TicketID: e.TicketID, MemberID: e.MemberID}}
	})
	jobs.On(q, func(e ticket.Commented) river.JobArgs {
		return notify.Spread{Fact: notify.Fact{CompanyID: e.CompanyID, Kind: notify.Comment, TicketID: e.TicketID, ByUser: e.ByUser}}
	})
	jobs.On(q, func(e escalation.NotTaken) river.JobArgs {
		return notify.Spread{Fact: notify.Fact{CompanyID: e.CompanyID, Kind: notify.Emergency, TicketID: e.TicketID}}
	})
	jobs.On(q, func(e staff.DutyChanged) river.JobArgs {
		text := "Ваше дежурство закончилось."
		if e.OnDuty {
			text = "Ваше дежурство началось."
		}
		return notify.Spread{Fact: notify.Fact{CompanyID: e.CompanyID, Kind: notify.Duty, MemberID: e.MemberID, Text: text}}
	})
}
