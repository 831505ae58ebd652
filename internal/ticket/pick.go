package ticket

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Which way requests with some words are found: by the index of words, or one by one in the
// order of the list. The guesses here choose the way alone; each finds the same.

// rarely is the part of all requests up to which words are looked up for all companies at once:
// a key of each company beside them costs more than to leave the strangers out afterwards.
const rarely = .004

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
		rare = w.most <= rarely
		if q.part = w.likely; guess && q.part*n > 2*float64(most) {
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

// mostLooked bounds how many requests of several companies are merged before the words are looked for.
const mostLooked = 20_000

// merged reads n rows of a list of several companies that have what is looked for: the first
// rows of each are put in the order of the list, and looked through in it. Fewer than n: the
// rows taken were not enough, the list has to be read the other way.
func (f Filter) merged(ctx context.Context, tx *pg.Tx, w where.Clause, q quest, n int) ([]Ticket, error) {
	companies := len(tx.Actor.Companies)
	per := 20 + int(3*float64(n)/max(q.part, 1e-6))/companies
	if per*companies > mostLooked {
		return nil, nil
	}
	if len(q.terms) > 1 {
		seldom, err := f.seldom(ctx, tx, w, q)
		if err != nil || seldom {
			return nil, err
		}
	}
	first, look, args := f.firstOfEach(tx, w, q, per)
	order, _ := f.Order.sql()
	ts, err := f.readMerged(ctx, tx, first+`select `+columns+source+`where t.id = any(array(select t.id from known t where `+look+` order by t.place limit `+strconv.Itoa(n)+`)) order by `+order, args)
	if len(ts) < n {
		return nil, err
	}
	return ts, err
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
			select t.id, t.n, row_number() over (order by t.key` + down + `, t.id` + down + `) as place
			from unnest(` + of + `::bigint[]) k (id) cross join lateral (
				select t.id, ` + key + ` as key, row_number() over (order by ` + order + `) as n from tickets t
				where t.company_id = k.id and ` + w.String() + ` order by ` + order + ` limit ` + strconv.Itoa(per) + `) t),
		-- behind the last row taken of any company others of it may stand
		known as (select id, place from of_each where place <= coalesce((select min(place) from of_each where n = ` + strconv.Itoa(per) + `), place) order by place offset 0)
		`, look, args
}

func (f Filter) readMerged(ctx context.Context, tx *pg.Tx, sql string, args []any) ([]Ticket, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
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

// rows reads n rows of a list, and what is looked for in it.
func (s *Service) rows(ctx context.Context, tx *pg.Tx, f Filter, n int) ([]Ticket, quest, error) {
	w, q, err := s.search(ctx, tx, f, f.isOfMany(tx.Actor))
	if err == nil && q.isGuess {
		if ts, err := f.merged(ctx, tx, w, q, n); err != nil || ts != nil {
			return ts, q, err
		}
		w, q, err = s.search(ctx, tx, f, false)
	}
	if err != nil {
		return nil, q, err
	}
	w.Join(q.look)
	if q.named == nil {
		ts, err := f.read(ctx, tx, w, n, q.chosen)
		return ts, q, err
	}
	for few := q.named[:min(3*n, len(q.named))]; ; few = q.named { // the first are mostly enough
		var w1 where.Clause
		w1.Join(w)
		w1.And("t.id = any(?)", few)
		ts, err := f.read(ctx, tx, w1, n, true)
		if err != nil || len(ts) == n || len(few) == len(q.named) {
			return ts, q, err
		}
	}
}

// read asks for n rows; those that may be among them were chosen, or not.
func (f Filter) read(ctx context.Context, tx *pg.Tx, w where.Clause, n int, chosen bool) ([]Ticket, error) {
	rows, err := tx.Query(ctx, f.page(tx.Actor, &w, n, chosen), unprepared(w.Args)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
