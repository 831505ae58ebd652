package foreign

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

	"d24/voip/g711"
	"d24/voip/tone"
)

// Account is how a baresip is set up.
type Account struct {
	IP, User string
	Answer   string  // "auto" takes calls at once, "manual" (also when empty) rings
	Voice    float64 // Hz of the tone that it talks
	Sound    string  // an A-law file that it plays in place of the tone, again and again
	// Registrar is the host:port where it registers, by Transport ("udp" when empty) and with
	// Password; "": it registers nowhere and is called at its own address.
	Registrar, Transport, Password string
	// Certificate is a PEM file with its key: it is called by TLS, one port above its own, and
	// takes only calls whose sound is sealed.
	Certificate string
}

// Baresip is a telephone: it talks a tone and records what it hears.
type Baresip struct {
	*Process
	Addr      string // host:port
	t         testing.TB
	dir, ctrl string
}

const baresipConfig = `sip_listen %[1]s
call_local_timeout 120
call_max_calls 4
audio_path /usr/share/baresip
audio_player aubridge,sink
audio_source aufile,%[2]s
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_txmode thread
audio_level no
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_buffer 20-160
rtp_ports 40000-40200
rtcp_mux no
jitter_buffer_delay 5-10
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module sndfile.so
module aubridge.so
snd_path %[3]s
module_tmp uuid.so
module_tmp account.so
module_app auloop.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[4]s
`

// StartBaresip runs the telephone; it listens when this returns.
func StartBaresip(t testing.TB, a Account) *Baresip {
	t.Helper()
	dir := t.TempDir()
	b := &Baresip{t: t, dir: dir, Addr: fmt.Sprintf("%s:%d", a.IP, FreePort(t, "udp", a.IP)), ctrl: fmt.Sprintf("%s:%d", a.IP, FreePort(t, "tcp", a.IP))}
	var voice string
	if a.Sound != "" {
		voice = soundWAV(t, a.Sound)
	} else {
		voice = ToneWAV(t, a.Voice, g711.Rate)
	}
	config := fmt.Sprintf(baresipConfig, b.Addr, voice, dir, b.ctrl)
	if a.Certificate != "" {
		config += "sip_certificate " + a.Certificate + "\nmodule srtp.so\n"
	}
	for name, text := range map[string]string{"config": config, "accounts": a.line(b.Addr), "contacts": ""} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	b.Process = Start(t, dir, "baresip", "-f", dir)
	b.until(t, "baresip listens", func() bool { return Taken("udp", b.Addr) && b.Say("about", "") != "" })
	return b
}

// line is the account in baresip's words.
func (a Account) line(at string) string {
	answer := a.Answer
	if answer == "" {
		answer = "manual"
	}
	more := ";answermode=" + answer + ";audio_codecs=pcma,pcmu"
	switch {
	case a.Registrar != "":
		transport := a.Transport
		if transport == "" {
			transport = "udp"
		}
		return fmt.Sprintf("<sip:%s@%s;transport=%s>;auth_user=%s;auth_pass=%s;regint=60%s\n", a.User, a.Registrar, transport, a.User, a.Password, more)
	case a.Certificate != "":
		return fmt.Sprintf("<sip:%s@%s;transport=tls>;mediaenc=srtp-mand;regint=0%s\n", a.User, above(at), more)
	}
	return fmt.Sprintf("<sip:%s@%s;transport=udp>;regint=0%s\n", a.User, at, more)
}

// TLS is where the telephone is called by TLS.
func (b *Baresip) TLS() string { return above(b.Addr) }

// above is the address one port above another.
func above(addr string) string {
	a, _ := net.ResolveUDPAddr("udp", addr)
	a.Port++
	return a.String()
}

// ToneWAV writes three minutes of a tone as a phone's voice; baresip hangs up at its end.
func ToneWAV(t testing.TB, hz float64, rate int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("tone%.0f.wav", hz))
	out, err := exec.Command("sox", "-n", "-r", fmt.Sprint(rate), "-c", "1", "-b", "16", path, "synth", "180", "sine", fmt.Sprint(hz), "vol", "0.3").CombinedOutput() //nolint:gosec // a test's tone
	require.NoError(t, err, "%s", out)
	return path
}

// soundWAV writes an A-law file ten times over as a phone's voice.
func soundWAV(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sound.wav")
	out, err := exec.Command("sox", "-t", "al", "-r", fmt.Sprint(g711.Rate), "-c", "1", name, "-b", "16", path, "repeat", "9").CombinedOutput() //nolint:gosec // a test's sound
	require.NoError(t, err, "%s", out)
	return path
}

// Say gives the phone a command and returns its answer, with whatever events came before it; ""
// when it does not listen.
func (b *Baresip) Say(command, params string) string {
	c, err := net.DialTimeout("tcp", b.ctrl, time.Second)
	if err != nil {
		return ""
	}
	defer c.Close() //nolint:errcheck // only read from
	m := fmt.Sprintf(`{"command":%q,"params":%q,"token":"t"}`, command, params)
	_, _ = fmt.Fprintf(c, "%d:%s,", len(m), m)
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	buf := make([]byte, 1<<16)
	for n := 0; ; { // events of calls come by the same way
		k, err := c.Read(buf[n:])
		n += k
		if err != nil || bytes.Contains(buf[:n], []byte(`"response":true`)) {
			return string(buf[:n])
		}
	}
}

// Dial calls an address.
func (b *Baresip) Dial(uri string) { require.NotEmpty(b.t, b.Say("dial", uri)) }

// Take answers the call that rings.
func (b *Baresip) Take() { require.NotEmpty(b.t, b.Say("accept", "")) }

// Hangup ends the call that it has.
func (b *Baresip) Hangup() { b.Say("hangup", "") }

// Rings reports whether a call is on its way in.
func (b *Baresip) Rings() bool { return strings.Contains(b.Say("listcalls", ""), "INCOMING") }

// Free reports whether the phone has no call at all.
func (b *Baresip) Free() bool { return strings.Contains(b.Say("listcalls", ""), "calls (0)") }

// Rang counts the calls that have come to it.
func (b *Baresip) Rang() int { return strings.Count(b.Out.String(), "Incoming call from:") }

// Heard is what the phone has recorded of the other sides so far, as A-law.
func (b *Baresip) Heard() (all []byte) {
	files, _ := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		i := bytes.Index(raw, []byte("data")) // a growing file, whose header says nothing yet
		if err != nil || i < 0 || len(raw) < i+8 {
			continue
		}
		raw = raw[i+8:]
		s := make([]int16, len(raw)/2)
		for n := range s {
			s[n] = int16(uint16(raw[2*n]) | uint16(raw[2*n+1])<<8) //nolint:gosec // samples
		}
		all = append(all, g711.Encode(s, g711.ALaw)...)
	}
	return all
}

// Hears reports whether a tone is in what it has heard.
func (b *Baresip) Hears(hz float64) bool { return b.HearsAfter(0, hz) }

// HearsAfter looks only at what came after the first n samples heard.
func (b *Baresip) HearsAfter(n int, hz float64) bool {
	all := b.Heard()
	return len(all) > n && tone.Heard(all[n:], hz)
}
