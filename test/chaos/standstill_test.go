package chaos

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	stopEngine = "engine stands still"
	stopWorker = "worker stands still"
)

// TestAStandstillIsTakenForADeath is R10 in its short form: the engine at work and a worker
// stand still (SIGSTOP) for longer than they may be silent, others take over, and they go on as
// if nothing had been. No telephone rings for both, no request is taken by both, one engine is
// at work. D24_STILL_FOR=30m is longer.
func TestAStandstillIsTakenForADeath(t *testing.T) {
	lasts := 40 * time.Second
	if s := os.Getenv("D24_STILL_FOR"); s != "" {
		d, err := time.ParseDuration(s)
		require.NoError(t, err)
		lasts = d
	}
	w := newWorld(t, 10, 2)
	w.play(lasts, 3*time.Second, w.standstills, func(c *checker) []Verdict {
		return verdicts(c.tickets, c.comments, c.records, c.escalations, c.effects, c.races, c.oneAtWork)
	})
}

func (w *world) standstills([]*operator) []fault {
	still := func(ctx context.Context, n *node) {
		if n == nil {
			return
		}
		n.signal(syscall.SIGSTOP)
		pause(ctx, time.Duration(12+w.chance(9))*time.Second)
		n.signal(syscall.SIGCONT)
	}
	return []fault{
		{stopEngine, 2, func(ctx context.Context) { still(ctx, w.nodes[w.duty("active")]) }, true},
		{stopWorker, 1, func(ctx context.Context) { still(ctx, w.nodes["work-1"]) }, true},
	}
}

// oneAtWork is R10 of the engines: after each standstill one is at work.
func (c *checker) oneAtWork() Verdict {
	v := Verdict{ID: "R10", What: "who stood still and was followed does not go on beside his follower", Faults: c.faults(stopEngine, stopWorker)}
	v.Operations = c.number(`select count(*)::int from call_orders where invited_at is not null`)
	if n := c.number(`select count(*)::int from engine_nodes where duty = 'active' and seen_at > $1`, time.Now().Add(-3*time.Second)); n != 1 {
		v.Broken("%d engines are at work", n)
	}
	if n := c.number(`select count(*)::int from call_orders where state = 'claimed' and node not in (select node from engine_nodes where seen_at > $1)`, time.Now().Add(-lateMost)); n > 0 {
		v.Broken("%d orders lie with an engine that is not there", n)
	}
	return v
}
