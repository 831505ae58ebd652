package staff

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// Filter narrows a list of people; zero fields do not.
type Filter struct {
	CompanyID  int64
	Text       string // of the name, the position, a phone
	WorkTypeID int64  // executors and responsible ones of this work
	OnDuty     bool   // at work now
	OnLeave    bool   // away now
	Archived   bool   // those dismissed instead of those who work
}

func (f Filter) fits(m Member) bool {
	return m.IsArchived == f.Archived && (!f.OnDuty || m.OnDuty) && (!f.OnLeave || m.State.Leave != nil) && f.work(m) && f.text(m)
}

func (f Filter) work(m Member) bool {
	return f.WorkTypeID == 0 || slices.ContainsFunc(m.Duties, func(d Duty) bool { return d.WorkTypeID == f.WorkTypeID || d.WorkTypeID == 0 })
}

func (f Filter) text(m Member) bool {
	t := search.Fold(f.Text)
	if t == "" {
		return true
	}
	if search.IsLatin(t) && strings.Contains(search.Fold(m.Name+" "+m.Position), search.Fold(search.Layout(f.Text))) {
		return true
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, f.Text)
	return strings.Contains(search.Fold(m.Name+" "+m.SpokenName+" "+m.Position), t) ||
		len(digits) > 2 && slices.ContainsFunc(m.AllPhones, func(p Phone) bool { return strings.Contains(p.Phone, strings.TrimPrefix(digits, "8")) })
}

// List is the people a filter finds, by company and name, as they are now, and the
// names of everybody of their companies, for those in whose place they stand.
// fault.NotFound for a company the actor has nothing to do with.
func (s *Service) List(ctx context.Context, f Filter) (out []Member, names map[int64]string, err error) {
	if f.CompanyID != 0 && !access.From(ctx).Serves(f.CompanyID) {
		return nil, nil, fault.Missing("company")
	}
	names = map[int64]string{}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		d := calendar.DateOf(tx.Now)
		bs, err := s.boards(ctx, tx, f.CompanyID, d-daysBefore, d+daysAfter)
		for _, b := range bs {
			maps.Copy(names, b.names())
			for _, m := range b.Members(tx.Now) {
				if f.fits(m) {
					out = append(out, m)
				}
			}
		}
		return err
	})
	slices.SortFunc(out, func(a, b Member) int {
		return cmp.Or(cmp.Compare(a.CompanyID, b.CompanyID), less(!a.IsContractor, !b.IsContractor), strings.Compare(a.Name, b.Name))
	})
	return out, names, err
}

// Get is a person the actor may see, as he is now; fault.NotFound otherwise.
func (s *Service) Get(ctx context.Context, id int64) (Member, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Member, error) { return s.get(ctx, tx, id) })
}

func (s *Service) get(ctx context.Context, tx *pg.Tx, id int64) (Member, error) {
	company, err := s.companyOf(ctx, tx, id)
	if err != nil {
		return Member{}, err
	}
	b, err := s.around(ctx, tx, company, tx.Now)
	if err != nil {
		return Member{}, err
	}
	m, _ := b.Member(id, tx.Now)
	return m, nil
}

// Watch is who stands by at a moment for a work and a house.
type Watch struct {
	At          time.Time
	People      []Member // who has a duty there, those at work first, by level
	Executors   []Person // whom the system would call, in this order; empty without a kind of work and a house
	Responsible *Person
	Names       map[int64]string // of everybody, for substitutes
}

// OnDuty tells who is at work at a moment, for a kind of work and a house or for all
// of them. fault.NotFound for a company the actor has nothing to do with.
func (s *Service) OnDuty(ctx context.Context, q Query) (out Watch, err error) {
	if q.CompanyID, err = own(access.From(ctx), q.CompanyID); err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		at := q.moment(tx)
		if at.Before(tx.Now.AddDate(-5, 0, 0)) || at.After(tx.Now.AddDate(5, 0, 0)) {
			return fault.New(fault.Invalid, "staff.moment", "Время слишком далеко: не больше пяти лет от сегодня.").At("query.at", "не больше пяти лет от сегодня")
		}
		b, err := s.around(ctx, tx, q.CompanyID, at)
		if err != nil {
			return err
		}
		out = Watch{At: at, People: b.standing(q, at), Executors: b.Executors(q, at), Responsible: b.Responsible(q, at), Names: b.names()}
		return nil
	})
	return out, err
}

// Names are the names of everybody of a company, those dismissed too, by id.
func (s *Service) Names(ctx context.Context, companyID int64) (map[int64]string, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (map[int64]string, error) {
		rows, err := tx.Query(ctx, `select id, name from members where company_id = $1`, companyID)
		if err != nil {
			return nil, err
		}
		out := map[int64]string{}
		var id int64
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error { out[id] = name; return nil })
		return out, err
	})
}

func (b *Board) names() map[int64]string {
	out := map[int64]string{}
	for _, m := range b.members {
		out[m.MemberID] = m.Name
	}
	return out
}

// standing are those with a duty that fits, and those without any when everything is
// asked for; Level is their best one.
func (b *Board) standing(q Query, at time.Time) (out []Member) {
	for _, m := range b.Members(at) {
		if m.IsArchived {
			continue
		}
		has := q.WorkTypeID == 0 && q.BuildingID == 0
		ids := append([]int64{m.MemberID}, m.State.StandsFor...)
		for _, id := range ids {
			for _, d := range b.byID[id].Duties {
				if b.fits(d, q) {
					has = true
					if d.Role == "executor" && (m.Level == 0 || d.Level < m.Level) {
						m.Level = d.Level
					}
				}
			}
		}
		if has {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, c Member) int {
		if a.OnDuty != c.OnDuty {
			if a.OnDuty {
				return -1
			}
			return 1
		}
		return (a.Level+9)%10 - (c.Level+9)%10 // no level last
	})
	return out
}
