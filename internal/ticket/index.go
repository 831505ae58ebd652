package ticket

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// maxWords bounds what is kept of one request: comments may be many.
const maxWords = 3000

// phoneEnds are how many last digits of a phone find a request.
var phoneEnds = []int{4, 5, 6, 7}

func companyKey(id int64) string { return "c:" + strconv.FormatInt(id, 10) }

// Indexed is a request as the search knows it.
type Indexed struct {
	TicketID, CompanyID int64
	Keys                []string // words as they stand, and c:company, n:number, p:phone
	Body                string
}

// Index makes it of a request and what was written about it.
func Index(t Ticket, comments ...string) Indexed {
	texts := []string{t.Address, t.ReasonName, t.Description}
	for _, a := range t.Answers {
		texts = append(texts, a.Value)
	}
	texts = append(texts, comments...)
	out := Indexed{TicketID: t.ID, CompanyID: t.CompanyID, Keys: tokens(texts), Body: folds(texts)}
	out.Keys = append(out.Keys, companyKey(t.CompanyID), "n:"+strconv.FormatInt(t.Number, 10))
	if d := digitsOf(t.CallerPhone); d != "" {
		out.Keys = append(out.Keys, "p:"+d)
		for _, n := range phoneEnds {
			if len(d) > n {
				out.Keys = append(out.Keys, "p:"+d[len(d)-n:])
			}
		}
	}
	return out
}

func tokens(texts []string) (out []string) {
	for _, s := range texts {
		out = append(out, search.Tokens(s)...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxWords)]
}

func folds(texts []string) string {
	out := make([]string, 0, len(texts))
	for _, s := range texts {
		if f := search.Fold(s); f != "" {
			out = append(out, f)
		}
	}
	return strings.Join(out, " ")
}

// Dictionary are the words of keys that a fragment or a form may find: numbers are whole.
func Dictionary(keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(w string) bool { return strings.Contains(w, ":") || isNumber.MatchString(w) })
}

const (
	learn = `insert into ticket_words (word, stem) select w, word_stem(w) from unnest($1::text[]) w
		where not exists (select from ticket_words k where k.word = w collate "C")`
	keep = `insert into ticket_search (ticket_id, company_id, doc, body) values ($1, $2, array_to_tsvector(coalesce($3::text[], '{}')), $4) on conflict (ticket_id) do `
	// what was there stays: a comment may have been written while an old request was read in
	merge = keep + `update set doc = ticket_search.doc || excluded.doc, body = ticket_search.body || ' ' || excluded.body`
)

// index keeps requests for the search.
func index(ctx context.Context, tx *pg.Tx, how string, xs ...Indexed) error {
	return tx.Together(ctx, &pgx.Batch{}, searcher, indexing(how, xs...))
}

// indexing are the statements of index, which the search has to send.
func indexing(how string, xs ...Indexed) *pgx.Batch {
	b := &pgx.Batch{}
	var words []string
	for _, x := range xs {
		words = append(words, Dictionary(x.Keys)...)
		b.Queue(how, x.TicketID, x.CompanyID, x.Keys, x.Body)
	}
	slices.Sort(words)
	b.Queue(learn, slices.Compact(words))
	return b
}

// searcher is the part of the program that knows the words of all companies.
var searcher = access.Actor{Kind: access.System, System: "search", Name: "search"}

// asSearch runs f as the search.
func asSearch(ctx context.Context, tx *pg.Tx, f func(tx *pg.Tx) error) error {
	if tx.Actor.Kind == access.System {
		return f(tx)
	}
	return tx.As(ctx, searcher, f)
}

// adding gives words to what the search knows of a request; «…» has none, which comes as null.
const adding = `update ticket_search set doc = doc || array_to_tsvector(coalesce($2::text[], '{}')), body = body || ' ' || $3 where ticket_id = $1`

func added(t Ticket, text string) []any {
	return []any{t.ID, tokens([]string{text}), search.Fold(text)}
}

// indexComment adds what was written to what the search knows of a request.
func indexComment(ctx context.Context, tx *pg.Tx, t Ticket, text string) error {
	tag, err := tx.Exec(ctx, adding, added(t, text)...)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 { // it has not been read in yet
		said, err := comments(ctx, tx, []int64{t.ID})
		if err != nil {
			return err
		}
		return index(ctx, tx, merge, Index(t, said[t.ID]...))
	}
	return learnAll(ctx, tx, map[string]bool{text: true})
}

// learnAll teaches the dictionary the words of texts.
func learnAll(ctx context.Context, tx *pg.Tx, texts map[string]bool) error {
	words := Dictionary(tokens(slices.Collect(maps.Keys(texts))))
	if len(words) == 0 {
		return nil
	}
	return asSearch(ctx, tx, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, learn, words)
		return err
	})
}

// comments are what was written about requests, oldest first.
func comments(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64][]string, error) {
	rows, err := tx.Query(ctx, `select ticket_id, text from ticket_events where ticket_id = any($1) and kind = 'comment' order by ticket_id, id`, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64][]string{}
	var id int64
	var text string
	_, err = pgx.ForEachRow(rows, []any{&id, &text}, func() error {
		out[id] = append(out[id], text)
		return nil
	})
	return out, err
}

// ReadIn is the job that keeps for the search what was registered without it: before it
// there was one, or by an older program that runs beside this one.
type ReadIn struct{}

// Kind names the job.
func (ReadIn) Kind() string { return "ticket.read_in" }

// InsertOpts: it can wait for everything else.
func (ReadIn) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// ReadInWorker does it.
type ReadInWorker struct {
	river.WorkerDefaults[ReadIn]
	Tickets *Service
}

// Timeout of a turn; what is left is the next one's.
func (*ReadInWorker) Timeout(*river.Job[ReadIn]) time.Duration { return readInTurn + 10*time.Second }

// Work reads in for a while.
func (w *ReadInWorker) Work(ctx context.Context, _ *river.Job[ReadIn]) error {
	return w.Tickets.ReadIn(access.AsSystem(ctx, "search"))
}

// ReadInPeriodic is the job for River's clock.
func ReadInPeriodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Minute), func() (river.JobArgs, *river.InsertOpts) { return ReadIn{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

const (
	readInTurn  = 50 * time.Second
	readInBatch = 500
	// an id drawn may be committed later than those after it: what is younger is looked at again
	readInAgain = time.Hour
)

// ReadIn keeps for the search the requests it does not know yet, batch by batch, for most
// of a minute at the longest.
func (s *Service) ReadIn(ctx context.Context) error {
	until := s.db.Clock.Now().Add(readInTurn)
	for after := int64(-1); ; {
		n, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (n int, err error) {
			n, after, err = readIn(ctx, tx, after)
			return n, err
		})
		if err != nil || n == 0 || s.db.Clock.Now().After(until) {
			return err
		}
	}
}

// readIn does one batch of what comes after a request; -1: after those done.
func readIn(ctx context.Context, tx *pg.Tx, after int64) (n int, last int64, err error) {
	if after < 0 {
		if err := tx.QueryRow(ctx, `select done_to from ticket_search_state`).Scan(&after); err != nil {
			return 0, after, err
		}
	}
	rows, err := tx.Query(ctx, "select "+columns+source+`where t.id in (select x.id from tickets x where x.id > $1 and not exists (select from ticket_search s where s.ticket_id = x.id)
		order by x.id limit $2) order by t.id`, after, readInBatch)
	if err != nil {
		return 0, after, err
	}
	ts, err := pgx.CollectRows(rows, scan)
	if err != nil || len(ts) == 0 {
		return 0, after, errors.Join(err, doneTo(ctx, tx, 1<<62))
	}
	ids := make([]int64, 0, len(ts))
	for _, t := range ts {
		ids = append(ids, t.ID)
	}
	said, err := comments(ctx, tx, ids)
	if err != nil {
		return 0, after, err
	}
	xs := make([]Indexed, 0, len(ts))
	for _, t := range ts {
		xs = append(xs, Index(t, said[t.ID]...))
	}
	last = ids[len(ids)-1]
	return len(ts), last, errors.Join(index(ctx, tx, keep+"nothing", xs...), doneTo(ctx, tx, last))
}

// doneTo remembers that everything up to a request is known, the youngest aside.
func doneTo(ctx context.Context, tx *pg.Tx, id int64) error {
	_, err := tx.Exec(ctx, `update ticket_search_state set done_to = coalesce((select max(id) from tickets where id <= $1 and id > done_to and created_at < $2), done_to)`, id, tx.Now.Add(-readInAgain))
	return err
}
