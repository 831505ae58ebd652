package speech

import (
	"embed"
	"fmt"
	"strconv"
	"time"

	"d24/voip/g711"
)

//go:embed bank/*.al
var bank embed.FS

// Phrases are the words of the bank: recorded beforehand, they sound when nothing can
// be spoken (F42). tools/speechbank records them anew.
var Phrases = map[string]string{
	"wait":   "Здравствуйте! Вы позвонили в диспетчерскую службу. Оставайтесь на линии, вам ответит диспетчер.",
	"stay":   "Оставайтесь на линии.",
	"notice": "По вашему дому есть объявление об отключении. Подробности скажет диспетчер.",
	"order":  "Говорит диспетчерская служба. Аварийная заявка номер",
	"accept": "Чтобы принять заявку, нажмите один.",
	"call":   "Вам звонит диспетчерская служба. Пожалуйста, перезвоните нам.",
	"0":      "ноль", "1": "один", "2": "два", "3": "три", "4": "четыре", "5": "пять", "6": "шесть", "7": "семь", "8": "восемь", "9": "девять",
}

// betweenDigits is long enough to write each down.
const betweenDigits = 150 * time.Millisecond

// Recorded is a phrase of the bank, A-law.
func Recorded(name string) ([]byte, error) {
	b, err := bank.ReadFile("bank/" + name + ".al")
	if err != nil {
		return nil, fmt.Errorf("speech: no phrase %q: %w", name, err)
	}
	return b, nil
}

// Digits is a number read out digit by digit.
func Digits(n int64) ([]byte, error) {
	gap := g711.Encode(make([]int16, int(betweenDigits.Seconds()*g711.Rate)), g711.ALaw)
	var out []byte
	for _, d := range strconv.FormatInt(max(n, 0), 10) {
		b, err := Recorded(string(d))
		if err != nil {
			return nil, err
		}
		out = append(append(out, b...), gap...)
	}
	return out, nil
}
