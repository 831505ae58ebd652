package ticket

import (
	"context"
	"time"

	"d24/internal/platform/pg"
)

// Pairs keeps suppliers' tickets, the second halves of tickets (RS2); they supply it.
type Pairs interface {
	// Open makes the second half of a new ticket, in its transaction (F49).
	Open(ctx context.Context, tx *pg.Tx, t Ticket, supplierID int64) error
	// IsOpen reports whether a ticket has a second half that is not over.
	IsOpen(ctx context.Context, tx *pg.Tx, ticketID int64) (bool, error)
}

// Ladder looks for who takes a ticket; it supplies it.
type Ladder interface {
	// Asked reports whether a person has been called to take the ticket so far.
	Asked(ctx context.Context, tx *pg.Tx, ticketID, memberID int64) (bool, error)
}

// Calls keeps which call a ticket came from; the record of calls supplies it.
type Calls interface {
	// Attach ties a call to the ticket it made, and to the ticket's company: on a
	// city's number it was not known before. It returns the call's id;
	// fault.NotFound when the actor may not see the call.
	Attach(ctx context.Context, tx *pg.Tx, callKey string, companyID, ticketID int64) (callID int64, err error)
	// Began is when a call began; the zero time: its record has not come yet.
	Began(ctx context.Context, tx *pg.Tx, callKey string) (time.Time, error)
	// Follow gives the calls that made a ticket to the one it was moved to, and to that one's
	// company those that came to a city's number. A call to a company's own number stays its own.
	Follow(ctx context.Context, tx *pg.Tx, from, to, companyID int64) error
}
