package ticket

import (
	"context"
	"encoding/json"
	"time"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Device is what a phone says of a deed done on it, perhaps without a network (J12).
type Device struct {
	Key string    // its own name of the deed: sent again it is the same one
	At  time.Time // by its clock; zero: it does not say
}

// Deed is what was done on the phone: one of these.
type Deed struct {
	Accept  bool
	Back    bool  // of Accept: he knows that it has gone on to another meanwhile (F34)
	Move    *Move // its version is not asked: what stood before it in the queue has changed it
	Work    *Stint
	Comment string
	// ForResident is whom the comment is for.
	ForResident bool
}

func (d Deed) verb() string {
	switch {
	case d.Accept:
		return "accept"
	case d.Move != nil:
		return string(d.Move.To)
	case d.Work != nil:
		return d.Work.What
	}
	return "comment"
}

// FromDevice does what a person has done on a phone, once, at the hour of the phone within
// bounds (clock.OfDevice); the history keeps both hours. A deed that is here already
// changes nothing. fault.Conflict "ticket.taken", "ticket.not_yours" name who has it.
func (s *Service) FromDevice(ctx context.Context, id int64, dev Device, d Deed) (Ticket, error) {
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		if err != nil {
			return t, err
		}
		at := clock.OfDevice(dev.At, tx.Now)
		if at.Before(t.CreatedAt) {
			at = tx.Now
		}
		tag, err := tx.Exec(ctx, `insert into device_deeds (company_id, user_id, ticket_id, key, verb, said_at, at, received_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
			on conflict do nothing`, t.CompanyID, tx.Actor.UserID, t.ID, dev.Key, d.verb(), saidAt(dev.At), at, tx.Now)
		if err != nil || tag.RowsAffected() == 0 {
			return t, err
		}
		if err := s.doneThere(ctx, tx, t, d, at); err != nil {
			return t, err
		}
		return find(ctx, tx, "t.id = $1", id)
	})
	if d.Accept {
		if err = s.tooLate(ctx, id, "на телефоне", err); d.Back && fault.CodeOf(err) == gonePast {
			return s.takeBack(ctx, id, "на телефоне")
		}
	}
	return t, err
}

// saidAt leaves out what no table of years holds.
func saidAt(t time.Time) *time.Time {
	if t.Year() < 2000 || t.Year() > 2200 {
		return nil
	}
	return &t
}

func (s *Service) doneThere(ctx context.Context, tx *pg.Tx, t Ticket, d Deed, at time.Time) error {
	data := DoneAt(at)
	switch a := tx.Actor; {
	case d.Accept:
		member := a.MemberID
		if a.Can(access.TicketAssign) {
			member = 0
		}
		if member != 0 && t.ExecutorID == member && t.AcceptedAt != nil && t.Status.Open() {
			return nil // it was written down as his meanwhile: by the telephone, by a dispatcher
		}
		won, by, err := s.accept(ctx, tx, t, member, "на телефоне", at, data)
		if err != nil || won {
			return err
		}
		return notTaken(t, by)
	case (d.Move != nil || d.Work != nil) && !a.Can(access.TicketAssign) && a.MemberID != t.ExecutorID && a.MemberID != t.ResponsibleID:
		return fault.New(fault.Conflict, "ticket.not_yours", "Заявка № %d теперь у другого: %s.", t.Number, called(t.ExecutorName))
	case d.Work != nil:
		_, err := s.work(ctx, tx, t, *d.Work, at, data)
		return err
	case d.Move != nil:
		return s.moveThere(ctx, tx, t, *d.Move, at, data)
	}
	return s.Log(ctx, tx, t, Event{Kind: "comment", Text: d.Comment, IsForResident: d.ForResident, Data: data})
}

// DoneAt is the hour of the phone, as an event keeps it beside its own.
func DoneAt(at time.Time) json.RawMessage {
	b, _ := json.Marshal(map[string]time.Time{"device_at": at.UTC()}) // a time is always JSON
	return b
}

func (s *Service) moveThere(ctx context.Context, tx *pg.Tx, t Ticket, m Move, at time.Time, data json.RawMessage) error {
	m.Version = 0
	if t.AcceptedAt != nil && at.Before(*t.AcceptedAt) {
		at = *t.AcceptedAt // two clocks: nothing is done before it is taken
	}
	done, err := s.moved(ctx, tx, t, m)
	if err != nil {
		return err
	}
	if open, err := s.pairOpen(ctx, tx, t); err != nil || open && !m.PairSeen && !done.ticket.Status.Open() {
		if err == nil {
			err = pairIsOpen(t)
		}
		return err
	}
	if done.ticket.DoneAt != nil && m.To == Done {
		done.ticket.DoneAt = &at
	}
	if t.AcceptedAt == nil && done.ticket.AcceptedAt != nil {
		done.ticket.AcceptedAt = &at
	}
	done.at = at
	for i := range done.events {
		done.events[i].Data = data
	}
	return s.perform(ctx, tx, done)
}
