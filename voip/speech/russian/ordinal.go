package russian

import "strings"

// stems of ordinals; the ending tells the case. Третий alone is declined otherwise.
var (
	firsts = [20]string{
		"нулев", "перв", "втор", "", "четвёрт", "пят", "шест", "седьм", "восьм", "девят", "десят",
		"одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат",
	}
	tenths     = [10]string{2: "двадцат", 3: "тридцат", 4: "сороков", 5: "пятидесят", 6: "шестидесят", 7: "семидесят", 8: "восьмидесят", 9: "девяност"}
	hundredths = [10]string{1: "сот", 2: "двухсот", 3: "трёхсот", 4: "четырёхсот", 5: "пятисот", 6: "шестисот", 7: "семисот", 8: "восьмисот", 9: "девятисот"}
	third      = [3]cases{
		{"третий", "третьего", "третьему", "третий", "третьим", "третьем"},
		{"третья", "третьей", "третьей", "третью", "третьей", "третьей"},
		{"третье", "третьего", "третьему", "третье", "третьим", "третьем"},
	}
	endings = [3]cases{
		{"ый", "ого", "ому", "ый", "ым", "ом"},
		{"ая", "ой", "ой", "ую", "ой", "ой"},
		{"ое", "ого", "ому", "ое", "ым", "ом"},
	}
	stressed = map[string]bool{"втор": true, "шест": true, "седьм": true, "восьм": true, "сороков": true, "нулев": true} // второй, not вторый
)

// Ordinal is which one: третье, двадцать первого, две тысячи двадцать шестого.
func Ordinal(n int64, c Case, g Gender) string {
	if n < 0 {
		return "минус " + Ordinal(-max(n, -1<<62), c, g)
	}
	last := n % 100
	if last >= 20 {
		last = n % 10
	}
	if last != 0 || n == 0 {
		return join(head(n-last), ending(last, c, g))
	}
	switch {
	case n%100 != 0:
		return join(head(n-n%100), finish(tenths[n%100/10], c, g))
	case n%1000 != 0:
		return join(head(n-n%1000), finish(hundredths[n%1000/100], c, g))
	}
	return thousandth(n, c, g)
}

func join(words ...string) string { return strings.TrimSpace(strings.Join(words, " ")) }

// head is what stands before the last word: it is not declined.
func head(n int64) string {
	if n == 0 {
		return ""
	}
	return Cardinal(n, Nominative, Masculine)
}

func ending(n int64, c Case, g Gender) string {
	if n == 3 {
		return third[g][c]
	}
	return finish(firsts[n], c, g)
}

func finish(stem string, c Case, g Gender) string {
	end := endings[g][c]
	if end == "ый" && stressed[stem] {
		end = "ой"
	}
	return stem + end
}

// thousandth is двухтысячный, двадцатимиллионный: the whole of it is one word.
func thousandth(n int64, c Case, g Gender) string {
	stems := []string{"тысячн", "миллионн", "миллиардн", "триллионн", "квадриллионн", "квинтиллионн"}
	i := 0
	for n /= 1000; n%1000 == 0; n /= 1000 {
		i++
	}
	before := head(n / 1000 * 1000)
	if before != "" { // один миллион двухтысячный
		before = Cardinal(n/1000*1000*int64(power(i+1)), Nominative, Masculine) //nolint:gosec // not more than it was
	}
	k := n % 1000
	if k == 1 {
		return join(before, finish(stems[i], c, g))
	}
	return join(before, compound(int(k))+finish(stems[i], c, g))
}

// compound is the number inside a word: двух, двадцатиодно, сто.
func compound(n int) string {
	var out strings.Builder
	if h := n / 100; h > 0 {
		if h == 1 {
			out.WriteString("сто")
		} else {
			out.WriteString(hundreds[h][Genitive])
		}
	}
	if n %= 100; n >= 20 {
		if n/10 == 9 {
			out.WriteString("девяносто")
		} else {
			out.WriteString(tens[n/10][Genitive])
		}
		n %= 10
	}
	switch n {
	case 0:
	case 1:
		out.WriteString("одно")
	case 2:
		out.WriteString("двух")
	default:
		out.WriteString(units[n][Genitive])
	}
	return out.String()
}
