// Package speech speaks Russian text with an offline engine, and keeps what was
// said as files: the same words are synthesised once.
package speech

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"d24/voip/g711"
	"d24/voip/speech/russian"
	"d24/voip/wav"
)

// Voice says a text: A-law, 8 kHz, mono.
type Voice interface {
	Say(ctx context.Context, text string) ([]byte, error)
}

// ErrNoVoice says what to install.
var ErrNoVoice = errors.New("не найден espeak-ng: установите его (apt-get install espeak-ng)")

// Espeak is the offline engine of Debian, a female Russian voice.
type Espeak struct {
	bin   string
	slots chan struct{}
}

// NewEspeak finds the engine; ErrNoVoice when it is not installed.
func NewEspeak() (*Espeak, error) {
	bin, err := exec.LookPath("espeak-ng")
	if err != nil {
		return nil, ErrNoVoice
	}
	return &Espeak{bin: bin, slots: make(chan struct{}, 2)}, nil
}

const sayFor = 10 * time.Second

// Say runs the engine once. Texts are cut at 2,000 letters: half a minute of
// speech is the most anybody listens to.
func (e *Espeak) Say(ctx context.Context, text string) ([]byte, error) {
	e.slots <- struct{}{}
	defer func() { <-e.slots }()
	ctx, cancel := context.WithTimeout(ctx, sayFor)
	defer cancel()
	if r := []rune(text); len(r) > 2000 {
		text = string(r[:2000])
	}
	c := exec.CommandContext(ctx, e.bin, "-v", "ru+f3", "-s", "138", "-p", "52", "-g", "2", "-a", "90", "--stdin", "--stdout") //nolint:gosec // the program found
	c.Stdin = bytes.NewBufferString(russian.Read(text))
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	s, err := wav.Decode(out, wav.Trusted)
	if err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	return g711.Encode(level(s.PCM), g711.ALaw), nil
}

// level brings speech to -3 dBFS at its loudest, without clipping.
func level(pcm []int16) []int16 {
	top := 1
	for _, v := range pcm {
		top = max(top, int(v), -int(v))
	}
	out := make([]int16, len(pcm))
	for i, v := range pcm {
		out[i] = int16(int(v) * 23170 / top) //nolint:gosec // at most 23170
	}
	return out
}

// Cached keeps what a voice has said in a directory, and the latest in memory.
type Cached struct {
	voice Voice
	dir   string
	mu    sync.Mutex
	mem   map[string][]byte
}

const inMemory = 200

// NewCached keeps files in dir, which is made.
func NewCached(v Voice, dir string) (*Cached, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	return &Cached{voice: v, dir: dir, mem: map[string][]byte{}}, nil
}

// Say returns the words from memory, from the file, or from the voice.
func (c *Cached) Say(ctx context.Context, text string) ([]byte, error) {
	sum := sha256.Sum256([]byte("f3-138 " + russian.Read(text)))
	key := hex.EncodeToString(sum[:16])
	c.mu.Lock()
	b, ok := c.mem[key]
	c.mu.Unlock()
	if ok {
		return b, nil
	}
	path := filepath.Join(c.dir, key+".al")
	b, err := os.ReadFile(path)
	if err != nil {
		if b, err = c.voice.Say(ctx, text); err != nil {
			return nil, err
		}
		if err := write(path, b); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	if len(c.mem) >= inMemory {
		clear(c.mem)
	}
	c.mem[key] = b
	c.mu.Unlock()
	return b, nil
}

// write puts a whole file or none.
func write(path string, b []byte) error {
	tmp := path + fmt.Sprintf(".%d", time.Now().UnixNano())
	if err := os.WriteFile(tmp, b, 0o640); err != nil { //nolint:gosec // not a secret
		return err
	}
	return os.Rename(tmp, path)
}
