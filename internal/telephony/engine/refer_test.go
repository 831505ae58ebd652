package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/sip"
)

// byBaresip is an operator who speaks with a resident by a telephone that we have not made.
func (w *world) byBaresip(ip string) (op *softphone.Phone, say func(command, params string), resident *ear) {
	w.t.Helper()
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	at, say := w.baresip(ip, "op1", "manual")
	w.eventually("it registers", func() bool { return w.registered("op1") == at })
	op = w.byDesk(1)
	_, resident = w.resident("+79000001001")
	_, err := op.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	w.pickedUp(say, resident)
	return op, say, resident
}

// pickedUp presses the key of a telephone until it has taken the call: the page shows a ring
// before the telephone has heard of it.
func (w *world) pickedUp(say func(command, params string), resident *ear) {
	w.t.Helper()
	pressed := time.Time{}
	w.eventually("they speak", func() bool {
		if time.Since(pressed) > 200*time.Millisecond {
			say("accept", "")
			pressed = time.Now()
		}
		return resident.heard(operatorTone)
	})
}

// referred presses the transfer key.
func (w *world) referred(say func(command, params string), number, host string) {
	if host == "" {
		host = w.engine.handsets.addr().String()
	}
	say("transfer", "sip:"+number+"@"+host)
}

// TestADeskPhoneLeadsTheCallerOn: its transfer key and the short number of a competent person
// give him the caller; the operator is free.
func TestADeskPhoneLeadsTheCallerOn(t *testing.T) {
	w := newWorld(t, withPhones(1), competent)
	ears := w.answering(bookkeepers)
	op, say, resident := w.byBaresip("127.0.65.1")
	w.referred(say, "1", "")
	person := <-ears
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	resident.forget()
	w.eventually("they hear each other", func() bool { return resident.heard(executorTone) && person.heard(residentTone) })
	w.eventually("the telephone is free", func() bool { return onLoop(w, func() bool { return w.engine.seats[1].device.port() == nil }) })
	var states []telephony.TransferState
	for _, x := range w.steps() {
		states = append(states, x.State)
	}
	require.Equal(t, []telephony.TransferState{telephony.TransferAsked, telephony.TransferJoined}, states)
}

// inside sends a request of the telephone's own within the call; it says with what it was
// answered.
func (p *telephone) inside(l *sip.Leg, n uint32, method lib.RequestMethod, body string, more ...lib.Header) int {
	p.w.t.Helper()
	req := lib.NewRequest(method, lib.Uri{Scheme: "sip", User: "d24", Host: p.w.engine.handsets.addr().Addr().String(), Port: int(p.w.engine.handsets.addr().Port())})
	id, forwards := lib.CallIDHeader(l.CallID()), lib.MaxForwardsHeader(70)
	req.AppendHeader(&id)
	req.AppendHeader(lib.NewHeader("From", l.Header("To")))
	req.AppendHeader(lib.NewHeader("To", l.Header("From")))
	req.AppendHeader(&lib.CSeqHeader{SeqNo: n, MethodName: method})
	req.AppendHeader(&forwards)
	req.AppendHeader(p.Contact(p.user, ""))
	for _, h := range more {
		req.AppendHeader(h)
	}
	if body != "" {
		req.AppendHeader(lib.NewHeader("Content-Type", "application/sdp"))
		req.SetBody([]byte(body))
	}
	req.SetTransport("UDP")
	req.SetDestination(p.w.engine.handsets.addr().String())
	res, err := p.Do(p.w.ctx(), req, "", "")
	require.NoError(p.w.t, err)
	return res.StatusCode
}

// holdKey is the telephone's re-INVITE.
func (p *telephone) holdKey(l *sip.Leg, n uint32, direction string) {
	p.w.t.Helper()
	ip := p.Addr().Addr().String()
	port := l.Media().(interface{ Number() int }).Number()
	require.Equal(p.w.t, 200, p.inside(l, n, lib.INVITE, fmt.Sprintf("v=0\r\no=- 7 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=%s\r\n", n, ip, ip, port, direction)))
}

// TestATransferThatComesToNothingGoesBackToTheTalk: refused at once, not reached, or for
// somebody elsewhere (F84): when the telephone takes the caller off hold he hears the operator
// again, and nothing leaves for a number that is none of the company's people.
func TestATransferThatComesToNothingGoesBackToTheTalk(t *testing.T) {
	for name, tt := range map[string]struct {
		to    string // "@": at our address
		code  int
		error string
	}{
		"busy":                     {"sip:1@", 202, ""},
		"nobody of that number":    {"sip:99@", 603, "competent.not_found"},
		"only after a word to him": {"sip:2@", 603, "transfer.consult"},
		"no short number":          {"sip:boss@", 603, "transfer.number"},
		"a telephone number":       {"sip:+78095551234@", 603, "transfer.number"},
		"an emergency number":      {"sip:01@", 603, "phone.emergency"},
		"another, of a colleague":  {"sip:102@", 603, "phone.emergency"},
		"a colleague who is not":   {"sip:09@", 603, "transfer.nobody"},
		"an address elsewhere":     {"sip:1@127.0.9.9:5060", 603, ""},
		"a number as such":         {"tel:+78095551234", 603, ""},
		"another call of his":      {"sip:1@?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2", 603, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withPhones(1), competent)
			w.phones.set(bookkeepers, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
			p := w.ownPhone("127.0.65.2", "op1")
			op := w.byDesk(1)
			_, resident := w.resident("+79000001001")
			phone := <-p.in
			require.NoError(t, phone.Answer())
			w.party(phone, executorTone)
			w.eventually("they speak", func() bool { return resident.heard(executorTone) })
			p.holdKey(phone, 1, "sendonly")
			v, err := op.Call(w.ctx(), "held")
			require.NoError(t, err)
			op.Errors()
			op.Send(w.ctx(), map[string]any{"type": "hold", "call": v.Key, "on": false})
			w.eventually("the hold is the telephone's", func() bool { return strings.Join(op.Errors(), "") == "phone.hold" })

			to := strings.Replace(tt.to, "@?", "@"+w.engine.handsets.addr().String()+"?", 1)
			if strings.HasSuffix(to, "@") {
				to += w.engine.handsets.addr().String()
			}
			require.Equal(t, tt.code, p.inside(phone, 2, lib.REFER, "", lib.NewHeader("Refer-To", "<"+to+">")))
			if tt.code == 202 {
				require.Equal(t, "занято", w.transferIs(op, telephony.TransferBack).Transfer.Why)
			} else {
				w.eventually("the page says why", func() bool { return strings.Join(op.Errors(), "") == tt.error })
			}
			require.Equal(t, viewHeld, op.View().State, "music until he takes the caller back")
			p.holdKey(phone, 3, "sendrecv")
			_, err = op.Call(w.ctx(), "talking")
			require.NoError(t, err)
			resident.forget()
			w.eventually("they speak on", func() bool { return resident.heard(executorTone) })
			w.phones.mu.Lock()
			legs := len(w.phones.legs)
			w.phones.mu.Unlock()
			require.Equal(t, tt.code == 202, legs == 1, "INVITEs that left: %d", legs)
			phone.Hangup()
			end := w.desk.until(t, "the talk ends", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.CallKey == v.Key })
			require.Equal(t, telephony.Answered, end.Outcome)
		})
	}
}

// TestATelephoneThatHangsUpWithAFailedTransfer, as some do by themselves: the caller is not
// lost for it.
func TestATelephoneThatHangsUpWithAFailedTransfer(t *testing.T) {
	w := newWorld(t, withPhones(1), competent)
	w.phones.set(bookkeepers, func(l *sip.Leg) { // told of in the same moment as of the transfer, baresip does not hang up
		_ = l.Ring()
		hold(l, time.Second)
		l.Reject(486, "Busy Here")
	})
	op, say, _ := w.byBaresip("127.0.65.3")
	key := op.View().Key
	w.referred(say, "1", "")
	next := w.operator(2, true)
	v, err := next.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, []any{key, true}, []any{v.Key, v.Returned})
}
