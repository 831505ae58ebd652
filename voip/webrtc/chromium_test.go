package webrtc

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
	"d24/voip/wav"
)

const page = `<!doctype html><audio id="a" autoplay></audio><script>
const post = (path, body) => fetch(path, {method: 'POST', body});
(async () => {
  const mic = await navigator.mediaDevices.getUserMedia({audio:
    {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const pc = new RTCPeerConnection();
  const [sender] = [pc.addTrack(mic.getAudioTracks()[0], mic)];
  const caps = RTCRtpSender.getCapabilities('audio').codecs.filter(c =>
    c.mimeType === 'audio/PCMA' || c.mimeType === 'audio/telephone-event');
  pc.getTransceivers()[0].setCodecPreferences(caps);
  pc.ontrack = e => {
    document.getElementById('a').srcObject = e.streams[0];
    const ctx = new AudioContext(), an = ctx.createAnalyser();
    an.fftSize = 8192;
    ctx.createMediaStreamSource(e.streams[0]).connect(an);
    const bins = new Float32Array(an.frequencyBinCount);
    let typed = false;
    setInterval(() => {
      an.getFloatFrequencyData(bins);
      let k = 0;
      bins.forEach((v, i) => { if (v > bins[k]) k = i; });
      if (!typed && bins[k] > -40) { // the far side has our keys, as we have its sound
        typed = true;
        sender.dtmf.insertDTMF('42#', 100, 70);
      }
      post('/heard', JSON.stringify({hz: k * ctx.sampleRate / an.fftSize, level: Math.max(-200, bins[k])}));
    }, 200);
  };
  await pc.setLocalDescription(await pc.createOffer());
  const answer = await post('/offer', pc.localDescription.sdp);
  await pc.setRemoteDescription({type: 'answer', sdp: await answer.text()});
})().catch(e => post('/failed', String(e)));
</script>`

// TestChromium is the truth: a real browser hears us, we hear it and its keys.
func TestChromium(t *testing.T) {
	a := open(t, Config{Listen: netip.MustParseAddrPort("127.0.0.1:0")})
	pacer := media.NewPacer()
	defer pacer.Close()
	type heard struct{ HZ, Level float64 }
	var (
		mu   sync.Mutex
		mic  []byte
		keys []byte
		ear  heard
		fail string
	)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	mux.HandleFunc("POST /offer", func(w http.ResponseWriter, r *http.Request) {
		offer, _ := io.ReadAll(r.Body)
		leg, answer, err := a.Answer(r.Context(), string(offer))
		if err != nil {
			mu.Lock()
			fail = err.Error()
			mu.Unlock()
			return
		}
		leg.SetSink(func(p *media.Packet) {
			if p.Digit {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			mic = append(mic, p.Payload...)
		})
		leg.OnDigit(func(k byte) { mu.Lock(); keys = append(keys, k); mu.Unlock() })
		pacer.Start(leg, media.Tone(700, time.Second), true)
		_, _ = io.WriteString(w, answer)
	})
	mux.HandleFunc("POST /heard", func(_ http.ResponseWriter, r *http.Request) {
		var h heard
		if json.NewDecoder(r.Body).Decode(&h) == nil {
			mu.Lock()
			ear = h
			mu.Unlock()
		}
	})
	mux.HandleFunc("POST /failed", func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		fail = string(b)
		mu.Unlock()
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	chromium(t, srv.URL)
	within(t, time.Minute, func() bool { // a browser on a busy machine takes its time to start
		mu.Lock()
		defer mu.Unlock()
		return fail != "" || math.Abs(ear.HZ-700) < 12 && ear.Level > -40 && tone.Heard(mic, 620) && string(keys) == "42#"
	}, "browser and telephone hear each other")
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, fail)
	require.Less(t, tone.Level(g711.Decode(mic, g711.ALaw), 700), -40.0, "no echo")
}

// chromium opens url with a microphone that whistles 620 Hz.
func chromium(t *testing.T, url string) {
	t.Helper()
	dir := t.TempDir()
	pcm := make([]int16, 48000)
	for i := range pcm {
		pcm[i] = int16(12000 * math.Sin(2*math.Pi*620*float64(i)/48000))
	}
	whistle := filepath.Join(dir, "mic.wav")
	require.NoError(t, os.WriteFile(whistle, wav.PCM16(pcm, 48000), 0o600))
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
		"--use-file-for-fake-audio-capture="+whistle, "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection", url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its children must end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { cancel(); _ = cmd.Wait() })
}
