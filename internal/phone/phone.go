// Package phone turns what people write and telephones send into E.164 numbers,
// and back into what is shown.
package phone

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"d24/internal/fault"
)

// Parse reads a number as people write it: "8 (343) 123-45-67", "+7 912 …",
// "9120004127". areaCode ("343") completes local numbers; it may be empty.
// The result is E.164. fault.Invalid "phone.bad" when it is no number of a person:
// emergency numbers and short codes are never dialled by us, and a text is not read for
// the digits in it.
func Parse(s, areaCode string) (string, error) {
	d := digits(s)
	switch {
	case strings.ContainsFunc(s, isStray):
		return "", bad(s)
	case len(d) < 5:
		return "", bad(s)
	case strings.HasPrefix(strings.TrimSpace(s), "+"):
		d = "+" + d
	case len(d) == 11 && d[0] == '8':
		d = "+7" + d[1:]
	case len(d) == 11 && d[0] == '7':
		d = "+" + d
	case len(d) == 10:
		d = "+7" + d
	case areaCode != "" && len(d)+len(areaCode) == 10:
		d = "+7" + areaCode + d
	default:
		return "", bad(s)
	}
	n, err := phonenumbers.Parse(d, "RU")
	if err != nil || !phonenumbers.IsPossibleNumber(n) || len(d) < 8 {
		return "", bad(s)
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// Caller reads the number a provider sent: E.164 when it can be told, the text
// as it came when not, "" when hidden. Junk makes no contact (F12).
func Caller(s string) string {
	s = strings.TrimSpace(s)
	if l := strings.ToLower(s); s == "" || l == "anonymous" || l == "unknown" || l == "restricted" || l == "unavailable" {
		return ""
	}
	if e, err := Parse(s, ""); err == nil {
		return e
	}
	return s
}

// IsE164 reports whether s is a whole number that can be kept and dialled.
func IsE164(s string) bool {
	return len(s) >= 8 && s[0] == '+' && digits(s) == s[1:]
}

// Sort tells a Russian number's sort: "mobile" (the codes of 9), "landline"; "" abroad.
func Sort(e string) string {
	switch {
	case !IsE164(e) || len(e) != 12 || e[:2] != "+7" || e[2] == '6' || e[2] == '7':
		return ""
	case e[2] == '9':
		return "mobile"
	}
	return "landline"
}

// Mask hides the middle: "+7 912 •••-41-27".
func Mask(e string) string {
	if !IsE164(e) || len(e) != 12 || e[:2] != "+7" {
		if len(e) < 4 {
			return "•••"
		}
		return "•••" + e[len(e)-2:]
	}
	return "+7 " + e[2:5] + " •••-" + e[8:10] + "-" + e[10:]
}

// Show writes a number for people: "+7 912 000-41-27".
func Show(e string) string {
	if !IsE164(e) || len(e) != 12 || e[:2] != "+7" {
		return e
	}
	return "+7 " + e[2:5] + " " + e[5:8] + "-" + e[8:10] + "-" + e[10:]
}

// isStray: a number is digits and the signs that people put between them, and telephones
// around them when it is copied (U+202A); out of other text none is gathered.
func isStray(r rune) bool {
	return !(r >= '0' && r <= '9' || strings.ContainsRune("+().-‐‑–—−/", r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r))
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func bad(s string) error {
	return fault.New(fault.Invalid, "phone.bad", "«%s» не похоже на номер телефона: нужны 10 цифр с кодом, например 8 (343) 123-45-67", s)
}
