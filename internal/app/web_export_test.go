package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/errand"
)

// TestAFileIsItsPersonsAlone is F73: one in the making per company, nobody else gets it, it is
// what the filter found, a stop leaves no half of it, after a day it is gone.
func TestAFileIsItsPersonsAlone(t *testing.T) { // F73
	t.Parallel()
	h := open(t)
	h.copies(40, "э1")
	ask := func(by, query string, body map[string]any) int64 {
		t.Helper()
		return h.ok(by, "POST", "/ticket-exports?"+query, body).id(t, "id")
	}
	id := ask("admin", "unit=э1&order=oldest", map[string]any{"format": "csv", "columns": []string{"number", "status"}})
	at := fmt.Sprintf("/errands/%d", id)
	require.Equal(t, "0/0/40 waiting", h.errand("admin", id))
	for _, again := range []string{"admin", "foreman", "op-ours"} { // a double click, a colleague
		h.fails(again, "POST", "/ticket-exports?company_id=1", map[string]any{"format": "xlsx"}, 409, "errand.busy")
	}
	h.ok("op-strange", "POST", "/ticket-exports?company_id=2", map[string]any{"format": "csv"}) // the quota is each company's
	h.fails("admin", "GET", at+"/result", nil, 404, "errand.no_result")
	h.work()
	require.Equal(t, "40/0/40 done", h.errand("admin", id))
	a := h.ok("admin", "GET", at+"/result", nil)
	require.Equal(t, 41, strings.Count(a.body, "\r\n"))
	require.Contains(t, a.body, "Номер;Состояние\r\n100001;новая\r\n", "the columns shown, the order chosen")
	require.Contains(t, a.header.Get("Content-Disposition"), "attachment")
	require.Contains(t, a.header.Get("Cache-Control"), "no-store")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'errand.result' and user_id = $1`, h.user("admin")))
	for _, other := range []string{"foreman", "op-ours", "op-strange", "admin2"} {
		require.Equal(t, http.StatusNotFound, h.as(other, "GET", at+"/result", nil).status, other)
		require.NotContains(t, h.ok(other, "GET", "/errands", nil).body, "Заявки в CSV\",\"query\":\"\",\"total\":40", other)
	}

	// a stop in the middle: no file, and it can be begun anew
	h.more("э2", 4200)
	stopped := ask("admin", "unit=э2", map[string]any{"format": "xlsx"})
	h.super(`create function halt() returns trigger language plpgsql as $f$ begin
		if new.done > 0 and new.state = 'running' then new.state := 'stopping'; end if; return new; end $f$`)
	h.super(`create trigger halt before update on errands for each row when (old.done = 0) execute function halt()`)
	h.work()
	require.Equal(t, "0/0/4200 stopped", h.errand("admin", stopped))
	h.super(`drop trigger halt on errands`)
	h.ok("admin", "POST", fmt.Sprintf("/errands/%d/resume", stopped), nil)
	h.work()
	require.Equal(t, "4200/0/4200 done", h.errand("admin", stopped))

	// the PDF, and what is refused
	pdf := ask("readonly", "unit=э1", map[string]any{"format": "pdf"})
	h.work()
	require.True(t, strings.HasPrefix(h.ok("readonly", "GET", fmt.Sprintf("/errands/%d/result", pdf), nil).body, "%PDF-"))
	h.fails("admin", "POST", "/ticket-exports?unit=нет", map[string]any{"format": "csv"}, 409, "ticket.none_match")
	h.fails("op-ours", "POST", "/ticket-exports?unit=э1", map[string]any{"format": "csv"}, 422, "ticket.one_company")

	// the list changed while the errand waited: said, not hidden
	late := ask("foreman", "unit=э1", map[string]any{"format": "csv"})
	h.do(`update tickets set unit = 'э3' where unit = 'э1' and number = 100001`)
	h.work()
	require.Contains(t, h.ok("foreman", "GET", fmt.Sprintf("/errands/%d", late), nil).get(t, "note"), "было 40, в файле 39")

	files := func() (n int) {
		must(t, filepath.WalkDir(filepath.Join(h.data, "results"), func(_ string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				n++
			}
			return err
		}))
		return n
	}
	require.Equal(t, 5, files())
	h.clock.Set(h.clock.Now().Add(25 * time.Hour))
	h.fails("admin", "GET", at+"/result", nil, 404, "errand.no_result")
	must(t, h.app.Errands.Watch(h.sys))
	require.Zero(t, files())
}

// TestWhatNobodyHasInHandIsArmedAgain: an errand whose worker died on another machine goes on.
func TestWhatNobodyHasInHandIsArmedAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.copies(10, "э4")
	id := h.change("admin", "э4", map[string]any{"what": "status", "to": "done"})
	h.do(`update river_job set state = 'discarded', finalized_at = $1 where kind = $2`, noon, errand.Run{}.Kind()) // lost
	h.do(`update errands set state = 'running' where id = $1`, id)
	must(t, h.app.Errands.Watch(h.sys))
	require.Zero(t, h.one(`select count(*) from river_job where kind = 'errand.run' and state = 'available'`), "it may still be at work")
	h.clock.Set(h.clock.Now().Add(31 * time.Second))
	must(t, h.app.Errands.Watch(h.sys))
	h.work()
	require.Equal(t, "10/0/10 done", h.errand("admin", id))
}

// more copies the first copy of a request: its numbers go on from 200000.
func (h *house) more(unit string, n int) {
	h.t.Helper()
	h.do(`insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, description, created_at, updated_at)
		select company_id, 200000 + g, kind, status, source, building_id, $1, address, zone, reason_id, reason_version, reason_name, '', created_at, updated_at from tickets, generate_series(1, $2::int) g where number = 100001 and company_id = 1`, unit, n)
}
