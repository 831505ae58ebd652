package escalation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/desk"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// farewell is what an executor hears who is just being spoken to by the machine: who has
// the request, and whether he may take it back (F34, F39).
func farewell(t ticket.Ticket, p Plan, s State) telephony.Farewell {
	about := fmt.Sprintf("Заявка номер %d. ", t.Number)
	switch {
	case sought(t) && s.Stage == Calling && s.Level < len(p.Levels):
		return telephony.Farewell{Words: about + "Она передана: " + ended(p.Levels[s.Level].Name) + " Чтобы забрать её обратно, нажмите один.", Keys: "1"}
	case sought(t):
		return telephony.Farewell{Words: about + "Её пока никто не принял. Чтобы принять, нажмите один.", Keys: "1"}
	case t.Status == ticket.Cancelled || t.Status == ticket.Postponed || t.Kind != ticket.Emergency:
		return telephony.Farewell{Words: about + "Ехать не нужно: она больше не аварийная. Спасибо."}
	}
	return telephony.Farewell{Words: about + "Её уже принял " + ended(t.ExecutorName) + " Спасибо."}
}

// ended is a name at the end of a sentence: initials have their point already.
func ended(name string) string { return strings.TrimSuffix(name, ".") + "." }

// Twice is the job that writes down that a second executor has taken a request (F35).
type Twice struct {
	TicketID int64  `json:"ticket_id"`
	MemberID int64  `json:"member_id"`
	Channel  string `json:"channel,omitempty"` // of a screen, for the history; "": it stands there already
}

// Kind names the job.
func (Twice) Kind() string { return "escalation.twice" }

// InsertOpts puts the job before everything else: both are on their way.
func (Twice) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// TwiceWorker runs Twice.
type TwiceWorker struct {
	river.WorkerDefaults[Twice]
	Runner *Runner
}

// Work does it once.
func (w *TwiceWorker) Work(ctx context.Context, job *river.Job[Twice]) error {
	return w.Runner.OnTwice(access.AsSystem(ctx, "escalation"), job.Args)
}

// OnTwice writes the second one down, once.
func (r *Runner) OnTwice(ctx context.Context, a Twice) error {
	return pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, a.TicketID)
		if err != nil {
			return err
		}
		isNew, err := r.rival(ctx, tx, t, a.MemberID)
		if err != nil || !isNew || a.Channel == "" {
			return err
		}
		p, err := r.Staff.ByID(ctx, tx, a.MemberID)
		if err != nil {
			return err
		}
		return r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "escalation", Text: p.Name + " тоже принял " + a.Channel + ", но раньше принял " + t.ExecutorName})
	})
}

// onTheWay: somebody has it and may be told to turn back.
func onTheWay(t ticket.Ticket) bool {
	return t.Status == ticket.Accepted || t.Status == ticket.InProgress
}

// rival writes down that a person has taken what another has, and shows it to the floor;
// false: it stood there, or there is nothing to decide.
func (r *Runner) rival(ctx context.Context, tx *pg.Tx, t ticket.Ticket, memberID int64) (isNew bool, err error) {
	if !onTheWay(t) || t.ExecutorID == memberID || t.ExecutorID == 0 {
		return false, nil
	}
	tag, err := tx.Exec(ctx, `insert into escalation_rivals (ticket_id, member_id, company_id, at) values ($1, $2, $3, $4) on conflict (ticket_id, member_id) do nothing`, t.ID, memberID, t.CompanyID, tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	if err := r.shownTwice(ctx, tx, t); err != nil {
		return false, err
	}
	return true, live.Tell(ctx, tx, live.Change{Topic: "escalation", ID: t.ID, CompanyID: t.CompanyID})
}

// shownTwice keeps the alarm of a request that several have taken, while it is to be decided:
// who has not its card before him learns of it too.
func (r *Runner) shownTwice(ctx context.Context, tx *pg.Tx, t ticket.Ticket) error {
	all, err := r.takers(ctx, tx, t, "")
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return alarm.Clear(ctx, tx, alarm.TakenTwice, subject(t))
	}
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = k.Name
	}
	return alarm.Raise(ctx, tx, alarm.Alarm{
		Code: alarm.TakenTwice, Subject: subject(t), CompanyID: t.CompanyID,
		Text: fmt.Sprintf("Решите, кто едет: заявку № %d приняли %s %s, %s", t.Number, ended(strings.Join(names, " и ")), t.ReasonName, t.Address),
	})
}

// Asked reports whether a person was called to take a request: he stood on a level that has had its turn.
func (r *Runner) Asked(ctx context.Context, tx *pg.Tx, ticketID, memberID int64) (bool, error) {
	v, err := r.Of(ctx, tx, ticketID)
	if err != nil || v == nil {
		return false, err
	}
	for i, l := range v.Plan.Levels {
		if l.MemberID == memberID && (slices.Contains(v.State.Tried, i) || v.State.Round > v.State.Before) {
			return true, nil
		}
	}
	return false, nil
}

// Taker is an executor who has taken a request.
type Taker struct {
	MemberID int64
	Name     string
	At       time.Time
	Has      bool // it is his now
}

// Takers are those who have taken a request and of whom nobody has said yet who goes; none
// when one has it alone.
func (r *Runner) Takers(ctx context.Context, ticketID int64) (out []Taker, err error) {
	err = pg.Do(ctx, r.DB, func(tx *pg.Tx) error {
		t, err := r.Tickets.ByID(ctx, tx, ticketID)
		if err == nil {
			out, err = r.takers(ctx, tx, t, "")
		}
		return err
	})
	return out, err
}

func (r *Runner) takers(ctx context.Context, tx *pg.Tx, t ticket.Ticket, lock string) ([]Taker, error) {
	if !onTheWay(t) {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `select member_id, at from escalation_rivals where ticket_id = $1 and settled_at is null and member_id <> $2 order by at, member_id`+lock, t.ID, t.ExecutorID)
	if err != nil {
		return nil, err
	}
	late, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Taker, err error) { return k, row.Scan(&k.MemberID, &k.At) })
	if err != nil || len(late) == 0 {
		return nil, err
	}
	for i := range late {
		p, err := r.Staff.ByID(ctx, tx, late[i].MemberID)
		if err != nil {
			return nil, err
		}
		late[i].Name = p.Name
	}
	first := Taker{MemberID: t.ExecutorID, Name: t.ExecutorName, Has: true}
	if t.AcceptedAt != nil {
		first.At = *t.AcceptedAt
	}
	return append([]Taker{first}, late...), nil
}

// Decide says who of them goes: he is the one executor, and all are told by phone (F35).
// fault.Conflict "takers.settled" when somebody has decided already.
func (r *Runner) Decide(ctx context.Context, ticketID, memberID int64) ([]Taker, error) {
	by := access.From(ctx)
	return pg.InTx(ctx, r.DB, func(tx *pg.Tx) ([]Taker, error) {
		t, err := r.Tickets.ByID(ctx, tx, ticketID)
		if err != nil {
			return nil, err
		}
		all, err := r.takers(ctx, tx, t, " for update")
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			return nil, fault.New(fault.Conflict, "takers.settled", "Уже решено: едет %s.", t.ExecutorName)
		}
		at := slices.IndexFunc(all, func(k Taker) bool { return k.MemberID == memberID })
		if at < 0 {
			return nil, fault.Missing("member")
		}
		if err := r.Tickets.Give(ctx, tx, t.ID, memberID, "едет он"); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, `update escalation_rivals set settled_at = $2, settled_by = $3 where ticket_id = $1 and settled_at is null`, t.ID, tx.Now, by.Name); err != nil {
			return nil, err
		}
		var home []string
		for _, k := range all {
			if k.MemberID != memberID {
				home = append(home, k.Name)
			}
			if err := r.tellTaker(ctx, tx, t, k, all[at]); err != nil {
				return nil, err
			}
		}
		if err := alarm.Clear(ctx, tx, alarm.TakenTwice, subject(t)); err != nil {
			return nil, err
		}
		text := "Взялись двое, едет " + all[at].Name + "; не едет: " + strings.Join(home, ", ") + ". Обоим позвонит автоинформатор"
		if err := r.Tickets.Log(ctx, tx, t, ticket.Event{Kind: "escalation", Text: text}); err != nil {
			return nil, err
		}
		return nil, live.Tell(ctx, tx, live.Change{Topic: "escalation", ID: t.ID, CompanyID: t.CompanyID})
	})
}

// tellTaker has the machine call one of them and say who goes.
func (r *Runner) tellTaker(ctx context.Context, tx *pg.Tx, t ticket.Ticket, k, goes Taker) error {
	who, err := r.Staff.ByID(ctx, tx, k.MemberID)
	if err != nil || len(who.Phones) == 0 {
		return err
	}
	c, err := r.Companies.ByID(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	line, err := r.Companies.LineOf(ctx, tx, t.CompanyID)
	if err != nil {
		return err
	}
	words := fmt.Sprintf("Заявка номер %d, %s. Едете вы.", t.Number, t.Address)
	if k.MemberID != goes.MemberID {
		words = fmt.Sprintf("Заявка номер %d, %s. Едет %s Вам ехать не нужно. Спасибо.", t.Number, t.Address, ended(goes.Name))
	}
	plan, _ := desk.Fit(desk.DialPlan{
		Mode: telephony.AnnounceOnly, Once: true, Dials: c.Settings.Dials, RingSec: c.Settings.RingSec, Pace: c.Settings.Pace, Priority: telephony.PriorityEmergency, Words: words, LineID: line,
	}, len(who.Phones), c.Settings.Minutes(c.Settings.StepMin))
	return r.Tasks.Create(ctx, tx, desk.NewTask{
		Key: fmt.Sprintf("goes-%d-%d-%d", t.ID, k.MemberID, t.Version), CompanyID: t.CompanyID, Purpose: telephony.Announcement, TicketID: t.ID, MemberID: k.MemberID,
		Phones: who.Phones, Title: "Сказать, кто едет: " + goes.Name, Plan: plan, DueAt: tx.Now,
	})
}
