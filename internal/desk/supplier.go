package desk

import (
	"context"
	"strings"
	"time"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket/supplierticket"
)

// Pairs keeps suppliers' requests; supplierticket.Service supplies it.
type Pairs interface {
	ByID(ctx context.Context, tx *pg.Tx, id int64) (supplierticket.Ticket, error)
	HandOverTx(ctx context.Context, tx *pg.Tx, id int64, h supplierticket.HandOver) (supplierticket.Ticket, error)
	TellTx(ctx context.Context, tx *pg.Tx, id int64, n supplierticket.News) (supplierticket.Ticket, error)
}

// ToSupplier is what an operator hears from a supplier besides the result.
type ToSupplier struct {
	Number string     // the supplier's own number of the request
	Taken  string     // who took it there
	AskAt  *time.Time // hour X; nil: the company's usual time from now
}

// heard writes down what a supplier said of its request (RS3): hour X counts from now.
func (f *Floor) heard(ctx context.Context, tx *pg.Tx, t Task, w Said) error {
	s, err := f.Pairs.ByID(ctx, tx, t.Supplier)
	if err != nil {
		return err
	}
	note := strings.TrimSpace(w.Note)
	switch {
	case w.Kind == Told && s.Status == supplierticket.New:
		_, err = f.Pairs.HandOverTx(ctx, tx, s.ID, supplierticket.HandOver{TheirNumber: w.Supplier.Number, HandedTo: w.Supplier.Taken, FollowupAt: w.Supplier.AskAt})
		return err
	case t.Purpose == telephony.SupplierInquiry:
		n := supplierticket.News{Text: note, TheirNumber: w.Supplier.Number, FollowupAt: w.Supplier.AskAt, PairSeen: true}
		switch {
		case w.Kind == Done && s.Status.Open():
			n.To = supplierticket.Done
		case w.Kind == InProgress && s.Status != supplierticket.InProgress:
			n.To = supplierticket.InProgress
		case w.Kind == InProgress || w.Kind == NotDone:
		default:
			return nil
		}
		if n.Text == "" && n.To == "" {
			n.Text = "новостей нет"
		}
		_, err = f.Pairs.TellTx(ctx, tx, s.ID, n)
	}
	return err
}
