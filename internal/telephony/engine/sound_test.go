package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// lossy sends a leg's sound as a network does that loses every tenth packet, until the test is over.
func (w *world) lossy(p media.Port) {
	stop, gone := make(chan struct{}), make(chan struct{})
	w.t.Cleanup(func() { close(stop); <-gone })
	go func() {
		defer close(gone)
		tick := time.NewTicker(media.FrameTime)
		defer tick.Stop()
		for n := uint16(1); ; n++ {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				if n%10 != 0 {
					p.Forward(&media.Packet{PT: 8, Law: g711.ALaw, Seq: n, TS: uint32(n) * 160, SSRC: 9, Payload: make([]byte, 160), At: now})
				}
			}
		}
	}()
}

// TestTheSoundOfACallIsInItsJournal: the end of a call tells of every side that spoke how
// its sound was, of the operator's for the time of this talk alone.
func TestTheSoundOfACallIsInItsJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	var last int64
	for _, caller := range []string{"+79000900001", "+79000900002"} {
		a := w.engine.SIPAddr()
		in, de := w.provider.Dial(w.ctx(), sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: caller})
		require.Nil(t, de)
		w.lossy(in.Media())
		v, err := op.Call(w.ctx(), "ringing")
		require.NoError(t, err)
		op.Do(w.ctx(), "answer", v.Key)
		_, err = op.Call(w.ctx(), "talking")
		require.NoError(t, err)
		before := in.Stats().Sent
		w.eventually("they speak for a while", func() bool { return in.Stats().Sent > before+60 })
		var heard rtp.Sums
		w.inLoop(func() { heard = w.engine.seats[1].leg.Sums() })
		op.Do(w.ctx(), "hangup", v.Key)
		end := w.desk.until(t, "ended", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.CallKey == v.Key })
		require.Len(t, end.Sound, 2, "%+v", end.Sound)
		line, operator := end.Sound[0], end.Sound[1]
		require.Equal(t, telephony.SideLine, line.Side)
		require.InDelta(t, 10, line.Loss, 3)
		require.Equal(t, telephony.SoundBad, line.Grade())
		require.Equal(t, telephony.SideOperator, operator.Side)
		require.Positive(t, operator.Packets)
		require.Less(t, operator.Packets+last, int64(heard.Received)+40, "the talk before is not counted again") //nolint:gosec // few
		last += operator.Packets
		require.NoError(t, op.InState(w.ctx(), "wrap_up"))
		op.Send(w.ctx(), map[string]any{"type": "wrapped_up"})
		require.NoError(t, op.InState(w.ctx(), "ready"))
	}
}
