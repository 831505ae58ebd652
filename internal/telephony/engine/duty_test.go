package engine

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/sip"
)

// TestAnEngineThatIsFollowedTakesNothingNew is R10: it slept, another one is at work. Its call goes on,
// what it had not dialled is given back, and new calls are put off so that they go to the other one.
func TestAnEngineThatIsFollowedTakesNothingNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op := w.operator(1, true)
	_, ear := w.resident("+79000900001")
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	w.eventually("they talk", func() bool { return ear.heard(operatorTone) })
	waits := order("task-9-1", "+79000001000", telephony.OperatorFirst)
	waits.OperatorWithin = 0
	w.desk.place(waits)
	w.eventually("the order waits for an operator", func() bool { return w.waiting() == 1 })
	w.desk.mu.Lock()
	w.desk.peer = true
	w.desk.mu.Unlock()
	w.eventually("the order is given back", func() bool {
		w.desk.mu.Lock()
		defer w.desk.mu.Unlock()
		return len(w.desk.released) == 1 && w.desk.released[0] == "task-9-1"
	})
	require.Zero(t, w.waiting())
	a := w.engine.SIPAddr()
	_, de := w.provider.Dial(w.ctx(), sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: "+79000900002"})
	require.NotNil(t, de)
	require.Equal(t, 503, de.Code)
	ear.forget()
	w.eventually("the talk goes on", func() bool { return ear.heard(operatorTone) })
	require.Empty(t, w.engine.trunks.floor(), "it has withdrawn its registrations")
	op.Do(w.ctx(), "hangup", v.Key)
	require.Equal(t, telephony.Answered, w.desk.ended(t).Outcome)
	require.Empty(t, w.desk.invited, "the order did not ring")
}

// waiting counts the queue.
func (w *world) waiting() int {
	n := make(chan int, 1)
	w.engine.post(func() { n <- len(w.engine.queue) })
	return <-n
}

// TestATrunkBringsNoMoreThanItsShare is S6: what is too much is told when to come again, and
// nobody is left without an answer.
func TestATrunkBringsNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	const share, sent = 20, 200
	w := newWorld(t, func(d *desk) { d.cps, d.decision = share, telephony.Decision{Action: telephony.Reject} })
	ip := w.provider.Addr().Addr().String()
	c, err := net.ListenPacket("udp", ip+":0")
	require.NoError(t, err)
	defer c.Close()
	at := net.UDPAddrFromAddrPort(w.engine.SIPAddr())
	began := time.Now()
	for n := range sent {
		_, err := c.WriteTo(fmt.Appendf(nil, "INVITE sip:+73430000101@%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK-s6-%[3]d\r\nFrom: <sip:+79000900001@x>;tag=%[3]d\r\nTo: <sip:+73430000101@x>\r\nCall-ID: s6-%[3]d\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:x@%[2]s>\r\nContent-Length: 0\r\n\r\n", at, c.LocalAddr(), n), at)
		require.NoError(t, err)
	}
	taken, off := map[string]bool{}, map[string]bool{}
	buf := make([]byte, 65535)
	for len(taken)+len(off) < sent {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(20*time.Second)))
		n, _, err := c.ReadFrom(buf)
		require.NoError(t, err, "answers: %d and %d of %d", len(taken), len(off), sent)
		m := string(buf[:n])
		_, id, _ := strings.Cut(m, "Call-ID: ")
		id, _, _ = strings.Cut(id, "\r\n")
		switch {
		case strings.HasPrefix(m, "SIP/2.0 503"):
			require.Contains(t, m, "Retry-After: ")
			off[id] = true
		case strings.HasPrefix(m, "SIP/2.0 404"):
			taken[id] = true
		}
	}
	seconds := int(time.Since(began)/time.Second) + 2
	require.LessOrEqual(t, len(taken), share*seconds)
	require.GreaterOrEqual(t, len(taken), share)
	require.Equal(t, sent, len(taken)+len(off))
}
