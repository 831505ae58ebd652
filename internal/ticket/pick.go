package ticket

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Which way requests with some words are found: by the index of words, or one by one in the
// order of the list. The guesses here choose the way alone; each finds the same.

// rarely is the part of all requests up to which words are rare. For many companies they are
// looked up alone: a key of each beside them costs more than to leave the strangers out
// afterwards, whose rows have to be read. For as few as fewKeys the keys cost less.
const (
	rarely  = .004
	fewKeys = 50
)

// pick chooses the requests that have the words, when they are few enough, and says so in q.
// With guess it is not tried for words that are likely to be common.
func (s *Service) pick(ctx context.Context, tx *pg.Tx, q *quest, among []int64, guess bool) (ids []int64, err error) {
	n, err := registered(ctx, tx, among)
	if err != nil {
		return nil, err
	}
	most := s.breadth.upTo(n)
	rare := false
	if len(among) > 1 {
		w, err := weigh(ctx, tx, *q)
		if err != nil {
			return nil, err
		}
		rare = w.most <= rarely && len(among) > fewKeys
		// the first page shows what the newest thousands have, unless the index is sure to be quick
		isFirst := q.isFirst && w.most > rarely
		if q.part = w.likely; guess && (isFirst || q.part*n > 2*float64(most)) {
			q.isGuess = true
			return nil, nil
		}
	}
	var c where.Clause
	if rare {
		cond, args := q.conds("")
		c.And(cond, args...)
		c.And("s.company_id = any(?)", among)
	} else {
		cond, args := q.conds(ofCompanies(among))
		c.And(cond, args...)
	}
	ids, err = choose(ctx, tx, "select s.ticket_id from ticket_search s where ", c, most)
	q.chosen = err == nil && len(ids) <= most
	return ids, err
}

// weight is how common words are: parts of all requests.
type weight struct {
	likely float64 // that have all the words, when they are those of one phrase; 0: too rare for statistics
	most   float64 // that have the rarest of them, at most
}

// weigh reckons by PostgreSQL's statistics of words. It gives a word that it does not know
// more than it can have, so what an unknown one gets is taken off.
func weigh(ctx context.Context, tx *pg.Tx, q quest) (w weight, err error) {
	var all float64
	err = tx.QueryRow(ctx, `select greatest(reltuples, 1)::float8 from pg_class where oid = 'ticket_search'::regclass`).Scan(&all)
	if err != nil {
		return w, err
	}
	unknown, err := reckon(ctx, tx, anyOf(nil))
	if err != nil {
		return w, err
	}
	w = weight{1, 1}
	for _, t := range q.terms {
		if t.isWide {
			continue
		}
		words := slices.Concat(t.forms, t.keys)
		rows, err := reckon(ctx, tx, anyOf(words))
		if err != nil {
			return w, err
		}
		w.likely = min(w.likely, max(0, rows-unknown*float64(len(words)))/all)
		w.most = min(w.most, rows/all)
	}
	return w, nil
}

// reckon is how many requests PostgreSQL believes to answer a query of the index.
func reckon(ctx context.Context, tx *pg.Tx, words string) (rows float64, err error) {
	var raw []byte
	err = tx.QueryRow(ctx, `explain (format json) select from ticket_search s where s.doc @@ $1::text::tsquery`, pgx.QueryExecModeSimpleProtocol, words).Scan(&raw)
	if err != nil {
		return 0, err
	}
	var plan []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(raw, &plan); err != nil || len(plan) == 0 {
		return 0, err
	}
	return plan[0].Plan.Rows, nil
}

// isOfMany reports whether a list runs over several companies.
func (f Filter) isOfMany(a access.Actor) bool {
	return a.Kind == access.Operator && len(a.Companies) > 1 && f.CompanyID == 0
}

// mostLooked bounds how many requests of several companies are merged before the words are
// looked for. For the first page of a list it is breadth.first: it shows what it has found.
const mostLooked = 20_000

// merged reads n rows of a list of several companies that have what is looked for: the first
// rows of each are put in the order of the list, and looked through in it. The first page may
// have fewer: looked is then where it has stopped, and the next one goes on. Any other has n, or
// isEnough is false and the list has to be read the other way.
func (s *Service) merged(ctx context.Context, tx *pg.Tx, f Filter, w where.Clause, q quest, n int) (ts []Ticket, looked page.Cursor, isEnough bool, err error) {
	companies := len(tx.Actor.Companies)
	per, isFirst := 20+int(3*float64(n)/max(q.part, 1e-6))/companies, f.After.ID == 0
	if most := s.breadth.first / companies; isFirst {
		per = max(1, min(per, most))
	} else if per*companies > mostLooked {
		return nil, looked, false, nil
	}
	if len(q.terms) > 1 && !isFirst {
		seldom, err := f.seldom(ctx, tx, w, q)
		if err != nil || seldom {
			return nil, looked, false, err
		}
	}
	ids, looked, err := f.lookThrough(ctx, tx, w, q, per, n)
	if err != nil || len(ids) < n && !isFirst && looked.ID != 0 {
		return nil, looked, false, err
	}
	if len(ids) == n {
		looked = page.Cursor{}
	}
	ts, err = f.byID(ctx, tx, ids)
	return ts, looked, true, err
}

// lookThrough finds n of the first rows of companies, per of each at most, and tells behind
// which of them it has not looked; none: there are no others.
func (f Filter) lookThrough(ctx context.Context, tx *pg.Tx, w where.Clause, q quest, per, n int) (ids []int64, looked page.Cursor, err error) {
	first, look, args := f.firstOfEach(tx, w, q, per)
	rows, err := tx.Query(ctx, first+`, found as (select t.id, t.key, t.place from known t where `+look+` order by t.place limit `+strconv.Itoa(n)+`)
		select id, key, true as is_found from (select * from found order by place) f
		union all (select id, key, false from known where exists (select from of_each where n = `+strconv.Itoa(per)+`) order by place desc limit 1)`, args...)
	if err != nil {
		return nil, looked, err
	}
	var at page.Cursor
	var isFound bool
	_, err = pgx.ForEachRow(rows, []any{&at.ID, &at.At, &isFound}, func() error {
		if isFound {
			ids = append(ids, at.ID)
		} else {
			looked = at
		}
		return nil
	})
	return ids, looked, err
}

// firstOfEach is the table known of the first rows of each company, per of each at most, in
// the order of the list, with what is looked for in a row t of it.
func (f Filter) firstOfEach(tx *pg.Tx, w where.Clause, q quest, per int) (with, look string, args []any) {
	order, _ := f.Order.sql()
	key, down := f.Order.key()
	args = append(unprepared(w.Args), tx.Actor.Companies)
	of := "$" + strconv.Itoa(len(args)-1)
	look = q.look.After(len(args) - 1)
	args = append(args, q.look.Args...)
	return `with of_each as materialized (
			select t.id, t.key, t.n, row_number() over (order by t.key` + down + `, t.id` + down + `) as place
			from unnest(` + of + `::bigint[]) k (id) cross join lateral (
				select t.id, ` + key + ` as key, row_number() over (order by ` + order + `) as n from tickets t
				where t.company_id = k.id and ` + w.String() + ` order by ` + order + ` limit ` + strconv.Itoa(per) + `) t),
		-- behind the last row taken of any company others of it may stand
		known as (select id, key, place from of_each where place <= coalesce((select min(place) from of_each where n = ` + strconv.Itoa(per) + `), place) order by place offset 0)
		`, look, args
}

// tried is how many of the first requests of each company say whether words stand together.
const tried = 20

// seldom reports whether words that are common each seldom stand together: far fewer of the
// first requests have them all than those of one phrase would. They are then found by the
// index, not among thousands of rows of which hardly any has them.
func (f Filter) seldom(ctx context.Context, tx *pg.Tx, w where.Clause, q quest) (bool, error) {
	first, look, args := f.firstOfEach(tx, w, q, tried)
	var all, have int
	err := tx.QueryRow(ctx, first+`select count(*), count(*) filter (where `+look+`) from of_each t`, args...).Scan(&all, &have)
	return float64(have) < q.part*float64(all)/4, err
}

// rows reads n rows of a list, and what is looked for in it. Fewer with a place in looked are
// what was found before it: the list goes on there.
func (s *Service) rows(ctx context.Context, tx *pg.Tx, f Filter, n int) (ts []Ticket, q quest, looked page.Cursor, err error) {
	w, q, err := s.search(ctx, tx, f, f.isOfMany(tx.Actor))
	if err == nil && q.isGuess {
		ts, looked, isEnough, e := s.merged(ctx, tx, f, w, q, n)
		if e != nil || isEnough {
			return ts, q, looked, e
		}
		w, q, err = s.search(ctx, tx, f, false)
	}
	if err != nil {
		return nil, q, looked, err
	}
	w.Join(q.look)
	if q.named == nil {
		ts, err := f.read(ctx, tx, w, n, q.chosen)
		return ts, q, looked, err
	}
	for few := q.named[:min(3*n, len(q.named))]; ; few = q.named { // the first are mostly enough
		var w1 where.Clause
		w1.Join(w)
		w1.And("t.id = any(?)", few)
		ts, err := f.read(ctx, tx, w1, n, true)
		if err != nil || len(ts) == n || len(few) == len(q.named) {
			return ts, q, looked, err
		}
	}
}
