package app_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/app"
)

const document = "../../api/openapi.json"

// TestTheDocumentIsUpToDate: the committed document is what the program says of
// itself. D24_UPDATE=1 writes it anew.
func TestTheDocumentIsUpToDate(t *testing.T) {
	t.Parallel()
	made, err := app.OpenAPI()
	require.NoError(t, err)
	if os.Getenv("D24_UPDATE") == "1" {
		require.NoError(t, os.WriteFile(document, made, 0o644))
	}
	kept, err := os.ReadFile(document)
	require.NoError(t, err)
	require.Equal(t, string(kept), string(made), "run: D24_UPDATE=1 go test -run TestTheDocumentIsUpToDate ./internal/app")
}
