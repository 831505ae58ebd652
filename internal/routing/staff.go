package routing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"d24/internal/company"
	"d24/internal/desk"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/telephony"
)

// Holders tells who has an open emergency in hand; ticket.Service supplies it.
type Holders interface {
	HoldsEmergency(ctx context.Context, tx *pg.Tx, memberIDs []int64) (bool, error)
}

// staffWithin is the promise to an employee (C7): one to four minutes.
const staffWithin = 4 * time.Minute

// staffPauses are between the three tries to call him back; four minutes after the last
// he counts as not reached and stays in sight (F29).
var staffPauses = []int{60, 120, 240}

// member turns the call of an employee away and promises to call him back: one open
// call-back per person, whose counter grows with each call (F25).
func (d *Director) member(ctx context.Context, tx *pg.Tx, in telephony.Incoming, line company.Line, dec telephony.Decision) (telephony.Decision, error) {
	number := phone.Caller(in.Caller)
	if !phone.IsE164(number) {
		return dec, nil
	}
	owners, err := d.Staff.OwnersOf(ctx, tx, number, line.CompanyID)
	if err != nil || len(owners) == 0 {
		return dec, err
	}
	dec.Action, dec.Notices, dec.Own, dec.OwnDesk = telephony.DropAndCallBack, nil, nil, false
	t := desk.NewTask{Key: "staff-" + in.CallKey, CompanyID: owners[0].CompanyID, Purpose: telephony.Callback, Phones: []string{number}, DueAt: tx.Now}
	t.Title = whose(owners, &t)
	called, err := d.Tasks.CalledAgain(ctx, tx, telephony.Callback, number, t.MemberID, 0)
	if err != nil || called {
		return dec, err
	}
	if t.Plan, err = d.staffPlan(ctx, tx, line, owners); err != nil {
		return dec, err
	}
	promise := tx.Now.Add(t.Plan.Seconds(int(staffWithin.Seconds())))
	t.PromiseAt = &promise
	return dec, d.Tasks.Create(ctx, tx, t)
}

// whose puts into t the person who called; of several who share the phone the operator
// asks who it is (F27). It returns the reason of the call in words.
func whose(owners []staff.Owner, t *desk.NewTask) string {
	if len(owners) == 1 {
		t.MemberID = owners[0].MemberID
		return "Перезвонить сотруднику: " + owners[0].Name
	}
	names := make([]string, 0, len(owners))
	for _, o := range owners {
		t.Candidates = append(t.Candidates, o.MemberID)
		if o.CompanyID != t.CompanyID {
			t.CompanyID = 0 // of several companies: nobody's until the operator has asked
		}
		names = append(names, o.Name)
	}
	if t.CompanyID == 0 {
		return "Перезвонить сотруднику: спросите, кто звонил" // names are each company's own
	}
	return "Перезвонить сотруднику: спросите, кто звонил – " + strings.Join(names, " или ")
}

func (d *Director) staffPlan(ctx context.Context, tx *pg.Tx, line company.Line, owners []staff.Owner) (desk.DialPlan, error) {
	c, err := d.Companies.ByID(ctx, tx, owners[0].CompanyID)
	if err != nil {
		return desk.DialPlan{}, fmt.Errorf("company of the employee: %w", err)
	}
	p := desk.DialPlan{
		Mode: telephony.OperatorFirst, Dials: len(staffPauses), RingSec: min(c.Settings.RingSec, staffPauses[0]-10), PausesSec: staffPauses, Pace: c.Settings.Pace,
		Priority: telephony.PriorityCallback, LineID: line.ID,
	}
	ids := make([]int64, 0, len(owners))
	for _, o := range owners {
		ids = append(ids, o.MemberID)
	}
	holds, err := d.Holders.HoldsEmergency(ctx, tx, ids)
	if holds { // who runs to a burst pipe is called back first
		p.Priority = telephony.PriorityHolder
	}
	return p, err
}
