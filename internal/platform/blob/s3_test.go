package blob_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/blob"
)

// bucket is a storage in this process.
func bucket(t *testing.T) *blob.S3 {
	t.Helper()
	there := s3mem.New()
	require.NoError(t, there.CreateBucket("records"))
	server := httptest.NewServer(gofakes3.New(there).Server())
	t.Cleanup(server.Close)
	s, err := blob.OpenS3(strings.Replace(server.URL, "http://", "http://key:secret@", 1) + "/records/d24?region=us-east-1")
	require.NoError(t, err)
	return s
}

// TestAStorageKeepsFilesAsADiskDoes: the same promises over S3.
func TestAStorageKeepsFilesAsADiskDoes(t *testing.T) {
	t.Parallel()
	s, ctx := bucket(t), t.Context()
	far := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := s.Open(ctx, "2026/none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, s.Try(ctx, far))
	text := strings.Repeat("0123456789", 50_000)
	path := filepath.Join(t.TempDir(), "a")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	f, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, s.Put(ctx, "2026/11/a", f))
	require.NoError(t, f.Close())
	require.NoError(t, s.Put(ctx, "2026/11/b", io.LimitReader(strings.NewReader("of no known size"), 100)))
	r, err := s.Open(ctx, "2026/11/b")
	require.NoError(t, err)
	b, err := io.ReadAll(r)
	require.NoError(t, errors.Join(err, r.Close()))
	require.Equal(t, "of no known size", string(b))
	r, err = s.Open(ctx, "2026/11/a")
	require.NoError(t, err)
	end, err := r.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	require.EqualValues(t, len(text), end)
	_, err = r.Seek(123_456, io.SeekStart)
	require.NoError(t, err)
	part := make([]byte, 20)
	_, err = io.ReadFull(r, part)
	require.NoError(t, errors.Join(err, r.Close()))
	require.Equal(t, text[123_456:123_476], string(part))
	var keys []string
	require.NoError(t, s.Each(ctx, far, func(k string) error { keys = append(keys, k); return nil }))
	require.Equal(t, []string{"2026/11/a", "2026/11/b"}, keys)
	require.NoError(t, s.Delete(ctx, "2026/11/a"))
	require.NoError(t, s.Delete(ctx, "2026/11/a"), "a second time is no error")
	_, err = s.Open(ctx, "2026/11/a")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestAnAddressOfAStorageIsWhole(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "s3.example", "https://host/bucket", "https://key:secret@host/", "ftp://key:secret@host/bucket", "https://key@host/bucket", "https://key:se cret@ho st/\x00"} {
		_, err := blob.OpenS3(bad)
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "secret")
	}
}
