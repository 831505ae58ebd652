package app_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/httpapi"
)

// payloads are texts that a page which believes them would run, tear, or read backwards. Each
// has pwned in it; what a browser would make of it is seen by data-pwned, or sets window.pwned.
var payloads = []string{
	`<script>window.pwned=1</script>`,
	`<img src=x data-pwned onerror="window.pwned=1">`,
	`<svg data-pwned onload=window.pwned=1>`,
	`javascript:window.pwned=1`,
	`"><i data-pwned>`,
	`'-(window.pwned=1)-'`,
	`{{window.pwned=1}}`,
	"${window.pwned=1}",
	`<%=window.pwned=1%>`,
	"\u202epwned\u202c",
	`</title><b data-pwned>`,
	`<a href="javascript:window.pwned=1" data-pwned>`,
	`<iframe srcdoc="<script>parent.pwned=1</script>" data-pwned>`,
	`<math><mtext></mtext><mglyph><style><img src data-pwned onerror=window.pwned=1>`,
	`data:text/html,<script>window.pwned=1</script>`,
	`<body data-pwned onload=window.pwned=1>`,
	`<input autofocus data-pwned onfocus=window.pwned=1>`,
	`<details open data-pwned ontoggle=window.pwned=1>`,
	`<object data="javascript:window.pwned=1" data-pwned>`,
	`<base href="//pwned.invalid/" data-pwned>`,
	`<meta http-equiv=refresh content="0;javascript:window.pwned=1" data-pwned>`,
	`<link rel=stylesheet href="//pwned.invalid" data-pwned>`,
	`<form action="javascript:window.pwned=1" data-pwned><button>`,
	`&lt;b data-pwned&gt;`,
	`\u003cimg data-pwned\u003e`,
	`%3Cimg%20data-pwned%3E`,
	`--><img src=x data-pwned onerror=window.pwned=1>`,
	`]]><img src=x data-pwned onerror=window.pwned=1>`,
	`*/window.pwned=1//`,
	`<noscript><p title="</noscript><img src=x data-pwned onerror=window.pwned=1>">`,
	"\x1b[8mpwned\a\x7f",
}

// pack puts payloads into a text of at most so many letters, the nth first: all come by turns,
// and no two texts are the same.
func pack(nth, most int) string {
	if most < 24 { // no payload fits
		short := []rune(fmt.Sprintf("<%s%d'\u202e", map[bool]string{true: "pwned"}[most >= 12], nth))
		return string(short[:min(len(short), most)])
	}
	out, own := "", fmt.Sprint(" pwned", nth)
	for i := range payloads {
		p := payloads[(nth+i)%len(payloads)]
		if n := len([]rune(out + " " + p + own)); n <= most {
			out = strings.TrimPrefix(out+" "+p, " ")
		}
	}
	return out + own
}

// texts are the places of free text in a schema, as paths: "contacts.0.name".
func texts(api huma.API, s *huma.Schema, at string) (out map[string]int) {
	out = map[string]int{}
	if s.Ref != "" {
		s = api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case strings.Count(at, ".") > 6: // a schema of itself
	case s.Type == huma.TypeString && len(s.Enum) == 0 && s.Format == "" && s.Pattern == "":
		out[at] = 400
		if s.MaxLength != nil {
			out[at] = min(400, *s.MaxLength)
		}
	case s.Type == huma.TypeArray && s.Items != nil:
		maps.Copy(out, texts(api, s.Items, at+".0"))
	default:
		for name, p := range s.Properties {
			maps.Copy(out, texts(api, p, strings.TrimPrefix(at+"."+name, ".")))
		}
	}
	return out
}

// put sets the place of a body; what is not there on the way is made by the schema.
func put(api huma.API, s *huma.Schema, body any, path []string, v string) any {
	if len(path) == 0 {
		return v
	}
	if s.Ref != "" {
		s = api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s.Type == huma.TypeArray {
		all, _ := body.([]any)
		if len(all) == 0 {
			all = []any{sample(api, s.Items, "")}
		}
		all[0] = put(api, s.Items, all[0], path[1:], v)
		return all
	}
	o, is := body.(map[string]any)
	if !is {
		o, _ = sample(api, s, "").(map[string]any)
	}
	o[path[0]] = put(api, s.Properties[path[0]], o[path[0]], path[1:], v)
	return o
}

// sample is a value of a schema.
func sample(api huma.API, s *huma.Schema, name string) any {
	if s.Ref != "" {
		s = api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case name == "phone":
		return "+79000900031"
	case name == "options":
		return []any{"да", "нет"}
	case s.Type == huma.TypeString:
		return "слово"
	case s.Type == huma.TypeInteger || s.Type == huma.TypeNumber:
		return 1
	case s.Type == huma.TypeBoolean:
		return false
	case s.Type == huma.TypeArray:
		return []any{}
	}
	out := map[string]any{}
	for _, name := range s.Required {
		out[name] = sample(api, s.Properties[name], name)
	}
	return out
}

// kept looks for the field in an answer, anywhere: what it says there, with pwned in it.
func kept(v any, name string) (out []string) {
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			if s, is := y.(string); is && k == name && strings.Contains(s, "pwned") {
				out = append(out, s)
			}
			out = append(out, kept(y, name)...)
		}
	case []any:
		for _, y := range x {
			out = append(out, kept(y, name)...)
		}
	}
	return out
}

// poison puts payloads into every field of free text that the document has, of every
// operation, by the requests of the isolation test, a fixture or a sample, one field at a time.
// It tells which took them, which took them and did not keep them as they were, which refused
// them in words, and which were not come to, and why.
func (h *house) poison() (placed []string, lost map[string]string, refused []string, left map[string]string) {
	h.t.Helper()
	lost, left = map[string]string{}, map[string]string{}
	looksFor := h.looksFor()
	cases := isolation(h, h.prey())
	for _, f := range more {
		maps.Copy(cases, f(h))
	}
	n := 0
	for _, r := range httpapi.Routes(h.api) {
		op := operation(h.api, r)
		if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
			continue
		}
		qs := cases[r.ID]
		schema := op.RequestBody.Content["application/json"].Schema
		places := texts(h.api, schema, "")
		for _, at := range slices.Sorted(maps.Keys(places)) {
			n++
			name, how := r.ID+" "+at, ""
			for _, size := range []int{400, 100, 60, 40, 20, 3} { // some have bounds of their own
				if len(cases[r.ID]) == 0 || r.ID == "task-result" || r.ID == "move-ticket" {
					qs = []request{h.whole(r, op)}
				}
				turns := false
				for _, q := range qs {
					t := h.trial(q, r.ID, at)
					turns = t.turns != ""
					text := pack(n, min(size, places[at]))
					if how = h.place(schema, t, at, text); how == "" {
						placed = append(placed, name)
						if unwritten[name] == "" && !h.keeps(looksFor, text) {
							lost[name] = text
						}
						break
					}
				}
				if how != "refused" || turns {
					break
				}
			}
			switch how {
			case "":
			case "refused":
				refused = append(refused, name)
			default:
				left[name] = how
			}
		}
	}
	return placed, lost, refused, left
}

// whole is a request of an operation without a case, or with one that serves once.
func (h *house) whole(r httpapi.Route, op *huma.Operation) request {
	q := request{method: r.Method, path: strings.ReplaceAll(r.Path, "{id}", "1"), by: tries(r)}
	b := example(h.api, op)
	switch r.ID {
	case "add-shared-supplier", "change-shared-supplier":
		b["kind"], b["phones"] = "водоканал", []any{}
		q.path = strings.ReplaceAll(r.Path, "{id}", fmt.Sprint(h.one(`select min(id) from suppliers`)))
	case "change-colleague":
		delete(b, "phone") // a wrong one would be told of first
	case "make-webhook":
		b["events"], b["url"] = []string{"ticket.created"}, "https://example.invalid/"
	case "task-result":
		q.path = fmt.Sprintf("/desk/tasks/%d/result", h.task(strange, fmt.Sprintf("+7900091%04d", h.seq)))
		b = map[string]any{"kind": "answered"}
	case "move-ticket":
		q.path = fmt.Sprintf("/tickets/%d/move", h.ticket(strange, "ВС-02").ID)
		b = map[string]any{"to": "cancelled", "reason": "Передумали", "version": 1}
	}
	q.body = b
	return q
}

// place sends a request with a text at a place; "" when it was kept, and as it was, "refused"
// when the field was, or the text by its own code.
func (h *house) place(schema *huma.Schema, q trial, at, text string) string {
	h.t.Helper()
	by := cmp.Or(q.by, "op-strange")
	if by == nobody {
		by = ""
	}
	raw, err := json.Marshal(q.body)
	require.NoError(h.t, err)
	var body any
	require.NoError(h.t, json.Unmarshal(raw, &body))
	path := strings.Split(at, ".")
	if b, is := body.(map[string]any); is && b["idempotency_key"] != nil {
		h.seq++
		b["idempotency_key"] = fmt.Sprint("payload-", h.seq)
	}
	body = put(h.api, schema, body, path, text)
	field := path[len(path)-1]
	if field == "0" && len(path) > 1 {
		field = path[len(path)-2]
	}
	var a answer
	for try := 0; ; try++ {
		a = h.send(by, q.method, q.path, strings.NewReader(jsonOf(h.t, body)), http.Header{"Host": {q.host}})
		check(h.t, a, at)
		if a.status < 400 {
			break
		}
		var p httpapi.Problem
		a.into(h.t, &p)
		if q.turns != "" && p.Code == q.turns {
			return "refused"
		}
		if slices.ContainsFunc(p.Errors, func(f httpapi.ProblemField) bool { return strings.Contains(f.Location, field) }) {
			return "refused"
		}
		if b, is := body.(map[string]any); !is || try > 100 || !again(b, p, path[0]) {
			return fmt.Sprint(a.status, " ", p.Code, p.Errors)
		}
	}
	var said any
	if json.Unmarshal([]byte(a.body), &said) == nil {
		if all := kept(said, field); len(all) > 0 && strings.Contains(text, "pwned") {
			require.True(h.t, slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, text) }), "%s %s %s: %q is not as it was sent, %q", q.method, q.path, at, all, text)
		}
	}
	if q.after != nil {
		q.after(text)
	}
	return ""
}

// again mends what has become of the rest of a body by being sent before: another version,
// another name.
func again(body map[string]any, p httpapi.Problem, mine string) (mended bool) {
	if v, versioned := body["version"].(float64); versioned && strings.HasSuffix(p.Code, "changed") {
		body["version"] = v + 1
		return true
	}
	if !strings.Contains(p.Code, "twice") && !strings.Contains(p.Code, "exists") {
		return false
	}
	for _, f := range p.Errors {
		name := strings.TrimPrefix(f.Location, "body.")
		if was, is := body[name].(string); is && name != mine {
			body[name], mended = next(was), true
		}
	}
	return mended
}

// next is another word of the kind: "7" after "6", "Имя 2" after "Имя".
func next(was string) string {
	head := strings.TrimRight(was, "0123456789")
	n, _ := strconv.Atoi(strings.TrimPrefix(was, head))
	if head == was {
		head += " "
	}
	return head + strconv.Itoa(n+1)
}
