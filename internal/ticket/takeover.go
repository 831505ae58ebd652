package ticket

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/assignment"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
	"d24/internal/where"
)

// Takeover is the job that passes on the open tickets of a person who was dismissed (F37, F72).
type Takeover struct {
	MemberID int64  `json:"member_id"`
	Name     string `json:"name"`
	HandTo   int64  `json:"hand_to"` // 0: whom the rules give them
	ByUser   int64  `json:"by_user"`
	ByName   string `json:"by_name"`
}

// Kind names the job.
func (Takeover) Kind() string { return "ticket.takeover" }

// InsertOpts: what is urgent among the tickets, the escalation passes on by itself.
func (Takeover) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Calls} }

// TakeoverWorker runs Takeover.
type TakeoverWorker struct {
	river.WorkerDefaults[Takeover]
	Tickets *Service
}

// Work passes everything on.
func (w *TakeoverWorker) Work(ctx context.Context, job *river.Job[Takeover]) error {
	return w.Tickets.Takeover(ctx, job.Args)
}

// Subscribe wires the tickets to the events they live on.
func (s *Service) Subscribe(q *jobs.Queue) {
	jobs.On(q, func(e staff.Left) river.JobArgs {
		return Takeover{MemberID: e.MemberID, Name: e.Name, HandTo: e.HandTo, ByUser: e.ByUser, ByName: e.ByName}
	})
	jobs.On(q, func(e staff.StateChanged) river.JobArgs { return Away{MemberID: e.MemberID} })
}

// passed at once, in one transaction.
const passed = 100

// Takeover gives the open tickets of a person to another, a hundred in a transaction;
// a second run finds what the first has left.
func (s *Service) Takeover(ctx context.Context, t Takeover) error {
	ctx = access.With(ctx, access.Actor{Kind: access.System, System: "ticket", UserID: t.ByUser, Name: t.ByName})
	for after := int64(0); ; {
		ids, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]int64, error) { return s.pass(ctx, tx, t, after) })
		if err != nil || len(ids) < passed {
			return err
		}
		after = ids[len(ids)-1]
	}
}

const inHands = stillOwed + " and (t.executor_id = ? or t.responsible_id = ?)"

func (s *Service) pass(ctx context.Context, tx *pg.Tx, t Takeover, after int64) (ids []int64, err error) {
	var w where.Clause
	w.And("t.id > ?", after)
	w.And(inHands, t.MemberID, t.MemberID)
	ts, err := scoped(ctx, tx, w, fmt.Sprintf("t.id limit %d for update of t", passed))
	for _, x := range ts {
		ids = append(ids, x.ID)
		if err := s.passOne(ctx, tx, t, x); err != nil {
			return nil, err
		}
	}
	return ids, err
}

// passOne replaces who was dismissed in one ticket; the history says by whom and whose
// the work was.
func (s *Service) passOne(ctx context.Context, tx *pg.Tx, t Takeover, x Ticket) error {
	q := x.Question()
	var said []Event
	if x.ExecutorID == t.MemberID {
		p, err := s.heir(ctx, tx, t, q, true)
		if err != nil {
			return err
		}
		x.ExecutorID, x.ExecutorName = p.MemberID, p.Name
		if p.MemberID != 0 {
			if err := s.settle(ctx, tx, &x); err != nil {
				return err
			}
			if x.AcceptedAt != nil {
				if err := s.jobs.Publish(ctx, tx, Reassigned{TicketID: x.ID, CompanyID: x.CompanyID, MemberID: p.MemberID}); err != nil {
					return err
				}
			}
		}
		said = append(said, Event{Kind: "executor", Text: "Исполнитель: " + called(p.Name) + " вместо " + t.Name + " (уволен)"})
	}
	if x.ResponsibleID == t.MemberID {
		p, err := s.heir(ctx, tx, t, q, false)
		if err != nil {
			return err
		}
		x.ResponsibleID, x.ResponsibleName = p.MemberID, p.Name
		said = append(said, Event{Kind: "executor", Text: "Ответственный: " + called(p.Name) + " вместо " + t.Name + " (уволен)"})
	}
	x.Version++
	if err := save(ctx, tx, x); err != nil {
		return err
	}
	for _, e := range said {
		if err := s.Log(ctx, tx, x, e); err != nil {
			return err
		}
	}
	if x.ExecutorID == 0 && x.ExecutorLeftAt == nil && x.AcceptedAt != nil && x.Status != New {
		return s.orphan(ctx, tx, x, t.Name, "уволен, а по правилам на дежурстве больше никого")
	}
	return nil
}

func called(name string) string {
	if name == "" {
		return "никто не назначен"
	}
	return name
}

// heir is who gets the work: the one named, else the first executor on duty, else who
// answers for it; a zero Person when there is nobody.
func (s *Service) heir(ctx context.Context, tx *pg.Tx, t Takeover, q assignment.Question, executes bool) (p staff.Person, err error) {
	if t.HandTo != 0 {
		return s.staff.ByID(ctx, tx, t.HandTo)
	}
	a, err := s.rules.Decide(ctx, tx, q)
	if err != nil {
		return p, err
	}
	if e := a.Executor(); executes && e != nil {
		return *e, nil
	}
	if a.Responsible != nil {
		p = *a.Responsible
	}
	return p, nil
}

// InHands counts the open tickets a person executes or answers for, up to 1000.
func (s *Service) InHands(ctx context.Context, memberID int64) (int, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
		var w where.Clause
		w.And(inHands, memberID, memberID)
		cond, args := tx.Actor.Scope().Where("t")
		w.And(cond, args...)
		err = tx.QueryRow(ctx, "select count(*) from (select from tickets t where "+w.String()+" limit 1000) x", w.Args...).Scan(&n)
		return n, err
	})
}

// OpenOfReason are the open tickets of a reason that the actor may see, the oldest
// first, and how many there are in all, up to 1000: what a reason's archiving has to
// be told about (F72).
func (s *Service) OpenOfReason(ctx context.Context, tx *pg.Tx, reasonID int64, limit int) (out []reason.OpenTicket, n int, err error) {
	var w where.Clause
	w.And("t.reason_id = ? and t.status not in ('done', 'closed', 'cancelled')", reasonID)
	if err := tx.QueryRow(ctx, "select count(*) from (select from tickets t where "+w.String()+" limit 1000) x", w.Args...).Scan(&n); err != nil {
		return nil, 0, err
	}
	cond, args := tx.Actor.Scope().Where("t")
	w.And(cond, args...)
	rows, err := tx.Query(ctx, fmt.Sprintf("select t.id, t.number, t.address from tickets t where %s order by t.id limit %d", w.String(), limit), w.Args...)
	if err != nil {
		return nil, 0, err
	}
	out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[reason.OpenTicket])
	return out, n, err
}
