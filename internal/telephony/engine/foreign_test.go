package engine

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/foreign"
	"d24/voip/g711"
	"d24/voip/tone"
)

const abroadNumber = "+79000001001"

// foreigner is a world in which every call goes to a person's telephone that we have not made.
type foreigner struct {
	*world
	*foreign.Baresip
}

// newForeigner: "auto" takes a call at once, "manual" rings.
func newForeigner(t *testing.T, ip, answer string) *foreigner {
	t.Helper()
	b := foreign.StartBaresip(t, foreign.Account{IP: ip, User: abroadNumber, Answer: answer, Voice: executorTone})
	return &foreigner{newWorld(t, abroad(b.Addr)), b} // the world waits until the telephone answers an OPTIONS
}

// abroad makes a telephone of a test the only trunk.
func abroad(addr string) func(*desk) {
	at := netip.MustParseAddrPort(addr)
	return func(d *desk) {
		d.trunks = []telephony.Trunk{{ID: 1, Name: "foreign", Host: at.Addr().String(), Port: int(at.Port()), Lines: map[int64]string{1: "+73430000101"}}}
	}
}

// longer rings and speaks for longer than what is done meanwhile.
func longer(o telephony.Order) telephony.Order {
	o.RingFor = 5 * time.Minute
	o.Words.Text = strings.Repeat("Соединяем с диспетчером. ", 20)
	return o
}

// TestAForeignPhoneIsDialledFirst: it rings before any operator is troubled, whoever takes it
// hears the words, and the operator who is free then has him on the line already.
func TestAForeignPhoneIsDialledFirst(t *testing.T) {
	t.Parallel()
	f := newForeigner(t, "127.0.68.1", "manual")
	op := f.operator(1, true)
	before := op.Rings()
	f.desk.place(longer(order("task-1-1", abroadNumber, telephony.CalleeFirst)))
	f.eventually("it rings", f.Rings)
	require.Equal(t, before, op.Rings(), "nobody is troubled for a phone that rings")
	f.Say("accept", "")
	f.eventually("he hears the words", func() bool { return f.HearsAfter(0, voiceTone) })
	v, err := op.Call(f.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(f.ctx(), "answer", v.Key)
	_, err = op.Call(f.ctx(), "talking")
	require.NoError(t, err)
	said := len(f.Heard())
	op.Forget()
	f.eventually("they hear each other", func() bool { return f.HearsAfter(said, operatorTone) && tone.Heard(op.Heard(), executorTone) })
	op.Do(f.ctx(), "hangup", v.Key)
	f.eventually("it is free", f.Free)
	end := f.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(1), ""}, []any{end.Outcome, end.Operator, end.Digit})
	left, right := f.tones(f.desk.until(t, "recorded", recorded))
	require.True(t, left(executorTone) && right(voiceTone) && right(operatorTone), "the recording has him, the words and the operator")
}

// TestTheOperatorIsRungBeforeAForeignPhone: it does not ring before an operator has taken the
// task and read it.
func TestTheOperatorIsRungBeforeAForeignPhone(t *testing.T) {
	t.Parallel()
	f := newForeigner(t, "127.0.68.2", "manual")
	op := f.operator(1, true)
	o := longer(order("task-1-1", abroadNumber, telephony.OperatorFirst))
	o.OperatorWithin = time.Minute
	f.desk.place(o)
	v, err := op.Call(f.ctx(), "ringing")
	require.NoError(t, err)
	require.True(t, f.Free(), "it does not ring yet")
	op.Do(f.ctx(), "answer", v.Key)
	_, err = op.Call(f.ctx(), "counting")
	require.NoError(t, err)
	require.True(t, f.Free(), "he reads")
	f.eventually("it rings", f.Rings)
	_, err = op.Call(f.ctx(), "dialling")
	require.NoError(t, err)
	f.Say("accept", "")
	_, err = op.Call(f.ctx(), "talking")
	require.NoError(t, err)
	f.eventually("they hear each other", func() bool { return f.HearsAfter(0, operatorTone) && tone.Heard(op.Heard(), executorTone) })
	require.False(t, f.HearsAfter(0, voiceTone), "an operator speaks, not the machine")
	f.Say("hangup", "")
	require.NoError(t, op.InState(f.ctx(), "wrap_up"))
	end := f.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(1)}, []any{end.Outcome, end.Operator})
	left, right := f.tones(f.desk.until(t, "recorded", recorded))
	require.True(t, left(executorTone) && right(operatorTone))
}

// TestTheKeyOfAForeignPhone: in the sound (RFC 4733), in every mode that asks for one; another key
// is none.
func TestTheKeyOfAForeignPhone(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct {
		name string
		mode telephony.Mode
	}{
		{"no operator takes part", telephony.AnnounceOnly},
		{"an operator is looked for", telephony.CalleeFirst},
		{"no operator took it", telephony.OperatorFirst}, // F89
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newForeigner(t, fmt.Sprintf("127.0.68.%d", 10+i), "auto")
			f.desk.place(longer(order("task-1-1", abroadNumber, tt.mode)))
			f.eventually("he hears the words", func() bool { return f.HearsAfter(0, voiceTone) })
			f.Say("sndcode", "5")
			f.eventually("his words go on", func() bool { n := len(f.Heard()); return f.HearsAfter(max(0, n-g711.Rate), voiceTone) })
			require.False(t, f.Free())
			f.Say("sndcode", "1")
			end := f.desk.ended(t)
			require.Equal(t, []any{telephony.Answered, "1", int64(0)}, []any{end.Outcome, end.Digit, end.Operator})
			f.eventually("it is free", f.Free)
			left, right := f.tones(f.desk.until(t, "recorded", recorded))
			require.True(t, left(executorTone) && right(voiceTone))
		})
	}
}

// picksUp is a telephone of sipp that takes a call; the steps come while it lasts.
func picksUp(steps string) string {
	return `<recv request="OPTIONS" optional="true" next="1"/>
<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/></action></recv>
` + sippSays("200 OK", foreignSDP) + `<recv request="ACK"/>
<pause milliseconds="1500"/>
` + steps + `<recv request="BYE"/>
<nop next="1"/>
<label id="1"/>
` + sippSays("200 OK", "")
}

// sippSays is an answer of a telephone of sipp to what it was asked last.
func sippSays(status, sdp string) string {
	repeat, head := "", "Content-Length: 0\n\n"
	if sdp != "" {
		head = "Contact: <sip:[local_ip]:[local_port]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n"
	}
	if sdp != "" && status[0] == '2' {
		repeat = ` retrans="500"`
	}
	return "<send" + repeat + "><![CDATA[\nSIP/2.0 " + status + "\n[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]T[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n" + head + sdp + "]]></send>\n"
}

const foreignSDP = "v=0\no=u 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"

// pressed is one key as INFO.
func pressed(n int, kind, body string) string {
	return fmt.Sprintf(`<send retrans="500"><![CDATA[
INFO sip:d24@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:u@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To:[$1]
[last_Call-ID:]
CSeq: %d INFO
Max-Forwards: 70
Content-Type: application/%s
Content-Length: [len]

%s
]]></send>
<recv response="200"/>
<pause milliseconds="500"/>
`, n, kind, body)
}

// TestTheKeyOfAForeignPhoneBesideTheSound, as SIP INFO in both of its forms; its 200 has no
// telephone-event.
func TestTheKeyOfAForeignPhoneBesideTheSound(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct{ kind, body string }{{"dtmf-relay", "Signal=%d\nDuration=160"}, {"dtmf", "%d"}} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			steps := pressed(2, tt.kind, fmt.Sprintf(tt.body, 5)) + pressed(3, tt.kind, fmt.Sprintf(tt.body, 1))
			p := foreign.StartSipp(t, foreign.Scenario{IP: fmt.Sprintf("127.0.68.%d", 15+i), Steps: picksUp(steps)})
			w := newWorld(t, abroad(p.Addr))
			w.desk.place(longer(order("task-1-1", abroadNumber, telephony.CalleeFirst)))
			end := w.desk.ended(t)
			require.Equal(t, []any{telephony.Answered, "1", int64(0)}, []any{end.Outcome, end.Digit, end.Operator})
			_, right := w.tones(w.desk.until(t, "recorded", recorded))
			require.True(t, right(voiceTone))
		})
	}
}

// TestAForeignPhoneThatAcceptsNothing is F32: whatever it does but the key is no acceptance, and
// why it was none is told apart (O3).
func TestAForeignPhoneThatAcceptsNothing(t *testing.T) {
	t.Parallel()
	for i, tt := range []struct {
		name, answer string
		does         func(f *foreigner)
		outcome      telephony.Outcome
		blame        telephony.Blame
	}{
		{"busy", "manual", func(f *foreigner) { f.eventually("it rings", f.Rings); f.Say("hangup", "") }, telephony.Busy, telephony.Theirs},
		{"does not answer", "manual", func(f *foreigner) { f.eventually("it rings", f.Rings) }, telephony.NoAnswer, telephony.Theirs},
		{"hangs up during the words", "auto", func(f *foreigner) {
			f.eventually("he hears the words", func() bool { return f.HearsAfter(0, voiceTone) })
			f.Say("hangup", "")
		}, telephony.Answered, telephony.Nobody},
		{"a machine that talks on", "auto", func(*foreigner) {}, telephony.Answered, telephony.Nobody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newForeigner(t, fmt.Sprintf("127.0.68.%d", 20+i), tt.answer)
			o := order("task-1-1", abroadNumber, telephony.AnnounceOnly)
			if tt.outcome != telephony.NoAnswer {
				o.RingFor = 5 * time.Minute
			}
			f.desk.place(o)
			tt.does(f)
			end := f.desk.ended(t)
			require.Equal(t, []any{tt.outcome, tt.blame, ""}, []any{end.Outcome, end.Blame, end.Digit})
			f.eventually("it rings no longer", f.Free)
		})
	}
}
