package engine

import (
	"strings"

	"d24/internal/telephony"
	"d24/voip/media"
)

// recordedWords are said when a greeting that tells of the recording was cut off.
var recordedWords = telephony.Speech{Text: "Разговор записывается.", Spare: telephony.SpareStay}

// unsaid are the words of the recording that the caller has not heard to their end: who
// answers at once must not cut them off.
func (c *call) unsaid() []telephony.Speech {
	if !c.inbound || c.noticed {
		return nil
	}
	return c.recordingWords()
}

// recordingWords are what is said of the recording in this call, where it is told of at all.
func (c *call) recordingWords() []telephony.Speech {
	switch {
	case len(c.dec.After) > 0:
		return c.dec.After
	case tellsOfRecording(c.dec.Greeting.Text), tellsOfRecording(c.order.Words.Text):
		return []telephony.Speech{recordedWords}
	}
	return nil
}

func tellsOfRecording(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "записыва") || strings.Contains(text, "ётся запись") || strings.Contains(text, "ется запись")
}

// first says what is unsaid to the caller and, so that he knows why he waits, to who has
// answered; then goes on. false: nothing is to be said.
func (c *call) first(answered media.Port, then func()) bool {
	words := c.unsaid()
	if len(words) == 0 || c.leg == nil {
		return false
	}
	if c.noticing != 0 && c.noticing == c.playing {
		return true // it sounds
	}
	c.quiet()
	c.part()
	c.noticing = c.playing
	turn := c.playing
	c.e.beside(func() {
		var all []*media.Prompt
		for _, s := range words {
			all = append(all, c.e.prompts.of(s))
		}
		p := media.Concat(all...)
		c.e.post(func() {
			if c.playing != turn || c.phase == over {
				return
			}
			stop := func() {}
			if answered != nil {
				stop, _ = c.e.pacer.Start(answered, p, false)
			}
			c.play(p, false, func() {
				stop()
				c.noticed = true
				then()
			})
			c.noticing = c.playing
			if c.undo == nil {
				c.undo = stop // whatever comes instead ends it
			}
		})
	})
	return true
}
