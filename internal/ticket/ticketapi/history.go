package ticketapi

import (
	"cmp"
	"encoding/json"
	"slices"

	"d24/internal/ticket"
)

// merge puts the calls of a ticket into its history: beside the line that speaks
// of the call, and as a line of their own where none does.
func merge(es []ticket.Event, calls []TicketCall) []TicketEvent {
	byID := map[int64]*EventCall{}
	for i := range calls {
		byID[calls[i].ID] = &calls[i].EventCall
	}
	out := make([]TicketEvent, 0, len(es)+len(calls))
	said := map[int64]bool{}
	for _, e := range es {
		line := TicketEvent{ID: e.ID, At: e.At, Kind: e.Kind, By: e.ByName, Text: e.Text, Data: map[string]any{}, Call: byID[e.CallID], IsForResident: e.IsForResident, IsUnread: e.IsUnread}
		_ = json.Unmarshal(e.Data, &line.Data) // an object by the writer's own check
		said[e.CallID] = true
		out = append(out, line)
	}
	for i, c := range calls {
		if !said[c.ID] {
			out = append(out, TicketEvent{ID: -c.ID, At: c.At, Kind: "call", By: c.By, Text: c.Text, Data: map[string]any{}, Call: &calls[i].EventCall})
		}
	}
	slices.SortStableFunc(out, func(a, b TicketEvent) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		if a.ID > 0 && b.ID > 0 {
			return cmp.Compare(a.ID, b.ID)
		}
		return 0
	})
	return out
}
