package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Input is what a person writes.
type Input struct {
	IsCompany   bool
	BuildingIDs []int64
	GroupIDs    []int64
	Service     string
	Reason      string
	Text        string
	SupplierID  int64
	IsVoiced    bool
	StartsAt    time.Time // zero: now
	EndsAt      time.Time
}

const (
	housesLimit = 300
	textLimit   = 500
	longest     = 90 * 24 * time.Hour
	earliest    = 7 * 24 * time.Hour // an outage may be written down after it began
	furthest    = 365 * 24 * time.Hour
)

// check tells what is wrong, at its field; was is the start as it stands, zero of a new
// notice: a start of long ago is no mistake of today's.
func (in *Input) check(now, was time.Time) error {
	in.Text, in.Reason = strings.Join(strings.Fields(in.Text), " "), strings.Join(strings.Fields(in.Reason), " ")
	if in.StartsAt.IsZero() {
		in.StartsAt = now
	}
	var bad *fault.Error
	no := func(is bool, field, message string) {
		if !is {
			return
		}
		if bad == nil {
			bad = fault.New(fault.Invalid, "notice.invalid", "Проверьте оповещение: %s.", message)
		}
		bad = bad.At("body."+field, message)
	}
	no(in.Text == "", "text", "впишите, что сказать жителям")
	no(utf8.RuneCountInString(in.Text) > textLimit, "text", "не длиннее 500 знаков")
	no(utf8.RuneCountInString(in.Reason) > 200, "reason", "не длиннее 200 знаков")
	no(!slices.Contains(Services, in.Service), "service", "выберите, чего нет")
	no(!in.IsCompany && len(in.BuildingIDs) == 0 && len(in.GroupIDs) == 0, "building_ids", "выберите дома, группы или всю компанию")
	no(len(in.BuildingIDs) > housesLimit, "building_ids", "не больше 300 домов: для большего есть группы")
	no(len(in.GroupIDs) > 50, "group_ids", "не больше 50 групп")
	no(!in.StartsAt.Equal(was) && in.StartsAt.Before(now.Add(-earliest)), "starts_at", "начало не раньше недели назад")
	no(in.StartsAt.After(now.Add(furthest)), "starts_at", "начало не дальше года")
	no(!in.EndsAt.After(in.StartsAt), "ends_at", "окончание позже начала")
	no(in.EndsAt.After(in.StartsAt.Add(longest)), "ends_at", "не дольше 90 дней")
	no(!in.EndsAt.After(now), "ends_at", "это время уже прошло")
	if in.IsCompany {
		in.BuildingIDs, in.GroupIDs = nil, nil
	}
	slices.Sort(in.BuildingIDs)
	slices.Sort(in.GroupIDs)
	in.BuildingIDs, in.GroupIDs = slices.Compact(append([]int64{}, in.BuildingIDs...)), slices.Compact(append([]int64{}, in.GroupIDs...))
	if bad == nil {
		return nil
	}
	return bad
}

// belongs checks that houses, groups and supplier are the company's.
func (s *Service) belongs(ctx context.Context, tx *pg.Tx, companyID int64, in Input) error {
	for _, id := range in.BuildingIDs {
		b, err := s.Buildings.ByID(ctx, tx, id)
		if fault.KindOf(err) == fault.NotFound || err == nil && b.CompanyID != companyID {
			return fault.New(fault.Invalid, "notice.building", "Такого дома у компании нет.").At("body.building_ids", "дом не найден")
		}
		if err != nil {
			return err
		}
	}
	if len(in.GroupIDs) > 0 {
		all, err := s.Buildings.AllGroups(ctx, tx, companyID)
		if err != nil {
			return err
		}
		known := map[int64]bool{}
		for _, g := range all {
			known[g.ID] = true
		}
		if slices.ContainsFunc(in.GroupIDs, func(id int64) bool { return !known[id] }) {
			return fault.New(fault.Invalid, "notice.group", "Такой группы домов у компании нет.").At("body.group_ids", "группа не найдена")
		}
	}
	if in.SupplierID != 0 {
		has, err := s.Suppliers.Has(ctx, tx, companyID, in.SupplierID)
		if err == nil && !has {
			err = fault.New(fault.Invalid, "notice.supplier", "Такого поставщика у компании нет.").At("body.supplier_id", "поставщик не найден")
		}
		return err
	}
	return nil
}

func (n *Notice) put(in Input) {
	n.IsCompany, n.BuildingIDs, n.GroupIDs, n.Service, n.Reason, n.Text = in.IsCompany, in.BuildingIDs, in.GroupIDs, in.Service, in.Reason, in.Text
	n.SupplierID, n.IsVoiced, n.StartsAt, n.EndsAt = in.SupplierID, in.IsVoiced, in.StartsAt, in.EndsAt
}

// Raise makes a notice; callers hear it from its start on.
func (s *Service) Raise(ctx context.Context, companyID int64, in Input) (Notice, error) {
	if !access.From(ctx).Serves(companyID) {
		return Notice{}, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n Notice, err error) {
		if err := in.check(tx.Now, time.Time{}); err != nil {
			return n, err
		}
		if err := s.belongs(ctx, tx, companyID, in); err != nil {
			return n, err
		}
		n = Notice{CompanyID: companyID, Version: 1, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}
		n.put(in)
		if err := s.whole(ctx, tx, n); err != nil {
			return n, err
		}
		if n.Number, err = next(ctx, tx, companyID); err != nil {
			return n, err
		}
		err = tx.QueryRow(ctx, `insert into notices (company_id, number, is_company, building_ids, group_ids, service, reason, text, supplier_id, is_voiced, starts_at, ends_at, created_at, created_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, 0), $10, $11, $12, $13, $14) returning id`,
			companyID, n.Number, n.IsCompany, n.BuildingIDs, n.GroupIDs, n.Service, n.Reason, n.Text, n.SupplierID, n.IsVoiced, n.StartsAt, n.EndsAt, tx.Now, n.CreatedBy).Scan(&n.ID)
		if err != nil {
			return n, err
		}
		return n, s.written(ctx, tx, nil, n, "made", n.Text)
	})
}

// written keeps the history and the audit of a change and tells the screens.
func (s *Service) written(ctx context.Context, tx *pg.Tx, was *Notice, n Notice, kind, text string) error {
	if err := s.event(ctx, tx, n, kind, text); err != nil {
		return err
	}
	var before any
	if was != nil {
		before = *was
	}
	verbs := map[string]string{"made": "add", "changed": "change", "prolonged": "prolong", "ended": "end", "cancelled": "cancel"}
	if err := audit.Change(ctx, tx, n.CompanyID, "notice."+verbs[kind], fmt.Sprintf("notice:%d", n.ID), before, n); err != nil {
		return err
	}
	return tell(ctx, tx, n)
}

// save writes what may change of a notice and raises its version.
func save(ctx context.Context, tx *pg.Tx, n *Notice) error {
	n.Version++
	_, err := tx.Exec(ctx, `update notices set is_company = $2, building_ids = $3, group_ids = $4, service = $5, reason = $6, text = $7, supplier_id = nullif($8, 0), is_voiced = $9,
		starts_at = $10, ends_at = $11, is_prolonged = $12, closed_as = nullif($13, ''), closed_at = $14, version = $15 where id = $1`,
		n.ID, n.IsCompany, n.BuildingIDs, n.GroupIDs, n.Service, n.Reason, n.Text, n.SupplierID, n.IsVoiced, n.StartsAt, n.EndsAt, n.IsProlonged, n.ClosedAs, n.ClosedAt, n.Version)
	return err
}

// change runs f over a notice that is not closed, under its lock.
func (s *Service) change(ctx context.Context, id int64, version int, kind string, f func(tx *pg.Tx, n *Notice) (text string, err error)) (Notice, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (n Notice, err error) {
		if n, err = s.lock(ctx, tx, id, version); err != nil {
			return n, err
		}
		if n.ClosedAs != "" {
			return n, fault.New(fault.Conflict, "notice.closed", "Это оповещение уже закрыто.")
		}
		was := n
		text, err := f(tx, &n)
		if err != nil {
			return was, err
		}
		if err := save(ctx, tx, &n); err != nil {
			return was, err
		}
		return n, s.written(ctx, tx, &was, n, kind, text)
	})
}

// Change writes a notice anew; callers hear the new words within seconds.
func (s *Service) Change(ctx context.Context, id int64, version int, in Input) (Notice, error) {
	return s.change(ctx, id, version, "changed", func(tx *pg.Tx, n *Notice) (string, error) {
		if in.StartsAt.IsZero() {
			in.StartsAt = n.StartsAt
		}
		if err := in.check(tx.Now, n.StartsAt); err != nil {
			return "", err
		}
		if err := s.belongs(ctx, tx, n.CompanyID, in); err != nil {
			return "", err
		}
		before := n.EndsAt
		n.put(in)
		n.IsProlonged = n.IsProlonged || in.EndsAt.After(before) && !n.StartsAt.After(tx.Now)
		return n.Text, s.whole(ctx, tx, *n)
	})
}

// Prolong promises a later end; what has run out comes back into force.
func (s *Service) Prolong(ctx context.Context, id int64, version int, till time.Time) (Notice, error) {
	return s.change(ctx, id, version, "prolonged", func(tx *pg.Tx, n *Notice) (string, error) {
		switch {
		case !till.After(n.EndsAt) || !till.After(tx.Now):
			return "", fault.New(fault.Invalid, "notice.till", "Новое окончание должно быть позже прежнего.").At("body.ends_at", "позже прежнего окончания")
		case till.After(tx.Now.Add(longest)):
			return "", fault.New(fault.Invalid, "notice.till", "Продлить можно не больше чем на 90 дней.").At("body.ends_at", "не дольше 90 дней")
		}
		zone, err := s.Zone(ctx, tx, *n)
		if err != nil {
			return "", err
		}
		n.EndsAt, n.IsProlonged = till, true
		return "до " + till.In(zone).Format("15:04 02.01.2006"), nil
	})
}

// End says that it is over («включили»); the tied requests named are done with it (F54:
// only those a person chose).
func (s *Service) End(ctx context.Context, id int64, version int, done []int64) (Notice, error) {
	return s.change(ctx, id, version, "ended", func(tx *pg.Tx, n *Notice) (string, error) {
		if n.State(tx.Now) == Planned {
			return "", fault.New(fault.Invalid, "notice.planned", "Оно ещё не началось: такое оповещение отменяют.")
		}
		n.ClosedAs, n.ClosedAt = string(Ended), &tx.Now
		tied, err := s.tied(ctx, tx, n.ID)
		if err != nil {
			return "", err
		}
		closed := 0
		for _, t := range done {
			if !slices.Contains(tied, t) {
				return "", fault.New(fault.Invalid, "notice.ticket", "Закрыть вместе с оповещением можно только связанные с ним заявки.").At("body.done_ticket_ids", "заявка не связана")
			}
			if err := s.Tickets.Done(ctx, tx, t, fmt.Sprintf("Выполнено вместе с оповещением № %d", n.Number)); err != nil {
				return "", err
			}
			closed++
		}
		if closed == 0 {
			return "", nil
		}
		return fmt.Sprintf("выполнено заявок: %d", closed), nil
	})
}

// Cancel takes back a notice made by mistake.
func (s *Service) Cancel(ctx context.Context, id int64, version int, why string) (Notice, error) {
	why = strings.Join(strings.Fields(why), " ")
	return s.change(ctx, id, version, "cancelled", func(tx *pg.Tx, n *Notice) (string, error) {
		if utf8.RuneCountInString(why) > 200 {
			return "", fault.New(fault.Invalid, "notice.why", "Причина отмены не длиннее 200 знаков.").At("body.why", "не длиннее 200 знаков")
		}
		n.ClosedAs, n.ClosedAt = string(Cancelled), &tx.Now
		return why, nil
	})
}
