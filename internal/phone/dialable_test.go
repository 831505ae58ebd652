package phone_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/phone"
)

// Forbidden makes destinations that must never be dialled, of every kind that S9 names.
func forbidden(n int) (out []string) {
	r := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // the same list each time
	digits := func(n int) string {
		s := ""
		for range n {
			s += fmt.Sprint(r.IntN(10))
		}
		return s
	}
	good := func() string { return "+7912" + digits(7) }
	kinds := []func() string{
		func() string { return "810" + digits(11) },
		func() string { return "8~10" + digits(11) },
		func() string { return "8107" + digits(10) },
		func() string { return "+810" + digits(10) },
		func() string { return "+7809" + digits(7) },
		func() string { return "+7803" + digits(7) },
		func() string { return "8809" + digits(7) },
		func() string { return "+7800" + digits(7) },
		func() string { return "+76" + digits(9) },
		func() string { return "+77" + digits(9) },
		func() string { return "+7940" + digits(7) },
		func() string { return "+7840" + digits(7) },
		func() string { return "+7954" + digits(7) },
		func() string { return "+8816" + digits(8) },
		func() string { return "+870" + digits(9) },
		func() string { return "+" + fmt.Sprint(1+r.IntN(6)) + digits(10) },
		func() string { return "+979" + digits(9) },
		func() string { return digits(2 + r.IntN(4)) },
		func() string { return "+7912" + digits(6) },
		func() string { return "+7912" + digits(8) },
		func() string { return "+7912ABC" + digits(4) },
		func() string { return "sip:" + good() + "@evil.example" },
		func() string { return good() + "@127.0.0.9" },
		func() string { return good() + ";phone-context=+1" },
		func() string { return good() + ",,1" },
		func() string { return good() + "p123" },
		func() string { return good() + "w9" },
		func() string { return good() + "#" + digits(3) },
		func() string { return "*21*" + good() + "#" },
		func() string { return "tel:" + good() },
		func() string { return good() + "?Replaces=x" },
		func() string { return good() + "\r\nX: 1" },
		func() string { return " " + good() },
		func() string { return "٠" + good() },
	}
	for i := range n {
		out = append(out, kinds[i%len(kinds)]())
	}
	return out
}

// TestWhatIsNeverDialled is S9's rule.
func TestWhatIsNeverDialled(t *testing.T) {
	for _, x := range append(forbidden(2000), "", "+", "+7", "112", "+70000000000") {
		require.Error(t, phone.MayDial(x), "%q", x)
	}
	for _, x := range []string{"+73431234567", "+79120004127", "+74951234567", "+78121234567", "+78002000000"} {
		require.NoError(t, phone.MayDial(x, "+7800"), x)
	}
	require.Error(t, phone.MayDial("+78002000000;x", "+7800"))
	require.Error(t, phone.MayDial("+780020000001", "+7800"))
	require.NoError(t, phone.MayDial("+375291234567", "+375"))
}
