package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/platform/pg"
)

// The words streets are made of; numbers of years and heroes make thousands of them.
var (
	firsts  = strings.Fields("Белинский Ленин Мир Заводской Лесной Садовый Школьный Рабочий Полевой Озёрный Речной Горный Южный Северный Восточный Западный Новый Старый Крайний Дальний")
	seconds = strings.Fields("героев строителей металлургов космонавтов партизан геологов писателей художников учителей врачей моряков лётчиков горняков шахтёров студентов пионеров ветеранов энергетиков химиков связистов")
)

const (
	houses    = 100_000
	perStreet = 25
)

func street(i int) string {
	return fmt.Sprintf("%sская %s %d-я", strings.TrimRight(firsts[i%len(firsts)], "йи"), seconds[i/len(firsts)%len(seconds)], i/len(firsts)/len(seconds)+1)
}

// fill puts the houses in the hands of so many companies.
func fill(ctx context.Context, db *pg.DB, companies int) error {
	streets := make([]string, houses/perStreet)
	for i := range streets {
		streets[i] = street(i)
	}
	return pg.Do(ctx, db, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `delete from buildings`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg') on conflict do nothing`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into companies (name, city_id, zone, created_at) select 'УК ' || g, (select min(id) from cities), 'Asia/Yekaterinburg', $2 from generate_series((select count(*) from companies) + 1, $1) g`, companies, tx.Now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into buildings (company_id, city_id, street, house, zone, search, created_at)
			select 1 + (s.n - 1) % $2, (select min(id) from cities), s.name, h::text, 'Asia/Yekaterinburg', lower(s.name), $4
			from unnest($1::text[]) with ordinality s (name, n), generate_series(1, $3::int) h`, streets, companies, perStreet, tx.Now)
		return err
	})
}

// question is an address as somebody in a hurry types it, of one of the streets from … to,
// the street he means without its number, which he leaves out, and the house.
func question(r *rand.Rand, from, to int) (q, name, house string) {
	words := strings.Fields(street(from + r.IntN(to-from)))
	name, house = words[0]+" "+words[1]+" ", strconv.Itoa(1+r.IntN(perStreet))
	w := []rune(strings.ToLower(words[0]))
	switch r.IntN(5) {
	case 0: // the beginning only
		w = w[:min(len(w), 4)]
	case 1: // a letter is missing
		i := 1 + r.IntN(len(w)-2)
		w = append(w[:i:i], w[i+1:]...)
	case 2: // two letters changed places
		i := 1 + r.IntN(len(w)-3)
		w[i], w[i+1] = w[i+1], w[i]
	}
	q = fmt.Sprintf("ул. %s %s %s", string(w), words[1], house)
	if r.IntN(5) == 0 {
		q = latin(q)
	}
	return q, name, house
}

// latin types Russian on the other layout.
func latin(s string) string {
	const ru, en = "ёйцукенгшщзхъфывапролджэячсмитьбю", "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	keys := map[rune]rune{}
	for i, r := range []rune(ru) {
		keys[r] = rune(en[i])
	}
	return strings.Map(func(r rune) rune {
		if k, is := keys[r]; is {
			return k
		}
		return r
	}, strings.ReplaceAll(s, "ул. ", ""))
}

// addresses measures the search, of operators who serve one and a hundred companies, and
// of people of one company who may see all of its houses, a large group and a few.
func (b *bed) addresses(ctx context.Context) error {
	for _, companies := range []int{1, 100} {
		if err := fill(system(ctx), b.db, companies); err != nil {
			return err
		}
		for range b.rounds {
			if err := b.asOperator(ctx, companies); err != nil {
				return err
			}
		}
	}
	if err := fill(system(ctx), b.db, 1); err != nil {
		return err
	}
	for range b.rounds {
		if err := b.narrowed(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (b *bed) asOperator(ctx context.Context, companies int) error {
	who := access.Actor{Kind: access.Operator}
	for c := range companies {
		who.Companies = append(who.Companies, int64(c+1))
	}
	ctx = access.With(ctx, who)
	p, err := b.program()
	if err != nil {
		return err
	}
	start := time.Now()
	if _, err := p.Buildings.Search(ctx, "лесная 1", 0, 10); err != nil {
		return err
	}
	b.figures.Add(fmt.Sprintf("address_first_%d_companies", companies), time.Since(start).Seconds()*1000, "ms")
	for _, clients := range []int{1, 4} {
		if err := b.search(ctx, p.Buildings, fmt.Sprintf("address_%d_companies_%d_clients", companies, clients), clients, 0, houses/perStreet); err != nil {
			return err
		}
	}
	return nil
}

// narrowed asks for addresses of a thousand houses, as who may see all, those and fifty of them.
func (b *bed) narrowed(ctx context.Context) error {
	p, err := b.program()
	if err != nil {
		return err
	}
	const from = 1000 // a street in the middle
	for _, x := range []struct {
		name    string
		streets int
	}{{"all", 0}, {"of_1000", 40}, {"of_50", 2}} {
		var ids []int64
		if x.streets > 0 {
			ids, err = pg.InTx(system(ctx), b.db, func(tx *pg.Tx) (ids []int64, err error) {
				names := make([]string, x.streets)
				for i := range names {
					names[i] = street(from + i)
				}
				err = tx.QueryRow(ctx, `select array_agg(id) from buildings where street = any($1)`, names).Scan(&ids)
				return ids, err
			})
			if err != nil {
				return err
			}
		}
		who := administrator(ctx, 1, ids...)
		if _, err := p.Buildings.Search(who, "лесная 1", 0, 10); err != nil {
			return err
		}
		if err := b.search(who, p.Buildings, "narrowed_"+x.name, 1, from, from+max(x.streets, 2)); err != nil {
			return err
		}
	}
	return nil
}

// search asks for houses of the streets from … to and counts the questions that were not
// answered by their house first.
func (b *bed) search(ctx context.Context, s *building.Service, name string, clients, from, to int) error {
	random := make([]*rand.Rand, clients)
	for c := range random {
		random[c] = rand.New(rand.NewPCG(1, uint64(c))) //nolint:gosec // the same questions every time
	}
	var missed atomic.Int64
	err := b.measured(ctx, name, clients, func(client, _ int) error {
		q, street, house := question(random[client], from, to)
		found, err := s.Search(ctx, q, 0, 10)
		if len(found) == 0 || found[0].House != house || !strings.HasPrefix(found[0].Street, street) {
			missed.Add(1)
		}
		return err
	})
	b.figures.Add(name+"_missed", 100*float64(missed.Load())/float64(b.ops), "%")
	return err
}
