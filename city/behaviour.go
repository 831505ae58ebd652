package city

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// Duration is a time span that a file writes as "1m30s".
type Duration time.Duration

// UnmarshalJSON reads "1m30s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("city: a time is written as \"1m30s\", not %s", b)
	}
	v, err := time.ParseDuration(s)
	if err == nil && v < 0 {
		err = fmt.Errorf("%s is negative", s)
	}
	*d = Duration(v)
	return err
}

// MarshalJSON writes "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// Mood is what a subscriber does when his phone rings.
type Mood string

// The closed set of moods.
const (
	Accept      Mood = "accept"      // takes the call, says that he accepts, and presses 1 if it goes on speaking
	Answer      Mood = "answer"      // takes the call and talks: «Да, слушаю», «Понял, принимаю»
	PressOne    Mood = "press_1"     // takes it, listens and presses 1 without a word
	SaysDone    Mood = "done"        // takes it and says that the work is done
	SaysNo      Mood = "cannot"      // takes it and says that he cannot come
	Busy        Mood = "busy"        // 486
	NoAnswer    Mood = "no_answer"   // rings until the caller gives up
	Reject      Mood = "reject"      // 603: presses the red button
	Voicemail   Mood = "voicemail"   // a machine takes it
	Unavailable Mood = "unavailable" // switched off: an announcement before the answer, then 480
	ByHand      Mood = "manual"      // a person at the page decides
)

// mood is how the page calls one, and what is said when the behaviour names nothing.
type mood struct {
	id    Mood
	title string
	says  []string
}

// moods in the order of the page.
var moods = []mood{
	{Accept, "принимает: «Принял» и 1", []string{"Да, слушаю.", "Понял, принимаю. Выезжаю.", "До свидания."}},
	{Answer, "отвечает и говорит", []string{"Да, слушаю.", "Хорошо, понял.", "До свидания."}},
	{PressOne, "слушает и жмёт 1", nil},
	{SaysDone, "говорит «Сделано»", []string{"Да, слушаю.", "Сделано. Заявка выполнена.", "До свидания."}},
	{SaysNo, "говорит «Не могу»", []string{"Да, слушаю.", "Не могу, я на другом объекте.", "До свидания."}},
	{Busy, "занят", nil},
	{NoAnswer, "не отвечает", nil},
	{Reject, "сбрасывает звонок", nil},
	{Voicemail, "автоответчик", []string{"Здравствуйте. Абонент не может ответить. Оставьте сообщение после сигнала."}},
	{Unavailable, "телефон выключен", []string{"Аппарат абонента выключен или находится вне зоны действия сети."}},
	{ByHand, "отвечаю я сам", nil},
}

func (m Mood) find() (mood, bool) {
	for _, x := range moods {
		if x.id == m {
			return x, true
		}
	}
	return mood{}, false
}

// Behaviour is a mood with its details; zero details have the defaults named.
type Behaviour struct {
	Do     Mood     `json:"do"`
	After  Duration `json:"after,omitempty"`  // how long it rings before he acts; 3 s
	Chance int      `json:"chance,omitempty"` // weight among the others; 0 everywhere: in turn
	Script
}

// Script is what a subscriber does in a talk.
type Script struct {
	// Say are sentences, each when the other side has finished speaking;
	// "{address}" is his own.
	Say    []string `json:"say,omitempty"`
	Tone   float64  `json:"tone,omitempty"`   // Hz, all the time, instead of sentences
	Press  string   `json:"press,omitempty"`  // keys, once the other side has spoken for Listen
	Listen Duration `json:"listen,omitempty"` // at least 3 s
	// HangUp ends the call so long after it was placed, answered or not; 0: never.
	HangUp Duration `json:"hang_up,omitempty"`
	// Patience ends it when he has waited so long for his turn; 0: for ever.
	Patience Duration `json:"patience,omitempty"`
	// Leaves ends it when he has said everything: otherwise the other side does.
	Leaves bool `json:"leaves,omitempty"`
	// Anonymous hides his number.
	Anonymous bool `json:"anonymous,omitempty"`
}

const (
	ringsFor  = 3 * time.Second
	listenFor = 3 * time.Second
	// acceptAfter: one who accepts hears an announcement for so long before he
	// presses 1; a dispatcher has been answered by word before.
	acceptAfter = 6 * time.Second
	// ringOut is when the network itself gives up a phone nobody takes.
	ringOut = 2 * time.Minute
	// longest is the longest call of an automatic subscriber: nothing stays for ever.
	longest = 15 * time.Minute
)

func (b Behaviour) check() error {
	if _, ok := b.Do.find(); !ok {
		return fmt.Errorf("city: unknown behaviour %q", b.Do)
	}
	if b.After < 0 || b.Chance < 0 {
		return fmt.Errorf("city: behaviour %q: negative after or chance", b.Do)
	}
	return b.Script.check()
}

func (s Script) check() error {
	if strings.Trim(s.Press, "0123456789*#") != "" {
		return fmt.Errorf("city: press: %q is not made of keys", s.Press)
	}
	if s.Tone < 0 || s.Tone > 3900 {
		return fmt.Errorf("city: tone: %v Hz is outside 0 to 3900", s.Tone)
	}
	if s.HangUp < 0 || s.Patience < 0 || s.Listen < 0 {
		return errors.New("city: a negative time in a script")
	}
	return nil
}

// filled is the behaviour with its defaults.
func (b Behaviour) filled() Behaviour {
	if b.After == 0 {
		b.After = Duration(ringsFor)
	}
	if b.Tone == 0 && b.Say == nil {
		m, _ := b.Do.find()
		b.Say = m.says
	}
	if b.Do == Voicemail {
		b.Leaves = true
	}
	if b.Press == "" && (b.Do == PressOne || b.Do == Accept) {
		b.Press = "1"
		if b.Do == Accept && b.Listen == 0 {
			b.Listen = Duration(acceptAfter)
		}
	}
	return b
}

// chooser picks the behaviour of the next call: in turn, the last one stays; or
// by chance, the same every time for a seed and a number.
type chooser struct {
	list []Behaviour
	n    int
	rnd  *rand.Rand
}

func newChooser(seed uint64, number string, list []Behaviour) chooser {
	h := fnv.New64a()
	_, _ = h.Write([]byte(number))
	return chooser{list: list, rnd: rand.New(rand.NewPCG(seed, h.Sum64()))} //nolint:gosec // a play, not a secret
}

func (c *chooser) next() Behaviour {
	sum := 0
	for _, b := range c.list {
		sum += b.Chance
	}
	if sum == 0 {
		b := c.list[min(c.n, len(c.list)-1)]
		c.n++
		return b.filled()
	}
	at := c.rnd.IntN(sum)
	for _, b := range c.list {
		if at -= b.Chance; at < 0 {
			return b.filled()
		}
	}
	return c.list[0].filled()
}
