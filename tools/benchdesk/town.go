package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
	"d24/internal/seed"
	"d24/internal/telephony"
	"d24/test/softphone"
	"d24/tools/bench"
	"d24/voip/media"
	"d24/voip/registrar"
	"d24/voip/rtp"
	"d24/voip/sip"
)

// line is the number of the first demo company.
const line = "+73430000101"

// opFor bounds one operation: one that takes longer is a failure, not a figure.
const opFor = 10 * time.Second

// town is a provider with its telephones, an operator, and the table of orders.
type town struct {
	house    *bench.House
	provider *sip.Stack
	operator *softphone.Phone
	db       *pg.DB
	desk     *telephony.Desk
	company  int64
	prefix   string // of keys: a run of its own

	mu      sync.Mutex
	invited map[string]time.Time // number rung → when its INVITE came
	changed chan struct{}
	calls   int
}

func newTown(ctx context.Context, h *bench.House, net string) (*town, error) {
	t := &town{house: h, invited: map[string]time.Time{}, changed: make(chan struct{}), prefix: fmt.Sprint("bench-", time.Now().UnixNano(), "-")}
	for _, step := range []func(context.Context) error{func(context.Context) error { return t.provide(net) }, t.openDatabase, t.seat} {
		if err := step(ctx); err != nil {
			t.close()
			return nil, err
		}
	}
	return t, nil
}

func (t *town) close() {
	if t.operator != nil {
		t.operator.Close()
	}
	if t.provider != nil {
		t.provider.Close()
	}
	if t.db != nil {
		t.db.Pool.Close()
	}
}

// provide opens the provider X: the program registers with it.
func (t *town) provide(net string) error {
	ip, err := netip.ParseAddr(bench.ProviderIP(net))
	if err != nil {
		return err
	}
	engine, err := netip.ParseAddrPort(t.house.SIP)
	if err != nil {
		return err
	}
	filter := sip.NewFilter()
	if err := filter.Set([]string{engine.Addr().String()}); err != nil {
		return err
	}
	users := registrar.New("bench", map[string]string{seed.UserX: seed.PasswordX})
	t.provider, err = sip.Listen(sip.Config{Listen: netip.AddrPortFrom(ip, 5060), Ports: rtp.NewPorts(ip, 10000, 19999), Filter: filter, OnRegister: users.Register, OnInvite: t.rung})
	return err
}

// rung is a telephone that an order rings: busy, so that the order is over at once.
func (t *town) rung(l *sip.Leg) {
	at := time.Now()
	l.Reject(486, "Busy Here")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.invited[l.To()] = at
	close(t.changed)
	t.changed = make(chan struct{})
}

// rings waits for the INVITE to a number.
func (t *town) rings(ctx context.Context, number string) (time.Time, error) {
	for {
		t.mu.Lock()
		at, ok := t.invited[number]
		changed := t.changed
		delete(t.invited, number)
		t.mu.Unlock()
		if ok {
			return at, nil
		}
		select {
		case <-ctx.Done():
			return at, fmt.Errorf("no INVITE to %s: %w", number, ctx.Err())
		case <-changed:
		}
	}
}

func (t *town) openDatabase(ctx context.Context) error {
	pool, err := pg.Open(ctx, t.house.DatabaseURL(), 2)
	if err != nil {
		return err
	}
	t.db = &pg.DB{Pool: pool, Clock: clock.System{}}
	t.desk = telephony.NewDesk(t.db, nil, nil) // only places orders
	return nil
}

// seat puts an operator to work, and waits until the trunk lives.
func (t *town) seat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p, err := t.house.Login(ctx, "operator")
	if err != nil {
		return err
	}
	var me struct{ Companies []struct{ ID int64 } }
	if err := p.Get(ctx, "/me", &me); err != nil {
		return err
	}
	if len(me.Companies) == 0 {
		return errors.New("the operator serves nobody")
	}
	t.company = me.Companies[0].ID
	t.operator, err = softphone.Open(ctx, softphone.Options{
		URL: "ws" + strings.TrimPrefix(t.house.Page, "http") + httpapi.Prefix + "/desk/ws", Token: p.Token, Cookie: httpapi.Cookie, Tab: "bench", Deaf: true, Voice: media.Tone(1100, time.Second),
	})
	if err != nil {
		return err
	}
	for {
		var floor struct{ Trunks []struct{ State string } }
		if err := p.Get(ctx, "/desk/figures", &floor); err != nil {
			return err
		}
		for _, x := range floor.Trunks {
			if x.State == "up" {
				return t.operator.Ready(ctx)
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the trunk is not registered: %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// cards makes calls one after another: each rings at the operator, who takes it; the
// resident hangs up and the operator is ready for the next.
func (t *town) cards(ctx context.Context, out *bench.Figures, ops int) error {
	var cards, sounds []time.Duration
	for n := range ops + warmUp {
		card, sound, err := t.card(ctx)
		if err != nil {
			return fmt.Errorf("call %d: %w", n, err)
		}
		if n >= warmUp {
			cards, sounds = append(cards, card), append(sounds, sound)
		}
	}
	add(out, "invite_to_card", cards)
	add(out, "invite_to_sound", sounds)
	return nil
}

// warmUp operations of a run do not count: the greeting is spoken at the first.
const warmUp = 5

func (t *town) card(ctx context.Context) (card, sound time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, opFor)
	defer cancel()
	t.calls++
	from := fmt.Sprintf("+7900009%04d", t.calls%10000)
	began := time.Now()
	leg, de := t.provider.Dial(ctx, sip.Target{User: line, Host: t.house.SIP, Dest: t.house.SIP, From: from})
	if de != nil {
		return 0, 0, de
	}
	defer leg.Hangup()
	first := make(chan time.Time, 1)
	leg.Media().SetSink(func(p *media.Packet) {
		select {
		case first <- p.At:
		default:
		}
	})
	v, err := t.operator.Call(ctx, "ringing")
	if err != nil {
		return 0, 0, err
	}
	if v.Phone != from {
		return 0, 0, fmt.Errorf("the card is of %s, not of %s", v.Phone, from)
	}
	card = t.operator.Rings().Sub(began)
	select {
	case at := <-first:
		sound = at.Sub(began)
	case <-ctx.Done():
		return 0, 0, errors.New("the resident hears nothing")
	}
	t.operator.Do(ctx, "answer", v.Key)
	if _, err := t.operator.Call(ctx, "talking"); err != nil {
		return 0, 0, err
	}
	leg.Hangup()
	if err := t.operator.InState(ctx, "wrap_up"); err != nil {
		return 0, 0, err
	}
	t.operator.Send(ctx, map[string]any{"type": "wrapped_up"})
	return card, sound, t.operator.InState(ctx, "ready")
}

// orders places orders one after another and waits for each INVITE. The clock
// starts before the commit is asked for: the database's own work is in the figure.
func (t *town) orders(ctx context.Context, out *bench.Figures, ops int) error {
	var took []time.Duration
	for n := range ops + warmUp {
		d, err := t.order(ctx)
		if err != nil {
			return fmt.Errorf("order %d: %w", n, err)
		}
		if n >= warmUp {
			took = append(took, d)
		}
	}
	add(out, "order_to_invite", took)
	return nil
}

func (t *town) order(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(access.AsSystem(ctx, "bench"), opFor)
	defer cancel()
	t.calls++
	number := fmt.Sprintf("+7900008%04d", t.calls%10000)
	var committed time.Time
	err := pg.Do(ctx, t.db, func(tx *pg.Tx) error {
		err := t.desk.Place(ctx, tx, telephony.Order{
			Key: fmt.Sprint(t.prefix, t.calls), CompanyID: t.company, Phone: number, Purpose: telephony.Announcement, Mode: telephony.AnnounceOnly,
			Priority: telephony.PriorityEmergency, RingFor: opFor, Words: telephony.Speech{Text: "Проверка скорости."},
		})
		committed = time.Now()
		return err
	})
	if err != nil {
		return 0, err
	}
	at, err := t.rings(ctx, number)
	return at.Sub(committed), err
}
