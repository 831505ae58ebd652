package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/test/foreign"
	"d24/voip/media"
)

// kamailio is a provider with digest: trunks register, calls of ours are
// challenged, numbers lead to phones at fixed addresses.
type kamailio struct {
	addr string
	*foreign.Process
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
	port := foreign.FreePort(t, "udp", ip)
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
	k.Process = foreign.Start(t, dir, "kamailio", "-DD", "-E", "-m", "32", "-M", "4", "-Y", dir, "-P", filepath.Join(dir, "pid"), "-f", cfg)
	eventually(t, 15*time.Second, "kamailio listens", func() bool {
		select {
		case <-k.Done:
			t.Fatalf("kamailio ended: %s", k.Out.Tail(2000))
		default:
		}
		return foreign.Taken("udp", k.addr)
	})
	return k
}

// sippExecutor is a phone made of sipp that answers every call with one code.
func sippExecutor(t *testing.T, ip string, code int) string {
	t.Helper()
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
	return foreign.StartSipp(t, foreign.Scenario{IP: ip, Steps: steps, Args: []string{"-timeout", "300"}}).Addr
}

// trunkArgs tell the program where its providers are.
func trunkArgs(x, y string) []string { return []string{"--city-x", x, "--city-y", y} }

// nowhere is an address where nobody answers.
func nowhere(t *testing.T, ip string) string {
	return fmt.Sprintf("%s:%d", ip, foreign.FreePort(t, "udp", ip))
}

// speech is an operator's voice.
func speech(hz float64) *media.Prompt { return media.Tone(hz, time.Second) }
