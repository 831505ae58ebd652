package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/tone"
)

// span is when a tone is first heard, when last, and for how long in all.
func (e *ear) span(hz float64) (first, last, all time.Duration) {
	const window = g711.Rate / 20
	e.mu.Lock()
	s := g711.Decode(e.got, g711.ALaw)
	e.mu.Unlock()
	first = -1
	for i := 0; i+window <= len(s); i += window {
		if tone.Level(s[i:i+window], hz) < -25 {
			continue
		}
		at := time.Duration(i) * time.Second / g711.Rate
		if first < 0 {
			first = at
		}
		last = at + 50*time.Millisecond
		all += 50 * time.Millisecond
	}
	return first, last, all
}

// TestWhoAnswersAtOnceDoesNotCutTheNoticeOff: the words of the recording are heard whole
// before the operator is, wherever the greeting was; he hears them too, and so knows why he
// waits. When the greeting itself tells of it, short words take their place.
func TestWhoAnswersAtOnceDoesNotCutTheNoticeOff(t *testing.T) {
	t.Parallel()
	own := []telephony.Speech{{Text: noticeWords + strings.Repeat(" запись", 4)}}
	for name, c := range map[string]struct {
		after    []telephony.Speech
		greeting string
		hz       float64
		lasts    time.Duration
	}{
		"words of their own": {own, "Здравствуйте", noticeTone, time.Duration(len(own[0].Text)) * 40 * time.Millisecond},
		"in the greeting":    {nil, "Здравствуйте. Разговор записывается. Вам сейчас ответят.", recordedTone, recordedLasts},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(d *desk) { d.decision.After, d.decision.Greeting.Text = c.after, c.greeting })
			op := w.operator(1, true)
			_, resident := w.resident("+79000900001")
			v, err := op.Call(w.ctx(), "ringing")
			require.NoError(t, err)
			op.Do(w.ctx(), "answer", v.Key)
			w.hears("the operator hears what the caller is told", op, c.hz)
			w.eventually("they talk", func() bool { return resident.heard(operatorTone) })
			_, end, all := resident.span(c.hz)
			spoke, _, _ := resident.span(operatorTone)
			require.InDelta(t, c.lasts.Seconds(), all.Seconds(), 0.25, "the whole of it")
			require.GreaterOrEqual(t, spoke, end-50*time.Millisecond, "then the operator")
			greeted, _, _ := resident.span(voiceTone)
			require.Less(t, greeted, end)
		})
	}
}

// TestTheCompanysOwnPhoneDoesNotCutTheNoticeOff: the same where the company answers itself.
func TestTheCompanysOwnPhoneDoesNotCutTheNoticeOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ownHours, func(d *desk) {
		d.decision.Greeting.Text = "Здравствуйте. Разговор записывается."
	})
	w.answering("+79000003001")
	_, resident := w.resident("+79000001001")
	w.eventually("they speak", func() bool { return resident.heard(executorTone) })
	_, end, all := resident.span(recordedTone)
	spoke, _, _ := resident.span(executorTone)
	require.InDelta(t, recordedLasts.Seconds(), all.Seconds(), 0.25)
	require.GreaterOrEqual(t, spoke, end-50*time.Millisecond)
}

// TestWhoHasHeardTheNoticeIsJoinedAtOnce: once is enough.
func TestWhoHasHeardTheNoticeIsJoinedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) { d.decision.Greeting.Text = "Разговор записывается" })
	_, resident := w.resident("+79000900001")
	w.eventually("it was heard", func() (yes bool) {
		w.inLoop(func() {
			for _, c := range w.engine.calls {
				yes = c.noticed
			}
		})
		return yes
	})
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return resident.heard(operatorTone) })
	_, _, all := resident.span(recordedTone)
	require.Zero(t, all)
}
