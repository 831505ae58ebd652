package russian

import (
	"regexp"
	"strings"
)

// abbreviation is read out where its neighbour proves it to be one: the end of «подъезд.»
// is none.
type abbreviation struct {
	find *regexp.Regexp
	say  string
}

const apart = `(^|[^\p{L}\d])`

// beforeNumber: «кв. 5», «д.7», «п 3» is none without its dot.
func beforeNumber(short, word string) abbreviation {
	return abbreviation{regexp.MustCompile(apart + `(?i:` + short + `)\.\s*(\d)`), "${1}" + word + " ${2}"}
}

// beforeName: «ул. Мира», «пр-т Ленина».
func beforeName(short, word string) abbreviation {
	return abbreviation{regexp.MustCompile(apart + `(?i:` + short + `)\s*([\p{Lu}\d])`), "${1}" + word + " ${2}"}
}

// alone: «Ленина пр-т», «УК».
func alone(short, word string) abbreviation {
	return abbreviation{regexp.MustCompile(apart + short + `($|[^\p{L}\d-])`), "${1}" + word + "${2}"}
}

var abbreviations = []abbreviation{
	beforeNumber("кв", "квартира"), beforeNumber("д", "дом"), beforeNumber("корп", "корпус"), beforeNumber("к", "корпус"), beforeNumber("стр", "строение"),
	beforeNumber("под", "подъезд"), beforeNumber("п", "подъезд"), beforeNumber("эт", "этаж"), beforeNumber("пом", "помещение"), beforeNumber("оф", "офис"),
	beforeNumber("вл", "владение"), beforeNumber("тел", "телефон"),
	{regexp.MustCompile(apart + `(?i:лит)\.\s*(\p{L})`), "${1}литера ${2}"},
	beforeName(`ул\.`, "улица"), beforeName(`пр-?к?т\.?`, "проспект"), beforeName(`просп\.`, "проспект"), beforeName(`пер\.`, "переулок"), beforeName(`наб\.`, "набережная"),
	beforeName(`б-р\.?`, "бульвар"), beforeName(`бул\.`, "бульвар"), beforeName(`пл\.`, "площадь"), beforeName(`ш\.`, "шоссе"), beforeName(`пр-д\.?`, "проезд"),
	beforeName(`мкр\.?|мкрн\.?|м-н\.?`, "микрорайон"), beforeName(`пос\.`, "посёлок"), beforeName(`обл\.`, "область"), beforeName(`туп\.`, "тупик"),
	{regexp.MustCompile(`(^|[\p{L},;(]\s+|\()г\.\s*(\p{Lu})`), "${1}город ${2}"}, // not the year: «2026 г.»
	alone(`пр-к?т`, "проспект"), alone(`б-р`, "бульвар"), alone(`пр-д`, "проезд"), alone(`р-н`, "район"),
	alone("УК", "управляющая компания"), alone("ТСЖ", "тэ эс жэ"), alone("ЖКХ", "жэ ка ха"), alone("РСО", "эр эс о"), alone("ГВС", "горячая вода"), alone("ХВС", "холодная вода"),
	{regexp.MustCompile(`([\p{L}\d])\s+ул\.`), "${1} улица"},
	{regexp.MustCompile(`(\d)\s*(?i:час)\.`), "${1} часов"},
	{regexp.MustCompile(`(\d)\s*(?i:мин)\.`), "${1} минут"},
}

// unfold reads abbreviations out.
func unfold(s string) string {
	for _, a := range abbreviations {
		s = a.find.ReplaceAllString(s, a.say)
	}
	return strings.TrimSpace(s)
}
