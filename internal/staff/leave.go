package staff

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// maxLeave is the longest leave in days: that of care for a child.
const maxLeave = 1200

// AddLeave writes a leave; from its first midnight the person is not called, and his
// substitute stands in his place (S2).
func (s *Service) AddLeave(ctx context.Context, memberID int64, l Leave) (Member, error) {
	return s.edited(ctx, memberID, func(tx *pg.Tx, was Member) error {
		if was.IsArchived {
			return gone()
		}
		if err := s.checkLeave(ctx, tx, was, &l); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into member_leaves (company_id, member_id, kind, starts_on, ends_on, substitute_id, note, created_at)
			values ($1, $2, $3, $4, $5, nullif($6, 0), $7, $8) returning id`, was.CompanyID, memberID, l.Kind, l.StartsOn.Time(), l.EndsOn.Time(), l.SubstituteID, l.Note, tx.Now).Scan(&l.ID)
		if err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.leave", object(memberID), nil, l)
	})
}

// ChangeLeave moves a leave or changes who stands in. fault.NotFound for none of the actor's.
func (s *Service) ChangeLeave(ctx context.Context, leaveID int64, l Leave) (Member, error) {
	return s.ofLeave(ctx, leaveID, func(tx *pg.Tx, was Member, old Leave) error {
		l.ID = leaveID
		if err := s.checkLeave(ctx, tx, was, &l); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update member_leaves set kind = $2, starts_on = $3, ends_on = $4, substitute_id = nullif($5, 0), note = $6 where id = $1`,
			leaveID, l.Kind, l.StartsOn.Time(), l.EndsOn.Time(), l.SubstituteID, l.Note)
		if err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.leave", object(was.MemberID), old, l)
	})
}

// CancelLeave drops a leave as if it had never been.
func (s *Service) CancelLeave(ctx context.Context, leaveID int64) (Member, error) {
	return s.ofLeave(ctx, leaveID, func(tx *pg.Tx, was Member, old Leave) error {
		if _, err := tx.Exec(ctx, `update member_leaves set cancelled_at = $2 where id = $1`, leaveID, tx.Now); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.leave", object(was.MemberID), old, nil)
	})
}

// OnLeave is whose a leave is; fault.NotFound for none of the actor's.
func (s *Service) OnLeave(ctx context.Context, leaveID int64) (memberID int64, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select member_id from member_leaves where id = $1 and cancelled_at is null`, leaveID).Scan(&memberID)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("leave")
		}
		return err
	})
	return memberID, err
}

func (s *Service) ofLeave(ctx context.Context, leaveID int64, f func(tx *pg.Tx, was Member, old Leave) error) (Member, error) {
	type found struct {
		member int64
		leave  Leave
	}
	x, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (x found, err error) {
		var from, to time.Time
		err = tx.QueryRow(ctx, `select member_id, id, kind, starts_on, ends_on, coalesce(substitute_id, 0), note from member_leaves where id = $1 and cancelled_at is null`, leaveID).
			Scan(&x.member, &x.leave.ID, &x.leave.Kind, &from, &to, &x.leave.SubstituteID, &x.leave.Note)
		if errors.Is(err, pgx.ErrNoRows) {
			return x, fault.Missing("leave")
		}
		x.leave.StartsOn, x.leave.EndsOn = calendar.DateOf(from), calendar.DateOf(to)
		return x, err
	})
	if err != nil {
		return Member{}, err
	}
	return s.edited(ctx, x.member, func(tx *pg.Tx, was Member) error { return f(tx, was, x.leave) })
}

func (s *Service) checkLeave(ctx context.Context, tx *pg.Tx, m Member, l *Leave) error {
	bad := fault.New(fault.Invalid, "leave.wrong", "Отпуск не сохранён: исправьте отмеченное.")
	l.Note = strings.TrimSpace(l.Note)
	switch today := calendar.DateOf(tx.Now); {
	case l.EndsOn < l.StartsOn:
		bad = bad.At("body.ends_on", "последний день раньше первого")
	case l.EndsOn-l.StartsOn >= maxLeave:
		bad = bad.At("body.ends_on", "слишком долго: не больше трёх лет")
	case l.StartsOn < today-730 || l.StartsOn > today+730:
		bad = bad.At("body.starts_on", "не дальше двух лет от сегодня")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	if x, err := overlapping(ctx, tx, m.MemberID, *l); err != nil {
		return err
	} else if x != nil {
		bad = bad.At("body.starts_on", "эти дни уже заняты: "+stretch(*x))
	}
	if l.SubstituteID != 0 {
		who, err := s.get(ctx, tx, l.SubstituteID)
		switch {
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return err
		case err != nil || who.CompanyID != m.CompanyID || who.IsArchived || who.MemberID == m.MemberID:
			return bad.At("body.substitute_id", "выберите другого работающего сотрудника этой компании")
		}
		x, err := overlapping(ctx, tx, who.MemberID, Leave{StartsOn: l.StartsOn, EndsOn: l.EndsOn})
		if err != nil {
			return err
		}
		if x != nil {
			bad = bad.At("body.substitute_id", who.Name+" сам отсутствует "+stretch(*x))
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func stretch(l Leave) string {
	return "с " + l.StartsOn.Time().Format("02.01.2006") + " по " + l.EndsOn.Time().Format("02.01.2006")
}

func overlapping(ctx context.Context, tx *pg.Tx, memberID int64, l Leave) (*Leave, error) {
	var from, to time.Time
	err := tx.QueryRow(ctx, `select starts_on, ends_on from member_leaves where member_id = $1 and id <> $2 and cancelled_at is null and starts_on <= $4 and ends_on >= $3
		order by starts_on limit 1`, memberID, l.ID, l.StartsOn.Time(), l.EndsOn.Time()).Scan(&from, &to)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return &Leave{StartsOn: calendar.DateOf(from), EndsOn: calendar.DateOf(to)}, err
}
