package engine

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// longWords last longer than the five seconds in which sound must come.
var longWords = strings.Repeat("Авария в доме. ", 8)

// TestAnAnswerWithoutSoundIsDialledAgain is F9 and R17: a trunk answers and no sound comes
// for 5 s; the phone is reached through the other one within the same order, the first is
// sick for a while, and the journal says so.
func TestAnAnswerWithoutSoundIsDialledAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *desk) {
		second := d.trunks[0]
		second.ID, second.Name, second.Priority, second.Lines = 2, "Y", 5, map[int64]string{2: "+73430000102"}
		d.trunks = append(d.trunks, second)
	})
	w.eventually("both live", func() bool { f := w.engine.trunks.floor(); return f[0].State == "up" && f[1].State == "up" })
	ears := make(chan *ear, 1)
	gone := make(chan sip.Ending, 1)
	w.phones.set("+79000001001", func(l *sip.Leg) {
		_ = l.Ring()
		if l.Answer() != nil {
			return
		}
		if l.From() == "+73430000101" {
			gone <- l.End() // answers, and is silent
			return
		}
		ears <- w.party(l, executorTone)
	})
	o := order("task-1", "+79000001001", telephony.AnnounceOnly)
	o.Words.Text = longWords
	w.desk.place(o)
	var e *ear
	select {
	case e = <-ears:
	case <-w.ctx().Done():
		t.Fatal("the phone is not dialled again")
	}
	require.Equal(t, sip.Them, (<-gone).By)
	w.eventually("the words are heard", func() bool { return e.heard(voiceTone) })
	r := w.desk.until(t, "the trunk is changed", func(r telephony.Report) bool { return r.Kind == telephony.CallTrunk })
	var c telephony.Changed
	require.NoError(t, json.Unmarshal(r.Data, &c))
	require.Equal(t, telephony.Changed{From: "X", To: "Y", Why: noSoundWords}, c)
	f := w.engine.trunks.floor()[0]
	require.Equal(t, "down", f.State)
	require.Equal(t, noSoundWords, f.Text)
	require.Equal(t, 1, f.Failures[noSoundWords])
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
	require.Equal(t, 1, w.desk.count(telephony.CallEnded))
}

// TestWithoutAnotherTrunkASilentAnswerStands: it may be a phone that is silent while it listens.
func TestWithoutAnotherTrunkASilentAnswerStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set("+79000001001", func(l *sip.Leg) { _ = l.Answer() })
	o := order("task-1", "+79000001001", telephony.AnnounceOnly)
	o.Words.Text = longWords
	w.desk.place(o)
	w.eventually("it is counted", func() bool { return w.engine.trunks.floor()[0].Failures[noSoundWords] == 1 })
	require.Equal(t, "up", w.engine.trunks.floor()[0].State)
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
}
