package phone_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/phone"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"8 (343) 123-45-67": "+73431234567", "+7 912 000-41-27": "+79120004127", "79120004127": "+79120004127",
		"9120004127": "+79120004127", "123-45-67": "+73431234567", "+375 29 123-45-67": "+375291234567",
	} {
		got, err := phone.Parse(in, "343")
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{"", "112", "104", "02", "тётя Маша", "51-10", "8 343", "+7", "00000000000000000000000"} {
		_, err := phone.Parse(in, "343")
		require.Error(t, err, in)
	}
}

func TestCallersAndMasks(t *testing.T) {
	require.Empty(t, phone.Caller("anonymous"))
	require.Equal(t, "+79120004127", phone.Caller("89120004127"))
	require.Equal(t, "вася-101", phone.Caller("вася-101"))
	require.Equal(t, "+7 912 •••-41-27", phone.Mask("+79120004127"))
	require.Equal(t, "+7 912 000-41-27", phone.Show("+79120004127"))
	require.Equal(t, "•••01", phone.Mask("вася-101"))
}
