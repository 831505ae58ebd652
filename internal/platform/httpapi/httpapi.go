// Package httpapi is the HTTP edge: one OpenAPI document, one way to fail, and no
// operation without a permission.
package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/fault"
)

// Problem is what a client receives on failure: RFC 9457 plus a code the web translates.
type Problem struct {
	Status   int            `json:"status"`
	Code     string         `json:"code" doc:"stable code of the failure" example:"ticket.not_found"`
	Detail   string         `json:"detail" doc:"message for a person"`
	Incident string         `json:"incident,omitempty" doc:"to be told to support; the log has it too"`
	Errors   []ProblemField `json:"errors,omitempty" doc:"fields that did not pass"`
}

// ProblemField is a place of the input that is wrong.
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes failures application/problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound, fault.Login: http.StatusUnauthorized,
	fault.Forbidden: http.StatusForbidden, fault.Conflict: http.StatusConflict, fault.Throttled: http.StatusTooManyRequests,
}

// Prefix is where the API lives.
const Prefix = "/api/v1"

// New returns the API on mux.
func New(mux *http.ServeMux) huma.API {
	huma.DefaultArrayNullable = false // a list is [] and never null: the web needs no "?? []"
	huma.NewError = newError
	cfg := huma.DefaultConfig("Диспетчер24", "1")
	cfg.DocsPath = "" // its page loads scripts from elsewhere
	cfg.OpenAPIPath = "/api/openapi"
	cfg.CreateHooks = nil // no "$schema" field in every body
	return humago.New(mux, cfg)
}

func newError(status int, msg string, errs ...error) huma.StatusError {
	p := &Problem{Status: status, Code: "request.invalid", Detail: "Запрос не принят: " + msg}
	if status == http.StatusUnprocessableEntity {
		p.Detail = "Проверьте поля, отмеченные ниже."
	}
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, ProblemField{Location: detail.Location, Message: russian(detail.Message)})
		}
	}
	return p
}

// Register adds an operation that needs the permission p and whose failures are
// faults. There is no way to add an operation without saying who may call it.
func Register[I, O any](api huma.API, p access.Permission, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Path = Prefix + op.Path
	op.Extensions = map[string]any{"x-permission": string(p)}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		a := access.From(ctx)
		if a.Kind == access.Nobody {
			return nil, &Problem{Status: http.StatusUnauthorized, Code: "login.required", Detail: "Войдите снова: сеанс закончился."}
		}
		if !a.Can(p) {
			return nil, &Problem{Status: http.StatusForbidden, Code: "access." + string(p), Detail: "Это действие вам недоступно."}
		}
		return answer(ctx, op, in, f)
	})
}

// Open adds one of the few operations for people who have not signed in.
func Open[I, O any](api huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Path = Prefix + op.Path
	op.Extensions = map[string]any{"x-permission": "open"}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) { return answer(ctx, op, in, f) })
}

func answer[I, O any](ctx context.Context, op huma.Operation, in *I, f func(context.Context, *I) (*O, error)) (*O, error) {
	out, err := f(ctx, in)
	if err == nil {
		return out, nil
	}
	return nil, ProblemOf(ctx, op.OperationID, err)
}

// ProblemOf turns an error into what the client gets. What is ours to mend goes
// to the log, the user gets an apology and the number of the incident.
func ProblemOf(ctx context.Context, op string, err error) *Problem {
	status, ok := statusOf[fault.KindOf(err)]
	if !ok {
		id := incident()
		slog.ErrorContext(ctx, "request failed", "op", op, "incident", id, "err", err)
		return &Problem{
			Status: http.StatusInternalServerError, Code: "internal", Incident: id,
			Detail: "Не получилось: сбой на нашей стороне, введённое не потеряно. Повторите; если не поможет, назовите поддержке код " + id + ".",
		}
	}
	var fe *fault.Error
	fault.As(err, &fe)
	p := &Problem{Status: status, Code: fe.Code, Detail: fe.Message}
	for _, f := range fe.Fields {
		p.Errors = append(p.Errors, ProblemField(f))
	}
	return p
}

// Write sends a problem from a handler that is not an operation.
func (p *Problem) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func incident() string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return strings.ToUpper(hex.EncodeToString(b[:]))
}

// russian turns the validator's sentences into the user's language.
func russian(m string) string {
	for en, ru := range map[string]string{
		"expected required property": "поле не заполнено", "expected string": "нужен текст", "expected integer": "нужно целое число",
		"expected number": "нужно число", "expected boolean": "нужно да или нет", "expected array": "нужен список", "expected object": "нужен объект",
		"expected length <=": "слишком длинно", "expected length >=": "слишком коротко", "expected value to be one of": "такого значения нет",
		"unexpected property": "лишнее поле", "expected number >=": "слишком мало", "expected number <=": "слишком много", "invalid date": "это не дата",
	} {
		if strings.HasPrefix(m, en) {
			return ru
		}
	}
	return "значение не подходит"
}
