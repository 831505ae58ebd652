package e2e

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
)

// process is a foreign program; it ends with the test.
type process struct {
	cmd  *exec.Cmd
	out  *lines
	done chan struct{}
}

func startProcess(t *testing.T, dir, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), out: &lines{}, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, p.out, p.out
	p.cmd.Env = append(os.Environ(), "TERM=dumb", "HOME="+dir)
	p.cmd.WaitDelay = 5 * time.Second // a grandchild that got away must not hold us
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, p.cmd.Start())
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() {
		p.end()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.out.tail(3000))
		}
	})
	return p
}

// stop makes the program deaf and dumb, and resume wakes it up again as it was.
func (p *process) stop()   { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGSTOP) }
func (p *process) resume() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGCONT) }

// end ends the process and its children.
func (p *process) end() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// kamailio is a provider with digest: trunks register, calls of ours are
// challenged, numbers lead to phones at fixed addresses.
type kamailio struct {
	addr string
	*process
}

const kamailioHead = `#!KAMAILIO
debug=1
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc","db_mode",0)
modparam("registrar","max_expires",20)
modparam("registrar","min_expires",10)
modparam("tm","fr_timer",5000)
modparam("tm","fr_inv_timer",60000)
`

// startKamailio runs the provider at ip for the account user/password with the
// line did; phones are numbers and where they are: an address, or user@address.
func startKamailio(t *testing.T, ip, user, password, did string, phones map[string]string) *kamailio {
	t.Helper()
	dir := t.TempDir()
	port := freePort(t, "udp", ip)
	var b strings.Builder
	b.WriteString(kamailioHead)
	fmt.Fprintf(&b, "listen=udp:%s:%d\n", ip, port)
	fmt.Fprintf(&b, `route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483","Too Many Hops"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200","OK"); exit; }
  if (has_totag()) {
    if (loose_route() || is_method("ACK|BYE|INVITE|UPDATE|INFO")) { t_relay(); exit; }
    sl_send_reply("404","Not Here"); exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  t_check_trans();
  if (is_method("REGISTER")) {
    if ($tU != %[1]q) { sl_send_reply("403","Unknown Account"); exit; }
    if (!pv_www_authenticate("$td", %[2]q, "0")) { www_challenge("$td", "1"); exit; }
    save("location", "0x04"); exit;
  }
  if (!is_method("INVITE")) { sl_send_reply("405","Method Not Allowed"); exit; }
  if ($rU =~ "^[+]?%[3]s$") {
    $rU = %[1]q;
    record_route();
    if (!lookup("location")) { sl_send_reply("480","Not Registered"); exit; }
    t_relay(); exit;
  }
  if (!pv_proxy_authenticate("$fd", %[2]q, "0")) { proxy_challenge("$fd", "1"); exit; }
  consume_credentials();
  record_route();
`, user, password, strings.TrimPrefix(did, "+"))
	for number, at := range phones {
		to := fmt.Sprintf("$du = \"sip:%s\"", at)
		if strings.Contains(at, "@") { // another user: one phone has several numbers
			to = fmt.Sprintf("$ru = \"sip:%s\"", at)
		}
		fmt.Fprintf(&b, "  if ($rU =~ \"^[+]?%s$\") { %s; t_relay(); exit; }\n", strings.TrimPrefix(number, "+"), to)
	}
	b.WriteString("  sl_send_reply(\"404\",\"No Such Number\");\n}\n")
	cfg := filepath.Join(dir, "kamailio.cfg")
	require.NoError(t, os.WriteFile(cfg, []byte(b.String()), 0o600))
	k := &kamailio{addr: fmt.Sprintf("%s:%d", ip, port)}
	k.process = startProcess(t, dir, "kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-f", cfg)
	eventually(t, 15*time.Second, "kamailio listens", func() bool {
		select {
		case <-k.done:
			t.Fatalf("kamailio ended: %s", k.out.tail(2000))
		default:
		}
		return taken(k.addr)
	})
	return k
}

// taken reports whether somebody listens by UDP. The kernel's list is read: whoever tries it by
// listening himself stands in the way of the one he waits for.
func taken(addr string) bool {
	a := netip.MustParseAddrPort(addr)
	ip := a.Addr().As4()
	b, err := os.ReadFile("/proc/self/net/udp")
	return err == nil && bytes.Contains(b, fmt.Appendf(nil, " %02X%02X%02X%02X:%04X ", ip[3], ip[2], ip[1], ip[0], a.Port()))
}

// toneWAV writes a tone as a phone's voice; baresip hangs up at its end.
func toneWAV(t *testing.T, hz float64, rate int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("tone%.0f.wav", hz))
	out, err := exec.Command("sox", "-n", "-r", fmt.Sprint(rate), "-c", "1", "-b", "16", path, "synth", "180", "sine", fmt.Sprint(hz), "vol", "0.3").CombinedOutput() //nolint:gosec // a test's tone
	require.NoError(t, err, "%s", out)
	return path
}

// baresip is a telephone: it talks a tone and records what it hears.
type baresip struct {
	*process
	t    *testing.T
	dir  string
	addr string
	ctrl string
}

// startBaresip runs a phone at ip. answer: "auto" takes calls at once, "manual" rings.
func startBaresip(t *testing.T, ip, user, answer string, hz float64) *baresip {
	t.Helper()
	dir := t.TempDir()
	port, ctrl := freePort(t, "udp", ip), freePort(t, "tcp", ip)
	config := fmt.Sprintf(`sip_listen %[1]s:%[2]d
call_local_timeout 120
call_max_calls 4
audio_path /usr/share/baresip
audio_player aubridge,sink
audio_source aufile,%[3]s
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
snd_path %[4]s
module_tmp uuid.so
module_tmp account.so
module_app auloop.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen %[1]s:%[5]d
`, ip, port, toneWAV(t, hz, 8000), dir, ctrl)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600))
	account := fmt.Sprintf("<sip:%s@%s:%d;transport=udp>;answermode=%s;audio_codecs=pcma,pcmu;regint=0\n", user, ip, port, answer)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "accounts"), []byte(account), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "contacts"), nil, 0o600))
	b := &baresip{t: t, dir: dir, addr: fmt.Sprintf("%s:%d", ip, port), ctrl: fmt.Sprintf("%s:%d", ip, ctrl)}
	b.process = startProcess(t, dir, "baresip", "-f", dir)
	eventually(t, 15*time.Second, "baresip listens", func() bool { return taken(b.addr) && b.say("about", "") != "" })
	return b
}

// say gives the phone a command and returns its first answer.
func (b *baresip) say(command, params string) string {
	c, err := net.DialTimeout("tcp", b.ctrl, time.Second)
	if err != nil {
		return ""
	}
	defer c.Close()
	m := fmt.Sprintf(`{"command":%q,"params":%q,"token":"t"}`, command, params)
	_, _ = fmt.Fprintf(c, "%d:%s,", len(m), m)
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	buf := make([]byte, 64<<10)
	n, _ := c.Read(buf)
	return string(buf[:n])
}

func (b *baresip) dial(uri string) { require.NotEmpty(b.t, b.say("dial", uri)) }
func (b *baresip) hangup()         { b.say("hangup", "") }

// heard is what the phone has recorded of the other side so far.
func (b *baresip) heard() []byte {
	files, _ := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	var all []byte
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil || len(raw) < 44 {
			continue
		}
		all = append(all, alaw(raw)...)
	}
	return all
}

// alaw turns a growing 16-bit 8 kHz mono WAV, whose header says nothing yet, into A-law.
func alaw(raw []byte) []byte {
	i := bytes.Index(raw, []byte("data"))
	if i < 0 {
		return nil
	}
	raw = raw[i+8:]
	s := make([]int16, len(raw)/2)
	for n := range s {
		s[n] = int16(uint16(raw[2*n]) | uint16(raw[2*n+1])<<8) //nolint:gosec // samples
	}
	return g711.Encode(s, g711.ALaw)
}

func (b *baresip) hears(hz float64) bool { return tone.Heard(b.heard(), hz) }

// hearsAfter looks only at what came after the first n samples heard.
func (b *baresip) hearsAfter(n int, hz float64) bool {
	all := b.heard()
	return len(all) > n && tone.Heard(all[n:], hz)
}

// sippExecutor is a phone made of sipp that answers every call with one code.
func sippExecutor(t *testing.T, ip string, code int) string {
	t.Helper()
	dir := t.TempDir()
	// the answer to the INVITE goes its way back, also when a CANCEL came last
	steps := `<recv request="INVITE">
<action>
<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="1" assign_to="1"/>
<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" assign_to="2"/>
</action>
</recv>
<send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
`
	if code == 0 { // rings until it is cancelled
		steps += `<recv request="CANCEL" timeout="120000"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
`
		code = 487
	}
	steps += fmt.Sprintf(`<send><![CDATA[
SIP/2.0 %d Because
Via: [$1]
Via: [$2]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
CSeq: [last_cseq_number] INVITE
Content-Length: 0

]]></send>
<recv request="ACK" optional="true" timeout="5000"/>
`, code)
	file := filepath.Join(dir, "s.xml")
	require.NoError(t, os.WriteFile(file, []byte("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"s\">\n"+steps+"</scenario>\n"), 0o600))
	port := freePort(t, "udp", ip)
	addr := fmt.Sprintf("%s:%d", ip, port)
	startProcess(t, dir, "sipp", "-sf", file, "-i", ip, "-p", fmt.Sprint(port), "-nostdin", "-timeout", "300")
	eventually(t, 10*time.Second, "sipp listens", func() bool { return taken(addr) })
	return addr
}

// trunkArgs tell the program where its providers are.
func trunkArgs(x, y string) []string { return []string{"--city-x", x, "--city-y", y} }

// nowhere is an address where nobody answers.
func nowhere(t *testing.T, ip string) string { return fmt.Sprintf("%s:%d", ip, freePort(t, "udp", ip)) }

// speech is an operator's voice.
func speech(hz float64) *media.Prompt { return media.Tone(hz, time.Second) }
