package engine

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	lib "github.com/emiago/sipgo/sip"
	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
	"d24/test/foreign"
	"d24/voip/rtp"
	"d24/voip/sip"
)

func (d *desk) DeskPhones(context.Context) ([]telephony.DeskPhone, []string, error) {
	if d.unread.Load() {
		return nil, nil, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.handsets, d.lifted, nil
}

// accountOf is operator N's phone, with a password that its name tells.
func accountOf(n int64) telephony.DeskPhone {
	name := fmt.Sprintf("op%d", n)
	return telephony.DeskPhone{ID: 100 + n, UserID: n, Name: name, Digest: telephony.PhoneDigest(name, "secret-"+name)}
}

// telephone is a desk phone of our own make.
type telephone struct {
	*sip.Stack
	w    *world
	user string
	in   chan *sip.Leg
}

func (w *world) telephone(ip, user string) *telephone {
	w.t.Helper()
	p := &telephone{w: w, user: user, in: make(chan *sip.Leg, 10)}
	a, filter := netip.MustParseAddr(ip), sip.NewFilter()
	require.NoError(w.t, filter.Set([]string{w.engine.handsets.addr().Addr().String()}))
	var err error
	p.Stack, err = sip.Listen(sip.Config{Listen: netip.AddrPortFrom(a, 0), Ports: rtp.NewPorts(a, 20000, 20400), Filter: filter, OnInvite: func(l *sip.Leg) { p.in <- l }})
	require.NoError(w.t, err)
	w.t.Cleanup(p.Close)
	return p
}

// register says with what it was answered; 0: not at all.
func (p *telephone) register(password, expires string) int {
	p.w.t.Helper()
	req := p.Request(lib.REGISTER, p.user, p.w.engine.handsets.addr().String(), "", "")
	req.AppendHeader(p.Contact(p.user, ""))
	req.AppendHeader(lib.NewHeader("Expires", expires))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	res, err := p.Do(ctx, req, p.user, password)
	if err != nil {
		return 0
	}
	return res.StatusCode
}

func (w *world) registered(user string) (at string) {
	b, ok := w.engine.handsets.reg.Lookup(user)
	if !ok {
		return ""
	}
	return b.Source
}

func withPhones(n ...int64) func(*desk) {
	return func(d *desk) {
		d.handsets = []telephony.DeskPhone{}
		for _, id := range n {
			d.handsets = append(d.handsets, accountOf(id))
		}
	}
}

// baresip is a telephone that we have not made, with an account of ours.
func (w *world) baresip(ip, user, answer string) (at string, say func(command, params string)) {
	w.t.Helper()
	return w.baresipOver("udp", ip, user, answer)
}

func (w *world) baresipOver(transport, ip, user, answer string) (at string, say func(command, params string)) {
	w.t.Helper()
	b := foreign.StartBaresip(w.t, foreign.Account{IP: ip, User: user, Answer: answer, Voice: operatorTone, Registrar: w.engine.handsets.addr().String(), Transport: transport, Password: "secret-" + user})
	return b.Addr, func(command, params string) { require.NotEmpty(w.t, b.Say(command, params)) }
}

// TestADeskPhoneRegisters: with its password, while its account is in force, and the floor
// shows it; before the accounts are known nobody's password is wrong.
func TestADeskPhoneRegisters(t *testing.T) {
	w := newWorld(t, withPhones(1, 2), func(d *desk) { d.unread.Store(true) })
	p := w.telephone("127.0.63.1", "op1")
	require.Equal(t, 503, p.register("secret-op1", "60"), "the accounts are not known yet")
	w.desk.unread.Store(false)
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	require.Equal(t, 200, p.register("secret-op1", "60"))
	require.Equal(t, 403, p.register("secret-op2", "60"))
	require.Equal(t, p.Addr().String(), w.registered("op1"), "a wrong password ends nothing")

	at, _ := w.baresip("127.0.63.2", "op2", "")
	w.eventually("a foreign phone registers", func() bool { return w.registered("op2") == at })
	var f telephony.Floor
	w.eventually("the floor shows both", func() bool { f = telephony.Floor{}; w.engine.handsets.floor(&f); return len(f.Phones) == 2 })
	require.Equal(t, []any{int64(101), p.Addr().String()}, []any{f.Phones[0].ID, f.Phones[0].From})
	require.Contains(t, f.Phones[1].Agent, "baresip")
	require.Equal(t, w.engine.handsets.addr().String(), f.PhonesAt)

	_, de := p.Dial(w.ctx(), sip.Target{User: "88095551234", Host: w.engine.handsets.addr().String(), From: "op1", AuthUser: "op1", Password: "secret-op1"})
	require.Equal(t, 403, de.Code, "a phone of ours does not dial outside (S9)")
	require.Empty(t, w.phones.legs)

	w.desk.mu.Lock()
	w.desk.handsets = []telephony.DeskPhone{accountOf(2)}
	w.desk.mu.Unlock()
	w.eventually("withdrawn", func() bool { return w.registered("op1") == "" })
	require.Equal(t, 403, p.register("secret-op1", "60"), "an unknown name is answered as a wrong password")
	require.NotEmpty(t, w.registered("op2"))
}

// TestGuessersAreShutOut is S8: a thousand guesses of sipp from the address of an office whose
// phone is registered. None is let in, not even the right one that comes after the ban; the
// phone registers anew and is heard, and so is another phone of that office. An address without
// phones of ours is shut out whole, until the ban is lifted.
func TestGuessersAreShutOut(t *testing.T) {
	const office = "127.0.63.3"
	w := newWorld(t, withPhones(1, 2))
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	p, late := w.telephone(office, "op1"), w.telephone(office, "op2")
	require.Equal(t, 200, p.register("secret-op1", "60"))

	var lines strings.Builder
	lines.WriteString("SEQUENTIAL\n")
	for i := range 1000 {
		password := fmt.Sprintf("guess%d", i)
		if i == 500 {
			password = "secret-op1"
		}
		fmt.Fprintf(&lines, "op1;[authentication username=op1 password=%s]\n", password)
	}
	const register = "<send><![CDATA[\nREGISTER sip:[remote_ip]:[remote_port] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nFrom: <sip:[field0]@[remote_ip]>;tag=[call_number]\nTo: <sip:[field0]@[remote_ip]>\nCall-ID: [call_id]\nCSeq: [cseq] REGISTER\nContact: <sip:[field0]@[local_ip]:[local_port]>\nMax-Forwards: 70\nExpires: 60\n%sContent-Length: 0\n\n]]></send>\n"
	steps := fmt.Sprintf(register, "") + "<recv response=\"401\" auth=\"true\" timeout=\"300\"/>\n" + fmt.Sprintf(register, "[field1]\n") + "<recv response=\"200\" timeout=\"300\"/>\n"
	began := time.Now()
	cracker := foreign.StartSipp(t, foreign.Scenario{
		IP: office, Remote: w.engine.handsets.addr().String(), Steps: steps, Files: map[string][]byte{"guesses.csv": []byte(lines.String())},
		Args: []string{"-inf", "guesses.csv", "-m", "1000", "-r", "500", "-l", "2000", "-nr", "-timeout", "20", "-trace_stat", "-stf", "stat.csv", "-fd", "1"},
	})
	w.eventually("the ban", func() bool { return len(w.engine.handsets.guard.Bans()) == 1 })
	ban := w.engine.handsets.guard.Bans()[0]
	require.Less(t, ban.Since.Sub(began), 3*time.Second, "sipp's own start is in it")
	require.LessOrEqual(t, ban.Guesses, 10)
	require.Equal(t, cracker.Addr, ban.Source())
	<-cracker.Done
	rows := strings.Split(strings.TrimSpace(cracker.File("stat.csv")), "\n")
	head, last := strings.Split(rows[0], ";"), strings.Split(rows[len(rows)-1], ";")
	figures := map[string]string{}
	for i, name := range head {
		figures[name] = last[i]
	}
	require.Equal(t, "0", figures["SuccessfulCall(C)"], "none of a thousand guesses")
	require.Equal(t, "1000", figures["TotalCallCreated"])

	require.Equal(t, p.Addr().String(), w.registered("op1"))
	require.Equal(t, 200, p.register("secret-op1", "60"), "the registered phone of that address works on")
	require.Equal(t, 200, late.register("secret-op2", "60"), "a colleague's is switched on")
	var f telephony.Floor
	w.engine.handsets.floor(&f)
	require.Equal(t, []telephony.FloorBan{{ID: ban.ID, Address: ban.Source(), Guesses: ban.Guesses, Since: ban.Since, Until: ban.Until}}, f.Bans)

	guesser, honest := w.telephone("127.0.63.4", "op2"), w.telephone("127.0.63.4", "op2")
	w.eventually("a strange address is shut out", func() bool { return guesser.register("wrong", "60") == 0 })
	require.Zero(t, honest.register("secret-op2", "60"), "whole")
	w.desk.mu.Lock()
	w.desk.lifted = []string{w.engine.handsets.guard.Bans()[1].ID}
	w.desk.mu.Unlock()
	w.eventually("lifted", func() bool { return len(w.engine.handsets.guard.Bans()) == 1 })
	require.Equal(t, 200, honest.register("secret-op2", "60"))
}

// TestAnOldPasswordIsOneGuess: a telephone that we have not made, with a wrong password, is not
// led to try it again and again until its whole office is shut out.
func TestAnOldPasswordIsOneGuess(t *testing.T) {
	w := newWorld(t, func(d *desk) {
		wrong := accountOf(1)
		wrong.Digest = telephony.PhoneDigest(wrong.Name, "another")
		d.handsets = []telephony.DeskPhone{wrong}
	})
	w.eventually("the accounts are known", func() bool { return w.engine.handsets.known.Load() != nil })
	w.baresip("127.0.63.5", "op1", "")
	ip := netip.MustParseAddr("127.0.63.5")
	w.eventually("it has tried", func() bool { return w.engine.handsets.guard.Guesses(ip) > 0 })
	<-time.After(2 * time.Second) // within which ten came
	require.Equal(t, 1, w.engine.handsets.guard.Guesses(ip))
	require.Empty(t, w.engine.handsets.guard.Bans())
}
