package account

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCodesOfTheStandard are the vectors of RFC 4226, appendix D, and RFC 6238,
// appendix B (SHA-1).
func TestCodesOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for i, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		require.Equal(t, want, hotp(secret, uint64(i), 6))
	}
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		require.Equal(t, want, hotp(secret, uint64(stepAt(time.Unix(at, 0))), 8))
	}
}

func TestACodeIsGoodOnceAndNearItsTime(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	now := time.Unix(1111111109, 0)
	code := hotp(secret, uint64(stepAt(now)), 6)
	require.Equal(t, stepAt(now), totpMatch(secret, code, now, 0))
	require.Zero(t, totpMatch(secret, code, now, stepAt(now)), "used")
	require.NotZero(t, totpMatch(secret, code, now.Add(30*time.Second), 0), "a clock half a minute behind")
	require.NotZero(t, totpMatch(secret, code, now.Add(-30*time.Second), 0), "or before")
	require.Zero(t, totpMatch(secret, code, now.Add(61*time.Second), 0))
	require.Zero(t, totpMatch(secret, "", now, 0))
	require.Equal(t, "otpauth://totp/%D0%94%D0%B8%D1%81%D0%BF%D0%B5%D1%82%D1%87%D0%B5%D1%8024:gusev?algorithm=SHA1&digits=6&issuer=%D0%94%D0%B8%D1%81%D0%BF%D0%B5%D1%82%D1%87%D0%B5%D1%8024&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		totpURI("gusev", secret))
}
