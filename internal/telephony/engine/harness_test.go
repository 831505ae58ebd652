package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/voip/media"
	"d24/voip/record"
	"d24/voip/rtp"
	"d24/voip/sip"
	"d24/voip/tone"
)

// Tones by which everybody is told apart.
const (
	residentTone = 440.0
	operatorTone = 1100.0
	executorTone = 700.0
	voiceTone    = 1633.0 // what the test's voice says instead of words
	phraseTone   = 941.0  // an uploaded phrase
)

// desk is the business side in memory: the same contracts, no database.
type desk struct {
	mu       sync.Mutex
	placed   []telephony.Order
	cancels  []string
	farewell telephony.Farewell
	invited  []string
	begun    []telephony.Order
	reports  []telephony.Report
	trunks   []telephony.Trunk
	decision telephony.Decision
	notices  []telephony.Spoken // in force
	away     atomic.Bool        // the database does not answer
	stands   atomic.Bool        // it takes questions and answers none
	barred   atomic.Bool        // operator 1's session is over
	peer     bool               // another engine is at work
	part     time.Duration      // of a recording
	cps      int                // calls a second that a trunk may bring
	released []string           // orders given back
	ruled    telephony.QueueRules
	wishes   []telephony.SeatWish
	people   map[int64]telephony.Competent
	handsets []telephony.DeskPhone // nil: desk phones are not listened to
	lifted   []string
	unread   atomic.Bool // they cannot be read
	changed  chan struct{}
	lookup   lookup
}

var errAway = errors.New("the database is away")

func (d *desk) wake() {
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *desk) place(o telephony.Order) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.placed = append(d.placed, o)
	d.wake()
}

func (d *desk) cancel(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancels = append(d.cancels, key)
	d.wake()
}

func (d *desk) Claim(context.Context, string, int) ([]telephony.Order, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := d.placed
	d.placed = nil
	return out, nil
}

func (d *desk) Cancelled(context.Context, string) (out []telephony.Withdrawn, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range d.cancels {
		out = append(out, telephony.Withdrawn{Key: k, Farewell: d.farewell})
	}
	return out, nil
}

func (d *desk) Invited(_ context.Context, _, key string, _ int64) (bool, error) {
	if d.away.Load() {
		return false, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.invited = append(d.invited, key)
	return true, nil
}

func (d *desk) Begin(_ context.Context, _ string, o telephony.Order) error {
	if d.away.Load() {
		return errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun = append(d.begun, o)
	return nil
}

func (d *desk) Competent(_ context.Context, _ string, id int64) (telephony.Competent, error) {
	if p, ok := d.people[id]; ok {
		return p, nil
	}
	return telephony.Competent{}, fault.Missing("competent")
}

// Shift: the only engine is at work; a test may say otherwise.
func (d *desk) Shift(_ context.Context, _, _ string, _ telephony.Floor, leaving bool) (telephony.Shift, error) {
	if d.away.Load() {
		return telephony.Shift{}, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := telephony.Shift{Duty: telephony.Active, Peer: d.peer, Relieved: d.peer, Others: d.peer}
	switch {
	case leaving:
		s.Duty = telephony.Draining
	case d.peer:
		s.Duty = telephony.Standby
	}
	return s, nil
}

func (d *desk) Release(_ context.Context, _ string, keys []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.released = append(d.released, keys...)
	d.wake()
	return nil
}
func (d *desk) Recover(context.Context, string) (int, int, error) { return 0, 0, nil }

func (d *desk) Heard(ctx context.Context) {
	d.mu.Lock()
	c := d.changed
	d.mu.Unlock()
	select {
	case <-c:
	case <-ctx.Done():
	}
}

func (d *desk) Report(ctx context.Context, rs ...telephony.Report) error {
	if d.stands.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if d.away.Load() {
		return errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reports = append(d.reports, rs...)
	d.wake()
	return nil
}

func (d *desk) Route(context.Context, telephony.Incoming) (telephony.Decision, error) {
	if d.away.Load() {
		return telephony.Decision{}, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	dec := d.decision
	dec.Notices, dec.Place = slices.Clone(d.notices), telephony.Place{CompanyID: 1}
	return dec, nil
}

// inForce sets what callers are to hear from now on.
func (d *desk) inForce(ns ...telephony.Spoken) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = ns
}

func (d *desk) Notices(_ context.Context, places []telephony.Place) (map[telephony.Place][]telephony.Spoken, error) {
	if d.away.Load() {
		return nil, errAway
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[telephony.Place][]telephony.Spoken{}
	for _, p := range places {
		out[p] = slices.Clone(d.notices)
	}
	return out, nil
}

func (d *desk) Trunks(context.Context) ([]telephony.Trunk, error) {
	if d.away.Load() {
		return nil, errAway
	}
	return d.trunks, nil
}

// Seat: token "op-N" is operator N, who serves company 1; "own-C-N" is company C's own.
func (d *desk) Seat(_ context.Context, token string) (telephony.Seat, error) {
	if s, own := ownSeat(token); own {
		return s, nil
	}
	var id int64
	if _, err := fmt.Sscanf(token, "op-%d", &id); err != nil || d.barred.Load() && id == 1 {
		return telephony.Seat{}, fault.New(fault.Login, "session", "войдите")
	}
	return telephony.Seat{UserID: id, Name: "Оператор", Companies: []int64{1}, Cities: []int64{1}, Supervisor: id >= 9, Listens: id == 9}, nil
}

// until waits for a report.
func (d *desk) until(t *testing.T, what string, f func(r telephony.Report) bool) telephony.Report {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		d.mu.Lock()
		for _, r := range d.reports {
			if f(r) {
				d.mu.Unlock()
				return r
			}
		}
		c := d.changed
		d.mu.Unlock()
		select {
		case <-c:
		case <-limit:
			d.mu.Lock()
			defer d.mu.Unlock()
			t.Fatalf("no report: %s; there are %v", what, kinds(d.reports))
		}
	}
}

func kinds(rs []telephony.Report) (out []string) {
	for _, r := range rs {
		out = append(out, string(r.Kind)+":"+string(r.Outcome))
	}
	return out
}

func (d *desk) ended(t *testing.T) telephony.Report {
	t.Helper()
	return d.until(t, "ended", func(r telephony.Report) bool { return r.Kind == telephony.CallEnded })
}

// beeper says a tone for every text.
type beeper struct{}

// noticeTone is what the voice says instead of a notice, which begins so.
const (
	noticeTone  = 1209.0
	noticeWords = "Внимание!"

	recordedTone  = 852.0 // instead of the short words of the recording
	recordedLasts = 1500 * time.Millisecond

	thanksTone   = 1336.0 // instead of the thanks for a key
	namedTone    = 1477.0 // instead of the words about who goes
	namedLasts   = 2 * time.Second
	alreadyTaken = "Заявку уже принял Гусев. Спасибо."
)

func (beeper) Say(_ context.Context, text string) ([]byte, error) {
	if strings.HasPrefix(text, noticeWords) {
		return media.Tone(noticeTone, time.Duration(len(text))*40*time.Millisecond).ALaw(), nil
	}
	switch text {
	case recordedWords.Text:
		return media.Tone(recordedTone, recordedLasts).ALaw(), nil
	case thanks.Text:
		return media.Tone(thanksTone, time.Second).ALaw(), nil
	case alreadyTaken:
		return media.Tone(namedTone, namedLasts).ALaw(), nil
	}
	return media.Tone(voiceTone, time.Duration(600+10*len(text))*time.Millisecond).ALaw(), nil
}

// world is an engine, a provider and its phones.
type world struct {
	t        *testing.T
	desk     *desk
	engine   *Engine
	provider *sip.Stack
	phones   *phones
	dir      string
	pacer    *media.Pacer
}

// phones are what the provider does with calls to numbers.
type phones struct {
	mu     sync.Mutex
	answer map[string]func(*sip.Leg)
	legs   []*sip.Leg
}

func (p *phones) set(number string, f func(*sip.Leg)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer[number] = f
}

func (p *phones) invite(l *sip.Leg) {
	p.mu.Lock()
	f := p.answer[l.To()]
	p.legs = append(p.legs, l)
	p.mu.Unlock()
	if f == nil {
		l.Reject(404, "Not Found")
		return
	}
	f(l)
}

var lastIP atomic.Int32

func newWorld(t *testing.T, more ...func(*desk)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), pacer: media.NewPacer(), phones: &phones{answer: map[string]func(*sip.Leg){}}}
	n := lastIP.Add(1)
	left := goroutinesOf(fmt.Sprintf("%s %d", t.Name(), n))
	ours, theirs := netip.AddrFrom4([4]byte{127, 0, 61, byte(n)}), netip.AddrFrom4([4]byte{127, 0, 62, byte(n)})
	filter := sip.NewFilter()
	require.NoError(t, filter.Set([]string{ours.String()}))
	var err error
	w.provider, err = sip.Listen(sip.Config{Listen: netip.AddrPortFrom(theirs, 0), Ports: rtp.NewPorts(theirs, 20000, 20400), Filter: filter, OnInvite: w.phones.invite})
	require.NoError(t, err)
	w.desk = &desk{
		changed:  make(chan struct{}),
		ruled:    telephony.DefaultQueue(),
		trunks:   []telephony.Trunk{{ID: 1, Name: "X", Host: theirs.String(), Port: int(w.provider.Addr().Port()), Lines: map[int64]string{1: "+73430000101"}}},
		decision: telephony.Decision{Action: telephony.Queue, LineID: 1, CompanyID: 1, CityID: 1, Priority: telephony.PriorityInbound, Greeting: telephony.Speech{Text: "Здравствуйте"}, Card: telephony.CallCard{Greeting: "УК, диспетчер"}},
	}
	for _, f := range more {
		f(w.desk)
	}
	log := slog.New(slog.DiscardHandler)
	if os.Getenv("D24_TEST_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	var phonesAt netip.AddrPort
	if w.desk.handsets != nil {
		phonesAt = netip.AddrPortFrom(ours, 0)
	}
	w.engine, err = New(Config{Phones: phonesAt, PhonesFrom: []string{"127.0.0.0/8"}, Node: "n1", SIP: netip.AddrPortFrom(ours, 0), RTPLow: 20000, RTPHigh: 20400, WebRTC: netip.AddrPortFrom(ours, 0), Door: ours.String() + ":0", Data: w.dir, Pace: 10, CallsPerSecond: w.desk.cps, Part: w.desk.part},
		Deps{Director: w.desk, Seats: w.desk, Trunks: w.desk, Queues: w.desk, Orders: w.desk, Reporter: w.desk, People: w.desk, Phones: w.desk, Voice: beeper{}, Log: log, Lookup: w.desk.lookup})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.engine.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		w.provider.Close()
		w.pacer.Close()
		w.eventually("legs are gone", func() bool { legs, _ := w.engine.Live(); return legs == 0 }) // a refused one waits for its ACK
		_, ports := w.engine.Live()
		require.Zero(t, ports, "ports")
		w.eventually("goroutines are gone", func() bool { return left() <= 1 }) // the test itself
	})
	w.eventually("the trunk lives", func() bool { return len(w.engine.trunks.routes(1, 1)) > 0 && w.engine.trunks.floor()[0].State == "up" })
	return w
}

func (w *world) eventually(what string, f func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			b := make([]byte, 1<<16)
			w.t.Fatalf("%s\n%s", what, b[:runtime.Stack(b, true)])
		}
	}
}

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// operator is at work when this returns.
func (w *world) operator(n int, ready bool) *softphone.Phone {
	w.t.Helper()
	return w.seated(fmt.Sprintf("op-%d", n), ready)
}

// resident calls the line, talks in a tone and listens.
func (w *world) resident(from string) (*sip.Leg, *ear) {
	w.t.Helper()
	return w.sends(from, media.Tone(residentTone, time.Second))
}

// dials calls the line and listens.
func (w *world) dials(from string) (*sip.Leg, *ear) {
	w.t.Helper()
	a := w.engine.SIPAddr()
	leg, de := w.provider.Dial(w.ctx(), sip.Target{User: "+73430000101", Host: a.Addr().String(), Dest: a.String(), From: from})
	require.Nil(w.t, de)
	return leg, listening(leg)
}

// answering makes a phone answer, talk and listen.
func (w *world) answering(number string) <-chan *ear {
	ears := make(chan *ear, 1)
	w.phones.set(number, func(l *sip.Leg) {
		_ = l.Ring()
		if l.Answer() == nil {
			ears <- w.party(l, executorTone)
		}
	})
	return ears
}

// inOrder checks that facts were delivered in their order; only the end of a
// recording, which waits for the disk, may come late.
func (w *world) inOrder() {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	last := 0
	for _, r := range w.desk.reports {
		if recorded(r) {
			continue
		}
		require.Greater(w.t, r.Seq, last)
		last = r.Seq
	}
}

// tones reports which tones the channel holds.
func (w *world) tones(r telephony.Report) (left, right func(hz float64) bool) {
	w.t.Helper()
	l, rr, err := record.Channels(filepath.Join(w.dir, r.Recording.Path))
	require.NoError(w.t, err)
	return func(hz float64) bool { return tone.Heard(l, hz) }, func(hz float64) bool { return tone.Heard(rr, hz) }
}

func recorded(r telephony.Report) bool {
	return r.Kind == telephony.CallRecorded && r.Recording.State == "done"
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
