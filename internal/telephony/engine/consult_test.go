package engine

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/sip"
)

const (
	deskTone = 520.0 // of the telephone's second call
)

// twoCalls is an operator who speaks with a resident by his telephone and has put him on hold.
type twoCalls struct {
	*world
	op       *softphone.Phone
	key      string
	p        *telephone
	first    *sip.Leg
	resident *ear
	n        uint32
}

func (w *world) twoCalls(ip string) *twoCalls {
	w.t.Helper()
	d := &twoCalls{world: w, p: w.ownPhone(ip, "op1")}
	op := w.byDesk(1)
	d.op = op
	_, d.resident = w.resident("+79000001001")
	d.first = <-d.p.in
	require.NoError(w.t, d.first.Answer())
	w.party(d.first, operatorTone)
	v, err := op.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	d.key = v.Key
	d.hold("sendonly")
	_, err = op.Call(w.ctx(), "held")
	require.NoError(w.t, err)
	return d
}

func (d *twoCalls) hold(direction string) {
	d.n++
	d.p.holdKey(d.first, d.n, direction)
}

func (p *telephone) target(to string) sip.Target {
	return sip.Target{User: to, Host: p.w.engine.handsets.addr().String(), From: p.user, AuthUser: p.user, Password: "secret-" + p.user, Silence: 20 * time.Second}
}

// asks is the telephone's second call; it returns when that is answered.
func (d *twoCalls) asks(to string) (line *sip.Leg, hears *ear) {
	d.t.Helper()
	line, de := d.p.Dial(d.ctx(), d.p.target(to))
	require.Nil(d.t, de)
	return line, d.party(line, deskTone)
}

// replaces presses the transfer key of by: the other call is to come in its place.
func (d *twoCalls) replaces(by, other *sip.Leg, to string) int {
	id, theirs, ours := other.Names() // as the engine sees them
	value := fmt.Sprintf("%s;to-tag=%s;from-tag=%s", id, ours, theirs)
	return d.refer(by, fmt.Sprintf("<sip:%s@%s?Replaces=%s>", to, d.engine.handsets.addr(), url.QueryEscape(value)))
}

func (d *twoCalls) refer(by *sip.Leg, to string) int {
	d.n++
	return d.p.within(by, 40+d.n, lib.REFER, lib.NewHeader("Refer-To", to))
}

// within sends a request inside a call, whoever began it.
func (p *telephone) within(l *sip.Leg, n uint32, method lib.RequestMethod, more ...lib.Header) int {
	p.w.t.Helper()
	at := p.w.engine.handsets.addr()
	id, ours, theirs := l.Names()
	req := lib.NewRequest(method, lib.Uri{Scheme: "sip", User: "d24", Host: at.Addr().String(), Port: int(at.Port())})
	callID, forwards := lib.CallIDHeader(id), lib.MaxForwardsHeader(70)
	req.AppendHeader(&callID)
	req.AppendHeader(lib.NewHeader("From", fmt.Sprintf("<sip:%s@%s>;tag=%s", p.user, at, ours)))
	req.AppendHeader(lib.NewHeader("To", fmt.Sprintf("<sip:d24@%s>;tag=%s", at, theirs)))
	req.AppendHeader(&lib.CSeqHeader{SeqNo: n, MethodName: method})
	req.AppendHeader(&forwards)
	req.AppendHeader(p.Contact(p.user, ""))
	for _, h := range more {
		req.AppendHeader(h)
	}
	req.SetTransport("UDP")
	req.SetDestination(at.String())
	res, err := p.Do(p.w.ctx(), req, "", "")
	require.NoError(p.w.t, err)
	return res.StatusCode
}

// TestADeskPhoneSpeaksBeforeItLeadsTheCallerOn: its second call goes to the short number, the
// caller hears music; then its transfer key (REFER with Replaces, by either call) or its
// receiver gives him the person, and without them he stays.
func TestADeskPhoneSpeaksBeforeItLeadsTheCallerOn(t *testing.T) {
	for name, tt := range map[string]struct {
		ends func(d *twoCalls, line *sip.Leg)
		led  bool
	}{
		"the transfer key of the first":  {func(d *twoCalls, line *sip.Leg) { require.Equal(d.t, 202, d.replaces(d.first, line, "1")) }, true},
		"the transfer key of the second": {func(d *twoCalls, line *sip.Leg) { require.Equal(d.t, 202, d.replaces(line, d.first, "d24")) }, true},
		"hangs up the first":             {func(d *twoCalls, _ *sip.Leg) { d.first.Hangup() }, true},
		"hangs up the second":            {func(d *twoCalls, line *sip.Leg) { line.Hangup() }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withPhones(1), competent)
			ears := w.answering(bookkeepers)
			d := w.twoCalls("127.0.66.1")
			line, mine := d.asks("1")
			person := <-ears
			w.eventually("the two speak", func() bool { return person.heard(deskTone) && mine.heard(executorTone) })
			require.True(t, d.resident.without(operatorTone), "the caller hears music")
			require.False(t, d.resident.heard(executorTone))

			d.hold("sendrecv") // back to the caller, and again to the person
			d.resident.forget()
			w.eventually("he speaks with the caller", func() bool { return d.resident.heard(operatorTone) })
			d.hold("sendonly")
			require.True(t, d.resident.without(operatorTone))

			d.resident.forget()
			tt.ends(d, line)
			if !tt.led {
				w.eventually("the person is let go", func() bool { w.phones.mu.Lock(); defer w.phones.mu.Unlock(); return over1(w.phones.legs[0]) })
				d.hold("sendrecv")
				w.eventually("they speak on", func() bool { return d.resident.heard(operatorTone) })
				return
			}
			w.eventually("the caller has the person", func() bool { return d.resident.heard(executorTone) })
			require.NoError(t, d.op.InState(w.ctx(), "wrap_up"))
			w.over(line)
			w.over(d.first)
			var states []telephony.TransferState
			for _, x := range w.steps() {
				states = append(states, x.State)
			}
			require.Equal(t, []telephony.TransferState{telephony.TransferAsked, telephony.TransferAnswered, telephony.TransferJoined}, states)
		})
	}
}

func over1(l *sip.Leg) bool {
	select {
	case <-l.Done():
		return true
	default:
		return false
	}
}

// TestASecondCallThatComesToNothing: it says so as any telephone does; the caller, on hold
// there, speaks with his operator when he is taken back.
func TestASecondCallThatComesToNothing(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), competent)
	w.phones.set(bookkeepers, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	w.phones.set(spare, func(l *sip.Leg) { l.Reject(486, "Busy Here") })
	d := w.twoCalls("127.0.66.2")
	mate := w.colleague(2)
	rests := w.operator(3, false)
	for _, tt := range []struct {
		to   string
		code int
	}{{"1", 486}, {"99", 404}, {"09", 404}, {telephony.ShortNumber(3), 486}, {telephony.ShortNumber(1), 480}, {telephony.ShortNumber(2), 480}} {
		began := time.Now()
		_, de := d.p.Dial(w.ctx(), d.p.target(tt.to))
		require.NotNil(t, de, tt.to)
		require.Equal(t, tt.code, de.Code, tt.to)
		if tt.to == telephony.ShortNumber(2) {
			require.InDelta(t, transferFor.Seconds()/10, time.Since(began).Seconds(), 1.5, "after 25 seconds")
			require.NoError(t, mate.InState(w.ctx(), "pause"))
		}
	}
	require.Empty(t, rests.View().Key)
	d.hold("sendrecv")
	d.resident.forget()
	w.eventually("they speak on", func() bool { return d.resident.heard(operatorTone) })
}

// TestADeskPhoneDoesNotWaitForTheAnswer: the transfer key while the second call rings. Who may
// be led to at once has the caller when he answers; of another the telephone is told to wait.
func TestADeskPhoneDoesNotWaitForTheAnswer(t *testing.T) {
	for to, code := range map[string]int{"1": 202, "2": 603} {
		t.Run(to, func(t *testing.T) {
			w := newWorld(t, withPhones(1), competent)
			answer := make(chan *ear, 1)
			rings := make(chan *sip.Leg, 2)
			w.phones.set(bookkeepers, func(l *sip.Leg) {
				_ = l.Ring()
				rings <- l
				<-time.After(time.Second)
				if l.Answer() == nil {
					answer <- w.party(l, executorTone)
				}
			})
			d := w.twoCalls("127.0.66.3")
			go func() { _, _ = d.p.Dial(w.ctx(), d.p.target(to)) }()
			<-rings
			line := onLoop(w, func() *sip.Leg { return w.engine.seats[1].device.(*handset).line }) // it only rings: the telephone has no leg of it yet
			id, ours, theirs := line.Names()
			value := fmt.Sprintf("%s;to-tag=%s;from-tag=%s", id, ours, theirs)
			require.Equal(t, code, d.refer(d.first, fmt.Sprintf("<sip:%s@%s?Replaces=%s>", to, w.engine.handsets.addr(), url.QueryEscape(value))))
			if code == 202 {
				require.NoError(t, d.op.InState(w.ctx(), "wrap_up"))
				<-answer
				w.eventually("the caller has the person", func() bool { return d.resident.heard(executorTone) })
			}
		})
	}
}

// denials are what telephones were not allowed to dial, as it is told.
func (w *world) denials() (out []telephony.PhoneRefused) {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	for _, r := range w.desk.reports {
		if r.Kind == telephony.DeskPhoneRefused {
			var x telephony.PhoneRefused
			require.NoError(w.t, json.Unmarshal(r.Data, &x))
			require.NotEmpty(w.t, x.Key)
			x.Key = ""
			out = append(out, x)
		}
	}
	return out
}

// TestNobodyStepsIntoACall: an INVITE with Replaces is refused with the code that fits, a REFER
// that names a call of others too, and the talk goes on. A provider's INVITE with one is a call
// like any other.
func TestNobodyStepsIntoACall(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), competent)
	d := w.twoCalls("127.0.66.4")
	stranger := w.ownPhone("127.0.66.5", "op2")
	id, theirs, ours := d.first.Names()
	value := fmt.Sprintf("%s;to-tag=%s;from-tag=%s", id, ours, theirs)
	invite := func(p *telephone, value string) int {
		to := p.target("1")
		to.Headers = []sip.Header{{Name: "Replaces", Value: value}}
		_, de := p.Dial(w.ctx(), to)
		require.NotNil(t, de)
		return de.Code
	}
	require.Equal(t, 403, invite(d.p, value), "his own")
	require.Equal(t, 481, invite(stranger, value), "another's: he does not learn that there is one")
	require.Equal(t, 481, invite(d.p, "nobody;to-tag=1;from-tag=2"))
	require.Equal(t, 400, invite(d.p, "nobody"))
	require.Equal(t, 603, d.refer(d.first, fmt.Sprintf("<sip:1@%s?Replaces=%s>", w.engine.handsets.addr(), url.QueryEscape("nobody;to-tag=1;from-tag=2"))))
	require.Equal(t, 603, d.replaces(d.first, d.first, "1"), "itself")

	a := w.engine.SIPAddr()
	leg, de := w.provider.Dial(w.ctx(), sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: "+79000001002", Headers: []sip.Header{{Name: "Replaces", Value: value}}})
	require.Nil(t, de)
	require.Equal(t, 2, onLoop(w, func() int { return len(w.engine.calls) }), "an ordinary call beside it")
	leg.Hangup()
	d.hold("sendrecv")
	d.resident.forget()
	w.eventually("they speak on", func() bool { return d.resident.heard(operatorTone) })
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	require.Empty(t, w.phones.legs, "nothing left")
}

// TestWhatADeskPhoneMayNotDialIsWrittenDown, once in ten minutes with how often (S9).
func TestWhatADeskPhoneMayNotDialIsWrittenDown(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), competent)
	p := w.ownPhone("127.0.66.6", "op1")
	dial := func(to sip.Target) int {
		_, de := p.Dial(w.ctx(), to)
		require.NotNil(t, de)
		return de.Code
	}
	for _, number := range forbidden(40) {
		if strings.ContainsRune(number, '\n') {
			continue // no request can hold it
		}
		require.Equal(t, 403, dial(p.target(number)), number)
	}
	require.Equal(t, 403, dial(p.target("1")), "he speaks with nobody")
	another := p.target("1")
	another.From = "op2"
	require.Equal(t, 403, dial(another), "in the name of another")
	stranger := p.target("88095551234")
	stranger.Password = "guess"
	require.Equal(t, 403, dial(stranger))

	var all []telephony.PhoneRefused
	w.eventually("told", func() bool { all = w.denials(); return len(all) == 3 })
	why := map[telephony.PhoneDenial]telephony.PhoneRefused{}
	for _, x := range all {
		why[x.Why] = x
		require.Equal(t, []any{int64(101), "op1", int64(1), "127.0.66.6", 1}, []any{x.Phone, x.Name, x.UserID, x.Source, x.Times})
	}
	require.Len(t, why, 3)
	require.LessOrEqual(t, len(why[telephony.DeniedIdle].To), 5, "a short number, to nobody")
	require.Equal(t, "op2", why[telephony.DeniedAccount].To)
	w.phones.mu.Lock()
	require.Empty(t, w.phones.legs, "an INVITE left")
	w.phones.mu.Unlock()

	h := w.engine.handsets
	h.deniedSince(denial{"op1", telephony.DeniedNumber}) // the ten minutes are over
	w.eventually("the rest is told together", func() bool { return len(w.denials()) == 4 })
	require.Greater(t, w.denials()[3].Times, 20)
	h.deniedSince(denial{"op1", telephony.DeniedAccount})
	require.Len(t, w.denials(), 4, "nothing came since")
	require.Equal(t, 403, dial(p.target("88095551234")))
	w.eventually("the next one is told at once", func() bool { return len(w.denials()) == 5 })
}

// TestADeskPhoneOverTCP: a telephone that we have not made registers, is rung, holds, asks by a
// second call and leads the caller on, all over TCP. What is sent to it goes by the connection
// it has opened: no other would reach it behind its router.
func TestADeskPhoneOverTCP(t *testing.T) {
	w := newWorld(t, withPhones(1), competent)
	ears := w.answering(bookkeepers)
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	_, say := w.baresipOver("tcp", "127.0.66.7", "op1", "manual")
	w.eventually("it registers", func() bool { return w.registered("op1") != "" })
	b, _ := w.engine.handsets.reg.Lookup("op1")
	require.Equal(t, "tcp", b.Transport)
	op := w.byDesk(1)
	_, resident := w.resident("+79000001001")
	_, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	w.pickedUp(say, resident)

	say("dial", fmt.Sprintf("sip:1@%s;transport=tcp", w.engine.handsets.addr())) // it holds the first by itself
	person := <-ears
	w.eventually("the person hears the telephone", func() bool { return person.heard(operatorTone) })
	require.True(t, resident.without(operatorTone), "the caller hears music")
	say("hangup", "")
	w.eventually("the person is let go", func() bool { w.phones.mu.Lock(); defer w.phones.mu.Unlock(); return over1(w.phones.legs[0]) })
	resident.forget()
	say("resume", "")
	w.eventually("they speak on", func() bool { return resident.heard(operatorTone) })

	say("transfer", fmt.Sprintf("sip:1@%s;transport=tcp", w.engine.handsets.addr()))
	<-ears
	resident.forget()
	w.eventually("the caller has the person", func() bool { return resident.heard(executorTone) })
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	still, _ := w.engine.handsets.reg.Lookup("op1")
	require.Equal(t, b.Source, still.Source, "by one connection")
}

// TestAnEmergencyNumberRingsNobody: dialled by a desk phone, in a talk and outside one, it is
// answered with the words by what telephone 112 is to be called; the page says the same, and
// neither the operator nor the person whose short number it looks like is rung.
func TestAnEmergencyNumberRingsNobody(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), competent)
	d := w.twoCalls("127.0.66.9")
	mate := w.colleague(2)
	dials := func(number string) {
		d.op.Errors()
		line, hears := d.asks(number)
		w.eventually("he is told "+number, func() bool { return hears.heard(voiceTone) })
		w.eventually("the page says it", func() bool { return strings.Join(d.op.Errors(), "") == "phone.emergency" })
		w.over(line)
	}
	for _, number := range []string{"01", "112", "0112"} { // the rest: TestShortNumbers
		dials(number)
	}
	require.Equal(t, viewHeld, d.op.View().State, "his caller waits as he did")
	d.first.Hangup()
	w.eventually("the talk is over", func() bool { return w.desk.count(telephony.CallEnded) == 1 })
	dials("02")
	require.Empty(t, mate.View().Key, "no colleague is rung")
	require.Empty(t, w.steps(), "and nobody is led anywhere")
	w.phones.mu.Lock()
	require.Empty(t, w.phones.legs, "nothing left")
	w.phones.mu.Unlock()
	all := w.denials()
	require.NotEmpty(t, all)
	require.Equal(t, telephony.DeniedEmergency, all[0].Why)
}
