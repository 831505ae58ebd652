package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheQueueRemembersOverARestart: who hung up unheard is a repeated caller for the next
// run too, and the expected wait is not learnt anew.
func TestTheQueueRemembersOverARestart(t *testing.T) { // F6
	w := newWorld(t)
	leg, _ := w.resident("+79000900001")
	w.waits(1)
	leg.Hangup()
	w.desk.ended(t)
	w.inLoop(func() {
		w.engine.givenUp["+79000900002"] = time.Now().Add(-repeatedFor)
		s := &seat{e: w.engine, busySince: time.Now().Add(-time.Hour)}
		s.occupied(stateTalking, stateReady)
	})
	var handled time.Duration
	w.inLoop(func() { handled = w.engine.handled })
	next := func() *Engine {
		e := &Engine{cfg: w.engine.cfg, log: w.engine.log, givenUp: map[string]time.Time{}, handled: handledAtFirst}
		e.recall()
		return e
	}
	w.eventually("it is written within a beat", func() bool { e := next(); return e.handled == handled && e.again("+79000900001", time.Now()) })
	require.Greater(t, handled, handledAtFirst)
	require.NotContains(t, next().givenUp, "+79000900002", "too long ago")
}
