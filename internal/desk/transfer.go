package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/secretary"
	"d24/internal/telephony"
)

// People are those to whom a caller may be transferred.
type People struct {
	Offers []secretary.Offer // the best first
	AtOnce bool              // the company lets them be rung without a word of the operator
	Zone   string            // in which their hours are told
}

// Competents are the people for a call and its reason, 0: none yet (SR2). A city's number
// whose house is not known has none: whose they were is not known either.
func (f *Floor) Competents(ctx context.Context, key string, reasonID int64) (p People, err error) {
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		call, err := f.Calls.EntryByKey(ctx, tx, key)
		if err != nil || call.CompanyID == 0 {
			return err
		}
		place := secretary.Place{CompanyID: call.CompanyID, BuildingID: call.BuildingID, ReasonID: reasonID}
		if p.Offers, err = f.Secretary.For(ctx, tx, &place); err != nil {
			return err
		}
		p.Zone = place.Zone
		p.AtOnce, err = f.Secretary.AtOnce(ctx, tx, call.CompanyID)
		return err
	})
	return p, err
}

var _ telephony.Competents = (*Floor)(nil)

// Competent is the phone engine's question, before anybody is rung: of another company he is
// not for this call, out of his hours he is left in peace (F20).
func (f *Floor) Competent(ctx context.Context, callKey string, id int64) (out telephony.Competent, err error) {
	ctx = access.AsSystem(ctx, "transfer")
	err = pg.Do(ctx, f.DB, func(tx *pg.Tx) error {
		call, err := f.Calls.EntryByKey(ctx, tx, callKey)
		if err != nil {
			return err
		}
		o, err := f.Secretary.Find(ctx, tx, id, call.BuildingID)
		switch {
		case err != nil:
			return err
		case call.CompanyID != 0 && call.CompanyID != o.CompanyID:
			return fault.Missing("competent")
		case !o.State.Open:
			return fault.New(fault.Conflict, "transfer."+string(o.State.Why), "%s: %s. Возьмите сообщение.", o.Name, whyClosed[o.State.Why])
		}
		out = telephony.Competent{ID: o.ID, CompanyID: o.CompanyID, Name: o.Name, Phones: o.State.Phones}
		out.AtOnce, err = f.Secretary.AtOnce(ctx, tx, o.CompanyID)
		return err
	})
	return out, err
}

var whyClosed = map[secretary.Why]string{
	secretary.OutOfHours: "сейчас не его часы", secretary.Away: "его нет: отпуск или болезнь", secretary.Dismissed: "больше не работает", secretary.NoPhone: "телефон не записан",
}

// toldWithin is how long a message may lie: so much of the person's own time (SR2).
const toldWithin = 2 * time.Hour

// maxMessage is the longest message in characters.
const maxMessage = 1000

// Message takes a message of a caller for a competent person: a call task tells it to him in
// his hours, with a deadline, and the call has its result. One for each person and call.
func (f *Floor) Message(ctx context.Context, key string, id int64, text string) (e calllog.Entry, err error) {
	text = strings.Join(strings.Fields(text), " ")
	switch n := len([]rune(text)); {
	case n == 0:
		return e, fault.New(fault.Invalid, "message.text", "Запишите, что передать.").At("body.text", "запишите, что передать")
	case n > maxMessage:
		return e, fault.New(fault.Invalid, "message.text", "Сообщение длиннее %d знаков.", maxMessage).At("body.text", fmt.Sprintf("не длиннее %d знаков", maxMessage))
	}
	return pg.InTx(ctx, f.DB, func(tx *pg.Tx) (e calllog.Entry, err error) {
		call, err := f.Calls.EntryByKey(ctx, tx, key)
		if err != nil {
			return e, err
		}
		o, err := f.Secretary.Find(ctx, tx, id, call.BuildingID)
		if err != nil {
			return e, err
		}
		if call.CompanyID != o.CompanyID {
			return e, fault.Missing("competent")
		}
		if len(o.State.Phones) == 0 {
			return e, fault.New(fault.Conflict, "message.no_phone", "У этого человека нет телефона: передать сообщение некуда.")
		}
		if err := f.tell(ctx, tx, call, o, text); err != nil {
			return e, err
		}
		if call.Disposition != "" && call.Disposition != "lost" { // it has its result: the message goes with it
			return call, nil
		}
		return f.Calls.Result(ctx, tx, key, calllog.Disposition{Kind: "message", Note: o.Name + ": " + text})
	})
}

func taken(name string, already bool) error {
	if !already {
		return nil
	}
	return fault.New(fault.Conflict, "message.taken", "Сообщение для «%s» по этому звонку уже взято.", name)
}

// tell makes the call task.
func (f *Floor) tell(ctx context.Context, tx *pg.Tx, call calllog.Entry, o secretary.Offer, text string) error {
	c, err := f.Companies.ByID(ctx, tx, o.CompanyID)
	if err != nil {
		return err
	}
	zone := c.Zone
	if call.Zone != "" {
		zone = call.Zone
	}
	line, err := f.Companies.LineOf(ctx, tx, o.CompanyID)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("message-%d-%d", call.ID, o.ID)
	if made, err := f.Tasks.Made(ctx, tx, key); err != nil || made {
		return errors.Join(err, taken(o.Name, made))
	}
	due := tx.Now
	if !o.State.Open && o.State.Until != nil {
		due = *o.State.Until
	}
	till, err := f.Secretary.WorkBy(ctx, tx, o, zone, due, toldWithin)
	if err != nil {
		return err
	}
	plan, _ := Fit(DialPlan{
		Mode: telephony.OperatorFirst, Dials: c.Settings.Dials, RingSec: c.Settings.RingSec, Pace: c.Settings.Pace, Priority: telephony.PriorityTask, LineID: line,
	}, len(o.State.Phones), toldWithin/time.Duration(max(1, c.Settings.Pace)))
	who := "номер скрыт"
	if phone.IsE164(call.Phone) {
		who = call.Phone
	}
	if call.Address != "" {
		who += ", " + call.Address
	}
	return f.Tasks.Create(ctx, tx, NewTask{
		Key: key, CompanyID: o.CompanyID, Purpose: telephony.Message, TicketID: call.TicketID, CallID: call.ID, MemberID: o.MemberID, Phones: o.State.Phones,
		Title: fmt.Sprintf("Передать: %s. От жителя (%s): %s", o.Name, who, text), Plan: plan, DueAt: due, PromiseAt: &till,
	})
}
