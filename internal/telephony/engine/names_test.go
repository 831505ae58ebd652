package engine

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

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
		d.lookup = func(_ context.Context, name string) ([]string, error) {
			if name != host || gone.Swap(true) {
				return nil, errors.New("no such host")
			}
			return []string{address}, nil
		}
	})
	require.Equal(t, []string{address}, w.engine.trunks.names.of(host))
	require.True(t, w.engine.filter.Lets(netip.MustParseAddr(address)))
	require.False(t, w.engine.filter.Lets(netip.MustParseAddr("127.0.63.1")), "nobody else")
	_, ear := w.resident("+79000900001")
	r := w.desk.until(t, "started", func(r telephony.Report) bool { return r.Kind == telephony.CallStarted })
	require.Equal(t, int64(1), r.TrunkID, "whose call it is")
	w.eventually("he is greeted", func() bool { return ear.heard(voiceTone) })
	heard := w.answering("+79000001001")
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	select {
	case <-heard:
	case <-w.ctx().Done():
		t.Fatal("no call leaves")
	}
	next := newNames(w.engine)
	next.lookup = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
	next.refresh(w.ctx(), w.desk.trunks)
	require.Equal(t, address, next.at(host), "it outlives us")
}

// TestATrunkOfSeveralAddressesIsSentToOneThatAnswers: the first of two is a machine that is off;
// the trunk lives by the other, and calls leave by it.
func TestATrunkOfSeveralAddressesIsSentToOneThatAnswers(t *testing.T) {
	t.Parallel()
	const host = "several.provider.invalid"
	var dead, living string
	w := newWorld(t, func(d *desk) {
		dead, living, d.trunks[0].Host = "127.0.60.254", d.trunks[0].Host, host
		d.lookup = func(context.Context, string) ([]string, error) { return []string{living, dead}, nil }
	})
	require.Equal(t, []string{dead, living}, w.engine.trunks.names.of(host), "the one that is off is asked first")
	w.eventually("the trunk lives", func() bool { return w.engine.trunks.floor()[0].State == "up" })
	require.Equal(t, living, w.engine.trunks.names.at(host))
	heard := w.answering("+79000001001")
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	select {
	case <-heard:
	case <-w.ctx().Done():
		t.Fatal("no call leaves")
	}
}

// TestATrunkWhoseNameLeadsNowhereSaysSo: at the trunk, in words; the others work.
func TestATrunkWhoseNameLeadsNowhereSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		d.trunks = append(d.trunks, telephony.Trunk{ID: 2, Name: "Y", Host: "mistyped.invalid"})
		d.lookup = func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") }
	})
	w.eventually("it is told", func() bool {
		f := w.engine.trunks.floor()
		return len(f) == 2 && f[0].State == "up" && f[1].State == "down" && strings.Contains(f[1].Text, "mistyped.invalid не находится")
	})
}
