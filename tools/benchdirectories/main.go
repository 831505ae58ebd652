// Command benchdirectories measures the search of addresses among many houses, with typing
// errors, shortenings and the wrong layout, one «name value unit» a line. The database is
// the one of D24_TEST_POSTGRES (see tools/testenv); what it makes there it drops.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/tools/bench"
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

func main() {
	n := flag.Int("searches", 2000, "how many searches of each sort")
	flag.Parse()
	if err := run(*n); err != nil {
		fmt.Fprintln(os.Stderr, "benchdirectories:", err)
		os.Exit(1)
	}
}

func run(n int) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	name := fmt.Sprintf("bench_%d", os.Getpid())
	if err := admin(ctx, "create database "+name); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, admin(context.WithoutCancel(ctx), "drop database "+name+" with (force)"))
	}()
	if err := pg.Migrate(ctx, pgtest.URL(name)); err != nil {
		return err
	}
	pool, err := pg.Open(ctx, pgtest.URL(name), 8)
	if err != nil {
		return err
	}
	defer pool.Close()
	db := &pg.DB{Pool: pool, Clock: clock.System{}}
	figures := bench.NewFigures()
	for _, companies := range []int{1, 100} {
		if err := fill(access.AsSystem(ctx, "bench"), db, companies); err != nil {
			return err
		}
		if err := measure(ctx, db, companies, n, figures); err != nil {
			return err
		}
	}
	figures.Print(os.Stdout)
	return nil
}

func admin(ctx context.Context, q string) error {
	c, err := pgx.Connect(ctx, pgtest.URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is lost
	_, err = c.Exec(ctx, q)
	return err
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

// question is an address as somebody in a hurry types it, the street he means without
// its number, which he leaves out, and the house.
func question(r *rand.Rand) (q, name, house string) {
	words := strings.Fields(street(r.IntN(houses / perStreet)))
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

func measure(ctx context.Context, db *pg.DB, companies, n int, figures *bench.Figures) error {
	s := building.NewService(db)
	who := access.Actor{Kind: access.Operator}
	for c := range companies {
		who.Companies = append(who.Companies, int64(c+1))
	}
	ctx = access.With(ctx, who)
	start := time.Now()
	if _, err := s.Search(ctx, "лесная 1", 0, 10); err != nil {
		return err
	}
	figures.Add(fmt.Sprintf("address_first_%d_companies", companies), time.Since(start).Seconds()*1000, "ms")
	for _, clients := range []int{1, 4} {
		took, missed, err := load(ctx, s, clients, n)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%d_companies_%d_clients", companies, clients)
		figures.Add("address_p50_"+name, bench.Percentile(took, .5), "ms")
		figures.Add("address_p99_"+name, bench.Percentile(took, .99), "ms")
		figures.Add("address_missed_"+name, 100*float64(missed)/float64(len(took)), "%")
	}
	return nil
}

// load asks from several clients at once and returns how long each answer took, in ms,
// and how many questions were not answered by their house first.
func load(ctx context.Context, s *building.Service, clients, n int) (took []float64, missed int, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(c))) //nolint:gosec // the same questions every time
			for range n / clients {
				q, name, house := question(r)
				start := time.Now()
				found, e := s.Search(ctx, q, 0, 10)
				d := time.Since(start).Seconds() * 1000
				mu.Lock()
				took, err = append(took, d), errors.Join(err, e)
				if len(found) == 0 || found[0].House != house || !strings.HasPrefix(found[0].Street, name) {
					missed++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return took, missed, err
}
