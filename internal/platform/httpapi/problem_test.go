package httpapi

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhoLeavesIsNoFailureOfOurs: a page that was closed before its answer makes no incident;
// a request that was broken off by us, or that failed by itself, does.
func TestWhoLeavesIsNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	left, leave := context.WithCancel(t.Context())
	leave()
	ended, end := signal.NotifyContext(t.Context(), syscall.SIGUSR2) // as the program's own, by another signal
	defer end()
	require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGUSR2))
	<-ended.Done()
	stopping, stop := context.WithCancel(ended) // as a request's is made of the server's
	defer stop()
	broken := fmt.Errorf("read: %w", context.Canceled)
	for name, x := range map[string]struct {
		ctx    context.Context
		err    error
		status int
	}{
		"the client has left":                      {left, broken, 499},
		"the program ends, the client waits":       {stopping, broken, 503},
		"something of ours was stopped":            {t.Context(), broken, 500},
		"the client has left a failure behind him": {left, errors.New("no such table"), 500},
	} {
		p := ProblemOf(x.ctx, "me", x.err)
		require.Equal(t, x.status, p.Status, name)
		require.Equal(t, x.status == 500, p.Incident != "", name)
	}
}
