package engine

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/tone"
)

const foreigner = "+79000001001"

// foreign is a person's telephone that we have not made: baresip, which talks a tone and writes
// down what it hears.
type foreign struct {
	*world
	dir, ctrl string
}

// newForeign is a world in which every call goes to that telephone: "auto" takes it at once,
// "manual" rings.
func newForeign(t *testing.T, ip, answer string) *foreign {
	t.Helper()
	f := &foreign{dir: t.TempDir()}
	port, ctrl := freePort(t, "udp", ip), freePort(t, "tcp", ip)
	f.ctrl = fmt.Sprintf("%s:%d", ip, ctrl)
	voice := filepath.Join(f.dir, "voice.wav")
	out, err := exec.Command("sox", "-n", "-r", "8000", "-c", "1", "-b", "16", voice, "synth", "60", "sine", fmt.Sprint(executorTone), "vol", "0.3").CombinedOutput()
	require.NoError(t, err, "%s", out)
	config := fmt.Sprintf(`sip_listen %[1]s:%[2]d
call_local_timeout 120
audio_source aufile,%[3]s
audio_player aubridge,sink
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 40000-40200
jitter_buffer_delay 5-10
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module aubridge.so
snd_path %[4]s
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[5]s
`, ip, port, voice, f.dir, f.ctrl)
	account := fmt.Sprintf("<sip:%s@%s:%d;transport=udp>;answermode=%s;audio_codecs=pcma,pcmu;regint=0\n", foreigner, ip, port, answer)
	for name, text := range map[string]string{"config": config, "accounts": account, "contacts": ""} {
		require.NoError(t, os.WriteFile(filepath.Join(f.dir, name), []byte(text), 0o600))
	}
	(&world{t: t}).run(exec.Command("baresip", "-f", f.dir))
	f.world = newWorld(t, abroad(ip, port)) // which waits until the telephone answers an OPTIONS
	return f
}

// abroad makes a telephone of a test the only trunk.
func abroad(ip string, port int) func(*desk) {
	return func(d *desk) {
		d.trunks = []telephony.Trunk{{ID: 1, Name: "foreign", Host: ip, Port: port, Lines: map[int64]string{1: "+73430000101"}}}
	}
}

// say gives the telephone a command and returns what it says to it.
func (f *foreign) say(command, params string) string {
	c, err := net.DialTimeout("tcp", f.ctrl, time.Second)
	if err != nil {
		return ""
	}
	defer c.Close()
	m := fmt.Sprintf(`{"command":%q,"params":%q,"token":"t"}`, command, params)
	_, _ = fmt.Fprintf(c, "%d:%s,", len(m), m)
	_ = c.SetReadDeadline(time.Now().Add(time.Second))
	b := make([]byte, 1<<16)
	for n := 0; ; { // events of the call come by the same way
		k, err := c.Read(b[n:])
		n += k
		if at := bytes.Index(b[:n], []byte(`"response":true`)); at >= 0 || err != nil {
			return string(b[:n])
		}
	}
}

func (f *foreign) rings() bool { return strings.Contains(f.say("listcalls", ""), "INCOMING") }
func (f *foreign) free() bool  { return strings.Contains(f.say("listcalls", ""), "calls (0)") }

// hears reports whether a tone is in what came since the first n samples.
func (f *foreign) hears(n int, hz float64) bool {
	b := f.heard()
	return len(b) > n && tone.Heard(b[n:], hz)
}

func (f *foreign) heard() (all []byte) {
	files, _ := filepath.Glob(filepath.Join(f.dir, "dump-*-dec.wav"))
	for _, name := range files {
		raw, _ := os.ReadFile(name)
		i := bytes.Index(raw, []byte("data"))
		if i < 0 || len(raw) < i+8 {
			continue
		}
		raw = raw[i+8:]
		s := make([]int16, len(raw)/2)
		for n := range s {
			s[n] = int16(uint16(raw[2*n]) | uint16(raw[2*n+1])<<8)
		}
		all = append(all, g711.Encode(s, g711.ALaw)...)
	}
	return all
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
	f := newForeign(t, "127.0.68.1", "manual")
	op := f.operator(1, true)
	before := op.Rings()
	f.desk.place(longer(order("task-1-1", foreigner, telephony.CalleeFirst)))
	f.eventually("it rings", f.rings)
	require.Equal(t, before, op.Rings(), "nobody is troubled for a phone that rings")
	f.say("accept", "")
	f.eventually("he hears the words", func() bool { return f.hears(0, voiceTone) })
	v, err := op.Call(f.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(f.ctx(), "answer", v.Key)
	_, err = op.Call(f.ctx(), "talking")
	require.NoError(t, err)
	said := len(f.heard())
	op.Forget()
	f.eventually("they hear each other", func() bool { return f.hears(said, operatorTone) && tone.Heard(op.Heard(), executorTone) })
	op.Do(f.ctx(), "hangup", v.Key)
	f.eventually("it is free", f.free)
	end := f.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(1), ""}, []any{end.Outcome, end.Operator, end.Digit})
	left, right := f.tones(f.desk.until(t, "recorded", recorded))
	require.True(t, left(executorTone) && right(voiceTone) && right(operatorTone), "the recording has him, the words and the operator")
}

// TestTheOperatorIsRungBeforeAForeignPhone: it does not ring before an operator has taken the
// task and read it.
func TestTheOperatorIsRungBeforeAForeignPhone(t *testing.T) {
	t.Parallel()
	f := newForeign(t, "127.0.68.2", "manual")
	op := f.operator(1, true)
	o := longer(order("task-1-1", foreigner, telephony.OperatorFirst))
	o.OperatorWithin = time.Minute
	f.desk.place(o)
	v, err := op.Call(f.ctx(), "ringing")
	require.NoError(t, err)
	require.True(t, f.free(), "it does not ring yet")
	op.Do(f.ctx(), "answer", v.Key)
	_, err = op.Call(f.ctx(), "counting")
	require.NoError(t, err)
	require.True(t, f.free(), "he reads")
	f.eventually("it rings", f.rings)
	_, err = op.Call(f.ctx(), "dialling")
	require.NoError(t, err)
	f.say("accept", "")
	_, err = op.Call(f.ctx(), "talking")
	require.NoError(t, err)
	f.eventually("they hear each other", func() bool { return f.hears(0, operatorTone) && tone.Heard(op.Heard(), executorTone) })
	require.False(t, f.hears(0, voiceTone), "an operator speaks, not the machine")
	f.say("hangup", "")
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
			f := newForeign(t, fmt.Sprintf("127.0.68.%d", 10+i), "auto")
			f.desk.place(longer(order("task-1-1", foreigner, tt.mode)))
			f.eventually("he hears the words", func() bool { return f.hears(0, voiceTone) })
			f.say("sndcode", "5")
			f.eventually("his words go on", func() bool { n := len(f.heard()); return f.hears(max(0, n-g711.Rate), voiceTone) })
			require.False(t, f.free())
			f.say("sndcode", "1")
			end := f.desk.ended(t)
			require.Equal(t, []any{telephony.Answered, "1", int64(0)}, []any{end.Outcome, end.Digit, end.Operator})
			f.eventually("it is free", f.free)
			left, right := f.tones(f.desk.until(t, "recorded", recorded))
			require.True(t, left(executorTone) && right(voiceTone))
		})
	}
}

// pressing is a telephone made of sipp that takes a call and presses 5 and 1 by SIP INFO.
const pressing = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="s">
<recv request="OPTIONS" optional="true" next="1"/>
<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/></action></recv>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=u 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
<recv request="ACK"/>
<pause milliseconds="1500"/>
%s
<recv request="BYE"/>
<send next="2"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="1"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="2"/>
</scenario>
`

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
			ip, dir := fmt.Sprintf("127.0.68.%d", 15+i), t.TempDir()
			port := freePort(t, "udp", ip)
			steps := pressed(2, tt.kind, fmt.Sprintf(tt.body, 5)) + pressed(3, tt.kind, fmt.Sprintf(tt.body, 1))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "s.xml"), fmt.Appendf(nil, pressing, steps), 0o600))
			c := exec.Command("sipp", "-sf", "s.xml", "-i", ip, "-mi", ip, "-p", fmt.Sprint(port), "-mp", "32000", "-nostdin", "-timeout", "60")
			c.Dir = dir
			(&world{t: t}).run(c)
			w := newWorld(t, abroad(ip, port))
			w.desk.place(longer(order("task-1-1", foreigner, telephony.CalleeFirst)))
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
		does         func(f *foreign)
		outcome      telephony.Outcome
		blame        telephony.Blame
	}{
		{"busy", "manual", func(f *foreign) { f.eventually("it rings", f.rings); f.say("hangup", "") }, telephony.Busy, telephony.Theirs},
		{"does not answer", "manual", func(f *foreign) { f.eventually("it rings", f.rings) }, telephony.NoAnswer, telephony.Theirs},
		{"hangs up during the words", "auto", func(f *foreign) {
			f.eventually("he hears the words", func() bool { return f.hears(0, voiceTone) })
			f.say("hangup", "")
		}, telephony.Answered, telephony.Nobody},
		{"a machine that talks on", "auto", func(*foreign) {}, telephony.Answered, telephony.Nobody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newForeign(t, fmt.Sprintf("127.0.68.%d", 20+i), tt.answer)
			o := order("task-1-1", foreigner, telephony.AnnounceOnly)
			if tt.outcome != telephony.NoAnswer {
				o.RingFor = 5 * time.Minute
			}
			f.desk.place(o)
			tt.does(f)
			end := f.desk.ended(t)
			require.Equal(t, []any{tt.outcome, tt.blame, ""}, []any{end.Outcome, end.Blame, end.Digit})
			f.eventually("it rings no longer", f.free)
		})
	}
}
