package engine

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
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
		e := &Engine{cfg: w.engine.cfg, log: w.engine.log, givenUp: map[string]time.Time{}, handled: handledAtFirst, probes: &probes{of: map[int64]*probe{}}}
		e.recall()
		return e
	}
	w.eventually("it is written within a beat", func() bool { e := next(); return e.handled == handled && e.again("+79000900001", time.Now()) })
	require.Greater(t, handled, handledAtFirst)
	require.NotContains(t, next().givenUp, "+79000900002", "too long ago")
}

// TestEnginesOnOneDirectoryDoNotMix: each engine remembers in a file of its own; one whose
// name is new begins with what was written last, and writes no other's file.
func TestEnginesOnOneDirectoryDoNotMix(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "engine"), 0o750))
	engine := func(node string) *Engine {
		e := &Engine{cfg: Config{Node: node, Data: dir}, log: quietLog(), givenUp: map[string]time.Time{}, handled: handledAtFirst, probes: &probes{of: map[int64]*probe{}}}
		e.recall()
		return e
	}
	write := func(e *Engine, handled time.Duration, phone string) {
		e.handled, e.fresh, e.givenUp[phone] = handled, true, time.Now()
		e.memorize(e.memorized())
	}
	a, b := engine("a"), engine("b")
	write(a, time.Minute, "+79000900001")
	write(b, time.Hour, "+79000900002")
	write(a, 2*time.Minute, "+79000900001")

	again := engine("a")
	require.Equal(t, 2*time.Minute, again.handled)
	require.Contains(t, again.givenUp, "+79000900001")
	require.NotContains(t, again.givenUp, "+79000900002", "that is b's")
	require.Equal(t, time.Hour, engine("b").handled)

	old := time.Now().Add(-2 * forgottenAfter)
	require.NoError(t, os.Chtimes(b.memoryPath(), old, old))
	require.Equal(t, 2*time.Minute, engine("c").handled, "a new name begins with what was written last")
	require.NoFileExists(t, b.memoryPath(), "nobody's any more")

	rules := telephony.DefaultQueue()
	rules.Ring = 7 * time.Second
	a.adopt(rules)
	a.memorize(a.memorized())
	require.Equal(t, rules.Ring, engine("a").set.Ring, "an engine that begins without a database works by the last rules")
}
