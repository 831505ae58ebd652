package speech

import (
	"regexp"
	"strconv"
	"strings"
)

var months = []string{"", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

var (
	date   = regexp.MustCompile(`\b(\d{1,2})\.(\d{2})(?:\.(\d{4}))?\b`)
	clocks = regexp.MustCompile(`\b(\d{1,2}):(\d{2})\b`)
	slash  = regexp.MustCompile(`(\d)/(\d)`)
	spaces = regexp.MustCompile(`\s+`)
	group  = regexp.MustCompile(`(\d)[ \x{a0}\x{202f}](\d{3})\b`)
	phones = regexp.MustCompile(`\+7[ (]*(\d{3})[ )]*(\d{3})-?(\d{2})-?(\d{2})`)
)

var words = strings.NewReplacer(
	"№", " номер ", "кв.", " квартира ", "д.", " дом ", "ул.", " улица ", "п.", " подъезд ", "эт.", " этаж ", "корп.", " корпус ",
	"УК ", " управляющая компания ", "м²", " квадратных метров ", "₽", " рублей ", "«", "", "»", "", "–", ", ", "…", ". ", "ТКО", "тэ ка о",
)

// Normalise writes out what the engine would read wrongly: dates, house numbers
// with a slash, abbreviations, telephone numbers.
func Normalise(s string) string {
	for range 3 {
		s = group.ReplaceAllString(s, "$1$2")
	}
	s = phones.ReplaceAllString(s, "плюс семь, $1, $2, $3, $4")
	s = date.ReplaceAllStringFunc(s, func(m string) string {
		f := date.FindStringSubmatch(m)
		n, _ := strconv.Atoi(f[2])
		if n < 1 || n > 12 {
			return m
		}
		out := f[1] + " " + months[n]
		if f[3] != "" {
			out += " " + f[3] + " года"
		}
		return out
	})
	s = clocks.ReplaceAllString(s, "$1 часов $2 минут")
	s = slash.ReplaceAllString(s, "$1 дробь $2")
	return strings.TrimSpace(spaces.ReplaceAllString(words.Replace(s), " "))
}
