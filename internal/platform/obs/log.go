// Package obs is what a running program says of itself: a log in slog and figures
// for Prometheus. Messages of the log are fixed lower-case sentences; what varies
// is an attribute, and who acted is taken from the context.
package obs

import (
	"context"
	"io"
	"log/slog"

	"d24/internal/access"
	"d24/internal/phone"
)

// Formats of the log.
const (
	JSON = "json" // for machines: one object a line
	Text = "text" // for people at a terminal
)

// NewLog makes a log that writes lines not below level to w. Attributes put into
// the context by With, the actor and the company are on each line; the value of
// an attribute named phone is masked (the numbers are personal data). An unknown
// format is JSON.
func NewLog(level slog.Leveler, format string, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: mask}
	var h slog.Handler = slog.NewJSONHandler(w, opts)
	if format == Text {
		h = slog.NewTextHandler(w, opts)
	}
	return slog.New(contextual{h})
}

func mask(_ []string, a slog.Attr) slog.Attr {
	if a.Key == "phone" && a.Value.Kind() == slog.KindString {
		a.Value = slog.StringValue(phone.Mask(a.Value.String()))
	}
	return a
}

type attrsKey struct{}

// With returns a context whose lines carry the attributes besides those it had:
// ticket, call, job.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	had, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(had[:len(had):len(had)], attrs...))
}

// contextual adds to a line what its context knows.
type contextual struct{ slog.Handler }

// Handle writes the line with the actor, the company and the attributes of ctx.
func (h contextual) Handle(ctx context.Context, r slog.Record) error {
	switch a := access.From(ctx); {
	case a.Kind == access.System:
		r.AddAttrs(slog.String("actor", a.System))
	case a.UserID != 0:
		r.AddAttrs(slog.Int64("actor", a.UserID))
		if a.CompanyID != 0 {
			r.AddAttrs(slog.Int64("company", a.CompanyID))
		}
	}
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	r.AddAttrs(attrs...)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the additions on a log made by slog.Logger.With.
func (h contextual) WithAttrs(a []slog.Attr) slog.Handler { return contextual{h.Handler.WithAttrs(a)} }

// WithGroup keeps the additions on a log made by slog.Logger.WithGroup.
func (h contextual) WithGroup(name string) slog.Handler { return contextual{h.Handler.WithGroup(name)} }
