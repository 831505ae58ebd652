package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/blob"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

// keep puts a file where files of a sort lie.
func (h *house) keep(dir, key, text string) {
	h.t.Helper()
	must(h.t, blob.Dir(filepath.Join(h.data, dir)).Put(h.sys, key, strings.NewReader(text)))
}

// copies makes n copies of a request of our company; the copies are told by the unit.
func (h *house) copies(n int, unit string) {
	h.t.Helper()
	t := h.ticket(ours, "ВС-02")
	h.do(`insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, description, executor_id, responsible_id, created_at, updated_at, due_at)
		select company_id, 100000 + g, kind, status, source, building_id, $3, address, zone, reason_id, reason_version, reason_name, work_type_id, 'copy ' || g, executor_id, responsible_id, created_at + g * interval '1 ms', updated_at, due_at
		from tickets, generate_series(1, $2::int) g where id = $1`, t.ID, n, unit)
}

// change starts a change of all the requests with a unit.
func (h *house) change(by, unit string, body map[string]any) int64 {
	h.t.Helper()
	q := "?company_id=1&unit=" + url.QueryEscape(unit)
	body["expected"] = h.ok(by, "GET", "/ticket-changes/count"+q, nil).id(h.t, "count")
	return h.ok(by, "POST", "/ticket-changes"+q, body).id(h.t, "id")
}

// errand is how one is: done/refused/total and its state.
func (h *house) errand(by string, id int64) string {
	h.t.Helper()
	a := h.ok(by, "GET", fmt.Sprintf("/errands/%d", id), nil)
	return fmt.Sprintf("%v/%v/%v %v", a.get(h.t, "done"), a.get(h.t, "refused"), a.get(h.t, "total"), a.get(h.t, "state"))
}

// TestManyAreChangedByTheRulesOfOne is J6 with F69: the set and its versions are those of
// the start, what others changed meanwhile and what the rules forbid is refused with words,
// each of the rest has one line of history.
func TestManyAreChangedByTheRulesOfOne(t *testing.T) { // F69
	t.Parallel()
	h := open(t)
	h.copies(600, "м1")
	h.do(`update tickets set status = 'closed', closed_at = $1 where unit = 'м1' and number between 100001 and 100003`, noon)
	id := h.change("admin", "м1", map[string]any{"what": "status", "to": "done"})
	require.Equal(t, "0/0/600 waiting", h.errand("admin", id))

	taken := h.one(`select id from tickets where unit = 'м1' and number = 100300`)
	h.ok("foreman", "POST", fmt.Sprintf("/tickets/%d/move", taken), map[string]any{"to": "in_progress", "version": 1})
	h.do(`update tickets set unit = 'другая' where unit = 'м1' and number = 100400`) // the set is frozen: it does not leave it
	h.do(`update tickets set unit = 'м1' where id = $1`, h.ticket(ours, "ВС-02").ID) // nor does another come into it
	h.work()

	require.Equal(t, "596/4/600 done", h.errand("admin", id))
	require.Equal(t, int64(596), h.one(`select count(*) from tickets where number between 100001 and 100600 and status = 'done' and version = 2`))
	require.Equal(t, int64(596), h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(id)), "one line each")
	require.Equal(t, int64(596), h.one(`select count(distinct ticket_id) from ticket_events where data->>'errand_id' = $1 and by_user = $2 and text = 'Состояние: выполнена'`, fmt.Sprint(id), h.user("admin")))
	require.Equal(t, int64(596), h.one(`select count(*) from river_job j join tickets t on t.id = (j.args->>'ticket_id')::bigint where j.kind = 'followup.ask' and t.unit in ('м1', 'другая') and t.status = 'done'`), "who listens hears of each")
	why := h.ok("admin", "GET", fmt.Sprintf("/errands/%d/outcomes?refused=true", id), nil)
	require.Contains(t, why.body, "Заявка № 100001 сейчас «закрыта»")
	require.Contains(t, why.body, "Заявку изменили, пока до неё не дошла очередь")
	require.Equal(t, http.StatusOK, h.as("admin", "GET", fmt.Sprintf("/tickets/%d", taken), nil).status)
	report := h.ok("admin", "GET", fmt.Sprintf("/errands/%d/report", id), nil)
	require.Equal(t, 601, strings.Count(report.body, "\n"), "every row is in the report")
	require.Contains(t, report.body, "100300;не изменена;Заявку изменили")
	require.Contains(t, report.header.Get("Content-Disposition"), "attachment")

	must(t, h.app.Errands.Run(h.sys, id)) // the same job once more, as after a kill
	require.Equal(t, "596/4/600 done", h.errand("admin", id))
	require.Equal(t, int64(596), h.one(`select count(*) from ticket_events where data->>'errand_id' = $1`, fmt.Sprint(id)))
}

// TestPeopleAndLabelsOfMany: responsible of the preset list only, executors any employee (J6).
func TestPeopleAndLabelsOfMany(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.copies(20, "м2")
	choices := h.ok("admin", "GET", "/ticket-choices?company_id=1", nil)
	lead := choices.id(t, "responsible.0.id")
	plain := h.one(`select min(m.id) from members m where m.company_id = 1 and not m.is_archived and not exists (select from member_duties d where d.member_id = m.id and d.role = 'responsible')
		and not exists (select from tickets where unit = 'м2' and executor_id = m.id)`)
	foreign := h.one(`select min(id) from members where company_id = 2`)
	label := h.one(`select min(id) from tags where company_id = 1`)
	h.do(`update tickets set status = 'accepted', accepted_at = $1 where unit = 'м2' and number <= 100010`, noon)
	h.do(`update tickets set responsible_id = null, kind = case number when 100001 then 'emergency' else 'planned' end where unit = 'м2'`)
	at := "?company_id=1&unit=" + url.QueryEscape("м2")
	for _, no := range []struct {
		by, code string
		status   int
		body     map[string]any
	}{
		{"admin", "ticket.not_preset", 422, map[string]any{"what": "responsible", "member_id": plain}},
		{"admin", "ticket.member", 422, map[string]any{"what": "executor", "member_id": foreign}},
		{"admin", "ticket.label", 422, map[string]any{"what": "labels", "put": []int64{h.one(`select min(id) from tags where company_id = 2`)}}},
		{"admin", "ticket.no_labels", 422, map[string]any{"what": "labels"}},
		{"admin", "ticket.reason_required", 422, map[string]any{"what": "status", "to": "cancelled"}},
		{"admin", "ticket.until_required", 422, map[string]any{"what": "status", "to": "postponed", "reason": "нет запчастей"}},
		{"gusev", "ticket.reassign_forbidden", 403, map[string]any{"what": "executor", "member_id": plain}},
		{"gusev", "ticket.move_forbidden", 403, map[string]any{"what": "status", "to": "cancelled", "reason": "так"}},
		{"readonly", "access.ticket.move", 403, map[string]any{"what": "labels", "put": []int64{label}}},
		{"admin", "ticket.count_changed", 409, map[string]any{"what": "labels", "put": []int64{label}, "expected": 19}},
	} {
		if no.body["expected"] == nil {
			no.body["expected"] = 20
		}
		h.fails(no.by, "POST", "/ticket-changes"+at, no.body, no.status, no.code)
	}
	h.fails("op-ours", "POST", "/ticket-changes?unit=1", map[string]any{"what": "labels", "put": []int64{label}, "expected": 1}, 422, "ticket.one_company")

	id := h.change("admin", "м2", map[string]any{"what": "responsible", "member_id": lead})
	h.fails("admin", "POST", "/ticket-changes"+at, map[string]any{"what": "responsible", "member_id": lead, "expected": 20}, 409, "errand.busy") // a double click
	h.work()
	require.Equal(t, "20/0/20 done", h.errand("admin", id))
	require.Equal(t, int64(20), h.one(`select count(*) from tickets where unit = 'м2' and responsible_id = $1`, lead))

	calls := h.one(`select count(*) from call_tasks`)
	id = h.change("foreman", "м2", map[string]any{"what": "executor", "member_id": plain})
	h.work()
	require.Equal(t, "20/0/20 done", h.errand("foreman", id))
	require.Equal(t, int64(20), h.one(`select count(*) from tickets where unit = 'м2' and executor_id = $1`, plain))
	require.Equal(t, calls+1, h.one(`select count(*) from call_tasks`), "his phone rings for the emergency that was accepted, and for nothing else")

	half := h.one(`select id from tickets where unit = 'м2' and number = 100005`)
	version := h.one(`select version from tickets where id = $1`, half)
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/labels", half), map[string]any{"put": []int64{label}, "version": version})
	id = h.change("admin", "м2", map[string]any{"what": "labels", "put": []int64{label}})
	h.work()
	require.Equal(t, "19/1/20 done", h.errand("admin", id))
	require.Contains(t, h.ok("admin", "GET", fmt.Sprintf("/errands/%d/outcomes?refused=true", id), nil).body, "Уже так")
	require.Equal(t, int64(20), h.one(`select count(*) from tickets where unit = 'м2' and $1 = any(tag_ids)`, label))

	// picked by hand at an old version: refused, as somebody changed it under the eyes
	first := h.one(`select id from tickets where unit = 'м2' and number = 100001`)
	picks := []any{map[string]any{"id": first, "version": 1}, map[string]any{"id": half, "version": h.one(`select version from tickets where id = $1`, half)}}
	id = h.ok("admin", "POST", "/ticket-changes?company_id=1", map[string]any{"what": "labels", "off": []int64{label}, "picks": picks, "expected": 2}).id(t, "id")
	h.work()
	require.Equal(t, "1/1/2 done", h.errand("admin", id))
}

// TestAChangeOfManyStops: it can be stopped and resumed, a right taken away stops it, and
// nobody else sees it.
func TestAChangeOfManyStops(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.copies(600, "м3")
	id := h.change("foreman", "м3", map[string]any{"what": "status", "to": "done"})
	at := fmt.Sprintf("/errands/%d", id)
	for _, other := range []string{"admin", "op-ours", "op-strange"} {
		h.fails(other, "GET", at, nil, 404, "errand.not_found")
		h.fails(other, "POST", at+"/stop", nil, 404, "errand.not_found")
		h.fails(other, "GET", at+"/report", nil, 404, "errand.not_found")
	}
	h.ok("foreman", "POST", at+"/stop", nil)
	h.work()
	require.Equal(t, "0/0/600 stopped", h.errand("foreman", id))
	require.Zero(t, h.one(`select count(*) from tickets where unit = 'м3' and status = 'done'`))

	// in the middle: the second batch finds the order to stop
	h.ok("foreman", "POST", at+"/resume", nil)
	h.super(`create function halt() returns trigger language plpgsql as $f$ begin
		if new.done > 0 and new.state = 'running' then new.state := 'stopping'; end if; return new; end $f$`)
	h.super(`create trigger halt before update on errands for each row when (old.done = 0) execute function halt()`)
	h.work()
	require.Equal(t, "250/0/600 stopped", h.errand("foreman", id))
	require.Equal(t, int64(250), h.one(`select count(*) from tickets where unit = 'м3' and status = 'done'`), "what is said to be done is done")
	h.super(`drop trigger halt on errands`)

	// who lost the right meanwhile changes nothing more
	h.ok("foreman", "POST", at+"/resume", nil)
	h.fails("foreman", "POST", at+"/resume", nil, 409, "errand.not_stopped")
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(h.sys, `update company_users set is_blocked = true where user_id = $1`, h.user("foreman"))
		return err
	}))
	h.pastJobs()
	require.Equal(t, int64(250), h.one(`select count(*) from tickets where unit = 'м3' and status = 'done'`))
	require.Equal(t, int64(1), h.one(`select count(*) from errands where id = $1 and state = 'stopped' and note like '%больше нет%прав%'`, id))

	h.do(`update company_users set is_blocked = false where user_id = $1`, h.user("foreman"))
	h.app.Accounts.Forget(h.user("foreman"))
	h.ok("foreman", "POST", at+"/resume", nil)
	h.work()
	require.Equal(t, "600/0/600 done", h.errand("foreman", id))
	h.fails("foreman", "POST", at+"/stop", nil, 409, "errand.over")
}

// super does what only the owner of the schema may.
func (h *house) super(q string) {
	h.t.Helper()
	var name string
	must(h.t, h.app.DB.Pool.QueryRow(h.sys, `select current_database()`).Scan(&name))
	c, err := pgx.Connect(h.sys, pgtest.URL(name))
	require.NoError(h.t, err)
	defer c.Close(h.sys) //nolint:errcheck // nothing to lose
	_, err = c.Exec(h.sys, q)
	require.NoError(h.t, err)
}

// pastJobs runs what is due though a job says that it failed.
func (h *house) pastJobs() {
	h.t.Helper()
	id := h.one(`select (args->>'errand_id')::bigint from river_job where kind = 'errand.run' and state = 'available' limit 1`)
	h.do(`update river_job set state = 'completed', finalized_at = $1 where kind = 'errand.run' and state = 'available'`, noon)
	require.Error(h.t, h.app.Errands.Run(h.sys, id))
}

// TestANarrowRightChangesItsOwn: an executor's change of «all» is of what he sees (A4).
func TestANarrowRightChangesItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.copies(10, "м4")
	member := h.one(`select member_id from company_users where user_id = $1`, h.user("gusev"))
	h.do(`update tickets set executor_id = $1 where unit = 'м4' and number <= 100003`, member)
	h.do(`update tickets set executor_id = null, responsible_id = null where unit = 'м4' and number > 100003`)
	id := h.change("gusev", "м4", map[string]any{"what": "status", "to": "in_progress"})
	gone := h.one(`select id from tickets where unit = 'м4' and number = 100002`)
	h.do(`update tickets set executor_id = null where id = $1`, gone) // not his any more, without a new version
	h.work()
	require.Equal(t, "2/1/3 done", h.errand("gusev", id))
	require.Contains(t, h.ok("gusev", "GET", fmt.Sprintf("/errands/%d/outcomes?refused=true", id), nil).body, "больше не видна")
	require.Equal(t, int64(2), h.one(`select count(*) from tickets where unit = 'м4' and status = 'in_progress'`))
}

// TestActorOfIsWhoSignsIn: work in the background has the rights of its person's session.
func TestActorOfIsWhoSignsIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, login := range []string{"admin", "foreman", "gusev", "readonly", "op-ours", "shared"} {
		signed, me, err := h.app.Accounts.ByToken(context.Background(), h.token(login))
		require.NoError(t, err)
		company := signed.CompanyID
		if company == 0 {
			company = ours
		}
		now, err := h.app.Accounts.ActorOf(context.Background(), me.UserID, company)
		require.NoError(t, err)
		require.Equal(t, signed, now, login)
	}
	_, err := h.app.Accounts.ActorOf(context.Background(), h.user("admin"), strange)
	require.Error(t, err)
}
