package engine

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/foreign"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/sip"
)

// sends is somebody who calls the line and sends this sound; ear is what he hears.
func (w *world) sends(from string, sound *media.Prompt) (*sip.Leg, *ear) {
	w.t.Helper()
	leg, hears := w.dials(from)
	w.pacer.Start(leg.Media(), sound, true)
	return leg, hears
}

// machine is what a fax machine sends (T.30).
func machine() *media.Prompt {
	return media.Concat(media.Tone(1100, 500*time.Millisecond), media.Silence(3*time.Second))
}

// TestAFaxInTheQueueIsToldGoodbye: no operator is rung by it, its call has a result and is not
// lost; the residents beside it stay.
func TestAFaxInTheQueueIsToldGoodbye(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	person, _ := w.resident("+79000900001")
	w.waits(1)
	leg, hears := w.sends("+79000900002", machine())
	w.waits(2)
	w.desk.until(t, "the tone is known", func(r telephony.Report) bool { return r.Kind == telephony.CallEmpty && r.Empty == telephony.EmptyFax })
	hears.forget()
	w.waits(1)
	w.eventually("it is told why", func() bool { return hears.heard(voiceTone) })
	<-leg.Done()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.Nobody, telephony.EmptyFax, int64(0)}, []any{end.Outcome, end.Blame, end.Empty, end.Operator})
	select {
	case <-person.Done():
		t.Fatal("the resident is gone")
	default:
	}
}

// TestAForeignFaxIsToldGoodbye: neither the tones nor the telephone that sends them are of our
// making (spandsp, baresip); nothing but the machine's sound tells what it is.
func TestAForeignFaxIsToldGoodbye(t *testing.T) { // F17
	t.Parallel()
	b := foreign.StartBaresip(t, foreign.Account{IP: "127.0.68.40", User: "+79000900002", Sound: "../../../voip/tone/testdata/fax-calls.al"})
	w := newWorld(t, abroad(b.Addr))
	b.Dial("sip:+73430000101@" + w.engine.SIPAddr().String())
	w.waits(1)
	w.desk.until(t, "the tone is known", func(r telephony.Report) bool { return r.Kind == telephony.CallEmpty && r.Empty == telephony.EmptyFax })
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.EmptyFax, int64(0)}, []any{end.Outcome, end.Empty, end.Operator})
	w.eventually("its line is free", b.Free)
	require.True(t, b.Hears(voiceTone), "it is told why")
}

// TestAFaxInATalkFreesTheOperator: he has nothing to write about it and takes the next call.
func TestAFaxInATalkFreesTheOperator(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	w.sends("+79000900002", machine())
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.EmptyFax, int64(1)}, []any{end.Outcome, end.Empty, end.Operator})
}

// TestAFaxThatHangsUpDuringTheWordsIsNoLostCall.
func TestAFaxThatHangsUpDuringTheWordsIsNoLostCall(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	leg, _ := w.sends("+79000900002", machine())
	w.desk.until(t, "the tone is known", func(r telephony.Report) bool { return r.Kind == telephony.CallEmpty })
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.EmptyFax}, []any{end.Outcome, end.Empty})
}

// TestWhoPressesTheKeyIsNoFax: a person whose line gives such a tone is not cut off, and one
// taken for a machine comes back ahead of all (F16).
func TestWhoPressesTheKeyIsNoFax(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	leg, _ := w.sends("+79000900002", machine())
	w.desk.until(t, "the tone is known", func(r telephony.Report) bool { return r.Kind == telephony.CallEmpty })
	leg.Media().SendDigit('0', 0)
	w.waits(1)
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.True(t, v.Urgent)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	<-time.After(8 * time.Second) // two tones more
	require.Equal(t, "talking", op.View().State)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.Empty(""), int64(1)}, []any{end.Outcome, end.Empty, end.Operator})
}

// TestAKeyBeforeTheTonesIsAPersons: whoever has pressed any key is there, and no tone of his line
// ends his call.
func TestAKeyBeforeTheTonesIsAPersons(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	leg, _ := w.sends("+79000900002", machine())
	w.waits(1)
	leg.Media().SendDigit('5', 0)
	<-time.After(8 * time.Second) // two tones, and the words of goodbye
	w.waits(1)
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Abandoned, telephony.Empty("")}, []any{end.Outcome, end.Empty})
}

// talksTo is an operator in a talk with somebody who sends this sound.
func (w *world) talksTo(sound *media.Prompt) (*softphone.Phone, *sip.Leg, *ear, string) {
	w.t.Helper()
	op := w.operator(1, true)
	leg, hears := w.sends("+79000900002", sound)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	return op, leg, hears, v.Key
}

// TestASilentLineIsTheOperatorsWord: after ten seconds he is told that nobody is heard; by one
// key the caller hears goodbye, and the operator is free. The machine ends nothing by itself.
func TestASilentLineIsTheOperatorsWord(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	op, leg, hears, key := w.talksTo(media.Silence(time.Second))
	op.Do(w.ctx(), "silence", key)
	w.eventually("he has not been silent for so long yet", func() bool { return slices.Contains(op.Errors(), "call.heard") })
	require.NoError(t, op.Until(w.ctx(), "word that nobody is heard", op.HearsNobody))
	<-time.After(3 * time.Second) // three times the limit
	require.Equal(t, "talking", op.View().State, "whoever cannot speak is not cut off by a machine")
	hears.forget()
	op.Do(w.ctx(), "silence", key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	w.desk.until(t, "the result", func(r telephony.Report) bool {
		return r.Kind == telephony.CallEmpty && r.Empty == telephony.EmptySilence
	})
	w.eventually("he is told", func() bool { return hears.heard(voiceTone) })
	<-leg.Done()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, telephony.EmptySilence, int64(1)}, []any{end.Outcome, end.Empty, end.Operator})
}

// TestWhoCannotSpeakPressesAKey: any key in the talk is an answer, and zero takes back the call
// of who is told goodbye, ahead of all (F16).
func TestWhoCannotSpeakPressesAKey(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	op, leg, _, key := w.talksTo(media.Silence(time.Second))
	require.NoError(t, op.Until(w.ctx(), "word that nobody is heard", op.HearsNobody))
	leg.Media().SendDigit('5', 0)
	require.NoError(t, op.Until(w.ctx(), "word that somebody is there", func() bool { return !op.HearsNobody() }))
	op.Do(w.ctx(), "silence", key)
	w.eventually("it is refused", func() bool { return slices.Contains(op.Errors(), "call.heard") })
	op.Do(w.ctx(), "hangup", key)
	require.Equal(t, telephony.Empty(""), w.desk.ended(t).Empty)
	op.Do(w.ctx(), "wrapped_up", key)

	other, _ := w.sends("+79000900003", media.Silence(time.Second))
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	require.NoError(t, op.Until(w.ctx(), "word that nobody is heard", op.HearsNobody))
	op.Do(w.ctx(), "silence", v.Key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	other.Media().SendDigit('0', 0)
	op.Do(w.ctx(), "wrapped_up", v.Key)
	back, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, []any{v.Key, true}, []any{back.Key, back.Urgent})
}

// TestALineWithoutAnySoundIsCalledBack: nothing came of the caller at all, which is a broken
// line and no silence: his call is a lost one.
func TestALineWithoutAnySoundIsCalledBack(t *testing.T) { // F17, R25
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	w.dials("+79000900002")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	require.NoError(t, op.Until(w.ctx(), "word that nobody is heard", op.HearsNobody))
	op.Do(w.ctx(), "silence", v.Key)
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Abandoned, telephony.Carrier, telephony.Empty("")}, []any{end.Outcome, end.Blame, end.Empty})
}

// TestWhoHasSpokenMayBeSilent: he listens, or looks for his meter.
func TestWhoHasSpokenMayBeSilent(t *testing.T) { // F17
	t.Parallel()
	w := newWorld(t)
	op, leg, _, _ := w.talksTo(media.Tone(residentTone, 300*time.Millisecond))
	w.eventually("he is heard", func() (yes bool) {
		w.inLoop(func() { c := w.engine.seats[1].call; yes = c != nil && c.ear == nil })
		return yes
	})
	leg.Media().SetSink(nil)
	w.pacer.Start(leg.Media(), media.Silence(time.Second), true)
	<-time.After(3 * time.Second)
	require.False(t, op.View().Unheard)
}

// TestAMessageEndsWithASilence, and who says nothing after the signal has left none.
func TestAMessageEndsWithASilence(t *testing.T) { // F17, F6
	t.Parallel()
	for _, tt := range []struct {
		name  string
		sound *media.Prompt
		digit string
	}{
		{"he says nothing", media.Silence(time.Second), telephony.KeyCallBack},
		{"he has spoken", media.Concat(media.Tone(residentTone, 9*time.Second), media.Silence(time.Minute)), telephony.KeyMessage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			leg, _ := w.sends("+79000900002", tt.sound)
			w.waits(1)
			leg.Media().SendDigit('2', 0)
			end := w.desk.ended(t)
			require.Equal(t, []any{telephony.Abandoned, tt.digit, telephony.Empty("")}, []any{end.Outcome, end.Digit, end.Empty})
		})
	}
}
