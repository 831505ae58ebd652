package ticket

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

// Found is what a search found a request by.
type Found struct {
	Words []string // folded, of its address, reason and number, and of Text
	Where string   // description, answers, comment, phone; "" when the list shows all of it
	Text  string   // from there, about the first of the words
}

// show tells by what the requests of a page were found.
func show(ctx context.Context, tx *pg.Tx, q quest, ts []Ticket) error {
	said, err := comments(ctx, tx, idsOf(ts))
	for i := range ts {
		ts[i].Found = q.found(ts[i], said[ts[i].ID])
	}
	return err
}

// found looks through what is written in a request; what the list does not show anyway is
// quoted.
func (q quest) found(t Ticket, comments []string) *Found {
	out := &Found{}
	seen := q.marks(t.Address+" "+t.ReasonName, out)
	for i, x := range q.terms {
		switch {
		case slices.Contains(x.keys, "n:"+strconv.FormatInt(t.Number, 10)):
			seen[i] = true
			out.Words = append(out.Words, strconv.FormatInt(t.Number, 10))
		case slices.ContainsFunc(x.keys, func(k string) bool {
			return strings.HasPrefix(k, "p:") && strings.HasSuffix(digitsOf(t.CallerPhone), k[2:])
		}):
			seen[i] = true
			out.Where, out.Text = "phone", phone.Show(t.CallerPhone)
		}
	}
	answers := make([]string, 0, len(t.Answers))
	for _, a := range t.Answers {
		answers = append(answers, a.Value)
	}
	quote := func(where, text string) {
		had := len(seen)
		at := q.marks(text, out)
		for i := range at {
			seen[i] = true
		}
		if out.Where == "" && (len(seen) > had || len(q.phrases) > 0 && q.says(text)) {
			out.Where, out.Text = where, q.excerpt(text)
		}
	}
	quote("description", t.Description)
	quote("answers", strings.Join(answers, "; "))
	for _, c := range slices.Backward(comments) { // the latest says most
		quote("comment", c)
	}
	slices.Sort(out.Words)
	out.Words = slices.Compact(out.Words)
	return out
}

// marks adds the words of a text that were looked for, and tells whose of the terms they are.
func (q quest) marks(text string, out *Found) map[int]bool {
	seen := map[int]bool{}
	for _, w := range search.Tokens(text) {
		for i, t := range q.terms {
			if t.is(w) {
				seen[i] = true
				out.Words = append(out.Words, w)
			}
		}
	}
	return seen
}

func (q quest) says(text string) bool {
	f := search.Fold(text)
	return slices.ContainsFunc(q.phrases, func(p string) bool { return strings.Contains(f, p) })
}

// is reports whether a word is one the term stands for.
func (t term) is(w string) bool {
	_, ok := slices.BinarySearch(t.forms, w)
	return ok || t.isWide && strings.Contains(w, t.typed)
}

// The length of an excerpt, in letters: before the first word found, and in all.
const (
	excerptBefore = 40
	excerptWhole  = 160
)

// excerpt is the part of a text that begins a little before the first word found.
func (q quest) excerpt(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	r := []rune(text)
	from := 0
	for at, word := range eachWord(text) {
		if slices.ContainsFunc(search.Tokens(word), func(w string) bool { return slices.ContainsFunc(q.terms, func(t term) bool { return t.is(w) }) }) {
			from = max(0, utf8.RuneCountInString(text[:at])-excerptBefore)
			break
		}
	}
	for from > 0 && from < len(r) && !unicode.IsSpace(r[from-1]) {
		from--
	}
	to := min(len(r), from+excerptWhole)
	out := string(r[from:to])
	if from > 0 {
		out = "…" + out
	}
	if to < len(r) {
		out += "…"
	}
	return out
}

// eachWord gives the words between spaces with where they begin.
func eachWord(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for at := 0; at < len(text); {
			end := strings.IndexByte(text[at:], ' ')
			if end < 0 {
				end = len(text) - at
			}
			if !yield(at, text[at:at+end]) {
				return
			}
			at += end + 1
		}
	}
}
