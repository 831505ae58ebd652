package rtp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"d24/voip/media"
)

// out checks that a stream never repeats a number or goes back in time.
type out struct {
	t     *rapid.T
	any   bool
	seq   uint16
	ts    uint32
	event bool
}

func (o *out) took(s Stamp, event bool, what string) {
	if o.any {
		if s.Seq != o.seq+1 {
			o.t.Fatalf("%s: sequence jumps from %d to %d", what, o.seq, s.Seq)
		}
		least := int32(frameSamples)
		if event || o.event {
			least = 0
		}
		if d := int32(s.TS - o.ts); d < least {
			o.t.Fatalf("%s: timestamp goes by %d from %d to %d", what, d, o.ts, s.TS)
		}
	}
	o.any, o.seq, o.ts, o.event = true, s.Seq, s.TS, event
}

// talker is a peer with a stream of its own.
type talker struct {
	ssrc uint32
	seq  uint16
	ts   uint32
}

// TestTheClockIsContinuous feeds random sequences of everything that can feed a
// leg: our own frames, three peers, keys of ours and theirs, comfort noise, and a
// peer that starts its numbers anew under the same name.
func TestTheClockIsContinuous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now, o := NewClock(), epoch.Add(time.Hour), &out{t: t}
		talkers := []*talker{{ssrc: 1, seq: 65530, ts: 1<<32 - 800}, {ssrc: 2, seq: 7, ts: 1 << 31}, {ssrc: 3, seq: 40000, ts: 99}}
		for range rapid.IntRange(1, 300).Draw(t, "n") {
			pause := time.Duration(rapid.SampledFrom([]int{20, 20, 20, 20, 25, 60, 300, 4000}).Draw(t, "ms")) * time.Millisecond
			now = now.Add(pause)
			for _, x := range talkers {
				x.ts += uint32(pause.Milliseconds() * samplesPerMilli)
			}
			what := rapid.SampledFrom([]string{"own", "peer", "peer", "peer", "key", "noise", "restart", "their key"}).Draw(t, "what")
			x := rapid.SampledFrom(talkers).Draw(t, "who")
			switch what {
			case "own":
				s, ok := c.Local(now)
				if !ok {
					t.Fatal("a frame of ours is refused")
				}
				o.took(s, false, what)
			case "key":
				s := Stamp{TS: c.beginEvent(now)}
				for range rapid.IntRange(1, 8).Draw(t, "packets") {
					s.Seq = c.eventSeq()
					o.took(s, true, what)
					now = now.Add(media.FrameTime)
					for _, y := range talkers {
						y.ts += frameSamples
					}
					x.seq++
					if _, ok := c.Relay(&media.Packet{SSRC: x.ssrc, Seq: x.seq, TS: x.ts, At: now}); ok {
						t.Fatal("sound goes on during a key")
					}
				}
				c.endEvent(now)
				o.event = true
			case "noise":
				x.seq++
				c.Skip(&media.Packet{PT: media.ComfortNoise, SSRC: x.ssrc, Seq: x.seq, TS: x.ts, At: now})
			default:
				if what == "restart" {
					x.seq += uint16(rapid.IntRange(2000, 60000).Draw(t, "seq"))
					x.ts = rapid.Uint32().Draw(t, "ts")
				}
				x.seq++
				p := &media.Packet{SSRC: x.ssrc, Seq: x.seq, TS: x.ts, At: now, Digit: what == "their key"}
				// a talker whose numbers moved while another was heard: that is no loss
				if c.relayed && c.src.ssrc == x.ssrc && what != "restart" {
					p.Seq = c.src.seq + 1
					x.seq = p.Seq
				}
				s, ok := c.Relay(p)
				if !ok {
					t.Fatal("a peer's packet is refused")
				}
				o.took(s, p.Digit, what)
			}
		}
	})
}

func TestLossAndOrderOfAPeerAreKept(t *testing.T) {
	c, now := NewClock(), epoch.Add(time.Hour)
	relay := func(seq uint16) (Stamp, bool) {
		return c.Relay(&media.Packet{SSRC: 5, Seq: seq, TS: uint32(seq) * 160, At: now.Add(time.Duration(seq) * media.FrameTime)})
	}
	first, ok := relay(100)
	require.True(t, ok)
	require.True(t, first.Marker)
	_, ok = relay(99) // sent before we listened: its number belongs to the source before
	require.False(t, ok)
	lost, ok := relay(103)
	require.True(t, ok)
	require.Equal(t, first.Seq+3, lost.Seq)
	require.False(t, lost.Marker)
	late, ok := relay(102)
	require.True(t, ok)
	require.Equal(t, first.Seq+2, late.Seq)
	require.Equal(t, first.TS+2*160, late.TS)
	next, ok := relay(104)
	require.True(t, ok)
	require.Equal(t, first.Seq+4, next.Seq)
}

// A long call must not trip over the wrap of 16-bit numbers.
func TestALongRelayWraps(t *testing.T) {
	c, now := NewClock(), epoch.Add(time.Hour)
	var last Stamp
	for i := range 200_000 {
		s, ok := c.Relay(&media.Packet{SSRC: 5, Seq: uint16(i), TS: uint32(i) * 160, At: now.Add(time.Duration(i) * media.FrameTime)})
		require.True(t, ok, i)
		if i > 0 {
			require.Equal(t, last.Seq+1, s.Seq)
			require.Equal(t, last.TS+160, s.TS)
			require.False(t, s.Marker)
		}
		last = s
	}
}
