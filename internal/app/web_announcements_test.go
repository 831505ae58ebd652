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

// upload sends a phrase for the greeting by day of a number.
func (h *house) upload(login string, line int64, kind string, b []byte) answer {
	h.t.Helper()
	company := h.one(`select coalesce(company_id, 0) from lines where id = $1`, line)
	version := h.one(`select coalesce(max(version), 0) from announcements where line_id = $1`, line)
	return h.send(login, http.MethodPut, fmt.Sprintf("/announcements/day/sound?company_id=%d&line_id=%d&version=%d", company, line, version), bytes.NewReader(b), http.Header{"Content-Type": {kind}})
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
	sound := fmt.Sprintf("/announcements/day/sound?line_id=%d", id)
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
	first := h.ok("admin", http.MethodGet, "/announcements", nil)
	require.Equal(t, "sound", first.get(t, "items.0.uses"))
	version := first.id(t, "items.0.version")
	dec := h.routed("+73430000101", noon)
	require.NotEmpty(t, dec.Greeting.File, "who calls hears it")
	require.NotEmpty(t, dec.Greeting.Text, "the words stay, for the day the file is lost")
	mp3, err := os.ReadFile("../../voip/mp3/testdata/speech.mp3")
	must(t, err)
	a := h.upload("admin", id, "audio/mpeg", mp3)
	require.Equal(t, http.StatusOK, a.status, a.body)
	require.InDelta(t, 3970, a.id(t, "phrase.duration_ms"), 50)
	version++

	// which of the two is used, and the way back
	words := first.get(t, "items.0.text").(string)
	path := fmt.Sprintf("/announcements/day?line_id=%d&version=", id)
	a = h.ok("admin", http.MethodPut, fmt.Sprint(path, version), map[string]any{"text": words, "uses": "text"})
	require.Equal(t, "text", a.get(t, "uses"))
	require.NotNil(t, a.get(t, "phrase"), "the phrase is kept")
	require.True(t, tone.Heard(heard(), 1633), "the voice again")
	require.Empty(t, h.routed("+73430000101", noon).Greeting.File)
	h.fails("admin", http.MethodPut, fmt.Sprint(path, version), map[string]any{"text": words, "uses": "sound"}, http.StatusConflict, "announcement.changed")
	kept := h.ok("admin", http.MethodGet, fmt.Sprintf("/announcements/day/versions?line_id=%d", id), nil)
	require.Len(t, kept.get(t, "items"), int(version)+1)
	h.ok("admin", http.MethodPost, fmt.Sprintf("/announcements/day/restore?line_id=%d&version=%d", id, version+1), map[string]any{"to": 5})
	require.True(t, tone.Heard(heard(), 700), "the fourth upload sounds again")
	require.Equal(t, "sound", h.ok("admin", http.MethodGet, "/announcements", nil).get(t, "items.0.uses"))

	dec = h.routed("+73430000101", noon)
	must(t, os.Remove(filepath.Join(h.data, telephony.Announcements, dec.Greeting.File)))
	require.Equal(t, true, h.ok("admin", http.MethodGet, "/announcements", nil).get(t, "items.0.phrase.is_lost"), "lost, and it shows")
	h.fails("admin", http.MethodGet, sound, nil, http.StatusNotFound, "announcement.no_file")
	require.Equal(t, int64(7), h.one(`select count(*) from audit_entries where action = 'announcement.change' and company_id = 1 and object = $1`, fmt.Sprintf("line:%d", id)))
}

// routed is what the Director answers to an INVITE of a resident.
func (h *house) routed(called string, at time.Time) telephony.Decision {
	h.t.Helper()
	dec, err := h.app.Director.Route(context.Background(), telephony.Incoming{CallKey: "c-1", Called: called, Caller: resident, At: at})
	must(h.t, err)
	return dec
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
		"a picture":     {[]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 1000)), "announcement.sound_unreadable", "не звуковой файл"},
		"a text":        {[]byte(strings.Repeat("слово ", 1000)), "announcement.sound_unreadable", "не звуковой файл"},
		"MP3 with tags": {append([]byte("ID3\x04"), make([]byte, 1000)...), "announcement.sound_unreadable", "не звуковой файл"},
		"hollow MP3":    {append([]byte{0xFF, 0xFB, 0x90, 0x64}, make([]byte, 1000)...), "announcement.sound_silent", "тишина"},
		"OGG":           {sox(t, "a.ogg", "-r", "16000"), "announcement.sound_compressed", "OGG здесь не читается"},
		"FLAC":          {sox(t, "a.flac", "-r", "16000"), "announcement.sound_compressed", "FLAC здесь не читается"},
		"ADPCM in WAV":  {sox(t, "a.wav", "-r", "16000", "-e", "ima-adpcm"), "announcement.sound_format", "такого вида не читается"},
		"cut off":       {good[:len(good)/2], "announcement.sound_truncated", "оборван"},
		"only a header": {wav.PCM16(nil, 8000), "announcement.sound_empty", "нет звука"},
		"silence":       {quiet, "announcement.sound_silent", "тишина"},
		"three minutes": {wav.PCM16(make([]int16, 180*8000), 8000), "announcement.sound_too_long", "длиннее двух минут"},
		"20 MB and one": {make([]byte, 20<<20+1), "announcement.sound_too_big", "больше 20 МБ"},
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
	require.Positive(t, h.ok("admin", http.MethodGet, "/announcements", nil).id(t, "items.0.phrase.duration_ms"))
	files, err := os.ReadDir(filepath.Join(h.data, telephony.Announcements))
	must(t, err)
	require.Len(t, files, 2, "the two good ones: nothing else is left lying about")
}

// TestGreetingsAreTheCompanysOwn: words and variables are checked at the field, a company
// has its own numbers only, the city's and the platform's belong to our staff.
func TestGreetingsAreTheCompanysOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	city := h.one(`select min(id) from lines where company_id is null`)
	path := fmt.Sprintf("/announcements/day?line_id=%d", h.line(ours))
	a := h.ok("admin", http.MethodPut, path, map[string]any{"text": "  Здравствуйте!   Вы позвонили в {компания}. ", "uses": "text"})
	require.Equal(t, "Здравствуйте! Вы позвонили в {компания}.", a.get(t, "text"))
	require.Equal(t, "Здравствуйте! Вы позвонили в УК «Северный берег».", a.get(t, "sample"))
	require.Equal(t, "Здравствуйте! Вы позвонили в УК «Северный берег».", h.routed("+73430000101", noon).Greeting.Text)
	for text, word := range map[string]string{
		"": "от 10 до 400", "Алло": "от 10 до 400", strings.Repeat("очень долго ", 100): "от 10 до 400",
		"Вам звонит {жилец}, ответьте": "нет переменной {жилец}: есть {компания}", "Вы позвонили в {компания": "без пары", "Вы позвонили в компания}": "без пары",
	} {
		a := h.fails("admin", http.MethodPut, path+"&version=2", map[string]any{"text": text, "uses": "text"}, http.StatusUnprocessableEntity, "announcement.text")
		require.Equal(t, "body.text", a.get(t, "errors.0.location"))
		require.Contains(t, a.body, word)
	}
	require.Contains(t, h.as("admin", http.MethodPut, "/announcements/night", map[string]any{"text": "Доброй ночи, слушаем вас", "uses": "sound"}).body, "фразы ещё нет")
	require.Len(t, h.ok("admin", http.MethodGet, "/announcements", nil).get(t, "items"), 7, "a number and six occasions")
	require.Equal(t, int64(0), h.ok("platform", http.MethodGet, "/announcements", nil).id(t, "company_id"))
	require.Contains(t, h.ok("platform", http.MethodGet, "/announcements", nil).body, "citywide")
	for _, login := range []string{"admin2", "admin"} {
		h.fails(login, http.MethodPut, fmt.Sprintf("/announcements/day?line_id=%d", city), map[string]any{"text": "Чужие слова приветствия", "uses": "text"}, http.StatusNotFound, "line.not_found")
		require.Equal(t, http.StatusNotFound, h.upload(login, city, "audio/wav", tune()).status)
	}
	require.Equal(t, http.StatusOK, h.upload("platform", city, "audio/wav", tune()).status)
	h.fails("operator", http.MethodPut, path, map[string]any{"text": "Чужие слова приветствия", "uses": "text"}, http.StatusForbidden, "access.announcement.edit")
	h.fails("admin", http.MethodDelete, path+"&version=2", nil, http.StatusUnprocessableEntity, "announcement.day")
}

// TestTheGreetingOfTheMoment: by day, by night, on a holiday of the calendar and on a day
// of the company's own, decided by the instant of the INVITE in the company's zone; without
// words of its own a company says the platform's, without those the number's (F22).
func TestTheGreetingOfTheMoment(t *testing.T) {
	t.Parallel()
	h := open(t)
	said := func(at time.Time) string { return h.routed("+73430000101", at).Greeting.Text }
	at := func(day, hour, minute int) time.Time { // 26.11.2026 is a Thursday; the zone is UTC+5
		return time.Date(2026, 11, day, hour-5, minute, 0, 0, time.UTC)
	}
	day := said(noon)
	require.Equal(t, day, said(at(26, 23, 0)), "nothing is set: the number's own")
	put := func(login, kind, text string) {
		h.ok(login, http.MethodPut, "/announcements/"+kind, map[string]any{"text": text, "uses": "text"})
	}
	put("platform", "night", "Доброй ночи. Это {компания}.")
	require.Equal(t, "Доброй ночи. Это УК «Северный берег».", said(at(26, 21, 0)), "the platform's, from the first minute of quiet hours")
	put("admin", "night", "Ночь. Сейчас {время} {дата}.")
	put("admin", "holiday", "С праздником! Мы работаем.")
	require.Equal(t, day, said(at(26, 20, 59)))
	require.Equal(t, "Ночь. Сейчас 21:00 26.11.", said(at(26, 21, 0)))
	require.Equal(t, "Ночь. Сейчас 07:59 27.11.", said(at(27, 7, 59)))
	require.Equal(t, day, said(at(27, 8, 0)))
	require.Equal(t, day, said(at(28, 12, 0)), "a Saturday is no holiday")
	require.Equal(t, "С праздником! Мы работаем.", said(at(4, 12, 0)), "День народного единства")
	require.Equal(t, day, said(at(3, 23, 59).Add(-4*time.Hour)), "19:59 of the day before")
	h.do(`insert into calendar_days (company_id, on_day, kind, note) values (1, '2026-11-27', 'day_off', 'День компании')`)
	require.Equal(t, "С праздником! Мы работаем.", said(at(27, 12, 0)), "the company's own day")
	dec := h.routed("+73430000101", at(26, 21, 30))
	require.Equal(t, at(27, 0, 0), dec.Until.UTC(), "the next day may be a holiday")
	require.Equal(t, day, dec.Plain.Text)

	put("platform", "recording", "Разговор записывается.")
	put("admin", "hold", "Не кладите трубку, мы вернёмся.")
	dec = h.routed("+73430000101", noon)
	require.Equal(t, "Разговор записывается.", dec.After[0].Text)
	require.Equal(t, "Не кладите трубку, мы вернёмся.", dec.Hold.Text)
	require.Equal(t, "nothing", h.ok("admin", http.MethodDelete, "/announcements/hold?version=1", nil).get(t, "uses"))
	require.Equal(t, "shared", h.ok("admin", http.MethodDelete, "/announcements/night?version=1", nil).get(t, "uses"))
	require.Equal(t, "Доброй ночи. Это УК «Северный берег».", said(at(26, 22, 0)))
	cityNumber := h.one(`select min(substr(phone, 2)::bigint) from lines where company_id is null`)
	require.Equal(t, "Доброй ночи. Это диспетчерская служба.", h.routed(fmt.Sprint("+", cityNumber), at(26, 22, 0)).Greeting.Text, "a city's number names no company (T2)")
}

// TestWordsAreSaidAsTheCompanySaysThem: a company's word stands over the platform's, only
// whole words are replaced, the text on the screen stays as it was written.
func TestWordsAreSaidAsTheCompanySaysThem(t *testing.T) {
	t.Parallel()
	h := open(t)
	set := func(login, word, say string) answer {
		return h.ok(login, http.MethodPost, "/pronunciations", map[string]any{"company_id": 0, "word": word, "say": say})
	}
	set("platform", "Озёрная", "Озёрная, через ё")
	set("platform", "УК", "управляющая компания")
	id := set("admin", "озёрная", "озёрна+я").id(t, "id")
	path := fmt.Sprintf("/announcements/day?line_id=%d", h.line(ours))
	h.ok("admin", http.MethodPut, path, map[string]any{"text": "УК. Озёрная, 2. НаУК и Озёрная.", "uses": "text"})
	dec := h.routed("+73430000101", noon)
	require.Equal(t, "УК. Озёрная, 2. НаУК и Озёрная.", dec.Greeting.Text)
	require.Equal(t, "управляющая компания. озёрна+я, 2. НаУК и озёрна+я.", dec.Greeting.Spoken())
	list := h.ok("admin", http.MethodGet, "/pronunciations", nil)
	require.Len(t, list.get(t, "items"), 3)
	h.fails("admin", http.MethodDelete, fmt.Sprintf("/pronunciations/%d", h.one(`select id from pronunciations where word = 'УК'`)), nil, http.StatusNotFound, "pronunciation.not_found")
	h.ok("admin", http.MethodDelete, fmt.Sprintf("/pronunciations/%d", id), nil)
	require.Contains(t, h.routed("+73430000101", noon).Greeting.Spoken(), "через ё")
	a := h.fails("admin", http.MethodPost, "/pronunciations", map[string]any{"company_id": 0, "word": "!", "say": "x"}, http.StatusUnprocessableEntity, "pronunciation.word")
	require.Equal(t, "body.word", a.get(t, "errors.0.location"))

	n := h.ok("supervisor", "POST", "/notices", h.outage(map[string]any{"text": "На УК нет воды"}))
	require.NotZero(t, n.id(t, "id"))
	told, err := h.app.Director.Notices(context.Background(), []telephony.Place{{CompanyID: ours, BuildingID: h.building(ours)}})
	must(t, err)
	require.Contains(t, told[telephony.Place{CompanyID: ours, BuildingID: h.building(ours)}][0].Speech.Spoken(), "На управляющая компания нет воды")
}

// TestWordsAreHeardBeforeTheyAreSaved: in the real voice's place a whistle; nothing is kept.
func TestWordsAreHeardBeforeTheyAreSaved(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := h.ok("admin", http.MethodPost, "/announcement-samples", map[string]any{"company_id": 0, "kind": "night", "text": "Доброй ночи, {компания}."})
	s, err := wav.Decode([]byte(a.body), wav.Upload)
	require.NoError(t, err)
	require.True(t, tone.Heard(g711.Encode(s.PCM, g711.ALaw), 1633))
	h.fails("admin", http.MethodPost, "/announcement-samples", map[string]any{"company_id": 0, "kind": "night", "text": "Доброй ночи, {кто}."}, http.StatusUnprocessableEntity, "announcement.text")
	h.fails("admin", http.MethodPost, "/announcement-samples", map[string]any{"company_id": strange, "kind": "night", "text": "Доброй ночи вам"}, http.StatusNotFound, "company.not_found")
	require.Zero(t, h.one(`select count(*) from announcements`))
}

// tune is a second of sound as a file.
func tune() []byte {
	pcm := make([]int16, 8000)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)/3))
	}
	return wav.PCM16(pcm, 8000)
}
