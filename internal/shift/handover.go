package shift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// MatterKind is a sort of thing that is open when a shift ends.
type MatterKind string

// The kinds, in the order in which they are read.
const (
	Waits     MatterKind = "waiting"    // a caller in the queue
	Escalates MatterKind = "escalation" // an emergency that is being handed over
	Unhanded  MatterKind = "emergency"  // one that nobody has and nobody is called about
	Alarmed   MatterKind = "alarm"
	Promised  MatterKind = "promise" // a request whose term ends soon
	TaskOpen  MatterKind = "task"    // a call that is owed
	AtTheDesk MatterKind = "operator"
)

const (
	maxNote        = 2000
	handoversShown = 50
)

// Grave are the kinds that nobody may hand over without having seen them.
func (k MatterKind) Grave() bool { return k == Escalates || k == Unhanded || k == Alarmed }

// Matter is a thing that is open, in the words of that moment.
type Matter struct {
	Kind      MatterKind
	Ref       string // "ticket:15": the same thing has the same name
	CompanyID int64  // 0: of the whole centre
	TicketID  int64
	Text      string
	At        *time.Time // since when, or by when
}

// Handover is the giving of a shift to the next supervisor.
type Handover struct {
	ID          int64
	GivenBy     int64
	GivenByName string
	GivenAt     time.Time
	Note        string
	TakenByName string
	TakenAt     *time.Time
	TakenNote   string
	WithdrawnAt *time.Time
	Count       int // of matters
}

// Waiting reports whether nobody has taken it yet.
func (h Handover) Waiting() bool { return h.TakenAt == nil && h.WithdrawnAt == nil }

// Ending is what a supervisor sees before he hands over, or takes over.
type Ending struct {
	Matters []Matter
	Waiting []Handover // given and not taken
	Takers  []string   // who may take over from the actor
}

// Ending gathers what is open in the actor's companies now.
func (s *Service) Ending(ctx context.Context) (e Ending, err error) {
	if e.Matters, err = s.Open(ctx); err != nil {
		return e, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if e.Waiting, err = s.handovers(ctx, tx, `taken_at is null and withdrawn_at is null order by given_at, id limit 20`); err != nil {
			return err
		}
		e.Takers, err = s.People.Leads(ctx, tx)
		return err
	})
	return e, err
}

// Give hands the shift over: what is open now is kept with the actor's words, and waits
// until the next supervisor has read it. seen are the names of the grave matters that the
// actor had before him: fault.Conflict "handover.moved" when there is one he has not seen.
func (s *Service) Give(ctx context.Context, note string, seen []string) (h Handover, err error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote {
		return h, fault.New(fault.Invalid, "handover.note", "Слишком длинно: не больше 2000 знаков.").At("body.note", "не больше 2000 знаков")
	}
	open, err := s.Open(ctx)
	if err != nil {
		return h, err
	}
	for _, m := range open {
		if m.Kind.Grave() && !slices.Contains(seen, m.Ref) {
			return h, fault.New(fault.Conflict, "handover.moved", "Появилось новое: %s. Прочитайте список ещё раз.", m.Text)
		}
	}
	if note == "" && slices.ContainsFunc(open, func(m Matter) bool { return m.Kind != AtTheDesk }) {
		return h, fault.New(fault.Invalid, "handover.note", "Есть открытое: напишите следующему, что с этим делать.").At("body.note", "напишите, что передаёте")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (h Handover, err error) {
		companies := append([]int64{}, tx.Actor.Companies...)
		var id int64
		err = tx.QueryRow(ctx, `insert into handovers (company_ids, given_by, given_by_name, given_at, note) values ($1, $2, $3, $4, $5)
			on conflict (given_by) where taken_at is null and withdrawn_at is null do nothing returning id`, companies, tx.Actor.UserID, tx.Actor.Name, tx.Now, note).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return h, fault.New(fault.Conflict, "handover.waits", "Вы уже сдали смену: её ещё не приняли.")
		}
		if err != nil {
			return h, err
		}
		for n, m := range open {
			if _, err := tx.Exec(ctx, `insert into handover_matters (handover_id, n, company_id, kind, ref, ticket_id, text, at) values ($1, $2, nullif($3, 0), $4, $5, nullif($6, 0), $7, $8)`,
				id, n+1, m.CompanyID, m.Kind, m.Ref, m.TicketID, m.Text, m.At); err != nil {
				return h, err
			}
		}
		if err := audit.Change(ctx, tx, 0, "handover.give", object(id), nil, map[string]any{"note": note, "open": len(open)}); err != nil {
			return h, err
		}
		return s.told(ctx, tx, id)
	})
}

// Take confirms that the actor has read a handover and has the shift now. fault.Conflict
// when it is his own, taken or withdrawn.
func (s *Service) Take(ctx context.Context, id int64, read bool, note string) (Handover, error) {
	note = strings.TrimSpace(note)
	switch {
	case !read:
		return Handover{}, fault.New(fault.Invalid, "handover.unread", "Сначала прочитайте, что вам передают.").At("body.is_read", "подтвердите, что прочитали")
	case utf8.RuneCountInString(note) > maxNote:
		return Handover{}, fault.New(fault.Invalid, "handover.note", "Слишком длинно: не больше 2000 знаков.").At("body.note", "не больше 2000 знаков")
	}
	return s.settle(ctx, id, "handover.take", func(tx *pg.Tx, h Handover) (any, error) {
		if h.GivenBy == tx.Actor.UserID {
			return nil, fault.New(fault.Conflict, "handover.own", "Эту смену сдаёте вы: принять её должен следующий.")
		}
		_, err := tx.Exec(ctx, `update handovers set taken_by = $2, taken_by_name = $3, taken_at = $4, taken_note = $5 where id = $1`, id, tx.Actor.UserID, tx.Actor.Name, tx.Now, note)
		return map[string]any{"given_by": h.GivenByName, "note": note}, err
	})
}

// Withdraw takes the actor's own handover back: he goes on.
func (s *Service) Withdraw(ctx context.Context, id int64) (Handover, error) {
	return s.settle(ctx, id, "handover.withdraw", func(tx *pg.Tx, h Handover) (any, error) {
		if h.GivenBy != tx.Actor.UserID {
			return nil, fault.New(fault.Conflict, "handover.others", "Отозвать смену может только тот, кто её сдаёт: %s.", h.GivenByName)
		}
		_, err := tx.Exec(ctx, `update handovers set withdrawn_at = $2 where id = $1`, id, tx.Now)
		return map[string]any{"given_by": h.GivenByName}, err
	})
}

// settle ends the waiting of a handover by f, under its lock.
func (s *Service) settle(ctx context.Context, id int64, action string, f func(*pg.Tx, Handover) (any, error)) (Handover, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (h Handover, err error) {
		if _, err := tx.Exec(ctx, `select from handovers where id = $1 for update`, id); err != nil {
			return h, err
		}
		if h, err = s.handover(ctx, tx, id); err != nil {
			return h, err
		}
		switch {
		case h.TakenAt != nil:
			return h, fault.New(fault.Conflict, "handover.taken", "Эту смену уже принял %s.", h.TakenByName)
		case h.WithdrawnAt != nil:
			return h, fault.New(fault.Conflict, "handover.withdrawn", "%s отозвал передачу смены.", h.GivenByName)
		}
		after, err := f(tx, h)
		if err != nil {
			return h, err
		}
		if err := audit.Change(ctx, tx, 0, action, object(id), nil, after); err != nil {
			return h, err
		}
		return s.told(ctx, tx, id)
	})
}

// told tells the screens of a handover that has changed.
func (s *Service) told(ctx context.Context, tx *pg.Tx, id int64) (Handover, error) {
	if err := live.Tell(ctx, tx, live.Change{Topic: "handover", ID: id}); err != nil {
		return Handover{}, err
	}
	return s.handover(ctx, tx, id)
}

func object(id int64) string { return fmt.Sprintf("handover:%d", id) }

// History is a page of the handovers given before one (0: the latest), the latest first.
func (s *Service) History(ctx context.Context, before int64) ([]Handover, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Handover, error) {
		return s.handovers(ctx, tx, `($1::bigint = 0 or h.id < $1) order by h.id desc limit $2`, before, handoversShown)
	})
}

// Handover is one with what was open: what the actor's companies had.
func (s *Service) Handover(ctx context.Context, id int64) (h Handover, ms []Matter, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if h, err = s.handover(ctx, tx, id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select kind, ref, coalesce(company_id, 0), coalesce(ticket_id, 0), text, at from handover_matters where handover_id = $1 order by n`, id)
		if err != nil {
			return err
		}
		ms, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Matter])
		return err
	})
	return h, ms, err
}

func (s *Service) handover(ctx context.Context, tx *pg.Tx, id int64) (Handover, error) {
	hs, err := s.handovers(ctx, tx, `h.id = $1`, id)
	switch {
	case err != nil:
		return Handover{}, err
	case len(hs) == 0:
		return Handover{}, fault.Missing("handover")
	}
	return hs[0], nil
}

// handovers are those of the centre that the actor may see: he serves all their companies.
func (s *Service) handovers(ctx context.Context, tx *pg.Tx, cond string, args ...any) ([]Handover, error) {
	rows, err := tx.Query(ctx, `select h.id, given_by, given_by_name, given_at, note, taken_by_name, taken_at, taken_note, withdrawn_at,
		(select count(*) from handover_matters m where m.handover_id = h.id) from handovers h where `+cond, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Handover])
}
