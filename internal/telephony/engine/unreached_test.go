package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/foreign"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/tone"
)

// unreachedTone is what a network plays of a telephone that is switched off.
const unreachedTone = 1400.0

// unreached is a network of sipp: it plays a tone before any answer (183 with a description, and
// sound), for as long as a sentence lasts, and then refuses. It serves one call after another.
func unreached(t *testing.T, ip, status string) *foreign.Sipp {
	t.Helper()
	return foreign.StartSipp(t, foreign.Scenario{
		IP: ip, Files: map[string][]byte{"unreached.alaw": media.Tone(unreachedTone, time.Second).ALaw()},
		Steps: `<recv request="OPTIONS" optional="true" next="1"/>
<recv request="INVITE"/>
` + sippSays("183 Session Progress", foreignSDP) + `<nop><action><exec rtp_stream="unreached.alaw,-1,8"/></action></nop>
<pause milliseconds="1500"/>
` + sippSays(status, "") + `<recv request="ACK"/>
<nop next="2"/>
<label id="1"/>
` + sippSays("200 OK", "") + `<label id="2"/>
<nop/>
`,
	})
}

// TestTheSoundOfAnUnreachedPhoneIsNoAnswer is F32: what a network says before it refuses is
// nobody's answer: no word is spoken to it, nothing recorded, and the operator who waits does not
// hear it as if somebody were there.
func TestTheSoundOfAnUnreachedPhoneIsNoAnswer(t *testing.T) { // F32
	t.Parallel()
	for i, tt := range []struct {
		name, status string
		mode         telephony.Mode
		outcome      telephony.Outcome
	}{
		{"switched off, the machine speaks", "480 Temporarily Unavailable", telephony.AnnounceOnly, telephony.NoAnswer},
		{"switched off, an operator waits", "480 Temporarily Unavailable", telephony.OperatorFirst, telephony.NoAnswer},
		{"busy, an operator waits", "486 Busy Here", telephony.OperatorFirst, telephony.Busy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, abroad(unreached(t, fmt.Sprintf("127.0.68.%d", 30+i), tt.status).Addr))
			o := order("task-1-1", abroadNumber, tt.mode)
			o.OperatorWithin, o.RingFor = time.Minute, 5*time.Minute // longer than the sentence lasts
			if tt.mode == telephony.AnnounceOnly {
				w.desk.place(o)
			} else {
				op := w.operator(1, true)
				w.desk.place(o)
				v, err := op.Call(w.ctx(), "ringing")
				require.NoError(t, err)
				op.Do(w.ctx(), "answer", v.Key)
				_, err = op.Call(w.ctx(), "dialling")
				require.NoError(t, err)
				defer func() {
					require.NoError(t, op.InState(w.ctx(), "wrap_up"))
					require.False(t, tone.Heard(op.Heard(), unreachedTone))
				}()
			}
			end := w.desk.ended(t)
			require.Equal(t, []any{tt.outcome, telephony.Theirs, ""}, []any{end.Outcome, end.Blame, end.Digit})
			for _, no := range []telephony.ReportKind{telephony.CallAnswered, telephony.CallSpoken, telephony.CallDigit, telephony.CallRecorded} {
				require.Zero(t, w.desk.count(no), no)
			}
			require.Equal(t, 1, w.desk.count(telephony.CallRinging))
		})
	}
}

// TestAnUnreachedPhoneIsPassedOver is F32 where a caller is led to somebody with two numbers: the
// second rings at once when the first is refused, and what its network said of the first is heard
// neither by the operator nor by the caller.
func TestAnUnreachedPhoneIsPassedOver(t *testing.T) { // F32
	t.Parallel()
	w := newWorld(t, competent)
	refused := make(chan time.Time, 1)
	w.phones.set(bookkeepers, func(l *sip.Leg) {
		assert.NoError(t, l.Progress())
		w.party(l, unreachedTone)
		hold(l, 1500*time.Millisecond)
		refused <- time.Now()
		l.Reject(480, "Temporarily Unavailable")
	})
	ears := w.answering(spare)
	op, key, _, resident := w.inTalk()
	op.Forget()
	resident.forget()
	w.transfer(op, key, 2, telephony.Consult)
	var person *ear
	select {
	case person = <-ears:
	case <-w.ctx().Done():
		require.FailNow(t, "the second number is not rung", "he hears the network: %v", tone.Heard(op.Heard(), unreachedTone))
	}
	require.Less(t, time.Since(<-refused), time.Second, "the next number at once")
	w.transferIs(op, telephony.TransferAnswered)
	w.eventually("they speak", func() bool { return person.heard(operatorTone) && tone.Heard(op.Heard(), executorTone) })
	require.False(t, tone.Heard(op.Heard(), unreachedTone))
	require.False(t, resident.heard(unreachedTone))
}
