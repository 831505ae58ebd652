package httpapi

import (
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// unclean returns a refusal when a text of the input holds what no text of a
// person holds and the database cannot keep: a zero byte, or bytes that are not
// UTF-8. nil when the input is clean.
func unclean(in any) *Problem {
	where := dirt(reflect.ValueOf(in), "")
	if where == "" {
		return nil
	}
	p := refused[http.StatusUnprocessableEntity]
	p.Status = http.StatusUnprocessableEntity
	p.Errors = []ProblemField{{Location: where, Message: "недопустимые знаки"}}
	return &p
}

var moment = reflect.TypeFor[time.Time]()

// dirt is the place of the first bad text under v, "" when there is none.
func dirt(v reflect.Value, at string) string {
	switch v.Kind() { //nolint:exhaustive // only what can hold a text
	case reflect.String:
		if s := v.String(); strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
			return at
		}
	case reflect.Pointer, reflect.Interface:
		return dirt(v.Elem(), at)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return ""
		}
		for i := range v.Len() {
			if d := dirt(v.Index(i), at); d != "" {
				return d
			}
		}
	case reflect.Map:
		for k, x := range v.Seq2() {
			if d := dirt(k, at); d != "" {
				return d
			}
			if d := dirt(x, at); d != "" {
				return d
			}
		}
	case reflect.Struct:
		if v.Type() == moment {
			return ""
		}
		for i := range v.NumField() {
			if d := dirt(v.Field(i), placeOf(v.Type().Field(i), at)); d != "" {
				return d
			}
		}
	}
	return ""
}

// placeOf names a field the way the client knows it: query.q, body.unit.
func placeOf(f reflect.StructField, at string) string {
	for _, in := range []string{"path", "query", "header"} {
		if name, _, _ := strings.Cut(f.Tag.Get(in), ","); name != "" {
			return in + "." + name
		}
	}
	switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
	case name != "":
		return at + "." + name
	case f.Name == "Body":
		return "body"
	}
	if at == "" {
		return "request"
	}
	return at
}
