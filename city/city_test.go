package city_test

import (
	"context"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/city"
	"d24/voip/g711"
	"d24/voip/media"
	"d24/voip/sip"
	"d24/voip/speech"
)

func TestATrunkRegistersOnlyWithItsPassword(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.11", "127.0.24.12", nil)
	p := newProduct(t, "127.0.24.13", c)
	require.True(t, c.Provider("X").Registered())
	require.True(t, c.Provider("Y").Registered())
	p.x.Close()
	eventually(t, "X is told", func() bool { return !c.Provider("X").Registered() })
	require.NotEmpty(t, events(c, city.TrunkDown))

	wrong := p.account("X", "d24-x", "guess")
	defer wrong.Close()
	eventually(t, "refused", func() bool {
		_, text := wrong.State()
		return text == "провайдер не принял имя или пароль"
	})
	require.False(t, c.Provider("X").Registered())
	_, de := p.Dial(context.Background(), sip.Target{User: executor, Host: c.Provider("X").Addr().String(), From: lineX, AuthUser: "d24-x", Password: "guess"})
	require.Equal(t, 407, de.Code, "a call needs the password too")
}

func TestAResidentAndTheProductHearEachOther(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.21", "127.0.24.22", nil)
	p := newProduct(t, "127.0.24.23", c)
	for _, line := range []string{lineX, lineY} {
		k := c.Resident(resident).Call("8 (343) "+line[5:8]+"-"+line[8:10]+"-"+line[10:], city.Script{Tone: 440})
		leg := p.next()
		require.Equal(t, line, leg.To(), "the number dialled")
		require.Equal(t, resident, leg.From())
		require.Equal(t, city.Dials, k.State())
		require.NoError(t, leg.Ring())
		eventually(t, "it rings", func() bool { return k.State() == city.Rings })
		h := listen(leg)
		require.NoError(t, leg.Answer())
		p.pacer.Start(leg.Media(), media.Tone(880, time.Second), true)
		eventually(t, "the resident hears us", func() bool { return k.Heard(880) })
		eventually(t, "we hear the resident", func() bool { return h.heard(440) })
		require.False(t, h.heard(880))
		leg.Hangup()
		require.Equal(t, city.End{By: sip.Them, Answered: true, Text: "положили трубку на том конце"}, k.End())
		require.False(t, k.Times().Greeted.IsZero())
		require.Nil(t, c.Resident(resident).Current())
	}
	// he hides his number, and leaves by himself
	k := c.Resident(resident).Call(lineX, city.Script{Anonymous: true})
	leg := p.next()
	require.Empty(t, leg.From())
	require.NoError(t, leg.Answer())
	k.Hangup()
	require.Equal(t, sip.Them, leg.End().By)
	// he does not wait for an answer
	k = c.Resident(resident).Call(lineX, city.Script{HangUp: city.Duration(200 * time.Millisecond)})
	require.Equal(t, sip.ByCancel, p.next().End().Cause)
	require.False(t, k.End().Answered)
	// a number that is no line
	k = c.Resident(resident).Call("+73430000999", city.Script{})
	require.Equal(t, 404, k.End().Code)
}

// TestAResidentSpeaksInHisTurn: not into the music, but when a voice has spoken
// and fallen silent.
func TestAResidentSpeaksInHisTurn(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.31", "127.0.24.32", nil)
	p := newProduct(t, "127.0.24.33", c)
	k := c.Resident(resident).Call(lineX, city.Script{Say: []string{"Топит с потолка.", "{address}"}, Leaves: true})
	leg := p.next()
	require.NoError(t, leg.Answer())
	stop, _ := p.pacer.Start(leg.Media(), media.Music(), true)
	eventually(t, "he hears music", func() bool { return k.Level() > -40 })
	time.Sleep(2 * time.Second) // nothing is to happen
	require.Empty(t, events(c, city.Said), "he does not speak into music")
	stop()
	said := func(n int) {
		t.Helper()
		_, done := p.pacer.Start(leg.Media(), media.Tone(300, time.Second), false)
		<-done
		eventually(t, "he speaks", func() bool { return len(events(c, city.Said)) == n })
	}
	said(1)
	said(2)
	require.Equal(t, "Озёрная, дом 4, квартира 2.", events(c, city.Said)[1].Text)
	require.Equal(t, sip.Us, k.End().By, "he has said everything and leaves")
	require.Equal(t, sip.Them, leg.End().By)
	// nobody speaks with him: his patience ends
	k = c.Resident(resident).Call(lineX, city.Script{Say: []string{"Алло."}, Patience: city.Duration(500 * time.Millisecond)})
	require.NoError(t, p.next().Answer())
	require.Equal(t, sip.Us, k.End().By)
}

func TestExecutors(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.41", "127.0.24.42", nil)
	p := newProduct(t, "127.0.24.43", c)
	soon := city.Duration(50 * time.Millisecond)
	behave := func(b city.Behaviour) { b.After = soon; c.Executor(executor).Behave(b) }
	ring := func(limit time.Duration) (*sip.Leg, *sip.DialError) {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		return p.dial(ctx, "Y", executor)
	}
	for do, code := range map[city.Mood]int{city.Busy: 486, city.Reject: 603, city.Unavailable: 480} {
		behave(city.Behaviour{Do: do, Script: city.Script{Say: []string{"Нет."}}})
		eventually(t, "his phone is free", func() bool { return c.Executor(executor).Current() == nil })
		_, de := ring(20 * time.Second)
		require.NotNil(t, de, do)
		require.Equal(t, code, de.Code, do)
	}
	behave(city.Behaviour{Do: city.NoAnswer})
	eventually(t, "his phone is free before it rings on", func() bool { return c.Executor(executor).Current() == nil })
	_, de := ring(500 * time.Millisecond)
	require.True(t, de.Ended, "it rings until we give up")
	eventually(t, "his phone is free again", func() bool { return c.Executor(executor).Current() == nil })

	behave(city.Behaviour{Do: city.PressOne})
	leg, de := ring(20 * time.Second)
	require.Nil(t, de)
	h := listen(leg)
	p.pacer.Start(leg.Media(), media.Tone(500, time.Second), true) // an announcement
	eventually(t, "he presses 1", func() bool { return h.pressed() == "1" })
	_, de = ring(20 * time.Second)
	require.Equal(t, 486, de.Code, "he has one line")
	leg.Hangup()
	require.True(t, c.Executor(executor).Last().End().Answered)

	for do, word := range map[city.Mood]string{city.Accept: "Понял, принимаю. Выезжаю.", city.SaysDone: "Сделано. Заявка выполнена.", city.SaysNo: "Не могу, я на другом объекте."} {
		behave(city.Behaviour{Do: do})
		leg, de = ring(20 * time.Second)
		require.Nil(t, de)
		h = listen(leg)
		eventually(t, "he speaks first", func() bool { return h.heard(620) }) // a tone stands for the voice
		p.pacer.Start(leg.Media(), media.Tone(300, time.Second), false)
		eventually(t, "he says it", func() bool { all := events(c, city.Said); return all[len(all)-1].Text == word })
		leg.Hangup()
		<-c.Executor(executor).Last().Done()
	}
	_, de = p.dial(context.Background(), "X", "+79995550000")
	require.Equal(t, 404, de.Code)
	require.Equal(t, "79995550000", events(c, city.Unknown)[0].Number)
	leg, de = p.dial(context.Background(), "X", "+79000002042") // of the block, though nobody is listed
	require.Nil(t, de)
	leg.Hangup()
}

// TestByHand: a person at the page takes, refuses, speaks and presses.
func TestByHand(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.51", "127.0.24.52", nil)
	p := newProduct(t, "127.0.24.53", c)
	s := c.Executor(executor)
	s.SetMode(city.ByHand)
	result := make(chan *sip.DialError, 1)
	legs := make(chan *sip.Leg, 1)
	dial := func() {
		l, de := p.dial(context.Background(), "X", executor)
		legs <- l
		result <- de
	}
	go dial()
	eventually(t, "it rings", func() bool { return s.Current() != nil })
	require.True(t, s.Current().Refuse())
	<-legs
	require.Equal(t, 603, (<-result).Code)
	eventually(t, "free", func() bool { return s.Current() == nil })
	go dial()
	eventually(t, "it rings", func() bool { return s.Current() != nil })
	k := s.Current()
	require.False(t, k.Say("рано"))
	require.True(t, k.Take())
	leg := <-legs
	require.Nil(t, <-result)
	h := listen(leg)
	eventually(t, "talking", func() bool { return k.State() == city.Talks })
	require.True(t, k.Say("Принял."))
	eventually(t, "we hear it", func() bool { return h.heard(620) })
	require.True(t, k.Press("1#"))
	require.False(t, k.Press("x"))
	eventually(t, "keys", func() bool { return h.pressed() == "1#" })
	k.Speak(media.Tone(1500, 2*time.Second).ALaw()[:25*g711.Frame]) // half a second, which is what waits at most
	k.Speak(media.Tone(1500, 2*time.Second).ALaw()[:25*g711.Frame])
	eventually(t, "the microphone is heard", func() bool { return h.heard(1500) })
	k.Hangup()
	require.Equal(t, sip.Them, leg.End().By)
	eventually(t, "nobody is there any more", func() bool { return !k.Say("поздно") })
}

// TestProvidersGoDown: F8: a provider that says nothing, and one that refuses.
func TestProvidersGoDown(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.61", "127.0.24.62", nil)
	p := newProduct(t, "127.0.24.63", c)
	x, y := c.Provider("X"), c.Provider("Y")
	require.Error(t, x.Switch("broken"))
	require.NoError(t, x.Switch(city.Silent))
	began := time.Now()
	_, de := p.dial(context.Background(), "X", executor)
	require.True(t, de.Silent)
	require.Less(t, time.Since(began), 8*time.Second, "given up after 3 s, on a loaded machine too")
	eventually(t, "our trunk sees it", func() bool { return !up(p.x) })
	require.Equal(t, 503, c.Resident(resident).Call(lineX, city.Script{}).End().Code, "nor can residents call")
	require.NotEmpty(t, events(c, city.Missed))

	require.NoError(t, y.Switch(city.Refuses))
	_, de = p.dial(context.Background(), "Y", executor)
	require.Equal(t, 503, de.Code)
	eventually(t, "our trunk sees it", func() bool { return !up(p.y) })
	require.False(t, y.Registered())

	require.NoError(t, x.Switch(city.Up))
	require.NoError(t, y.Switch(city.Up))
	eventually(t, "both are back", func() bool { return up(p.x) && up(p.y) && x.Registered() && y.Registered() })
	c.Resident(resident).Call(lineX, city.Script{})
	require.NoError(t, p.next().Answer())
}

// TestACallBetweenNumbersOfOursComesBack: a synthetic call of the product goes out by one
// provider and comes back by the other, with sound and keys; it is no call of the city.
func TestACallBetweenNumbersOfOursComesBack(t *testing.T) {
	t.Parallel()
	c := newCity(t, "127.0.24.64", "127.0.24.65", nil)
	p := newProduct(t, "127.0.24.66", c)
	in := make(chan *listener, 1)
	go func() {
		leg := p.next()
		if leg.Answer() == nil {
			p.pacer.Start(leg.Media(), media.Tone(1500, time.Second), true)
			in <- listen(leg)
		}
	}()
	leg, de := p.dial(context.Background(), "X", lineY)
	require.Nil(t, de)
	h := listen(leg)
	p.pacer.Start(leg.Media(), media.Tone(440, time.Second), true)
	eventually(t, "its sound comes", func() bool { return h.heard(1500) })
	far := <-in
	eventually(t, "ours goes", func() bool { return far.heard(440) })
	leg.Media().SendDigit('#', 0)
	eventually(t, "and keys", func() bool { return far.pressed() == "#" })
	require.Empty(t, events(c, city.Unknown))
	leg.Hangup()
	eventually(t, "nothing is left of it", func() bool { return c.Counts().Legs == 0 })
	require.NoError(t, c.Provider("Y").Switch(city.Silent))
	_, de = p.dial(context.Background(), "X", lineY)
	require.Equal(t, 480, de.Code, "the other provider is down")
}

func TestOnlyThisMachine(t *testing.T) {
	t.Parallel()
	_, err := city.New(city.Demo(netip.MustParseAddrPort("0.0.0.0:0"), netip.MustParseAddrPort("127.0.24.72:0")))
	require.ErrorContains(t, err, "не на этой машине")
	_, err = city.New(city.Config{})
	require.Error(t, err)
}

// TestNothingIsLeft after calls that end in every way, and after Close. It runs
// alone: it counts goroutines.
func TestNothingIsLeft(t *testing.T) { //nolint:paralleltest // see above
	before := runtime.NumGoroutine()
	t.Run("calls", func(t *testing.T) { //nolint:paralleltest // see above
		c := newCity(t, "127.0.24.81", "127.0.24.82", nil)
		p := newProduct(t, "127.0.24.83", c)
		c.Executor(executor).Behave(city.Behaviour{Do: city.Answer, After: city.Duration(time.Millisecond)})
		for i := range 10 {
			k := c.Resident(resident).Call(lineX, city.Script{Tone: 440})
			leg := p.next()
			switch i % 4 {
			case 0:
				leg.Reject(486, "Busy Here")
			case 1:
				require.NoError(t, leg.Answer())
				leg.Hangup()
			case 2:
				require.NoError(t, leg.Answer())
				k.Hangup()
			default:
				k.Hangup()
			}
			<-k.Done()
			<-leg.Done()
			out, de := p.dial(context.Background(), "Y", executor)
			require.Nil(t, de)
			out.Hangup()
			<-c.Executor(executor).Last().Done()
		}
		eventually(t, "the city is empty", func() bool { return c.Counts() == city.Counts{} })
		eventually(t, "we are too", func() bool { return p.Live() == 0 && p.ports.InUse() == 0 })
		c.Resident(resident).Call(lineX, city.Script{}) // one is under way when the city closes
		leg := p.next()
		require.NoError(t, leg.Answer())
		c.Close()
		<-leg.Done()
		require.Equal(t, city.Counts{}, c.Counts())
	})
	eventually(t, "goroutines are back", func() bool { return runtime.NumGoroutine() <= before })
}

// TestAVoice: with an engine he speaks words, not a tone.
func TestAVoice(t *testing.T) {
	t.Parallel()
	v, err := speech.NewEspeak()
	require.NoError(t, err)
	c := newCity(t, "127.0.24.91", "127.0.24.92", func(cfg *city.Config) { cfg.Voice = v })
	p := newProduct(t, "127.0.24.93", c)
	c.Executor(executor).Behave(city.Behaviour{Do: city.Answer, After: city.Duration(time.Millisecond)})
	leg, de := p.dial(context.Background(), "X", executor)
	require.Nil(t, de)
	h := listen(leg)
	eventually(t, "he speaks", func() bool { return h.loudest() > -25 })
	require.False(t, h.heard(620), "not the tone that stands in for a voice")
	leg.Hangup()
}
