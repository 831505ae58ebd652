package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/company"
	"d24/internal/telephony"
)

var ten = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func wake(n int) Input { return Input{Woken: &n} }

func ended0(o telephony.Outcome) Input { return Input{Ended: &telephony.Ended{Outcome: o}} }

var (
	joined  = Input{Ended: &telephony.Ended{Outcome: telephony.Answered, Joined: true}}
	pressed = Input{Ended: &telephony.Ended{Outcome: telephony.Answered, Digit: "1"}}
	voice   = Input{Ended: &telephony.Ended{Outcome: telephony.Answered}} // heard the words and pressed nothing
)

// play drives a task to its end: each dial lasts as lasts tells. It returns the
// dials as "minutes number" and the result; a task that goes on ends at limit.
func play(p DialPlan, phones []string, limit time.Duration, lasts func(n int, number string) (time.Duration, Input)) (dials []string, result string, took time.Duration) {
	s, now := Progress{}, ten
	in := wake(0)
	for now.Sub(ten) < limit {
		var act Action
		s, act = Next(p, phones, s, in, now)
		switch {
		case act.Result != "":
			return dials, act.Result, now.Sub(ten)
		case act.Dial != "":
			dials = append(dials, fmt.Sprintf("%.1f %s", now.Sub(ten).Minutes(), act.Dial))
			var d time.Duration
			d, in = lasts(len(dials), act.Dial)
			now = now.Add(d)
		case !act.WakeAt.IsZero():
			now, in = act.WakeAt, wake(s.Mark)
		default:
			return dials, "stuck", now.Sub(ten)
		}
	}
	return dials, "", limit
}

func rings(o telephony.Outcome) func(int, string) (time.Duration, Input) {
	return func(int, string) (time.Duration, Input) { return 30 * time.Second, ended0(o) }
}

func plan(numbers int) DialPlan {
	p, _ := Fit(DialPlan{Mode: telephony.OperatorFirst, Dials: 5, RingSec: 45, OperatorWithinSec: 60, Words: "Заявка", Keys: "1"}, numbers, 10*time.Minute)
	return p
}

// TestFiveDialsToEachNumber is O3: about five per number before it counts as not reached.
func TestFiveDialsToEachNumber(t *testing.T) {
	t.Parallel()
	for _, o := range []telephony.Outcome{telephony.NoAnswer, telephony.Busy, telephony.Rejected, telephony.Answered} {
		dials, result, took := play(plan(1), []string{"A"}, time.Hour, rings(o))
		require.Equal(t, []string{"0.0 A", "2.0 A", "4.0 A", "6.0 A", "8.0 A"}, dials, o)
		require.Equal(t, NotReached, result)
		require.Equal(t, 8*time.Minute+30*time.Second, took, "all failed: nobody waits for the ten minutes (E1)")
	}
	dials, result, _ := play(plan(2), []string{"A", "B"}, time.Hour, rings(telephony.NoAnswer))
	require.Equal(t, []string{"0.0 A", "1.0 B", "2.0 A", "3.0 B", "4.0 A", "5.0 B", "6.0 A", "7.0 B", "8.0 A", "9.0 B"}, dials)
	require.Equal(t, NotReached, result)
	_, result, _ = play(plan(0), nil, time.Hour, rings(telephony.NoAnswer))
	require.Equal(t, NotReached, result, "no phone at all")
}

// TestANumberThatDoesNotExistTakesNothingFromTheOthers: each of the rest is still dialled five times.
func TestANumberThatDoesNotExistTakesNothingFromTheOthers(t *testing.T) {
	t.Parallel()
	dials, result, _ := play(plan(2), []string{"A", "B"}, time.Hour, func(n int, number string) (time.Duration, Input) {
		if number == "A" && n >= 7 { // it worked three times
			return time.Second, ended0(telephony.BadNumber)
		}
		return 30 * time.Second, ended0(telephony.NoAnswer)
	})
	require.Equal(t, NotReached, result)
	require.Equal(t, 5, strings.Count(strings.Join(dials, ","), "B"), "%v", dials)
	dials, result, _ = play(plan(1), []string{"A"}, time.Hour, rings(telephony.BadNumber))
	require.Equal(t, []string{"0.0 A"}, dials)
	require.Equal(t, NotReached, result)
}

// TestWhatIsNotHisFaultDoesNotCount is F8 and F46: trunks down, our engine dead,
// the operator gone.
func TestWhatIsNotHisFaultDoesNotCount(t *testing.T) {
	t.Parallel()
	for _, o := range []telephony.Outcome{telephony.CarrierFailed, telephony.Unknown, telephony.Cancelled, telephony.Abandoned} {
		dials, result, _ := play(plan(1), []string{"A"}, 20*time.Minute, rings(o))
		require.Empty(t, result, "%s: never «не дозвонились»", o)
		require.Greater(t, len(dials), 20)
		dials, result, _ = play(plan(1), []string{"A"}, time.Hour, func(n int, _ string) (time.Duration, Input) {
			if n <= 3 {
				return time.Second, ended0(o)
			}
			return time.Second, ended0(telephony.Busy)
		})
		require.Equal(t, NotReached, result)
		require.Len(t, dials, 3+5)
	}
}

// TestOnlyAKeyOrAWordIsAnAcceptance is F32.
func TestOnlyAKeyOrAWordIsAnAcceptance(t *testing.T) {
	t.Parallel()
	say := func(in Input) func(int, string) (time.Duration, Input) {
		return func(int, string) (time.Duration, Input) { return 20 * time.Second, in }
	}
	_, result, _ := play(plan(1), []string{"A"}, time.Hour, say(pressed))
	require.Equal(t, Accepted, result)
	_, result, _ = play(plan(1), []string{"A"}, time.Hour, say(voice))
	require.Equal(t, NotReached, result, "a machine that listened")
	_, result, took := play(plan(1), []string{"A"}, time.Hour, say(joined))
	require.Equal(t, NotReached, result, "the operator said nothing")
	require.Greater(t, took, 5*resultWithin, "his word is awaited after each talk")
}

// TestAMachineIsNotWaitedFor: told during the call that nobody was reached, the
// next dial comes by the plan, and after the last one the level ends at once.
func TestAMachineIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	p, s, now := plan(1), Progress{}, ten
	in := wake(0)
	for n := range 5 {
		var act Action
		s, act = Next(p, []string{"A"}, s, in, now)
		require.Equal(t, "A", act.Dial, n)
		s.Said = true // Tasks.Result
		s, act = Next(p, []string{"A"}, s, joined, now.Add(20*time.Second))
		if n == 4 {
			require.Equal(t, NotReached, act.Result)
			return
		}
		require.Equal(t, now.Add(2*time.Minute), act.WakeAt)
		now, in = act.WakeAt, wake(s.Mark)
	}
}

// TestAStaleWakeUpDialsNothing: a mark of another moment, a dial in flight, an end of no dial.
func TestAStaleWakeUpDialsNothing(t *testing.T) {
	t.Parallel()
	s := Progress{Mark: 4}
	for name, in := range map[string]Input{"older": wake(3), "newer": wake(5), "end of nothing": joined, "nothing": {}} {
		got, act := Next(plan(1), []string{"A"}, s, in, ten)
		require.Equal(t, s, got, name)
		require.Equal(t, Action{}, act, name)
	}
	s.Flying = true
	got, act := Next(plan(1), []string{"A"}, s, wake(4), ten)
	require.Equal(t, s, got)
	require.Equal(t, Action{}, act, "one dial at a time")
}

// TestNoOperatorTakesNoDialAway is F89: whoever is busy, all dials of a level fit
// into its ten minutes and the 45 seconds an attempt may go on.
func TestNoOperatorTakesNoDialAway(t *testing.T) {
	t.Parallel()
	phones := []string{"A", "B", "C"}
	for n := 1; n <= len(phones); n++ {
		p := plan(n)
		require.GreaterOrEqual(t, p.RingSec, 15)
		counted := 0
		dials, result, took := play(p, phones[:n], time.Hour, func(int, string) (time.Duration, Input) {
			wait := p.operatorWithin(counted)
			require.LessOrEqual(t, wait, time.Minute)
			require.GreaterOrEqual(t, wait, 5*time.Second)
			counted++
			return wait + p.Seconds(p.RingSec), ended0(telephony.NoAnswer)
		})
		require.Equal(t, NotReached, result)
		require.Len(t, dials, 5*n)
		require.LessOrEqual(t, took, 10*time.Minute+45*time.Second, "%d numbers", n)
	}
	require.Equal(t, time.Minute, plan(1).operatorWithin(0), "one number: an operator has his minute")
	require.Equal(t, time.Minute, plan(1).operatorWithin(4))
	mute := plan(1)
	mute.Words = ""
	require.Zero(t, mute.operatorWithin(0), "without words an operator is waited for: nobody is rung to hear silence (F42)")
	fast := plan(1)
	fast.Pace = 60
	require.Equal(t, time.Second, fast.operatorWithin(0))
}

// TestFitSaysWhatDoesNotFit is F33.
func TestFitSaysWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		numbers, dials, ring, spacing, rings int
		fits                                 bool
	}{
		{1, 5, 45, 120, 45, true},
		{2, 5, 45, 60, 45, true},
		{3, 5, 45, 40, 35, true},
		{1, 20, 45, 30, 25, true},
		{3, 10, 45, 20, 15, true},
		{4, 10, 45, 15, 10, false},
		{0, 5, 45, 120, 45, true},
		{1, 2, 60, 120, 60, true},
	} {
		p, fits := Fit(DialPlan{Dials: c.dials, RingSec: c.ring}, c.numbers, 10*time.Minute)
		require.Equal(t, c.fits, fits, "%+v", c)
		require.Equal(t, c.spacing, p.SpacingSec, "%+v", c)
		require.Equal(t, c.rings, p.RingSec, "%+v", c)
	}
	fast, _ := Fit(DialPlan{Dials: 5, RingSec: 45, Pace: 60}, 1, 10*time.Second)
	require.Equal(t, 2*time.Second, fast.Seconds(fast.SpacingSec), "times divided by 60 keep their proportions")
}

// TestQuietHoursAreLookedAtBeforeEveryDial: also before those that follow the first,
// and a dial put off is no attempt (F51).
func TestQuietHoursAreLookedAtBeforeEveryDial(t *testing.T) {
	t.Parallel()
	p := plan(1)
	p.Quiet = company.Quiet{From: "10:05", To: "13:00", Zone: "UTC"}
	dials, result, _ := play(p, []string{"A"}, 5*time.Hour, rings(telephony.NoAnswer))
	require.Equal(t, []string{"0.0 A", "2.0 A", "4.0 A", "180.0 A", "182.0 A"}, dials)
	require.Equal(t, NotReached, result)
	require.Equal(t, ten.Add(5*time.Minute), order(Task{Plan: p}, "A", ten).Until)
	require.Zero(t, order(Task{Plan: plan(1)}, "A", ten).Until)
}

// TestFitAgreesWithTheSettings: what a company may save is what the planner makes fit.
func TestFitAgreesWithTheSettings(t *testing.T) {
	t.Parallel()
	for step := 1; step <= 30; step++ {
		for dials := 1; dials <= 10; dials++ {
			for _, ring := range []int{5, 15, 45, 60, 90} {
				for numbers := range 6 {
					s := company.Settings{StepMin: step, Dials: dials, RingSec: ring}
					_, fits := Fit(DialPlan{Dials: dials, RingSec: ring}, numbers, s.Minutes(step))
					require.Equal(t, fits, s.Fits(numbers), "%d min, %d dials of %d s, %d numbers", step, dials, ring, numbers)
				}
			}
		}
	}
}
