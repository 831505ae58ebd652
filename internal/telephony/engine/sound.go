package engine

import (
	"math"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/rtp"
)

// metered is a leg whose sound is measured.
type metered interface{ Sums() rtp.Sums }

// measured is a side's sound since it was joined.
type measured struct {
	side  telephony.Side
	leg   metered
	since rtp.Sums
}

// weigh measures a side while it is joined: an operator's browser is one for his whole shift.
func (c *call) weigh(side telephony.Side, p media.Port) {
	if m, ok := p.(metered); ok {
		c.weighing = append(c.weighing, measured{side, m, m.Sums()})
	}
}

// weighed is the end of the join.
func (c *call) weighed() {
	for _, m := range c.weighing {
		c.add(m.side, m.leg.Sums().Since(m.since))
	}
	c.weighing = nil
}

func (c *call) add(side telephony.Side, s rtp.Sums) {
	if c.sums == nil {
		c.sums = map[telephony.Side]rtp.Sums{}
	}
	c.sums[side] = c.sums[side].Plus(s)
}

// lineOver counts the sound of the call's leg, which has ended or is given up for another.
func (c *call) lineOver() {
	if c.leg == nil {
		return
	}
	if s := c.leg.Sums(); s.Received > 0 || c.joined {
		c.add(telephony.SideLine, s)
	}
}

// sounds are the figures of all sides, for the journal.
func (c *call) sounds() (all []telephony.Sound) {
	for _, side := range telephony.Sides {
		if s, ok := c.sums[side]; ok {
			all = append(all, soundOf(side, s))
		}
	}
	return all
}

func soundOf(side telephony.Side, s rtp.Sums) telephony.Sound {
	out := telephony.Sound{Side: side, Packets: int64(min(s.Received, math.MaxInt64)), Loss: share(s.Lost, s.Received+s.Lost)}
	if s.Jitters > 0 {
		out.JitterMS = tenth(s.Jitter.Seconds() * 1000 / float64(s.Jitters))
	}
	if s.Sent > 0 {
		far := share(s.FarLost, s.Sent)
		out.FarLoss = &far
	}
	if s.Trips > 0 {
		way := tenth(float64(s.Trip) / float64(s.Trips) / float64(time.Millisecond))
		out.RTTMS = &way
	}
	return out
}

// share of a whole, in percent.
func share(part, whole uint64) float64 {
	if whole == 0 {
		return 0
	}
	return tenth(100 * float64(part) / float64(whole))
}

func tenth(f float64) float64 { return math.Round(f*10) / 10 }
