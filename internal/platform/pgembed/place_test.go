package pgembed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheNewestVersionIsTaken(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, d := range []string{"usr/lib/postgresql/9.6/bin", "usr/lib/postgresql/15/bin", "usr/pgsql-16/bin"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, d), 0o755))
	}
	found := installed(root)
	require.Len(t, found, 3)
	require.Equal(t, filepath.Join(root, "usr/pgsql-16/bin"), found[0])
	require.Equal(t, filepath.Join(root, "usr/lib/postgresql/9.6/bin"), found[2])
}

func TestASocketDirectoryOfAnotherIsRefused(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	link := filepath.Join(parent, "link")
	require.NoError(t, os.Symlink("/", link))
	require.ErrorContains(t, safeDir(link, nil), "другим пользователем")
	open := filepath.Join(parent, "open")
	require.NoError(t, os.Mkdir(open, 0o777))
	require.NoError(t, safeDir(open, nil))
	st, err := os.Stat(open)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), st.Mode().Perm())
}

func TestMemoryDecidesTheBuffers(t *testing.T) {
	t.Parallel()
	const gb = 1 << 30
	require.Equal(t, "64MB", settings(gb/4, nil)["shared_buffers"])
	require.Equal(t, "512MB", settings(4*gb, nil)["shared_buffers"])
	require.Equal(t, "2048MB", settings(64*gb, nil)["shared_buffers"])
	require.Equal(t, "8MB", settings(gb, map[string]string{"shared_buffers": "8MB"})["shared_buffers"])
	require.True(t, strings.HasSuffix(settings(memory(), nil)["effective_cache_size"], "MB"))
}
