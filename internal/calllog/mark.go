package calllog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Mark is what a company thinks of an operator's work in one call (L2). A bad one is a
// case of the dispatch centre until the company has an answer.
type Mark struct {
	CallID     int64
	CompanyID  int64
	OperatorID int64
	Mark       int // 1 to 5
	Comment    string
	ByName     string
	At         time.Time
	Status     string // noted, open, answered
	Appeal     string
	AppealedAt *time.Time
	Finding    string // upheld, dismissed; "" while there is no answer
	Answer     string
	AnsweredBy string
	AnsweredAt *time.Time
	Version    int
}

// Bad is the best mark that opens a case.
const Bad = 2

const markColumns = `k.call_id, k.company_id, k.operator_id, k.mark, k.comment, k.by_name, k.at, k.status, k.appeal, k.appealed_at, coalesce(k.finding, ''), k.answer, k.answered_by, k.answered_at, k.version`

// ofHimself reports whether the actor sees marks on his own calls only.
func ofHimself(a access.Actor) bool {
	return a.Kind == access.Operator && !a.Can(access.DeskSupervise)
}

// marks puts the marks that the actor may see to their calls.
func marks(ctx context.Context, tx *pg.Tx, es []Entry) error {
	ids := make([]int64, 0, len(es))
	for _, e := range es {
		ids = append(ids, e.ID)
	}
	own := int64(0)
	if ofHimself(tx.Actor) {
		own = tx.Actor.UserID
	}
	rows, err := tx.Query(ctx, "select "+markColumns+" from call_marks k where k.call_id = any($1) and ($2 = 0 or k.operator_id = $2)", ids, own)
	if err != nil {
		return err
	}
	ms, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Mark])
	for _, m := range ms {
		for i := range es {
			if es[i].ID == m.CallID {
				es[i].Mark = m
			}
		}
	}
	return err
}

// marked is a call the actor may see, locked, with its mark if it has one.
func (s *Service) marked(ctx context.Context, tx *pg.Tx, id int64) (Entry, error) {
	e, err := s.entry(ctx, tx, "c.id = ?", id)
	if err != nil {
		return e, err
	}
	// Under the lock a call to a city's number does not become another company's (F75).
	if _, err := tx.Exec(ctx, `select from calls where id = $1 for update`, id); err != nil {
		return e, err
	}
	if e, err = s.entry(ctx, tx, "c.id = ?", id); err != nil {
		return e, err
	}
	one := []Entry{e}
	err = marks(ctx, tx, one)
	return one[0], err
}

// NewMark is what a company says of a call.
type NewMark struct {
	Mark    int
	Comment string
	Version int // of the mark that is changed; 0: there is none
}

// Rate writes the company's mark on a call (L2), or changes it while nobody has answered.
// fault.Conflict: no operator spoke, it is answered already, another was quicker.
func (s *Service) Rate(ctx context.Context, id int64, m NewMark) (Entry, error) {
	m.Comment = strings.TrimSpace(m.Comment)
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Entry, error) {
		e, err := s.marked(ctx, tx, id)
		switch {
		case err != nil:
			return e, err
		case e.CompanyID == 0 || e.OperatorID == 0:
			return e, fault.New(fault.Conflict, "call.no_operator", "В этом звонке оператор не говорил: оценивать нечего.")
		case m.Mark <= Bad && m.Comment == "":
			return e, fault.New(fault.Invalid, "call.mark_comment", "Напишите, что было не так.").At("body.comment", "нужно пояснение")
		case e.Mark != nil && e.Mark.Status == "answered":
			return e, fault.New(fault.Conflict, "call.mark_answered", "Диспетчерская уже ответила: оценку не изменить.")
		case m.Version != e.version():
			return e, changed(e)
		}
		status := "noted"
		if m.Mark <= Bad || e.Mark != nil && e.Mark.AppealedAt != nil {
			status = "open"
		}
		_, err = tx.Exec(ctx, `insert into call_marks (company_id, call_id, operator_id, mark, comment, by_id, by_name, at, status) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (call_id) do update set mark = excluded.mark, comment = excluded.comment, by_id = excluded.by_id, by_name = excluded.by_name, at = excluded.at,
			status = excluded.status, version = call_marks.version + 1`,
			e.CompanyID, e.ID, e.OperatorID, m.Mark, m.Comment, tx.Actor.UserID, tx.Actor.Name, tx.Now, status)
		if err != nil {
			return e, err
		}
		return s.said(ctx, tx, e, "call.mark", map[string]any{"mark": m.Mark, "comment": m.Comment})
	})
}

func (e Entry) version() int {
	if e.Mark == nil {
		return 0
	}
	return e.Mark.Version
}

func changed(e Entry) error {
	if e.Mark == nil {
		return fault.New(fault.Conflict, "call.mark_changed", "Оценки уже нет. Откройте звонок заново.")
	}
	return fault.New(fault.Conflict, "call.mark_changed", "Раньше вас оценку изменил %s. Посмотрите её и повторите, если нужно.", e.Mark.ByName)
}

// said writes the deed down, tells the screens, and returns the call as it is now.
func (s *Service) said(ctx context.Context, tx *pg.Tx, e Entry, action string, data any) (Entry, error) {
	if err := audit.Write(ctx, tx, e.CompanyID, action, fmt.Sprintf("call:%d", e.ID), data); err != nil {
		return e, err
	}
	if err := tell(ctx, tx, e.ID, e.CompanyID); err != nil {
		return e, err
	}
	return s.marked(ctx, tx, e.ID)
}

// theCase is a call with a mark that nobody has answered.
func (s *Service) theCase(ctx context.Context, tx *pg.Tx, id int64) (Entry, error) {
	e, err := s.marked(ctx, tx, id)
	switch {
	case err != nil:
		return e, err
	case e.Mark == nil:
		return e, fault.Missing("call_mark")
	case e.Mark.Status == "answered":
		return e, fault.New(fault.Conflict, "call.mark_answered", "На эту оценку уже ответил %s.", e.Mark.AnsweredBy)
	}
	return e, nil
}

// Appeal is the operator's word about a mark on his call; it opens a case when there is
// none. fault.NotFound of a call that is not his.
func (s *Service) Appeal(ctx context.Context, id int64, text string) (Entry, error) {
	text = strings.TrimSpace(text)
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Entry, error) {
		e, err := s.theCase(ctx, tx, id)
		switch {
		case err != nil:
			return e, err
		case e.Mark.OperatorID != tx.Actor.UserID:
			return e, fault.Missing("call_mark")
		case text == "":
			return e, fault.New(fault.Invalid, "call.appeal_text", "Напишите, с чем вы не согласны.").At("body.text", "нужен текст")
		case e.Mark.AppealedAt != nil:
			return e, fault.New(fault.Conflict, "call.appealed", "Вы уже возразили против этой оценки.")
		}
		if _, err = tx.Exec(ctx, `update call_marks set appeal = $2, appealed_at = $3, status = 'open', version = version + 1 where call_id = $1`, id, text, tx.Now); err != nil {
			return e, err
		}
		return s.said(ctx, tx, e, "call.appeal", map[string]any{"text": text})
	})
}

// Answered is what the dispatch centre found.
type Answered struct {
	IsUpheld bool // the company is right
	Text     string
	Version  int
}

// Answer ends a case with an answer to the company. Nobody judges his own call.
func (s *Service) Answer(ctx context.Context, id int64, a Answered) (Entry, error) {
	a.Text = strings.TrimSpace(a.Text)
	finding := "dismissed"
	if a.IsUpheld {
		finding = "upheld"
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Entry, error) {
		e, err := s.theCase(ctx, tx, id)
		switch {
		case err != nil:
			return e, err
		case e.Mark.Status != "open":
			return e, fault.New(fault.Conflict, "call.no_case", "По этой оценке разбора нет.")
		case e.Mark.OperatorID == tx.Actor.UserID:
			return e, fault.New(fault.Conflict, "call.own_case", "Это ваш звонок: разобрать его должен другой старший смены.")
		case a.Text == "":
			return e, fault.New(fault.Invalid, "call.answer_text", "Напишите ответ компании.").At("body.text", "нужен ответ")
		case a.Version != e.Mark.Version:
			return e, fault.New(fault.Conflict, "call.mark_changed", "Оценку или возражение изменили, пока вы писали. Посмотрите их и ответьте.")
		}
		_, err = tx.Exec(ctx, `update call_marks set status = 'answered', finding = $2, answer = $3, answered_by_id = $4, answered_by = $5, answered_at = $6, version = version + 1 where call_id = $1`,
			id, finding, a.Text, tx.Actor.UserID, tx.Actor.Name, tx.Now)
		if err != nil {
			return e, err
		}
		return s.said(ctx, tx, e, "call.answer", map[string]any{"finding": finding, "text": a.Text})
	})
}

// isMarked reports whether a call has a mark: it stays its company's then (F75).
func isMarked(ctx context.Context, tx *pg.Tx, id int64) (bool, error) {
	var one int
	err := tx.QueryRow(ctx, `select 1 from call_marks where call_id = $1`, id).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
