package ticket

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/tag"
	"d24/internal/where"
)

// Figure is how many tickets a filter finds: the length of the list that the filter opens.
type Figure struct {
	Key    string // a state, a kind, a word of the deadline, a reason
	Tag    tag.Tag
	Filter Filter
	Count  int // at most page.CountMax
}

// Figures are the tickets of this moment (D1).
type Figures struct {
	Status, Kind, Due, Postponed, Tags []Figure
}

// most is how many labels and reasons of deferral the figures show.
const most = 12

// Now counts the tickets of the actor at this moment (D1), of one company or with 0 of all
// he may see. Every figure is counted by the filter of its list, so they are never two
// numbers; each counts to page.CountMax, which bounds the whole.
func (s *Service) Now(ctx context.Context, companyID int64) (f Figures, err error) {
	return f, pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		of := func(f Filter) Filter { f.CompanyID = companyID; return f }
		for _, x := range []Status{New, Accepted, InProgress, Postponed, Done} {
			f.Status = append(f.Status, Figure{Key: string(x), Filter: of(Filter{Status: []Status{x}})})
		}
		for _, x := range []Kind{Emergency, Planned, Paid} {
			f.Kind = append(f.Kind, Figure{Key: string(x), Filter: of(Filter{View: Unfinished, Kind: []Kind{x}})})
		}
		f.Due = []Figure{
			{Key: "overdue", Filter: of(Filter{View: Unfinished, OverdueAt: tx.Now})},
			{Key: "soon", Filter: of(Filter{View: Unfinished, SoonAt: tx.Now})},
			{Key: "open", Filter: of(Filter{View: Unfinished})},
		}
		reasons, err := s.deferrals(ctx, tx, companyID)
		if err != nil {
			return err
		}
		for _, x := range reasons {
			f.Postponed = append(f.Postponed, Figure{Key: x, Filter: of(Filter{PostponeReason: x})})
		}
		labels, err := s.labelsNow(ctx, tx, companyID)
		if err != nil {
			return err
		}
		for _, x := range labels {
			f.Tags = append(f.Tags, Figure{Key: x.Name, Tag: x, Filter: of(Filter{View: Unfinished, TagIDs: []int64{x.ID}})})
		}
		for _, group := range [][]Figure{f.Status, f.Kind, f.Due, f.Postponed, f.Tags} {
			for i := range group {
				if group[i].Count, err = s.count(ctx, tx, group[i].Filter); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// sampled is how many tickets are looked through for which reasons and labels there are.
const sampled = 5000

func ofCompany(tx *pg.Tx, companyID int64, cond string) (w where.Clause) {
	scope, args := tx.Actor.Scope().Where("t")
	w.And(scope, args...)
	w.And(cond)
	if companyID != 0 {
		w.And("t.company_id = ?", companyID)
	}
	return w
}

// deferrals are the reasons tickets are deferred for now, the frequent ones first.
func (s *Service) deferrals(ctx context.Context, tx *pg.Tx, companyID int64) ([]string, error) {
	w := ofCompany(tx, companyID, "t.status = 'postponed' and t.postpone_reason <> ''")
	rows, err := tx.Query(ctx, `select r from (select t.postpone_reason as r from tickets t where `+w.String()+` order by t.created_at desc limit `+strconv.Itoa(sampled)+`) x group by r order by count(*) desc, r limit `+strconv.Itoa(most), w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// labelsNow are the labels on tickets still owed, the frequent ones first.
func (s *Service) labelsNow(ctx context.Context, tx *pg.Tx, companyID int64) (out []tag.Tag, err error) {
	w := ofCompany(tx, companyID, "t.tag_ids <> '{}' and "+stillOwed)
	rows, err := tx.Query(ctx, `select id from (select unnest(t.tag_ids) as id from tickets t where `+w.String()+` limit `+strconv.Itoa(sampled)+`) x group by id order by count(*) desc, id limit `+strconv.Itoa(most), w.Args...)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	names, err := s.tags.Labels(ctx, tx, ids)
	for _, id := range ids {
		if l, ok := names[id]; ok {
			out = append(out, l)
		}
	}
	return out, err
}

// IsCapped reports whether there are more than were counted.
func (f Figure) IsCapped() bool { return f.Count >= page.CountMax }
