package speech_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/voip/g711"
	"d24/voip/speech"
)

func TestNormalise(t *testing.T) {
	for in, want := range map[string]string{
		"Заявка № 118 402 принята":         "Заявка номер 118402 принята",
		"Озёрная, 16/1, кв. 5":             "Озёрная, 16 дробь 1, квартира 5",
		"до 15:03 24.11":                   "до 15 часов 3 минут двадцать четвёртого ноября",
		"с 01.02.2027":                     "с первого февраля 2027 года",
		"+7 912 000-41-27":                 "плюс семь, 912, 000, 41, 27",
		"УК «Северный берег», ул. Мира":    "управляющая компания Северный берег, улица Мира",
		"Затоплен подъезд. Перекрыт вход.": "Затоплен подъезд. Перекрыт вход.",
		"ул.Мира, д.5 корп. 2, п. 3":       "улица Мира, дом 5 корпус 2, подъезд 3",
		"с 9:00 до 21:42, 31.12":           "с 9 часов до 21 часа 42 минут, тридцать первого декабря",
		"в 9:42, в 21:01":                  "в 9 часов сорок две минуты, в 21 час одна минута",
		"дом 5, 99:99, 45.11":              "дом 5, 99:99, 45.11",
		"версия 3.14":                      "версия 3.14",
	} {
		require.Equal(t, want, speech.Normalise(in))
	}
}

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
}
