package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/shift"
	"d24/internal/telephony"
	"d24/internal/telephony/engine"
	"d24/voip/speech"
)

// orders is the table of orders with an ear for what is placed in it.
type orders struct {
	*telephony.Desk
	*telephony.Ear
}

// queues is how the queue is set.
type queues struct{ *shift.Service }

func (q queues) Queue(ctx context.Context, users []int64) (telephony.QueueRules, []telephony.SeatWish, error) {
	return q.Rules(access.AsSystem(ctx, "engine"), users)
}

// phone runs the phone engine until ctx ends.
func phone(ctx context.Context, c config.Config, log *slog.Logger) error {
	ctx = access.AsSystem(ctx, "engine")
	pool, err := pg.Open(ctx, c.DatabaseURL, 8)
	if err != nil {
		return err
	}
	defer pool.Close()
	ring, err := keys(ctx, c, &pg.DB{Pool: pool, Clock: clock.System{}}, log)
	if err != nil {
		return err
	}
	a, err := app.New(app.Config{Pool: pool, Clock: clock.System{}, Log: log, Node: c.Node, Keys: ring})
	if err != nil {
		return err
	}
	ear := telephony.NewEar(pool.Config().ConnConfig)
	defer ear.Close()
	var atOnce <-chan struct{}
	if c.Keep != "" {
		var leave context.CancelFunc
		ctx, leave, atOnce = outlive(ctx, c, log)
		defer leave()
	}
	e, err := newEngine(c, a, ear, ring, atOnce, log)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "the phone engine listens", "sip", e.SIPAddr().String(), "door", e.DoorAddr())
	go listen(ctx, a.DB, log) // another process than the watchman's
	e.Run(ctx)
	return nil
}

func newEngine(c config.Config, a *app.App, ear *telephony.Ear, ring *secret.Ring, atOnce <-chan struct{}, log *slog.Logger) (*engine.Engine, error) {
	sip, err := netip.ParseAddrPort(c.SIP)
	if err != nil {
		return nil, fmt.Errorf("D24_SIP: %w", err)
	}
	webrtc, err := netip.ParseAddrPort(c.WebRTC)
	if err != nil {
		return nil, fmt.Errorf("D24_WEBRTC: %w", err)
	}
	low, high, err := c.RTPPorts()
	if err != nil {
		return nil, err
	}
	return engine.New(engine.Config{Node: c.Node, SIP: sip, RTPLow: low, RTPHigh: high, WebRTC: webrtc, Door: c.Door, Data: c.Data, Part: c.RecordingPart, Drain: c.Drain, AtOnce: atOnce, CallsPerSecond: c.CPS, Phones: c.DeskPhones(), PhonesFrom: c.DeskPhonesFrom(), Cert: c.Cert, Key: c.CertBy, Abroad: c.DialAlso()}, engine.Deps{
		Director: a.Director, Seats: a.Accounts, Trunks: a.Companies, Queues: queues{a.Shift}, Orders: orders{a.Telephony, ear}, Reporter: a.Telephony, People: a.Competents(), Phones: a.DeskPhones,
		Voice: voice(filepath.Join(c.Data, "voice"), log), Keys: ring, Log: log,
	})
}

// voice is the offline voice; without it the engine plays tones and says so.
func voice(dir string, log *slog.Logger) speech.Voice {
	say, err := speech.NewEspeak()
	if err != nil {
		log.Error("there is no voice, announcements are tones", "err", err)
		return nil
	}
	cached, err := speech.NewCached(say, dir)
	if err != nil {
		log.Error("what is spoken is not kept", "err", err)
		return say
	}
	return cached
}
