package building

import (
	"regexp"
	"strconv"
	"strings"

	"d24/internal/search"
)

// alike writes Latin letters that look Russian as Russian ones: "86A" and "86А" are one house.
func alike(s string) string { return lookalike.Replace(s) }

var lookalike = strings.NewReplacer("a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "k", "к", "m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у")

// streetKinds are the words that tell what sort of a street it is, and how they are shortened.
var streetKinds = map[string]string{
	"ул": "", "улица": "", "пр": "проспект", "просп": "проспект", "проспект": "проспект", "пркт": "проспект", "пер": "переулок", "переулок": "переулок",
	"бул": "бульвар", "бульвар": "бульвар", "наб": "набережная", "набережная": "набережная", "пл": "площадь", "площадь": "площадь", "ш": "шоссе", "шоссе": "шоссе",
	"проезд": "проезд", "мкр": "микрорайон", "мкрн": "микрорайон", "микрорайон": "микрорайон", "туп": "тупик", "тупик": "тупик", "аллея": "аллея", "ал": "аллея",
	"тракт": "тракт", "тр": "тракт", "пос": "посёлок", "поселок": "посёлок", "п": "посёлок", "кв": "квартал", "квл": "квартал", "квартал": "квартал", "линия": "линия", "лн": "линия",
}

// pieces are shortened words that folding breaks in two: "пр-кт", "б-р".
var pieces = strings.NewReplacer(" пр кт ", " проспект ", " пр т ", " проспект ", " б р ", " бульвар ", " пр д ", " проезд ", " мкр н ", " микрорайон ", " р н ", " ")

// StreetKey is one for all ways of writing a street: "ул. Белинского", "Белинского",
// "Проспект Ленина" and "Ленина пр-кт" are the same each.
func StreetKey(s string) string {
	var kind string
	var words []string
	for _, w := range strings.Fields(pieces.Replace(" " + alike(search.Fold(s)) + " ")) {
		k, is := streetKinds[w]
		if !is {
			words = append(words, w)
		} else if k != "" {
			kind = k
		}
	}
	if len(words) == 0 { // «Набережная», «Линия»: the kind is the name
		return kind
	}
	return strings.TrimSpace(kind + " " + strings.Join(words, " "))
}

var (
	houseHead = regexp.MustCompile(`^(дом|д|№)\s*\.?\s*`)
	blockWord = regexp.MustCompile(`\s*,?\s*(корпус|корп|кор|к)\.?\s*`)
	buildWord = regexp.MustCompile(`\s*,?\s*(строение|стр)\.?\s*`)
	litera    = regexp.MustCompile(`\s*,?\s*(литера|литер|лит)\.?\s*`)
	noise     = strings.NewReplacer(" ", "", ".", "", ",", "", `"`, "", "«", "", "»", "", "№", "", "\\", "/", "ё", "е", "'", "")
)

// HouseKey is one for all ways of writing a house: "12 корп. 2", "12к2"; "86 А", "86а".
func HouseKey(s string) string {
	s = alike(strings.ToLower(strings.TrimSpace(s)))
	s = houseHead.ReplaceAllString(s, "")
	s = litera.ReplaceAllString(s, "")
	s = buildWord.ReplaceAllString(s, "с")
	s = blockWord.ReplaceAllString(s, "к")
	return noise.Replace(s)
}

var streetWord = regexp.MustCompile(`(?i)(^|\s)(ул\.?|улица)(\s|$)`)

// StreetName is how a street is kept: without "улица", anything else as it was written.
func StreetName(s string) string {
	if t := strings.Join(strings.Fields(streetWord.ReplaceAllString(strings.ReplaceAll(s, "ул.", "ул. "), " ")), " "); t != "" {
		return t
	}
	return strings.TrimSpace(s)
}

var letter = regexp.MustCompile(`^[А-ЯЁа-яёA-Za-z]$`)

// HouseName puts the parts of a house's number together: "86А", "12 корп. 2 стр. 1".
func HouseName(number, block, building, liter string) string {
	out := strings.TrimSpace(number)
	if letter.MatchString(block) { // house letters stand in the block as often as in the letter
		liter, block = block, ""
	}
	if liter != "" {
		out += strings.ToUpper(liter)
	}
	if block != "" {
		out += " корп. " + block
	}
	if building != "" {
		out += " стр. " + building
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
