package city_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/voip/media"
)

// answerAll answers every call with a voice that speaks and falls silent.
func (p *product) answerAll(ctx context.Context) {
	voice := media.Concat(media.Tone(300, 600*time.Millisecond), media.Silence(3*time.Second))
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-p.calls:
			go func() {
				if l.Answer() == nil {
					p.pacer.Start(l.Media(), voice, true)
				}
			}()
		}
	}
}

func figure(t *testing.T, f *city.Figures, name string) int {
	t.Helper()
	for _, x := range f.List() {
		if x.Name == name {
			return int(x.Value)
		}
	}
	require.Fail(t, "no figure "+name)
	return 0
}

// TestARateIsBounded: so many calls as the rate says, within its time, the same
// for the same seed, and nothing of them stays.
func TestARateIsBounded(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.26.11", "127.0.26.12", nil)
	p := newProduct(t, "127.0.26.13", c)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.answerAll(ctx)
	began := time.Now()
	f, err := c.Load(ctx, city.Rate{PerHour: 36000, For: city.Duration(3 * time.Second), HangUp: city.Duration(time.Second)})
	require.NoError(t, err)
	require.Less(t, time.Since(began), 30*time.Second)
	placed := figure(t, f, "city_calls_placed")
	require.InDelta(t, 30, placed, 15, "ten a second for three seconds")
	require.Equal(t, placed, figure(t, f, "city_calls_answered"))
	require.Zero(t, figure(t, f, "city_calls_without_sound"))
	require.Less(t, figure(t, f, "city_greeting_p99"), 5000)
	require.Positive(t, figure(t, f, "city_greeting_p50"))
	eventually(t, "nothing stays", func() bool { return c.Counts() == city.Counts{} && p.Live() == 0 && p.ports.InUse() == 0 })

	var out bytes.Buffer
	f.Print(&out)
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		parts := strings.Split(line, " ")
		require.Len(t, parts, 3, line)
		_, err := strconv.ParseFloat(parts[1], 64)
		require.NoError(t, err, line)
	}
}

func TestTheRateOfADay(t *testing.T) {
	t.Parallel()
	r := city.Rate{PerHour: 100, For: city.Duration(24 * time.Hour), Day: city.Duration(24 * time.Hour)}
	n := city.Moments(r, 7)
	require.InDelta(t, 2400, len(n), 200, "the mean is kept")
	require.Equal(t, n, city.Moments(r, 7), "a seed repeats itself")
	require.NotEqual(t, n, city.Moments(r, 8))
	in := func(from, to int) (count int) {
		for _, at := range n {
			if h := int(at.Hours()); h >= from && h < to {
				count++
			}
		}
		return count
	}
	require.Greater(t, in(18, 20), 8*in(2, 4), "an evening is not a night")
	burst := city.Moments(city.Rate{PerHour: 60, For: city.Duration(4 * time.Hour), Every: city.Duration(time.Hour), BurstFor: city.Duration(6 * time.Minute), BurstTimes: 10}, 1)
	within := 0
	for _, at := range burst {
		if at%time.Hour >= 54*time.Minute {
			within++
		}
	}
	require.Greater(t, within, len(burst)*2/5, "half of the calls come in a tenth of the time")
}

func TestAScenario(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.26.21", "127.0.26.22", nil)
	p := newProduct(t, "127.0.26.23", c)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go p.answerAll(ctx)
	s, err := city.Parse([]byte(`{"about": "", "lasts": "4s", "steps": [
		{"at": "1s", "provider": {"name": "Y", "mode": "refuse"}},
		{"at": "0s", "behave": {"number": "+79000001000", "rings": [{"do": "busy"}, {"do": "reject", "after": "1ms"}]}},
		{"at": "100ms", "call": {"from": "8 900 090-00-01", "to": "+73430000101", "script": {"say": ["Нет света."]}}},
		{"at": "1200ms", "call": {"from": "+79000900002", "to": "+73430000200", "script": {}}},
		{"at": "100ms", "rate": {"per_hour": 36000, "for": "1s", "lines": ["+73430000102"], "hang_up": "500ms"}}
	]}`))
	require.NoError(t, err)
	result := make(chan *city.Figures, 1)
	go func() {
		f, err := c.Play(ctx, s)
		if err == nil {
			result <- f
		}
		close(result)
	}()
	eventually(t, "it begins", func() bool { return len(events(c, city.Calling)) > 0 })
	_, err = c.Play(ctx, s)
	require.ErrorIs(t, err, city.ErrPlaying)
	for _, code := range []int{486, 603, 603} {
		_, de := p.dial(ctx, "X", executor)
		require.Equal(t, code, de.Code, "in turn, the last one stays")
	}
	f := <-result
	require.NotNil(t, f)
	require.Equal(t, "Нет света.", events(c, city.Said)[0].Text)
	require.Equal(t, 1, figure(t, f, "city_calls_no_trunk"), "the provider had been switched off")
	require.Zero(t, figure(t, f, "city_calls_failed"), "that is not the product's fault")
	require.Equal(t, 3, figure(t, f, "city_phones_not_answered"))
	require.Greater(t, figure(t, f, "city_calls_answered"), 3)
	require.Equal(t, city.Up, c.Provider("Y").Mode(), "as usual afterwards")
	name, _ := c.Playing()
	require.Empty(t, name)
	eventually(t, "nothing stays", func() bool { return c.Counts() == city.Counts{} })
}

func TestScenariosAreRead(t *testing.T) {
	t.Parallel()
	var names []string
	for _, s := range city.Scenarios() {
		names = append(names, s.Name)
		require.NotEmpty(t, s.About)
		require.NotEmpty(t, s.Steps)
	}
	require.Equal(t, []string{"both-trunks-down", "evening-burst", "executor-does-not-answer", "night-emergency"}, names)
	file := filepath.Join(t.TempDir(), "own.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"lasts": "1m"}`), 0o600))
	_, err := city.Load(file)
	require.NoError(t, err)
	_, err = city.Load("no-such-thing")
	require.ErrorContains(t, err, "нет такого")
	for text, why := range map[string]string{
		`{"lasts": "1m", "step": []}`: "unknown field",
		`{"lasts": 60}`:               `"1m30s"`,
		`{"lasts": "-1m"}`:            "negative",
		`{}`:                          "lasts",
		`{"lasts": "1m"} {}`:          "ещё",
		`{"lasts": "1m", "steps": [{"at": "1s"}]}`:                                                 "ничего не делает",
		`{"lasts": "1m", "steps": [{"call": {"from": "1"}}]}`:                                      "from и to",
		`{"lasts": "1m", "steps": [{"behave": {"number": "1"}}]}`:                                  "rings",
		`{"lasts": "1m", "steps": [{"behave": {"number": "1", "rings": [{"do": "sings"}]}}]}`:      "sings",
		`{"lasts": "1m", "steps": [{"provider": {"name": "X", "mode": "broken"}}]}`:                "broken",
		`{"lasts": "1m", "steps": [{"rate": {"per_hour": 0, "for": "1m"}}]}`:                       "звонков в час",
		`{"lasts": "1m", "steps": [{"call": {"from": "1", "to": "2", "script": {"press": "x"}}}]}`: "keys",
	} {
		_, err := city.Parse([]byte(text))
		require.ErrorContains(t, err, why, text)
	}
}

// TestTheCommand: figures last, one a line; and a page that answers.
func TestTheCommand(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	var out bytes.Buffer
	x, y := addr("127.0.26.31"), addr("127.0.26.32")
	require.ErrorContains(t, city.Command(ctx, city.Options{X: x, Y: y, Scenario: "night-emergency", Rate: 5}), "вместе")
	require.ErrorContains(t, city.Command(ctx, city.Options{X: x, Y: y, Scenario: "none", Mute: true}), "нет такого")
	file := filepath.Join(t.TempDir(), "s.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"lasts": "10m", "steps": [
		{"at": "0s", "provider": {"name": "X", "mode": "silent"}}, {"at": "0s", "provider": {"name": "Y", "mode": "silent"}},
		{"at": "10ms", "call": {"from": "+79000900001", "to": "+73430000101", "script": {}}}]}`), 0o600))
	short, stop := context.WithTimeout(ctx, 2*time.Second) // nobody registers: Ctrl-C
	defer stop()
	require.NoError(t, city.Command(short, city.Options{X: x, Y: y, Listen: "127.0.26.33:0", Scenario: file, For: 100 * time.Millisecond, Mute: true, Out: &out}))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Contains(t, lines[0], "http://127.0.26.33:")
	require.Contains(t, lines[1], "Провайдер X: 127.0.26.31:")
	require.Contains(t, out.String(), "\ncity_calls_placed ")
	require.True(t, strings.HasPrefix(lines[len(lines)-1], "city_ran "))
}
