package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

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

// ProblemField is a place of the input that is wrong: "body.unit", "query.limit",
// "body.answers.2" (the question with id 2).
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
	fault.Unavailable: http.StatusServiceUnavailable,
}

// What the edge itself refuses, by status.
var refused = map[int]Problem{
	http.StatusBadRequest:            {Code: "request.unreadable", Detail: "Запрос не разобран: проверьте введённое."},
	http.StatusNotFound:              {Code: "request.unknown", Detail: "Такого адреса в программе нет."},
	http.StatusNotAcceptable:         {Code: "request.not_acceptable", Detail: "Ответ в таком виде не выдаётся."},
	http.StatusRequestTimeout:        {Code: "request.timeout", Detail: "Данные шли слишком долго. Повторите."},
	http.StatusRequestEntityTooLarge: {Code: "request.too_large", Detail: "Слишком большой запрос."},
	http.StatusUnsupportedMediaType:  {Code: "request.media_type", Detail: "Данные такого вида не принимаются, нужен JSON."},
	http.StatusUnprocessableEntity:   {Code: "request.invalid", Detail: "Проверьте отмеченные поля."},
}

// newError makes the edge's own refusals and the validator's verdicts speak our
// way; the places that are wrong are kept, the sentences are translated.
func newError(status int, _ string, errs ...error) huma.StatusError {
	p, ok := refused[status]
	if !ok {
		p = Problem{Code: "request.refused", Detail: "Запрос не принят."}
	}
	p.Status = status
	for _, e := range errs {
		if d, ok := e.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, ProblemField{Location: wrongAt(detail), Message: russian(detail.Message)})
		}
	}
	return &p
}

// absent is how the validator names a missing property: at the object that lacks it.
var absent = regexp.MustCompile(`^expected required property (\S+) to be present`)

// wrongAt is the field that is wrong; of a missing one its own place, not the object's.
func wrongAt(d *huma.ErrorDetail) string {
	if m := absent.FindStringSubmatch(d.Message); m != nil {
		return d.Location + "." + m[1]
	}
	return d.Location
}

// ProblemOf turns an error into what the client gets. What is ours to mend goes
// to the log, the user gets an apology and the number of the incident.
func ProblemOf(ctx context.Context, op string, err error) *Problem {
	status, ok := statusOf[fault.KindOf(err)]
	if !ok && hasLeft(ctx, err) && isStopping(ctx) {
		return &Problem{Status: http.StatusServiceUnavailable, Code: "stopping", Detail: "Программа перезапускается, введённое не потеряно. Повторите через несколько секунд."}
	}
	if !ok && hasLeft(ctx, err) {
		slog.DebugContext(ctx, "the client has left", "op", op)
		return &Problem{Status: statusLeft, Code: "left", Detail: "Страницу закрыли раньше ответа."}
	}
	if !ok {
		p := broken()
		slog.ErrorContext(ctx, "request failed", "op", op, "incident", p.Incident, "err", err)
		return p
	}
	var fe *fault.Error
	fault.As(err, &fe)
	p := &Problem{Status: status, Code: fe.Code, Detail: fe.Message}
	for _, f := range fe.Fields {
		p.Errors = append(p.Errors, ProblemField(f))
	}
	return p
}

// statusLeft is an answer that nobody reads: the client closed the connection before it.
const statusLeft = 499

// hasLeft reports whether a request failed because its client gave it up: a page that was left,
// a list that was asked anew. That is no failure of ours.
func hasLeft(ctx context.Context, err error) bool {
	return errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled)
}

// isStopping tells a program that ends from a page that was left: the first has a cause. The
// cause of a signal says of itself that it is context.Canceled, so nothing less will do than
// that very value, which net/http gives when a client has gone.
func isStopping(ctx context.Context) bool { return context.Cause(ctx) != context.Canceled } //nolint:errorlint // see above

// broken is a failure of ours, with a number that the log has too.
func broken() *Problem {
	var b [4]byte
	_, _ = rand.Read(b[:])
	id := strings.ToUpper(hex.EncodeToString(b[:]))
	return &Problem{
		Status: http.StatusInternalServerError, Code: "internal", Incident: id,
		Detail: "Не получилось: сбой на нашей стороне, введённое не потеряно. Повторите; если не поможет, назовите поддержке код " + id + ".",
	}
}

// Write sends a problem from a handler that is not an operation.
func (p *Problem) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// sentences of the validator and what the user reads instead, the longest prefix first.
var sentences = []struct{ en, ru string }{
	{"expected required property", "поле не заполнено"},
	{"required", "не указано"},
	{"expected length <=", "слишком длинно"},
	{"expected length >=", "слишком коротко"},
	{"expected array length <=", "слишком много"},
	{"expected array length >=", "слишком мало"},
	{"expected number >", "слишком мало"},
	{"expected number <", "слишком много"},
	{"expected value to be one of", "такого значения нет"},
	{"expected string to be RFC 3339", "нужны дата и время"},
	{"expected string to match", "не тот вид"},
	{"expected string", "нужен текст"},
	{"expected integer", "нужно целое число"},
	{"expected number", "нужно число"},
	{"expected boolean", "нужно да или нет"},
	{"expected array", "нужен список"},
	{"expected object", "нужен объект"},
	{"unexpected property", "лишнее поле"},
	{"invalid integer", "нужно целое число"},
	{"invalid boolean", "нужно да или нет"},
	{"invalid date", "это не дата"},
	{"invalid value", "значение не подходит"},
}

// russian turns the validator's sentences into the user's language.
func russian(m string) string {
	for _, s := range sentences {
		if strings.HasPrefix(m, s.en) {
			return s.ru
		}
	}
	return "значение не подходит"
}
