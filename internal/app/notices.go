package app

import (
	"context"

	"d24/internal/notice"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// ticketsForNotices are the requests a notice is tied to.
type ticketsForNotices struct{ *ticket.Service }

func noticed(ts []ticket.Ticket, err error) ([]notice.Ticket, error) {
	out := make([]notice.Ticket, 0, len(ts))
	for _, t := range ts {
		out = append(out, notice.Ticket{ID: t.ID, CompanyID: t.CompanyID, BuildingID: t.BuildingID, Number: t.Number, Reason: t.ReasonName, Address: t.Address, Status: string(t.Status), CreatedAt: t.CreatedAt, IsOpen: t.Status.Open() && t.Status != ticket.Done})
	}
	return out, err
}

func (t ticketsForNotices) OpenAt(ctx context.Context, tx *pg.Tx, companyID int64, houses []int64) ([]notice.Ticket, error) {
	return noticed(t.Service.OpenAt(ctx, tx, companyID, houses))
}

func (t ticketsForNotices) Named(ctx context.Context, tx *pg.Tx, ids []int64) ([]notice.Ticket, error) {
	return noticed(t.In(ctx, tx, ids))
}

func (t ticketsForNotices) Done(ctx context.Context, tx *pg.Tx, id int64, words string) error {
	_, err := t.MoveTx(ctx, tx, id, ticket.Move{To: ticket.Done, Comment: words})
	return err
}

func (t ticketsForNotices) Tied(ctx context.Context, tx *pg.Tx, id int64, words string) error {
	x, err := t.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	return t.Log(ctx, tx, x, ticket.Event{Kind: "comment", Text: words})
}
