package app

import (
	"bytes"
	"context"
	"errors"
	"time"

	"d24/internal/fault"
	"d24/voip/g711"
	"d24/voip/mp3"
	"d24/voip/wav"
)

// phraseLimits are what a stranger's phrase may be.
var phraseLimits = wav.Limits{Bytes: 20 << 20, Duration: 2 * time.Minute}

// quietest is the loudest sample of a phrase that nobody would hear, -40 dB.
const quietest = 328

// phrase makes an uploaded sound into that of telephones; what it cannot be is
// fault.Invalid, in the words of who sent it.
func phrase(b []byte) ([]byte, error) {
	if kind := compressed(b); kind != "" {
		return nil, badSound("announcement.sound_compressed", kind+" здесь не читается: сохраните фразу как WAV или MP3. Страница объявлений переводит его сама.")
	}
	decode := wav.Decode
	if mp3.Is(b) {
		decode = mp3.Decode
	}
	s, err := decode(b, phraseLimits)
	switch {
	case errors.Is(err, wav.ErrTooBig):
		return nil, badSound("announcement.sound_too_big", "Файл больше 20 МБ.")
	case errors.Is(err, wav.ErrTooLong):
		return nil, badSound("announcement.sound_too_long", "Фраза длиннее двух минут.")
	case errors.Is(err, wav.ErrTruncated):
		return nil, badSound("announcement.sound_truncated", "Файл оборван: звука в нём меньше, чем обещано.")
	case errors.Is(err, wav.ErrEmptySound):
		return nil, badSound("announcement.sound_empty", "В файле нет звука.")
	case errors.Is(err, wav.ErrFormat):
		return nil, badSound("announcement.sound_format", "WAV такого вида не читается: нужен PCM, float, A-law или µ-law, от 4 до 192 кГц.")
	case err != nil:
		return nil, badSound("announcement.sound_unreadable", "Это не звуковой файл: нужен WAV или MP3.")
	}
	loud := 0
	for _, v := range s.PCM {
		loud = max(loud, int(v), -int(v))
	}
	if loud < quietest {
		return nil, badSound("announcement.sound_silent", "В записи тишина: проверьте микрофон.")
	}
	return wav.ALaw(g711.Encode(s.PCM, g711.ALaw), 1), nil
}

func badSound(code, message string) error {
	return fault.New(fault.Invalid, code, "%s", message).At("body", message)
}

// compressed names a sound file of another kind by its first bytes; "" when unknown.
func compressed(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("OggS")):
		return "OGG"
	case bytes.HasPrefix(b, []byte("fLaC")):
		return "FLAC"
	case bytes.HasPrefix(b, []byte{0x1A, 0x45, 0xDF, 0xA3}):
		return "WebM"
	case len(b) > 8 && bytes.Equal(b[4:8], []byte("ftyp")):
		return "M4A"
	}
	return ""
}

func phraseLength(b []byte) (time.Duration, error) {
	_, d, err := wav.Probe(b, phraseLimits)
	return d, err
}

// spoken is how a text sounds; nil without a voice.
func (c WebConfig) spoken() func(ctx context.Context, text string) ([]byte, error) {
	if c.Voice == nil {
		return nil
	}
	return func(ctx context.Context, text string) ([]byte, error) {
		b, err := c.Voice.Say(ctx, text)
		return wav.ALaw(b, 1), err
	}
}
