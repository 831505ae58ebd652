// Package supplierticketapi is the HTTP face of suppliers' requests.
package supplierticketapi

import (
	"time"

	"d24/internal/access"
	"d24/internal/ticket/supplierticket"
)

// SupplierTicketRow is a supplier's request in a list. Moments are shown in Zone.
type SupplierTicketRow struct {
	ID           int64      `json:"id"`
	CompanyID    int64      `json:"company_id"`
	CompanyName  string     `json:"company_name"`
	TicketID     int64      `json:"ticket_id" doc:"of the ordinary request"`
	Number       int64      `json:"number" doc:"of the ordinary request"`
	TicketKind   string     `json:"ticket_kind" enum:"emergency,planned,paid"`
	TicketStatus string     `json:"ticket_status" enum:"new,accepted,in_progress,postponed,done,closed,cancelled"`
	Address      string     `json:"address"`
	BuildingID   int64      `json:"building_id"`
	ReasonName   string     `json:"reason_name"`
	SupplierID   int64      `json:"supplier_id" doc:"of the company's list"`
	SupplierName string     `json:"supplier_name" doc:"as it was that day"`
	SupplierKind string     `json:"supplier_kind"`
	Status       string     `json:"status" enum:"new,handed_over,accepted,in_progress,done,closed,cancelled"`
	TheirNumber  string     `json:"their_number" doc:"the supplier's own number of it"`
	HandedTo     string     `json:"handed_to" doc:"who took it there"`
	News         string     `json:"news" doc:"what was said last"`
	HandedOverAt *time.Time `json:"handed_over_at"`
	FollowupAt   *time.Time `json:"followup_at" doc:"hour X: when to ask; null: nothing to ask"`
	AcceptedAt   *time.Time `json:"accepted_at"`
	DoneAt       *time.Time `json:"done_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	CreatedAt    time.Time  `json:"created_at"`
	Zone         string     `json:"zone" doc:"IANA zone of the house"`
	IsDue        bool       `json:"is_due" doc:"hour X has come"`
	Version      int        `json:"version"`
}

// SupplierTicketCard is one whole.
type SupplierTicketCard struct {
	SupplierTicketRow
	Phones []SupplierTicketPhone `json:"phones" nullable:"false" doc:"of the supplier as the directory has it now"`
	Hours  string                `json:"hours"`
	Events []SupplierTicketEvent `json:"events" nullable:"false" doc:"oldest first"`
	To     []string              `json:"to" enum:"new,handed_over,accepted,in_progress,done,closed,cancelled" nullable:"false" doc:"states this user may move it to"`
}

// SupplierTicketPhone is a number of the supplier.
type SupplierTicketPhone struct {
	Phone string `json:"phone" doc:"E.164, or a short number"`
	Note  string `json:"note"`
	Hours string `json:"hours"`
}

// SupplierTicketEvent is a line of its history, which is kept with the ordinary request's.
type SupplierTicketEvent struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Text string    `json:"text"`
}

// SupplierTicketPage is one page, newest first.
type SupplierTicketPage struct {
	Items      []SupplierTicketRow `json:"items" nullable:"false"`
	NextCursor *string             `json:"next_cursor" doc:"null at the end"`
}

// SupplierTicketCount is how many a filter finds.
type SupplierTicketCount struct {
	Count  int  `json:"count"`
	Capped bool `json:"capped" doc:"there are more: show «1000+»"`
}

// NewSupplierTicket opens the second half of a request that has none.
type NewSupplierTicket struct {
	TicketID   int64 `json:"ticket_id" minimum:"1"`
	SupplierID int64 `json:"supplier_id,omitempty" minimum:"0" doc:"of the company's list; left out: whom the rules had named"`
}

// SupplierHandOver is what is noted when the supplier is told.
type SupplierHandOver struct {
	TheirNumber string     `json:"their_number,omitempty" maxLength:"60"`
	HandedTo    string     `json:"handed_to,omitempty" maxLength:"100"`
	FollowupAt  *time.Time `json:"followup_at,omitempty" doc:"hour X; left out: the company's usual time after now"`
	Version     int        `json:"version" minimum:"1" maximum:"1000000000"`
}

// SupplierNews is what was heard since.
type SupplierNews struct {
	To          string     `json:"to,omitempty" enum:"new,accepted,in_progress,done,closed,cancelled" doc:"left out: the state stays"`
	Text        string     `json:"text,omitempty" maxLength:"2000"`
	TheirNumber string     `json:"their_number,omitempty" maxLength:"60" doc:"left out: stays"`
	FollowupAt  *time.Time `json:"followup_at,omitempty" doc:"hour X; left out: the company's usual time after now"`
	Version     int        `json:"version" minimum:"1" maximum:"1000000000"`
	PairSeen    bool       `json:"pair_seen,omitempty" doc:"the person knows that the ordinary request is open; without it 409 supplier_ticket.ticket_open"`
}

func row(t supplierticket.Ticket, now time.Time) SupplierTicketRow {
	return SupplierTicketRow{
		ID: t.ID, CompanyID: t.CompanyID, CompanyName: t.CompanyName, TicketID: t.TicketID, Number: t.Number, TicketKind: string(t.Kind), TicketStatus: string(t.TicketStatus),
		Address: t.Address, BuildingID: t.BuildingID, ReasonName: t.ReasonName, SupplierID: t.SupplierID, SupplierName: t.SupplierName, SupplierKind: t.SupplierKind,
		Status: string(t.Status), TheirNumber: t.TheirNumber, HandedTo: t.HandedTo, News: t.News, HandedOverAt: t.HandedOverAt, FollowupAt: t.FollowupAt,
		AcceptedAt: t.AcceptedAt, DoneAt: t.DoneAt, ClosedAt: t.ClosedAt, CreatedAt: t.CreatedAt, Zone: t.Zone,
		IsDue: t.FollowupAt != nil && !now.Before(*t.FollowupAt), Version: t.Version,
	}
}

func may(t supplierticket.Ticket, a access.Actor) []string {
	out := []string{}
	for _, s := range t.Can(a) {
		out = append(out, string(s))
	}
	return out
}
