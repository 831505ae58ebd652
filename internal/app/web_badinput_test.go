package app_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

// bad is what may stand where a value is wanted.
var bad = map[string]any{
	"null": nil, "yes": true, "number": 1e300, "minus": -5, "fraction": 1.5, "big": json.Number("99999999999999999999"), "int64": json.Number("9223372036854775807"),
	"text": "не то", "empty": "", "zero byte": "a\u0000b", "huge": strings.Repeat("ы", 100_000), "list": []any{1}, "deep": map[string]any{"a": map[string]any{"b": []any{nil}}},
	"sql": "'; drop table tickets; --", "percent": "%_\\", "emoji": "🔥🔥", "date": "2026-13-45T99:99:99Z", "old date": "0001-01-01T00:00:00Z", "far date": "9999-12-31T23:59:59Z",
}

var badText = []string{
	"", "abc", "-1", "0", "1.5", "99999999999999999999", "9223372036854775807", "%00", "%FF%FE", strings.Repeat("9", 3000), "%27%3B--", "null", "2026-13-45", "0001-01-01T00:00:00Z",
	"9999-12-31T23:59:59Z", "true", "%25%5F%5C", "..%2F..%2Fetc",
}

// cursors are well made and make no sense.
func cursors() []string {
	out := []string{"!!!", "e30"}
	for _, s := range []string{`{"a":"0001-01-01T00:00:00Z","i":1}`, `{"a":"9999-12-31T23:59:59.999999999Z","i":9223372036854775807}`, `{"a":"x","i":"y"}`, `[]`, `{"i":-1}`, "\x00"} {
		out = append(out, base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	return out
}

// TestBadInputIsAnsweredInWords takes every operation from the document and gives
// it wrong, huge, missing and strange values, one at a time: nothing of it is an
// error of ours, and every refusal is a Problem with Russian words and the place.
func TestBadInputIsAnsweredInWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	key, _ := h.call(ours, resident), h.call(ours, resident)
	id, task := h.emergency()
	rec := h.recording(key, sound(800))
	ids := map[string]int64{"tickets": id, "buildings": h.building(ours), "calls": h.one(`select min(id) from calls`), "recordings": rec, "tasks": task, "lines": h.line(ours), "staff": 1}
	h.staffInput(ids)
	maps.Copy(ids, h.accountIDs())
	maps.Copy(ids, h.reasonIDs())
	maps.Copy(ids, h.houseIDs())
	tried := 0
	for _, r := range httpapi.Routes(h.api) {
		if r.ID == "live" || r.ID == "desk-socket" || r.ID == "logout" { // they take nothing, and the first does not end
			continue
		}
		op := operation(h.api, r)
		good := strings.NewReplacer("{key}", key, "{id}", fmt.Sprint(idOf(ids, r.Path))).Replace(r.Path)
		login := tries(r)
		try := func(path string, body any) {
			t.Helper()
			tried++
			check(t, h.as(login, r.Method, path, body), fmt.Sprintf("%s %s %.120v", r.Method, cut(path), cut(fmt.Sprint(body))))
		}
		for _, s := range badText {
			if strings.Contains(r.Path, "{") && s != "" {
				try(strings.NewReplacer("{key}", s, "{id}", s).Replace(r.Path), example(h.api, op))
			}
		}
		for _, p := range op.Parameters {
			values := badText
			if p.Name == "cursor" {
				values = slices.Concat(badText, cursors())
			}
			for _, s := range values {
				if p.In == "query" {
					try(good+"?"+url.QueryEscape(p.Name)+"="+s, nil)
				}
			}
		}
		if op.RequestBody == nil {
			continue
		}
		for _, raw := range []string{"", "{", "[]", "null", `"x"`, "{}", `{"surplus": 1}`, "\xff\xfe", strings.Repeat("[", 10_000), `{"a": ` + strings.Repeat("9", 100_000) + `}`} {
			try(good, raw)
		}
		if schemaOf(h.api, op) == nil { // not JSON
			continue
		}
		for name := range schemaOf(h.api, op).Properties {
			for _, v := range bad {
				body := example(h.api, op)
				body[name] = v
				try(good, body)
			}
			body := example(h.api, op)
			delete(body, name)
			try(good, body)
		}
	}
	require.Greater(t, tried, 1000)
	t.Logf("%d requests", tried)
}

// tries is a login that may do the operation: a refusal for want of a right says
// nothing about its input.
func tries(r httpapi.Route) string {
	switch {
	case r.Permission == httpapi.Unsigned:
		return ""
	case slices.Contains(access.StaffPermissions("supervisor"), access.Permission(r.Permission)) || r.Permission == "":
		return "supervisor"
	case slices.Contains(access.RolePermissions(access.Admin), access.Permission(r.Permission)):
		return "admin"
	}
	return "platform"
}

// check: no error of ours; a refusal says what is wrong in Russian.
func check(t testing.TB, a answer, what string) {
	t.Helper()
	require.Less(t, a.status, http.StatusInternalServerError, "%s: %s", what, a.body)
	if a.status < 400 || a.status == http.StatusRequestedRangeNotSatisfiable || a.status == http.StatusMovedPermanently {
		return
	}
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), "%s: %d %s", what, a.status, a.body)
	var p httpapi.Problem
	a.into(t, &p)
	require.NotEmpty(t, p.Code, what)
	require.True(t, strings.ContainsAny(p.Detail, "аеиоуы"), "%s: %s", what, a.body)
	for _, f := range p.Errors {
		require.NotEmpty(t, f.Location, "%s: %s", what, a.body)
		require.True(t, strings.ContainsAny(f.Message, "аеиоуы"), "%s: %s", what, a.body)
	}
}

func cut(s string) string {
	if len(s) > 160 {
		return s[:160] + "…"
	}
	return s
}

func idOf(ids map[string]int64, path string) int64 {
	parts := strings.Split(path, "/")
	if i := slices.Index(parts, "{id}"); i > 0 {
		return ids[parts[i-1]]
	}
	return 0
}

func operation(api huma.API, r httpapi.Route) *huma.Operation {
	item := api.OpenAPI().Paths[r.Path]
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}[r.Method]
}

func schemaOf(api huma.API, op *huma.Operation) *huma.Schema {
	media := op.RequestBody.Content["application/json"]
	if media == nil {
		return nil
	}
	s := media.Schema
	if s.Ref != "" {
		s = api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// example is a body that passes the validator; what it asks for need not exist.
func example(api huma.API, op *huma.Operation) map[string]any {
	if op.RequestBody == nil {
		return nil
	}
	out := map[string]any{}
	s := schemaOf(api, op)
	if s == nil {
		return nil
	}
	for name, p := range s.Properties {
		switch {
		case len(p.Enum) > 0:
			out[name] = p.Enum[0]
		case p.Type == huma.TypeInteger:
			out[name] = 1
		case p.Type == huma.TypeString && p.Format == "date-time":
			out[name] = "2026-11-24T12:00:00Z"
		case p.Type == huma.TypeString:
			out[name] = "строка-из-букв"
		case p.Type == huma.TypeBoolean:
			out[name] = true
		case p.Type == huma.TypeArray:
			out[name] = []any{}
		default:
			out[name] = map[string]any{"a": "б"}
		}
	}
	return out
}
