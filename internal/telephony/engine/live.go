package engine

import (
	"time"

	"d24/internal/telephony"
)

// live shows every call that is going on, and counts those of each trunk.
func (e *Engine) live(f *telephony.Floor) {
	f.Calls = make([]telephony.FloorCall, 0, len(e.calls))
	byTrunk := map[int64]int{}
	for _, c := range e.calls {
		x := telephony.FloorCall{
			CallKey: c.key, CompanyID: c.company, CityID: c.dec.CityID, BuildingID: c.dec.Place.BuildingID, Phone: c.phone, IsInbound: c.inbound, State: c.showing(),
			StartedAt: c.began(), Since: c.sinceAt, TrunkID: c.trunk, Purpose: c.order.Purpose, TicketID: c.order.TicketID, Urgent: c.urgent(), Repeated: c.repeated,
			Own: c.reserved, Spilled: c.spilled, Slow: c.isSlow(),
		}
		if c.joined {
			at := c.talkAt
			x.TalkSince = &at
		}
		if s := c.seat; s != nil {
			x.OperatorID, x.Operator = s.who.UserID, s.who.Name
		}
		if c.leg != nil || c.phase == dialling {
			byTrunk[c.trunk]++
		}
		f.Calls = append(f.Calls, x)
	}
	for n := range f.Trunks {
		f.Trunks[n].Calls = byTrunk[f.Trunks[n].ID]
	}
}

// began is since when the person waits or the order exists.
func (c *call) began() time.Time {
	if c.inbound {
		return c.in.At
	}
	return c.since
}

// showing is the call's state as a supervisor sees it, and remembers since when.
func (c *call) showing() string {
	is := string(c.phase)
	if c.phase == talking && c.held {
		is = "held"
	}
	if is != c.shownAs {
		c.shownAs, c.sinceAt = is, time.Now()
	}
	return is
}
