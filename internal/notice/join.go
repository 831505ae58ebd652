package notice

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Join ties a call to a notice, once, and gives the number to tell the caller: a notice
// swallows no registration. A call after the end is marked: the trouble is still there (F55).
func (s *Service) Join(ctx context.Context, tx *pg.Tx, id, callID int64) (n Notice, reference string, err error) {
	if n, err = s.joinable(ctx, tx, id); err != nil {
		return n, "", err
	}
	reference, err = s.number(ctx, tx, n, join{callID: callID})
	return n, reference, err
}

// joinable is a notice that callers may be joined with, locked.
func (s *Service) joinable(ctx context.Context, tx *pg.Tx, id int64) (Notice, error) {
	n, err := s.byID(ctx, tx, id, " for update")
	if err != nil {
		return n, err
	}
	if n.ClosedAs == string(Cancelled) {
		return n, fault.New(fault.Conflict, "notice.closed", "Это оповещение отменили.")
	}
	if n.State(tx.Now) == Planned {
		return n, fault.New(fault.Conflict, "notice.planned", "Это оповещение ещё не действует.")
	}
	return n, nil
}

// join is one caller: by a call, or written down in the journal.
type join struct {
	callID      int64
	buildingID  int64
	unit, phone string
	key         string
}

// number joins a caller to a notice that is locked, once for a call or a key, and gives
// the number he is told.
func (s *Service) number(ctx context.Context, tx *pg.Tx, n Notice, j join) (string, error) {
	var i int
	err := tx.QueryRow(ctx, `select n from notice_calls where notice_id = $1 and (call_id = nullif($2, 0) or idempotency_key = nullif($3, ''))`, n.ID, j.callID, j.key).Scan(&i)
	if err == nil || !none(err) {
		return Reference(n.Number, i), err
	}
	err = tx.QueryRow(ctx, `insert into notice_calls (notice_id, company_id, call_id, n, is_after, at, building_id, unit, phone, by_name, idempotency_key)
		select $1, $2, nullif($3, 0), coalesce(max(n), 0) + 1, $4, $5, nullif($6, 0), $7, $8, $9, nullif($10, '') from notice_calls where notice_id = $1 returning n`,
		n.ID, n.CompanyID, j.callID, !n.Live(tx.Now), tx.Now, j.buildingID, j.unit, j.phone, tx.Actor.Name, j.key).Scan(&i)
	if err != nil {
		return "", err
	}
	return Reference(n.Number, i), tell(ctx, tx, n)
}

// Event is a line of a notice's history.
type Event struct {
	At    time.Time
	Actor string
	Kind  string
	Text  string
}

// Card is a notice with what hangs on it.
type Card struct {
	Notice  Notice
	Events  []Event
	Tickets []Ticket // tied ones, then the open ones of its houses
	Callers []Caller // joined, newest first, at most 200
}

// Get is a notice with its history and the requests of its houses.
func (s *Service) Get(ctx context.Context, id int64) (Card, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (c Card, err error) {
		if c.Notice, err = s.byID(ctx, tx, id, ""); err != nil {
			return c, err
		}
		rows, err := tx.Query(ctx, `select at, actor, kind, text from notice_events where notice_id = $1 order by id desc limit 200`, id)
		if err != nil {
			return c, err
		}
		if c.Events, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Event]); err != nil {
			return c, err
		}
		if c.Callers, err = s.callers(ctx, tx, id); err != nil {
			return c, err
		}
		c.Tickets, err = s.tickets(ctx, tx, c.Notice)
		return c, err
	})
}

func (s *Service) tied(ctx context.Context, tx *pg.Tx, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select ticket_id from notice_tickets where notice_id = $1 order by at, ticket_id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// houses are those of the notice; nil: the whole company.
func (s *Service) houses(ctx context.Context, tx *pg.Tx, n Notice) ([]int64, error) {
	if n.IsCompany {
		return nil, nil
	}
	more, err := s.Buildings.InGroups(ctx, tx, n.CompanyID, n.GroupIDs)
	return append(append([]int64{}, n.BuildingIDs...), more...), err
}

func (s *Service) tickets(ctx context.Context, tx *pg.Tx, n Notice) ([]Ticket, error) {
	tied, err := s.tied(ctx, tx, n.ID)
	if err != nil {
		return nil, err
	}
	out, err := s.Tickets.Named(ctx, tx, tied)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].IsTied = true
	}
	if n.ClosedAs != "" {
		return out, nil
	}
	houses, err := s.houses(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	open, err := s.Tickets.OpenAt(ctx, tx, n.CompanyID, houses)
	if err != nil {
		return nil, err
	}
	for _, t := range open {
		if !slices.Contains(tied, t.ID) {
			out = append(out, t)
		}
	}
	return out, nil
}

// Tie joins requests with the notice; a request already tied stays so (N2, F54).
func (s *Service) Tie(ctx context.Context, id int64, ticketIDs []int64) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		n, err := s.byID(ctx, tx, id, " for update")
		if err != nil {
			return err
		}
		if n.ClosedAs != "" {
			return fault.New(fault.Conflict, "notice.closed", "Это оповещение уже закрыто.")
		}
		houses, err := s.houses(ctx, tx, n)
		if err != nil {
			return err
		}
		named, err := s.Tickets.Named(ctx, tx, ticketIDs)
		if err != nil {
			return err
		}
		fits := func(t Ticket) bool {
			return t.CompanyID == n.CompanyID && t.IsOpen && (n.IsCompany || slices.Contains(houses, t.BuildingID))
		}
		fresh := 0
		for _, t := range ticketIDs {
			if !slices.ContainsFunc(named, func(o Ticket) bool { return o.ID == t && fits(o) }) {
				return fault.New(fault.Invalid, "notice.ticket", "Связать можно открытую заявку дома из оповещения.").At("body.ticket_ids", "заявка не подходит")
			}
			tag, err := tx.Exec(ctx, `insert into notice_tickets (notice_id, ticket_id, company_id, at) values ($1, $2, $3, $4) on conflict do nothing`, id, t, n.CompanyID, tx.Now)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			fresh++
			if err := s.Tickets.Tied(ctx, tx, t, fmt.Sprintf("Связана с оповещением № %d: %s", n.Number, n.Text)); err != nil {
				return err
			}
		}
		if fresh == 0 {
			return nil
		}
		if err := s.event(ctx, tx, n, "tied", fmt.Sprintf("связано заявок: %d", fresh)); err != nil {
			return err
		}
		return tell(ctx, tx, n)
	})
}

// OfTicket are the notices a request is tied to, newest first (the journal's card).
func (s *Service) OfTicket(ctx context.Context, ticketID int64) ([]Notice, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Notice, error) {
		seen, err := s.Tickets.Named(ctx, tx, []int64{ticketID})
		if err != nil {
			return nil, err
		}
		if len(seen) == 0 {
			return nil, fault.Missing("ticket")
		}
		rows, err := tx.Query(ctx, "select "+columns+" from notices n join notice_tickets t on t.notice_id = n.id where t.ticket_id = $1 order by n.id desc limit 20", ticketID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Notice])
	})
}
