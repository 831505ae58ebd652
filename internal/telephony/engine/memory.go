package engine

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"

	"d24/internal/telephony"
)

// memory is what the queue remembers from one run of the engine to the next: who gave up
// a short while ago, and how long a caller keeps an operator. The rest of a queue is
// callers on the line, who are gone with the run.
type memory struct {
	GivenUp map[string]time.Time `json:"given_up"`
	Handled time.Duration        `json:"handled"`
	// Rules are those last in force: an engine that begins without a database works by them.
	Rules telephony.QueueRules `json:"rules,omitzero"`
	// OwnAt are the companies whose own operators were at work: their browsers are about to be
	// back, and callers of their hours wait for them (C8).
	OwnAt []int64 `json:"own_at,omitempty"`
	// Tests are the synthetic calls of the day, by trunk: they may cost.
	Tests map[int64]tally `json:"tests,omitempty"`
}

// memoryEnd is how the files end in which engines remember: each writes its own.
const memoryEnd = ".memory"

// forgottenAfter: a file that no engine has written for so long is nobody's.
const forgottenAfter = 24 * time.Hour

func (e *Engine) memoryDir() string { return filepath.Join(e.cfg.Data, "engine") }

func (e *Engine) memoryPath() string { return filepath.Join(e.memoryDir(), e.cfg.Node+memoryEnd) }

// remembered is the file to begin with: this engine's own, or, as the next run may have
// another name, the one written last.
func (e *Engine) remembered() string {
	if _, err := os.Stat(e.memoryPath()); err == nil {
		return e.memoryPath()
	}
	last, at := e.memoryPath(), time.Time{}
	files, _ := os.ReadDir(e.memoryDir()) // none: nothing is remembered
	for _, f := range files {
		st, err := f.Info()
		if err != nil || filepath.Ext(f.Name()) != memoryEnd {
			continue
		}
		path := filepath.Join(e.memoryDir(), f.Name())
		if time.Since(st.ModTime()) > forgottenAfter {
			_ = os.Remove(path)
		} else if st.ModTime().After(at) {
			last, at = path, st.ModTime()
		}
	}
	return last
}

// recall reads what the last run remembered; without it the queue begins anew.
func (e *Engine) recall() {
	var m memory
	b, err := os.ReadFile(e.remembered())
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		if !os.IsNotExist(err) {
			e.log.Warn("what the queue remembered is not read", "err", err)
		}
		return
	}
	now := time.Now()
	for phone, at := range m.GivenUp {
		if len(e.givenUp) < givenUpCount && now.Sub(at) < repeatedFor {
			e.givenUp[phone] = at
		}
	}
	e.probes.remember(m.Tests)
	e.backSoon(m.OwnAt)
	if m.Handled > 0 {
		e.handled = m.Handled
	}
	if m.Rules.Ring > 0 {
		e.adopt(m.Rules)
	}
}

// memorized is what is to be written; nil: nothing new. The loop calls it.
func (e *Engine) memorized() []byte {
	if !e.fresh {
		return nil
	}
	e.fresh = false
	now := time.Now()
	maps.DeleteFunc(e.givenUp, func(_ string, at time.Time) bool { return now.Sub(at) >= repeatedFor })
	b, err := json.Marshal(memory{GivenUp: e.givenUp, Handled: e.handled, Rules: e.set, OwnAt: e.ownAt(), Tests: e.probes.tallies()})
	if err != nil {
		return nil
	}
	return b
}

// memorize writes it whole or not at all.
func (e *Engine) memorize(b []byte) {
	if b == nil {
		return
	}
	next := e.memoryPath() + ".new"
	err := os.WriteFile(next, b, 0o600)
	if err == nil {
		err = os.Rename(next, e.memoryPath())
	}
	if err != nil {
		e.log.Warn("what the queue remembers is not written", "err", err)
	}
}
