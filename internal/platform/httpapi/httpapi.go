// Package httpapi is the HTTP edge: one OpenAPI document, one way to fail, and no
// operation without a permission.
package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/fault"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Unsigned is the x-permission of an operation for people who have not signed in.
const Unsigned = "open"

// The security schemes of the document.
const (
	bySession = "session"
	byToken   = "token"
)

// ways are the security schemes that open an operation: what anyone signed in may do with
// his own account no program may.
func ways(p access.Permission) []map[string][]string {
	out := []map[string][]string{{bySession: {}}}
	if p != access.Anyone {
		out = append(out, map[string][]string{byToken: {}})
	}
	return out
}

// habits are the library's, for the whole process: set once, since several APIs may be
// made at the same time.
var habits = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false // a list is [] and never null: the web needs no "?? []"
	huma.NewError = newError
})

// New returns the API on mux; paths under /api/ that nobody serves are a Problem.
func New(mux *http.ServeMux) huma.API {
	habits()
	cfg := huma.DefaultConfig("Диспетчер24", "1")
	cfg.DocsPath = "" // its page loads scripts from elsewhere
	cfg.OpenAPIPath = "/api/openapi"
	cfg.SchemasPath = ""
	cfg.CreateHooks = nil // no "$schema" field in every body
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bySession: {Type: "apiKey", In: "cookie", Name: Cookie, Description: "Browsers, after login; over https the name has the prefix __Host-"},
		byToken:   {Type: "http", Scheme: "bearer", Description: "Programs: a token that the company's administrator has issued, with the rights he gave it"},
	}
	mux.Handle("/api/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p := refused[http.StatusNotFound]
		p.Status = http.StatusNotFound
		p.Write(w)
	}))
	return humago.New(mux, cfg)
}

// Register adds an operation that needs the permission p and whose failures are
// faults. There is no way to add an operation without saying who may call it. The
// right is asked before the input is looked at.
func Register[I, O any](api huma.API, p access.Permission, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Path = Prefix + op.Path
	op.Extensions = map[string]any{"x-permission": string(p)}
	op.Security = ways(p)
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		if refusal := May(ctx.Context(), op.OperationID, p); refusal != nil {
			r, w := humago.Unwrap(ctx)
			if _, program := bearer(r); program && refusal.Status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			refusal.Write(w)
			return
		}
		next(ctx)
	})
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) { return answer(ctx, op, in, f) })
}

// May tells why the request's actor may not do what needs p, nil when he may. It
// is for handlers that are not operations; Register asks by itself.
func May(ctx context.Context, op string, p access.Permission) *Problem {
	a := access.From(ctx)
	switch {
	case Trouble(ctx) != nil:
		return ProblemOf(ctx, op, Trouble(ctx))
	case a.Kind == access.Nobody:
		return &Problem{Status: http.StatusUnauthorized, Code: "login.required", Detail: "Войдите снова: сеанс закончился."}
	case p == access.Anyone && a.TokenID != 0:
		return &Problem{Status: http.StatusForbidden, Code: "access.person", Detail: "Это делает только человек, вошедший в программу: по токену API нельзя."}
	case !a.Can(p):
		return &Problem{Status: http.StatusForbidden, Code: "access." + string(p), Detail: "Это действие вам недоступно."}
	}
	return nil
}

// Number lets ask for a resident's number only those who may see numbers: what is hidden
// from the others cannot be found out by asking (K1).
func Number(ctx context.Context, asked string) error {
	if asked == "" || access.From(ctx).Can(access.ContactRead) {
		return nil
	}
	return fault.New(fault.Forbidden, "access."+string(access.ContactRead), "Искать по номеру может тот, кому видны контакты жителей.")
}

// Open adds one of the few operations for people who have not signed in.
func Open[I, O any](api huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Path = Prefix + op.Path
	op.Extensions = map[string]any{"x-permission": Unsigned}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) { return answer(ctx, op, in, f) })
}

func answer[I, O any](ctx context.Context, op huma.Operation, in *I, f func(context.Context, *I) (*O, error)) (*O, error) {
	if p := unclean(in); p != nil {
		return nil, p
	}
	out, err := f(ctx, in)
	if err == nil {
		return out, nil
	}
	return nil, ProblemOf(ctx, op.OperationID, err)
}

// Route is one operation as the router knows it, for tests that walk over all of them.
type Route struct {
	Method, Path, ID, Permission string // Permission is Unsigned, "" for any signed-in person, or a permission
}

// Routes lists the operations of an API in the order of their paths.
func Routes(api huma.API) (out []Route) {
	for path, item := range api.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{
			http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
		} {
			if op != nil {
				p, _ := op.Extensions["x-permission"].(string)
				out = append(out, Route{Method: method, Path: path, ID: op.OperationID, Permission: p})
			}
		}
	}
	slices.SortFunc(out, func(a, b Route) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

// Named is a thing another module owns, as a reference: null when there is none.
type Named struct {
	_    struct{} `nullable:"true"`
	ID   int64    `json:"id"`
	Name string   `json:"name"`
}

// Name returns the reference, nil when id is 0.
func Name(id int64, name string) *Named {
	if id == 0 {
		return nil
	}
	return &Named{ID: id, Name: name}
}

// Nothing is the answer of an operation that has nothing to say.
type Nothing struct{}
