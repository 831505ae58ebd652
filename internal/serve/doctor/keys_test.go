package doctor

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/config"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/platform/secret"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	c := config.Config{Process: config.Process{Role: config.All}, Store: config.Store{Data: t.TempDir()}}
	name := pgtest.Database(t)
	url := pgtest.URL(name)
	require.Equal(t, Good, keys(t.Context(), c, url).State, "the first start makes it")
	c.Role = config.Web
	require.Equal(t, Bad, keys(t.Context(), c, url).State, "on many machines nobody makes it by himself")
	r, err := secret.Create(c.KeysFile())
	require.NoError(t, err)
	require.Equal(t, Good, keys(t.Context(), c, url).State)

	owner, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer owner.Close(t.Context()) //nolint:errcheck // a test's
	_, err = owner.Exec(t.Context(), `insert into trunks (name, carrier, host, auth_sealed) values ('x', 'x', '127.0.0.2', $1)`, r.Seal([]byte("тайна"), "trunks/1"))
	require.NoError(t, err)
	require.Equal(t, Good, keys(t.Context(), c, url).State)
	require.NoError(t, os.Chmod(c.KeysFile(), 0o644)) //nolint:gosec // that is the point
	f := keys(t.Context(), c, url)
	require.Equal(t, Bad, f.State)
	require.Contains(t, f.Do, "chmod 600")

	c.Keys = filepath.Join(t.TempDir(), "other")
	c.Role = config.All
	f = keys(t.Context(), c, url)
	require.Equal(t, Bad, f.State, "sealed, and no file")
	require.Contains(t, f.Text, "нет файла")
	_, err = secret.Create(c.KeysFile())
	require.NoError(t, err)
	f = keys(t.Context(), c, url)
	require.Equal(t, Bad, f.State, "sealed by another key")
	require.Contains(t, f.Text, r.IDs()[0])
}
