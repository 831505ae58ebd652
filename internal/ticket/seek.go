package ticket

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/search"
	"d24/internal/where"
)

// maxTerms is how many words are looked for; what else was typed is left aside.
const maxTerms = 12

// breadth bounds a search.
type breadth struct {
	forms  int // words of the dictionary that a word stands for; a wider one does not choose, it only narrows
	chosen int // requests chosen by the words; of more, the newest are looked through
	first  int // requests looked through for the first page of several companies' list
}

var usual = breadth{forms: 300, chosen: 20_000, first: 4_000}

// upTo is how many of n requests are chosen at most. To choose k costs k rows; to look through
// those of a word that k of n have costs a page's worth of n/k: they meet at the root.
func (b breadth) upTo(n float64) int {
	const page, least = 60, 500
	return min(b.chosen, max(least, int(math.Sqrt(page*n))))
}

// term is one thing that was typed: a request has it when it has any of the words.
type term struct {
	typed  string
	forms  []string // words it stands for: its forms, and those it is a part of
	isWide bool     // it stands for more than could be named
	keys   []string // of the index, besides: a number of a request, the end of a phone
}

// quest is a typed search, read: all of the terms and all of the phrases.
type quest struct {
	terms   []term
	phrases []string     // folded; word for word
	chosen  bool         // few enough have them: they are named one by one
	named   []int64      // by their labels or as unread, in the order of the list; nil: not by these
	isFirst bool         // for the first page of a list
	isGuess bool         // they were not chosen, as they are likely to be too many
	look    where.Clause // they are too many: the condition that a request t has them
	part    float64      // of the requests that are likely to have them
}

var (
	quoted       = regexp.MustCompile(`"([^"]*)"|«([^»]*)»|“([^”]*)”|„([^“”]*)[“”]`)
	spokenNumber = regexp.MustCompile(`^(№?)\s*(\d[\d\s]{0,11})$`)
	onlyDigits   = regexp.MustCompile(`^[\d\s()+.-]+$`)
	isNumber     = regexp.MustCompile(`^\d[\d/]*$`)
)

// readQuest reads what was typed. numbers tells whether phones may be found: what is hidden
// cannot be found out by asking.
func readQuest(typed string, numbers bool) (q quest) {
	typed = strings.TrimSpace(typed)
	if e, err := phone.Parse(typed, ""); err == nil && onlyDigits.MatchString(typed) {
		t := term{typed: typed}
		if numbers {
			t.keys = []string{"p:" + strings.TrimPrefix(e, "+")}
		}
		q.terms = append(q.terms, t)
		return q
	}
	if m := spokenNumber.FindStringSubmatch(typed); m != nil {
		n := strings.TrimLeft(strings.Join(strings.Fields(m[2]), ""), "0")
		if n == "" {
			n = "0" // an empty word is no word of a query
		}
		t := term{typed: n, keys: []string{"n:" + n}}
		if m[1] == "" {
			t.forms = []string{strings.Join(strings.Fields(m[2]), "")}
			t.keys = append(t.keys, phoneEnd(typed, numbers)...)
		}
		q.terms = append(q.terms, t)
		return q
	}
	if end := phoneEnd(typed, numbers); len(end) > 0 {
		q.terms = append(q.terms, term{typed: typed, keys: end})
		return q
	}
	rest := quoted.ReplaceAllStringFunc(typed, func(s string) string {
		words := search.Fold(s)
		if strings.Contains(words, " ") {
			q.phrases = append(q.phrases, words)
		}
		return " " + s + " "
	})
	for _, w := range search.Tokens(rest) {
		if !slices.ContainsFunc(q.terms, func(t term) bool { return t.typed == w }) && len(q.terms) < maxTerms {
			q.terms = append(q.terms, term{typed: w})
		}
	}
	return q
}

// phoneEnd reads the last digits of a phone, as people remember it: "41-27", "123-45-67".
func phoneEnd(typed string, numbers bool) []string {
	d := digitsOf(typed)
	if !numbers || !onlyDigits.MatchString(typed) || !slices.Contains(phoneEnds, len(d)) {
		return nil
	}
	return []string{"p:" + d}
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// quest is what a filter looks for by words. Those of an address choose too, and are then
// compared with the address alone.
func (f Filter) quest(a access.Actor) quest {
	q := readQuest(f.Text, a.Can(access.ContactRead))
	for _, w := range search.Tokens(f.Address) {
		if len(q.terms) < maxTerms && (isNumber.MatchString(w) || utf8.RuneCountInString(w) >= 3) {
			q.terms = append(q.terms, term{typed: w})
		}
	}
	return q
}

// isEmpty reports whether nothing that can be looked for was typed.
func (q quest) isEmpty() bool { return len(q.terms) == 0 }

// spread looks each term up in the dictionary of words: its forms (the stem is the same) and
// the words it is a part of. Digits are a whole number, or begin "86а" and "86/2".
func (s *Service) spread(ctx context.Context, tx *pg.Tx, q *quest) error {
	var at []int
	var like, stem []string
	ask := func(i int, pattern, stemOf string) {
		at, like, stem = append(at, i), append(like, pattern), append(stem, stemOf)
	}
	for i := range q.terms {
		t := &q.terms[i]
		if len(t.keys) > 0 && len(t.forms) == 0 {
			continue
		}
		t.forms = append(t.forms, t.typed)
		for _, w := range []string{t.typed, search.Fold(search.Layout(t.typed))} {
			switch {
			case isNumber.MatchString(w):
				ask(i, likeSigns.Replace(w)+"%", "")
			case utf8.RuneCountInString(w) < 3:
				ask(i, "", w)
			case w == t.typed || search.IsLatin(t.typed):
				ask(i, "%"+likeSigns.Replace(w)+"%", w)
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select distinct x.n, w.word, w.is_form from unnest($1::int[], $2::text[], $3::text[]) x (n, pattern, stem)
		cross join lateral (
			(select word, false as is_form from ticket_words where x.pattern <> '' and word like x.pattern limit $4)
			union all (select word, true from ticket_words where x.stem <> '' and stem = word_stem(x.stem) limit $4)) w`,
		at, like, stem, s.breadth.forms+1)
	if err != nil {
		return err
	}
	var n int
	var word string
	var isForm bool
	forms := make([][]string, len(q.terms))
	_, err = pgx.ForEachRow(rows, []any{&n, &word, &isForm}, func() error {
		t := &q.terms[n]
		if !isNumber.MatchString(t.typed) || beginsNumber(word, t.typed) {
			t.forms = append(t.forms, word)
		}
		if isForm {
			forms[n] = append(forms[n], word)
		}
		return nil
	})
	for i := range q.terms {
		t := &q.terms[i]
		slices.Sort(t.forms)
		t.forms = slices.Compact(t.forms)
		if t.isWide = len(t.forms) > s.breadth.forms; t.isWide {
			t.forms = forms[i] // what it is a part of is seen without naming the words
			slices.Sort(t.forms)
		}
	}
	return err
}

// beginsNumber reports whether a word begins with the number n and nothing else of digits.
func beginsNumber(word, n string) bool {
	rest, ok := strings.CutPrefix(word, n)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && !unicode.IsDigit(next)
}

// words is the query of the index that requests must answer; "": every one does.
func (q quest) words() string {
	var and []string
	for _, t := range q.terms {
		if !t.isWide {
			and = append(and, anyOf(slices.Concat(t.forms, t.keys)))
		}
	}
	return strings.Join(and, " & ")
}

// anyOf is a query for one of these words; of none nothing is found.
func anyOf(words []string) string {
	or := make([]string, 0, len(words))
	for _, w := range words {
		or = append(or, "'"+strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w)+"'")
	}
	if len(or) == 0 {
		return "'x:none'" // no word has a colon
	}
	return "(" + strings.Join(or, " | ") + ")"
}

// conds are what a row s of ticket_search has to be; chosen, a query of the index, chooses
// besides.
func (q quest) conds(chosen string) (cond string, args []any) {
	var and []string
	add := func(c string, values ...any) { and, args = append(and, c), append(args, values...) }
	if words := q.words(); words != "" {
		add("s.doc @@ ?::text::tsquery", chosen+words)
	}
	for _, t := range q.terms {
		if t.isWide {
			add("(s.body like ? or s.doc @@ ?::text::tsquery)", Like(t.typed), anyOf(t.forms))
		}
	}
	for _, p := range q.phrases {
		add("s.body like ?", Like(p))
	}
	return strings.Join(and, " and "), args
}

// seek narrows a list to the requests that have what was typed. They are chosen behind the
// actor's back and among his companies only: under the fence of the rows PostgreSQL may not
// use an index of words. The list itself is read under the fence and his rights as ever.
func (s *Service) seek(ctx context.Context, tx *pg.Tx, q *quest, companyID int64, guess bool, w *where.Clause) error {
	among := reach(tx.Actor, companyID)
	var ids []int64
	err := asSearch(ctx, tx, func(tx *pg.Tx) (err error) {
		if err := s.spread(ctx, tx, q); err != nil || q.words() == "" {
			return err
		}
		ids, err = s.pick(ctx, tx, q, among, guess)
		return err
	})
	if err != nil {
		return err
	}
	if q.chosen {
		w.And("t.id = any(?)", ids)
		return nil
	}
	cond, args := q.conds("")
	q.look.And("(select "+cond+" from ticket_search s where s.ticket_id = t.id)", args...) // one by one, in the order of the list
	return nil
}

// registered is how many requests companies have; nil: all.
func registered(ctx context.Context, tx *pg.Tx, companies []int64) (n float64, err error) {
	err = tx.QueryRow(ctx, `select coalesce(sum(last), 0)::float8 from ticket_counters where $1::bigint[] is null or company_id = any($1)`, companies).Scan(&n)
	return n, err
}

// choose finds most requests, and one more when there are more.
func choose(ctx context.Context, tx *pg.Tx, what string, c where.Clause, most int) ([]int64, error) {
	rows, err := tx.Query(ctx, what+c.String()+" limit "+strconv.Itoa(most+1), unprepared(c.Args)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// tagged narrows a list to requests with any of some labels, chosen as by words; few are
// named, in the order of the list.
func (s *Service) tagged(ctx context.Context, tx *pg.Tx, f Filter, w *where.Clause) (named []int64, err error) {
	var c where.Clause
	c.And("t.tag_ids && ? and t.tag_ids <> '{}'", f.TagIDs)
	key, down := f.Order.key()
	most := 0
	err = asSearch(ctx, tx, func(tx *pg.Tx) error {
		n, err := registered(ctx, tx, reach(tx.Actor, 0))
		if err != nil {
			return err
		}
		most = s.breadth.upTo(n)
		rows, err := tx.Query(ctx, "select id from (select t.id, "+key+" as key from tickets t where "+c.String()+" limit "+strconv.Itoa(most+1)+") t order by key"+down+", id"+down, unprepared(c.Args)...)
		if err != nil {
			return err
		}
		named, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	w.And("t.tag_ids && ? and t.tag_ids <> '{}'", f.TagIDs)
	if len(named) > most {
		named = nil
	}
	return named, err
}

// reach are the companies whose requests the actor has to do with; nil: all.
func reach(a access.Actor, companyID int64) []int64 {
	switch {
	case companyID != 0:
		return []int64{companyID}
	case a.Kind == access.System:
		return nil
	case a.Kind == access.Company:
		return []int64{a.CompanyID}
	}
	return append([]int64{}, a.Companies...)
}

// ofCompanies is the beginning of a query of the index that leaves these companies' requests.
func ofCompanies(ids []int64) string {
	if ids == nil {
		return ""
	}
	keys := make([]string, 0, len(ids))
	for _, id := range ids {
		keys = append(keys, companyKey(id))
	}
	return anyOf(keys) + " & "
}

// unprepared has a query planned for the very values it is asked with: which index serves
// a list depends on them.
func unprepared(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, args...)
}
