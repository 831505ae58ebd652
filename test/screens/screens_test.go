// Package screens goes through every screen of the settings in a real Chromium: by keyboard
// alone, in both themes, and on a telephone's width. The list of screens is the router's.
package screens

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/app"
	"d24/internal/assignment"
	"d24/internal/clock"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/internal/staff"
	"d24/web"
)

// limit of the walk; it takes about half a minute on a machine that does nothing else.
const limit = 9 * time.Minute

// seen is what the walk tells of one screen.
type seen struct {
	Screen  string
	Reached int // elements that Tab came to
	Dialogs int
	Forms   int // sent empty by Enter
	Faults  []string
}

// TestEveryScreenOfTheSettingsIsForEverybody: each interactive element of each screen has a
// name and is reached by Tab, where the focus is seen; a dialog keeps the focus, Escape
// closes it and gives the focus back; Enter sends a form, and what is wrong stands at its
// field; words have the contrast of WCAG 2.1 AA in both themes; nothing scrolls the page of
// a telephone sideways.
func TestEveryScreenOfTheSettingsIsForEverybody(t *testing.T) {
	ctx, cancel := context.WithTimeout(access.AsSystem(context.Background(), "test"), limit)
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	a, err := app.New(app.Config{Pool: pgtest.Pool(t), Clock: clock.System{}, Log: log})
	require.NoError(t, err)
	require.NoError(t, a.Notify.Prepare(ctx))
	_, err = seed.Demo(ctx, a.DB, seed.Trunks{HostX: "127.0.0.2", PortX: 5060, HostY: "127.0.0.3", PortY: 5060})
	require.NoError(t, err)
	furnish(ctx, t, a)
	pages, err := web.Dist()
	require.NoError(t, err)
	hub := live.NewHub(a.DB, log)
	_, handler := a.API(app.WebConfig{Log: log, Hub: hub, Spa: pages})
	go hub.Run(ctx)
	server := httptest.NewServer(handler)
	defer server.Close()

	walk := exec.CommandContext(ctx, "node", "walk.mjs", server.URL, os.Getenv("D24_LOOK"))
	walk.Cancel = func() error { return walk.Process.Signal(os.Interrupt) } // the browser ends with it
	walk.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	walk.Stderr = &said
	out, err := walk.Output()
	t.Log(said.String())
	require.NoError(t, err, "%s\n%s", said.String(), out)
	var screens []seen
	require.NoError(t, json.Unmarshal(out, &screens), "%s", out)
	dialogs, forms := 0, 0
	for _, s := range screens {
		dialogs, forms = dialogs+s.Dialogs, forms+s.Forms
		t.Logf("%s: %d by Tab, %d dialogs, %d forms", s.Screen, s.Reached, s.Dialogs, s.Forms)
		for _, f := range s.Faults {
			t.Errorf("%s: %s", s.Screen, f)
		}
	}
	require.Greater(t, len(screens), 20)
	require.Greater(t, dialogs, 8, "the walk opens the dialogs")
	require.Greater(t, forms, 3, "the walk sends forms")
}

// furnish gives the screens what the demo city has nothing of: a rule, a hole in the
// coverage, changes in the journal.
func furnish(ctx context.Context, t *testing.T, a *app.App) {
	t.Helper()
	one := func(q string) (n int64) {
		require.NoError(t, pg.Do(ctx, a.DB, func(tx *pg.Tx) error { return tx.QueryRow(ctx, q).Scan(&n) }))
		return n
	}
	admin := access.With(ctx, access.Actor{Kind: access.Company, CompanyID: 1, UserID: one(`select id from users where login = 'admin'`), Name: "Администратор", May: access.RolePermissions(access.Admin), Grants: access.RoleGrants(access.Admin, 1, 0)})
	office := one(`select m.id from members m join member_schedules s on s.member_id = m.id join work_schedules w on w.id = s.schedule_id where m.company_id = 1 and w.by_calendar order by m.id limit 1`)
	_, err := a.Rules.Create(admin, assignment.Rule{CompanyID: 1, ReasonID: one(`select id from reasons where company_id = 1 and code = 'ВС-02'`), Hours: assignment.Off, Levels: []staff.Level{{N: 1, Members: []int64{office}}}, Note: "ночью дежурит контора"})
	require.NoError(t, err)
}
