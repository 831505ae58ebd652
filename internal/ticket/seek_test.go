package ticket

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/page"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// wrote makes a request with what somebody said, and what was commented.
func (c *city) wrote(company int64, said string, comments ...string) Ticket {
	c.t.Helper()
	in := NewTicket{CompanyID: company, Unit: "86", CallerPhone: "+79000904127", Source: "phone", Description: said, Answers: []Answer{{ID: 1, Value: "не знает"}}}
	require.NoError(c.t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		return tx.QueryRow(c.sys, `select (select id from reasons where company_id = $1 and code = 'ВС-02'), (select min(id) from buildings where company_id = $1)`, company).Scan(&in.ReasonID, &in.BuildingID)
	}))
	t, _, err := c.s.Create(c.sys, in)
	require.NoError(c.t, err)
	for _, text := range comments {
		require.NoError(c.t, c.s.Comment(c.sys, t.ID, text, false))
	}
	return t
}

// weighed has the database count the words there are; only their owner may.
func (c *city) weighed() {
	c.t.Helper()
	_, err := c.db.Pool.Exec(c.sys, `reset session authorization; analyze ticket_search; set session authorization d24_test_app`)
	require.NoError(c.t, err)
}

func (c *city) found(ctx context.Context, typed string) []string {
	c.t.Helper()
	rows := c.pages(ctx, Filter{Text: typed}, 100)
	n, err := c.s.Count(ctx, Filter{Text: typed})
	require.NoError(c.t, err)
	require.Len(c.t, rows, n, typed)
	return names(rows)
}

// TestSearchFindsWhatPeopleMean: forms of words, ё and е, the other case, fragments, phrases,
// numbers of houses, the other keyboard layout, words of comments.
func TestSearchFindsWhatPeopleMean(t *testing.T) {
	c := open1(t)
	leak := c.wrote(1, "Сильно протекает батарея под окном, у соседей сухо", "Слесарь заменил прокладку")
	fence := c.wrote(1, "Дом 12/3: сломан ЗАБОР возле детской площадки; счётчик 000481516")
	lift := c.wrote(2, "Кран-букса свистит. Квартира 86а, 100%_\\ «счастья»")
	all := []Ticket{leak, fence, lift}
	for _, x := range []struct {
		typed string
		want  []Ticket
	}{
		{"батареи", []Ticket{leak}},             // a form
		{"БАТАРЕЮ протекает", []Ticket{leak}},   // a form and another case, two words in any order
		{"прокладки", []Ticket{leak}},           // of a comment
		{"слесарь заборы", nil},                 // both words have to be there
		{"счетчик", []Ticket{fence}},            // е for ё
		{"СЧЁТЧИКИ", []Ticket{fence}},           // ё, a form
		{"площадк", []Ticket{fence}},            // the beginning
		{"ощадк", []Ticket{fence}},              // a fragment
		{"12/3", []Ticket{fence}},               // a house with a fraction
		{"2/3", nil},                            // not a part of its number
		{"481516", nil},                         // digits are whole
		{"000481516", []Ticket{fence}},          //
		{`"у соседей сухо"`, []Ticket{leak}},    // word for word
		{"«соседей у сухо»", nil},               //
		{"«под окном» батарея", []Ticket{leak}}, //
		{"кран букса", []Ticket{lift}},          //
		{"кран-буксы", []Ticket{lift}},          //
		{"100%", []Ticket{lift}},                // signs are no words
		{",fnfhtz", []Ticket{leak}},             // the other layout
		{"абракадабра", nil},
	} {
		var got []string
		for _, n := range c.found(c.sys, x.typed) {
			if slices.Contains(names(all), n) {
				got = append(got, n)
			}
		}
		require.ElementsMatch(t, names(x.want), got, x.typed)
	}
	require.Subset(t, c.found(c.sys, "86"), names(all), "a flat, of two of them in the address")
}

// TestSearchByPhone: every spelling of a number, and its last digits, find it for who may see
// numbers, and nothing for who may not: what is hidden cannot be found out by asking.
func TestSearchByPhone(t *testing.T) {
	c := open1(t)
	x := c.wrote(1, "Свет моргает")
	may := access.Actor{Kind: access.Company, CompanyID: 1, UserID: 1, Grants: access.RoleGrants(access.Admin, 1, 0), May: []access.Permission{access.ContactRead}}
	mayNot := may
	mayNot.May = nil
	for _, typed := range []string{"+79000904127", "+7 900 090-41-27", "8 (900) 090-41-27", "89000904127", "9000904127", "8-900-090-41-27", "090-41-27", "90-41-27", "41-27", "4127", " 7 900 090 41 27 "} {
		require.Equal(t, names([]Ticket{x}), c.found(access.With(context.Background(), may), typed), typed)
		require.Empty(t, c.found(access.With(context.Background(), mayNot), typed), typed)
	}
	require.Empty(t, c.found(access.With(context.Background(), may), "41-28"))
	require.Empty(t, c.found(access.With(context.Background(), may), "p:4127"), "a key of the index is nothing that can be typed")
}

// TestSearchKeepsToTheScope (A1, property): random people, random words; what is found is what a
// plain reading of the requests they may see finds.
func TestSearchKeepsToTheScope(t *testing.T) {
	c := open1(t)
	require.NoError(t, c.s.ReadIn(c.sys))
	for i, said := range []string{"Течёт батарея", "течь в батареях и течет кран", "Лифт стоит", "кранбукса", "КРАНЫ текут", "у соседей течь"} {
		c.wrote(1+int64(i%3), said, "Батарея № "+fmt.Sprint(i), "обещал прийти")
	}
	all := c.all()
	texts, stems := c.texts(all), c.stems()
	var vocabulary []string
	for _, ws := range texts {
		vocabulary = append(vocabulary, ws...)
	}
	slices.Sort(vocabulary)
	vocabulary = slices.Compact(vocabulary)
	r := rand.New(rand.NewPCG(5, 2)) //nolint:gosec // the draw repeats
	some := 0
	c.weighed() // the ways are chosen by what is known of the words
	for i := range 300 {
		c.s.breadth = []breadth{usual, {forms: usual.forms, chosen: 1}, {forms: 2, chosen: 3}}[i%3] // every way finds the same
		a := access.Actor{Kind: access.Company, CompanyID: 1 + r.Int64N(3)}
		if r.IntN(3) == 0 {
			a = access.Actor{Kind: access.Operator, Companies: []int64{1 + r.Int64N(3), 1 + r.Int64N(3)}}
		}
		for range 1 + r.IntN(2) {
			k := all[r.IntN(len(all))]
			if a.Kind == access.Company {
				k.CompanyID = a.CompanyID
			}
			a.Grants = append(a.Grants, []access.Grant{{CompanyID: k.CompanyID}, {CompanyID: k.CompanyID, BuildingIDs: []int64{k.BuildingID}}, {CompanyID: k.CompanyID, ExecutorID: k.ExecutorID}}[r.IntN(3)])
		}
		var typed []string
		for range 1 + r.IntN(2) {
			w := []rune(vocabulary[r.IntN(len(vocabulary))])
			if len(w) > 4 && r.IntN(2) == 0 {
				w = w[r.IntN(2) : len(w)-r.IntN(2)]
			}
			typed = append(typed, string(w))
		}
		if len(typed) > 1 && spokenNumber.MatchString(strings.Join(typed, " ")) {
			continue // one number, said with a pause
		}
		has := func(k Ticket, w string) bool {
			return slices.ContainsFunc(texts[k.ID], func(x string) bool {
				switch {
				case x == w:
					return true
				case isNumber.MatchString(w):
					return beginsNumber(x, w)
				case len([]rune(w)) >= 3 && strings.Contains(x, w):
					return true
				}
				return stems(x) == stems(w)
			}) || len(typed) == 1 && isNumber.MatchString(w) && fmt.Sprint(k.Number) == strings.TrimLeft(w, "0")
		}
		var want []Ticket
		for _, k := range all {
			if a.Scope().Allows(k.Facts()) && !slices.ContainsFunc(typed, func(w string) bool { return !has(k, w) }) {
				want = append(want, k)
			}
		}
		some += len(want)
		require.Equal(t, names(want), c.found(access.With(context.Background(), a), strings.Join(typed, " ")), "%v of %+v", typed, a)
	}
	require.Greater(t, some, 100)
}

// texts are the words of requests, read anew.
func (c *city) texts(all []Ticket) map[int64][]string {
	out := map[int64][]string{}
	for _, k := range all {
		es, err := c.s.Events(c.sys, k.ID)
		require.NoError(c.t, err)
		text := k.Address + " " + k.ReasonName + " " + k.Description
		for _, a := range k.Answers {
			text += " " + a.Value
		}
		for _, e := range es {
			if e.Kind == "comment" {
				text += " " + e.Text
			}
		}
		out[k.ID] = search.Tokens(text)
	}
	return out
}

// stems asks the database for the stem of a word.
func (c *city) stems() func(string) string {
	known := map[string]string{}
	return func(w string) string {
		if _, ok := known[w]; !ok {
			var stem string
			require.NoError(c.t, c.db.Pool.QueryRow(c.sys, `select word_stem($1)`, w).Scan(&stem))
			known[w] = stem
		}
		return known[w]
	}
}

// TestSearchOfCommonWords: more requests than can be chosen, and a word that stands for more
// than can be named, are looked through in the order of the list; nothing is missed.
func TestSearchOfCommonWords(t *testing.T) {
	c := open1(t)
	var want []Ticket
	for i := range 12 {
		want = append(want, c.wrote(1, fmt.Sprintf("слово%c общее", 'а'+rune(i))))
	}
	slices.Reverse(want)
	q := quest{terms: []term{{typed: "слово", isWide: true}}}
	require.Empty(t, q.words(), "a wide word does not choose")
	cond, args := q.conds("")
	require.Len(t, args, 2, cond)
	c.s.breadth.forms = 3
	require.Equal(t, names(want), c.found(c.sys, "слово"))
	require.Equal(t, names(want), c.found(c.sys, "слово общее"))
	require.Equal(t, names(want[3:4]), c.found(c.sys, "слово «словои общее»"))
	c.s.breadth = breadth{forms: usual.forms, chosen: 5}
	require.Equal(t, names(want), c.found(c.sys, "общими"))
	require.Equal(t, names(want), c.found(c.sys, "слово"))
}

// TestReadInFindsOldRequests: what was registered without the search is read in, with its
// comments, once; and a comment that comes before does not lose the rest.
func TestReadInFindsOldRequests(t *testing.T) {
	c := open1(t)
	x := c.wrote(1, "Дребезжит водосток", "прислать верхолаза")
	y := c.wrote(1, "Гудит вентиляция")
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(c.sys, `delete from ticket_search`)
		return err
	}))
	require.Empty(t, c.found(c.sys, "водосток"))
	require.NoError(t, c.s.Comment(c.sys, y.ID, "мастер выехал", false))
	require.Equal(t, names([]Ticket{y}), c.found(c.sys, "вентиляция мастер"))
	for range 2 {
		require.NoError(t, c.s.ReadIn(c.sys))
		require.Equal(t, names([]Ticket{x}), c.found(c.sys, "водостоки верхолаз"))
		require.Equal(t, names([]Ticket{y}), c.found(c.sys, "вентиляция мастер"))
	}
	var rows, words int
	require.NoError(t, c.db.Pool.QueryRow(c.sys, `select (select count(*) from tickets) - (select count(*) from ticket_search), (select count(*) - count(distinct word) from ticket_words)`).Scan(&rows, &words))
	require.Zero(t, rows)
	require.Zero(t, words, "a word is learnt once")
}

// TestAWordIsKnownOnceItIsCommitted: a word that was learnt in vain is learnt by the next
// request; one that is known is not asked for again.
func TestAWordIsKnownOnceItIsCommitted(t *testing.T) {
	c := open1(t)
	vain := errors.New("in vain")
	require.ErrorIs(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		require.NoError(t, c.s.words.learn(c.sys, tx, []string{"задвижка"}))
		return vain
	}), vain)
	x := c.wrote(1, "Течёт задвижка")
	require.Equal(t, names([]Ticket{x}), c.found(c.sys, "движк"), "by a fragment: through the dictionary")
	require.Empty(t, c.s.words.unknown([]string{"задвижка"}))
	require.Equal(t, []string{"вентиль"}, c.s.words.unknown([]string{"задвижка", "вентиль"}))
}

// TestWhatTheDatabaseKnowsIsReadOnce: a program that has just begun takes over all words with
// the first that it does not know.
func TestWhatTheDatabaseKnowsIsReadOnce(t *testing.T) {
	c := open1(t)
	c.wrote(1, "Течёт задвижка")
	var fresh dictionary
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error { return fresh.learn(c.sys, tx, []string{"вентиль"}) }))
	require.Empty(t, fresh.unknown([]string{"задвижка", "вентиль"}))
	full := dictionary{have: map[string]struct{}{}}
	for i := range mostWords {
		full.have[strconv.Itoa(i)] = struct{}{}
	}
	full.keep([]string{"вентиль"})
	require.Len(t, full.have, mostWords, "one of the others went, not all of them")
	require.Empty(t, full.unknown([]string{"вентиль"}))
}

// FuzzSearch: whatever is typed, the terms of a masked person's search name neither a phone
// nor a company.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"'; drop table tickets --", `\`, `''`, "& | ! ( )", "'a':*", "«", `"`, "№", "№ 12", "0", "№ 000", "12/3", "//", "%_", "\x00", "ё", "p:4127", "c:2", "n:1", strings.Repeat("а ", 200), "🙂", "<->", "a\\'b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q := readQuest(typed, false)
		require.LessOrEqual(t, len(q.terms), maxTerms)
		for i := range q.terms {
			q.terms[i].forms = append(q.terms[i].forms, q.terms[i].typed)
			for _, k := range q.terms[i].keys {
				require.True(t, strings.HasPrefix(k, "n:"), k)
			}
		}
		require.NotContains(t, q.words(), "'p:")
		require.NotContains(t, q.words(), "'c:")
	})
}

// TestJunkIsOnlyNotFound: the same junk through the whole search.
func TestJunkIsOnlyNotFound(t *testing.T) {
	c := open1(t)
	r := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // the draw repeats
	signs := []rune(`'"\%_&|!():*<>-№«»„“;,./ aя1ё` + "\t")
	for _, typed := range []string{"'; drop table tickets; --", `\'`, "a & b | !c", "'к':*", "(((", "«»", `"""`, "№", strings.Repeat("я", 200), strings.Repeat("а б ", 50)} {
		_, _, err := c.s.List(c.sys, Filter{Text: typed, Address: typed})
		require.NoError(t, err, typed)
	}
	for range 150 {
		s := make([]rune, 1+r.IntN(12))
		for i := range s {
			s[i] = signs[r.IntN(len(signs))]
		}
		_, err := c.s.Count(c.sys, Filter{Text: string(s)})
		require.NoError(t, err, string(s))
	}
}

// TestFoundIsShown: which words were found and where, quoted when the list does not show it.
func TestFoundIsShown(t *testing.T) {
	c := open1(t)
	x := c.wrote(1, "Сильно протекает батарея под окном, у соседей сухо", strings.Repeat("долго ждали ", 20)+"Слесарь заменил прокладку")
	find := func(typed string) Found {
		rows := c.pages(c.sys, Filter{Text: typed}, 100)
		require.Len(t, rows, 1, typed)
		return *rows[0].Found
	}
	require.Equal(t, Found{Words: []string{"батарея"}, Where: "description", Text: x.Description}, find("БАТАРЕИ"))
	got := find("прокладки батареями")
	require.Equal(t, []string{"батарея", "прокладку"}, got.Words)
	require.Equal(t, "description", got.Where)
	got = find("слесарь")
	require.Equal(t, "comment", got.Where)
	require.True(t, strings.HasPrefix(got.Text, "…ждали "), got.Text)
	require.Contains(t, got.Text, "Слесарь заменил прокладку")
	require.Equal(t, Found{Where: "phone", Text: "+7 900 090-41-27"}, find("90-41-27"))
	require.Equal(t, Found{Words: []string{fmt.Sprint(x.Number)}}, find(fmt.Sprint("№ ", x.Number)))
	require.Equal(t, "description", find("«под окном»").Where)
	require.Equal(t, "description", find(strings.Split(x.Address, ",")[0]+" «у соседей сухо»").Where)
	rows := c.pages(c.sys, Filter{}, 100)
	require.Nil(t, rows[0].Found)
}

// TestCommentsOfMassChangesAreFound: they are written another way.
func TestCommentsOfMassChangesAreFound(t *testing.T) {
	c := open1(t)
	x, y := c.wrote(1, "Первая"), c.wrote(1, "Вторая")
	require.NoError(t, pg.Do(c.sys, c.db, func(tx *pg.Tx) error {
		said := []Event{{Kind: "comment", Text: "Подрядчик выехал"}}
		return c.s.performAll(c.sys, tx, 1, []deed{{ticket: x, events: said}, {ticket: y, events: said}}, nil)
	}))
	require.Equal(t, names([]Ticket{y, x}), c.found(c.sys, "подрядчики"))
}

// ofTwo is an operator of companies 1 and 2.
var ofTwo = access.Actor{Kind: access.Operator, Companies: []int64{1, 2}, Grants: []access.Grant{{CompanyID: 1}, {CompanyID: 2}}}

// TestMergedDoesNotGoPastWhatItTook: behind the last row taken of a company others of it may
// stand, which are newer than those of another.
func TestMergedDoesNotGoPastWhatItTook(t *testing.T) {
	c := open1(t)
	c.wrote(2, "ледоход")
	want := c.wrote(1, "ледоход")
	for range 30 {
		c.wrote(1, "тишина")
	}
	f := Filter{Text: "ледоход", After: page.Cursor{At: noon.AddDate(1, 0, 0), ID: 1}} // a page that goes on
	q := quest{part: 1}                                                                // far too much: too few are taken
	q.look.And("(select s.doc @@ ?::text::tsquery from ticket_search s where s.ticket_id = t.id)", "'ледоход'")
	read := func(n int) (got []Ticket, looked page.Cursor, isEnough bool) {
		ctx := access.With(context.Background(), ofTwo)
		require.NoError(t, pg.Do(ctx, c.db, func(tx *pg.Tx) (err error) {
			got, looked, isEnough, err = c.s.merged(ctx, tx, f, f.where(tx), q, n)
			return err
		}))
		return got, looked, isEnough
	}
	_, _, isEnough := read(1)
	require.False(t, isEnough, "21 of the first company are taken, none has the word")
	q.part = .1
	got, _, isEnough := read(1)
	require.True(t, isEnough)
	require.Equal(t, names([]Ticket{want}), names(got))

	f.After, c.s.breadth.first = page.Cursor{}, 42
	got, looked, isEnough := read(1)
	require.True(t, isEnough, "the first page tells that it has found nothing so far")
	require.Empty(t, got)
	require.Equal(t, want.ID+10, looked.ID, "and where it has stopped")
}

// TestSearchOfManyGoesOn: words that are common each and seldom stand together are looked for
// in a few requests of each company first; what is found there is the first page, however short,
// and the pages after it give the others.
func TestSearchOfManyGoesOn(t *testing.T) {
	c := open1(t)
	var want []Ticket
	for i := range 60 {
		company := 1 + int64(i%2)
		if i%12 == 3 {
			want = append(want, c.wrote(company, "ледоход и тишина"))
			continue
		}
		c.wrote(company, []string{"ледоход", "тишина"}[i/2%2])
	}
	slices.Reverse(want)
	c.weighed()
	c.s.breadth.first = 10
	ctx := access.With(context.Background(), ofTwo)
	for _, chosen := range []int{usual.chosen, 5} { // the index goes on, or the list is looked through
		c.s.breadth.chosen = chosen
		rows, next, err := c.s.List(ctx, Filter{Text: "ледоход тишина", Limit: 20})
		require.NoError(t, err)
		require.Len(t, rows, 1, "one among ten")
		require.NotEmpty(t, next)
		for _, limit := range []int{1, 2, 3, 20, 100} {
			require.Equal(t, names(want), names(c.pages(ctx, Filter{Text: "ледоход тишина"}, limit)), limit)
		}
	}
	n, err := c.s.Count(ctx, Filter{Text: "ледоход тишина"})
	require.NoError(t, err)
	require.Len(t, want, n, "what is counted is all of it")
}
