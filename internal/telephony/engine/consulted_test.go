package engine

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// consultation is the recording of the talk of this number, closed; 0 is the call's line.
func consultation(talk int) func(telephony.Report) bool {
	return func(r telephony.Report) bool { return recorded(r) && r.Recording.Talk == talk }
}

// TestAConsultationIsRecorded: each talk of the operator with whom the caller may be led to is a
// recording of its own in the same call, both sides, by length what was said; the caller's music
// is not in it, and what they said is not in his.
func TestAConsultationIsRecorded(t *testing.T) { // SR2, T6
	t.Parallel()
	w := newWorld(t, competent)
	ears := w.answering(bookkeepers)
	op, key, leg, _ := w.inTalk()
	for range 2 { // the first ends without the caller
		w.transfer(op, key, bookkeeper, telephony.Consult)
		person := <-ears
		w.eventually("the person hears the operator", func() bool { return person.heard(operatorTone) })
		w.hears("the operator hears the person", op, executorTone)
		w.transferIs(op, telephony.TransferAnswered)
		began := time.Now()
		<-time.After(time.Second) // of talk
		if w.desk.has(consultation(1)) {
			op.Do(w.ctx(), "transfer_connect", key)
			break
		}
		op.Do(w.ctx(), "transfer_back", key)
		first := w.desk.until(t, "the first is closed", consultation(1))
		require.InDelta(t, time.Since(began).Seconds(), float64(first.Recording.DurationMS)/1000, 1.5)
	}
	second := w.desk.until(t, "the second is closed when the caller has the person", consultation(2))
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	leg.Hangup()
	first, line := w.desk.until(t, "first", consultation(1)), w.desk.until(t, "the line's", consultation(0))
	for n, r := range []telephony.Report{first, second} {
		require.Equal(t, []any{"Бухгалтер", key, int64(1)}, []any{r.Recording.With, r.CallKey, r.CompanyID})
		require.NotZero(t, r.Recording.Bytes)
		w.desk.until(t, "it was told of when it began", func(r telephony.Report) bool {
			return r.Kind == telephony.CallRecorded && r.Recording.State == "writing" && r.Recording.Talk == n+1
		})
		left, right := w.tones(r)
		require.Equal(t, []bool{true, true}, []bool{left(executorTone), right(operatorTone)}, "what the person says, what he hears")
		for _, side := range []func(float64) bool{left, right} {
			require.False(t, side(residentTone), "the caller has no part in it")
		}
		require.False(t, right(executorTone) || left(operatorTone), "each side by itself")
	}
	require.NotEqual(t, first.Recording.Path, second.Recording.Path)
	require.NotEqual(t, line.Recording.Path, second.Recording.Path)
}

func (d *desk) has(f func(telephony.Report) bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.reports {
		if f(r) {
			return true
		}
	}
	return false
}

// TestAConsultationWithAColleagueIsRecorded; a long one in parts (F19), as any talk.
func TestAConsultationWithAColleagueIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.part = time.Second })
	op, key, leg, _ := w.inTalk()
	mate := w.colleague(2)
	w.led(op, mate, key, telephony.Consult)
	w.speaksAside(mate, key)
	part := func(n int) telephony.Report {
		return w.desk.until(t, "a part is closed", func(r telephony.Report) bool { return consultation(1)(r) && r.Recording.Part == n })
	}
	second := part(2)
	left, right := w.tones(second)
	require.Equal(t, []bool{true, true}, []bool{left(executorTone), right(operatorTone)})
	require.Equal(t, filepath.Base(partOf(part(1).Recording.Path, 2)), filepath.Base(second.Recording.Path))
	op.Do(w.ctx(), "transfer_connect", key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	leg.Hangup()
	w.desk.ended(t)
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	seen := map[int]bool{}
	for _, r := range w.desk.reports {
		if r.CallKey == key {
			require.False(t, seen[r.Seq], "a number of a fact twice: %+v", r)
			seen[r.Seq] = true
		}
	}
}

// TestWhoIsConsultedHearsThatHeIsRecorded, where callers do, before anybody hears him and
// whole; led to at once he hears it too, and nobody has consulted him: there is no recording
// of that.
func TestWhoIsConsultedHearsThatHeIsRecorded(t *testing.T) { // SR2
	t.Parallel()
	for name, mode := range map[string]telephony.TransferMode{"consult": telephony.Consult, "at once": telephony.AtOnce} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, competent, func(d *desk) {
				d.decision.Greeting.Text = "Здравствуйте. Разговор записывается."
			})
			ears := w.answering(bookkeepers)
			op, key, leg, resident := w.inTalk()
			w.transfer(op, key, bookkeeper, mode)
			person := <-ears
			w.eventually("the screen says what he hears, and nothing runs out", func() bool {
				v := op.View().Transfer
				return v.State == string(telephony.TransferAsked) && v.Warned && v.Till == ""
			})
			speaks := residentTone
			if mode == telephony.Consult {
				speaks = operatorTone
				w.hears("the operator knows why he waits", op, recordedTone)
				w.eventually("they speak", func() bool { return person.heard(operatorTone) })
				w.hears("both ways", op, executorTone)
				require.False(t, w.transferIs(op, telephony.TransferAnswered).Transfer.Warned)
				op.Do(w.ctx(), "transfer_connect", key)
			}
			w.eventually("the caller has him", func() bool { return resident.heard(executorTone) })
			w.eventually("and is heard", func() bool { return person.heard(residentTone) })
			_, end, all := person.span(recordedTone)
			spoke, _, _ := person.span(speaks)
			require.InDelta(t, recordedLasts.Seconds(), all.Seconds(), 0.25, "the whole of it")
			require.GreaterOrEqual(t, spoke, end-50*time.Millisecond)
			leg.Hangup()
			w.desk.until(t, "the line's recording is closed", consultation(0))
			if mode == telephony.Consult {
				said, heard := w.tones(w.desk.until(t, "the talk's", consultation(1)))
				require.Equal(t, []bool{true, true}, []bool{said(executorTone), heard(operatorTone)})
			} else {
				require.False(t, w.desk.has(func(r telephony.Report) bool { return r.Kind == telephony.CallRecorded && r.Recording.Talk > 0 }))
			}
		})
	}
}
