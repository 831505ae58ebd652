package sip

import (
	"context"
	"log/slog"
	"strings"
)

// quietHandler lets the library's errors through as debug lines without their
// attributes: those hold whole packets, and packets hold numbers.
type quietHandler struct{ slog.Handler }

// Enabled drops all that is below an error.
func (h quietHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, slog.LevelDebug)
}

// Handle writes the first line of the message and nothing else.
func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	msg, _, _ := strings.Cut(r.Message, "\n")
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, slog.LevelDebug, "sip: "+msg, 0))
}

// WithAttrs forgets the attributes.
func (h quietHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup forgets the group.
func (h quietHandler) WithGroup(string) slog.Handler { return h }
