package ticket

import (
	"context"

	"d24/internal/platform/pg"
)

// Calls keeps which call a ticket came from; the record of calls supplies it.
type Calls interface {
	// Attach ties a call to the ticket it made, and to the ticket's company: on a
	// city's number it was not known before. It returns the call's id;
	// fault.NotFound when the actor may not see the call.
	Attach(ctx context.Context, tx *pg.Tx, callKey string, companyID, ticketID int64) (callID int64, err error)
}
