package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
)

// second is a second phone of a call: of a competent person to whom the caller is
// transferred, of the resident whom an employee calls through the centre. It is dialled as
// every order is, under an order of its own, so that the company's bounds count it.
type second struct {
	c     *call
	order telephony.Order
	stop  context.CancelFunc // of the dial under way
	leg   *sip.Leg           // it has answered
	shut  bool               // we do not want it any more
	gone  func()             // it has hung up
}

// ringSecond dials a phone beside the call; told hears once how that went, unless it is hung
// up before. gone hears of the end of one who has answered.
func (c *call) ringSecond(number string, company, line int64, ring time.Duration, told func(telephony.Outcome), gone func()) *second {
	c.seconds++
	o := telephony.Order{Key: fmt.Sprintf("%s-%d", c.key, c.seconds), CompanyID: company, LineID: line, Phone: number, Purpose: telephony.Second}
	ctx, cancel := context.WithCancel(c.e.base)
	x := &second{c: c, order: o, stop: cancel, gone: gone}
	d := &dialer{c: c, e: c.e, order: o, ring: c.e.paced(ring), second: true}
	c.e.beside(func() {
		defer cancel()
		leg, outcome := d.begun(ctx)
		c.e.post(func() { x.dialled(leg, d.leave, outcome, told) })
	})
	return x
}

// begun writes the order down and dials.
func (d *dialer) begun(ctx context.Context) (*sip.Leg, telephony.Outcome) {
	limit, cancel := context.WithTimeout(ctx, forgetInvited)
	defer cancel()
	if err := d.e.d.Orders.Begin(limit, d.e.cfg.Node, d.order); err != nil {
		if !errors.Is(err, telephony.ErrCapped) {
			d.e.log.Error("a second phone is not rung: it cannot be written down", "order", d.order.Key, "err", err)
		}
		return nil, telephony.CarrierFailed
	}
	leg, outcome, blame := d.run(ctx)
	if leg == nil {
		d.e.closeOrder(d.order, outcome, blame)
	}
	return leg, outcome
}

// closeOrder ends an order that has no call of its own.
func (e *Engine) closeOrder(o telephony.Order, outcome telephony.Outcome, blame telephony.Blame) {
	e.reports.add(telephony.Report{At: time.Now().UTC(), Kind: telephony.CallEnded, Node: e.cfg.Node, OrderKey: o.Key, Outcome: outcome, Blame: blame})
}

func (x *second) dialled(leg *sip.Leg, leave func(), outcome telephony.Outcome, told func(telephony.Outcome)) {
	e := x.c.e
	x.stop = nil
	if leg != nil {
		x.leg = leg
		e.beside(func() {
			select {
			case <-leg.Done():
				leave()
				e.closeOrder(x.order, telephony.Answered, telephony.Nobody)
				e.post(x.left)
			case <-e.quit:
			}
		})
		if x.shut {
			leg.Hangup()
		}
	}
	if !x.shut {
		told(outcome)
	}
}

// left is the end of one who has answered, by himself or by us.
func (x *second) left() {
	if x.shut {
		return
	}
	x.shut = true
	x.gone()
}

// hangup gives the phone up, whether it rings or speaks.
func (x *second) hangup() {
	if x.shut {
		return
	}
	x.shut = true
	if x.stop != nil {
		x.stop()
	}
	if x.leg != nil {
		x.leg.Hangup()
	}
}

// meet joins the call with its second phone.
func (c *call) meet() {
	c.quiet()
	c.part()
	c.held, c.phase = false, talking
	c.speaks()
	c.undo = media.Join(c.leg.Media(), c.other.leg.Media())
	c.weigh(telephony.SideSecond, c.other.leg.Media())
}

// bridge goes on with an order of the mode Bridge whose first phone has answered: he hears
// why he is called, then how the other phone rings.
func (c *call) bridge() {
	c.phase = announcing
	if c.order.Words.Text == "" && c.order.Words.File == "" {
		c.bridgeTo()
		return
	}
	c.say(c.order.Words, c.bridgeTo)
}

func (c *call) bridgeTo() {
	ring := c.order.RingFor
	if ring <= 0 {
		ring = defaultRing
	}
	c.play(media.Ringback(), true, nil)
	c.other = c.ringSecond(c.order.Phone, c.company, c.order.LineID, ring, func(o telephony.Outcome) {
		if o != telephony.Answered {
			c.unbridged(o)
			return
		}
		c.meet()
		c.report(telephony.CallBridged, func(r *telephony.Report) { r.Data, _ = json.Marshal(telephony.Bridged{First: c.order.First}) })
	}, func() { c.finish(telephony.Answered, telephony.Nobody, false) })
}

// bridging: the first phone of a Bridge is on the line and the other is not: it may be
// withdrawn yet.
func (c *call) bridging() bool { return c.order.Mode == telephony.Bridge && c.phase == announcing }

var sayNotReached = map[telephony.Outcome]string{
	telephony.NoAnswer: "Абонент не отвечает.", telephony.Busy: "Номер занят.", telephony.Rejected: "Абонент отклонил вызов.", telephony.BadNumber: "Такого номера нет.",
}

// unbridged tells the first that the other was not reached; the call's outcome is the other's.
func (c *call) unbridged(o telephony.Outcome) {
	words := sayNotReached[o]
	if words == "" {
		words = "Соединить не удалось, попробуйте позже."
	}
	blame := telephony.Theirs
	if o == telephony.CarrierFailed {
		blame = telephony.Carrier
	}
	c.say(telephony.Speech{Text: words, Spare: telephony.SpareCall}, func() { c.finish(o, blame, false) })
}
