package engine

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// memory is what the queue remembers from one run of the engine to the next: who gave up
// a short while ago, and how long a caller keeps an operator. The rest of a queue is
// callers on the line, who are gone with the run.
type memory struct {
	GivenUp map[string]time.Time `json:"given_up"`
	Handled time.Duration        `json:"handled"`
}

// memoryPath: the next run may have another name.
func (e *Engine) memoryPath() string { return filepath.Join(e.cfg.Data, "engine", "queue.memory") }

// recall reads what the last run remembered; without it the queue begins anew.
func (e *Engine) recall() {
	var m memory
	b, err := os.ReadFile(e.memoryPath())
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
	if m.Handled > 0 {
		e.handled = m.Handled
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
	b, err := json.Marshal(memory{GivenUp: e.givenUp, Handled: e.handled})
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
