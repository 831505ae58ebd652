package engine

import (
	"slices"
	"time"

	"d24/internal/phone"
	"d24/internal/telephony"
	"d24/voip/speech/russian"
)

// sayEvery is how long a caller hears music before he is told again where he stands.
const sayEvery = 45 * time.Second

// handledAtFirst is how long a caller keeps an operator, until some were counted.
const handledAtFirst = 3 * time.Minute

// guide tells a waiting caller where he stands and what he may press. While an
// operator's phone rings he hears music: in a moment he speaks to a person.
func (c *call) guide() {
	switch {
	case c.phase != waiting:
		c.hum()
	case c.news(): // it came during the greeting
		c.tell(c.hum)
	default:
		c.say(telephony.Speech{Text: c.guidance(), Spare: telephony.SpareStay}, c.hum)
		c.guided = true
	}
}

// hum is music until the next words.
func (c *call) hum() {
	c.music()
	c.guided = false
	c.wait(sayEvery, c.guide)
}

const (
	urgentWords = "Вы соединяетесь вне очереди, оставайтесь на линии. Если пахнет газом, выйдите на улицу и звоните 104. При пожаре звоните 101, если нужна другая помощь, 112."
	emptyWords  = "Сейчас все диспетчеры заняты."
	backWords   = "Нажмите один, и мы перезвоним вам сами: ваше место в очереди сохранится."
	gasWords    = "Если пахнет газом, выйдите на улицу и звоните 104, если нужна другая срочная помощь, 112."
	keyWords    = "Если это авария или люди застряли в лифте, нажмите ноль."
	goodbye     = "Спасибо. Ваше место в очереди сохранено, мы перезвоним вам. До свидания."
)

// guidance is what a waiting caller is told.
func (c *call) guidance() string {
	if c.urgent() {
		return urgentWords
	}
	text := emptyWords + " " + gasWords
	if place, wait := c.e.standing(c); place > 0 {
		text = placeWords(place) + " " + waitWords(wait)
	}
	if c.callable() {
		text += " " + backWords
	}
	text += " " + messageWords
	return text + " " + keyWords
}

func placeWords(place int) string {
	switch {
	case place == 1:
		return "Вы следующий в очереди."
	case place > 20:
		return "В очереди больше двадцати человек."
	}
	return "У вас " + russian.Place(place) + " место в очереди."
}

// waitWords says an expected wait; they are few, so that each is spoken once and kept.
func waitWords(d time.Duration) string {
	switch n := int64((d + time.Minute/2) / time.Minute); {
	case n > 10:
		return "Ожидание: больше десяти минут."
	case n > 1:
		return "Ожидание: " + russian.Minutes.Count(n, russian.Nominative) + "."
	case n == 1:
		return "Ожидание: около минуты."
	}
	return "Ожидание: меньше минуты."
}

// urgent reports whether the caller has pressed the key for emergencies.
func (c *call) urgent() bool { return c.inbound && c.digit == telephony.KeyEmergency }

// callable reports whether we can call the person back: he shows a number.
func (c *call) callable() bool { return phone.IsE164(c.phone) }

// choose obeys a key of a caller who waits.
func (c *call) choose(key string) {
	switch {
	case key == telephony.KeyEmergency && !c.urgent():
		c.hurry()
	case key == telephony.KeyCallBack && c.phase == waiting && c.callable() && !c.urgent():
		c.putDown()
	case key == telephony.KeyMessage && c.phase == waiting && !c.urgent():
		c.dictate()
	}
}

// urge makes the caller one that goes ahead of all, wherever he is.
func (c *call) urge() {
	c.digit = telephony.KeyEmergency
	c.priority = max(c.priority, telephony.PriorityEmergency)
	c.unheard()
}

// hurry puts the caller ahead of all (F16).
func (c *call) hurry() {
	c.urge()
	if c.phase == offered {
		c.seat.show(viewRinging) // the operator sees it before he answers
		return
	}
	c.guide()
	if c.reserved {
		c.overflow()
		return
	}
	c.e.distribute()
}

// putDown lets the caller go: he is called back in his turn. The call counts as
// abandoned, and so is called back, whether he hears the words out or not.
func (c *call) putDown() {
	c.digit = telephony.KeyCallBack
	c.halt()
	c.unreserve()
	c.e.unqueue(c)
	c.phase = announcing
	c.e.waited(c, true)
	c.say(telephony.Speech{Text: goodbye}, func() { c.finish(telephony.Abandoned, telephony.Nobody, false) })
}

// standing is the caller's place among those his operators would take if they got free
// one after another, and how long that takes; 0: none of them is at work, or the number
// has its share of operators already.
func (e *Engine) standing(c *call) (place int, wait time.Duration) {
	people := 0
	var one Idle
	if c.reserved {
		one.Own = c.company
	}
	for _, s := range e.seats {
		if !s.working() || !s.serves(c) {
			continue
		}
		people++
		one.Companies, one.Cities = append(one.Companies, s.who.Companies...), append(one.Cities, s.who.Cities...)
		one.Languages = append(one.Languages, e.set.Operators[s.who.UserID]...)
	}
	if people == 0 {
		return 0, 0
	}
	m := e.moment()
	m.Idle = make([]Idle, len(m.Waiting))
	for n := range m.Idle {
		one.UserID = int64(n + 1)
		m.Idle[n] = one
	}
	order, _ := e.rules.Decide(m)
	for n, o := range order {
		if o.Key == c.key {
			return n + 1, time.Duration(n+1) * e.handled / time.Duration(people)
		}
	}
	return 0, 0
}

// working: at his place, or about to be there after a call.
func (s *seat) working() bool {
	switch s.state {
	case stateReady, stateRinging, stateTalking, stateWrapUp:
		return true
	}
	return false
}

// serves reports whether the operator may take the call.
func (s *seat) serves(c *call) bool {
	if s.who.Own != 0 || c.reserved {
		return c.company == s.who.Own
	}
	if c.company != 0 {
		return slices.Contains(s.who.Companies, c.company)
	}
	return c.dec.CityID == 0 || slices.Contains(s.who.Cities, c.dec.CityID)
}

// occupied counts how long callers keep operators: the last dozen or so.
func (s *seat) occupied(was, is string) {
	busy := func(state string) bool { return state == stateTalking || state == stateWrapUp }
	switch {
	case busy(is) && !busy(was):
		s.busySince = time.Now()
	case busy(was) && !busy(is) && !s.busySince.IsZero():
		s.e.fresh = true
		s.e.handled += (time.Since(s.busySince) - s.e.handled) / 12
	}
}
