package desk

import (
	"context"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// RefusedElsewhere ends the open handover of a ticket to a member who has said by
// another way (the journal) that he cannot take it: his phone stops ringing, and
// the ladder goes on by the end of the task. Nothing is open: nothing happens.
func (s *Tasks) RefusedElsewhere(ctx context.Context, tx *pg.Tx, ticketID, memberID int64, note string) error {
	tasks, err := s.OfTicket(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Purpose != telephony.Handover || t.MemberID != memberID {
			continue
		}
		if t, err = s.lock(ctx, tx, t.ID); err != nil {
			return err
		}
		if t.State == "waiting" || t.State == "active" {
			return s.finish(ctx, tx, t, Refused, note, false)
		}
	}
	return nil
}
