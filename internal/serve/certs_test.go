package serve

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/telephony"
)

// TestACertificateIsSpokenOfBeforeItEnds is F81: of a provider, of our engine, of the pages;
// at 30, 14 and 3 days, the last aloud.
func TestACertificateIsSpokenOfBeforeItEnds(t *testing.T) {
	now := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	clk := clocktest.New(now)
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clk, Log: slog.New(slog.DiscardHandler), Time: clk, Node: "n"})
	require.NoError(t, err)
	ctx := access.AsSystem(context.Background(), "test")
	pages, asked := now.Add(10*365*24*time.Hour), 0
	var wrong error
	w := &watchman{app: a, log: slog.New(slog.DiscardHandler), node: "n", pages: func(context.Context) (time.Time, error) { asked++; return pages, wrong }}
	days := func(n float64) time.Time { return now.Add(time.Duration(n * 24 * float64(time.Hour))) }
	look := func(trunk, engine time.Time) []alarm.Alarm {
		f := telephony.Floor{CertEnds: engine, Trunks: []telephony.FloorTrunk{{ID: 3, Name: "Транк X", State: "up", CertEnds: trunk}}}
		require.NoError(t, a.Telephony.Beat(ctx, "engine", "127.0.0.1:1", f))
		require.NoError(t, w.certs(ctx))
		as, err := pg.InTx(ctx, a.DB, func(tx *pg.Tx) ([]alarm.Alarm, error) { return alarm.Raised(ctx, tx) })
		require.NoError(t, err)
		return as
	}
	require.Empty(t, look(time.Time{}, time.Time{}), "none is shown")
	require.Empty(t, look(days(30.1), days(200)))
	for _, c := range []struct {
		left float64
		code alarm.Code
		text string
	}{{30, alarm.CertEnds, "меньше 30 дней"}, {14, alarm.CertEnds, "меньше 14 дней"}, {3, alarm.CertLast, "меньше 3 дней"}, {-1, alarm.CertLast, "истёк 23.11.2026"}} {
		as := look(days(c.left), time.Time{})
		require.Len(t, as, 1, c.text)
		require.Equal(t, c.code, as[0].Code)
		require.Equal(t, "trunk:3", as[0].Subject)
		require.Contains(t, as[0].Text, c.text)
		require.Contains(t, as[0].Text, "Транк X")
	}
	as := look(days(90), days(13))
	require.Len(t, as, 1)
	require.Equal(t, "certificate:engine", as[0].Subject)
	require.Empty(t, look(days(90), days(90)), "renewed")
	require.Equal(t, 1, asked, "the pages are looked at once an hour")
	pages, w.certLook = days(2), certLooks
	as = look(days(90), days(90))
	require.Len(t, as, 1)
	require.Equal(t, alarm.CertLast, as[0].Code)
	require.Contains(t, as[0].Text, "страниц")
	wrong, w.certLook = errors.New("connection refused"), certLooks
	require.Len(t, look(days(90), days(90)), 1, "what was seen last stands")
}
