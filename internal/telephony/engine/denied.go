package engine

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"time"

	"d24/internal/telephony"
)

// deniedAgain is how often the same of one telephone is written down: a child at the keys must
// not fill the journal.
const deniedAgain = 10 * time.Minute

// denial is what is told once; accounts are known ones, so their number is bounded.
type denial struct {
	name string
	why  telephony.PhoneDenial
}

// denied is what came since it was last told.
type denied struct {
	last  telephony.PhoneRefused
	times int
	timer *time.Timer
}

// denied writes down that a telephone was not allowed to dial.
func (h *handsets) denied(name string, why telephony.PhoneDenial, to, source string) {
	known := h.known.Load()
	if known == nil {
		return
	}
	p, ok := (*known)[name]
	if !ok {
		return
	}
	host, _, err := net.SplitHostPort(source)
	if err != nil {
		host = source
	}
	h.e.log.Warn("a desk phone may not dial", "phone", name, "why", why, "source", host, "to", to)
	x := telephony.PhoneRefused{Phone: p.ID, Name: name, UserID: p.UserID, Why: why, To: short(to), Source: host}
	h.mu.Lock()
	defer h.mu.Unlock()
	k := denial{name, why}
	if was := h.denials[k]; was != nil {
		was.last = x
		was.times++
		return
	}
	h.tellDenied(x, 1)
	d := &denied{}
	d.timer = h.e.after(deniedAgain, func() { h.deniedSince(k) })
	h.denials[k] = d
}

// deniedSince tells how often it happened again, and is ready to tell the next one at once.
func (h *handsets) deniedSince(k denial) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.denials[k]
	delete(h.denials, k)
	if d != nil && d.times > 0 {
		h.tellDenied(d.last, d.times)
	}
}

// tellDenied reports. The caller holds the lock.
func (h *handsets) tellDenied(x telephony.PhoneRefused, times int) {
	x.Key, x.Times = rand.Text(), times
	r := telephony.Report{At: time.Now().UTC(), Kind: telephony.DeskPhoneRefused, Node: h.e.cfg.Node}
	r.Data, _ = json.Marshal(x)
	h.e.reports.add(r)
}

// toldSigns is how much of what was dialled is kept.
const toldSigns = 64

func short(s string) string {
	s = displayed(s)
	if r := []rune(s); len(r) > toldSigns {
		return string(r[:toldSigns])
	}
	return s
}
