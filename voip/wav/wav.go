// Package wav reads sound files that people upload (any usual WAV) as 8 kHz mono
// samples, and writes the files that we keep. Its input is not trusted.
package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Rate is the rate of decoded sound, samples per second.
const Rate = 8000

// Errors of Decode. Every refusal is one of them (errors.Is).
var (
	ErrNotWAV     = errors.New("wav: not a WAV file")
	ErrFormat     = errors.New("wav: this kind of WAV is not supported")
	ErrTruncated  = errors.New("wav: the file is shorter than it says")
	ErrTooBig     = errors.New("wav: the file is too big")
	ErrTooLong    = errors.New("wav: the sound is too long")
	ErrEmptySound = errors.New("wav: no sound in the file")
)

// Limits are what Decode accepts.
type Limits struct {
	Bytes    int           // of the whole file
	Duration time.Duration // of the sound
	OpenEnd  bool          // a declared length beyond the file means "to its end"
}

// Upload are the limits for a stranger's file; Trusted for our own: a growing
// recording, or a speech synthesiser's stream, whose header says 2 GB.
var (
	Upload  = Limits{Bytes: 20 << 20, Duration: 10 * time.Minute}
	Trusted = Limits{Bytes: 256 << 20, Duration: 4 * time.Hour, OpenEnd: true}
)

// Format is what a file says about itself.
type Format struct {
	Codec    string // "pcm", "float", "alaw", "ulaw"
	Rate     int    // samples per second and channel
	Channels int
	Bits     int // of one sample
}

// Sound is a decoded file.
type Sound struct {
	PCM  []int16 // 8 kHz mono
	From Format
}

// Duration is the length of the sound.
func (s Sound) Duration() time.Duration { return time.Duration(len(s.PCM)) * time.Second / Rate }

// Decode reads a WAV file: PCM of 8, 16, 24 or 32 bits, float of 32 or 64, A-law
// or mu-law, 4 to 192 kHz, 1 to 8 channels (mixed). Memory is bounded by the
// sound that results, not by what the header promises.
func Decode(b []byte, lim Limits) (Sound, error) {
	if len(b) > lim.Bytes {
		return Sound{}, fmt.Errorf("%w: %d bytes", ErrTooBig, len(b))
	}
	f, data, err := chunks(b, lim)
	if err != nil {
		return Sound{}, err
	}
	d := decoder(f)
	size := f.Channels * f.Bits / 8
	n := len(data) / size
	if n == 0 {
		return Sound{}, ErrEmptySound
	}
	if length := time.Duration(float64(n) / float64(f.Rate) * float64(time.Second)); length > lim.Duration {
		return Sound{}, fmt.Errorf("%w: %s", ErrTooLong, length.Round(time.Second))
	}
	return Sound{PCM: resample(&mono{data: data, channels: f.Channels, width: f.Bits / 8, read: d, n: n}, f.Rate), From: f}, nil
}

// Probe reads only the header: what the file is and how long it plays.
func Probe(b []byte, lim Limits) (Format, time.Duration, error) {
	f, data, err := chunks(b, lim)
	if err != nil {
		return Format{}, 0, err
	}
	n := len(data) / (f.Channels * f.Bits / 8)
	return f, time.Duration(float64(n) / float64(f.Rate) * float64(time.Second)), nil
}

// chunks walks the RIFF chunks to the sound.
func chunks(b []byte, lim Limits) (f Format, data []byte, err error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return f, nil, ErrNotWAV
	}
	known := false
	for off := 12; off+8 <= len(b); {
		id, n := string(b[off:off+4]), int64(binary.LittleEndian.Uint32(b[off+4:]))
		body := b[off+8:]
		if n > int64(len(body)) {
			if !lim.OpenEnd || id != "data" {
				return f, nil, fmt.Errorf("%w: %q says %d bytes, %d are there", ErrTruncated, id, n, len(body))
			}
			n = int64(len(body))
		}
		body = body[:n]
		switch id {
		case "fmt ":
			if f, err = parseFormat(body); err != nil {
				return f, nil, err
			}
			known = true
		case "data":
			if !known {
				return f, nil, fmt.Errorf("%w: sound before its format", ErrNotWAV)
			}
			return f, body, nil
		}
		off += 8 + int(n+n&1)
	}
	return f, nil, fmt.Errorf("%w: no sound", ErrNotWAV)
}

// tags of WAVEFORMATEX
const (
	tagPCM        = 1
	tagFloat      = 3
	tagALaw       = 6
	tagMuLaw      = 7
	tagExtensible = 0xFFFE
)

func parseFormat(b []byte) (Format, error) {
	if len(b) < 16 {
		return Format{}, fmt.Errorf("%w: short format", ErrNotWAV)
	}
	le := binary.LittleEndian
	tag := le.Uint16(b)
	f := Format{Channels: int(le.Uint16(b[2:])), Rate: int(le.Uint32(b[4:])), Bits: int(le.Uint16(b[14:]))}
	if tag == tagExtensible {
		if len(b) < 40 {
			return f, fmt.Errorf("%w: short extensible format", ErrNotWAV)
		}
		tag = le.Uint16(b[24:])
	}
	switch {
	case tag == tagPCM && (f.Bits == 8 || f.Bits == 16 || f.Bits == 24 || f.Bits == 32):
		f.Codec = "pcm"
	case tag == tagFloat && (f.Bits == 32 || f.Bits == 64):
		f.Codec = "float"
	case tag == tagALaw && f.Bits == 8:
		f.Codec = "alaw"
	case tag == tagMuLaw && f.Bits == 8:
		f.Codec = "ulaw"
	default:
		return f, fmt.Errorf("%w: format %d of %d bits", ErrFormat, tag, f.Bits)
	}
	if f.Channels < 1 || f.Channels > 8 || f.Rate < 4000 || f.Rate > 192000 {
		return f, fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, f.Channels, f.Rate)
	}
	return f, nil
}
