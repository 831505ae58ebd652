package city

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"d24/voip/sip"
)

// Figures are what a run of calls came to. Times are kept for the first 100,000
// calls, counts for all.
type Figures struct {
	mu                                         sync.Mutex
	began                                      time.Time
	placed, answered, failed, missed, waited   int
	rung, taken, refused, unknown              int
	most                                       int
	late                                       int64 // ticks of the pacer: a machine too small for its calls
	toRing, toAnswer, toGreeting, talk, toTake []time.Duration
}

const figuresKeep = 100_000

func newFigures() *Figures { return &Figures{began: time.Now()} }

func (f *Figures) count(n *int) {
	f.mu.Lock()
	*n++
	f.mu.Unlock()
}

// seen notes how many calls there were at once.
func (f *Figures) seen(n int) {
	f.mu.Lock()
	f.most = max(f.most, n)
	f.mu.Unlock()
}

// over counts a call that has ended.
func (f *Figures) over(k *Call) {
	t := k.Times()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !k.Out {
		f.rung++
		if t.Answered.IsZero() {
			f.refused++
			return
		}
		f.taken++
		keep(&f.toTake, t.Placed, t.Answered)
		return
	}
	f.placed++
	switch {
	case !t.Answered.IsZero():
		f.answered++
		keep(&f.toRing, t.Placed, t.Rang)
		keep(&f.toAnswer, t.Placed, t.Answered)
		keep(&f.toGreeting, t.Placed, t.Greeted)
		keep(&f.talk, t.Answered, t.Ended)
		if t.Greeted.IsZero() {
			f.waited++
		}
	case k.sent && k.end.By != sip.Us: // refused, or nobody answered our packets
		f.failed++
	}
}

func keep(list *[]time.Duration, from, to time.Time) {
	if !to.IsZero() && !from.IsZero() && len(*list) < figuresKeep {
		*list = append(*list, max(0, to.Sub(from)))
	}
}

// Figure is one measured value.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// List is the figures in the order they are printed.
func (f *Figures) List() []Figure {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := func(name string, v int) Figure { return Figure{name, float64(v), "calls"} }
	out := []Figure{
		n("city_calls_placed", f.placed), n("city_calls_answered", f.answered), n("city_calls_failed", f.failed),
		n("city_calls_no_trunk", f.missed), n("city_calls_without_sound", f.waited), n("city_calls_at_once_most", f.most),
		n("city_phones_rung", f.rung), n("city_phones_answered", f.taken), n("city_phones_not_answered", f.refused), n("city_numbers_unknown", f.unknown),
	}
	for _, x := range []struct {
		name string
		list []time.Duration
	}{{"ring", f.toRing}, {"answer", f.toAnswer}, {"greeting", f.toGreeting}, {"phone_answer", f.toTake}} {
		for _, q := range []int{50, 99} {
			if len(x.list) > 0 {
				out = append(out, Figure{fmt.Sprintf("city_%s_p%d", x.name, q), quantile(x.list, q), "ms"})
			}
		}
	}
	if len(f.talk) > 0 {
		out = append(out, Figure{"city_talk_p50", quantile(f.talk, 50) / 1000, "s"})
	}
	return append(out, Figure{"city_ticks_late", float64(f.late), "ticks"}, Figure{"city_ran", time.Since(f.began).Seconds(), "s"})
}

// quantile in milliseconds: the smallest value that q percent do not exceed.
func quantile(list []time.Duration, q int) float64 {
	l := slices.Clone(list)
	slices.Sort(l)
	at := max(0, (len(l)*q+99)/100-1)
	return float64(l[at].Microseconds()) / 1000
}

// Print writes "name value unit" lines.
func (f *Figures) Print(w io.Writer) {
	for _, x := range f.List() {
		_, _ = fmt.Fprintf(w, "%s %.6g %s\n", x.Name, x.Value, x.Unit)
	}
}

// Figures are those of the latest run, or of all calls since the start.
func (c *City) Figures() *Figures { return c.figures.Load() }
