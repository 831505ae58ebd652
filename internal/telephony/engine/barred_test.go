package engine

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// TestWhoseSessionEndsFinishesHisCall is F5: a session that is over, or rights that are taken away,
// end no talk; after it he is at work no more, whatever his page asks for.
func TestWhoseSessionEndsFinishesHisCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	leg, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	w.desk.barred.Store(true)
	var said []string
	w.eventually("his page says it", func() bool { said = append(said, op.Errors()...); return slices.Contains(said, "session.ended") })
	ear.forget()
	w.eventually("they talk on", func() bool { return ear.heard(operatorTone) })
	require.Equal(t, "talking", op.View().State)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(1)}, []any{end.Outcome, end.Operator})

	require.NoError(t, op.InState(w.ctx(), "wrap_up"), "the request is written to its end")
	op.Send(w.ctx(), map[string]any{"type": "wrapped_up"})
	require.NoError(t, op.InState(w.ctx(), "off"))
	op.Send(w.ctx(), map[string]any{"type": "state", "state": "ready"})
	_, second := w.resident("+79000900002")
	w.eventually("the greeting is heard", func() bool { return second.heard(voiceTone) })
	next := w.operator(2, true)
	_, err = next.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, 1, w.offered(1), "nothing new for who has no session")
}
