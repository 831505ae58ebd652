package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestATrunkThatDemandsSealedSoundHasNoOther: our calls to it are sealed, and one of its
// that is not is refused.
func TestATrunkThatDemandsSealedSoundHasNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.trunks[0].SRTP = "required" })
	sealed := make(chan bool, 1)
	w.phones.set("+79000001001", func(l *sip.Leg) {
		_ = l.Answer()
		sealed <- l.Sealed()
	})
	w.desk.place(order("task-1", "+79000001001", telephony.AnnounceOnly))
	require.True(t, <-sealed)
	a := w.engine.SIPAddr()
	to := sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: "+79000001002"}
	_, de := w.provider.Dial(w.ctx(), to)
	require.NotNil(t, de)
	require.Equal(t, 488, de.Code)
	to.SRTP = sip.SRTPRequired
	leg, de := w.provider.Dial(w.ctx(), to)
	require.Nil(t, de)
	require.True(t, leg.Sealed())
	leg.Hangup()
}
