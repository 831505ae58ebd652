package engine

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/speech"
)

// prompts are the sounds of the engine: uploaded files, spoken texts, tones. A
// call is never silent: when a file is missing the text is spoken, when the voice
// fails a phrase recorded beforehand, and a tone where there is none (F42).
type prompts struct {
	voice   speech.Voice
	dir     string
	log     *slog.Logger
	mu      sync.Mutex
	mem     map[string]*media.Prompt
	muted   string    // what failed last, in words
	mutedAt time.Time // when
	music   *media.Prompt
	ring    *media.Prompt
	beep    *media.Prompt
}

func newPrompts(v speech.Voice, dir string, log *slog.Logger) *prompts {
	return &prompts{voice: v, dir: dir, log: log, mem: map[string]*media.Prompt{}, music: media.Music(), ring: media.Ringback(), beep: media.Beep()}
}

const promptsInMemory = 500

// of returns the sound of words.
func (p *prompts) of(s telephony.Speech) *media.Prompt {
	key := fmt.Sprint(s.File, "\x00", s.Spoken(), "\x00", s.Spare, s.Number)
	p.mu.Lock()
	sound, ok := p.mem[key]
	p.mu.Unlock()
	if ok {
		return sound
	}
	sound, ok = p.load(s)
	if !ok { // next time it may be there
		return sound
	}
	p.mu.Lock()
	if len(p.mem) >= promptsInMemory {
		clear(p.mem)
	}
	p.mem[key] = sound
	p.mu.Unlock()
	return sound
}

// load also says whether the sound is the one that was wanted.
func (p *prompts) load(s telephony.Speech) (sound *media.Prompt, wanted bool) {
	wanted = true
	if s.File != "" && !strings.Contains(s.File, "..") {
		sound, err := media.LoadPromptFile(filepath.Join(p.dir, filepath.Base(s.File)))
		if err == nil {
			return sound, true
		}
		wanted = false
		p.mute("файл записанной фразы не читается, звучат слова")
		p.log.Error("an announcement's file is missing, its text is spoken", "file", s.File, "err", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if s.Text != "" && p.voice != nil {
		b, err := p.voice.Say(ctx, s.Spoken())
		if err == nil && len(b) > 0 {
			return media.NewPrompt(b), wanted
		}
		p.log.Error("the voice does not speak, a recorded phrase or a tone sounds instead", "err", err)
	}
	if s.Text != "" {
		p.mute("голос не говорит, звучат запасные фразы")
	}
	return p.spare(s), s.Text == "" && wanted
}

// spare is what sounds when nothing can be spoken.
func (p *prompts) spare(s telephony.Speech) *media.Prompt {
	tone := media.Concat(p.beep, media.Silence(time.Second))
	if s.Spare == "" {
		return tone
	}
	words, err := speech.Recorded(string(s.Spare))
	if err == nil && s.Spare == telephony.SpareOrder {
		words, err = numbered(words, s.Number)
	}
	if err != nil {
		p.log.Error("a phrase of the bank is missing, a tone sounds", "err", err)
		return tone
	}
	return media.NewPrompt(words)
}

// numbered is the phrase, the number digit by digit, and the key that accepts it.
func numbered(words []byte, n int64) ([]byte, error) {
	digits, err := speech.Digits(n)
	if err != nil {
		return nil, err
	}
	key, err := speech.Recorded("accept")
	return slices.Concat(words, digits, key), err
}

// muteFor is how long a failure of the voice is shown after it was met last.
const muteFor = 5 * time.Minute

func (p *prompts) mute(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted, p.mutedAt = text, time.Now()
}

// isMute tells what could not be spoken of late; "" when all could.
func (p *prompts) isMute() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.mutedAt) > muteFor {
		return ""
	}
	return p.muted
}
