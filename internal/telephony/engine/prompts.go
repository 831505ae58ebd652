package engine

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/speech"
)

// prompts are the sounds of the engine: uploaded files, spoken texts, tones. A
// call is never silent: when a file is missing the text is spoken, when the
// voice fails a tone sounds (F42).
type prompts struct {
	voice speech.Voice
	dir   string
	log   *slog.Logger
	mu    sync.Mutex
	mem   map[string]*media.Prompt
	music *media.Prompt
	ring  *media.Prompt
	beep  *media.Prompt
}

func newPrompts(v speech.Voice, dir string, log *slog.Logger) *prompts {
	return &prompts{voice: v, dir: dir, log: log, mem: map[string]*media.Prompt{}, music: media.Music(), ring: media.Ringback(), beep: media.Beep()}
}

const promptsInMemory = 500

// of returns the sound of words.
func (p *prompts) of(s telephony.Speech) *media.Prompt {
	key := s.File + "\x00" + s.Text
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
		p.log.Error("an announcement's file is missing, its text is spoken", "file", s.File, "err", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if s.Text != "" && p.voice != nil {
		b, err := p.voice.Say(ctx, s.Text)
		if err == nil && len(b) > 0 {
			return media.NewPrompt(b), wanted
		}
		p.log.Error("the voice does not speak, a tone sounds instead", "err", err)
	}
	return media.Concat(p.beep, media.Silence(time.Second)), s.Text == "" && wanted
}
