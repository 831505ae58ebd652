package engine

import (
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
)

// dictating: a caller who does not want to wait speaks a message (F6). It is a part of
// the call's recording.
const dictating phase = "dictating"

// messageFor is how long a message may be.
const messageFor = 2 * time.Minute

const (
	messageWords  = "Нажмите два, чтобы оставить сообщение."
	dictateWords  = "Говорите после сигнала. Назовите адрес и что случилось. Закончив, положите трубку или нажмите любую клавишу."
	dictatedWords = "Спасибо, сообщение записано, диспетчер прослушает его. До свидания."
)

// dictate lets the caller speak a message. Who hangs up before the signal has left none:
// he is called back all the same, as one who asked for it.
func (c *call) dictate() {
	c.digit = telephony.KeyCallBack
	c.halt()
	c.unreserve()
	c.e.unqueue(c)
	c.phase = dictating
	c.e.waited(c, true)
	c.say(telephony.Speech{Text: dictateWords}, func() {
		c.play(media.Beep(), false, func() {
			c.digit = telephony.KeyMessage
			c.play(media.Silence(time.Second), true, nil) // a silent trunk looks like a dead one
			c.speakNow()
			c.dictating(0, int(messageFor/silentAfter))
		})
	})
}

// dictating looks every ten seconds whether he speaks: a message ends with a silence. Who was
// not heard at all has left none and is called back (F17).
func (c *call) dictating(heard int32, left int) {
	c.wait(silentAfter, func() {
		now := heard
		if c.ear != nil {
			now = c.ear.sounds.Load()
		}
		switch {
		case now < heardFrames:
			c.mumbles()
		case now-heard < heardFrames, left <= 1:
			c.dictated()
		default:
			c.dictating(now, left-1)
		}
	})
}

// dictated ends the message.
func (c *call) dictated() {
	if c.digit != telephony.KeyMessage {
		return // a key during the words before the signal
	}
	c.halt()
	c.phase = announcing
	c.say(telephony.Speech{Text: dictatedWords}, func() { c.finish(telephony.Abandoned, telephony.Nobody, false) })
}

// mustHold reports whether an order is a call-back to a number that waits on the line:
// its place is kept, and nobody dials a busy phone (F6).
func (c *call) mustHold() bool {
	if c.order.Purpose != telephony.Callback {
		return false
	}
	for _, x := range c.e.calls {
		if x.inbound && x.phase != over && x.phone == c.phone {
			return true
		}
	}
	return false
}
