package media

import (
	"fmt"
	"os"
	"slices"
	"time"

	"d24/voip/g711"
	"d24/voip/wav"
)

// Prompt is a sound held once in memory in both laws, shared by every call that
// plays it. It never changes.
type Prompt struct{ alaw, ulaw []byte }

// NewPrompt makes a prompt of A-law samples, which must not be changed
// afterwards; it is filled up with silence to whole frames of 20 ms.
func NewPrompt(alaw []byte) *Prompt {
	for len(alaw)%g711.Frame != 0 {
		alaw = append(alaw[:len(alaw):len(alaw)], g711.Silence(g711.ALaw))
	}
	return &Prompt{alaw: alaw, ulaw: g711.Transcode(make([]byte, len(alaw)), alaw, g711.ALaw, g711.MuLaw)}
}

// LoadPrompt reads a WAV file in memory: any format that wav.Decode takes within
// lim. Errors are those of package wav.
func LoadPrompt(b []byte, lim wav.Limits) (*Prompt, error) {
	s, err := wav.Decode(b, lim)
	if err != nil {
		return nil, err
	}
	return NewPrompt(g711.Encode(s.PCM, g711.ALaw)), nil
}

// LoadPromptFile reads a WAV file that we put there ourselves.
func LoadPromptFile(path string) (*Prompt, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	p, err := LoadPrompt(b, wav.Trusted)
	if err != nil {
		return nil, fmt.Errorf("media: %s: %w", path, err)
	}
	return p, nil
}

// Concat is prompts one after another.
func Concat(ps ...*Prompt) *Prompt {
	var all []byte
	for _, p := range ps {
		all = append(all, p.alaw...)
	}
	return NewPrompt(slices.Clip(all))
}

// Duration is how long the prompt plays.
func (p *Prompt) Duration() time.Duration {
	return time.Duration(len(p.alaw)) * time.Second / g711.Rate
}

// ALaw is the sound itself; do not change it.
func (p *Prompt) ALaw() []byte { return p.alaw }

func (p *Prompt) in(l g711.Law) []byte {
	if l == g711.MuLaw {
		return p.ulaw
	}
	return p.alaw
}
