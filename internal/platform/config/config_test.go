package config_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/config"
)

func TestDefaultsAreGood(t *testing.T) {
	c, err := config.FromEnv()
	require.NoError(t, err)
	require.NoError(t, c.Check())
}

func TestEveryProblemIsSaidAtOnce(t *testing.T) {
	c := config.Config{Listen: "x", SIP: "localhost:5060", RTP: "9-1", WebRTC: "a:1", Door: "a:1", Role: "boss", LogLevel: "loud"}
	err := c.Check()
	for _, name := range []string{"D24_LISTEN", "D24_SIP", "D24_RTP_PORTS", "D24_ROLE", "D24_DATABASE_URL", "D24_LOG_LEVEL"} {
		require.ErrorContains(t, err, name)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	c := config.Config{DatabaseURL: "postgres://d24:hush@db/d24", OwnerURL: "postgres://@/d24?password=hush"}
	require.NotContains(t, fmt.Sprint(c.Settings()), "hush")
}
