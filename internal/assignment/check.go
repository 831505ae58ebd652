package assignment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/staff"
	"d24/internal/where"
)

// bounds of a rule.
const (
	maxLevels  = 9
	maxOnLevel = 10
	maxWindows = 14
	maxNote    = 500
)

func note(bad *fault.Error, at, why string) { _ = bad.At(at, why) }

// check reads a rule and puts it in order; every fault stands at its field. Savings of
// one company's rules stand in a line, so that two alike cannot pass each other.
func (s *Service) check(ctx context.Context, tx *pg.Tx, r *Rule) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('assignment'), $1::int)`, r.CompanyID%(1<<31)); err != nil {
		return err
	}
	bad := fault.New(fault.Invalid, "rule.incomplete", "Правило не сохранено: исправьте отмеченное.")
	r.Note = strings.TrimSpace(r.Note)
	if len([]rune(r.Note)) > maxNote {
		note(bad, "body.note", fmt.Sprintf("не длиннее %d знаков", maxNote))
	}
	hours(bad, r)
	gs, err := s.groups(ctx, tx, r.CompanyID)
	if err != nil {
		return err
	}
	if err := s.what(ctx, tx, bad, r); err != nil {
		return err
	}
	if err := s.where(ctx, tx, bad, r, gs); err != nil {
		return err
	}
	if err := s.who(ctx, tx, bad, r); err != nil {
		return err
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return untied(ctx, tx, *r, gs)
}

func hours(bad *fault.Error, r *Rule) {
	if r.Hours != Windows {
		r.Windows = nil
		if r.Hours != Any && r.Hours != Working && r.Hours != Off {
			note(bad, "body.hours", "выберите, когда действует правило")
		}
		return
	}
	if len(r.Windows) == 0 {
		note(bad, "body.windows", "добавьте хотя бы один промежуток")
	}
	if len(r.Windows) > maxWindows {
		note(bad, "body.windows", fmt.Sprintf("не больше %d промежутков", maxWindows))
		return
	}
	for i := range r.Windows {
		w := &r.Windows[i]
		if w.To <= w.From && w.To >= 0 {
			w.To += 1440
		}
		if w.From < 0 || w.From >= 1440 || w.To <= w.From || w.To > w.From+1440 {
			note(bad, fmt.Sprintf("body.windows[%d].from", i), "укажите часы от 00:00 до 24:00")
		}
		if slices.ContainsFunc(w.Days, func(d int) bool { return d < 0 || d > 6 }) {
			note(bad, fmt.Sprintf("body.windows[%d].days", i), "дни недели от 0 (понедельник) до 6")
		}
		if w.Days == nil {
			w.Days = []int{}
		}
	}
}

func (s *Service) what(ctx context.Context, tx *pg.Tx, bad *fault.Error, r *Rule) error {
	if r.ReasonID != 0 {
		switch x, err := s.reasons.ByID(ctx, tx, r.CompanyID, r.ReasonID); {
		case fault.KindOf(err) == fault.NotFound:
			note(bad, "body.reason_id", "такой причины у компании нет")
		case err != nil:
			return err
		case x.Kind == reason.Consultation:
			note(bad, "body.reason_id", "по консультации заявки не бывает")
		}
		if r.WorkTypeID != 0 {
			note(bad, "body.work_type_id", "выберите или причину, или вид работ")
		}
		return nil
	}
	if r.WorkTypeID == 0 {
		return nil
	}
	ts, err := s.staff.Works(ctx, tx)
	if !slices.ContainsFunc(ts, func(t staff.Named) bool { return t.ID == r.WorkTypeID }) {
		note(bad, "body.work_type_id", "такого вида работ нет")
	}
	return err
}

func (s *Service) where(ctx context.Context, tx *pg.Tx, bad *fault.Error, r *Rule, gs []Group) error {
	if r.GroupID != 0 && !slices.ContainsFunc(gs, func(g Group) bool { return g.ID == r.GroupID }) {
		note(bad, "body.group_id", "такой группы домов у компании нет")
	}
	if r.BuildingID == 0 {
		return nil
	}
	if r.GroupID != 0 {
		note(bad, "body.group_id", "выберите или дом, или группу домов")
	}
	of, err := s.buildings.CompanyOf(ctx, tx, r.BuildingID)
	if fault.KindOf(err) == fault.NotFound || err == nil && of != r.CompanyID {
		note(bad, "body.building_id", "этого дома у компании нет")
		return nil
	}
	return err
}

// who checks the people: those who work, each on one level.
func (s *Service) who(ctx context.Context, tx *pg.Tx, bad *fault.Error, r *Rule) error {
	if r.ResponsibleID == 0 && r.SupplierID == 0 && !slices.ContainsFunc(r.Levels, func(l staff.Level) bool { return len(l.Members) > 0 }) {
		note(bad, "body.levels", "назовите исполнителей, ответственного или РСО: пустое правило ничего не меняет")
	}
	d := calendar.DateOf(tx.Now.UTC())
	b, err := s.staff.Board(ctx, tx, r.CompanyID, d, d)
	if err != nil {
		return err
	}
	works := func(id int64) bool {
		m, known := b.Member(id, tx.Now)
		return known && !m.IsArchived
	}
	if r.ResponsibleID != 0 && !works(r.ResponsibleID) {
		note(bad, "body.responsible_id", "выберите работающего сотрудника компании")
	}
	if len(r.Levels) > maxLevels {
		note(bad, "body.levels", fmt.Sprintf("не больше %d уровней", maxLevels))
		return nil
	}
	on := map[int64]int{}
	for i := range r.Levels {
		l := &r.Levels[i]
		l.N = i + 1
		at := fmt.Sprintf("body.levels[%d].members", i)
		if len(l.Members) == 0 {
			note(bad, at, "выберите, кто на этом уровне, или уберите уровень")
		}
		if len(l.Members) > maxOnLevel {
			note(bad, at, fmt.Sprintf("не больше %d человек на уровне", maxOnLevel))
			continue
		}
		for _, id := range l.Members {
			switch m, _ := b.Member(id, tx.Now); {
			case !works(id):
				note(bad, at, "выберите работающих сотрудников компании")
			case on[id] != 0:
				note(bad, at, fmt.Sprintf("%s уже стоит на %d-м уровне: один человек – один уровень", m.Name, on[id]))
			}
			on[id] = l.N
		}
	}
	ss, err := s.suppliers(ctx, tx, r.CompanyID)
	if r.SupplierID != 0 && !slices.ContainsFunc(ss, func(x Named) bool { return x.ID == r.SupplierID }) {
		note(bad, "body.supplier_id", "такой РСО у компании нет")
	}
	return err
}

// untied refuses a rule from which nothing tells another one in force apart.
func untied(ctx context.Context, tx *pg.Tx, r Rule, gs []Group) error {
	var w where.Clause
	w.And("r.company_id = ? and not r.is_archived and r.id <> ?", r.CompanyID, r.ID)
	others, err := read(ctx, tx, w)
	if err != nil {
		return err
	}
	if len(others) >= most {
		return fault.New(fault.Invalid, "rule.too_many", "У компании уже %d правил: уберите лишние в архив.", most)
	}
	for _, o := range others {
		if tie(r, o, sharing(gs)) {
			return fault.New(fault.Invalid, "rule.tie", "Правило спорит с правилом № %d: оба %s. Измените одно из них.", o.ID, o.Exactness()).
				At("body.hours", fmt.Sprintf("те же причина, место и время, что у правила № %d", o.ID))
		}
	}
	return nil
}

// sharing tells whether two groups have a house in common.
func sharing(gs []Group) func(x, y int64) bool {
	houses := map[int64]map[int64]bool{}
	for _, g := range gs {
		houses[g.ID] = map[int64]bool{}
		for _, h := range g.Houses {
			houses[g.ID][h] = true
		}
	}
	return func(x, y int64) bool {
		for h := range houses[x] {
			if houses[y][h] {
				return true
			}
		}
		return false
	}
}
