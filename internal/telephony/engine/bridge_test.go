package engine

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

const (
	foreman  = "+79000006001"
	occupant = "+79000006002"
)

func connection(key string) telephony.Order {
	o := order(key, occupant, telephony.Bridge)
	o.First, o.Purpose = foreman, telephony.Connection
	return o
}

// TestTheCentreConnectsTwoPhones: the employee's phone is rung first, then the resident's;
// they hear each other, see the centre's number, and are recorded (J12).
func TestTheCentreConnectsTwoPhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.answering(foreman)
	var resident *ear
	leg := make(chan *sip.Leg, 1)
	w.phones.set(occupant, func(l *sip.Leg) {
		if l.Answer() == nil {
			resident = w.party(l, residentTone)
			leg <- l
		}
	})
	w.desk.place(connection("c-1"))
	person, l := <-first, <-leg
	w.eventually("they hear each other", func() bool { return person.heard(residentTone) && resident.heard(executorTone) })
	w.desk.until(t, "joined", func(r telephony.Report) bool { return r.Kind == telephony.CallBridged })
	w.phones.mu.Lock()
	require.Len(t, w.phones.legs, 2)
	for _, x := range w.phones.legs {
		require.Equal(t, "+73430000101", x.From())
	}
	w.phones.mu.Unlock()
	l.Hangup()
	require.Equal(t, telephony.Answered, w.desk.until(t, "ended", endOf("c-1")).Outcome)
	left, right := w.tones(w.desk.until(t, "recorded", recorded))
	require.True(t, left(executorTone) && right(residentTone), "both are recorded")
}

// TestWhoseSecondPhoneIsBusyHearsIt: the order ends with the outcome of the resident's phone.
func TestWhoseSecondPhoneIsBusyHearsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.answering(foreman)
	w.phones.set(occupant, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	o := connection("c-1")
	o.Words = telephony.Speech{}
	w.desk.place(o)
	person := <-first
	r := w.desk.until(t, "ended", endOf("c-1"))
	require.Equal(t, telephony.Busy, r.Outcome)
	require.True(t, person.heard(voiceTone), "he is told")
	require.Zero(t, w.desk.count(telephony.CallBridged))
}

// TestNobodyIsRungForAFirstWhoDoesNotAnswer: the resident is not troubled.
func TestNobodyIsRungForAFirstWhoDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.phones.set(foreman, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	w.desk.place(connection("c-1"))
	require.Equal(t, telephony.Busy, w.desk.until(t, "ended", endOf("c-1")).Outcome)
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Len(t, w.phones.legs, 1)
}

// TestAFirstWhoGivesUpStopsTheOther: hung up or withdrawn, the resident's phone stops ringing.
func TestAFirstWhoGivesUpStopsTheOther(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"hung up", "withdrawn"} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t)
			one := make(chan *sip.Leg, 1)
			w.phones.set(foreman, func(l *sip.Leg) {
				if l.Answer() == nil {
					w.party(l, executorTone)
					one <- l
				}
			})
			rings, end := make(chan struct{}), make(chan sip.Ending, 1)
			w.phones.set(occupant, func(l *sip.Leg) { _ = l.Ring(); close(rings); end <- l.End() })
			w.desk.place(connection("c-1"))
			l := <-one
			<-rings
			if how == "withdrawn" {
				w.desk.cancel("c-1")
			} else {
				l.Hangup()
			}
			require.Equal(t, sip.ByCancel, (<-end).Cause)
			require.Equal(t, telephony.Cancelled, w.desk.until(t, "ended", endOf("c-1")).Outcome)
		})
	}
}

// TestNoForbiddenNumberLeavesByABridge is S9 for either of its phones.
func TestNoForbiddenNumberLeavesByABridge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.answering(foreman)
	list := forbidden(32)
	for i, number := range list {
		o := connection("first-" + number)
		o.First, o.Phone = number, occupant+string(rune('0'+i%10))
		w.desk.place(o)
	}
	o := connection("second")
	o.Phone = list[0]
	w.desk.place(o)
	require.Equal(t, telephony.BadNumber, w.desk.until(t, "ended", endOf("second")).Outcome)
	w.eventually("all end", func() bool {
		n := 0
		for _, number := range list {
			w.desk.mu.Lock()
			for _, r := range w.desk.reports {
				if endOf("first-" + number)(r) {
					n++
				}
			}
			w.desk.mu.Unlock()
		}
		return n == len(list)
	})
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Len(t, w.phones.legs, 1, "an INVITE left")
	require.Equal(t, foreman, w.phones.legs[0].To())
}
