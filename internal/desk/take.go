package desk

import (
	"context"
	"strings"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Take brings a task to the actor's own phone now, before its turn; one that has reached
// nobody begins anew. fault.Conflict when the task is over, when another operator has it in
// hand (a supervisor takes it from him), when the person is being rung already, and in the
// hours in which he must not be woken (F51).
func (f *Floor) Take(ctx context.Context, id int64) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (k Talk, err error) {
		t, err := f.Tasks.lock(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if !tx.Actor.Can(access.DeskSupervise) {
			if err := f.held(ctx, tx, t); err != nil {
				return k, err
			}
		}
		if err := f.Tasks.bring(ctx, tx, t, tx.Actor.UserID); err != nil {
			return k, err
		}
		return f.talk(ctx, tx, id)
	})
}

// Give takes a task off the operator who has it and brings it to another one's phone now;
// userID 0: to whoever is free first. fault.Conflict when nobody has it to be taken off,
// when the other one is not at his place, and when the person's phone rings already.
func (f *Floor) Give(ctx context.Context, id, userID int64) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (k Talk, err error) {
		t, err := f.Tasks.lock(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if userID == 0 && t.OperatorID == 0 {
			return k, fault.New(fault.Conflict, "task.nobodys", "Эту задачу никто на себя не брал.")
		}
		name, err := f.receiver(ctx, tx, t, userID)
		if err != nil {
			return k, err
		}
		was, err := f.Tasks.View(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if err := f.Tasks.bring(ctx, tx, t, userID); err != nil {
			return k, err
		}
		show := func(operator string) map[string]string {
			return map[string]string{"title": t.Title, "operator": operator}
		}
		if err := audit.Change(ctx, tx, t.CompanyID, "task.give", lateSubject(t.ID), show(was.OperatorName), show(name)); err != nil {
			return k, err
		}
		return f.talk(ctx, tx, id)
	})
}

// receiver is the name of an operator who is at his place and may speak of the task.
func (f *Floor) receiver(ctx context.Context, tx *pg.Tx, t Task, userID int64) (string, error) {
	if userID == 0 {
		return "", nil
	}
	serves, err := f.Serves(ctx, tx, userID, t.CompanyID)
	if err != nil {
		return "", err
	}
	if !serves {
		return "", fault.New(fault.Invalid, "task.operator", "Этот оператор не обслуживает компанию задачи.").At("body.user_id", "выберите другого")
	}
	floors, err := f.Phones.Floors(ctx, tx)
	if err != nil {
		return "", err
	}
	if o := seatOf(floors, userID); o != nil {
		return o.Name, nil
	}
	return "", fault.New(fault.Conflict, "operator.away", "Оператора нет на месте: его пульт закрыт.")
}

// bring dials for a task now, for an operator; 0: for whoever is free first.
func (s *Tasks) bring(ctx context.Context, tx *pg.Tx, t Task, operator int64) error {
	if t.Unanswered {
		t.State, t.Result, t.Note, t.FinishedAt, t.Unanswered = "waiting", "", "", nil, false
		t.Progress.Counts, t.Progress.Dialled = nil, 0
	}
	if t.over() {
		return over(t)
	}
	if t.Plan.Mode == telephony.AnnounceOnly {
		return fault.New(fault.Conflict, "task.robot", "Эту задачу выполняет автоинформатор.")
	}
	if t.Progress.Flying {
		free, err := s.ungrasp(ctx, tx, t)
		if err != nil {
			return err
		}
		if !free {
			return fault.New(fault.Conflict, "task.rings", "По этой задаче уже звонят.")
		}
		t.Progress.Flying = false
	}
	next, act := dial(t.Plan, t.Phones, t.Progress, tx.Now)
	switch {
	case act.Result != "":
		return fault.New(fault.Conflict, "task.numbers", "Все номера уже набраны столько раз, сколько положено.")
	case act.Dial == "":
		return fault.New(fault.Conflict, "task.quiet", "Тихие часы: звонить можно с %s.", at(act.WakeAt, t.Plan.Quiet.Zone))
	}
	t.Progress, t.OperatorID = next, operator
	if _, err := tx.Exec(ctx, `update call_tasks set operator_id = nullif($2::bigint, 0) where id = $1`, t.ID, t.OperatorID); err != nil {
		return err
	}
	return s.do(ctx, tx, t, act)
}

// ungrasp withdraws a task's order that waits for an operator. False: somebody has taken
// it, or the phone rings.
func (s *Tasks) ungrasp(ctx context.Context, tx *pg.Tx, t Task) (bool, error) {
	free, err := s.orders.Waits(ctx, tx, orderKey(t))
	if err != nil || !free {
		return false, err
	}
	return true, s.orders.Cancel(ctx, tx, orderKey(t), telephony.Farewell{})
}

// Drop ends a task that is not to be called, with the reason of whoever says so. An
// emergency's handover is dropped with its request only: somebody must have it.
func (f *Floor) Drop(ctx context.Context, id int64, reason string) (Talk, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (k Talk, err error) {
		t, err := f.Tasks.lock(ctx, tx, id)
		if err != nil {
			return k, err
		}
		if reason = strings.TrimSpace(reason); reason == "" {
			return k, fault.New(fault.Invalid, "task.reason_required", "Укажите, почему звонить не нужно.").At("body.reason", "нужна причина")
		}
		switch {
		case t.Unanswered:
		case t.over():
			return k, over(t)
		case t.Purpose == telephony.Handover || t.Purpose == telephony.Announcement || t.Purpose == telephony.Responsible:
			return k, fault.New(fault.Conflict, "task.emergency", "Аварийную передают, пока её не примут: примите её за исполнителя, переведите или отмените заявку.")
		}
		if err := f.Tasks.drop(ctx, tx, t, reason); err != nil {
			return k, err
		}
		return f.talk(ctx, tx, id)
	})
}

func (s *Tasks) drop(ctx context.Context, tx *pg.Tx, t Task, reason string) error {
	if t.Unanswered { // it is over; what is written of it stays
		t.Unanswered, t.Note = false, strings.TrimPrefix(t.Note+"; "+reason, "; ")
		if err := s.save(ctx, tx, t); err != nil {
			return err
		}
	} else if err := s.finish(ctx, tx, t, Withdrawn, reason, false); err != nil {
		return err
	}
	return audit.Write(ctx, tx, t.CompanyID, "task.drop", lateSubject(t.ID), map[string]string{"title": t.Title, "reason": reason})
}

// Employee binds the number of a call to a person of the staff, after the operator has
// checked who he is (F28); from then on his calls cost him nothing. It is in the audit
// journal, and the card comes anew.
func (f *Floor) Employee(ctx context.Context, key string, memberID int64) (Card, error) {
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (c Card, err error) {
		call, err := f.Calls.EntryByKey(ctx, tx, key)
		if err != nil {
			return c, err
		}
		if !phone.IsE164(call.Phone) {
			return c, fault.New(fault.Conflict, "call.hidden", "Номер скрыт: привязать его нельзя.")
		}
		who, err := f.Staff.Now(ctx, tx, memberID)
		if err != nil {
			return c, err
		}
		if call.CompanyID != 0 && who.CompanyID != call.CompanyID {
			return c, fault.Missing("member")
		}
		if err := f.Staff.BindPhone(ctx, tx, memberID, call.Phone); err != nil {
			return c, err
		}
		return f.card(ctx, tx, key)
	})
}
