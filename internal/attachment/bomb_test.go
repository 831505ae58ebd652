package attachment

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
)

// flat is a whole PNG of w × h equal points: some kilobytes that mean gigabytes.
func flat(w, h int) []byte {
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		data := append([]byte(kind), body...)
		return binary.BigEndian.AppendUint32(append(out, data...), crc32.ChecksumIEEE(data))
	}
	var z bytes.Buffer
	zw, _ := zlib.NewWriterLevel(&z, zlib.BestCompression)
	row := make([]byte, 1+4*w)
	for range h {
		_, _ = zw.Write(row)
	}
	_ = zw.Close()
	ihdr := append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h)), 8, 6, 0, 0, 0)
	return append(append(append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", ihdr)...), chunk("IDAT", z.Bytes())...), chunk("IEND", nil)...)
}

// frame is a JPEG whose header promises w × h points; progressive ones have passes without end.
func frame(w, h int, passes int) []byte {
	out := []byte{0xff, 0xd8}
	sof := []byte{0xff, 0xc2, 0, 11, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 1, 1, 0x11, 0}
	dht := append([]byte{0xff, 0xc4, 0, 20, 0x00, 1}, append(make([]byte, 15), 0)...)
	ac := append([]byte{0xff, 0xc4, 0, 20, 0x10, 1}, append(make([]byte, 15), 0xe0)...) // one code: a run of 2^14 empty blocks
	dqt := append([]byte{0xff, 0xdb, 0, 67, 0}, bytes.Repeat([]byte{1}, 64)...)
	out = append(append(append(append(out, sof...), dht...), ac...), dqt...)
	for i := range passes {
		out = append(out, 0xff, 0xda, 0, 8, 1, 1, 0x00, byte(1+i%63), byte(1+i%63), 0)
		out = append(out, make([]byte, 2+w*h/64/(1<<14)*2)...)
	}
	return append(out, 0xff, 0xd9)
}

// peak is the most memory the process has had since the last look, MB.
func peak(t *testing.T) (mb int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(l, "VmHWM:") {
			_, err = fmt.Sscanf(l, "VmHWM: %d", &mb)
			require.NoError(t, err)
		}
	}
	require.NoError(t, os.WriteFile("/proc/self/clear_refs", []byte("5"), 0))
	return mb >> 10
}

// TestUploadBombsAreRefused is A10: each within two seconds and 128 MB, and nothing of
// them stays on the disk. Not parallel: the memory of the process is looked at.
func TestUploadBombsAreRefused(t *testing.T) { //nolint:paralleltest // see above
	h := open(t, 50)
	flood := io.MultiReader(strings.NewReader("%PDF-1.7\n"), endless{})
	bombs := []struct {
		name, code string
		body       io.Reader
	}{
		{"header of 60 000 × 60 000", "file.dimensions", bytes.NewReader(header(60_000, 60_000))},
		{"one line of 60 000", "file.dimensions", bytes.NewReader(header(60_000, 1))},
		{"sides that overflow", "file.broken", bytes.NewReader(header(0xffffffff, 0xffffffff))},
		{"JPEG header of 65 535", "file.dimensions", bytes.NewReader(frame(65_535, 65_535, 1))},
		{"PNG of 7 900 × 7 900 that deflates a thousandfold", "", bytes.NewReader(flat(7_900, 7_900))},
		{"JPEG of ten thousand passes", "file.slow", bytes.NewReader(frame(4_000, 4_000, 10_000))},
		{"four gigabytes", "file.size", io.LimitReader(flood, 4<<30)},
		{"WAV with a header of 4 GB", "file.kind", strings.NewReader("RIFF\xff\xff\xff\xffWAVEfmt ")},
		{"zip slip", "file.kind", strings.NewReader("PK\x03\x04" + strings.Repeat("\x00", 22) + "\x10\x00\x00\x00../../etc/passwd")},
		{"entity bomb", "file.kind", strings.NewReader(`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]>`)},
		{"TIFF of a loop", "file.kind", strings.NewReader("II*\x00\x08\x00\x00\x00")},
	}
	for _, b := range bombs {
		_ = peak(t)
		base, from := peak(t), time.Now()
		_, err := h.s.Add(h.ctx, New{Subject: "building", ID: 1, Name: b.name, Body: b.body})
		took, mb := time.Since(from), peak(t)-base
		t.Logf("%-50s %6d ms %4d MB %v", b.name, took.Milliseconds(), mb, fault.CodeOf(err))
		if b.code == "" {
			require.NoError(t, err, "%s is kept without a small picture", b.name)
		} else {
			require.True(t, strings.HasPrefix(fault.CodeOf(err), b.code), "%s: %v", b.name, err)
			require.Equal(t, fault.Invalid, fault.KindOf(err), b.name)
		}
		require.LessOrEqual(t, mb, 128, b.name)
		require.Less(t, took, 2*time.Second, b.name)
	}
	require.Len(t, h.stored(), 1, "only the picture that is kept without a small one")
}

// endless is zeros.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }
