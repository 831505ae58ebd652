package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/assignment"
	"d24/internal/building"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
)

// NewTicket is what a person says; who executes and by when is not among it (R4).
type NewTicket struct {
	CompanyID      int64
	BuildingID     int64
	Unit           string
	Entrance       int // 0: as the directory has it
	Floor          int // 0: as the directory has it
	ReasonID       int64
	Answers        []Answer // by question ID
	Description    string
	CallerPhone    string
	AccessNote     string
	Source         string // phone, journal
	IdempotencyKey string
	CallKey        string // of the call it is registered from
	isMoved        bool   // from another company's house: its questions were not asked
}

// Plan is what the system decides about a ticket.
type Plan struct {
	Reason      reason.Reason
	Building    building.Building
	Company     company.Company
	Unit        building.Unit
	At          time.Time // the moment the plan is of: the terms count from it
	Terms       reason.Terms
	Executor    *staff.Person
	Responsible *staff.Person
	Supplier    assignment.Named // without an id: none is concerned
	Why         string
}

// Preview says who would get a ticket now, by when and why; nothing is kept. Of in it
// looks at the company, the house, the reason and the answers given so far.
func (s *Service) Preview(ctx context.Context, in NewTicket) (p Plan, say string, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if p, err = s.planAt(ctx, tx, in, tx.Now); err != nil {
			return err
		}
		return s.served(ctx, tx, in, p.Building)
	})
	if err == nil {
		say = told(p, "…")
	}
	return p, say, err
}

// grounds are what a plan is made from, read in one way there and back.
type grounds struct {
	house  *pg.Asked[building.Building]
	unit   *pg.Asked[building.Unit]
	firm   *pg.Asked[company.Company]
	reason *pg.Asked[reason.Reason]
	people *pg.Asked[staff.Changes]
}

func (s *Service) grounds(ctx context.Context, tx *pg.Tx, in NewTicket) (g grounds, err error) {
	var b pgx.Batch
	if g.house, err = s.buildings.Ask(ctx, tx, &b, in.BuildingID); err != nil {
		return g, err
	}
	g.firm, g.reason, g.people = company.Ask(&b, in.CompanyID), reason.Ask(&b, in.CompanyID, in.ReasonID), staff.AskChanges(&b, in.CompanyID)
	g.unit = pg.Known(building.Unit{})
	if in.Unit != "" {
		g.unit = building.AskUnit(&b, in.BuildingID, in.Unit)
	}
	return g, tx.SendBatch(ctx, &b).Close()
}

func (s *Service) planAt(ctx context.Context, tx *pg.Tx, in NewTicket, at time.Time) (p Plan, err error) {
	g, err := s.grounds(ctx, tx, in)
	if err != nil {
		return p, err
	}
	return s.plan(ctx, tx, in, g, at)
}

func (s *Service) plan(ctx context.Context, tx *pg.Tx, in NewTicket, g grounds, at time.Time) (p Plan, err error) {
	if p.Building, err = g.house.Get(); fault.KindOf(err) == fault.NotFound {
		return p, fault.New(fault.Invalid, "ticket.building", "Выберите дом из списка.").At("body.building_id", "дом не найден")
	} else if err != nil { // a broken wire is no wrong house (R9)
		return p, err
	}
	if p.Building.CompanyID != in.CompanyID {
		return p, fault.New(fault.Invalid, "ticket.company", "Этот дом обслуживает другая компания.").At("body.building_id", "другая компания")
	}
	if p.Company, err = g.firm.Get(); err != nil {
		return p, err
	}
	if p.Reason, err = g.reason.Get(); fault.KindOf(err) == fault.NotFound {
		return p, fault.New(fault.Invalid, "ticket.reason", "Выберите причину обращения.").At("body.reason_id", "причина не найдена")
	} else if err != nil {
		return p, err
	}
	if p.Reason.IsArchived {
		return p, fault.New(fault.Invalid, "ticket.reason_archived", "Причина «%s» уже в архиве: выберите другую.", p.Reason.Name).At("body.reason_id", "причина в архиве")
	}
	if p.Reason.Kind == reason.Consultation {
		return p, fault.New(fault.Invalid, "ticket.consultation", "Это консультация: заявка по ней не создаётся.").At("body.reason_id", "консультация")
	}
	if p.Unit, err = g.unit.Get(); err != nil {
		return p, err
	}
	p.At = at
	known, err := g.people.Get()
	if err != nil {
		return p, err
	}
	a, err := s.people(ctx, tx, &p, &known)
	if err != nil {
		return p, err
	}
	p.Terms = terms(p, in.Answers, a.Production)
	return p, nil
}

// inputsLabel is where a house's page tells its independent electric inputs.
const inputsLabel = "Вводов электричества"

// terms counts the limits in the house's zone, by what is known of the house and by
// the answers.
func terms(p Plan, answers []Answer, production calendar.Production) reason.Terms {
	given := map[int]string{}
	for _, a := range answers {
		given[a.ID] = a.Value
	}
	facts := p.Reason.FactsOf(given)
	if facts.Inputs == 0 {
		facts.Inputs, _ = strconv.Atoi(strings.TrimSpace(p.Building.Info[inputsLabel])) // not a number: not known
	}
	return p.Reason.Terms(reason.Moment{At: p.At, Zone: company.Location(p.Building.Zone), Production: production, Facts: facts})
}

// people puts those whose work it is into the plan; known tells how things stand with them, nil: it is read.
func (s *Service) people(ctx context.Context, tx *pg.Tx, p *Plan, known *staff.Changes) (a assignment.Answer, err error) {
	q := assignment.Question{CompanyID: p.Company.ID, BuildingID: p.Building.ID, ReasonID: p.Reason.ID, WorkTypeID: p.Reason.WorkTypeID, Zone: p.Building.Zone, Company: &p.Company, Changes: known}
	if a, err = s.rules.Decide(ctx, tx, q); err != nil {
		return a, err
	}
	if p.Supplier, err = s.rules.SupplierOf(ctx, tx, q, a, p.Reason.SupplierKind); err != nil {
		return a, err
	}
	p.Executor, p.Responsible, p.Why = a.Executor(), a.Responsible, a.Why(p.Reason.Name)
	return a, nil
}

// Create registers a ticket and announces it. The same idempotency key gives the
// same ticket again (a double click makes one), which is not new then.
func (s *Service) Create(ctx context.Context, in NewTicket) (t Ticket, isNew bool, err error) {
	t, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (t Ticket, err error) {
		return s.create(ctx, tx, in)
	})
	if err != nil && in.IdempotencyKey != "" { // a twin may have been first, and have changed what is there since
		twin, err2 := s.twin(ctx, in)
		switch {
		case err2 == nil:
			return twin, false, nil
		case errors.Is(err, errTwin) && fault.KindOf(err2) != fault.NotFound: // it is there and cannot be read now: to be asked again
			err = err2
		}
	}
	return t, err == nil, err
}

// errTwin ends the transaction of a ticket whose key another one has: the number that was
// drawn for it goes back.
var errTwin = fault.New(fault.Conflict, "ticket.twin", "Заявка с этим ключом уже есть.")

func (s *Service) twin(ctx context.Context, in NewTicket) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		return find(ctx, tx, "t.company_id = $1 and t.idempotency_key = $2", in.CompanyID, in.IdempotencyKey)
	})
}

func (s *Service) create(ctx context.Context, tx *pg.Tx, in NewTicket) (t Ticket, err error) {
	g, err := s.grounds(ctx, tx, in)
	if err != nil {
		return t, err
	}
	if !tx.Actor.Serves(in.CompanyID) {
		return t, errCreate
	}
	p, err := s.plan(ctx, tx, in, g, tx.Now)
	if err != nil {
		return t, err
	}
	if err := s.served(ctx, tx, in, p.Building); err != nil {
		return t, err
	}
	if err := check(&in, p.Reason); err != nil {
		return t, err
	}
	t = open(in, p, tx)
	if !tx.Actor.Scope().Allows(t.Facts()) {
		return Ticket{}, errCreate
	}
	err = s.register(ctx, tx, &t, in, p)
	return t, err
}

// served refuses a house that is not (any more) the company's (F15). A call that began while it
// was stays the company's to its end, like its greeting.
func (s *Service) served(ctx context.Context, tx *pg.Tx, in NewTicket, b building.Building) error {
	err := b.Refused(tx.Now)
	if err == nil || in.CallKey == "" || s.calls == nil {
		return err
	}
	switch began, failed := s.calls.Began(ctx, tx, in.CallKey); {
	case failed != nil:
		return failed
	case !began.IsZero() && b.IsServed(began):
		return nil
	}
	return err
}

// register keeps a ticket that is decided, and announces it.
func (s *Service) register(ctx context.Context, tx *pg.Tx, to *Ticket, in NewTicket, p Plan) error {
	if err := s.insert(ctx, tx, to, in, p); err != nil {
		return err
	}
	t := *to
	call, err := s.attach(ctx, tx, in.CallKey, t)
	if err != nil {
		return err
	}
	own := &pgx.Batch{}
	s.contacts.Confirming(own, tx.Now, t.CompanyID, t.BuildingID, t.Unit, t.CallerPhone, contactSource(in.Source))
	own.Queue(logging, logged(tx, t, Event{Kind: "created", Text: "Заявка зарегистрирована: " + t.ReasonName, CallID: call})...)
	found := Index(t)
	own.Queue(merge, found.TicketID, found.CompanyID, found.Keys, found.Body)
	if err := s.words.learn(ctx, tx, Dictionary(found.Keys)); err != nil {
		return err
	}
	if err := tell(ctx, tx, t); err != nil {
		return err
	}
	if t.SupplierID != 0 && s.Pairs != nil {
		if err := tx.SendBatch(ctx, own).Close(); err != nil {
			return err
		}
		own = &pgx.Batch{}
		if err := s.Pairs.Open(ctx, tx, t, t.SupplierID); err != nil {
			return err
		}
	}
	return s.jobs.PublishWith(ctx, tx, own, Created{TicketID: t.ID, CompanyID: t.CompanyID, Kind: t.Kind})
}

// attach ties the ticket to its call. A call whose record has not come yet (the
// engine writes it afterwards, R8) does not keep a ticket from being made: the
// call's result ties them later.
func (s *Service) attach(ctx context.Context, tx *pg.Tx, callKey string, t Ticket) (callID int64, err error) {
	if callKey == "" || s.calls == nil {
		return 0, nil
	}
	callID, err = s.calls.Attach(ctx, tx, callKey, t.CompanyID, t.ID)
	if fault.KindOf(err) == fault.NotFound {
		return 0, nil
	}
	return callID, err
}

var errCreate = fault.New(fault.Forbidden, "ticket.create_forbidden", "Нет права создавать такие заявки в этой компании.")

func contactSource(source string) string {
	if source == "phone" {
		return "call"
	}
	return "journal"
}

// check reads the answers against the reason's questions and the phone.
func check(in *NewTicket, r reason.Reason) error {
	bad := fault.New(fault.Invalid, "ticket.incomplete", "Заявка не сохранена: заполните отмеченное.")
	given := map[int]string{}
	for _, a := range in.Answers {
		given[a.ID] = strings.TrimSpace(a.Value)
	}
	in.Answers = in.Answers[:0:0]
	for _, q := range r.Questions {
		v := given[q.ID]
		if v == "" && q.Required && !in.isMoved {
			bad = bad.At(fmt.Sprintf("body.answers.%d", q.ID), "не выбран ответ «"+q.Text+"»")
		}
		if v != "" {
			if _, err := reason.ParseNumber(v); err != nil && q.Type == reason.Number {
				bad = bad.At(fmt.Sprintf("body.answers.%d", q.ID), "«"+q.Text+"»: впишите число")
			}
			in.Answers = append(in.Answers, Answer{q.ID, q.Text, v})
		}
	}
	if in.CallerPhone != "" {
		e, err := phone.Parse(in.CallerPhone, "")
		if err != nil {
			var f *fault.Error
			fault.As(err, &f)
			bad = bad.At("body.caller_phone", f.Message)
		}
		in.CallerPhone = e
	}
	if len(bad.Fields) > 0 {
		bad.Message = "Заявка не сохранена: " + bad.Fields[0].Message + "."
		return bad
	}
	return nil
}

// open is the ticket as it is at its first moment.
func open(in NewTicket, p Plan, tx *pg.Tx) Ticket {
	if in.Entrance != 0 {
		p.Unit.Entrance = in.Entrance
	}
	if in.Floor != 0 {
		p.Unit.Floor = in.Floor
	}
	t := Ticket{
		CompanyID: in.CompanyID, CompanyName: p.Company.Name, Kind: Kind(p.Reason.Kind), Status: New, Source: in.Source, BuildingID: p.Building.ID, Unit: in.Unit,
		Entrance: p.Unit.Entrance, Floor: p.Unit.Floor, Address: building.Address(p.Building, in.Unit), Zone: p.Building.Zone,
		ReasonID: p.Reason.ID, ReasonName: p.Reason.Name, WorkTypeID: p.Reason.WorkTypeID, Description: strings.TrimSpace(in.Description), Answers: in.Answers,
		CallerPhone: in.CallerPhone, AccessNote: in.AccessNote, AcceptBy: p.Terms.Accept, LocaliseBy: p.Terms.Localise, DueAt: p.Terms.Finish,
		CreatedAt: tx.Now, Version: 1, Limits: p.Terms.Applied, Prices: p.Reason.Prices, SupplierID: p.Supplier.ID,
	}
	if p.Executor != nil {
		t.ExecutorID, t.ExecutorName = p.Executor.MemberID, p.Executor.Name
	}
	if p.Responsible != nil {
		t.ResponsibleID, t.ResponsibleName = p.Responsible.MemberID, p.Responsible.Name
	}
	return t
}

// numberPlace stands in what the caller is told until the number is drawn.
const numberPlace = "\x01"

func (s *Service) insert(ctx context.Context, tx *pg.Tx, t *Ticket, in NewTicket, p Plan) error {
	answers, err := json.Marshal(t.Answers)
	if err != nil {
		return err
	}
	limits, err := json.Marshal(append([]reason.Applied{}, p.Terms.Applied...))
	if err != nil {
		return err
	}
	prices, err := json.Marshal(append([]reason.Price{}, p.Reason.Prices...))
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `with n as (insert into ticket_counters (company_id, last) values ($1, 1) on conflict (company_id) do update set last = ticket_counters.last + 1 returning last)
		insert into tickets (company_id, number, kind, status, source, building_id, unit, entrance, floor, address, zone, reason_id, reason_version, reason_name,
			work_type_id, description, answers, caller_phone, access_note, executor_id, responsible_id, accept_by, localise_by, due_at, told_caller, created_by, created_at, updated_at, idempotency_key, limits, prices, supplier_id)
		select $1, n.last, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, nullif($15::bigint, 0), $16, $17, $18, $19, nullif($20::bigint, 0), nullif($21::bigint, 0), $22::timestamptz, $23::timestamptz, $24::timestamptz,
			replace($25, $2, n.last::text), nullif($26::bigint, 0), $27::timestamptz, $27::timestamptz, nullif($28, ''), $29, $30, nullif($31::bigint, 0) from n
		on conflict (company_id, idempotency_key) do nothing returning id, number, told_caller`,
		t.CompanyID, numberPlace, t.Kind, t.Status, t.Source, t.BuildingID, t.Unit, t.Entrance, t.Floor, t.Address, t.Zone, t.ReasonID, p.Reason.Version, t.ReasonName,
		t.WorkTypeID, t.Description, answers, t.CallerPhone, t.AccessNote, t.ExecutorID, t.ResponsibleID, t.AcceptBy, t.LocaliseBy, t.DueAt, told(p, numberPlace), tx.Actor.UserID, tx.Now, in.IdempotencyKey, limits, prices, t.SupplierID).Scan(&t.ID, &t.Number, &t.ToldCaller)
	if errors.Is(err, pgx.ErrNoRows) {
		return errTwin
	}
	return err
}
