// Package search makes what people type comparable: case, ё and е, endings,
// typing errors, the wrong keyboard layout.
package search

import (
	"strings"
	"unicode"
)

// Fold lowers, turns ё into е, and every run of other signs into one space.
func Fold(s string) string {
	var b strings.Builder
	space := true
	for _, r := range strings.ToLower(s) {
		switch {
		case r == 'ё':
			r = 'е'
			fallthrough
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
			space = false
		case !space:
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}

const (
	latin    = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
	cyrillic = "ёйцукенгшщзхъфывапролджэячсмитьбю"
)

var keys = func() map[rune]rune {
	m := map[rune]rune{}
	ru := []rune(cyrillic)
	for i, r := range latin {
		m[r] = ru[i]
	}
	return m
}()

// Layout types s on the Russian layout: "njgbn" is "топит".
func Layout(s string) string {
	return strings.Map(func(r rune) rune {
		if c, ok := keys[unicode.ToLower(r)]; ok {
			return c
		}
		return r
	}, s)
}

// IsLatin reports whether s has letters and all of them are Latin: typed on the
// wrong layout, as streets and troubles have Russian names.
func IsLatin(s string) bool {
	seen := false
	for _, r := range s {
		if unicode.IsLetter(r) {
			if r > unicode.MaxLatin1 {
				return false
			}
			seen = true
		}
	}
	return seen
}

// Stem cuts the commonest endings, so that "течёт" meets "течь" and "холодная" "холодной".
func Stem(w string) string {
	r := []rune(w)
	for _, e := range endings {
		if n := len([]rune(e)); len(r)-n >= 3 && strings.HasSuffix(w, e) {
			return string(r[:len(r)-n])
		}
	}
	return w
}

var endings = []string{
	"ыми", "ими", "ого", "его", "ому", "ему", "ами", "ями", "ает", "ует", "ила", "ило", "или",
	"ая", "яя", "ой", "ей", "ую", "юю", "ое", "ее", "ые", "ие", "ый", "ий", "ых", "их", "ом", "ем", "ам", "ям", "ах", "ях", "ет", "ит", "ят", "ут", "ют", "ть", "ла", "ло", "ли",
	"а", "я", "о", "е", "ы", "и", "у", "ю", "ь", "й",
}

// Trigrams of a word, padded like pg_trgm does.
func Trigrams(w string) map[string]struct{} {
	r := []rune("  " + w + " ")
	m := make(map[string]struct{}, len(r))
	for i := 0; i+3 <= len(r); i++ {
		m[string(r[i:i+3])] = struct{}{}
	}
	return m
}

// Similar is how alike two words are, 0 to 1.
func Similar(a, b string) float64 {
	x, y := Trigrams(a), Trigrams(b)
	common := 0
	for k := range x {
		if _, ok := y[k]; ok {
			common++
		}
	}
	return float64(common) / float64(len(x)+len(y)-common)
}

// maxToken is where a word is cut: no word of a language is so long.
const maxToken = 60

// Tokens are the words of s, folded. A number with a fraction is one word besides being
// two: "12/3" is "12/3", "12" and "3".
func Tokens(s string) (out []string) {
	for _, part := range strings.FieldsFunc(lower(s), func(r rune) bool { return !isWord(r) && r != '/' }) {
		part = strings.Trim(part, "/")
		words := strings.FieldsFunc(part, func(r rune) bool { return r == '/' })
		if len(words) > 1 {
			out = append(out, cut(strings.Join(words, "/")))
		}
		for _, w := range words {
			out = append(out, cut(w))
		}
	}
	return out
}

func lower(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ё", "е") }

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func cut(w string) string {
	if r := []rune(w); len(r) > maxToken {
		return string(r[:maxToken])
	}
	return w
}
