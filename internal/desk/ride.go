package desk

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// RideWithin is how early a question comes along with a call that is made anyway.
const RideWithin = 30 * time.Minute

// withPerson and withSupplier are the calls that may be one: an operator speaks of each
// request in turn, and each has an answer of its own.
var (
	withPerson   = []telephony.Purpose{telephony.Handover, telephony.StatusInquiry, telephony.Responsible, telephony.Callback}
	withSupplier = []telephony.Purpose{telephony.SupplierHandover, telephony.SupplierInquiry}
)

// company of a task: those that may be spoken of in its call; nil: none.
func (t Task) together() []telephony.Purpose {
	switch {
	case t.Plan.Mode == telephony.AnnounceOnly:
		return nil
	case slices.Contains(withSupplier, t.Purpose):
		return withSupplier
	case t.MemberID != 0 && slices.Contains(withPerson, t.Purpose):
		return withPerson
	}
	return nil
}

// ring dials for a task. When the person is being called already, the task comes along in
// that call; otherwise those of the same person that are due soon come along in this one
// (F44, F45, F50). An order that waits for an operator gives way to a more urgent one.
func (s *Tasks) ring(ctx context.Context, tx *pg.Tx, t *Task, phone string) error {
	if t.together() == nil {
		return s.orders.Place(ctx, tx, order(*t, phone, tx.Now))
	}
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 44))`, phone); err != nil {
		return err
	}
	others, err := s.alike(ctx, tx, *t, phone)
	if err != nil {
		return err
	}
	for _, o := range others {
		if !o.Progress.Flying || o.RideKey != "" {
			continue
		}
		if o.Plan.Priority >= t.Plan.Priority {
			t.RideKey = orderKey(o)
			return nil
		}
		if free, err := s.ungrasp(ctx, tx, o); err != nil || !free {
			t.RideKey = orderKey(o)
			return err
		}
	}
	if err := s.orders.Place(ctx, tx, order(*t, phone, tx.Now)); err != nil {
		return err
	}
	for _, o := range others {
		if o.Progress.Flying || o.soon(phone, tx.Now) {
			if err := s.board(ctx, tx, o, *t, phone); err != nil {
				return err
			}
		}
	}
	return nil
}

// alike are the other open tasks of the same person, or of the same supplier's number.
// One that another worker has in hand is left out: the engine rings a phone once all the
// same (F40).
func (s *Tasks) alike(ctx context.Context, tx *pg.Tx, t Task, phone string) ([]Task, error) {
	rows, err := tx.Query(ctx, "select "+columns+` from call_tasks where state in ('waiting', 'active') and id <> $1 and phones @> array[$2] and purpose = any($3)
		and (member_id = nullif($4, 0) or $4 = 0) order by id limit 200 for update skip locked`, t.ID, phone, t.together(), t.MemberID)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scan)
	return slices.DeleteFunc(found, func(o Task) bool { return o.together() == nil }), err
}

// soon: it is due now or soon, and the person may be asked it at this hour.
func (t Task) soon(phone string, now time.Time) bool {
	return t.NextAt != nil && t.NextAt.Sub(now) <= RideWithin && !t.Plan.Quiet.Awake(now).After(now) &&
		t.Progress.Counts[phone] < t.Plan.Dials && !slices.Contains(t.Progress.Bad, phone)
}

// board takes a task along in the call of another.
func (s *Tasks) board(ctx context.Context, tx *pg.Tx, t, with Task, phone string) error {
	p := &t.Progress
	if !p.Flying {
		p.Mark++ // what was asked for is stale
		p.Last = tx.Now
	}
	p.Flying, p.Said, p.Number = true, false, phone
	t.State, t.NextAt, t.RideKey = "active", nil, orderKey(with)
	return s.save(ctx, tx, t)
}

// Rode is published when a call in which a task came along has ended: the call is of
// another task, and in the history of this one's ticket as well (O4).
type Rode struct {
	TicketID  int64             `json:"ticket_id"`
	CompanyID int64             `json:"company_id"`
	CarrierID int64             `json:"carrier_id"` // the task that was dialled
	Outcome   telephony.Outcome `json:"outcome"`
}

// alight ends the ride of those who came along in an order that is over.
func (s *Tasks) alight(ctx context.Context, tx *pg.Tx, carrier int64, e telephony.Ended) error {
	if e.Key == "" {
		return nil
	}
	rows, err := tx.Query(ctx, "select "+columns+" from call_tasks where ride_key = $1 and state in ('waiting', 'active') order by id for update", e.Key)
	if err != nil {
		return err
	}
	riders, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return err
	}
	for _, t := range riders {
		next, act := rode(t.Plan, t.Phones, t.Progress, e, tx.Now)
		t.Progress, t.RideKey = next, ""
		if t.TicketID != 0 && e.Outcome != telephony.Cancelled {
			if err := s.jobs.Publish(ctx, tx, Rode{t.TicketID, t.CompanyID, carrier, e.Outcome}); err != nil {
				return err
			}
		}
		if act.Result != "" {
			err = s.finish(ctx, tx, t, act.Result, "", false)
		} else {
			err = s.do(ctx, tx, t, act)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rode is what follows a call in which a task came along. A dial that reached nobody was a
// dial of each. Reached, but not spoken of: it does not count. A key accepts the request
// that was spoken, no other: the next is dialled at once.
func rode(p DialPlan, phones []string, s Progress, e telephony.Ended, now time.Time) (Progress, Action) {
	if e.Outcome != telephony.Answered || s.Said {
		e.Digit = ""
		return ended(p, phones, s, e, now)
	}
	s.Flying, s.Outcome = false, e.Outcome
	s.Mark++
	if e.Joined { // the operator's word is awaited
		return s, Action{WakeAt: now.Add(resultWithin)}
	}
	return s, Action{WakeAt: now}
}

// Beside are the tasks spoken of in the same call as one, which the actor may see.
func (s *Tasks) Beside(ctx context.Context, tx *pg.Tx, t Task) ([]TaskView, error) {
	key := t.RideKey
	if key == "" {
		key = orderKey(t)
	}
	return s.views(ctx, tx, "id <> $1 and (ride_key = $2 or 'task-'||id||'-'||(progress->>'tries') = $2 and state in ('waiting', 'active')) order by id limit 200", t.ID, key)
}
