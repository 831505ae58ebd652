package russian_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"d24/voip/speech/russian"
)

func TestNumbersAgreeInCaseAndGender(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		n    int64
		c    russian.Case
		g    russian.Gender
		want string
	}{
		{0, russian.Nominative, russian.Masculine, "ноль"},
		{1, russian.Nominative, russian.Feminine, "одна"},
		{2, russian.Accusative, russian.Feminine, "две"},
		{21, russian.Accusative, russian.Feminine, "двадцать одну"},
		{21, russian.Genitive, russian.Masculine, "двадцати одного"},
		{40, russian.Dative, russian.Masculine, "сорока"},
		{88, russian.Instrumental, russian.Masculine, "восемьюдесятью восемью"},
		{345, russian.Prepositional, russian.Neuter, "трёхстах сорока пяти"},
		{1000, russian.Genitive, russian.Masculine, "одной тысячи"},
		{2000, russian.Nominative, russian.Masculine, "две тысячи"},
		{11_014, russian.Nominative, russian.Masculine, "одиннадцать тысяч четырнадцать"},
		{21_034, russian.Nominative, russian.Masculine, "двадцать одна тысяча тридцать четыре"},
		{1_000_001, russian.Nominative, russian.Neuter, "один миллион одно"},
		{5_002_000, russian.Dative, russian.Masculine, "пяти миллионам двум тысячам"},
		{-7, russian.Nominative, russian.Masculine, "минус семь"},
	} {
		require.Equal(t, x.want, russian.Cardinal(x.n, x.c, x.g))
	}
}

func TestOrdinals(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		n    int64
		c    russian.Case
		g    russian.Gender
		want string
	}{
		{1, russian.Nominative, russian.Neuter, "первое"},
		{2, russian.Nominative, russian.Masculine, "второй"},
		{3, russian.Genitive, russian.Feminine, "третьей"},
		{3, russian.Nominative, russian.Neuter, "третье"},
		{6, russian.Nominative, russian.Masculine, "шестой"},
		{12, russian.Genitive, russian.Neuter, "двенадцатого"},
		{40, russian.Nominative, russian.Masculine, "сороковой"},
		{123, russian.Accusative, russian.Feminine, "сто двадцать третью"},
		{200, russian.Nominative, russian.Masculine, "двухсотый"},
		{2000, russian.Genitive, russian.Masculine, "двухтысячного"},
		{2026, russian.Genitive, russian.Masculine, "две тысячи двадцать шестого"},
		{21_000, russian.Nominative, russian.Masculine, "двадцатиоднотысячный"},
		{1_002_000, russian.Nominative, russian.Masculine, "один миллион двухтысячный"},
	} {
		require.Equal(t, x.want, russian.Ordinal(x.n, x.c, x.g))
	}
}

// TestTextsAreReadAsAPersonReadsThem: hours, dates, sums, numbers, addresses.
func TestTextsAreReadAsAPersonReadsThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Заявка № 118 402 принята":           "Заявка номер сто восемнадцать тысяч четыреста два принята",
		"заявка номер 21034":                 "заявка номер двадцать одна тысяча тридцать четыре",
		"до 18:30 15.03":                     "до восемнадцати часов тридцати минут пятнадцатого марта",
		"до 18:30 15 марта":                  "до восемнадцати часов тридцати минут пятнадцатого марта",
		"с 01.02.2027":                       "с первого февраля две тысячи двадцать седьмого года",
		"по 15.03":                           "по пятнадцатое марта",
		"к 15 марта 2026 г.":                 "к пятнадцатому марта две тысячи двадцать шестого года",
		"в 2026 году":                        "в две тысячи двадцать шестом году",
		"с 9:00 до 21:42, 31.12":             "с девяти часов до двадцати одного часа сорока двух минут, тридцать первого декабря",
		"в 9:42, в 21:01":                    "в девять часов сорок две минуты, в двадцать один час одну минуту",
		"к 18:00":                            "к восемнадцати часам",
		"Сейчас 01:00":                       "Сейчас один час",
		"через 21 минуту":                    "через двадцать одну минуту",
		"Около 2 часов":                      "Около двух часов",
		"в течение 3 дней":                   "в течение трёх дней",
		"принято 22 заявки":                  "принято двадцать две заявки",
		"+7 912 000-41-27":                   "плюс семь, девятьсот двенадцать, ноль ноль ноль, сорок один, двадцать семь",
		"8 (343) 000-01-01":                  "плюс семь, триста сорок три, ноль ноль ноль, ноль один, ноль один",
		"звоните +73430000101.":              "звоните плюс семь, триста сорок три, ноль ноль ноль, ноль один, ноль один.",
		"звоните 112 или 104":                "звоните сто двенадцать или сто четыре",
		"долг 1 234,50 ₽":                    "долг одна тысяча двести тридцать четыре рубля пятьдесят копеек",
		"не более 21 руб.":                   "не более двадцати одного рубля",
		"до 2 000 рублей":                    "до двух тысяч рублей",
		"Озёрная, 16/1, кв. 5":               "Озёрная, шестнадцать дробь один, квартира пять",
		"ул.Мира, д.5 корп. 2, п. 3, эт. 12": "улица Мира, дом пять корпус два, подъезд три, этаж двенадцать",
		"пр-т Ленина, д. 12А, стр. 1":        "проспект Ленина, дом двенадцать А, строение один",
		"наб. Речная, 3; пер. Тихий, 8; б-р Мира": "набережная Речная, три; переулок Тихий, восемь; бульвар Мира",
		"УК «Северный берег», ул. 8 Марта, д. 1":  "управляющая компания Северный берег, улица восьмого марта, дом один",
		"Затоплен подъезд. Перекрыт вход.":        "Затоплен подъезд. Перекрыт вход.",
		"3-й подъезд, со 2-го этажа, во 2-м":      "третий подъезд, со второго этажа, во втором",
		"скидка 5%, площадь 42,5 м²":              "скидка пять процентов, площадь сорок две целых пять десятых квадратного метра",
		"с 15.03.2026 г. В доме, г. Озёрск":       "с пятнадцатого марта две тысячи двадцать шестого года В доме, город Озёрск",
		"код 007":                   "код ноль ноль семь",
		"дома 5-7":                  "дома пять, семь",
		"дом 5, 99:99, 45.11":       "дом пять, девяносто девять:девяносто девять, сорок пять целых одиннадцать сотых",
		"счёт 40702810900000000001": "счёт четыреста семь, ноль двадцать восемь, сто девять, ноль ноль ноль, ноль ноль ноль, ноль ноль ноль, ноль один",
		"Ориентировочно до 13:00, 27.11.": "Ориентировочно до тринадцати часов, двадцать седьмого ноября.",
		"Ваш номер 12/3":                  "Ваш номер двенадцать дробь три",
	} {
		require.Equal(t, want, russian.Read(in), in)
	}
}

func TestPhrasesOfTheQueue(t *testing.T) {
	t.Parallel()
	require.Equal(t, "третье", russian.Place(3))
	require.Equal(t, "пять минут", russian.Minutes.Count(5, russian.Nominative))
	require.Equal(t, "до одной минуты", "до "+russian.Minutes.Count(1, russian.Genitive))
	require.Equal(t, "сто одна тысяча рублей", russian.Money(101_000_00, russian.Nominative))
}

// value reads words back: the sum of what the words are worth.
func value(t *testing.T, words string) (n int64) {
	t.Helper()
	worth := map[string]int64{}
	for i := range int64(20) {
		worth[russian.Cardinal(i, russian.Nominative, russian.Masculine)] = i
	}
	for i := int64(20); i < 1000; i += 10 {
		if i < 100 || i%100 == 0 {
			worth[russian.Cardinal(i, russian.Nominative, russian.Masculine)] = i
		}
	}
	worth["одна"], worth["две"], worth["одно"] = 1, 2, 1
	scales := []struct {
		stem string
		by   int64
	}{{"тысяч", 1e3}, {"миллион", 1e6}, {"миллиард", 1e9}}
	var part int64
next:
	for _, w := range strings.Fields(words) {
		for _, s := range scales {
			if w == s.stem || strings.HasPrefix(w, s.stem) && len([]rune(w)) <= len([]rune(s.stem))+2 && !(s.stem == "миллион" && strings.HasPrefix(w, "миллиард")) {
				n, part = n+part*s.by, 0
				continue next
			}
		}
		v, known := worth[w]
		require.True(t, known, "%q in %q", w, words)
		part += v
	}
	return n + part
}

// TestEveryNumberIsReadBack is the property of numbers: the words are worth the number, and
// every case has as many words.
func TestEveryNumberIsReadBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(24, 11))
	for i := range 20_000 {
		n := int64(i)
		if i > 3000 {
			n = r.Int64N(1_000_000_000_000)
		}
		words := russian.Cardinal(n, russian.Nominative, russian.Masculine)
		require.Equal(t, n, value(t, words), words)
		for c := russian.Nominative; c <= russian.Prepositional; c++ {
			require.Len(t, strings.Fields(russian.Cardinal(n, c, russian.Feminine)), len(strings.Fields(words)), "%d", n)
			require.NotContains(t, russian.Ordinal(n, c, russian.Neuter), "  ")
		}
	}
}

// TestNoDigitIsLeftUnread is the property of texts: whatever is written, the voice gets
// words only, and reading twice is reading once.
func TestNoDigitIsLeftUnread(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 15))
	bits := []string{"1", "0", "9", "21", "034", "15", "2026", " ", " ", ".", ",", ":", "/", "-", "–", "№", "₽", "%", "м²", "кв", "д", "ул", "г", "марта", "мая", "часа", "минуту", "руб.", "до", "с", "к", "в", "+7", "А", "УК", "-й", "года", "\u00a0", "(", ")", "²", "①", "٣"}
	for range 2_000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(bits[r.IntN(len(bits))])
		}
		read := russian.Read(b.String())
		require.False(t, strings.ContainsFunc(read, func(c rune) bool { return unicode.Is(unicode.Nd, c) }), "%q is read as %q", b.String(), read)
		require.Equal(t, read, russian.Read(read), "%q", b.String())
	}
}
