package engine

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
)

// TestMain lets two tests go on at once, on a machine of one core too: they wait for sound and for timers.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "2")
	os.Exit(m.Run())
}

// goroutinesOf marks this goroutine, and so all that it starts, and counts those with the mark: other tests run beside.
func goroutinesOf(world string) func() int {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("world", world)))
	mark := fmt.Sprintf("\n# labels: {%q:%q}\n", "world", world)
	return func() int {
		var b bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			panic(err)
		}
		n := 0
		for group := range strings.SplitSeq(b.String(), "\n\n") {
			if at := strings.Index(group, mark); at >= 0 {
				line := group[strings.LastIndexByte(group[:at], '\n')+1 : at]
				count, _, _ := strings.Cut(line, " ")
				many, err := strconv.Atoi(count)
				if err != nil {
					panic("a goroutine profile of a new form: " + line)
				}
				n += many
			}
		}
		return n
	}
}
