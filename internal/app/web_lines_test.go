package app_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/tone"
	"d24/voip/wav"
)

// whistler says 1633 Hz for every text.
type whistler struct{}

func (whistler) Say(context.Context, string) ([]byte, error) {
	return media.Tone(1633, time.Second).ALaw(), nil
}

func (h *house) line(company int64) int64 {
	h.t.Helper()
	return h.one(`select min(id) from lines where company_id = $1`, company)
}

// upload sends a phrase.
func (h *house) upload(login string, line int64, kind string, b []byte) answer {
	h.t.Helper()
	return h.send(login, http.MethodPut, fmt.Sprintf("/lines/%d/greeting/sound", line), bytes.NewReader(b), http.Header{"Content-Type": {kind}})
}

// sox makes a second of a tone in any format.
func sox(t *testing.T, file string, how ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	out, err := exec.Command("sox", append(append([]string{"-n"}, how...), path, "synth", "1", "sine", "700", "vol", "0.5")...).CombinedOutput() //nolint:gosec // a test's own words
	require.NoError(t, err, "%s", out)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// TestARecordedPhraseReplacesTheVoice: what was uploaded is made into the sound of
// telephones, is heard in the preview and by who calls, and goes away again.
func TestARecordedPhraseReplacesTheVoice(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.line(ours)
	sound := fmt.Sprintf("/lines/%d/greeting/sound", id)
	heard := func() []byte {
		a := h.ok("admin", http.MethodGet, sound, nil)
		require.Equal(t, "audio/wav", a.header.Get("Content-Type"))
		s, err := wav.Decode([]byte(a.body), wav.Upload)
		require.NoError(t, err)
		return g711.Encode(s.PCM, g711.ALaw)
	}
	require.True(t, tone.Heard(heard(), 1633), "the voice says the text")

	for name, b := range map[string][]byte{
		"24 bits, stereo, 44.1 kHz": sox(t, "a.wav", "-r", "44100", "-b", "24", "-c", "2"),
		"8 bits, 11 kHz":            sox(t, "a.wav", "-r", "11025", "-b", "8", "-c", "1"),
		"float, 48 kHz":             sox(t, "a.wav", "-r", "48000", "-e", "floating-point", "-b", "32", "-c", "1"),
		"mu-law":                    sox(t, "a.wav", "-r", "8000", "-e", "u-law", "-c", "1"),
	} {
		a := h.upload("admin", id, "audio/wav", b)
		require.Equal(t, http.StatusOK, a.status, "%s: %s", name, a.body)
		require.InDelta(t, 1000, a.id(t, "phrase.duration_ms"), 20, name)
		got := heard()
		require.True(t, tone.Heard(got, 700), name)
		require.InDelta(t, -6, tone.Level(g711.Decode(got, g711.ALaw), 700), 1.5, name)
	}
	files, err := os.ReadDir(filepath.Join(h.data, telephony.Announcements))
	must(t, err)
	require.Len(t, files, 1, "the phrases before it are gone")

	dec, err := h.app.Director.Route(context.Background(), telephony.Incoming{CallKey: "c-1", Called: "+73430000101", Caller: resident, At: noon})
	must(t, err)
	require.Equal(t, files[0].Name(), dec.Greeting.File, "who calls hears it")
	require.NotEmpty(t, dec.Greeting.Text, "the words stay, for the day the file is lost")

	must(t, os.Remove(filepath.Join(h.data, telephony.Announcements, files[0].Name())))
	require.Zero(t, h.ok("admin", http.MethodGet, "/lines", nil).id(t, "items.0.phrase.duration_ms"), "lost, and it shows")
	h.fails("admin", http.MethodGet, sound, nil, http.StatusNotFound, "line.no_file")
	require.Nil(t, h.ok("admin", http.MethodDelete, sound, nil).get(t, "phrase"))
	require.True(t, tone.Heard(heard(), 1633), "the voice again")
	require.Equal(t, int64(5), h.one(`select count(*) from audit_entries where action = 'line.greeting' and company_id = 1 and object = $1`, fmt.Sprintf("line:%d", id)))
}

// TestJunkIsNoPhrase: every refusal says what is wrong, and the old phrase stays.
func TestJunkIsNoPhrase(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.line(ours)
	good := sox(t, "a.wav", "-r", "16000", "-b", "16", "-c", "1")
	require.Equal(t, http.StatusOK, h.upload("admin", id, "audio/wav", good).status)
	quiet := wav.PCM16(make([]int16, 8000), 8000)
	for what, c := range map[string]struct {
		b    []byte
		code string
		word string
	}{
		"nothing":       {[]byte{}, "", ""},
		"a picture":     {[]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 1000)), "line.sound_unreadable", "не звуковой файл WAV"},
		"a text":        {[]byte(strings.Repeat("слово ", 1000)), "line.sound_unreadable", "не звуковой файл WAV"},
		"MP3 with tags": {append([]byte("ID3\x04"), make([]byte, 1000)...), "line.sound_compressed", "MP3 пока не принимается"},
		"bare MP3":      {append([]byte{0xFF, 0xFB, 0x90, 0x64}, make([]byte, 1000)...), "line.sound_compressed", "MP3 пока не принимается"},
		"OGG":           {sox(t, "a.ogg", "-r", "16000"), "line.sound_compressed", "OGG пока не принимается"},
		"FLAC":          {sox(t, "a.flac", "-r", "16000"), "line.sound_compressed", "FLAC пока не принимается"},
		"ADPCM in WAV":  {sox(t, "a.wav", "-r", "16000", "-e", "ima-adpcm"), "line.sound_format", "такого вида не читается"},
		"cut off":       {good[:len(good)/2], "line.sound_truncated", "оборван"},
		"only a header": {wav.PCM16(nil, 8000), "line.sound_empty", "нет звука"},
		"silence":       {quiet, "line.sound_silent", "тишина"},
		"three minutes": {wav.PCM16(make([]int16, 180*8000), 8000), "line.sound_too_long", "длиннее двух минут"},
		"20 MB and one": {make([]byte, 20<<20+1), "line.sound_too_big", "больше 20 МБ"},
		"25 MB":         {make([]byte, 25<<20), "request.too_large", "Слишком большой"},
	} {
		a := h.upload("admin", id, "audio/wav", c.b)
		require.GreaterOrEqual(t, a.status, 400, what)
		check(t, a, what)
		if c.code != "" {
			require.Equal(t, c.code, a.get(t, "code"), "%s: %s", what, a.body)
			require.Contains(t, a.body, c.word, what)
		}
	}
	require.Equal(t, http.StatusOK, h.upload("admin", id, "application/octet-stream", good).status, "what the browser calls it does not matter")
	require.Positive(t, h.ok("admin", http.MethodGet, "/lines", nil).id(t, "items.0.phrase.duration_ms"))
	files, err := os.ReadDir(filepath.Join(h.data, telephony.Announcements))
	must(t, err)
	require.Len(t, files, 1)
}

// TestGreetingsAreTheCompanysOwn: words are checked, a company has its own numbers
// only, the city's belong to our staff.
func TestGreetingsAreTheCompanysOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	city := h.one(`select min(id) from lines where company_id is null`)
	path := fmt.Sprintf("/lines/%d/greeting", h.line(ours))
	a := h.ok("admin", http.MethodPut, path, map[string]any{"text": "  Здравствуйте!   Вы позвонили в диспетчерскую. "})
	require.Equal(t, "Здравствуйте! Вы позвонили в диспетчерскую.", a.get(t, "text"))
	for _, text := range []string{"", "Алло", strings.Repeat("очень долго ", 100)} {
		a := h.fails("admin", http.MethodPut, path, map[string]any{"text": text}, http.StatusUnprocessableEntity, "line.greeting_length")
		require.Equal(t, "body.text", a.get(t, "errors.0.location"))
	}
	require.Len(t, h.ok("admin", http.MethodGet, "/lines", nil).get(t, "items"), 1)
	require.Greater(t, len(h.ok("platform", http.MethodGet, "/lines", nil).get(t, "items").([]any)), 3)
	for _, login := range []string{"admin2", "admin"} {
		h.fails(login, http.MethodPut, fmt.Sprintf("/lines/%d/greeting", city), map[string]any{"text": "Чужие слова приветствия"}, http.StatusNotFound, "line.not_found")
		require.Equal(t, http.StatusNotFound, h.upload(login, city, "audio/wav", tune()).status)
	}
	require.Equal(t, http.StatusOK, h.upload("platform", city, "audio/wav", tune()).status)
	h.fails("operator", http.MethodPut, path, map[string]any{"text": "Чужие слова приветствия"}, http.StatusForbidden, "access.announcement.edit")
}

// tune is a second of sound as a file.
func tune() []byte {
	pcm := make([]int16, 8000)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)/3))
	}
	return wav.PCM16(pcm, 8000)
}
