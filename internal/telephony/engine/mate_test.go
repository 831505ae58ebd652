package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
)

// colleague is operator n at work, whose voice is another than the first one's.
func (w *world) colleague(n int) *softphone.Phone {
	w.t.Helper()
	p, err := softphone.Open(w.ctx(), softphone.Options{
		URL: "ws://" + w.engine.DoorAddr() + "/api/v1/desk/ws", Token: fmt.Sprintf("op-%d", n), Tab: "tab", Voice: media.Tone(executorTone, time.Second),
	})
	require.NoError(w.t, err)
	w.t.Cleanup(p.Close)
	require.NoError(w.t, p.Ready(w.ctx()))
	return p
}

func (w *world) leads(op *softphone.Phone, call string, operator int64, mode telephony.TransferMode) {
	op.Send(w.ctx(), map[string]any{"type": "transfer", "call": call, "operator": operator, "mode": mode})
}

// led rings the colleague, who sees who leads whom to him.
func (w *world) led(op, mate *softphone.Phone, key string, mode telephony.TransferMode) {
	w.t.Helper()
	w.leads(op, key, 2, mode)
	v, err := mate.Call(w.ctx(), "ringing")
	require.NoError(w.t, err)
	require.Equal(w.t, []string{key, "+79000001001", "Оператор"}, []string{v.Key, v.Phone, v.Transfer.By})
}

func (w *world) states() (out []telephony.TransferState) {
	for _, x := range w.steps() {
		require.Equal(w.t, int64(2), x.Operator)
		require.Zero(w.t, x.Person)
		out = append(out, x.State)
	}
	return out
}

// TestTheOperatorSpeaksToAColleagueFirst is SR2 among operators: the two speak while the caller
// hears music, then the colleague has him, and the first has nothing more to do with the call.
func TestTheOperatorSpeaksToAColleagueFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, key, leg, resident := w.inTalk()
	op.Send(w.ctx(), map[string]any{"type": "hold", "call": key, "on": true})
	v, err := op.Call(w.ctx(), "held")
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), v.HeldAt, 10*time.Second) // F19: a hold that may be forgotten
	op.Send(w.ctx(), map[string]any{"type": "hold", "call": key, "on": false})
	v, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Zero(t, v.HeldAt)
	mate := w.colleague(2)
	w.led(op, mate, key, telephony.Consult)
	require.Zero(t, op.View().HeldAt, "of a transfer nobody is reminded")
	mate.Do(w.ctx(), "answer", key)
	w.transferIs(op, telephony.TransferAnswered)
	w.hears("the first hears the colleague", op, executorTone)
	w.hears("the colleague hears the first", mate, operatorTone)
	require.True(t, resident.without(operatorTone), "the caller hears music")
	require.False(t, resident.heard(executorTone))

	mate.Do(w.ctx(), "transfer_connect", key) // it is not for him to say
	mate.Do(w.ctx(), "hold", key)
	require.Equal(t, string(telephony.TransferAnswered), op.View().Transfer.State)
	mate.Forget()
	op.Do(w.ctx(), "transfer_connect", key)
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	lost, err := op.Lost(w.ctx())
	require.NoError(t, err)
	require.Equal(t, softphone.Taken{Call: key, By: "Оператор", Led: true}, lost)
	w.eventually("the caller hears the colleague", func() bool { return resident.heard(executorTone) })
	w.hears("who hears him", mate, residentTone)
	v, err = mate.Call(w.ctx(), "talking")
	require.NoError(t, err)
	require.Empty(t, v.Transfer.By, "he is nobody's guest any more")
	leg.Hangup()
	end := w.desk.ended(t)
	require.Equal(t, []any{telephony.Answered, int64(2)}, []any{end.Outcome, end.Operator})
	require.NoError(t, mate.InState(w.ctx(), "wrap_up"))
	require.Equal(t, []telephony.TransferState{telephony.TransferAsked, telephony.TransferAnswered, telephony.TransferJoined}, w.states())
	w.inOrder()
}

// TestAColleagueWhoDoesNotTakeTheCaller: he is the first one's again, who sees why. Who did not
// answer rests, as after any ring; who said no, or spoke and hung up, is free.
func TestAColleagueWhoDoesNotTakeTheCaller(t *testing.T) {
	t.Parallel()
	for why, tt := range map[string]struct {
		does  func(w *world, mate *softphone.Phone, key string)
		state string
		miss  telephony.Miss
	}{
		"не отвечает":      {func(*world, *softphone.Phone, string) {}, "pause", telephony.MissNotTaken},
		"отклонил вызов":   {func(w *world, m *softphone.Phone, key string) { m.Do(w.ctx(), "decline", key) }, "ready", telephony.MissDeclined},
		"положил трубку":   {func(w *world, m *softphone.Phone, key string) { w.speaksAside(m, key); m.Do(w.ctx(), "hangup", key) }, "ready", ""},
		"связи с ним нет":  {func(w *world, m *softphone.Phone, key string) { w.speaksAside(m, key); m.Close() }, "", ""},
		"перевод отменён":  {func(w *world, m *softphone.Phone, key string) { w.speaksAside(m, key) }, "ready", ""},
		"перевод отменён ": {func(*world, *softphone.Phone, string) {}, "ready", ""},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			op, key, _, resident := w.inTalk()
			mate := w.colleague(2)
			began := time.Now()
			w.led(op, mate, key, telephony.Consult)
			tt.does(w, mate, key)
			cancelled := strings.HasPrefix(why, "перевод")
			if cancelled {
				op.Do(w.ctx(), "transfer_back", key)
			}
			v := w.transferIs(op, telephony.TransferBack)
			require.Equal(t, []string{strings.TrimSpace(why), "talking"}, []string{v.Transfer.Why, v.State})
			if why == "не отвечает" {
				require.InDelta(t, transferFor.Seconds()/10, time.Since(began).Seconds(), 1)
			}
			resident.forget()
			w.eventually("he speaks with the first", func() bool { return resident.heard(operatorTone) })
			if tt.state != "" {
				require.NoError(t, mate.InState(w.ctx(), tt.state))
			}
			w.desk.mu.Lock()
			defer w.desk.mu.Unlock()
			var misses []telephony.Miss
			for _, r := range w.desk.reports {
				if r.Kind == telephony.CallMissed && r.Operator == 2 {
					misses = append(misses, r.Miss)
				}
			}
			if tt.miss == "" {
				require.Empty(t, misses)
			} else {
				require.Equal(t, []telephony.Miss{tt.miss}, misses)
			}
		})
	}
}

// speaksAside: the colleague has answered and speaks with who leads the caller to him.
func (w *world) speaksAside(mate *softphone.Phone, key string) {
	w.t.Helper()
	mate.Do(w.ctx(), "answer", key)
	_, err := mate.Call(w.ctx(), "talking")
	require.NoError(w.t, err)
	w.hears("they speak", mate, operatorTone)
}

// TestAColleagueHasTheCallerAtOnce: no word of the first is needed, he may go before.
func TestAColleagueHasTheCallerAtOnce(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]bool{"waits": false, "leaves": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			op, key, _, resident := w.inTalk()
			mate := w.colleague(2)
			w.led(op, mate, key, telephony.AtOnce)
			if leaves {
				op.Do(w.ctx(), "hangup", key)
				require.NoError(t, op.InState(w.ctx(), "wrap_up"))
			}
			mate.Do(w.ctx(), "answer", key)
			w.eventually("they speak", func() bool { return resident.heard(executorTone) })
			require.NoError(t, op.InState(w.ctx(), "wrap_up"))
		})
	}
}

// TestACallerOfAnOperatorWhoLeftIsNotLost: the colleague did not answer, the first is gone.
func TestACallerOfAnOperatorWhoLeftIsNotLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, key, _, _ := w.inTalk()
	mate := w.colleague(2)
	w.led(op, mate, key, telephony.AtOnce)
	op.Do(w.ctx(), "hangup", key)
	require.NoError(t, mate.InState(w.ctx(), "pause"))
	v, err := w.operator(3, true).Call(w.ctx(), "ringing")
	require.NoError(t, err)
	require.Equal(t, []any{key, true}, []any{v.Key, v.Returned})
}

// TestWhoCannotBeLedToAColleagueStays: himself, one who is on a break or not there, another
// company's own (F20). Nobody is rung, the two speak on.
func TestWhoCannotBeLedToAColleagueStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	op, key, _, resident := w.inTalk()
	rests, stranger := w.operator(2, false), w.own(2, 7)
	for operator, code := range map[int64]string{1: "transfer.self", 2: "transfer.busy", 5: "transfer.nobody", onLoop(w, func() (id int64) {
		for _, s := range w.engine.seats {
			if s.who.Own == 2 {
				id = s.who.UserID
			}
		}
		return id
	}): "transfer.nobody"} {
		w.leads(op, key, operator, telephony.AtOnce)
		w.eventually(code, func() bool { return strings.Join(op.Errors(), "") == code })
	}
	resident.forget()
	w.eventually("they speak on", func() bool { return resident.heard(operatorTone) })
	require.Empty(t, w.steps())
	require.Empty(t, rests.View().Key+stranger.View().Key)

	op.Send(w.ctx(), map[string]any{"type": "colleagues", "call": key})
	m, err := op.Message(w.ctx(), "colleagues")
	require.NoError(t, err)
	require.Equal(t, []softphone.Colleague{{ID: 2, State: "pause", Number: telephony.ShortNumber(2)}}, m.Colleagues, "of one's own kind only")
}

// TestACallerWhoGoesFreesTheColleague, whether his phone rings or he speaks aside: a ring that
// he has heard in vain is a missed one.
func TestACallerWhoGoesFreesTheColleague(t *testing.T) {
	t.Parallel()
	for name, speaks := range map[string]bool{"rings": false, "speaks": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			op, key, leg, _ := w.inTalk()
			mate := w.colleague(2)
			w.led(op, mate, key, telephony.Consult)
			if speaks {
				w.speaksAside(mate, key)
			}
			leg.Hangup()
			require.NoError(t, mate.InState(w.ctx(), "ready"))
			require.NoError(t, op.InState(w.ctx(), "wrap_up"))
			w.desk.until(t, "his call is over", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded && r.CallKey == key })
			var missed []telephony.Miss
			w.desk.mu.Lock()
			for _, r := range w.desk.reports {
				if r.Kind == telephony.CallMissed && r.Operator == 2 && r.CallKey == key {
					missed = append(missed, r.Miss)
				}
			}
			w.desk.mu.Unlock()
			if speaks {
				require.Empty(t, missed)
			} else {
				require.Equal(t, []telephony.Miss{telephony.MissGaveUp}, missed)
			}
			_, _ = w.resident("+79000001002")
			v, err := mate.Call(w.ctx(), "ringing")
			require.NoError(t, err)
			require.NotEqual(t, key, v.Key)
		})
	}
}

// TestADeskPhoneLeadsTheCallerToAColleague by his short number; the colleague works by a
// telephone too.
func TestADeskPhoneLeadsTheCallerToAColleague(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), competent)
	his := w.ownPhone("127.0.65.5", "op2")
	op, say, resident := w.byBaresip("127.0.65.4")
	mate := w.byDesk(2)
	w.referred(say, telephony.ShortNumber(2), "")
	ring := <-his.in
	require.NoError(t, ring.Answer())
	w.party(ring, executorTone)
	w.eventually("the caller hears the colleague", func() bool { return resident.heard(executorTone) })
	require.NoError(t, op.InState(w.ctx(), "wrap_up"))
	_, err := mate.Call(w.ctx(), "talking")
	require.NoError(t, err)
	w.eventually("the first telephone is free", func() bool { return onLoop(w, func() bool { return w.engine.seats[1].device.port() == nil }) })
	ring.Hangup()
	require.Equal(t, int64(2), w.desk.ended(t).Operator)
	require.Equal(t, []telephony.TransferState{telephony.TransferAsked, telephony.TransferJoined}, w.states())
}
