// Package escalation brings an emergency ticket to somebody who takes it.
//
// The decision is the pure function Next: what to do now, given the frozen plan,
// where we are, what has just happened and what time it is. Loading, saving and
// calling live in runner.go.
package escalation

import (
	"fmt"
	"slices"
	"time"

	"d24/internal/desk"
)

// Person is somebody who can be called.
type Person struct {
	MemberID int64    `json:"member_id"`
	Name     string   `json:"name"`
	Phones   []string `json:"phones"`
	// Members are those of the level in the order of asking. Who of them stands there is
	// read live until the level is tried; none, of a plan of the version before: this one.
	Members []int64 `json:"members,omitempty"`
}

// Plan is the order and the limits, frozen when the escalation starts (F38). Who
// is at work is read live at each step (F37).
type Plan struct {
	Levels      []Person      `json:"levels"`
	Responsible *Person       `json:"responsible"`
	Step        time.Duration `json:"step"`   // how long one level has to take the ticket (E1: 10 minutes)
	Repeat      time.Duration `json:"repeat"` // how often the last step repeats (F43)
	Dial        desk.DialPlan `json:"dial"`
	Words       string        `json:"words"` // the ticket spoken by the announcement
	Title       string        `json:"title"`
}

// Stage is what the escalation is busy with.
type Stage string

// The stages.
const (
	Calling    Stage = "calling"    // the person of Level is called
	Announcing Stage = "announcing" // the announcement calls all, an operator the responsible person
	Finished   Stage = "finished"
)

// State is where the escalation is.
type State struct {
	Stage    Stage     `json:"stage"`
	Level    int       `json:"level"` // index in Plan.Levels
	Round    int       `json:"round"` // of announcing, from 1; after Before of earlier runs
	Before   int       `json:"before,omitempty"`
	Deadline time.Time `json:"deadline"`
	Mark     int       `json:"mark"` // of the wake-up asked for
	Tried    []int     `json:"tried"`
	// Held: a supervisor calls around himself until Deadline.
	Held bool `json:"held,omitempty"`
}

// grace is how long an attempt in progress at the deadline may go on (F33); look
// is how often it is asked meanwhile whether it has ended.
const (
	grace = 45 * time.Second
	look  = 5 * time.Second
)

// Input is what has just happened.
type Input struct {
	Started bool
	Woken   *int    // the mark of the wake-up
	Over    *Over   // a handover task ended without an acceptance
	Taken   bool    // somebody accepted the ticket, by any channel, or it is over
	Absent  []int64 // members who are not at work now
	Busy    bool    // the level's phone rings at this moment
	Hand    *Hand   // a supervisor steps in
}

// Over is the end of a level's task.
type Over struct {
	Level  int    `json:"level"`
	Result string `json:"result"` // desk.Refused, desk.NotReached
	Note   string `json:"note"`
}

// Do is a kind of action.
type Do string

// What an escalation does.
const (
	HandOver     Do = "hand_over"       // make Level the executor and call him
	Withdraw     Do = "withdraw"        // stop calling
	AnnounceAll  Do = "announce"        // the announcement to every level
	CallLead     Do = "responsible"     // an operator calls the responsible person, the supervisor is alarmed
	WakeAt       Do = "wake"            // at Deadline, with State.Mark
	Say          Do = "log"             // a line of the ticket's history
	CallLeadNow  Do = "responsible_now" // an operator calls him besides the rest, at a supervisor's word
	AlarmsAreOff Do = "clear_alarms"
)

// Action is something to be done as a result.
type Action struct {
	Do    Do
	Level int
	At    time.Time
	Text  string
}

// Next decides what follows. It reads nothing but its arguments.
func Next(p Plan, s State, in Input, now time.Time) (State, []Action) {
	switch {
	case s.Stage == Finished:
		return s, nil
	case in.Taken:
		s.Stage = Finished
		return s, []Action{{Do: Withdraw}, {Do: AlarmsAreOff}}
	case in.Started && s.Stage == "":
		return enter(p, s, 0, in, now)
	case in.Hand != nil:
		return stepIn(p, s, *in.Hand, in, now)
	case s.Held:
		if in.Woken != nil && *in.Woken == s.Mark && !now.Before(s.Deadline) {
			return goOn(p, s, in, now)
		}
		return s, nil
	case s.Stage == Calling:
		return calling(p, s, in, now)
	case s.Stage == Announcing && in.Woken != nil && *in.Woken == s.Mark:
		return announce(p, s, now)
	}
	return s, nil
}

func calling(p Plan, s State, in Input, now time.Time) (State, []Action) {
	switch {
	case in.Over != nil && in.Over.Level == s.Level:
		why := "не дозвонились"
		if in.Over.Result == desk.Refused {
			why = "отказался"
			if in.Over.Note != "" {
				why += ": " + in.Over.Note
			}
		}
		s2, acts := enter(p, s, s.Level+1, in, now)
		return s2, append([]Action{{Do: Say, Text: p.Levels[s.Level].Name + " " + why}}, acts...)
	case slices.Contains(in.Absent, p.Levels[s.Level].MemberID):
		s2, acts := enter(p, s, s.Level+1, in, now)
		return s2, append([]Action{{Do: Withdraw}, {Do: Say, Text: p.Levels[s.Level].Name + " ушёл с дежурства"}}, acts...)
	case in.Woken != nil && *in.Woken == s.Mark && !now.Before(s.Deadline):
		if in.Busy && now.Before(s.Deadline.Add(grace)) {
			s.Mark++
			at := s.Deadline.Add(grace)
			if soon := now.Add(look); soon.Before(at) {
				at = soon
			}
			return s, []Action{{Do: WakeAt, At: at}}
		}
		s2, acts := enter(p, s, s.Level+1, in, now)
		return s2, append([]Action{{Do: Withdraw}, {Do: Say, Text: "За " + lasted(p.Step) + " заявку никто не принял"}}, acts...)
	}
	return s, nil
}

// lasted is a level's time in words; less than a minute when time is divided for a training.
func lasted(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d с", int(d.Seconds()))
	}
	return fmt.Sprintf("%d мин", int(d.Minutes()))
}

// enter starts the next level that can be called at all; nobody left means the
// announcement and the responsible person at once (F36).
func enter(p Plan, s State, level int, in Input, now time.Time) (State, []Action) {
	var acts []Action
	for ; level < len(p.Levels); level++ {
		l := p.Levels[level]
		if !slices.Contains(in.Absent, l.MemberID) && len(l.Phones) > 0 {
			break
		}
		acts = append(acts, Action{Do: Say, Text: fmt.Sprintf("%d-й уровень пропущен: %s не на дежурстве или без телефона", level+1, l.Name)})
	}
	if level == len(p.Levels) {
		s, more := announce(p, s, now)
		return s, append(acts, more...)
	}
	s = State{Stage: Calling, Level: level, Round: s.Round, Before: s.Before, Deadline: now.Add(p.Step), Mark: s.Mark + 1, Tried: append(slices.Clone(s.Tried), level)}
	return s, append(acts, Action{Do: HandOver, Level: level}, Action{Do: WakeAt, At: s.Deadline})
}

// announce calls everybody; it repeats until a person acts and never gives up (F43).
func announce(p Plan, s State, now time.Time) (State, []Action) {
	s = State{Stage: Announcing, Level: s.Level, Round: s.Round + 1, Before: s.Before, Deadline: now.Add(p.Repeat), Mark: s.Mark + 1, Tried: s.Tried}
	return s, []Action{
		{Do: Withdraw},
		{Do: Say, Text: "Автоинформатор звонит всем исполнителям, оператор – ответственному"},
		{Do: AnnounceAll},
		{Do: CallLead},
		{Do: WakeAt, At: s.Deadline},
	}
}
