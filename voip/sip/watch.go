package sip

import (
	"time"

	"d24/voip/sdp"
)

// watch looks at every call now and then: a peer that is gone without a word is
// ended, one that was answered but never heard is reported (F9). One goroutine
// serves all calls.
func (s *Stack) watch() {
	t := time.NewTicker(max(time.Millisecond, min(time.Second, s.cfg.NoSound/4, s.cfg.MediaLost/4)))
	defer t.Stop()
	for {
		select {
		case <-s.quit:
			return
		case now := <-t.C:
			s.dialogs.Range(func(_, v any) bool {
				v.(*Leg).look(now) //nolint:forcetypeassert // our map
				return true
			})
		}
	}
}

func (l *Leg) look(now time.Time) {
	heard := l.rtp.LastHeard()
	l.mu.Lock()
	if l.state != talking {
		l.mu.Unlock()
		return
	}
	if l.held || l.dir != sdp.SendRecv {
		l.answered = now // hold is no silence; the count begins anew after it
	}
	since := l.answered
	if heard.After(since) {
		since = heard
	}
	report := heard.IsZero() && !l.quiet && now.Sub(since) > l.s.cfg.NoSound
	l.quiet = l.quiet || report
	lost := now.Sub(since) > l.s.cfg.MediaLost
	refresh, over := l.aged(now)
	l.mu.Unlock()
	if refresh {
		l.s.background(l.refresh)
	}
	switch {
	case over:
		l.hangup(0, Ending{By: Line, Cause: ByExpiry, Text: "nobody refreshed the session"})
	case lost:
		l.hangup(0, Ending{By: Line, Cause: ByMediaLost, Text: "no sound from the peer"})
	case report && l.s.cfg.OnNoSound != nil:
		go l.s.cfg.OnNoSound(l)
	}
}
