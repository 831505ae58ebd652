package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/wav"
)

// Tones of recorded phrases.
const (
	greetingTone = 1336.0
	holdTone     = 1477.0
)

// phrase puts a recorded announcement where the engine reads them.
func (w *world) phrase(name string, hz float64) string {
	w.t.Helper()
	dir := filepath.Join(w.dir, telephony.Announcements)
	require.NoError(w.t, os.MkdirAll(dir, 0o750))
	require.NoError(w.t, os.WriteFile(filepath.Join(dir, name), wav.ALaw(media.Tone(hz, time.Second).ALaw(), 1), 0o600))
	return name
}

// TestWhatACallerHearsInTurn: the recorded greeting of the moment, then that the call is
// recorded, and the company's words on hold before the music; measured at his ear.
func TestWhatACallerHearsInTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk.mu.Lock()
	w.desk.decision.Greeting = telephony.Speech{File: w.phrase("night.wav", greetingTone), Text: "Доброй ночи."}
	w.desk.decision.After = []telephony.Speech{{Text: noticeWords + " Разговор записывается."}}
	w.desk.decision.Hold = telephony.Speech{File: w.phrase("hold.wav", holdTone), Text: "Не кладите трубку."}
	w.desk.mu.Unlock()
	_, ear := w.resident("+79000900001")
	w.eventually("the greeting of the night is heard", func() bool { return ear.heard(greetingTone) })
	w.eventually("he is told of the recording after it", func() bool { return ear.heard(noticeTone) })
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	w.inLoop(func() {
		for _, s := range w.engine.seats {
			s.hold(v.Key, true)
		}
	})
	w.eventually("words on hold", func() bool { return ear.heard(holdTone) })
	w.eventually("then music", func() bool { return ear.without(holdTone) })
}

// TestAnAnnouncementIsHeardWholeAndHungUp: a number of a company that is not served, or an old
// one: no operator is rung, the words are heard to their end, then we hang up, and nobody is
// called back for it.
func TestAnAnnouncementIsHeardWholeAndHungUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		d.decision.Action, d.decision.Greeting = telephony.PlayAndHangUp, telephony.Speech{Text: noticeWords + strings.Repeat(" номер", 3)}
	})
	op := w.operator(1, true)
	leg, resident := w.resident("+79000900001")
	require.Equal(t, sip.Them, leg.End().By, "who announces hangs up")
	_, _, all := resident.span(noticeTone)
	require.InDelta(t, float64(len(w.desk.decision.Greeting.Text))*0.04, all.Seconds(), 0.25, "the whole of it")
	r := w.desk.ended(t)
	require.Equal(t, telephony.Answered, r.Outcome)
	require.Equal(t, telephony.Nobody, r.Blame)
	require.Zero(t, op.Rings())
	require.Zero(t, w.desk.count(telephony.CallQueued))
}

// TestLastNightsGreetingIsNotForTheMorning: with the database away an answer remembered
// greets as its hour; when that has passed, as by day: never wrong, never silent (F42).
func TestLastNightsGreetingIsNotForTheMorning(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)
	d := telephony.Decision{Greeting: telephony.Speech{Text: "Доброй ночи."}, Plain: telephony.Speech{Text: "Здравствуйте."}, Until: until}
	require.Equal(t, "Доброй ночи.", greetedAt(d, until.Add(-time.Second)).Greeting.Text)
	require.Equal(t, "Здравствуйте.", greetedAt(d, until).Greeting.Text)
	d.Until = time.Time{}
	require.Equal(t, "Доброй ночи.", greetedAt(d, until).Greeting.Text)
}
