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
		"\u202a+7\u00a0912\u00a0000\u201141\u201127\u202c": "+79120004127", "8 (343) 123–45–67": "+73431234567", // as copied
	} {
		got, err := phone.Parse(in, "343")
		require.NoError(t, err, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{"", "112", "104", "02", "тётя Маша", "51-10", "8 343", "+7", "00000000000000000000000", "8 912 000-41-27 доб. 5", "Маша 8 912 000-41-27", "<b>9120004127</b>", "кв. 91, подъезд 20, код 004127", "9120004127*"} {
		_, err := phone.Parse(in, "343")
		require.Error(t, err, in)
	}
}

func TestCallersAndMasks(t *testing.T) {
	require.Empty(t, phone.Caller("anonymous"))
	require.Equal(t, "+79120004127", phone.Caller("89120004127"))
	require.Equal(t, "вася-101", phone.Caller("вася-101"))
	require.Equal(t, `<i data-x="89120004127">`, phone.Caller(`<i data-x="89120004127">`), "nobody's number is made of junk (F12)")
	require.Equal(t, "+7 912 •••-41-27", phone.Mask("+79120004127"))
	require.Equal(t, "+7 912 000-41-27", phone.Show("+79120004127"))
	require.Equal(t, "•••01", phone.Mask("вася-101"))
}
