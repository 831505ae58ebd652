package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/config"
)

func TestDefaultsAreGood(t *testing.T) {
	c, err := config.FromEnv()
	require.NoError(t, err)
	require.NoError(t, c.Check())
	require.Equal(t, "http://127.0.0.1:8024", c.Address())
	require.False(t, c.HTTPS())
}

func TestEveryProblemIsSaidAtOnce(t *testing.T) {
	var c config.Config
	c.Listen, c.SIP, c.RTP, c.WebRTC, c.Door = "x", "localhost:5060", "9-1", "a:0", "a:1"
	c.Role, c.LogLevel, c.PublicURL, c.OwnerURL, c.RecordingPart = "boss", "loud", "ftp://x", "mysql://u:hush@h/d", time.Second
	err := c.Check()
	for _, name := range []string{
		"D24_LISTEN", "D24_SIP", "D24_RTP_PORTS", "D24_WEBRTC", "D24_ROLE", "D24_DATABASE_URL",
		"D24_DATABASE_OWNER_URL", "D24_LOG_LEVEL", "D24_PUBLIC_URL", "D24_DATA", "D24_NODE", "D24_RECORDING_PART",
	} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "D24_PHONE_API")
	require.NotContains(t, err.Error(), "hush")
}

func TestUnreadableValuesAndFilesAreSaidTogether(t *testing.T) {
	t.Setenv("D24_SECURE", "maybe")
	t.Setenv("D24_DEMO", "perhaps")
	t.Setenv("D24_SECRET_FILE", filepath.Join(t.TempDir(), "none"))
	_, err := config.FromEnv()
	for _, name := range []string{"D24_SECURE", "D24_DEMO", "D24_SECRET_FILE"} {
		require.ErrorContains(t, err, name)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte("postgres://u:hush@h/d\n"), 0o600))
	t.Setenv("D24_DATABASE_URL_FILE", file)
	c, err := config.FromEnv()
	require.NoError(t, err)
	require.Equal(t, "postgres://u:hush@h/d", c.DatabaseURL)
	t.Setenv("D24_DATABASE_URL", "postgres://other")
	_, err = config.FromEnv()
	require.ErrorContains(t, err, "заданы вместе")
}

func TestSecretsAreMasked(t *testing.T) {
	var c config.Config
	c.DatabaseURL, c.OwnerURL, c.Secret = "postgres://d24:hush@db/d24", "postgres://@/d24?password=hush&host=/run", "hush"
	require.NotContains(t, c.Masked(), "hush")
	require.NotContains(t, fmt.Sprint(c.Settings()), "hush")
	require.NotContains(t, fmt.Sprintf("%v %+v", c, &c), "hush")
	require.Contains(t, c.Masked(), "D24_DATABASE_URL=postgres://d24:***@db/d24")
	c.DatabaseURL = "host=db password=hush"
	require.NotContains(t, c.Masked(), "hush")
}

func TestFlagsWinAndTheChildHearsTheSame(t *testing.T) {
	t.Setenv("D24_LISTEN", "127.0.0.1:1111")
	t.Setenv("D24_SIP", "127.0.0.1:2222")
	c, err := config.FromEnv()
	require.NoError(t, err)
	c = c.With(config.Flags{Listen: "127.0.0.1:3333", Role: "phone", Demo: true})
	c.DatabaseURL, c.Secret = "postgres://a:b@h/d", "s"
	require.Equal(t, "127.0.0.1:3333", c.Listen)
	require.Equal(t, "127.0.0.1:2222", c.SIP)
	for _, kv := range c.Environ() {
		for i := range kv {
			if kv[i] == '=' {
				t.Setenv(kv[:i], kv[i+1:])
				break
			}
		}
	}
	child, err := config.FromEnv()
	require.NoError(t, err)
	require.Equal(t, c, child)
}
