package secret_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/secret"
)

func ring(t *testing.T) *secret.Ring {
	t.Helper()
	r, err := secret.Generate()
	require.NoError(t, err)
	return r
}

func TestWhatIsSealedOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	r := ring(t)
	plain := []byte("двадцать байтов тайны")
	a, b := r.Seal(plain, "user_totp/1"), r.Seal(plain, "user_totp/1")
	require.NotEqual(t, a, b, "the same text twice does not look the same")
	require.False(t, bytes.Contains(a, plain))
	got, err := r.Open(a, "user_totp/1")
	require.NoError(t, err)
	require.Equal(t, plain, got)
	for _, place := range []string{"user_totp/2", "trunks/1", "user_totp/", "user_totp/11"} {
		_, err = r.Open(a, place)
		require.ErrorIs(t, err, secret.ErrTampered, place)
	}
}

func TestAnyChangedBitIsSeen(t *testing.T) {
	t.Parallel()
	r := ring(t)
	sealed := r.Seal([]byte("тайна"), "x/1")
	for i := range sealed {
		for bit := range 8 {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			_, err := r.Open(bad, "x/1")
			require.Error(t, err, "byte %d, bit %d", i, bit)
		}
		_, err := r.Open(sealed[:i], "x/1")
		require.Error(t, err, "cut at %d", i)
	}
}

func TestKeysAreRotated(t *testing.T) {
	t.Parallel()
	old := ring(t)
	sealed := old.Seal([]byte("тайна"), "x/1")
	require.False(t, old.Stale(sealed))
	next, err := old.Rotated()
	require.NoError(t, err)
	require.True(t, next.Stale(sealed))
	got, err := next.Open(sealed, "x/1")
	require.NoError(t, err)
	require.Equal(t, "тайна", string(got))
	_, err = old.Open(next.Seal([]byte("тайна"), "x/1"), "x/1")
	require.ErrorIs(t, err, secret.ErrNoKey)
	_, err = (*secret.Ring)(nil).Open(sealed, "x/1")
	require.ErrorIs(t, err, secret.ErrNoKey)
	require.Nil(t, (*secret.Ring)(nil).Seal([]byte("тайна"), "x/1"))
}

func TestTheFileOfKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	_, err := secret.Load(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	made, err := secret.Create(path)
	require.NoError(t, err)
	_, err = secret.Create(path)
	require.ErrorIs(t, err, fs.ErrExist, "a file of keys is never written over")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	sealed := made.Seal([]byte("тайна"), "x/1")
	rotated, err := secret.Rotate(path)
	require.NoError(t, err)
	read, err := secret.Load(path)
	require.NoError(t, err)
	require.Equal(t, rotated.IDs(), read.IDs())
	require.Equal(t, made.IDs(), read.IDs()[1:])
	got, err := read.Open(sealed, "x/1")
	require.NoError(t, err)
	require.Equal(t, "тайна", string(got))
	require.NoError(t, os.Chmod(path, 0o640))
	_, err = secret.Load(path)
	require.ErrorIs(t, err, secret.ErrOpen)
	require.NoError(t, os.WriteFile(path, []byte("# ничего\n"), 0o600))
	require.NoError(t, os.Chmod(path, 0o600))
	_, err = secret.Load(path)
	require.ErrorContains(t, err, "пуст")
	require.NoError(t, os.WriteFile(path, []byte("01020304 тайна\n"), 0o600))
	_, err = secret.Load(path)
	require.ErrorContains(t, err, "строка 1")
	require.NotContains(t, err.Error(), "тайна")
}
