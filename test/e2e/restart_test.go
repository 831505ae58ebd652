package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/test/foreign"
	"d24/voip/tone"
)

// engines are the phone engines of the house that live.
func (h *house) engines() (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range all {
		b, err := os.ReadFile(f)
		if err != nil || !hasAll(b, "D24_ROLE=phone\x00", "D24_DATA="+h.dir+"\x00") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(f, "/proc/%d/", &pid); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// ownProgram gives the house a copy of the program that can be replaced.
func (h *house) ownProgram() {
	h.t.Helper()
	h.binary = filepath.Join(filepath.Dir(h.dir), "d24")
	h.install()
}

// install puts the program in its place as an upgrade does.
func (h *house) install() {
	h.t.Helper()
	in, err := os.Open(binary)
	require.NoError(h.t, err)
	defer in.Close()
	out, err := os.OpenFile(h.binary+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755) //nolint:gosec // a program
	require.NoError(h.t, err)
	_, err = io.Copy(out, in)
	require.NoError(h.t, err)
	require.NoError(h.t, out.Close())
	require.NoError(h.t, os.Rename(h.binary+".new", h.binary))
}

// restart starts the program anew, its process stays.
func (h *house) restart() {
	h.t.Helper()
	said, err := d24(h.t, nil, "restart", "--data", h.dir)
	require.NoError(h.t, err, said)
	eventually(h.t, 10*time.Second, "the old program ends its pages", func() bool { return ask(h.page+"/healthz") != http.StatusOK })
	h.ready(60 * time.Second)
}

// hearEachOther: there is sound both ways from now on.
func (w *town) hearEachOther(p *page) {
	w.t.Helper()
	had := len(w.resident.Heard())
	eventually(w.t, 30*time.Second, "two more seconds are heard", func() bool { return len(w.resident.Heard()) > had+2*8000 })
	eventually(w.t, 10*time.Second, "the resident hears the operator now", func() bool {
		b := w.resident.Heard()
		return tone.Heard(b[len(b)-8000:], operatorHz)
	})
	eventually(w.t, 10*time.Second, "the browser hears the resident", func() bool { return p.hears(residentHz) })
}

// TestTheEngineOutlivesTheProgram is R14 of one machine: the program is restarted, killed,
// and replaced by a newer one while a resident and an operator talk. The talk and its
// recording go on; whoever calls while the old engine finishes reaches the new one; at the
// end one engine is there, at home, and Ctrl-C leaves none.
func TestTheEngineOutlivesTheProgram(t *testing.T) {
	w := planTown(t)
	w.caller = foreign.StartBaresip(t, foreign.Account{IP: w.place.ip(atCaller), User: "+79000900002", Answer: "manual", Voice: residentHz})
	w.ownProgram()
	w.begin()
	w.trunkUp("operator", "Транк X")
	p := startChromium(t, w.house, operatorHz).atDesk("operator", "operator")
	w.call()
	p.rings()
	w.answers(p, residentHz)
	key, began := p.callKey(), time.Now()
	step := func(what string) { t.Logf("%s: %s", time.Since(began).Round(100*time.Millisecond), what) }
	first := w.engine()

	w.restart()
	require.Equal(t, []int{first}, w.engines(), "the engine is the one it was")
	p.sees(inState("talking"))
	w.hearEachOther(p)

	step("restarted, they talk")
	require.NoError(t, w.cmd.Process.Kill())
	<-w.exited
	w.start()
	require.Equal(t, []int{first}, w.engines(), "a killed program's engine is taken over")
	p.sees(inState("talking"))
	w.hearEachOther(p)

	step("killed and started, they talk")
	w.install()
	w.restart()
	eventually(t, 30*time.Second, "a new engine stands in", func() bool { return len(w.engines()) == 2 })
	step("a newer program, a second engine")
	eventually(t, 30*time.Second, "it is at work", func() bool { return strings.Count(w.log.String(), "duty=active") == 2 })
	second := w.login("operator2").desk(speech(executorHz))
	w.caller.Dial(fmt.Sprintf("sip:%s@%s", line, w.kamailio.addr))
	v, err := second.Call(within(t, 30*time.Second), "ringing")
	require.NoError(t, err)
	require.NotEqual(t, key, v.Key)
	second.Do(within(t, time.Second), "answer", v.Key)
	_, err = second.Call(within(t, 10*time.Second), "talking")
	require.NoError(t, err)
	p.sees(inState("talking"))
	w.hearEachOther(p)

	step("a second call at the new engine")
	lasted := time.Since(began)
	w.resident.Hangup()
	w.caller.Hangup()
	op := w.login("operator")
	eventually(t, 30*time.Second, "both calls are over", func() bool { return op.callOf(key).EndedAt != nil && op.callOf(v.Key).EndedAt != nil })
	require.False(t, op.callOf(key).IsCut || op.callOf(v.Key).IsCut, "none was cut")
	left, right := w.recording(key)
	for name, b := range map[string][]byte{"resident": left, "operator": right} {
		require.InDelta(t, lasted.Seconds(), float64(len(b))/8000, 4, "the recording has the whole talk: %s", name)
	}
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right[len(right)/2:], operatorHz))
	step("both calls have ended")
	eventually(t, 60*time.Second, "the engine came home, the others have ended", func() bool {
		n := w.engines()
		return len(n) == 1 && n[0] != first && w.at(n[0], "D24_NODE=node-1\x00")
	})
	step("one engine, at home")
	w.trunkUp("operator", "Транк X")
}

// TestAnEngineThatNobodyComesForEnds: the program is killed for good.
func TestAnEngineThatNobodyComesForEnds(t *testing.T) {
	t.Parallel()
	h := planHouse(t, newPlace())
	h.dropped = true
	h.env = []string{"D24_ALONE=1s"}
	h.begin()
	require.Len(t, h.engines(), 1)
	require.NoError(t, h.cmd.Process.Signal(syscall.SIGKILL))
	<-h.exited
	require.Len(t, h.engines(), 1, "it waits for a while")
	eventually(t, 40*time.Second, "then it is gone", func() bool { return len(h.engines()) == 0 })
}
