package engine

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestAProviderSeesNoMoreThanItAllows: eight dials at once through a trunk of three
// channels are three at a time, and none is refused by the provider.
func TestAProviderSeesNoMoreThanItAllows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.trunks[0].Channels = 3 })
	var now, most atomic.Int32
	for i := range 8 {
		w.phones.set(fmt.Sprintf("+7900000200%d", i), func(l *sip.Leg) {
			n := now.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			_ = l.Ring()
			select {
			case <-l.Done():
			case <-time.After(400 * time.Millisecond):
			}
			now.Add(-1)
			l.Reject(486, "Busy Here")
		})
		w.desk.place(order(fmt.Sprintf("task-%d", i), fmt.Sprintf("+7900000200%d", i), telephony.AnnounceOnly))
	}
	for i := range 8 {
		r := w.desk.until(t, "it ends", endOf(fmt.Sprintf("task-%d", i)))
		require.Equal(t, telephony.Busy, r.Outcome)
	}
	require.LessOrEqual(t, most.Load(), int32(3))
	w.eventually("the channels are free again", func() bool { return w.engine.trunks.floor()[0].Calls == 0 })
}

// TestCallsASecondAreKept: five dials at two a second take two seconds to begin.
func TestCallsASecondAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.trunks[0].PerSecond = 2 })
	began := time.Now()
	for i := range 5 {
		w.phones.set(fmt.Sprintf("+7900000200%d", i), func(l *sip.Leg) { l.Reject(486, "Busy Here") })
		w.desk.place(order(fmt.Sprintf("task-%d", i), fmt.Sprintf("+7900000200%d", i), telephony.AnnounceOnly))
	}
	for i := range 5 {
		w.desk.until(t, "it ends", endOf(fmt.Sprintf("task-%d", i)))
	}
	require.GreaterOrEqual(t, time.Since(began), 1900*time.Millisecond)
}

// TestAFullTrunkGivesItsCallToTheOther: nothing failed, so nothing is told of it.
func TestAFullTrunkGivesItsCallToTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		second := d.trunks[0]
		second.ID, second.Name, second.Priority, second.Lines = 2, "Y", 5, map[int64]string{2: "+73430000102"}
		d.trunks[0].Channels = 1
		d.trunks = append(d.trunks, second)
	})
	w.eventually("both live", func() bool { f := w.engine.trunks.floor(); return f[0].State == "up" && f[1].State == "up" })
	for i := range 2 {
		w.answering(fmt.Sprintf("+7900000200%d", i))
		w.desk.place(order(fmt.Sprintf("task-%d", i), fmt.Sprintf("+7900000200%d", i), telephony.AnnounceOnly))
		w.desk.until(t, "answered", func(r telephony.Report) bool {
			return r.Kind == telephony.CallAnswered && r.OrderKey == "task-"+strconv.Itoa(i)
		})
	}
	f := w.engine.trunks.floor()
	require.Equal(t, []int{1, 1}, []int{f[0].Calls, f[1].Calls})
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	for _, r := range w.desk.reports {
		require.NotEqual(t, telephony.CallTrunk, r.Kind)
	}
}

// TestTheChangeOfTrunkIsWritten is T4: which trunk failed, why, and which took its place.
func TestTheChangeOfTrunkIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		second := d.trunks[0]
		second.ID, second.Name, second.Priority, second.Lines = 2, "Y", 5, map[int64]string{2: "+73430000102"}
		d.trunks = append(d.trunks, second)
	})
	w.eventually("both live", func() bool { f := w.engine.trunks.floor(); return f[0].State == "up" && f[1].State == "up" })
	w.phones.set("+79000001001", func(l *sip.Leg) {
		if l.From() == "+73430000101" {
			l.Reject(503, "Service Unavailable")
			return
		}
		l.Reject(486, "Busy Here")
	})
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	r := w.desk.until(t, "the trunk is changed", func(r telephony.Report) bool { return r.Kind == telephony.CallTrunk })
	var c telephony.Changed
	require.NoError(t, json.Unmarshal(r.Data, &c))
	require.Equal(t, telephony.Changed{From: "X", To: "Y", Why: "сбой у провайдера"}, c)
	require.Equal(t, int64(2), r.TrunkID)
	require.Equal(t, telephony.Busy, w.desk.until(t, "ended", endOf("task-1")).Outcome)
	require.Equal(t, map[string]int{"сбой у провайдера": 1}, w.engine.trunks.floor()[0].Failures)
}

// TestNoForbiddenNumberLeaves is S9 at the engine: 2,000 orders, no INVITE, no attempt
// written down as ringing somebody.
func TestNoForbiddenNumberLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list := forbidden(2000)
	for i, number := range list {
		o := order(fmt.Sprintf("task-%d", i), number, telephony.AnnounceOnly)
		w.desk.place(o)
	}
	w.eventually("all end", func() bool { return w.desk.count(telephony.CallEnded) == len(list) })
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Empty(t, w.phones.legs, "an INVITE left")
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	for _, r := range w.desk.reports {
		if r.Kind == telephony.CallEnded {
			require.Equal(t, telephony.BadNumber, r.Outcome)
			require.Equal(t, telephony.Ours, r.Blame)
		}
	}
	require.Zero(t, w.engine.trunks.floor()[0].Failures, "the trunk is not to blame")
}

// TestNoForbiddenNumberLeavesByAnyPath is S9 for each purpose of an order in each mode (an
// executor, a resident called back, a supplier, the operator's own dial: all are orders) and
// for the company's own phones. That there is no other path is a rule of internal/arch.
func TestNoForbiddenNumberLeavesByAnyPath(t *testing.T) {
	t.Parallel()
	list := forbidden(64)
	w := newWorld(t, func(d *desk) { d.decision.Own, d.decision.Service = list, telephony.ServiceOwn })
	w.operator(1, true)
	placed := 0
	for _, p := range telephony.Purposes {
		for _, m := range []telephony.Mode{telephony.AnnounceOnly, telephony.OperatorFirst} {
			for i, number := range list {
				if m == telephony.OperatorFirst && i%32 != 0 {
					continue // each takes the operator's time
				}
				o := order(fmt.Sprintf("%s-%s-%d", p, m, i), number, m)
				o.Purpose = p
				if m == telephony.OperatorFirst {
					o.OperatorWithin = time.Second
				}
				w.desk.place(o)
				placed++
			}
		}
	}
	w.resident("+79000001001") // the own phones are rung, then he is in our queue
	w.desk.until(t, "none of the own phones could be rung", func(r telephony.Report) bool { return r.Kind == telephony.CallOverflow })
	w.eventually("all end", func() bool { return w.desk.count(telephony.CallEnded) >= placed })
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Empty(t, w.phones.legs, "an INVITE left")
}

// TestNoStrangersNumberIsShown is F83: another company's number never stands in a call,
// and one of another trunk only when the provider lets it.
func TestNoStrangersNumberIsShown(t *testing.T) {
	t.Parallel()
	x := telephony.Trunk{Lines: map[int64]string{1: "+73430000101", 3: "+73430000103"}, Owners: map[int64]int64{1: 1, 3: 2}}
	require.Equal(t, "+73430000101", x.Shown(1, 1, ""))
	require.Equal(t, "+73430000101", x.Shown(9, 1, "+73430000109"), "its own beside the line's")
	require.Empty(t, x.Shown(9, 7, "+73430000109"), "another company's")
	x.Numbers = []string{"+73430000109"}
	require.Equal(t, "+73430000109", x.Shown(9, 7, "+73430000109"))
	require.True(t, x.Shows("+73430000109"))
	x.Lines[4] = "+73430000200"
	require.Equal(t, "+73430000200", x.Shown(8, 7, ""), "the city's")
	require.False(t, x.Shows("+73430000111"))
}

// TestATrunkThatRefusesOurNumberIsSeen is the other half of F83.
func TestATrunkThatRefusesOurNumberIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range blockedAfter {
		require.False(t, w.engine.trunks.floor()[0].Blocked)
		number := fmt.Sprintf("+7900000200%d", i)
		w.phones.set(number, func(l *sip.Leg) { l.Reject(603, "Decline") })
		w.desk.place(order(fmt.Sprintf("task-%d", i), number, telephony.AnnounceOnly))
		w.desk.until(t, "it ends", endOf(fmt.Sprintf("task-%d", i)))
	}
	require.True(t, w.engine.trunks.floor()[0].Blocked)
	w.phones.set("+79000002009", func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	w.desk.place(order("task-9", "+79000002009", telephony.AnnounceOnly))
	w.desk.until(t, "it ends", endOf("task-9"))
	require.False(t, w.engine.trunks.floor()[0].Blocked)
}

// TestARedirectionIsNotFollowed is F84: a 302 to a paid number is a refusal.
func TestARedirectionIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) { l.Reject(302, "Moved Temporarily") })
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	w.desk.until(t, "it ends", endOf("task-1"))
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Len(t, w.phones.legs, 1)
}

func endOf(key string) func(telephony.Report) bool {
	return func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.OrderKey == key }
}

func (d *desk) count(k telephony.ReportKind) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.reports {
		if r.Kind == k {
			n++
		}
	}
	return n
}

// forbidden makes destinations of every kind that S9 names.
func forbidden(n int) (out []string) {
	r := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // the same list each time
	kinds := []string{
		"810%011d", "8~10%011d", "+810%011d", "+7809%07d", "+7803%07d", "8809%07d", "+7800%07d", "+76%09d", "+77%09d", "+7940%07d", "+7840%07d", "+7954%07d",
		"+8816%08d", "+870%09d", "+1%010d", "+375%09d", "%05d", "%03d", "+791%07d", "+7912%08d", "+7912ABC%04d", "sip:+7912%07d@evil.example", "+7912%07d@127.0.0.9",
		"+7912%07d;phone-context=+1", "+7912%07d,,1", "+7912%07dp123", "+7912%07dw9", "+7912%07d#1", "*21*+7912%07d#", "tel:+7912%07d", "+7912%07d?Replaces=x", "+7912%07d\r\nX: 1",
	}
	most := []int64{1e7, 1e4, 1e3, 1e5}
	for i := range n {
		f := kinds[i%len(kinds)]
		limit := most[0]
		switch f {
		case "+7912ABC%04d":
			limit = most[1]
		case "%03d":
			limit = most[2]
		case "%05d":
			limit = most[3]
		}
		out = append(out, fmt.Sprintf(f, r.Int64N(limit)))
	}
	return out
}
