package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

// under makes the first trunk call the second one's number as a test.
func under(p telephony.Probe) func(*desk) {
	return func(d *desk) {
		second := d.trunks[0]
		second.ID, second.Name, second.Priority, second.Lines = 2, "Y", 5, map[int64]string{2: "+73430000102"}
		d.trunks = append(d.trunks, second)
		p.Number = "+73430000102"
		d.trunks[0].Probe = p
	}
}

// How a provider carries a call between two numbers of ours.
const (
	carriesAll = iota
	carriesNoSound
	carriesNoKeys
	carriesNothing
)

// carries makes the provider bring calls to the number back to us.
func (w *world) carries(number string, how *atomic.Int32) (calls *atomic.Int32) {
	calls = &atomic.Int32{}
	w.phones.set(number, func(l *sip.Leg) {
		calls.Add(1)
		if how.Load() == carriesNothing {
			l.Reject(503, "Service Unavailable")
			return
		}
		a := w.engine.SIPAddr()
		on, de := w.provider.Dial(w.ctx(), sip.Target{User: number, Host: a.Addr().String(), Dest: a.String(), From: l.From()})
		if de != nil || l.Answer() != nil {
			l.Reject(480, "Temporarily Unavailable")
			return
		}
		if how.Load() != carriesNoSound {
			media.Join(l.Media(), on.Media())
		}
		if how.Load() == carriesNoKeys {
			l.Media().SetSink(func(p *media.Packet) {
				if !p.Digit {
					on.Media().Forward(p)
				}
			})
		}
		select {
		case <-l.Done():
		case <-on.Done():
		}
		l.Hangup()
		on.Hangup()
	})
	return calls
}

// rest lets the synthetic call under way end, and no other begin: what is closed in the middle
// of a call says its last words from a socket that nobody closes.
func (w *world) rest() {
	w.eventually("no synthetic call is under way", func() bool {
		p := w.engine.probes
		p.mu.Lock()
		defer p.mu.Unlock()
		x := p.of[1]
		was := x != nil && x.busy
		if x != nil && !was {
			x.busy = true
		}
		return !was
	})
	w.eventually("its legs are gone", func() bool { legs, _ := w.engine.Live(); return legs == 0 && w.provider.Live() == 0 })
}

func (w *world) probe() telephony.FloorProbe {
	for _, f := range w.engine.trunks.floor() {
		if f.ID == 1 && f.Probe != nil {
			return *f.Probe
		}
	}
	return telephony.FloorProbe{}
}

// TestASyntheticCallIsNoCallOfAResident is F9: out by one trunk, in by its number, greeting,
// key; nobody is rung, nothing is written, recorded or remembered of it.
func TestASyntheticCallIsNoCallOfAResident(t *testing.T) {
	t.Parallel()
	var how atomic.Int32
	w := newWorld(t, under(telephony.Probe{Every: 20 * time.Second}))
	op := w.operator(1, true)
	calls := w.carries("+73430000102", &how)
	w.eventually("the whole way was gone", func() bool { p := w.probe(); return !p.At.IsZero() && p.Text == "" && p.Failures == 0 })
	p := w.probe()
	require.Equal(t, "+73430000102", p.Number)
	require.Less(t, p.AnsweredMS, int64(3000))
	w.eventually("and again", func() bool { return calls.Load() >= 2 && w.probe().At.After(p.At) })
	require.NoError(t, op.InState(w.ctx(), "ready"))
	w.inLoop(func() {
		require.Empty(t, w.engine.calls)
		require.Empty(t, w.engine.queue)
		require.Empty(t, w.engine.givenUp)
	})
	w.desk.mu.Lock()
	require.Empty(t, w.desk.reports, "no journal, no statistics")
	require.Empty(t, w.desk.invited, "no order")
	w.desk.mu.Unlock()
	files, err := filepath.Glob(filepath.Join(w.dir, "recordings", "*", "*", "*", "*"))
	require.NoError(t, err)
	require.Empty(t, files)
	require.Zero(t, w.engine.trunks.floor()[0].Failures)
	w.rest()
}

// TestAResidentIsNoSyntheticCall: the number under test is called by people too.
func TestAResidentIsNoSyntheticCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.trunks[0].Probe = telephony.Probe{Number: "+73430000101", Every: time.Hour} })
	w.eventually("it is under test", func() bool {
		return w.engine.trunks.ours(telephony.Incoming{Caller: "83430000101", Called: "+73430000101"})
	})
	require.False(t, w.engine.trunks.ours(telephony.Incoming{Caller: "+73430000101", Called: "+73430000102"}))
	op := w.operator(1, true)
	w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, "+79000900001", v.Phone)
}

// TestWhatASyntheticCallFinds is F9: what of the way fails is told in words, two failures in
// a row make the trunk ill, and the first call that goes through makes it well (F8).
func TestWhatASyntheticCallFinds(t *testing.T) {
	t.Parallel()
	var how atomic.Int32
	how.Store(carriesNoSound)
	w := newWorld(t, under(telephony.Probe{Every: 20 * time.Second}))
	w.carries("+73430000102", &how)
	w.eventually("the greeting is missed", func() bool { return w.probe().Text == "ответ есть, приветствия не слышно" })
	how.Store(carriesNoKeys)
	w.eventually("the key is missed", func() bool {
		return w.probe().Text == "приветствие слышно, нажатая клавиша до нас не дошла"
	})
	require.True(t, w.probe().IsIll)
	how.Store(carriesNothing)
	w.eventually("the refusal is told", func() bool { return w.probe().Text == "сбой у провайдера" })
	require.Equal(t, "up", w.engine.trunks.floor()[0].State, "whose fault it is nobody knows: calls go on")
	w.engine.trunks.on(1, func(a *account) { a.fails, a.spoil = sickAfter, time.Now() })
	how.Store(carriesAll)
	w.eventually("all is well", func() bool { return w.probe().Failures == 0 && !w.probe().IsIll })
	w.eventually("and calls go by it", func() bool { return w.engine.trunks.floor()[0].State == "up" })
	w.rest()
}

// TestSyntheticCallsKeepTheirBudget: they may cost, and a restart is no new day.
func TestSyntheticCallsKeepTheirBudget(t *testing.T) {
	t.Parallel()
	var how atomic.Int32
	w := newWorld(t, under(telephony.Probe{Every: 5 * time.Second, Price: 100, Budget: 250}))
	calls := w.carries("+73430000102", &how)
	w.eventually("the money is spent", func() bool { return w.probe().Stopped })
	require.Equal(t, 2, w.probe().Calls)
	require.Equal(t, int64(200), w.probe().Spent)
	require.Equal(t, int32(2), calls.Load())
	var m memory
	w.eventually("it is remembered", func() bool {
		b, err := os.ReadFile(w.engine.memoryPath())
		return err == nil && json.Unmarshal(b, &m) == nil && m.Tests[1].Calls == 2
	})
	next := newProbes(w.engine)
	next.remember(m.Tests)
	require.Empty(t, next.due())
	require.True(t, next.shown(1).Stopped)
}
