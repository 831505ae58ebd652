// Package russian puts numbers, hours, dates, sums, telephone numbers and addresses into
// Russian words in the right case and gender, as a person would read them out. A voice
// gets words only; what it would guess wrongly is decided here.
package russian

import (
	"strings"
)

// Case is a grammatical case.
type Case int

// The cases.
const (
	Nominative    Case = iota // есть пять заявок
	Genitive                  // до пяти часов
	Dative                    // к пяти часам
	Accusative                // через пять минут
	Instrumental              // между пятью и шестью
	Prepositional             // о пяти заявках
)

// Gender of the noun that is counted.
type Gender int

// The genders.
const (
	Masculine Gender = iota
	Feminine
	Neuter
)

type cases [6]string

// one agrees in gender; two does in the nominative and the accusative.
var (
	one = [3]cases{
		{"один", "одного", "одному", "один", "одним", "одном"},
		{"одна", "одной", "одной", "одну", "одной", "одной"},
		{"одно", "одного", "одному", "одно", "одним", "одном"},
	}
	two = [3]cases{
		{"два", "двух", "двум", "два", "двумя", "двух"},
		{"две", "двух", "двум", "две", "двумя", "двух"},
		{"два", "двух", "двум", "два", "двумя", "двух"},
	}
	zero  = cases{"ноль", "ноля", "нолю", "ноль", "нолём", "ноле"}
	units = [20]cases{
		3:  {"три", "трёх", "трём", "три", "тремя", "трёх"},
		4:  {"четыре", "четырёх", "четырём", "четыре", "четырьмя", "четырёх"},
		5:  soft("пят"),
		6:  soft("шест"),
		7:  soft("сем"),
		8:  {"восемь", "восьми", "восьми", "восемь", "восемью", "восьми"},
		9:  soft("девят"),
		10: soft("десят"), 11: soft("одиннадцат"), 12: soft("двенадцат"), 13: soft("тринадцат"), 14: soft("четырнадцат"),
		15: soft("пятнадцат"), 16: soft("шестнадцат"), 17: soft("семнадцат"), 18: soft("восемнадцат"), 19: soft("девятнадцат"),
	}
	tens = [10]cases{
		2: soft("двадцат"), 3: soft("тридцат"),
		4: {"сорок", "сорока", "сорока", "сорок", "сорока", "сорока"},
		5: tenfold("пят"), 6: tenfold("шест"), 7: tenfold("сем"),
		8: {"восемьдесят", "восьмидесяти", "восьмидесяти", "восемьдесят", "восемьюдесятью", "восьмидесяти"},
		9: {"девяносто", "девяноста", "девяноста", "девяносто", "девяноста", "девяноста"},
	}
	hundreds = [10]cases{
		1: {"сто", "ста", "ста", "сто", "ста", "ста"},
		2: {"двести", "двухсот", "двумстам", "двести", "двумястами", "двухстах"},
		3: {"триста", "трёхсот", "трёмстам", "триста", "тремястами", "трёхстах"},
		4: {"четыреста", "четырёхсот", "четырёмстам", "четыреста", "четырьмястами", "четырёхстах"},
		5: hundredfold("пять", "пяти", "пятью"), 6: hundredfold("шесть", "шести", "шестью"), 7: hundredfold("семь", "семи", "семью"),
		8: hundredfold("восемь", "восьми", "восемью"), 9: hundredfold("девять", "девяти", "девятью"),
	}
)

// soft declines пять, шесть, … двадцать, тридцать.
func soft(stem string) cases {
	return cases{stem + "ь", stem + "и", stem + "и", stem + "ь", stem + "ью", stem + "и"}
}

// tenfold declines пятьдесят, шестьдесят, семьдесят.
func tenfold(stem string) cases {
	return cases{stem + "ьдесят", stem + "идесяти", stem + "идесяти", stem + "ьдесят", stem + "ьюдесятью", stem + "идесяти"}
}

func hundredfold(plain, oblique, with string) cases {
	return cases{plain + "сот", oblique + "сот", oblique + "стам", plain + "сот", with + "стами", oblique + "стах"}
}

// Noun is what is counted, in all cases.
type Noun struct {
	Gender Gender
	One    [6]string // час, часа, часу, …
	Many   [6]string // часы, часов, часам, …
}

// The nouns our phrases count.
var (
	Hours    = Noun{Masculine, cases{"час", "часа", "часу", "час", "часом", "часе"}, cases{"часы", "часов", "часам", "часы", "часами", "часах"}}
	Minutes  = Noun{Feminine, cases{"минута", "минуты", "минуте", "минуту", "минутой", "минуте"}, cases{"минуты", "минут", "минутам", "минуты", "минутами", "минутах"}}
	Roubles  = Noun{Masculine, cases{"рубль", "рубля", "рублю", "рубль", "рублём", "рубле"}, cases{"рубли", "рублей", "рублям", "рубли", "рублями", "рублях"}}
	Kopecks  = Noun{Feminine, cases{"копейка", "копейки", "копейке", "копейку", "копейкой", "копейке"}, cases{"копейки", "копеек", "копейкам", "копейки", "копейками", "копейках"}}
	Percents = Noun{Masculine, cases{"процент", "процента", "проценту", "процент", "процентом", "проценте"}, cases{"проценты", "процентов", "процентам", "проценты", "процентами", "процентах"}}
	metres   = Noun{
		Masculine,
		cases{"квадратный метр", "квадратного метра", "квадратному метру", "квадратный метр", "квадратным метром", "квадратном метре"},
		cases{"квадратные метры", "квадратных метров", "квадратным метрам", "квадратные метры", "квадратными метрами", "квадратных метрах"},
	}
)

var scales = []Noun{
	{Feminine, cases{"тысяча", "тысячи", "тысяче", "тысячу", "тысячей", "тысяче"}, cases{"тысячи", "тысяч", "тысячам", "тысячи", "тысячами", "тысячах"}},
	scale("миллион"), scale("миллиард"), scale("триллион"), scale("квадриллион"), scale("квинтиллион"),
}

func scale(w string) Noun {
	return Noun{Masculine, cases{w, w + "а", w + "у", w, w + "ом", w + "е"}, cases{w + "ы", w + "ов", w + "ам", w + "ы", w + "ами", w + "ах"}}
}

// After is the noun's form after a number in a case: один час, два часа, пять часов;
// двадцати одного часа, двух часов.
func (n Noun) After(number int64, c Case) string {
	last, teen := abs(number)%10, abs(number)%100/10 == 1
	switch {
	case last == 1 && !teen:
		return n.One[c]
	case c != Nominative && c != Accusative:
		return n.Many[c]
	case last >= 2 && last <= 4 && !teen:
		return n.One[Genitive]
	}
	return n.Many[Genitive]
}

// Count is the number in words with its noun: «двадцати одного часа».
func (n Noun) Count(number int64, c Case) string {
	return Cardinal(number, c, n.Gender) + " " + n.After(number, c)
}

// Cardinal is how many: двадцать одна тысяча. What is counted has no soul: через два часа.
func Cardinal(n int64, c Case, g Gender) string {
	if n == 0 {
		return zero[c]
	}
	var words []string
	if n < 0 {
		words = append(words, "минус")
	}
	return strings.Join(append(words, spell(abs(n), c, g)...), " ")
}

// spell is a number above nothing; its thousands are counted by the scales' nouns.
func spell(n uint64, c Case, g Gender) (words []string) {
	for i := len(scales) - 1; i >= 0; i-- {
		if k := n / power(i+1) % 1000; k > 0 {
			words = append(words, below1000(int(k), c, scales[i].Gender)...)
			words = append(words, scales[i].After(int64(k), c))
		}
	}
	return append(words, below1000(int(n%1000), c, g)...)
}

func below1000(n int, c Case, g Gender) (words []string) {
	if h := n / 100; h > 0 {
		words = append(words, hundreds[h][c])
	}
	if n %= 100; n >= 20 {
		words = append(words, tens[n/10][c])
		n %= 10
	}
	switch n {
	case 0:
		return words
	case 1:
		return append(words, one[g][c])
	case 2:
		return append(words, two[g][c])
	}
	return append(words, units[n][c])
}

func abs(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1 //nolint:gosec // not below zero any more
	}
	return uint64(n)
}

func power(thousands int) uint64 {
	p := uint64(1)
	for range thousands {
		p *= 1000
	}
	return p
}
