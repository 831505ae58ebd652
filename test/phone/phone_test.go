// Package phone drives the page on a telephone in a real Chromium, with a network and without (J12).
package phone

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/web"
)

const limit = 8 * time.Minute

// TestAnExecutorWorksWithoutANetwork is J12: his phone keeps the program and his own
// requests; what he takes, writes, photographs and finishes without a network waits on the
// disk, outlives the page, comes once each with the hour of the phone, and who was first is
// said. When he leaves, nothing of his stays on the device.
func TestAnExecutorWorksWithoutANetwork(t *testing.T) {
	ctx, cancel := context.WithTimeout(access.AsSystem(context.Background(), "test"), limit)
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	data := t.TempDir()
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clock.System{}, Log: log, Data: data})
	require.NoError(t, err)
	_, err = seed.Demo(ctx, a.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	var ids [2]int64
	for i := range ids {
		require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
			return tx.QueryRow(ctx, `insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, description,
					executor_id, created_at, updated_at, due_at)
				select 1, 700000 + $2, 'planned', 'new', 'phone', b.id, $2::text, b.street || ', ' || b.house, b.zone, r.id, r.version, r.name, r.work_type_id, '',
					(select id from members where name = 'Гусев П. Н.'), $1, $1, $1::timestamptz + interval '2 days'
				from (select * from buildings where company_id = 1 order by id limit 1) b, (select * from reasons where company_id = 1 and kind = 'planned' order by id limit 1) r
				returning id`, tx.Now, i).Scan(&ids[i])
		}))
	}
	pages, err := web.Dist()
	require.NoError(t, err)
	hub := live.NewHub(a.DB, log)
	_, handler := a.API(app.WebConfig{Log: log, Hub: hub, Spa: pages, DataDir: data})
	go hub.Run(ctx)
	var cut atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cut.Load() {
			panic(http.ErrAbortHandler)
		}
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()

	photo := filepath.Join(t.TempDir(), "photo.jpg")
	require.NoError(t, os.WriteFile(photo, picture(), 0o600))
	c := exec.CommandContext(ctx, "node", "phone.mjs", server.URL, os.Getenv("D24_LOOK"), photo, fmt.Sprint(ids[0]), fmt.Sprint(ids[1])) //nolint:gosec // our script
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }                                                                    // the browser ends with it
	c.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	c.Stderr = &said
	in, err := c.StdinPipe()
	require.NoError(t, err)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "waiting" {
		if cut.Store(lines.Text() == "cut"); cut.Load() {
			server.CloseClientConnections()
			_, _ = io.WriteString(in, "go\n")
		}
	}
	count := func(q string, args ...any) (n int64) {
		require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error { return tx.QueryRow(ctx, q, args...).Scan(&n) }))
		return n
	}
	assert.Zero(t, count(`select count(*) from device_deeds`), "without a network nothing comes")
	back := time.Now()
	count(`update tickets set status = 'accepted', accepted_at = now(), responsible_id = executor_id, version = version + 1,
		executor_id = (select id from members where name = 'Сафин Р. М.') where id = $1 returning 1`, ids[1])
	cut.Store(false)
	_, _ = io.WriteString(in, "go\n") // what the page missed stands in its own words
	_, _ = io.Copy(io.Discard, out)
	require.NoError(t, c.Wait(), said.String())

	require.Equal(t, int64(6), count(`select count(*) from device_deeds where ticket_id = $1 and at < $2 and at = said_at and received_at > $2`, ids[0], back), "taken, written, begun, broken off, taken up, done: once each, by the phone's hours")
	require.Equal(t, int64(2), count(`select count(*) from ticket_works where ticket_id = $1 and began_at < $2 and ended_at < $2`, ids[0], back), "two periods of work, by the phone's hours")
	require.Equal(t, int64(1), count(`select count(*) from ticket_works where ticket_id = $1 and why = 'перерыв – нет ключа от подвала'`, ids[0]))
	require.Equal(t, int64(1), count(`select count(*) from tickets where id = $1 and status = 'done' and accepted_at < $2 and done_at < $2`, ids[0], back))
	require.Equal(t, int64(1), count(`select count(*) from ticket_events where ticket_id = $1 and kind = 'comment' and text = 'Кран под замену'`, ids[0]))
	require.Equal(t, int64(1), count(`select count(*) from attachments where subject = 'ticket' and subject_id = $1 and taken_at < $2`, ids[0], back))
	require.Zero(t, count(`select count(*) from device_deeds where ticket_id = $1`, ids[1]), "who was late has done nothing")
}

func picture() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		m.Set(i%64, i/64, color.RGBA{uint8(i), uint8(i / 7), 90, 255})
	}
	var b strings.Builder
	_ = jpeg.Encode(&b, m, nil) // into memory
	return []byte(b.String())
}
