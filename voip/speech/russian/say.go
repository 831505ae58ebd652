package russian

import (
	"strconv"
	"strings"
)

var months = [13]string{"", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}

// Clock is a time of day: до восемнадцати часов тридцати минут. At a whole hour the
// minutes are not said; 0:05 is ноль часов пять минут.
func Clock(hour, minute int, c Case) string {
	if minute == 0 {
		return Hours.Count(int64(hour), c)
	}
	return Hours.Count(int64(hour), c) + " " + Minutes.Count(int64(minute), c)
}

// Date is a day: пятнадцатого марта две тысячи двадцать шестого года; year 0 is not said.
// The day is in the case, a day by itself is «пятнадцатого», the genitive.
func Date(day, month, year int, c Case) string {
	words := Ordinal(int64(day), c, Neuter) + " " + months[month]
	if year != 0 {
		words += " " + Ordinal(int64(year), Genitive, Masculine) + " года"
	}
	return words
}

// Money is a sum in kopecks: одна тысяча двести рублей пятьдесят копеек.
func Money(kopecks int64, c Case) string {
	words := Roubles.Count(kopecks/100, c)
	if rest := kopecks % 100; rest != 0 {
		words += " " + Kopecks.Count(int64(abs(rest)), c) //nolint:gosec // below 100
	}
	return words
}

// Phone is a number of ten digits as people say it: плюс семь, девятьсот двенадцать,
// ноль ноль ноль, сорок один, двадцать семь.
func Phone(ten string) string {
	return strings.Join([]string{"плюс семь", group(ten[:3]), group(ten[3:6]), group(ten[6:8]), group(ten[8:])}, ", ")
}

// group is digits of a number: as one number, what leads it in zeros digit by digit.
func group(digits string) string {
	var words []string
	for len(digits) > 1 && digits[0] == '0' {
		words = append(words, "ноль")
		digits = digits[1:]
	}
	n, _ := strconv.ParseInt(digits, 10, 64)
	return strings.Join(append(words, Cardinal(n, Nominative, Masculine)), " ")
}

// Digits reads a code or a long number in threes from its beginning.
func Digits(digits string) string {
	var words []string
	for len(digits) > 4 {
		words = append(words, group(digits[:3]))
		digits = digits[3:]
	}
	if len(digits) == 4 {
		words = append(words, group(digits[:2]))
		digits = digits[2:]
	}
	return strings.Join(append(words, group(digits)), ", ")
}

// Place is where a caller stands in a queue: третье.
func Place(n int) string { return Ordinal(int64(n), Nominative, Neuter) }
