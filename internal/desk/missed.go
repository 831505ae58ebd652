package desk

import (
	"context"
	"time"

	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Fate is what became of a caller whom an operator did not take.
type Fate string

// The closed set of fates.
const (
	StillWaits  Fate = "waits"       // in the queue
	Answering   Fate = "taken"       // another operator took the same call
	CalledBack  Fate = "called_back" // somebody called him since
	CameThrough Fate = "came"        // he called again and was answered
	ToBeCalled  Fate = "to_call"     // his call-back is open
	NotCalled   Fate = "not_reached" // it reached nobody
	Nobodys     Fate = "none"        // nobody calls him: a hidden number, or what he was told was enough
)

// MissedRing is a call that rang at an operator and was not taken by him.
type MissedRing struct {
	calllog.Missed
	Call    calllog.Entry
	Fate    Fate
	By      string     // who took him, called him back or has the call-back; "" nobody yet
	ByAt    *time.Time // of the talk
	Task    *TaskView  // the open call-back
	CanCall bool       // the actor may call back now
}

// missedShown is how many missed rings are listed.
const missedShown = 10

// missed are the calls since a moment that the actor did not take, with what became of
// the callers, newest first.
func (f *Floor) missed(ctx context.Context, tx *pg.Tx, since time.Time) ([]MissedRing, error) {
	ms, err := f.Calls.MissedBy(ctx, tx, tx.Actor.UserID, since, missedShown)
	if err != nil || len(ms) == 0 {
		return nil, err
	}
	ids := make([]int64, len(ms))
	for i, m := range ms {
		ids[i] = m.CallID
	}
	calls, err := f.Calls.ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	talks, err := f.Calls.TalksAfter(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	tasks, err := f.Tasks.callbacks(ctx, tx, calls)
	if err != nil {
		return nil, err
	}
	floors, err := f.Phones.Floors(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []MissedRing
	for _, m := range ms {
		c, seen := calls[m.CallID]
		if !seen {
			continue
		}
		r := MissedRing{Missed: m, Call: c}
		talk, spoke := talks[c.ID]
		switch task, open := tasks[c.Phone]; {
		case c.JoinedAt != nil:
			r.Fate, r.By, r.ByAt = Answering, c.OperatorName, c.JoinedAt
		case c.EndedAt == nil:
			r.Fate = StillWaits
		case spoke && talk.Direction == "outbound":
			r.Fate, r.By, r.ByAt = CalledBack, talk.OperatorName, &talk.JoinedAt
		case spoke:
			r.Fate, r.By, r.ByAt = CameThrough, talk.OperatorName, &talk.JoinedAt
		case open && task.Unanswered:
			r.Fate, r.Task, r.CanCall = NotCalled, &task, true
		case open:
			who, mine := holder(floors, task.Task, tx.Actor.UserID)
			r.Fate, r.Task, r.By, r.CanCall = ToBeCalled, &task, who, who == "" && !mine
		default:
			r.Fate = Nobodys
		}
		out = append(out, r)
	}
	return out, nil
}

// callbacks are the open call-backs to the numbers of these calls, by number.
func (s *Tasks) callbacks(ctx context.Context, tx *pg.Tx, calls map[int64]calllog.Entry) (map[string]TaskView, error) {
	out := map[string]TaskView{}
	for _, c := range calls {
		if c.Phone != "" && c.JoinedAt == nil {
			out[c.Phone] = TaskView{}
		}
	}
	numbers := make([]string, 0, len(out))
	for n := range out {
		numbers = append(numbers, n)
	}
	clear(out)
	ts, err := s.views(ctx, tx, "state in ('waiting', 'active') and purpose = 'callback' and phones && $1 order by id", numbers)
	if err != nil {
		return nil, err
	}
	gone, err := s.views(ctx, tx, "is_unanswered and purpose = 'callback' and phones && $1 order by id", numbers)
	if err != nil {
		return nil, err
	}
	for _, t := range append(gone, ts...) { // an open one before one that is over
		for _, n := range t.Phones {
			out[n] = t
		}
	}
	return out, nil
}

// holder is the operator who has a task in hand: who speaks or is being rung for it, or has
// taken it on himself and is at his place. "" for nobody and for userID himself; mine: it is his.
func holder(floors []telephony.Floor, t Task, userID int64) (name string, mine bool) {
	key := telephony.CallKey(orderKey(t))
	for _, fl := range floors {
		for _, c := range fl.Calls {
			if t.Progress.Flying && c.CallKey == key && c.OperatorID != 0 {
				return other(c.OperatorID, c.Operator, userID)
			}
		}
	}
	if o := seatOf(floors, t.OperatorID); o != nil {
		return other(o.UserID, o.Name, userID)
	}
	return "", false
}

// seatOf is an operator who is at his place; nil: he is not.
func seatOf(floors []telephony.Floor, userID int64) *telephony.FloorSeat {
	for _, fl := range floors {
		for i, o := range fl.Operators {
			if o.UserID == userID && o.State != "off" {
				return &fl.Operators[i]
			}
		}
	}
	return nil
}

func other(id int64, name string, userID int64) (string, bool) {
	if id == userID {
		return "", true
	}
	return name, false
}

// held refuses a task that another operator has in hand, with his name: of two who take
// it in one moment the second is told so.
func (f *Floor) held(ctx context.Context, tx *pg.Tx, t Task) error {
	if t.over() {
		return nil
	}
	floors, err := f.Phones.Floors(ctx, tx)
	if err != nil {
		return err
	}
	if who, _ := holder(floors, t, tx.Actor.UserID); who != "" {
		return fault.New(fault.Conflict, "task.held", "Эту задачу уже взял на себя оператор: %s.", who)
	}
	return nil
}
