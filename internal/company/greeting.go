package company

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Greeted is a line with what it says to who calls. A recorded phrase wins over the text.
type Greeted struct {
	Line
	CompanyName string // "" for a city's number
	MovedTo     string // of an old number: the one it tells (T3)
	MovedToID   int64
}

const greeted = `select l.id, coalesce(l.company_id, 0), l.city_id, t.name, t.zone, l.kind, l.phone, l.trunk_id, l.greeting, l.greeting_file, coalesce(c.name, ''), coalesce(n.phone, ''), coalesce(n.id, 0)
	from lines l join cities t on t.id = l.city_id left join companies c on c.id = l.company_id left join lines n on n.id = l.moved_to_id where l.is_active`

func scanGreeted(r pgx.CollectableRow) (g Greeted, err error) {
	err = r.Scan(&g.ID, &g.CompanyID, &g.CityID, &g.City, &g.CityZone, &g.Kind, &g.Phone, &g.TrunkID, &g.Greeting, &g.GreetingFile, &g.CompanyName, &g.MovedTo, &g.MovedToID)
	return g, err
}

// Greetings are the lines whose words the actor may change: a company's own, and
// for our staff the cities' numbers too.
func (s *Service) Greetings(ctx context.Context) ([]Greeted, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Greeted, error) {
		rows, err := tx.Query(ctx, greeted+` order by l.kind, l.phone`)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, scanGreeted)
	})
}

// Greeting is one line of Greetings; fault.NotFound otherwise.
func (s *Service) Greeting(ctx context.Context, id int64) (Greeted, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Greeted, error) { return greetingOf(ctx, tx, id) })
}

func greetingOf(ctx context.Context, tx *pg.Tx, id int64) (Greeted, error) {
	rows, err := tx.Query(ctx, greeted+` and l.id = $1`, id)
	if err != nil {
		return Greeted{}, err
	}
	g, err := pgx.CollectExactlyOneRow(rows, scanGreeted)
	if errors.Is(err, pgx.ErrNoRows) {
		return g, fault.Missing("line")
	}
	return g, err
}

// The words of a greeting: who calls must not wait for half a minute.
const (
	greetingShortest = 10
	greetingLongest  = 400
)

// Say changes the words of a line's greeting, 10 to 400 letters; a recorded phrase
// keeps sounding until it is removed.
func (s *Service) Say(ctx context.Context, id int64, text string) (Greeted, error) {
	text = strings.Join(strings.Fields(text), " ")
	if n := utf8.RuneCountInString(text); n < greetingShortest || n > greetingLongest {
		return Greeted{}, fault.New(fault.Invalid, "line.greeting_length", "Приветствие должно быть от %d до %d знаков.", greetingShortest, greetingLongest).
			At("body.text", "от "+strconv.Itoa(greetingShortest)+" до "+strconv.Itoa(greetingLongest)+" знаков")
	}
	g, _, err := s.changeGreeting(ctx, id, func(g *Greeted) { g.Greeting = text })
	return g, err
}

// Record makes the phrase kept under key the line's greeting; "" gives the word back
// to the text. before is the key it had.
func (s *Service) Record(ctx context.Context, id int64, key string) (g Greeted, before string, err error) {
	g, was, err := s.changeGreeting(ctx, id, func(g *Greeted) { g.GreetingFile = key })
	return g, was.GreetingFile, err
}

func (s *Service) changeGreeting(ctx context.Context, id int64, change func(*Greeted)) (now, was Greeted, err error) {
	now, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (Greeted, error) {
		if _, err := tx.Exec(ctx, `select from lines where id = $1 for update`, id); err != nil {
			return Greeted{}, err
		}
		g, err := greetingOf(ctx, tx, id)
		if err != nil {
			return g, err
		}
		was = g
		change(&g)
		if g == was {
			return g, nil
		}
		if _, err := tx.Exec(ctx, `update lines set greeting = $2, greeting_file = $3 where id = $1`, id, g.Greeting, g.GreetingFile); err != nil {
			return g, err
		}
		return g, audit.Change(ctx, tx, g.CompanyID, "line.greeting", "line:"+strconv.FormatInt(id, 10), words(was), words(g))
	})
	return now, was, err
}

func words(g Greeted) map[string]string {
	return map[string]string{"text": g.Greeting, "file": g.GreetingFile}
}

// PhraseLongest is the longest recorded greeting.
const PhraseLongest = 2 * time.Minute
