package wav_test

import (
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/tone"
	"d24/voip/wav"
)

// sox makes a file as people have them: s seconds of hz.
func sox(t *testing.T, hz, s float64, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.wav")
	all := append([]string{"-R", "-n"}, args...)
	all = append(all, path, "synth", strconv.FormatFloat(s, 'f', -1, 64), "sine", strconv.FormatFloat(hz, 'f', -1, 64), "gain", "-6")
	out, err := exec.Command("sox", all...).CombinedOutput()
	require.NoError(t, err, string(out))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

func TestEveryUsualKindIsRead(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want wav.Format
	}{
		{"CD", []string{"-r", "44100", "-b", "16", "-c", "2"}, wav.Format{Codec: "pcm", Rate: 44100, Channels: 2, Bits: 16}},
		{"studio", []string{"-r", "48000", "-b", "24", "-c", "2"}, wav.Format{Codec: "pcm", Rate: 48000, Channels: 2, Bits: 24}},
		{"high", []string{"-r", "96000", "-b", "32", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 96000, Channels: 1, Bits: 32}},
		{"float", []string{"-r", "48000", "-e", "float", "-b", "32", "-c", "1"}, wav.Format{Codec: "float", Rate: 48000, Channels: 1, Bits: 32}},
		{"double", []string{"-r", "22050", "-e", "float", "-b", "64", "-c", "1"}, wav.Format{Codec: "float", Rate: 22050, Channels: 1, Bits: 64}},
		{"old", []string{"-r", "11025", "-e", "unsigned", "-b", "8", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 11025, Channels: 1, Bits: 8}},
		{"wideband", []string{"-r", "16000", "-b", "16", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 16000, Channels: 1, Bits: 16}},
		{"telephone", []string{"-r", "8000", "-b", "16", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 8000, Channels: 1, Bits: 16}},
		{"A-law", []string{"-r", "8000", "-e", "a-law", "-c", "1"}, wav.Format{Codec: "alaw", Rate: 8000, Channels: 1, Bits: 8}},
		{"mu-law", []string{"-r", "8000", "-e", "mu-law", "-c", "2"}, wav.Format{Codec: "ulaw", Rate: 8000, Channels: 2, Bits: 8}},
		{"slow", []string{"-r", "6000", "-b", "16", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 6000, Channels: 1, Bits: 16}},
		{"odd", []string{"-r", "44099", "-b", "16", "-c", "1"}, wav.Format{Codec: "pcm", Rate: 44099, Channels: 1, Bits: 16}},
		{"surround", []string{"-r", "48000", "-b", "16", "-c", "6"}, wav.Format{Codec: "pcm", Rate: 48000, Channels: 6, Bits: 16}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := wav.Decode(sox(t, 1000, 1.5, c.args...), wav.Upload)
			require.NoError(t, err)
			require.Equal(t, c.want, s.From)
			require.InDelta(t, 1.5, s.Duration().Seconds(), 0.001)
			hz, level := tone.Dominant(s.PCM[2000:10000])
			require.InDelta(t, 1000, hz, 1)
			require.InDelta(t, -6, level, 0.3)
			require.InDelta(t, -6, tone.RMS(s.PCM[2000:10000]), 0.4, "nothing else is in it")
		})
	}
}

// TestTheFilter: speech stays, what 8 kHz cannot carry does not fold down.
func TestTheFilter(t *testing.T) {
	for _, rate := range []string{"16000", "44100", "48000"} {
		for _, hz := range []float64{200, 1000, 3000, 3500} {
			s, err := wav.Decode(sox(t, hz, 1, "-r", rate, "-b", "16"), wav.Upload)
			require.NoError(t, err)
			require.InDelta(t, -6, tone.Level(s.PCM[1000:7000], hz), 0.5, "%v Hz at %s", hz, rate)
		}
		for _, hz := range []float64{4300, 5000, 7000} {
			s, err := wav.Decode(sox(t, hz, 1, "-r", rate, "-b", "16"), wav.Upload)
			require.NoError(t, err)
			require.Less(t, tone.RMS(s.PCM[1000:7000]), -55.0, "%v Hz at %s", hz, rate)
		}
	}
}

// chunk and riff build files by hand.
func chunk(id string, size uint32, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), size), body...)
}

func riff(chunks ...[]byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	for _, c := range chunks {
		b = append(b, c...)
	}
	return b
}

func format(tag, ch uint16, rate uint32, bits uint16) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, tag)
	b = le.AppendUint16(b, ch)
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, rate*uint32(ch)*uint32(bits)/8)
	b = le.AppendUint16(b, ch*bits/8)
	return chunk("fmt ", 16, le.AppendUint16(b, bits))
}

func TestRefusals(t *testing.T) {
	ok := format(1, 1, 8000, 16)
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"empty":             {nil, wav.ErrNotWAV},
		"MP3":               {append([]byte("ID3\x03"), make([]byte, 100)...), wav.ErrNotWAV},
		"AVI":               {[]byte("RIFF\x00\x00\x00\x00AVI LIST\x00\x00\x00\x00"), wav.ErrNotWAV},
		"no chunks":         {riff(), wav.ErrNotWAV},
		"no sound":          {riff(ok), wav.ErrNotWAV},
		"sound first":       {riff(chunk("data", 4, make([]byte, 4)), ok), wav.ErrNotWAV},
		"short format":      {riff(chunk("fmt ", 4, make([]byte, 4))), wav.ErrNotWAV},
		"short extensible":  {riff(format(0xFFFE, 1, 8000, 16), chunk("data", 4, make([]byte, 4))), wav.ErrNotWAV},
		"empty sound":       {riff(ok, chunk("data", 0, nil)), wav.ErrEmptySound},
		"half a sample":     {riff(ok, chunk("data", 1, []byte{1})), wav.ErrEmptySound},
		"bomb: data":        {riff(ok, chunk("data", 0xFFFFFFF0, make([]byte, 100))), wav.ErrTruncated},
		"bomb: other chunk": {riff(ok, chunk("LIST", 0x7FFFFFFF, make([]byte, 100))), wav.ErrTruncated},
		"bomb: format":      {riff(chunk("fmt ", 0xFFFFFFFF, make([]byte, 40))), wav.ErrTruncated},
		"GSM":               {riff(format(49, 1, 8000, 0), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"MP3 in WAV":        {riff(format(85, 2, 44100, 0), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"12 bits":           {riff(format(1, 1, 8000, 12), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"no channels":       {riff(format(1, 0, 8000, 16), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"65535 channels":    {riff(format(1, 65535, 8000, 16), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"0 Hz":              {riff(format(1, 1, 0, 16), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"4 GHz":             {riff(format(1, 1, 0xFFFFFFFF, 16), chunk("data", 4, make([]byte, 4))), wav.ErrFormat},
		"21 MB":             {riff(ok, chunk("data", 21<<20, make([]byte, 21<<20))), wav.ErrTooBig},
		"11 minutes":        {riff(ok, chunk("data", 16000*660, make([]byte, 16000*660))), wav.ErrTooLong},
	} {
		_, err := wav.Decode(c.in, wav.Upload)
		require.ErrorIs(t, err, c.want, name)
	}
}

func TestOddChunksAndExtensibleFormat(t *testing.T) {
	f := format(0xFFFE, 1, 8000, 16)
	ext := append(append(f[8:], make([]byte, 8)...), 1, 0)
	ext = append(ext, make([]byte, 14)...)
	b := riff(chunk("JUNK", 3, []byte{1, 2, 3, 0}), chunk("fmt ", uint32(len(ext)), ext), chunk("LIST", 2, []byte{1, 2}), chunk("data", 4, []byte{0, 64, 0, 192}))
	s, err := wav.Decode(b, wav.Upload)
	require.NoError(t, err)
	require.Equal(t, []int16{16384, -16384}, s.PCM)
}

func TestNotANumberIsSilence(t *testing.T) {
	le := binary.LittleEndian
	var data []byte
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0.5, 1e30} {
		data = le.AppendUint32(data, math.Float32bits(float32(v)))
	}
	s, err := wav.Decode(riff(format(3, 1, 8000, 32), chunk("data", uint32(len(data)), data)), wav.Upload)
	require.NoError(t, err)
	require.Equal(t, []int16{0, 32767, -32768, 16384, 32767}, s.PCM)
}

// TestStreamsOfOurOwnSynthesiser: espeak-ng says 2 GB and means "to the end".
func TestStreamsOfOurOwnSynthesiser(t *testing.T) {
	b, err := exec.Command("espeak-ng", "-v", "ru", "--stdout", "Заявка принята").Output()
	require.NoError(t, err)
	s, err := wav.Decode(b, wav.Trusted)
	require.NoError(t, err)
	require.Equal(t, 22050, s.From.Rate)
	require.InDelta(t, 1.2, s.Duration().Seconds(), 0.7)
	require.Greater(t, tone.RMS(s.PCM), -35.0)
	_, err = wav.Decode(b, wav.Upload)
	require.ErrorIs(t, err, wav.ErrTruncated)
}

// TestWrittenFilesAreRead by us and by sox.
func TestWrittenFilesAreRead(t *testing.T) {
	pcm := make([]int16, 8000)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*700*float64(i)/8000))
	}
	alaw := g711.Encode(pcm, g711.ALaw)
	for name, b := range map[string][]byte{"A-law": wav.ALaw(alaw, 1), "PCM": wav.PCM16(pcm, 8000)} {
		s, err := wav.Decode(b, wav.Upload)
		require.NoError(t, err, name)
		require.Len(t, s.PCM, 8000)
		hz, _ := tone.Dominant(s.PCM)
		require.InDelta(t, 700, hz, 1)
		_, d, err := wav.Probe(b, wav.Upload)
		require.NoError(t, err)
		require.Equal(t, time.Second, d)
		path := filepath.Join(t.TempDir(), "a.wav")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		out, err := exec.Command("soxi", "-D", path).CombinedOutput()
		require.NoError(t, err)
		require.Equal(t, "1.000000\n", string(out))
	}
}

// TestMemoryIsBounded decodes the worst that is allowed: 20 MB of short samples.
func TestMemoryIsBounded(t *testing.T) {
	n := uint32(20<<20 - 100)
	b := riff(format(1, 8, 192000, 8), chunk("data", n, make([]byte, n)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := wav.Decode(b, wav.Upload)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
}

func FuzzDecode(f *testing.F) {
	f.Add(wav.ALaw([]byte{1, 2, 3}, 1))
	f.Add(wav.PCM16([]int16{1, 2, 3}, 44100))
	f.Add(riff(format(0xFFFE, 2, 44100, 24), chunk("data", 12, make([]byte, 12))))
	f.Add(riff(format(3, 1, 8000, 64), chunk("data", 0xFFFFFFFF, make([]byte, 9))))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, lim := range []wav.Limits{wav.Upload, wav.Trusted} {
			s, err := wav.Decode(b, lim)
			if err == nil && len(s.PCM) == 0 {
				t.Fatal("no sound and no error")
			}
		}
	})
}

func BenchmarkDecodeMinuteOfCD(b *testing.B) {
	n := uint32(44100 * 4 * 60)
	in := riff(format(1, 2, 44100, 16), chunk("data", n, make([]byte, n)))
	for b.Loop() {
		_, err := wav.Decode(in, wav.Upload)
		require.NoError(b, err)
	}
}
