package accountapi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/platform/config"
)

// TestThePagesKnowWhatIsDialled: whoever is signed in is told which numbers the installation
// allows to dial, as the engine reads them (S9); a list that is empty is a list.
func TestThePagesKnowWhatIsDialled(t *testing.T) {
	told := func(also string) []string {
		return Config{Now: time.Now, DialAlso: config.Sound{Also: also}.DialAlso()}.show(account.Me{}).DialAlso
	}
	require.Equal(t, []string{"+7800", "+375"}, told(" +7800, +375,"))
	require.Equal(t, []string{}, told(""))
}
