package reason

import (
	"context"

	"d24/internal/platform/pg"
)

// Suppliers knows the companies' lists of suppliers (РСО).
type Suppliers interface {
	// Has reports whether the row is of the company's list and in use.
	Has(ctx context.Context, tx *pg.Tx, companyID, id int64) (bool, error)
}

// OpenTicket is a request where work is still owed.
type OpenTicket struct {
	ID      int64
	Number  int64
	Address string
}

// Tickets knows the requests made by a reason.
type Tickets interface {
	// OpenOfReason are the first of those where work is owed, and how many there are,
	// counted up to 1000.
	OpenOfReason(ctx context.Context, tx *pg.Tx, reasonID int64, limit int) ([]OpenTicket, int, error)
}
