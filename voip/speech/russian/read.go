package russian

import (
	"regexp"
	"strconv"
	"strings"
)

// What is met in a text, from the most particular on. A preposition before a number
// decides its case; what was put into words is not looked at again.
var (
	thousands = regexp.MustCompile(`(\d{1,3})((?:[ \x{a0}\x{202f}]\d{3})+)\b`)
	phones    = regexp.MustCompile(`(?:\+7|\b8)[\s(-]*(\d{3})[\s)-]*(\d{3})[\s-]?(\d{2})[\s-]?(\d{2})\b`)
	numbered  = regexp.MustCompile(`(№|номер\p{L}*:?)\s*(\d{5,15})\b`)
	sums      = regexp.MustCompile(lead + `(\d{1,12})(?:[.,](\d{2}))?\s*(?:₽|руб\.|р\.|рубл\p{L}+)`)
	dates     = regexp.MustCompile(lead + `(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?(?:\s*(?:г\.|года))?`)
	named     = regexp.MustCompile(lead + `(\d{1,2})\s+((?i:` + strings.Join(months[1:], "|") + `))(?:\s+(\d{4})(?:\s*(?:г\.|года|году))?)?`)
	clocks    = regexp.MustCompile(lead + `(\d{1,2}):(\d{2})(?::00)?`)
	years     = regexp.MustCompile(`\b(\d{4})\s*(года|году|год)([^\p{L}]|$)`)
	nth       = regexp.MustCompile(`\b(\d{1,9})-?(ый|ой|й|ая|я|ое|е|ого|го|ому|му|ом|м|ую|ю)([^\p{L}\d]|$)`)
	percents  = regexp.MustCompile(lead + `(\d{1,9})(?:[.,](\d{1,3}))?\s*%`)
	areas     = regexp.MustCompile(lead + `(\d{1,9})(?:[.,](\d{1,3}))?\s*(?:м²|м2|кв\.\s?м\.?)`)
	decimals  = regexp.MustCompile(`\b(\d{1,9})[,.](\d{1,3})\b`)
	counted   = regexp.MustCompile(lead + `(\d{1,12})(\s+)(\p{L}+)`)
	slashes   = regexp.MustCompile(`(\d)/(\d)`)
	ranges    = regexp.MustCompile(`(\d)\s?[-–—]\s?(\d)`)
	lettered  = regexp.MustCompile(`(\d)([А-Яа-яЁё])`)
	whole     = regexp.MustCompile(lead + `(\d+)`)
	spaces    = regexp.MustCompile(`\s+`)
	untidy    = regexp.MustCompile(`\s+([,.!?;:])`)
)

// lead is a preposition that may stand before a number.
const lead = `(?i:(^|[^\p{L}])(до|с|со|от|после|около|более|менее|больше|меньше|свыше|без|из|в течение|не позднее|к|ко|по|через|за|на|в|во|о|об|при|между|перед)\s+)?\b`

var governs = map[string]Case{
	"до": Genitive, "с": Genitive, "со": Genitive, "от": Genitive, "после": Genitive, "около": Genitive, "более": Genitive, "менее": Genitive, "больше": Genitive,
	"меньше": Genitive, "свыше": Genitive, "без": Genitive, "из": Genitive, "в течение": Genitive, "не позднее": Genitive,
	"к": Dative, "ко": Dative, "через": Accusative, "за": Accusative, "на": Accusative, "в": Accusative, "во": Accusative, "о": Prepositional, "об": Prepositional, "при": Prepositional,
	"между": Instrumental, "перед": Instrumental,
}

var signs = strings.NewReplacer("№", " номер ", "₽", " рублей ", "«", "", "»", "", "“", "", "”", "", "\"", "", "–", ", ", "—", ", ", "…", ". ", "ТКО", "тэ ка о", "%", " процентов ", "м²", " квадратных метров ", "+", " плюс ")

// Read puts a text into words: no digit is left in it. Reading what was read changes nothing.
func Read(s string) string {
	s = western(s)
	for range 5 { // words put in may uncover an abbreviation: «1УК»
		was := s
		if s = pass(s); s == was {
			break
		}
	}
	return s
}

func pass(s string) string {
	if s = unfold(s); strings.ContainsAny(s, "0123456789") {
		s = unfold(numbers(s))
	}
	s = spaces.ReplaceAllString(signs.Replace(s), " ")
	return strings.TrimSpace(untidy.ReplaceAllString(s, "$1"))
}

func numbers(s string) string {
	s = each(phones, s, func(f []string) string { return " " + Phone(f[1]+f[2]+f[3]+f[4]) })
	s = each(thousands, s, func(f []string) string {
		return f[1] + strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "").Replace(f[2])
	})
	s = each(sums, s, sum)
	s = each(named, s, monthly)
	s = each(dates, s, dated)
	s = each(clocks, s, hour)
	s = each(years, s, year)
	s = each(nth, s, which)
	s = each(areas, s, func(f []string) string { return measured(f, metres) })
	s = each(percents, s, func(f []string) string { return measured(f, Percents) })
	s = lettered.ReplaceAllString(s, "$1 $2")
	s = each(numbered, s, func(f []string) string { return "номер " + long(f[2]) })
	s = decimals.ReplaceAllStringFunc(s, decimal)
	s = slashes.ReplaceAllString(s, "$1 дробь $2")
	s = ranges.ReplaceAllString(s, "$1, $2")
	s = each(counted, s, count)
	return each(whole, s, bare)
}

// each replaces every match by words; "" leaves it as it is.
func each(r *regexp.Regexp, s string, f func(groups []string) string) string {
	return r.ReplaceAllStringFunc(s, func(m string) string {
		if out := f(r.FindStringSubmatch(m)); out != "" {
			return out
		}
		return m
	})
}

// western makes digits of other scripts into ours, so that none is left unread.
func western(s string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range []rune{'٠', '۰', '०', '０'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, s)
}

// kept is the preposition with what stood before it, and the case it asks for.
func kept(f []string, without Case) (string, Case) {
	if f[2] == "" {
		return "", without
	}
	c, known := governs[strings.ToLower(f[2])]
	if !known {
		c = without
	}
	return f[1] + f[2] + " ", c
}

func atoi(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func sum(f []string) string {
	before, c := kept(f, Nominative)
	k := atoi(f[3])*100 + atoi(f[4])
	return before + Money(k, c) + " "
}

// dayCase: a day without a preposition, or «с», «до», is in the genitive; «на пятнадцатое», «к пятнадцатому».
func dayCase(f []string) (string, Case) {
	before, c := kept(f, Genitive)
	if strings.EqualFold(f[2], "по") {
		c = Accusative
	}
	return before, c
}

func dated(f []string) string {
	d, m := int(atoi(f[3])), int(atoi(f[4]))
	if m < 1 || m > 12 || d < 1 || d > 31 || len(f[4]) < 2 {
		return ""
	}
	before, c := dayCase(f)
	return before + Date(d, m, int(atoi(f[5])), c)
}

func monthly(f []string) string {
	d := int(atoi(f[3]))
	if d < 1 || d > 31 {
		return ""
	}
	for m, name := range months {
		if strings.EqualFold(name, f[4]) {
			before, c := dayCase(f)
			return before + Date(d, m, int(atoi(f[5])), c)
		}
	}
	return ""
}

func hour(f []string) string {
	h, m := int(atoi(f[3])), int(atoi(f[4]))
	if h > 24 || m > 59 {
		return ""
	}
	before, c := kept(f, Nominative)
	return before + Clock(h, m, c)
}

func year(f []string) string {
	c := map[string]Case{"год": Nominative, "года": Genitive, "году": Prepositional}[f[2]]
	return Ordinal(atoi(f[1]), c, Masculine) + " " + f[2] + f[3]
}

func which(f []string) string {
	c, g := Nominative, Masculine // «й», «ый»
	switch f[2] {
	case "я", "ая":
		g = Feminine
	case "е", "ое":
		g = Neuter
	case "го", "ого":
		c = Genitive
	case "му", "ому":
		c = Dative
	case "м", "ом":
		c = Prepositional
	case "ю", "ую":
		c, g = Accusative, Feminine
	}
	return Ordinal(atoi(f[1]), c, g) + f[3]
}

func measured(f []string, n Noun) string {
	before, c := kept(f, Nominative)
	if f[4] != "" {
		return before + fraction(f[3], f[4]) + " " + n.One[Genitive]
	}
	return before + n.Count(atoi(f[3]), c)
}

func decimal(m string) string {
	a, b, _ := strings.Cut(strings.Replace(m, ".", ",", 1), ",")
	return fraction(a, b)
}

// fraction is две целых пять десятых.
func fraction(a, b string) string {
	parts := [4][2]string{1: {"десятая", "десятых"}, 2: {"сотая", "сотых"}, 3: {"тысячная", "тысячных"}}[len(b)]
	wholes, part := "целых", parts[1]
	if n := atoi(a); n%10 == 1 && n%100 != 11 {
		wholes = "целая"
	}
	n := atoi(b)
	if n%10 == 1 && n%100 != 11 {
		part = parts[0]
	}
	return Cardinal(atoi(a), Nominative, Feminine) + " " + wholes + " " + Cardinal(n, Nominative, Feminine) + " " + part
}

// feminine and neuter are stems of nouns that are counted in our texts; others are masculine.
var (
	feminine = []string{"минут", "секунд", "заяв", "недел", "копе", "квартир", "тысяч", "ступен", "бригад", "машин", "компани", "улиц", "линии", "линия"}
	neuter   = []string{"мест", "окн", "помещени", "здани", "строени", "обращени", "оповещени"}
)

// count is a number before a noun, which the writer has put into its form already.
func count(f []string) string {
	before, c := kept(f, Nominative)
	if len(f[3]) > 1 && f[3][0] == '0' {
		return ""
	}
	g, noun := Masculine, strings.ToLower(f[5])
	for _, stem := range feminine {
		if strings.HasPrefix(noun, stem) {
			g = Feminine
		}
	}
	for _, stem := range neuter {
		if strings.HasPrefix(noun, stem) {
			g = Neuter
		}
	}
	return before + Cardinal(atoi(f[3]), c, g) + f[4] + f[5]
}

// bare is a number by itself, of a house or a request: it is not declined, «до дома пять».
func bare(f []string) string {
	before, _ := kept(f, Nominative)
	return before + long(f[3])
}

// long reads a code with zeros before it, and what is too long for a number, in groups.
func long(digits string) string {
	if len(digits) > 12 || len(digits) > 1 && digits[0] == '0' {
		return Digits(digits)
	}
	return Cardinal(atoi(digits), Nominative, Masculine)
}
