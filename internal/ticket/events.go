package ticket

// Created is published when a ticket is registered.
type Created struct {
	TicketID  int64 `json:"ticket_id"`
	CompanyID int64 `json:"company_id"`
	Kind      Kind  `json:"kind"`
}

// Moved is published when a ticket changes its state.
type Moved struct {
	TicketID  int64  `json:"ticket_id"`
	CompanyID int64  `json:"company_id"`
	Kind      Kind   `json:"kind"`
	From      Status `json:"from"`
	To        Status `json:"to"`
}
