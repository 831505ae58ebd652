package ticket

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/errand"
	"d24/internal/fault"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/where"
)

// ChangeErrand is the kind of errands that change many tickets (J6).
const ChangeErrand = "change"

// MaxChange is how many tickets one errand may change. The list has no limit; a change that
// nobody can look through has.
const MaxChange = 100_000

// What a change of many changes.
const (
	ChangeStatus      = "status"
	ChangeExecutor    = "executor"    // any employee of the company
	ChangeResponsible = "responsible" // one of the preset list
	ChangeLabels      = "labels"
)

// Change is what is done with each ticket of a change of many. The rules are those of a
// single change: what one may not do with one ticket is refused for that ticket.
type Change struct {
	What     string     `json:"what"`
	To       Status     `json:"to,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	MemberID int64      `json:"member_id,omitempty"`
	Name     string     `json:"name,omitempty"` // of the member, when the change was started
	Put      []int64    `json:"put,omitempty"`
	Off      []int64    `json:"off,omitempty"`
}

// Pick is a ticket chosen by hand, at the version that was on the screen.
type Pick struct {
	ID      int64
	Version int
}

// Many says which tickets a change is about: those picked, or all that match the filter.
type Many struct {
	Filter   Filter
	Picks    []Pick // nil: all of the filter
	Expected int    // how many the person was told
	Query    string // the list in the URL
	Change   Change
}

// CountTo counts exactly, at most to a limit.
func (s *Service) CountTo(ctx context.Context, f Filter, limit int) (n int, err error) {
	f.After = page.Cursor{}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
		w, err := s.narrow(ctx, tx, f)
		if err != nil {
			return 0, err
		}
		err = tx.QueryRow(ctx, "select count(*) from (select from tickets t where "+w.String()+" limit "+strconv.Itoa(limit)+") x", unprepared(w.Args)...).Scan(&n)
		return n, err
	})
}

// Each gives the tickets of a filter one by one in its order, all as they are at one
// moment: a list of any length in one query.
func (s *Service) Each(ctx context.Context, f Filter, do func(Ticket) error) error {
	f.After = page.Cursor{}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		w, err := s.narrow(ctx, tx, f)
		if err != nil {
			return err
		}
		order, _ := f.Order.sql()
		rows, err := tx.Query(ctx, "select "+columns+source+"where "+w.String()+" order by "+order, unprepared(w.Args)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			t, err := scan(rows)
			if err != nil {
				return err
			}
			if err := do(t); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// ChangeMany starts a change of many tickets of one company.
//
// The set is frozen here: these tickets at these versions, no others that come to match
// later. A ticket that somebody else changes before its turn is not touched: who chose it
// chose it as it was. It is reported as refused with that reason, and the person decides
// again (F69). The picks carry the version that was on the screen.
func (s *Service) ChangeMany(ctx context.Context, m Many) (errand.Errand, error) {
	if s.errands == nil {
		return errand.Errand{}, fault.New(fault.NotFound, "ticket.no_errands", "Массовые изменения выключены.")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (e errand.Errand, err error) {
		company := m.Filter.CompanyID
		if company == 0 {
			company = tx.Actor.CompanyID
		}
		if company == 0 {
			return e, fault.New(fault.Invalid, "ticket.one_company", "Выберите одну компанию.").At("query.company_id", "выберите компанию")
		}
		if !tx.Actor.Serves(company) {
			return e, fault.Missing("company")
		}
		m.Filter.CompanyID = company
		title, err := s.checkChange(ctx, tx, company, &m.Change)
		if err != nil {
			return e, err
		}
		items, err := s.frozen(ctx, tx, m)
		if err != nil {
			return e, err
		}
		return s.errands.Start(ctx, tx, errand.New{
			CompanyID: company, Kind: ChangeErrand, Title: title, Query: m.Query, Spec: m.Change, Quota: quotaOf(tx.Actor), Items: items,
			AuditAction: "ticket.mass_change", AuditData: map[string]any{"title": title, "query": m.Query, "total": len(items)},
		})
	})
}

// frozen are the tickets of a change as they are now. fault.Conflict "ticket.count_changed"
// when they are not as many as the person was told.
func (s *Service) frozen(ctx context.Context, tx *pg.Tx, m Many) ([]errand.Item, error) {
	f := m.Filter
	f.After = page.Cursor{}
	if m.Picks != nil {
		f = Filter{CompanyID: f.CompanyID}
	}
	w, err := s.narrow(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	seen := map[int64]int{}
	if m.Picks != nil {
		ids := make([]int64, len(m.Picks))
		for i, p := range m.Picks {
			ids[i], seen[p.ID] = p.ID, p.Version
		}
		w.And("t.id = any(?)", ids)
	}
	rows, err := tx.Query(ctx, "select t.id, t.number, t.version, '' from tickets t where "+w.String()+" order by t.id limit "+strconv.Itoa(MaxChange+1), unprepared(w.Args)...)
	if err != nil {
		return nil, err
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[errand.Item])
	switch n := len(items); {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, fault.New(fault.Conflict, "ticket.none_match", "Таких заявок нет: менять нечего.")
	case n > MaxChange:
		return nil, fault.New(fault.Invalid, "ticket.too_many", "За один раз можно изменить не больше %d заявок. Сузьте отбор.", MaxChange)
	case n != m.Expected:
		return nil, fault.New(fault.Conflict, "ticket.count_changed", "Пока вы выбирали, список изменился: заявок было %d, стало %d. Проверьте и повторите.", m.Expected, n)
	}
	for i := range items {
		if v, ok := seen[items[i].SubjectID]; ok {
			items[i].Version = v
		}
	}
	return items, nil
}

// checkChange refuses at once what would be refused for every ticket, and names the change.
func (s *Service) checkChange(ctx context.Context, tx *pg.Tx, company int64, c *Change) (title string, err error) {
	switch c.What {
	case ChangeStatus:
		// a ticket in a state from which it may be moved there, to hear what the move itself lacks
		t := Ticket{Status: InProgress}
		if c.To == InProgress || c.To == Closed {
			t.Status = Done
		}
		if c.To == InProgress && c.Reason == "" { // a reason is asked for reopening only
			t.Status = Accepted
		}
		if c.To == Accepted {
			t.Status = New
		}
		if _, err := t.apply(Move{To: c.To, Reason: c.Reason, Until: c.Until}, tx.Actor, tx.Now); err != nil {
			return "", err
		}
		title = "Состояние: " + Label(c.To)
		if c.Reason != "" {
			title += " – " + c.Reason
		}
		return title, nil
	case ChangeLabels:
		names, err := s.labelNames(ctx, tx, company, c.Off)
		if err != nil {
			return "", err
		}
		d, err := Ticket{TagIDs: slices.Clone(c.Off)}.relabelled(tx.Actor, names, c.Put, c.Off)
		if err == nil && len(d.events) == 0 {
			err = fault.New(fault.Invalid, "ticket.no_labels", "Выберите метки.").At("body.put", "выберите метки")
		}
		if err != nil {
			return "", err
		}
		return d.events[0].Text, nil
	case ChangeExecutor, ChangeResponsible:
		p, err := s.candidate(ctx, tx, company, *c)
		c.Name = p.Name
		return whose[c.What] + ": " + p.Name, err
	}
	return "", fault.New(fault.Invalid, "ticket.change", "Так менять заявки нельзя.").At("body.what", "выберите, что изменить")
}

var whose = map[string]string{ChangeExecutor: "Исполнитель", ChangeResponsible: "Ответственный"}

// candidate is who is to be executor or responsible, if he may be.
func (s *Service) candidate(ctx context.Context, tx *pg.Tx, company int64, c Change) (staff.Named, error) {
	if !tx.Actor.Can(access.TicketAssign) {
		return staff.Named{}, fault.New(fault.Forbidden, "ticket.reassign_forbidden", "Менять исполнителя и ответственного вам нельзя.")
	}
	people, err := s.staff.NamesIn(ctx, tx, company)
	if err != nil {
		return staff.Named{}, err
	}
	i := slices.IndexFunc(people, func(p staff.Named) bool { return p.ID == c.MemberID })
	if i < 0 {
		return staff.Named{}, fault.New(fault.Invalid, "ticket.member", "Такого сотрудника в компании нет.").At("body.member_id", "выберите сотрудника")
	}
	if c.What == ChangeExecutor {
		return people[i], nil
	}
	preset, err := s.preset(ctx, tx, company)
	if err == nil && !slices.Contains(preset, c.MemberID) {
		err = fault.New(fault.Invalid, "ticket.not_preset", "%s не назначен ответственным ни в обязанностях, ни в правилах.", people[i].Name).At("body.member_id", "выберите из списка ответственных")
	}
	return people[i], err
}

// changeBatch changes some tickets of an errand, as errand.Work asks.
func (s *Service) changeBatch(ctx context.Context, tx *pg.Tx, e errand.Errand, items []errand.Item) error {
	var c Change
	if err := json.Unmarshal(e.Spec, &c); err != nil {
		return err
	}
	decide, err := s.decider(ctx, tx, e.CompanyID, c)
	if err != nil {
		return err
	}
	ts, err := lockMany(ctx, tx, items)
	if err != nil {
		return err
	}
	var deeds []deed
	for i := range items {
		t, sees := ts[items[i].SubjectID]
		var d deed
		switch {
		case !sees:
			err = fault.New(fault.Conflict, "ticket.unseen", "Заявка вам больше не видна.")
		case t.Version != items[i].Version:
			err = fault.New(fault.Conflict, "ticket.changed", "Заявку изменили, пока до неё не дошла очередь. Посмотрите, что нового, и повторите.")
		default:
			d, err = decide(t)
		}
		var no *fault.Error
		switch {
		case err == nil && len(d.events) == 0:
			items[i].Why = "Уже так: менять нечего."
		case err == nil:
			deeds = append(deeds, d)
		case fault.As(err, &no) && no.Kind != fault.Internal:
			items[i].Why = no.Message
		default:
			return err
		}
	}
	data, err := json.Marshal(map[string]int64{"errand_id": e.ID})
	if err != nil {
		return err
	}
	return s.performAll(ctx, tx, e.CompanyID, deeds, data)
}

// decider is what a change does with one locked ticket.
func (s *Service) decider(ctx context.Context, tx *pg.Tx, company int64, c Change) (func(Ticket) (deed, error), error) {
	switch c.What {
	case ChangeStatus:
		m := Move{To: c.To, Reason: c.Reason, Until: c.Until}
		return func(t Ticket) (deed, error) {
			if t.Status == c.To && c.To != Postponed {
				return deed{}, nil
			}
			return s.moved(ctx, tx, t, m)
		}, nil
	case ChangeLabels:
		names, err := s.labelNames(ctx, tx, company, c.Off)
		return func(t Ticket) (deed, error) { return t.relabelled(tx.Actor, names, c.Put, c.Off) }, err
	}
	p, err := s.candidate(ctx, tx, company, c)
	if err != nil {
		return nil, err
	}
	if c.What == ChangeResponsible {
		return func(t Ticket) (deed, error) { return t.answeredBy(p) }, nil
	}
	return func(t Ticket) (deed, error) { return s.givenTo(ctx, tx, t, p) }, nil
}

func over(t Ticket, what string) error {
	return fault.New(fault.Conflict, "ticket.move_impossible", "Заявка № %d сейчас «%s»: %s уже не меняют.", t.Number, Label(t.Status), what)
}

// answeredBy is what another responsible person writes.
func (t Ticket) answeredBy(p staff.Named) (deed, error) {
	switch {
	case t.ResponsibleID == p.ID:
		return deed{}, nil
	case !t.Status.Open():
		return deed{}, over(t, "ответственного")
	}
	t.ResponsibleID, t.ResponsibleName = p.ID, p.Name
	t.Version++
	return deed{ticket: t, events: []Event{{Kind: "executor", Text: "Ответственный: " + p.Name}}}, nil
}

// givenTo is what another executor writes. Who gets an emergency that was accepted is
// called; for the rest nobody's phone rings hundreds of times.
func (s *Service) givenTo(ctx context.Context, tx *pg.Tx, t Ticket, p staff.Named) (deed, error) {
	switch {
	case t.ExecutorID == p.ID:
		return deed{}, nil
	case !t.Status.Open():
		return deed{}, over(t, "исполнителя")
	}
	text := "Исполнитель: " + p.Name
	if t.ExecutorName != "" {
		text += " вместо " + t.ExecutorName
	}
	t.ExecutorID, t.ExecutorName = p.ID, p.Name
	t.Version++
	if err := s.settle(ctx, tx, &t); err != nil {
		return deed{}, err
	}
	d := deed{ticket: t, events: []Event{{Kind: "executor", Text: text}}}
	if t.AcceptedAt != nil {
		d.fact = Reassigned{TicketID: t.ID, CompanyID: t.CompanyID, MemberID: p.ID, Quiet: t.Kind != Emergency}
	}
	return d, nil
}

// lockMany locks the tickets of items in the order of their ids, then reads those the actor
// may see.
func lockMany(ctx context.Context, tx *pg.Tx, items []errand.Item) (map[int64]Ticket, error) {
	ids := make([]int64, len(items))
	for i, x := range items {
		ids[i] = x.SubjectID
	}
	if _, err := tx.Exec(ctx, "select 1 from tickets where id = any($1) order by id for update", ids); err != nil {
		return nil, err
	}
	var w where.Clause
	w.And("t.id = any(?)", ids)
	ts, err := scoped(ctx, tx, w, "t.id")
	out := make(map[int64]Ticket, len(ts))
	for _, t := range ts {
		out[t.ID] = t
	}
	return out, err
}

// quotaOf: a person changes one set at a time, so that a double click is one errand.
func quotaOf(a access.Actor) string { return "change:" + strconv.FormatInt(a.UserID, 10) }
