package city

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"d24/voip/media"
	"d24/voip/speech"
)

// mumble is the tone of a subscriber without a voice.
const mumble = 620

// voiceKeeps bounds the sentences kept in memory; scenarios have few.
const voiceKeeps = 500

// sayer keeps spoken sentences. Without a Voice, or when it fails, a sentence is
// a tone as long as the sentence would take: talks keep their shape.
type sayer struct {
	voice speech.Voice
	fail  func(error)
	mu    sync.Mutex
	kept  map[string]*media.Prompt
	tones map[float64]*media.Prompt
}

// tone of whole seconds, so that it loops without a click.
func (s *sayer) tone(hz float64) *media.Prompt {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.tones[hz]
	if p == nil {
		if s.tones == nil || len(s.tones) > voiceKeeps {
			s.tones = map[float64]*media.Prompt{}
		}
		p = media.Tone(hz, time.Second)
		s.tones[hz] = p
	}
	return p
}

func (s *sayer) say(ctx context.Context, text string) *media.Prompt {
	s.mu.Lock()
	p := s.kept[text]
	s.mu.Unlock()
	if p != nil {
		return p
	}
	if p = s.make(ctx, text); p == nil {
		return media.Tone(mumble, length(text))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= voiceKeeps {
		s.kept = map[string]*media.Prompt{}
	}
	s.kept[text] = p
	return p
}

func (s *sayer) make(ctx context.Context, text string) *media.Prompt {
	if s.voice == nil {
		return media.Tone(mumble, length(text))
	}
	sound, err := s.voice.Say(ctx, text)
	if err != nil || len(sound) == 0 {
		if err != nil && ctx.Err() == nil {
			s.fail(err)
		}
		return nil
	}
	return media.NewPrompt(sound)
}

// length of a spoken sentence: about 14 letters a second.
func length(text string) time.Duration {
	n := max(4, utf8.RuneCountInString(text))
	return (time.Duration(n) * time.Second / 14).Truncate(media.FrameTime)
}
