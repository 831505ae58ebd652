// Package httpapi is the HTTP edge: one OpenAPI document, one way to fail.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/fault"
)

// Problem is what a client receives on failure: RFC 9457 plus a code the web translates.
type Problem struct {
	Status int                 `json:"status"`
	Code   string              `json:"code" doc:"stable code of the failure" example:"ticket.not_found"`
	Detail string              `json:"detail" doc:"message for a person"`
	Errors []*huma.ErrorDetail `json:"errors,omitempty" doc:"fields that did not pass"`
}

func (p *Problem) Error() string  { return p.Detail }
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes failures application/problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound,
	fault.Forbidden: http.StatusForbidden, fault.Conflict: http.StatusConflict,
}

// New returns the API on mux.
func New(mux *http.ServeMux) huma.API {
	huma.DefaultArrayNullable = false // a list is [] and never null: the web needs no "?? []"
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := &Problem{Status: status, Code: "request.invalid", Detail: msg}
		for _, e := range errs {
			if d, ok := e.(huma.ErrorDetailer); ok {
				p.Errors = append(p.Errors, d.ErrorDetail())
			}
		}
		return p
	}
	cfg := huma.DefaultConfig("Диспетчер24", "1")
	cfg.DocsPath = "" // its page loads scripts from elsewhere
	cfg.OpenAPIPath = "/api/openapi"
	cfg.CreateHooks = nil // no "$schema" field in every body
	return humago.New(mux, cfg)
}

// Register adds an operation that needs the permission p and whose failures are
// faults. There is no way to add an operation without saying who may call it.
func Register[I, O any](api huma.API, p access.Permission, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		if !access.From(ctx).Can(p) {
			return nil, &Problem{Status: http.StatusForbidden, Code: "access." + string(p), Detail: "Это действие вам недоступно."}
		}
		out, err := f(ctx, in)
		if err == nil {
			return out, nil
		}
		status, ok := statusOf[fault.KindOf(err)]
		if !ok { // ours to fix: the log gets the cause, the user gets an apology
			slog.ErrorContext(ctx, "request failed", "op", op.OperationID, "err", err)
			return nil, &Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Что-то сломалось у нас. Уже разбираемся."}
		}
		var fe *fault.Error
		fault.As(err, &fe)
		return nil, &Problem{Status: status, Code: fe.Code, Detail: fe.Message}
	})
}
