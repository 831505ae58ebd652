package heap_test

import (
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/heap"
)

// TestTheRoomIsKept by what is in use.
func TestTheRoomIsKept(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live, room uint64
		percent    int
	}{{0, 64 * mb, 800}, {mb, 64 * mb, 800}, {20 * mb, 64 * mb, 300}, {40 * mb, 64 * mb, 150}, {64 * mb, 64 * mb, 100}, {300 * mb, 64 * mb, 100}} {
		require.Equal(t, c.percent, heap.Percent(c.live, c.room), "%d MB in use", c.live/mb)
	}
}

var sink []byte

// TestRubbishIsCollectedSeldom: 256 MB of it in a program that keeps next to nothing.
func TestRubbishIsCollectedSeldom(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	before := rounds(t)
	heap.Keep(64 << 20)
	for range 1024 {
		sink = make([]byte, 256<<10)
	}
	require.Less(t, rounds(t)-before, uint64(24), "4 MB is the least that Go leaves to itself: 64 rounds")
}

func rounds(t *testing.T) uint64 {
	t.Helper()
	s := []metrics.Sample{{Name: "/gc/cycles/automatic:gc-cycles"}}
	metrics.Read(s)
	require.Equal(t, metrics.KindUint64, s[0].Value.Kind())
	return s[0].Value.Uint64()
}
