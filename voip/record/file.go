package record

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"d24/voip/g711"
	"d24/voip/wav"
)

// channels of a recording: left is what the peer said, right what he heard.
const channels = 2

// ErrNotOurs means a file that this package has not written.
var ErrNotOurs = errors.New("record: not a recording")

// Repair gives a file that was cut by a crash its true length. A file shorter
// than its header, cut before anything was said, becomes one of no sound.
// Repairing twice is harmless. It returns the length of the sound.
func Repair(path string) (time.Duration, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	defer f.Close() //nolint:errcheck // Sync has told
	size, err := body(f)
	if err != nil {
		return 0, err
	}
	size -= size % channels
	if _, err := f.WriteAt(wav.Header(channels, uint32(size)), 0); err != nil { //nolint:gosec // hours fit
		return 0, fmt.Errorf("record: %w", err)
	}
	if err := f.Truncate(wav.HeaderLen + size); err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	return length(size), nil
}

func length(size int64) time.Duration {
	return time.Duration(size/channels) * time.Second / g711.Rate
}

// Duration is the length of a recording's sound by its file's size, also while
// it grows.
func Duration(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	size, err := body(f)
	return length(size), err
}

// body checks that the file begins as ours do and returns the bytes of its sound, which
// are read next.
func body(f io.ReadSeeker) (int64, error) {
	total, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	ours := wav.Header(channels, 0)
	b := make([]byte, min(total, int64(len(ours))))
	if _, err := io.ReadFull(f, b); err != nil {
		return 0, fmt.Errorf("record: %w", err)
	}
	for i := range b { // all but the three lengths
		if i >= 4 && i < 8 || i >= 46 && i < 50 || i >= 54 {
			continue
		}
		if b[i] != ours[i] {
			return 0, ErrNotOurs
		}
	}
	return max(0, total-wav.HeaderLen), nil
}

// Channels reads a whole recording: left and right as A-law.
func Channels(path string) (left, right []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("record: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	size, err := body(f)
	if err != nil {
		return nil, nil, err
	}
	err = each(f, size, func(l, r byte) { left, right = append(left, l), append(right, r) })
	return left, right, err
}

// each calls f for every sample in turn without holding the file in memory.
func each(r io.Reader, size int64, f func(l, r byte)) error {
	b := bufio.NewReaderSize(r, 64<<10)
	for range size / channels {
		l, err := b.ReadByte()
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		r, err := b.ReadByte()
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
		f(l, r)
	}
	return nil
}

// Waveform is n peaks of each channel along a recording, 0–100 of full scale, for a
// picture, and its length. Fewer samples than n give as many peaks as there are samples.
func Waveform(recording io.ReadSeeker, n int) (left, right []int, d time.Duration, err error) {
	size, err := body(recording)
	if err != nil {
		return nil, nil, 0, err
	}
	samples := int(size / channels)
	n = min(max(n, 0), samples)
	left, right, d = make([]int, n), make([]int, n), length(size)
	if n == 0 {
		return left, right, d, nil
	}
	i := 0
	err = each(recording, size, func(l, r byte) {
		k := min(i*n/samples, n-1)
		left[k], right[k] = max(left[k], percent[l]), max(right[k], percent[r])
		i++
	})
	return left, right, d, err
}

// percent is the loudness of every A-law byte.
var percent = func() (t [256]int) {
	for i, s := range g711.Decode(allBytes(), g711.ALaw) {
		t[i] = (max(int(s), -int(s))*100 + 16384) / 32768
	}
	return t
}()

func allBytes() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}
