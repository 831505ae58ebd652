package speech

import (
	"regexp"
	"strconv"
	"strings"
)

var months = []string{"", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

var (
	date   = regexp.MustCompile(`\b(\d{1,2})\.(\d{2})(?:\.(\d{4}))?\b`)
	clocks = regexp.MustCompile(`((?:^|[^\p{L}])(?:[Дд]о|[Сс]|[Оо]т|[Пп]осле)\s+)?\b(\d{1,2}):(\d{2})\b`)
	slash  = regexp.MustCompile(`(\d)/(\d)`)
	spaces = regexp.MustCompile(`\s+`)
	group  = regexp.MustCompile(`(\d)[ \x{a0}\x{202f}](\d{3})\b`)
	phones = regexp.MustCompile(`\+7[ (]*(\d{3})[ )]*(\d{3})-?(\d{2})-?(\d{2})`)
)

var signs = strings.NewReplacer("№", " номер ", "м²", " квадратных метров ", "₽", " рублей ", "«", "", "»", "", "–", ", ", "…", ". ", "ТКО", "тэ ка о")

// Abbreviations stand alone before a number or a name: the end of «подъезд.» is none.
var (
	before = regexp.MustCompile(`(^|[^\p{L}])(кв|д|п|эт|корп|стр|пом)\.\s*(\d)`)
	street = regexp.MustCompile(`(^|[^\p{L}])ул\.\s*(\p{L})`)
	firm   = regexp.MustCompile(`(^|[^\p{L}])УК($|[^\p{L}])`)
	long   = map[string]string{"кв": "квартира", "д": "дом", "п": "подъезд", "эт": "этаж", "корп": "корпус", "стр": "строение", "пом": "помещение"}
)

func unfold(s string) string {
	s = before.ReplaceAllStringFunc(s, func(m string) string {
		f := before.FindStringSubmatch(m)
		return f[1] + " " + long[f[2]] + " " + f[3]
	})
	s = street.ReplaceAllString(s, "$1 улица $2")
	return firm.ReplaceAllString(s, "$1 управляющая компания $2")
}

// of the day of a month: «двадцать четвёртого ноября».
var days = []string{
	"", "первого", "второго", "третьего", "четвёртого", "пятого", "шестого", "седьмого", "восьмого", "девятого", "десятого", "одиннадцатого", "двенадцатого",
	"тринадцатого", "четырнадцатого", "пятнадцатого", "шестнадцатого", "семнадцатого", "восемнадцатого", "девятнадцатого", "двадцатого",
}

func day(n int) string {
	switch {
	case n <= 20:
		return days[n]
	case n < 30:
		return "двадцать " + days[n-20]
	case n == 30:
		return "тридцатого"
	}
	return "тридцать первого"
}

// count is a number with its noun: 1 час, 2 часа, 5 часов.
func count(n int, one, few, many string) string {
	form := many
	switch {
	case n%100 >= 11 && n%100 <= 14:
	case n%10 == 1:
		form = one
	case n%10 >= 2 && n%10 <= 4:
		form = few
	}
	return strconv.Itoa(n) + " " + form
}

// hour is «15 часов 3 минуты», and after «до», «с», «от», «после»: «15 часов 3 минут».
func hour(m string) string {
	f := clocks.FindStringSubmatch(m)
	h, _ := strconv.Atoi(f[2])
	n, _ := strconv.Atoi(f[3])
	if h > 24 || n > 59 {
		return m
	}
	hours, minutes := count(h, "час", "часа", "часов"), count(n, "минута", "минуты", "минут")
	tens := []string{"", "", "двадцать ", "тридцать ", "сорок ", "пятьдесят "}
	switch {
	case f[1] != "":
		hours, minutes = count(h, "часа", "часов", "часов"), count(n, "минуты", "минут", "минут")
	case n/10 != 1 && n%10 == 1:
		minutes = tens[n/10] + "одна минута"
	case n/10 != 1 && n%10 == 2:
		minutes = tens[n/10] + "две минуты"
	}
	if n == 0 {
		return f[1] + hours
	}
	return f[1] + hours + " " + minutes
}

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
		d, _ := strconv.Atoi(f[1])
		if n < 1 || n > 12 || d < 1 || d > 31 {
			return m
		}
		out := day(d) + " " + months[n]
		if f[3] != "" {
			out += " " + f[3] + " года"
		}
		return out
	})
	s = clocks.ReplaceAllStringFunc(s, hour)
	s = slash.ReplaceAllString(s, "$1 дробь $2")
	return strings.TrimSpace(spaces.ReplaceAllString(signs.Replace(unfold(s)), " "))
}
