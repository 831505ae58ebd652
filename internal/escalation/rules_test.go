package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/desk"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(minute float64) time.Time { return noon.Add(time.Duration(minute * float64(time.Minute))) }

func three() Plan {
	p := Plan{Step: 10 * time.Minute, Repeat: 10 * time.Minute}
	for id := int64(1); id <= 3; id++ {
		p.Levels = append(p.Levels, Person{MemberID: id, Name: string(rune('А' + id - 1)), Phones: []string{"+7900000000" + string(rune('0'+id))}})
	}
	p.Responsible = &Person{MemberID: 9, Name: "О", Phones: []string{"+79000000009"}}
	return p
}

// calls is the state in which the level is called since from.
func calls(level int, from float64) State {
	return State{Stage: Calling, Level: level, Deadline: at(from + 10), Mark: level + 1, Tried: []int{0, 1, 2}[:level+1]}
}

func announces(round int, from float64) State {
	return State{Stage: Announcing, Level: 2, Round: round, Deadline: at(from + 10), Mark: 3 + round, Tried: []int{0, 1, 2}}
}

func woken(mark int) Input { return Input{Woken: &mark} }

func over(level int, result, note string) Input {
	return Input{Over: &Over{Level: level, Result: result, Note: note}}
}

func does(as []Action) (out []Do) {
	for _, a := range as {
		out = append(out, a.Do)
	}
	return out
}

func says(as []Action) (out []string) {
	for _, a := range as {
		if a.Do == Say {
			out = append(out, a.Text)
		}
	}
	return out
}

var (
	nothing   []Do
	everybody = []Do{Withdraw, Say, AnnounceAll, CallLead, WakeAt}
)

// TestNext is every input in every stage.
func TestNext(t *testing.T) {
	t.Parallel()
	with := func(in Input, f func(*Input)) Input { f(&in); return in }
	away := func(ids ...int64) func(*Input) { return func(in *Input) { in.Absent = ids } }
	rings := func(in *Input) { in.Busy = true }
	for _, c := range []struct {
		name  string
		from  State
		in    Input
		at    float64
		stage Stage
		level int
		do    []Do
		says  string
	}{
		// the beginning
		{"starts with the first level", State{}, Input{Started: true}, 0, Calling, 0, []Do{HandOver, WakeAt}, ""},
		{"skips who is not at work", State{}, with(Input{Started: true}, away(1)), 0, Calling, 1, []Do{Say, HandOver, WakeAt}, "1-й уровень пропущен: А не на дежурстве или без телефона"},
		{"nobody at work: everybody at once (F36)", State{}, with(Input{Started: true}, away(1, 2, 3)), 0, Announcing, 0, append([]Do{Say, Say, Say}, everybody...), ""},
		{"taken before it began", State{}, Input{Started: true, Taken: true}, 0, Finished, 0, []Do{Withdraw, AlarmsAreOff}, ""},
		{"not begun: a wake-up of nothing", State{}, woken(0), 0, "", 0, nothing, ""},
		{"not begun: an end of nothing", State{}, over(0, desk.NotReached, ""), 0, "", 0, nothing, ""},
		// a level is called
		{"started twice", calls(0, 0), Input{Started: true}, 1, Calling, 0, nothing, ""},
		{"all numbers failed: the next level at once (E1)", calls(0, 0), over(0, desk.NotReached, ""), 8, Calling, 1, []Do{Say, HandOver, WakeAt}, "А не дозвонились"},
		{"a refusal, with its reason", calls(0, 0), over(0, desk.Refused, "болен"), 1, Calling, 1, []Do{Say, HandOver, WakeAt}, "А отказался: болен"},
		{"a refusal without words", calls(1, 0), over(1, desk.Refused, ""), 1, Calling, 2, []Do{Say, HandOver, WakeAt}, "Б отказался"},
		{"the end of an older level", calls(1, 0), over(0, desk.NotReached, ""), 1, Calling, 1, nothing, ""},
		{"the end of a level not yet called", calls(1, 0), over(2, desk.NotReached, ""), 1, Calling, 1, nothing, ""},
		{"ten minutes passed", calls(0, 0), woken(1), 10, Calling, 1, []Do{Withdraw, Say, HandOver, WakeAt}, "За 10 мин заявку никто не принял"},
		{"woken early", calls(0, 0), woken(1), 9.99, Calling, 0, nothing, ""},
		{"a stale wake-up", calls(1, 0), woken(1), 30, Calling, 1, nothing, ""},
		{"a wake-up of the future", calls(1, 0), woken(3), 30, Calling, 1, nothing, ""},
		{"an attempt in progress is finished (F33)", calls(0, 0), with(woken(1), rings), 10, Calling, 0, []Do{WakeAt}, ""},
		{"but not for ever", calls(0, 0), with(woken(1), rings), 10.75, Calling, 1, []Do{Withdraw, Say, HandOver, WakeAt}, "За 10 мин заявку никто не принял"},
		{"he leaves in the middle (F37)", calls(0, 0), with(Input{}, away(1)), 3, Calling, 1, []Do{Withdraw, Say, HandOver, WakeAt}, "А ушёл с дежурства"},
		{"somebody else leaves", calls(0, 0), with(Input{}, away(2, 3)), 3, Calling, 0, nothing, ""},
		{"the next ones have left", calls(0, 0), with(over(0, desk.NotReached, ""), away(2)), 8, Calling, 2, []Do{Say, Say, HandOver, WakeAt}, "2-й уровень пропущен: Б не на дежурстве или без телефона"},
		{"the last level fails", calls(2, 16), over(2, desk.NotReached, ""), 24, Announcing, 2, append([]Do{Say}, everybody...), "Автоинформатор звонит всем исполнителям, оператор – ответственному"},
		{"the last level's time is over", calls(2, 16), woken(3), 26, Announcing, 2, append([]Do{Withdraw, Say}, everybody...), ""},
		{"taken", calls(1, 0), Input{Taken: true}, 1, Finished, 1, []Do{Withdraw, AlarmsAreOff}, ""},
		{"taken in the second of the change (F34)", calls(0, 0), with(woken(1), func(in *Input) { in.Taken = true }), 10, Finished, 0, []Do{Withdraw, AlarmsAreOff}, ""},
		{"nothing happened", calls(0, 0), Input{}, 5, Calling, 0, nothing, ""},
		// everybody is called
		{"it repeats (F43)", announces(1, 25), woken(4), 35, Announcing, 2, everybody, ""},
		{"and again", announces(7, 85), woken(10), 95, Announcing, 2, everybody, ""},
		{"a stale wake-up of a round", announces(2, 35), woken(4), 45, Announcing, 2, nothing, ""},
		{"the end of a level's task", announces(1, 25), over(2, desk.NotReached, ""), 26, Announcing, 2, nothing, ""},
		{"people come and go", announces(1, 25), with(Input{}, away(1, 2, 3)), 26, Announcing, 2, nothing, ""},
		{"somebody takes it", announces(3, 45), Input{Taken: true}, 46, Finished, 2, []Do{Withdraw, AlarmsAreOff}, ""},
		// it is over
		{"over: woken", State{Stage: Finished, Mark: 5}, woken(5), 99, Finished, 0, nothing, ""},
		{"over: taken again", State{Stage: Finished}, Input{Taken: true}, 99, Finished, 0, nothing, ""},
		{"over: started again", State{Stage: Finished}, Input{Started: true}, 99, Finished, 0, nothing, ""},
		{"over: a refusal", State{Stage: Finished}, over(0, desk.Refused, "нет"), 99, Finished, 0, nothing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, acts := Next(three(), c.from, c.in, at(c.at))
			require.Equal(t, c.stage, s.Stage)
			require.Equal(t, c.level, s.Level)
			require.Equal(t, c.do, does(acts))
			if c.says != "" {
				require.Contains(t, says(acts), c.says)
			}
			if len(c.do) == 0 {
				require.Equal(t, c.from, s, "what changes nothing changes nothing")
			}
			for _, a := range acts {
				if a.Do == WakeAt {
					require.True(t, a.At.After(at(c.at)), "asked for a moment that has passed")
					require.Greater(t, s.Mark, c.from.Mark, "an older wake-up is stale")
				}
			}
		})
	}
}

// TestALevelHasItsTimeFromItsOwnStart: the ten minutes of the second do not count
// from the first one's.
func TestALevelHasItsTimeFromItsOwnStart(t *testing.T) {
	t.Parallel()
	s, _ := Next(three(), calls(0, 0), over(0, desk.NotReached, ""), at(8))
	require.Equal(t, at(18), s.Deadline)
	require.Equal(t, []int{0, 1}, s.Tried)
	s, acts := Next(three(), announces(1, 25), woken(4), at(35))
	require.Equal(t, at(45), s.Deadline)
	require.Equal(t, 2, s.Round)
	require.Equal(t, at(45), acts[len(acts)-1].At)
}

// TestAnAttemptInProgressIsAskedAfter: every five seconds, and 45 at most (F33).
func TestAnAttemptInProgressIsAskedAfter(t *testing.T) {
	t.Parallel()
	s, now := calls(0, 0), at(10)
	for n := 1; ; n++ {
		in := woken(s.Mark)
		in.Busy = true
		var acts []Action
		s, acts = Next(three(), s, in, now)
		if s.Level == 1 {
			require.Equal(t, at(10.75), now)
			require.Equal(t, 10, n)
			break
		}
		now = acts[0].At
	}
	s, acts := Next(three(), calls(0, 0), Input{Woken: ptr(1), Busy: true}, at(10))
	s, acts2 := Next(three(), s, woken(s.Mark), acts[0].At)
	require.Equal(t, 1, s.Level, "the attempt has ended: five seconds later the level changes")
	require.Contains(t, does(acts2), HandOver)
}

func ptr(n int) *int { return &n }

// TestWithoutPeople: no levels, no phones, no responsible person; it is never silently stuck (F36).
func TestWithoutPeople(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]Plan{
		"nobody": {Step: time.Minute, Repeat: time.Minute}, "no phones": {Levels: []Person{{MemberID: 1}, {MemberID: 2}}, Step: time.Minute, Repeat: time.Minute},
	} {
		s, acts := Next(p, State{}, Input{Started: true}, noon)
		require.Equal(t, Announcing, s.Stage, name)
		require.Contains(t, does(acts), CallLead, name)
		require.Contains(t, does(acts), WakeAt, name)
	}
}

// TestNextReadsNothingButItsArguments: the same question has the same answer, and
// the plan and the state given stay as they were.
func TestNextReadsNothingButItsArguments(t *testing.T) {
	t.Parallel()
	p, s := three(), calls(1, 0)
	in := over(1, desk.Refused, "болен")
	a, x := Next(p, s, in, at(3))
	b, y := Next(p, s, in, at(3))
	require.Equal(t, a, b)
	require.Equal(t, x, y)
	require.Equal(t, calls(1, 0), s)
	require.Equal(t, three(), p)
}

// TestALevelsTimeIsNeverNothing: in a training ten minutes are ten seconds.
func TestALevelsTimeIsNeverNothing(t *testing.T) {
	t.Parallel()
	require.Equal(t, "10 мин", lasted(10*time.Minute))
	require.Equal(t, "10 с", lasted(10*time.Second))
}
