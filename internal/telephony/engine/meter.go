package engine

import (
	"context"
	"sync"
	"time"

	"d24/voip/sip"
)

// meter counts what goes through one trunk. The lock of trunks guards it.
type meter struct {
	calls    int         // now, both ways
	next     time.Time   // when the next call may begin, by the calls per second
	begun    []time.Time // of the last second
	failures []failure   // of the last hour, the oldest first
	refusals int         // quick refusals one after another, as of a caller id that is not let through
	sickTill time.Time
	sickWhy  string
}

type failure struct {
	at  time.Time
	why string
}

const (
	failuresKept  = 2000
	failuresFor   = time.Hour
	quickRefusal  = 2 * time.Second
	blockedAfter  = 5
	limitPatience = 10 * time.Second // how long a dial waits for a channel, or its turn
	limitAgain    = 100 * time.Millisecond
)

func (m *meter) failed(why string) {
	if len(m.failures) >= failuresKept {
		m.failures = m.failures[1:]
	}
	m.failures = append(m.failures, failure{time.Now(), why})
}

func (m *meter) sick() bool { return time.Now().Before(m.sickTill) }

// figures are what a screen shows.
func (m *meter) figures() (calls, rate int, failures map[string]int, blocked bool) {
	now := time.Now()
	for len(m.failures) > 0 && now.Sub(m.failures[0].at) > failuresFor {
		m.failures = m.failures[1:]
	}
	for len(m.begun) > 0 && now.Sub(m.begun[0]) > time.Second {
		m.begun = m.begun[1:]
	}
	for _, f := range m.failures {
		if failures == nil {
			failures = map[string]int{}
		}
		failures[f.why]++
	}
	return m.calls, len(m.begun), failures, m.refusals >= blockedAfter
}

// on runs f on the trunk's account.
func (t *trunks) on(id int64, f func(a *account)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		if a.ID == id {
			f(a)
		}
	}
}

// enter counts a call that came by the trunk: residents are never refused for our limits.
func (t *trunks) enter(id int64) (leave func()) {
	t.on(id, func(a *account) { a.calls++ })
	return t.leaving(id)
}

func (t *trunks) leaving(id int64) func() {
	var once sync.Once
	return func() { once.Do(func() { t.on(id, func(a *account) { a.calls-- }) }) }
}

// admit takes a channel and a turn of the trunk for a dial; leave nil: its provider would
// refuse it, so it does not go.
func (t *trunks) admit(id int64) (leave func()) {
	t.on(id, func(a *account) {
		now := time.Now()
		if a.Channels > 0 && a.calls >= a.Channels || a.PerSecond > 0 && now.Before(a.next) {
			return
		}
		if a.PerSecond > 0 {
			a.next = now.Add(time.Second / time.Duration(a.PerSecond))
		}
		a.calls++
		a.begun = append(a.begun, now)
		leave = t.leaving(id)
	})
	return leave
}

// refused looks for trunks that refuse our number at once, whoever is dialled (F83).
func (t *trunks) refused(id int64, de *sip.DialError, after time.Duration) {
	t.on(id, func(a *account) {
		switch {
		case de != nil && (de.Silent || de.Unsent):
		case de != nil && after <= quickRefusal && (de.Code == 403 || de.Code == 480 || de.Code == 603):
			a.refusals++
			if de.Code != 403 { // which is the trunk's fault already
				a.failed(whyOf(de))
			}
		default:
			a.refusals = 0
		}
	})
}

// whyOf is the cause of a failed dial in words.
func whyOf(de *sip.DialError) string {
	switch {
	case de.Barred:
		return "запрещённое направление"
	case de.Silent:
		return "не отвечает"
	case de.Unsent:
		return "вызов не ушёл"
	}
	if words := map[int]string{401: "отказ: имя или пароль", 407: "отказ: имя или пароль", 403: "отказ: номер не пропущен", 480: "отказ 480", 488: "нет общего кодека", 603: "отказ 603"}[de.Code]; words != "" {
		return words
	}
	if de.Code >= 500 {
		return "сбой у провайдера"
	}
	return "отказ провайдера"
}

// patience waits a moment before limits are asked again; false: long enough.
func patience(ctx context.Context, since time.Time) bool {
	if time.Since(since) > limitPatience {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(limitAgain):
		return true
	}
}
