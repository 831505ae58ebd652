// Package mp3 reads MP3 files that people upload as 8 kHz mono samples. Its input is not
// trusted: memory is bounded by the sound that results, and what breaks the decoder is an
// unreadable file.
package mp3

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	gomp3 "github.com/hajimehoshi/go-mp3"

	"d24/voip/wav"
)

// Is reports whether a file begins as MP3 does: with a tag, or with a frame of layer III.
func Is(b []byte) bool {
	return bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xFF && b[1]&0xE6 == 0xE2
}

// Decode reads a whole file. Errors are those of package wav; ErrNotWAV is a file that
// cannot be read.
func Decode(b []byte, lim wav.Limits) (s wav.Sound, err error) {
	if len(b) > lim.Bytes {
		return s, fmt.Errorf("%w: %d bytes", wav.ErrTooBig, len(b))
	}
	defer func() {
		if r := recover(); r != nil {
			s, err = wav.Sound{}, fmt.Errorf("%w: the decoder broke: %v", wav.ErrNotWAV, r)
		}
	}()
	d, err := gomp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(b)}) // a reader that cannot seek is not scanned for its length first
	if err != nil {
		return s, fmt.Errorf("%w: %w", wav.ErrNotWAV, err)
	}
	if d.SampleRate() < 8000 || d.SampleRate() > 48000 {
		return s, fmt.Errorf("%w: %d Hz", wav.ErrFormat, d.SampleRate())
	}
	most := int(lim.Duration.Seconds() * float64(d.SampleRate()))
	mono := make([]int16, 0, min(most, 1<<20))
	buf := make([]byte, 16<<10) // 16 bits, two channels
	for {
		n, err := io.ReadFull(d, buf)
		for i := 0; i+3 < n; i += 4 {
			l, r := int(int16(uint16(buf[i])|uint16(buf[i+1])<<8)), int(int16(uint16(buf[i+2])|uint16(buf[i+3])<<8)) //nolint:gosec // a sample
			mono = append(mono, int16((l+r)/2))                                                                      //nolint:gosec // between the two
		}
		if len(mono) > most {
			return s, fmt.Errorf("%w: more than %s", wav.ErrTooLong, lim.Duration.Round(time.Second))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			if len(mono) < d.SampleRate()/2 { // what follows the sound may be anything, what is heard stays
				return s, fmt.Errorf("%w: %w", wav.ErrNotWAV, err)
			}
			break
		}
	}
	if len(mono) == 0 {
		return s, wav.ErrEmptySound
	}
	s, err = wav.Decode(wav.PCM16(mono, d.SampleRate()), wav.Limits{Bytes: 4*most + 1<<10, Duration: lim.Duration})
	s.From.Codec = "mp3"
	return s, err
}
