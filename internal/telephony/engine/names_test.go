package engine

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/trunk"
)

// where leads names to addresses and knows no services, as providers do that have one machine;
// the addresses by name, as name servers' answers are.
func where(f func(name string) ([]string, error)) lookup {
	return func(_ context.Context, host string, _ int, _ string) (a trunk.Answer, err error) {
		ips, err := f(host)
		slices.Sort(ips)
		for _, ip := range ips {
			a.Places = append(a.Places, trunk.Place{Addr: ip})
		}
		return a, err
	}
}

// TestATrunkKnownByItsNameAlone is F81: no address is written down for it. Its packets are
// let in where its name leads; when the name server is gone, the last good address counts,
// for what comes and for what leaves, and in the next run too.
func TestATrunkKnownByItsNameAlone(t *testing.T) {
	t.Parallel()
	const host = "sip.provider.invalid"
	var address string
	var gone atomic.Bool
	w := newWorld(t, func(d *desk) {
		address, d.trunks[0].Host = d.trunks[0].Host, host
		d.lookup = where(func(name string) ([]string, error) {
			if name != host || gone.Swap(true) {
				return nil, errors.New("no such host")
			}
			return []string{address}, nil
		})
	})
	require.Equal(t, []string{address}, w.engine.trunks.names.of(w.desk.trunks[0]))
	require.True(t, w.engine.filter.Lets(netip.MustParseAddr(address)))
	require.False(t, w.engine.filter.Lets(netip.MustParseAddr("127.0.63.1")), "nobody else")
	_, ear := w.resident("+79000900001")
	r := w.desk.until(t, "started", func(r telephony.Report) bool { return r.Kind == telephony.CallStarted })
	require.Equal(t, int64(1), r.TrunkID, "whose call it is")
	w.eventually("he is greeted", func() bool { return ear.heard(voiceTone) })
	w.callLeaves()
	next := newNames(w.engine)
	next.lookup = where(func(string) ([]string, error) { return nil, errors.New("no such host") })
	next.refresh(w.ctx(), w.desk.trunks)
	require.Equal(t, w.provider.Addr().String(), next.at(w.desk.trunks[0]), "it outlives us")
}

// TestATrunkOfSeveralAddressesIsSentToOneThatAnswers: the first of two is a machine that is off;
// the trunk lives by the other, and calls leave by it.
func TestATrunkOfSeveralAddressesIsSentToOneThatAnswers(t *testing.T) {
	t.Parallel()
	const host = "several.provider.invalid"
	var dead, living string
	w := newWorld(t, func(d *desk) {
		dead, living, d.trunks[0].Host = "127.0.60.254", d.trunks[0].Host, host
		d.lookup = where(func(string) ([]string, error) { return []string{living, dead}, nil })
	})
	require.Equal(t, []string{dead, living}, w.engine.trunks.names.of(w.desk.trunks[0]), "the one that is off is asked first")
	w.eventually("the trunk lives", func() bool { return w.engine.trunks.floor()[0].State == "up" })
	require.Equal(t, w.provider.Addr().String(), w.engine.trunks.names.at(w.desk.trunks[0]))
	w.callLeaves()
}

// TestATrunkWhoseNameLeadsNowhereSaysSo: at the trunk, in words; the others work.
func TestATrunkWhoseNameLeadsNowhereSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		d.trunks = append(d.trunks, telephony.Trunk{ID: 2, Name: "Y", Host: "mistyped.invalid"})
		d.lookup = where(func(string) ([]string, error) { return nil, errors.New("no such host") })
	})
	w.eventually("it is told", func() bool {
		f := w.engine.trunks.floor()
		return len(f) == 2 && f[0].State == "up" && f[1].State == "down" && strings.Contains(f[1].Text, "mistyped.invalid не находится")
	})
}

// TestATrunkWithoutAPortIsFoundByItsService: the record of the lower number is asked first, at its
// own port; when nobody answers there the next one carries the calls. How long the answer is good
// decides when it is asked for again.
func TestATrunkWithoutAPortIsFoundByItsService(t *testing.T) { // RFC 3263
	t.Parallel()
	var asked atomic.Int32
	var living int
	w := newWorld(t, func(d *desk) {
		x := &d.trunks[0]
		ip := x.Host
		living, x.Host, x.Port = x.Port, "sip.provider.invalid", 0
		d.lookup = func(_ context.Context, host string, port int, transport string) (trunk.Answer, error) {
			if host != "sip.provider.invalid" || port != 0 || transport != "" {
				return trunk.Answer{}, errors.New("another question")
			}
			asked.Add(1)
			return trunk.Answer{TTL: time.Hour, Places: []trunk.Place{{Addr: "127.0.60.253", Port: 5099, Priority: 10}, {Addr: ip, Port: living, Priority: 20}}}, nil
		}
	})
	require.Equal(t, w.provider.Addr().String(), w.engine.trunks.names.at(w.desk.trunks[0]))
	require.True(t, w.engine.filter.Lets(netip.MustParseAddr("127.0.60.253")))
	w.callLeaves()
	require.Equal(t, int32(1), asked.Load(), "it is good for an hour")
	next := newNames(w.engine)
	next.lookup = where(func(string) ([]string, error) { return nil, errors.New("no such host") })
	next.refresh(w.ctx(), w.desk.trunks)
	require.Contains(t, []string{"127.0.60.253:5099", w.provider.Addr().String()}, next.at(w.desk.trunks[0]), "with its port it outlives us")
}

// TestAnAnswerIsGoodAsLongAsItSays: not asked for before, asked for after; the place in use stays
// while it is one of the best.
func TestAnAnswerIsGoodAsLongAsItSays(t *testing.T) {
	t.Parallel()
	places := []trunk.Place{{Addr: "192.0.2.1", Port: 5060, Weight: 1}, {Addr: "192.0.2.2", Port: 5060, Weight: 1}}
	ttl, asked := 100*time.Second, 0
	n := newNames(&Engine{cfg: Config{Data: t.TempDir(), Pace: 1}, log: quietLog()})
	n.kept = map[string][]string{}
	n.lookup = func(context.Context, string, int, string) (trunk.Answer, error) {
		asked++
		return trunk.Answer{Places: slices.Clone(places), TTL: ttl}, nil
	}
	list := []telephony.Trunk{{Host: "sip.provider.invalid"}, {Host: "sip.provider.invalid"}}
	ago := func(d time.Duration) {
		k := n.known["sip.provider.invalid/"]
		k.asked = time.Now().Add(-d)
		n.known["sip.provider.invalid/"] = k
		n.refresh(t.Context(), list)
	}
	n.refresh(t.Context(), list)
	at := n.at(list[0])
	ago(95 * time.Second)
	require.Equal(t, 1, asked)
	ago(105 * time.Second)
	require.Equal(t, 2, asked)
	places = append(places, trunk.Place{Addr: "192.0.2.3", Port: 5060, Weight: 1000})
	for range 20 {
		ago(105 * time.Second)
		require.Equal(t, at, n.at(list[0]), "calls are not moved without need")
		places[2].Weight++ // another answer
	}
	places = []trunk.Place{{Addr: "192.0.2.4", Port: 5070}}
	ttl = 0
	ago(105 * time.Second)
	require.Equal(t, "192.0.2.4:5070", n.at(list[0]))
	ago(29 * time.Second)
	require.Equal(t, 23, asked, "one that does not say is good for half a minute")
	ago(31 * time.Second)
	require.Equal(t, 24, asked)
}

// callLeaves has a person called and waits until he hears it.
func (w *world) callLeaves() {
	w.t.Helper()
	heard := w.answering("+79000001001")
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	select {
	case <-heard:
	case <-w.ctx().Done():
		w.t.Fatal("no call leaves")
	}
}
