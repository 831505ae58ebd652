// Package heap tells the collector of rubbish how much room there is.
package heap

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Keep lets the heap grow by at least room bytes between two collections, for good. A program
// that keeps 20 MB and makes 200 MB of rubbish a second collects it ten times a second
// otherwise, and whoever waits then waits for that too; one that keeps more than room is
// collected as always. GOGC in the environment is obeyed instead.
func Keep(room uint64) {
	if os.Getenv("GOGC") != "" {
		return
	}
	k := &keeper{room: room, percent: 100}
	k.look()
}

// keeper looks after each collection how much is in use.
type keeper struct {
	room    uint64
	percent int
}

// look sets the percentage by what is in use now, and is called again after the next collection:
// it leaves a thing that nobody holds.
func (k *keeper) look() {
	if p := Percent(live(), k.room); p != k.percent {
		k.percent = p
		debug.SetGCPercent(p)
	}
	sentinel := new(mark)
	runtime.AddCleanup(sentinel, func(k *keeper) { k.look() }, k)
}

// mark is large enough to lie alone: small things without pointers share their place.
type mark struct{ _ [64]byte }

// Percent is by how much of what is in use, live bytes, the heap may grow so that it is at
// least room; from 100 to 800, in steps of 50.
func Percent(live, room uint64) int {
	const least, most, step = 100, 800, 50
	if live == 0 {
		return most
	}
	return int(min(max(room*100/live/step*step, least), most))
}

// live are the bytes that the last collection found in use.
func live() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}
