package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/wav"
)

// TestARecordedGreetingIsHeard: the uploaded phrase sounds; when its file is lost,
// the words are spoken, and the file is heard again when it is back.
func TestARecordedGreetingIsHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.decision.Greeting.File = "line-1.wav" })
	path := filepath.Join(w.dir, telephony.Announcements, "line-1.wav")
	_, ear := w.resident("+79000900001")
	w.eventually("the words, as there is no file", func() bool { return ear.heard(voiceTone) })
	require.NoError(t, os.WriteFile(path, wav.ALaw(media.Tone(phraseTone, time.Second).ALaw(), 1), 0o600))
	_, ear = w.resident("+79000900002")
	w.eventually("the phrase", func() bool { return ear.heard(phraseTone) })
	require.False(t, ear.heard(voiceTone))
}

// TestAStormOfHangUps: calls and orders that end at any moment, from either side,
// leave no leg, no port and no goroutine, and each has exactly one end.
func TestAStormOfHangUps(t *testing.T) {
	w := newWorld(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a storm, not a secret
	moments := func() time.Duration { return time.Duration(dice.IntN(1200)) * time.Millisecond }
	const calls, orders, seats = 40, 40, 3
	for i := range orders {
		number, ring, talk, answers := fmt.Sprintf("+790000020%02d", i), moments()/2, moments(), dice.IntN(4) > 0
		w.phones.set(number, func(l *sip.Leg) {
			_ = l.Ring()
			hold(l, ring)
			if !answers {
				l.Reject(486, "Busy Here")
			} else if l.Answer() == nil {
				hold(l, talk)
				l.Hangup()
			}
		})
		mode := telephony.AnnounceOnly
		if i%2 == 0 {
			mode = telephony.OperatorFirst
		}
		o := order(fmt.Sprintf("storm-%d", i), number, mode)
		o.OperatorWithin = time.Duration(1+dice.IntN(3)) * time.Second
		w.desk.place(o)
		if after := moments(); i%5 == 0 {
			time.AfterFunc(after, func() { w.desk.cancel(o.Key) })
		}
	}
	var storm sync.WaitGroup
	calm, cancel := context.WithCancel(context.Background())
	var operators sync.WaitGroup
	for n := range seats {
		p := w.operator(n+1, true)
		operators.Add(1)
		go func() { defer operators.Done(); w.nervous(calm, p) }()
	}
	for i := range calls {
		rings, talks := moments(), moments()*2
		storm.Add(1)
		go func() {
			defer storm.Done()
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if i%4 == 0 { // given up before or while it is answered
				ctx, cancel = context.WithTimeout(ctx, rings/20)
				defer cancel()
			}
			a := w.engine.SIPAddr()
			leg, de := w.provider.Dial(ctx, sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: fmt.Sprintf("+790009001%02d", i)})
			switch {
			case de != nil:
			case i%4 == 1: // waits until he is hung up on
				if !hold(leg, 40*time.Second) {
					t.Error("an operator hung up, and the resident was not told")
				}
			default:
				hold(leg, talks)
			}
			if de == nil {
				leg.Hangup()
			}
		}()
	}
	storm.Wait()
	cancel()
	operators.Wait()
	w.eventually("every call and order has its end, and nothing is open", func() bool {
		legs, ports := w.engine.Live()
		return legs == 0 && ports == 0 && w.provider.Live() == 0 && w.open() == 0
	})
	ends := map[string]int{}
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	ordersEnded := map[string]bool{}
	for _, r := range w.desk.reports {
		if r.Kind != telephony.CallEnded {
			continue
		}
		ends[r.CallKey+r.OrderKey]++
		require.Contains(t, outcomes, r.Outcome)
		require.Contains(t, blames, r.Blame)
		if r.OrderKey != "" {
			ordersEnded[r.OrderKey] = true
		}
	}
	for key, n := range ends {
		require.Equal(t, 1, n, key)
	}
	require.Len(t, ordersEnded, orders, "each order ended")
}

// The closed sets of the contract.
var (
	outcomes = []telephony.Outcome{
		telephony.Answered, telephony.NoAnswer, telephony.Busy, telephony.Rejected, telephony.BadNumber, telephony.CarrierFailed, telephony.Cancelled, telephony.Abandoned, telephony.Unknown,
	}
	blames = []telephony.Blame{telephony.Nobody, telephony.Ours, telephony.Theirs, telephony.Carrier}
)

// hold keeps a leg for d, or until the other side ends it: true.
func hold(l *sip.Leg, d time.Duration) bool {
	select {
	case <-l.Done():
		return true
	case <-time.After(d):
		return false
	}
}

// open is how many calls the engine's loop has in hand.
func (w *world) open() int {
	n := make(chan int, 1)
	w.engine.post(func() { n <- len(w.engine.calls) + len(w.engine.queue) + len(w.engine.busy) + len(w.engine.held) })
	return <-n
}

// nervous is an operator who takes every call and drops it after a moment.
func (w *world) nervous(calm context.Context, p *softphone.Phone) {
	defer p.Close()
	for calm.Err() == nil {
		ctx, cancel := context.WithTimeout(calm, 500*time.Millisecond)
		if v, err := p.Call(ctx, "ringing"); err == nil {
			p.Do(ctx, "answer", v.Key)
			_, _ = p.Call(ctx, "talking")
			p.Do(ctx, "hangup", v.Key)
		}
		p.Send(ctx, map[string]any{"type": "wrapped_up"})
		cancel()
	}
}
