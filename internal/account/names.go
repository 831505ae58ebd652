package account

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"d24/internal/fault"
)

// object is how the audit journal names a thing: "user:15".
func object(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }

// cleanName is a name of a person, role or team with single blanks; fault.Invalid at
// place when nothing is left or it is longer than limit.
func cleanName(name string, limit int) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "name.required", "Не заполнено название или имя.").At("body.name", "не заполнено")
	case utf8.RuneCountInString(name) > limit:
		return "", fault.New(fault.Invalid, "name.long", "Слишком длинное название или имя.").At("body.name", "слишком длинно")
	}
	return name, nil
}

var likeSigns = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// like is a pattern for a part of a text; "" for nothing asked.
func like(q string) string {
	if q = strings.TrimSpace(q); q == "" {
		return ""
	}
	return "%" + likeSigns.Replace(q) + "%"
}
