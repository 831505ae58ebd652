package city

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Rate is a stream of calls of residents, left to chance by the city's seed.
type Rate struct {
	PerHour float64  `json:"per_hour"` // on the average of the day
	For     Duration `json:"for"`      // how long calls are placed
	// Day is how long a day of the curve lasts; 0: no curve. A day of "24m" plays
	// the night and both peaks within 24 minutes, at PerHour calls an hour.
	Day Duration `json:"day,omitempty"`
	// Every so often a burst comes (a pipe has broken): for BurstFor there are
	// BurstTimes as many calls. 0: none.
	Every      Duration `json:"burst_every,omitempty"`
	BurstFor   Duration `json:"burst_for,omitempty"`
	BurstTimes float64  `json:"burst_times,omitempty"`
	// Lines are called at random; none: all the lines there are.
	Lines []string `json:"lines,omitempty"`
	// Scripts are taken at random; none: the stories of the demo city.
	Scripts []Script `json:"scripts,omitempty"`
	// HangUp ends a call at the latest; 0: as the script says, at most 15 min.
	HangUp Duration `json:"hang_up,omitempty"`
}

// dayCurve is the share of each hour of a day: quiet nights, a peak in the
// morning and a higher one in the evening. Its mean is 1.
var dayCurve = func() (c [24]float64) {
	raw := [24]float64{.25, .15, .1, .1, .15, .3, .7, 1.3, 1.9, 1.8, 1.5, 1.3, 1.2, 1.1, 1.1, 1.2, 1.3, 1.6, 2.0, 2.1, 1.6, 1.1, .7, .4}
	sum := 0.0
	for _, v := range raw {
		sum += v
	}
	for i, v := range raw {
		c[i] = v * 24 / sum
	}
	return c
}()

func (r Rate) check() error {
	switch {
	case r.PerHour <= 0 || r.PerHour > 1_000_000:
		return fmt.Errorf("звонков в час: %v, нужно от 0 до 1000000", r.PerHour)
	case r.For <= 0:
		return errors.New("не сказано, как долго звонить")
	case r.BurstTimes < 0 || r.Every > 0 && r.BurstFor >= r.Every:
		return errors.New("всплеск должен быть короче промежутка между всплесками")
	}
	for _, s := range r.Scripts {
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// at is calls an hour so long after the start; a day begins at midnight.
func (r Rate) at(t time.Duration) float64 {
	v := r.PerHour
	if r.Day > 0 {
		v *= dayCurve[int(t%time.Duration(r.Day)*24/time.Duration(r.Day))]
	}
	if r.Every > 0 && t%time.Duration(r.Every) >= time.Duration(r.Every-r.BurstFor) { // at the end of each spell
		v *= max(1, r.BurstTimes)
	}
	return v
}

// top is the highest calls an hour there can be.
func (r Rate) top() float64 {
	v := r.PerHour
	if r.Day > 0 {
		top := 0.0
		for _, x := range dayCurve {
			top = max(top, x)
		}
		v *= top
	}
	if r.Every > 0 {
		v *= max(1, r.BurstTimes)
	}
	return v
}

// moments are when calls are placed: a Poisson stream, thinned to the curve.
func (r Rate) moments(rnd *rand.Rand) (next func() (time.Duration, bool)) {
	t, top := time.Duration(0), r.top()
	return func() (time.Duration, bool) {
		for {
			t += time.Duration(-math.Log(1-rnd.Float64()) / top * float64(time.Hour))
			if t >= time.Duration(r.For) {
				return 0, false
			}
			if rnd.Float64()*top < r.at(t) {
				return t, true
			}
		}
	}
}

// stories are what residents of the demo city call with.
func stories() (out []Script) {
	for _, p := range problems {
		out = append(out, Script{Say: []string{"Здравствуйте. " + p, "{address}", "Да.", "Спасибо, до свидания."}, Leaves: true})
	}
	return out
}

// stream places calls until the rate's time is over or ctx ends; placed hears of
// each. It does not wait for them to end.
func (c *City) stream(ctx context.Context, r Rate, placed func(*Call)) {
	rnd := rand.New(rand.NewPCG(c.cfg.Seed, 0x5eed)) //nolint:gosec // a play, not a secret
	scripts, lines := r.Scripts, r.Lines
	if len(scripts) == 0 {
		scripts = stories()
	}
	if len(lines) == 0 {
		for _, p := range c.providers {
			for _, l := range p.cfg.Lines {
				lines = append(lines, l.Number)
			}
		}
	}
	next, start := r.moments(rnd), time.Now()
	for {
		at, ok := next()
		if !ok {
			wait(ctx, start.Add(time.Duration(r.For)))
			return
		}
		script, line := scripts[rnd.IntN(len(scripts))], lines[rnd.IntN(len(lines))]
		patience := time.Duration(60+rnd.IntN(240)) * time.Second
		first := rnd.IntN(1 << 20)
		if !wait(ctx, start.Add(at)) {
			return
		}
		if script.Patience == 0 {
			script.Patience = Duration(patience)
		}
		if r.HangUp > 0 {
			script.HangUp = r.HangUp
		}
		if s := c.idleResident(first); s != nil {
			placed(s.Call(line, script))
		}
	}
}

// idleResident is one who does not talk, looked for from the n-th on; nil: all do.
func (c *City) idleResident(n int) *Subscriber {
	total := 0
	for _, r := range c.cfg.Residents {
		total += int(r.To - r.From + 1) //nolint:gosec // a block of numbers
	}
	for i := range total {
		at := (n + i) % total
		for _, r := range c.cfg.Residents {
			size := int(r.To - r.From + 1) //nolint:gosec // a block of numbers
			if at >= size {
				at -= size
				continue
			}
			if s := c.Resident(r.At(at)); s.Current() == nil {
				return s
			}
			break
		}
	}
	return nil
}

// wait until a moment; false: ctx ended before.
func wait(ctx context.Context, until time.Time) bool {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
