package blob_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/blob"
)

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func opened(t *testing.T, sealed, key []byte, place string) ([]byte, error) {
	t.Helper()
	s, err := blob.OpenSealed(inMemory{bytes.NewReader(sealed)}, key, place)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(s)
}

// TestASealedFileOpensWholeAndInParts: at every size about the border of a piece.
func TestASealedFileOpensWholeAndInParts(t *testing.T) {
	t.Parallel()
	key := make([]byte, blob.KeySize)
	_, _ = rand.Read(key)
	for _, size := range []int{0, 1, 100, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200_000, 128 << 10} {
		plain := make([]byte, size)
		_, _ = rand.Read(plain)
		var out bytes.Buffer
		require.NoError(t, blob.Seal(&out, bytes.NewReader(plain), key, "recording/1"))
		if size > 16 {
			require.False(t, bytes.Contains(out.Bytes(), plain[:16]))
		}
		got, err := opened(t, out.Bytes(), key, "recording/1")
		require.NoError(t, err, size)
		require.True(t, bytes.Equal(plain, got), size)
		s, err := blob.OpenSealed(inMemory{bytes.NewReader(out.Bytes())}, key, "recording/1")
		require.NoError(t, err)
		for _, at := range []int{0, size / 2, max(0, size-3)} {
			_, err := s.Seek(int64(at), io.SeekStart)
			require.NoError(t, err)
			part, err := io.ReadAll(io.LimitReader(s, 5))
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain[at:min(size, at+5)], part))
		}
		end, err := s.Seek(0, io.SeekEnd)
		require.NoError(t, err)
		require.Equal(t, int64(size), end)
	}
}

// TestWhatWasDoneToASealedFileIsSeen: changed, cut at a piece's end, pieces swapped, another place, another key.
func TestWhatWasDoneToASealedFileIsSeen(t *testing.T) {
	t.Parallel()
	key := make([]byte, blob.KeySize)
	plain := make([]byte, 150_000)
	var out bytes.Buffer
	require.NoError(t, blob.Seal(&out, bytes.NewReader(plain), key, "recording/1"))
	whole := out.Bytes()
	const head, sealed = 16, 64<<10 + 16
	swapped := bytes.Clone(whole)
	copy(swapped[head:], whole[head+sealed:head+2*sealed])
	copy(swapped[head+sealed:], whole[head:head+sealed])
	changed := bytes.Clone(whole)
	changed[head+100] ^= 1
	for what, b := range map[string][]byte{
		"changed": changed, "swapped": swapped, "cut at a piece": whole[:head+sealed], "cut": whole[:len(whole)-1], "only a head": whole[:head], "nothing": nil,
	} {
		_, err := opened(t, b, key, "recording/1")
		require.ErrorIs(t, err, blob.ErrSealed, what)
	}
	_, err := opened(t, whole, key, "recording/2")
	require.ErrorIs(t, err, blob.ErrSealed)
	_, err = opened(t, whole, append([]byte{1}, key[1:]...), "recording/1")
	require.ErrorIs(t, err, blob.ErrSealed)
}
