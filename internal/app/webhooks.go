package app

import (
	"github.com/jackc/pgx/v5"

	"d24/internal/calllog"
	"d24/internal/escalation"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
	"d24/internal/webhook"
)

// facts are what an event says that the request itself does not say any more.
type facts struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// hear passes events on to the addresses that companies' programs listen at, in the
// transactions of the changes.
func (a *App) hear(q *jobs.Queue) {
	hear(q, a.Webhooks, func(e ticket.Created) webhook.Event {
		return webhook.Event{CompanyID: e.CompanyID, Kind: webhook.TicketCreated, SubjectID: e.TicketID}
	})
	hear(q, a.Webhooks, func(e ticket.Moved) webhook.Event {
		k := webhook.TicketChanged
		if !e.To.Open() {
			k = webhook.TicketClosed
		}
		return webhook.Event{CompanyID: e.CompanyID, Kind: k, SubjectID: e.TicketID, Facts: facts{string(e.From), string(e.To)}}
	})
	hear(q, a.Webhooks, func(e ticket.Resorted) webhook.Event {
		return webhook.Event{CompanyID: e.CompanyID, Kind: webhook.TicketChanged, SubjectID: e.TicketID}
	})
	hear(q, a.Webhooks, func(e ticket.Reassigned) webhook.Event {
		return webhook.Event{CompanyID: e.CompanyID, Kind: webhook.TicketChanged, SubjectID: e.TicketID}
	})
	hear(q, a.Webhooks, func(e escalation.NotTaken) webhook.Event {
		return webhook.Event{CompanyID: e.CompanyID, Kind: webhook.NotTaken, SubjectID: e.TicketID}
	})
	hear(q, a.Webhooks, func(e calllog.Ended) webhook.Event {
		return webhook.Event{CompanyID: e.CompanyID, Kind: webhook.CallEnded, SubjectID: e.CallID}
	})
}

func hear[E any](q *jobs.Queue, s *webhook.Service, told func(E) webhook.Event) {
	jobs.Hear(q, func(tx *pg.Tx, b *pgx.Batch, events []E) (jobs.Then, error) {
		out := make([]webhook.Event, 0, len(events))
		for _, e := range events {
			out = append(out, told(e))
		}
		return s.Noting(tx, b, out)
	})
}
