package record

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"d24/voip/g711"
)

// ErrNotOurs means a file that this package has not written.
var ErrNotOurs = errors.New("record: not a recording")

// Repair gives a file that was cut by a crash its true length. Repairing twice
// is harmless. It returns the length of the sound.
func Repair(path string) (time.Duration, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close() //nolint:errcheck // written and checked below
	size, err := body(f)
	if err != nil {
		return 0, err
	}
	if size%2 != 0 {
		size--
		if err := f.Truncate(headerLen + size); err != nil {
			return 0, err
		}
	}
	if _, err := f.WriteAt(header(uint32(size)), 0); err != nil { //nolint:gosec // hours fit
		return 0, fmt.Errorf("record: %w", err)
	}
	return time.Duration(size/2) * time.Second / g711.Rate, f.Sync()
}

func body(f *os.File) (int64, error) {
	b := make([]byte, 12)
	if _, err := io.ReadFull(f, b); err != nil || string(b[:4]) != "RIFF" || string(b[8:]) != "WAVE" {
		return 0, ErrNotOurs
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if st.Size() < headerLen {
		return 0, ErrNotOurs
	}
	return st.Size() - headerLen, nil
}

// Channels reads a recording: left and right as A-law.
func Channels(r io.Reader) (left, right []byte, err error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	if len(b) < headerLen || string(b[:4]) != "RIFF" {
		return nil, nil, ErrNotOurs
	}
	for i := headerLen; i+1 < len(b); i += 2 {
		left, right = append(left, b[i]), append(right, b[i+1])
	}
	return left, right, nil
}

// Peaks are n loudest values (0–100) of each channel along the recording, for a waveform.
func Peaks(r io.Reader, n int) (left, right []int, err error) {
	l, rt, err := Channels(r)
	if err != nil {
		return nil, nil, err
	}
	return peaks(l, n), peaks(rt, n), nil
}

func peaks(alaw []byte, n int) []int {
	out := make([]int, n)
	for i, s := range g711.Decode(alaw, g711.ALaw) {
		v := int(s)
		if v < 0 {
			v = -v
		}
		k := i * n / len(alaw)
		out[k] = max(out[k], v*100/32768)
	}
	return out
}
