package city

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// Scenario is a play of the city, written in JSON:
//
//	{
//	  "about": "what happens, in Russian",
//	  "lasts": "10m",
//	  "steps": [
//	    {"at": "0s", "behave": {"number": "+79000001000", "rings": [{"do": "no_answer"}, {"do": "accept", "after": "4s"}]}},
//	    {"at": "2s", "call": {"from": "+79000900001", "to": "+73430000101", "script": {"say": ["Топит с потолка.", "{address}"], "patience": "5m"}}},
//	    {"at": "30s", "provider": {"name": "X", "mode": "silent"}},
//	    {"at": "1m", "rate": {"per_hour": 240, "for": "3m"}}
//	  ]
//	}
//
// Times count from the start. A step does one thing or several. Rings are the
// behaviours of the calls to come, one each, the last for all that follow; with
// "chance" they are drawn. What "do" may be: accept, answer, press_1, done,
// cannot, busy, no_answer, reject, voicemail, unavailable, manual. A mode is up,
// silent or refuse. When a scenario ends, its calls are hung up, providers are up
// and everybody behaves as usual.
type Scenario struct {
	Name  string   `json:"-"`
	About string   `json:"about"`
	Lasts Duration `json:"lasts"`
	Steps []Step   `json:"steps"`
}

// Step is what happens at a moment of a scenario.
type Step struct {
	At       Duration    `json:"at"`
	Behave   *Behave     `json:"behave,omitempty"`
	Call     *Placed     `json:"call,omitempty"`
	Provider *SwitchStep `json:"provider,omitempty"`
	Rate     *Rate       `json:"rate,omitempty"`
}

// Behave changes what a subscriber does when his phone rings.
type Behave struct {
	Number string      `json:"number"`
	Rings  []Behaviour `json:"rings"`
}

// Placed is a call of a resident.
type Placed struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Script Script `json:"script"`
}

// SwitchStep switches a provider.
type SwitchStep struct {
	Name string `json:"name"`
	Mode Mode   `json:"mode"`
}

//go:embed scenarios/*.json
var ready embed.FS

// Scenarios are the ready ones, by name.
func Scenarios() []Scenario {
	files, err := ready.ReadDir("scenarios")
	if err != nil {
		panic(err) // built in
	}
	var out []Scenario
	for _, f := range files {
		s, err := Load(strings.TrimSuffix(f.Name(), ".json"))
		if err != nil {
			panic(err) // built in; a test reads them all
		}
		out = append(out, s)
	}
	return out
}

var scenarios = sync.OnceValue(Scenarios)

// Load reads a scenario: one of the ready ones by name, or a file.
func Load(name string) (Scenario, error) {
	b, err := ready.ReadFile("scenarios/" + name + ".json")
	if err != nil {
		if b, err = os.ReadFile(name); err != nil {
			return Scenario{}, fmt.Errorf("сценарий %q: нет такого готового и нет такого файла", name)
		}
	}
	s, err := Parse(b)
	if err != nil {
		return Scenario{}, fmt.Errorf("сценарий %q: %w", name, err)
	}
	s.Name = name
	return s, nil
}

// Parse reads a scenario; unknown words are errors.
func Parse(b []byte) (s Scenario, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("после сценария что-то ещё")
	}
	if s.Lasts <= 0 {
		return s, errors.New(`не сказано, сколько он идёт ("lasts")`)
	}
	for i, step := range s.Steps {
		if err := step.check(); err != nil {
			return s, fmt.Errorf("шаг %d: %w", i+1, err)
		}
	}
	slices.SortStableFunc(s.Steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return s, nil
}

func (s Step) check() error {
	if s.Behave == nil && s.Call == nil && s.Provider == nil && s.Rate == nil {
		return errors.New("ничего не делает")
	}
	if s.Behave != nil {
		if len(s.Behave.Rings) == 0 || s.Behave.Number == "" {
			return errors.New("behave: нужны number и rings")
		}
		for _, b := range s.Behave.Rings {
			if err := b.check(); err != nil {
				return err
			}
		}
	}
	if s.Call != nil {
		if s.Call.From == "" || s.Call.To == "" {
			return errors.New("call: нужны from и to")
		}
		return s.Call.Script.check()
	}
	if p := s.Provider; p != nil && (p.Name == "" || p.Mode != Up && p.Mode != Silent && p.Mode != Refuses) {
		return fmt.Errorf("provider: нужны name и mode (up, silent, refuse), а не %q", p.Mode)
	}
	if s.Rate != nil {
		return s.Rate.check()
	}
	return nil
}
