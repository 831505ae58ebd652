package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/test/foreign"
	"d24/test/softphone"
	"d24/voip/tone"
)

// talk brings resident and operator together.
func (w *town) talk(desk *softphone.Phone) softphone.View {
	w.t.Helper()
	w.call()
	v, err := desk.Call(within(w.t, 20*time.Second), "ringing")
	require.NoError(w.t, err)
	desk.Do(within(w.t, time.Second), "answer", v.Key)
	_, err = desk.Call(within(w.t, 5*time.Second), "talking")
	require.NoError(w.t, err)
	eventually(w.t, 20*time.Second, "they talk", func() bool { return w.resident.Hears(operatorHz) })
	return v
}

// tasks are the open call tasks of the floor.
func (p *person) tasks() (out []struct {
	ID      int64
	Purpose string
	Phone   string
},
) {
	p.h.t.Helper()
	var list struct {
		Items []struct {
			ID      int64
			Purpose string
			Phone   string
		}
	}
	p.do(http.MethodGet, "/desk/tasks", nil, &list)
	out = append(out, list.Items...)
	return out
}

// TestEngineIsKilled: its calls end, are «cut by failure» within 15 s, a call-back
// task is made, the recording can be played, the next call goes through.
func TestEngineIsKilled(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	op := w.login("operator")
	desk := op.desk(speech(operatorHz))
	v := w.talk(desk)
	had := len(w.resident.Heard())
	eventually(t, 10*time.Second, "they talk for three seconds", func() bool { return len(w.resident.Heard()) > had+3*8000 })
	began := time.Now()
	require.NoError(t, syscall.Kill(w.engine(), syscall.SIGKILL))
	eventually(t, 15*time.Second, "the call is marked as cut by failure", func() bool { return op.callOf(v.Key).IsCut })
	t.Logf("marked %s after the kill", time.Since(began).Round(time.Millisecond))
	eventually(t, 15*time.Second, "somebody is to call back", func() bool {
		for _, k := range op.tasks() {
			if k.Purpose == "callback" {
				return true
			}
		}
		return false
	})
	left, right := w.recording(v.Key)
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz), "the recording is playable and holds both up to the kill")
	w.resident.Hangup()
	w.ready(30 * time.Second)
	w.trunkUp("operator", "Транк X")
	again := op.desk(speech(operatorHz))
	seen := map[string]bool{}
	eventually(t, 60*time.Second, "an operator works again", func() bool { // the call-back comes first
		c, err := again.Call(within(t, 10*time.Second), "ringing")
		if err != nil {
			return false
		}
		seen[c.Purpose] = true
		return seen["callback"]
	})
}

// TestEverythingIsKilled: kill -9 of the worker's process (database and engine go
// with it) in the middle of an escalation. No acknowledged row is lost and the
// overdue step runs at once.
func TestEverythingIsKilled(t *testing.T) {
	t.Parallel()
	p := newPlace()
	x := startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, line, map[string]string{
		seed.MemberPhone(0, 0): sippExecutor(t, p.ip(atExecutor), 486), seed.MemberPhone(0, 1): sippExecutor(t, p.ip(atExecutor), 0), seed.MemberPhone(0, 2): sippExecutor(t, p.ip(atExecutor), 486),
	})
	h := newHouse(t, p, append(trunkArgs(x.addr, nowhere(t, p.ip(atY))), "--pace", "60")...)
	h.trunkUp("operator", "Транк X")
	op := h.login("operator")
	var made []ticket
	for range 5 {
		made = append(made, op.flood(""))
	}
	last := made[len(made)-1]
	eventually(t, 30*time.Second, "the first executor is rung", func() bool { return len(op.calls()) > 0 })
	require.NoError(t, h.cmd.Process.Kill())
	<-h.exited
	began := time.Now()
	h.start()
	t.Logf("ready again %s after the kill", time.Since(began).Round(time.Millisecond))
	op = h.login("operator")
	for _, m := range made {
		require.Equal(t, m.Number, op.ticket(m.ID).Number, "an acknowledged request is there")
	}
	eventually(t, 60*time.Second, "the escalation goes on to the next levels", func() bool {
		phones := map[string]bool{}
		for _, c := range op.calls() {
			phones[c.Phone] = true
		}
		return phones[seed.MemberPhone(0, 0)] && phones[seed.MemberPhone(0, 1)]
	})
	require.Equal(t, "new", op.ticket(last.ID).Status)
}

// TestPostgresIsKilled: a talk goes on while the database is away, and its record
// is written afterwards.
func TestPostgresIsKilled(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	op := w.login("operator")
	desk := op.desk(speech(operatorHz))
	v := w.talk(desk)
	made := op.flood(v.Key)
	require.NoError(t, syscall.Kill(w.postgres(), syscall.SIGKILL))
	before := len(w.resident.Heard())
	eventually(t, 10*time.Second, "the talk goes on", func() bool { return len(w.resident.Heard()) > before+16000 })
	w.resident.Hangup()
	require.NoError(t, desk.InState(within(t, 10*time.Second), "wrap_up"))
	w.ready(40 * time.Second)
	eventually(t, 20*time.Second, "the call's record is written", func() bool {
		status, err := op.try(http.MethodGet, "/calls", nil, nil)
		return err == nil && status == http.StatusOK && op.callOf(v.Key).EndedAt != nil
	})
	require.False(t, op.callOf(v.Key).IsCut)
	require.Equal(t, made.Number, op.ticket(made.ID).Number)
	left, right := w.recording(v.Key)
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz))
}

// TestDatabaseIsAwayForAMinute: PostgreSQL stands still, which is worse than dead, as
// nothing is refused. The talk goes on, ends in its minute, and is written down as
// it was: not cut, with the hour at which it really ended.
func TestDatabaseIsAwayForAMinute(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	op := w.login("operator")
	desk := op.desk(speech(operatorHz))
	v := w.talk(desk)
	still := func(sig syscall.Signal) {
		for _, pid := range append(children(w.postgres()), w.postgres()) {
			_ = syscall.Kill(pid, sig) // one of them may just have ended
		}
	}
	still(syscall.SIGSTOP)
	defer still(syscall.SIGCONT)
	away := time.Now()
	before := len(w.resident.Heard())
	eventually(t, 55*time.Second, "the talk goes on for forty seconds", func() bool { return len(w.resident.Heard()) > before+40*8000 })
	require.Equal(t, http.StatusOK, ask(w.page+"/healthz"))
	require.Equal(t, http.StatusServiceUnavailable, ask(w.page+"/readyz"))
	w.resident.Hangup()
	require.NoError(t, desk.InState(within(t, 10*time.Second), "wrap_up"))
	ended := time.Now()
	<-time.After(time.Until(away.Add(time.Minute)))
	still(syscall.SIGCONT)
	w.ready(30 * time.Second)
	eventually(t, 20*time.Second, "the call's record is written", func() bool {
		var list struct{ Items []call }
		_, err := op.try(http.MethodGet, "/calls", nil, &list)
		return err == nil && op.callOf(v.Key).EndedAt != nil
	})
	c := op.callOf(v.Key)
	require.False(t, c.IsCut)
	require.WithinDuration(t, ended, *c.EndedAt, 5*time.Second)
	left, right := w.recording(v.Key)
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz))
}

// TestEmergencyRingsThreeForeignPhones is the escalation with its times divided by
// 60, in real time: the first executor is busy, the second does not answer, the
// third takes his phone, hears the words and is asked for a key; nobody of the
// operators is there.
func TestEmergencyRingsThreeForeignPhones(t *testing.T) {
	t.Parallel()
	p := newPlace()
	third := foreign.StartBaresip(t, foreign.Account{IP: p.ip(atExecutor), User: seed.MemberPhone(0, 2), Answer: "auto", Voice: executorHz})
	x := startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, line, map[string]string{
		seed.MemberPhone(0, 0): sippExecutor(t, p.ip(atExecutor), 486), seed.MemberPhone(0, 1): sippExecutor(t, p.ip(atExecutor), 0), seed.MemberPhone(0, 2): third.Addr,
	})
	h := newHouse(t, p, append(trunkArgs(x.addr, nowhere(t, p.ip(atY))), "--pace", "60")...)
	h.trunkUp("operator", "Транк X")
	op := h.login("operator")
	began := time.Now()
	made := op.flood("")
	first := map[string]time.Duration{}
	outcomes := map[string]string{}
	eventually(t, 90*time.Second, "three phones ring one after another", func() bool {
		for _, c := range op.calls() {
			if _, ok := first[c.Phone]; !ok {
				first[c.Phone] = time.Since(began)
			}
			if c.Outcome != "" {
				outcomes[c.Phone] = c.Outcome
			}
		}
		return len(first) == 3
	})
	t.Logf("first rings: %v", first)
	a, b, c := first[seed.MemberPhone(0, 0)], first[seed.MemberPhone(0, 1)], first[seed.MemberPhone(0, 2)]
	require.True(t, a < b && b < c, "by level")
	require.Less(t, a, 5*time.Second, "nobody free: the system dials itself after 60 s, here one")
	require.Less(t, c-a, 25*time.Second, "two levels of ten minutes, here ten seconds")
	require.Equal(t, "busy", outcomes[seed.MemberPhone(0, 0)])
	eventually(t, 20*time.Second, "the third hears the request", func() bool { return len(third.Heard()) > 3*8000 })
	eventually(t, 10*time.Second, "the second did not answer", func() bool {
		for _, c := range op.calls() {
			if c.Phone == seed.MemberPhone(0, 1) && c.Outcome == "no_answer" {
				return true
			}
		}
		return false
	})
	third.Say("sndcode", "1")
	eventually(t, 20*time.Second, "key 1 accepts", func() bool { third.Say("sndcode", "1"); return op.ticket(made.ID).Status == "accepted" })
	var events struct{ Items []struct{ Kind, Text string } }
	op.do(http.MethodGet, fmt.Sprintf("/tickets/%d/events", made.ID), nil, &events)
	require.NotEmpty(t, events.Items)
}
