package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestAnExpiredSessionIsTheCarriersFault: a talk whose session nobody refreshed has ended by
// the provider's fault, and the journal says why.
func TestAnExpiredSessionIsTheCarriersFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	w.inLoop(func() { w.engine.calls[v.Key].farGone(sip.Ending{By: sip.Line, Cause: sip.ByExpiry}) })
	r := w.desk.ended(t)
	require.Equal(t, telephony.Answered, r.Outcome)
	require.Equal(t, telephony.Carrier, r.Blame)
	require.Equal(t, "провайдер не продлил сессию", r.Why)
}
