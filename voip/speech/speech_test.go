package speech_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/speech"
)

type counting struct {
	speech.Voice
	n int
}

func (c *counting) Say(ctx context.Context, text string) ([]byte, error) {
	c.n++
	return c.Voice.Say(ctx, text)
}

func TestTheSameWordsAreSpokenOnce(t *testing.T) {
	e, err := speech.NewEspeak()
	require.NoError(t, err)
	v := &counting{Voice: e}
	dir := t.TempDir()
	for range 2 {
		c, err := speech.NewCached(v, dir)
		require.NoError(t, err)
		for range 2 {
			b, err := c.Say(context.Background(), "Здравствуйте. Оператор сейчас ответит.")
			require.NoError(t, err)
			require.Greater(t, len(b), g711.Rate) // more than a second
			loud := 0
			for _, s := range g711.Decode(b, g711.ALaw) {
				loud = max(loud, int(s))
			}
			require.Greater(t, loud, 15000)
			require.Less(t, loud, 25000)
		}
	}
	require.Equal(t, 1, v.n)
	c, err := speech.NewCached(v, dir)
	require.NoError(t, err)
	said := func(text string) []byte {
		b, err := c.Say(context.Background(), text)
		require.NoError(t, err)
		return b
	}
	require.Equal(t, said("Заявка № 118 402, до 18:30"), said("Заявка номер сто восемнадцать тысяч четыреста два, до восемнадцати часов тридцати минут"))
	require.Equal(t, 2, v.n, "numbers and the words they are read as are one sound")
}
