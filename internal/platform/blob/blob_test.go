package blob_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/blob"
)

func keys(t *testing.T, d blob.Dir, before time.Time) (out []string) {
	t.Helper()
	require.NoError(t, d.Each(t.Context(), before, func(k string) error { out = append(out, k); return nil }))
	return out
}

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	d, ctx := blob.Dir(filepath.Join(t.TempDir(), "files")), t.Context()
	far := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Empty(t, keys(t, d, far), "nothing was ever put")
	_, err := d.Open(ctx, "2026/11/none")
	require.ErrorIs(t, err, fs.ErrNotExist)

	key := blob.NewKey(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	require.True(t, strings.HasPrefix(key, "2026/11/"))
	broken := errors.New("the way broke")
	require.ErrorIs(t, d.Put(ctx, key, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))), broken)
	require.Empty(t, keys(t, d, far), "half a file is left")

	require.NoError(t, d.Put(ctx, key, strings.NewReader("whole")))
	f, err := d.Open(ctx, key)
	require.NoError(t, err)
	b, err := io.ReadAll(f)
	require.NoError(t, errors.Join(err, f.Close()))
	require.Equal(t, "whole", string(b))
	require.Equal(t, []string{key}, keys(t, d, far))
	require.Empty(t, keys(t, d, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), "young files are let alone")
	require.NoError(t, d.Delete(ctx, key))
	require.NoError(t, d.Delete(ctx, key), "a second time is no error")
}

func TestAKeyDoesNotLeadOutOfTheDirectory(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(base, "secret"), []byte("x"), 0o600))
	d := blob.Dir(filepath.Join(base, "files"))
	for _, key := range []string{"../secret", "/etc/passwd", "a/../../secret", ""} {
		_, err := d.Open(t.Context(), key)
		require.Error(t, err, key)
		require.Error(t, d.Put(t.Context(), key, strings.NewReader("y")), key)
		require.Error(t, d.Delete(t.Context(), key), key)
	}
	require.FileExists(t, filepath.Join(base, "secret"))
}
