// Package journal drives the journal at full size in a real Chromium: many requests changed
// at once while a second person looks on, and what is taken out of it as files.
package journal

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/web"
)

const limit = 9 * time.Minute

// house is the whole web role with its workers on a database with the demo city.
type house struct {
	t    *testing.T
	ctx  context.Context
	app  *app.App
	addr string
	data string // the directory of files
}

func open(t *testing.T) *house { return openWith(t, 260) }

// openWith is open with so many accepted requests.
func openWith(t *testing.T, requests int) *house {
	t.Helper()
	ctx, cancel := context.WithTimeout(access.AsSystem(context.Background(), "test"), limit)
	t.Cleanup(cancel)
	log := slog.New(slog.DiscardHandler)
	data := t.TempDir()
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clock.System{}, Log: log, Work: true, Node: "journal", Data: data})
	require.NoError(t, err)
	h := &house{t: t, ctx: ctx, app: a, data: data}
	_, err = seed.Demo(ctx, a.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		_, err := account.Create(ctx, tx, account.NewUser{Login: "foreman", Name: "Мастер", Password: "foreman", Kind: "company", Memberships: []account.Membership{{ID: 1, Role: access.Foreman}}})
		return err
	}))
	h.requests(requests)
	pages, err := web.Dist()
	require.NoError(t, err)
	hub := live.NewHub(a.DB, log)
	_, handler := a.API(app.WebConfig{Log: log, Hub: hub, Spa: pages, DataDir: data})
	go hub.Run(ctx)
	require.NoError(t, a.River.Start(ctx))
	t.Cleanup(func() { _ = a.River.Stop(context.WithoutCancel(ctx)) })
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.addr = server.URL
	return h
}

// requests are n accepted ones of our company, told by their unit.
func (h *house) requests(n int) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(h.ctx, `insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, description,
				executor_id, created_at, updated_at, due_at, accepted_at, caller_phone)
			select 1, 500000 + g, 'planned', 'accepted', 'phone', b.id, 'бр', b.street || ', ' || b.house || ', кв. бр', b.zone, r.id, r.version, r.name, r.work_type_id, '=2+2',
				(select min(id) from members where company_id = 1), $1::timestamptz - g * interval '1 minute', $1, $1::timestamptz + interval '2 days', $1, '+79000900007'
			from generate_series(1, $2::int) g, (select * from buildings where company_id = 1 order by id limit 1) b, (select * from reasons where company_id = 1 and kind = 'planned' order by id limit 1) r`, tx.Now, n)
		return err
	}))
}

func (h *house) do(q string, args ...any) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error { _, err := tx.Exec(h.ctx, q, args...); return err }))
}

func (h *house) count(q string, args ...any) (n int64) {
	h.t.Helper()
	require.NoError(h.t, pg.Do(h.ctx, h.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(h.ctx, q, args...).Scan(&n) }))
	return n
}

// drive runs a script against the house; what it prints is what it saw.
func (h *house) drive(script string, args ...string) string {
	h.t.Helper()
	c := exec.CommandContext(h.ctx, "node", append([]string{script, h.addr, os.Getenv("D24_LOOK")}, args...)...) //nolint:gosec // our script
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }                                            // the browser ends with it
	c.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	require.NoError(h.t, err, "%s\n%s", said.String(), out)
	return string(out)
}

// TestManyAreChangedBeforeASecondPersonsEyes is J6: rows are ticked by mouse, Shift and keys,
// then all that match; the foreman's open list shows the new states without a reload.
func TestManyAreChangedBeforeASecondPersonsEyes(t *testing.T) {
	h := open(t)
	files := t.TempDir()
	t.Log(h.drive("many.mjs", files))
	require.Equal(t, int64(260), h.count(`select count(*) from tickets where unit = 'бр' and status = 'done'`))
	require.Equal(t, int64(5), h.count(`select count(*) from tickets where unit = 'бр' and tag_ids <> '{}'`), "five were ticked by Shift")
	require.Equal(t, int64(2), h.count(`select count(*) from tickets t where unit = 'бр' and exists (select from ticket_events e where e.ticket_id = t.id and e.text like 'Исполнитель:%')`), "two by keys")
	require.Equal(t, int64(1), h.count(`select count(*) from tickets t where unit = 'бр' and exists (select from ticket_events e where e.ticket_id = t.id and e.text = 'Состояние: в работе')`), "one on the telephone")

	// what was taken out is what was on the screen
	book, err := excelize.OpenFile(filepath.Join(files, "XLSX"))
	require.NoError(t, err)
	defer book.Close() //nolint:errcheck // only read
	rows, err := book.GetRows("Заявки")
	require.NoError(t, err)
	require.Len(t, rows, 261)
	require.Contains(t, rows[1], "'=2+2", "what was typed is no formula")
	require.Contains(t, rows[1], "+79000900007")
	table, err := os.ReadFile(filepath.Join(files, "CSV"))
	require.NoError(t, err)
	require.Equal(t, 261, strings.Count(string(table), "\r\n"))
	register, err := exec.CommandContext(t.Context(), "pdftotext", filepath.Join(files, "Реестр"), "-").Output() //nolint:gosec // our own file
	require.NoError(t, err)
	require.Contains(t, string(register), "Всего заявок: 260")
}
