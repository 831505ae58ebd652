package serve

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/supervise"
)

// TestCtrlCLeavesNoEngine: the end of the whole program is seen before it has reached the
// engine's context, here late among many others; the engine ends with it all the same.
func TestCtrlCLeavesNoEngine(t *testing.T) {
	for range 10 {
		whole, end := context.WithCancelCause(t.Context())
		for range 20_000 {
			_, stop := context.WithCancel(whole)
			defer stop()
		}
		engine, cancel := context.WithCancelCause(whole)
		parted := make(chan struct{})
		go func() { <-whole.Done(); part(whole, cancel); close(parted) }()
		end(nil)
		<-parted
		require.NotErrorIs(t, context.Cause(engine), supervise.ErrLeave)
	}
	whole, end := context.WithCancelCause(t.Context())
	defer end(nil)
	engine, cancel := context.WithCancelCause(whole)
	part(whole, cancel)
	require.ErrorIs(t, context.Cause(engine), supervise.ErrLeave, "another takes its place: it is left with its calls")
}
