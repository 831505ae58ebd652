package contact

import (
	"regexp"
	"strings"
	"unicode"

	"d24/internal/phone"
)

var (
	extension = regexp.MustCompile(`(?i)(доб|вн|ext|#|\*)`)
	sciNumber = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eEеЕ][+]?\d+$`)
	phoneSign = regexp.MustCompile(`^[+\d\s().\-–—/,;]+$`)
	wholeOne  = regexp.MustCompile(`(\+7|\b8|\b7)?[\s(.\-]*\d{3}[\s).\-]*\d{3}[\s.\-]*\d{2}[\s.\-]*\d{2}\b`)
	badCode   = regexp.MustCompile(`^\+7(0|1|2)`)
)

// readPhone reads a number out of a table: E.164, or why it is none. Nothing is mended:
// of two numbers, of a letter in the place of a zero, of lost digits a person decides.
func readPhone(s string) (number, why string) {
	digits := onlyDigits(s)
	switch {
	case s == "":
		return "", "номер не указан"
	case sciNumber.MatchString(s):
		return "", "таблица записала число сокращённо, последние цифры потеряны: сделайте столбец текстовым и введите заново"
	case strings.ContainsFunc(s, unicode.IsLetter) && extension.MatchString(s), strings.ContainsAny(s, "#*"):
		return "", "номер с добавочным: нужен прямой номер"
	case strings.ContainsFunc(s, isZero) && len(digits) >= 5:
		return "", "буква вместо цифры: похоже на «О» вместо нуля"
	case strings.ContainsFunc(s, unicode.IsLetter):
		return "", "в номере буквы: в ячейке должен быть только номер"
	case !phoneSign.MatchString(s):
		return "", "в номере лишние знаки"
	case len(wholeOne.FindAllString(s, -1)) > 1, len(digits) >= 20:
		return "", "в ячейке несколько номеров: каждому нужна своя строка"
	case strings.Count(s, "+") > 1, strings.LastIndex(s, "+") > 0:
		return "", "знак «+» не на месте"
	case len(digits) < 5:
		return "", "номер слишком короткий"
	case len(digits) == 9:
		return "", "не хватает цифры: возможно, потерян ноль в начале"
	case len(digits) < 10:
		return "", "нет кода города: нужны 10 цифр"
	case len(digits) > 11 && !strings.HasPrefix(s, "+"):
		return "", "в номере лишние цифры"
	case len(digits) == 11 && digits[0] != '7' && digits[0] != '8' && !strings.HasPrefix(s, "+"):
		return "", "номер из 11 цифр должен начинаться с 7 или 8"
	case strings.Trim(digits[1:], digits[len(digits)-1:]) == "":
		return "", "одинаковые цифры: номер вымышлен"
	}
	number, err := phone.Parse(s, "")
	switch {
	case err != nil:
		return "", "не похоже на номер телефона"
	case badCode.MatchString(number):
		return "", "кодов, начинающихся с 0, 1 или 2, в России нет"
	}
	return number, ""
}

func isZero(r rune) bool {
	return r == 'o' || r == 'O' || r == 'о' || r == 'О' || r == 'l' || r == 'I' || r == 'З' || r == 'з'
}
