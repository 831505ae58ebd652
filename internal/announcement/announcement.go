// Package announcement is what callers hear besides a person: greetings by day, by night
// and on holidays, what is said out of hours, on hold, at an old number, that the call is
// recorded, and how words are pronounced. A company's own stands over the platform's.
package announcement

import (
	"strings"
	"time"

	"d24/internal/calendar"
	"d24/internal/fault"
)

// Kind is when an announcement sounds.
type Kind string

// The kinds.
const (
	Day       Kind = "day"       // of each number
	Night     Kind = "night"     // in the company's quiet hours
	Holiday   Kind = "holiday"   // by the production calendar and the company's own days
	Closed    Kind = "closed"    // at the numbers of a company that is not served
	Hold      Kind = "hold"      // while the operator is away from a call
	Recording Kind = "recording" // the call is recorded; after the greeting
	Moved     Kind = "moved"     // at an old number: what the new one is
)

// Kinds in the order of the screen.
var Kinds = []Kind{Day, Night, Holiday, Closed, Hold, Recording, Moved}

// Variables may stand in a text: «{компания}».
var (
	common = []string{"компания", "город", "номер", "время", "дата", "часы"}
	extra  = map[Kind][]string{Moved: {"новый номер"}}
)

// Variables of a kind, in the order of the screen.
func (k Kind) Variables() []string { return append(append([]string{}, common...), extra[k]...) }

// Values fill a text.
type Values map[string]string

// Fill puts values in the place of variables; one that is not known now is left out.
func Fill(text string, values Values) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			break
		}
		b.WriteString(values[strings.TrimSpace(name)])
		text = after
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// The words of an announcement: who calls must not wait for half a minute.
const (
	shortest = 10
	longest  = 400
)

// Check tells at the field what is wrong with a text.
func Check(text string, variables []string) error {
	no := func(message string) error {
		return fault.New(fault.Invalid, "announcement.text", "Проверьте текст: %s.", message).At("body.text", message)
	}
	if n := len([]rune(text)); n < shortest || n > longest {
		return no("от 10 до 400 знаков")
	}
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") || found && !strings.Contains(after, "}") {
			return no("скобка { без пары: переменная пишется так: {компания}")
		}
		if !found {
			return nil
		}
		name, tail, _ := strings.Cut(after, "}")
		if name = strings.TrimSpace(name); !contains(variables, name) {
			return no("нет переменной {" + name + "}: есть {" + strings.Join(variables, "}, {") + "}")
		}
		rest = tail
	}
}

func contains(all []string, one string) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return false
}

// Hours are what decides which greeting sounds: minutes of the clock on the wall.
type Hours struct {
	NightFrom, NightTo int
	Production         calendar.Production
	Zone               *time.Location
}

// Moment is the greeting of an instant, and until when it is the same one: a holiday goes
// before the night, the night before the day.
func (h Hours) Moment(at time.Time) (kind Kind, until time.Time) {
	local := at.In(h.Zone)
	today, minute := calendar.DateOf(local), local.Hour()*60+local.Minute()
	until = (today + 1).Begins(h.Zone)
	for _, m := range []int{h.NightFrom, h.NightTo} {
		if next := calendar.Wall(today, m, h.Zone); m > minute && next.Before(until) {
			until = next
		}
	}
	switch day := h.Production.Day(today); {
	case day.Kind == calendar.Holiday, day.Kind == calendar.DayOff && (day.Own || day.Note != ""): // not an ordinary weekend
		return Holiday, until
	case h.night(minute):
		return Night, until
	}
	return Day, until
}

func (h Hours) night(minute int) bool {
	if h.NightFrom <= h.NightTo {
		return minute >= h.NightFrom && minute < h.NightTo
	}
	return minute >= h.NightFrom || minute < h.NightTo
}

// Announcement is one version of one.
type Announcement struct {
	CompanyID int64 // 0: the platform's
	LineID    int64 // of the kind Day
	Kind      Kind
	Version   int // 0: nobody has changed it yet
	Text      string
	Sound     string // file of a recorded phrase, "" none
	SoundMS   int64
	IsSound   bool // the phrase sounds, not the text
	IsOff     bool // the platform's sounds, or nothing
	MadeAt    time.Time
	MadeBy    string
}

// Set reports whether it says anything.
func (a Announcement) Set() bool { return !a.IsOff && (a.Text != "" || a.IsSound) }

// File is what sounds instead of the text; "" the text.
func (a Announcement) File() string {
	if a.IsSound {
		return a.Sound
	}
	return ""
}
