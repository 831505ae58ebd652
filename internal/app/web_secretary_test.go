package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

func init() {
	more = append(more, func(h *house) map[string][]request {
		person := func(by string, company int64) int64 {
			return h.ok(by, http.MethodPost, "/competents", competentForm(company, nil)).id(h.t, "id")
		}
		theirs := person("admin2", strange)
		key := h.call(strange, "+79000900051")
		change := competentForm(0, map[string]any{"version": 1})
		return map[string][]request{
			"list-competents":  {{method: "GET", path: "/competents?company_id=2"}},
			"add-competent":    {{method: "POST", path: "/competents", body: competentForm(strange, nil), by: "admin2"}},
			"change-competent": {{method: "PUT", path: fmt.Sprintf("/competents/%d", theirs), body: change, by: "admin2"}},
			"set-transfer":     {{method: "PUT", path: "/transfer-settings", body: map[string]any{"company_id": strange, "at_once": true}, by: "admin2"}},
			"call-competents":  {{method: "GET", path: "/desk/calls/" + key + "/competents"}},
			"take-message":     {{method: "POST", path: "/desk/calls/" + key + "/message", body: map[string]any{"competent_id": theirs, "text": "Перезвоните"}}},
		}
	})
}

func competentForm(company int64, more map[string]any) map[string]any {
	f := map[string]any{
		"member_id": nil, "name": "Бухгалтер Орлова", "position": "бухгалтер", "subject": "начисления, справки", "reason_ids": []int64{}, "phones": []string{"8 343 000 01 11"},
		"hours": []any{}, "by_calendar": true,
	}
	if company != 0 {
		f["company_id"] = company
	}
	for k, v := range more {
		f[k] = v
	}
	return f
}

// TestACallerIsTransferredToTheCompetent is SR2 at the desk: those in their hours who answer
// for the reason come first; the engine is told of nobody out of his hours, nor of another
// company's (F20).
func TestACallerIsTransferredToTheCompetent(t *testing.T) {
	t.Parallel()
	h := open(t)
	leak := h.reason(ours, "ВС-02")
	add := func(more map[string]any) int64 {
		return h.ok("admin", http.MethodPost, "/competents", competentForm(ours, more)).id(t, "id")
	}
	anybody := add(nil)
	closed := add(map[string]any{"name": "Паспортист", "reason_ids": []int64{leak}, "hours": []any{map[string]any{"days": []int{5}, "from": 540, "to": 780}}, "by_calendar": false})
	best := add(map[string]any{"name": "Юрист", "reason_ids": []int64{leak}, "hours": []any{map[string]any{"days": []int{}, "from": 540, "to": 1080}}})
	key := h.call(ours, resident)
	list := h.ok("operator", http.MethodGet, fmt.Sprintf("/desk/calls/%s/competents?reason_id=%d", key, leak), nil)
	for i, want := range []int64{best, anybody, closed} {
		require.Equal(t, want, list.id(t, fmt.Sprintf("items.%d.id", i)))
	}
	require.Equal(t, "Asia/Yekaterinburg", list.get(t, "zone"))
	require.Equal(t, "hours", list.get(t, "items.2.why"))
	require.Equal(t, "2026-11-28T04:00:00Z", list.get(t, "items.2.until"), "Saturday at nine")
	require.Equal(t, false, list.get(t, "at_once"), "off by default")
	require.NotContains(t, list.body, "+73430000111", "the phones are the engine's business")

	people := h.app.Competents()
	p, err := people.Competent(context.Background(), key, best)
	require.NoError(t, err)
	require.Equal(t, telephony.Competent{ID: best, CompanyID: ours, Name: "Юрист", Phones: []string{"+73430000111"}}, p)
	_, err = people.Competent(context.Background(), key, closed)
	require.Equal(t, "transfer.hours", fault.CodeOf(err))
	foreign := h.ok("admin2", http.MethodPost, "/competents", competentForm(strange, nil)).id(t, "id")
	_, err = people.Competent(context.Background(), key, foreign)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	h.ok("admin", http.MethodPut, "/transfer-settings", map[string]any{"company_id": ours, "at_once": true})
	p, err = people.Competent(context.Background(), key, best)
	require.NoError(t, err)
	require.True(t, p.AtOnce)
	h.ok("admin", http.MethodPut, fmt.Sprintf("/competents/%d", best), competentForm(0, map[string]any{"name": "Юрист", "version": 1, "is_archived": true}))
	_, err = people.Competent(context.Background(), key, best)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "put away")
}

// TestATransferIsTheResultOfItsCall: who has the caller stands in the journal with each step;
// a caller who came back has no result yet.
func TestATransferIsTheResultOfItsCall(t *testing.T) {
	t.Parallel()
	h := open(t)
	key := h.call(ours, resident)
	id := h.one(`select id from calls where key = $1`, key)
	seq := 50
	step := func(d telephony.Transferred) {
		d.Person, d.Name, d.Mode = 1, "Бухгалтер Орлова", telephony.Consult
		raw, err := json.Marshal(d)
		require.NoError(t, err)
		seq++
		h.report(telephony.Report{CallKey: key, Seq: seq, Kind: telephony.CallTransfer, Operator: h.one(`select id from users where login = 'operator'`), Data: raw})
	}
	step(telephony.Transferred{State: telephony.TransferAsked})
	step(telephony.Transferred{State: telephony.TransferBack, Outcome: telephony.NoAnswer, Why: "не отвечает"})
	path := fmt.Sprintf("/calls/%d", id)
	card := h.ok("operator", http.MethodGet, path, nil)
	require.Contains(t, card.body, "Перевод – Бухгалтер Орлова: не состоялся, не отвечает")
	require.Equal(t, int64(0), h.one(`select count(*) from calls where id = $1 and disposition is not null`, id))
	step(telephony.Transferred{State: telephony.TransferJoined, Operator: 7})
	require.Equal(t, int64(0), h.one(`select count(*) from calls where id = $1 and disposition is not null`, id), "a colleague says himself what came of it")
	step(telephony.Transferred{State: telephony.TransferJoined})
	card = h.ok("operator", http.MethodGet, path, nil)
	require.Contains(t, card.body, "Перевод – Бухгалтер Орлова: соединён со звонящим")
	require.Equal(t, int64(1), h.one(`select count(*) from calls where id = $1 and disposition = 'transferred'`, id))
}

// TestAMessageIsTold: a call task tells it to the person in his hours, with a deadline of his
// own working time; the call has its result; one for a person and a call.
func TestAMessageIsTold(t *testing.T) {
	t.Parallel()
	h := open(t)
	saturday := []any{map[string]any{"days": []int{5}, "from": 540, "to": 600}, map[string]any{"days": []int{6}, "from": 540, "to": 780}}
	id := h.ok("admin", http.MethodPost, "/competents", competentForm(ours, map[string]any{"hours": saturday, "by_calendar": false})).id(t, "id")
	key := h.call(ours, resident)
	path := "/desk/calls/" + key + "/message"
	h.fails("operator", http.MethodPost, path, map[string]any{"competent_id": id, "text": " "}, http.StatusUnprocessableEntity, "message.text")
	row := h.ok("operator", http.MethodPost, path, map[string]any{"competent_id": id, "text": "Пересчитайте  воду"})
	require.Equal(t, "message", row.get(t, "disposition"))
	var title string
	var due, till time.Time
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		return tx.QueryRow(h.sys, `select title, due_at, promise_at from call_tasks where purpose = 'message' and phones = '{+73430000111}' and state = 'waiting'`).Scan(&title, &due, &till)
	}))
	require.Contains(t, title, "Бухгалтер Орлова")
	require.Contains(t, title, "Пересчитайте воду")
	require.Equal(t, "2026-11-28T04:00:00Z", due.UTC().Format(time.RFC3339), "Saturday at nine")
	require.Equal(t, "2026-11-29T05:00:00Z", till.UTC().Format(time.RFC3339), "an hour of Saturday and one of Sunday")
	h.fails("operator", http.MethodPost, path, map[string]any{"competent_id": id, "text": "Ещё раз"}, http.StatusConflict, "message.taken")
	task := h.one(`select id from call_tasks where purpose = 'message'`)
	card := h.ok("operator", http.MethodGet, fmt.Sprintf("/desk/tasks/%d", task), nil)
	require.Equal(t, []any{"told", "not_reached", "wrong_number"}, card.get(t, "results"))
	require.Contains(t, card.get(t, "words"), "Для вас сообщение")
}

// TestASecondPhoneIsWithinTheCaps is S9 of transfers and of the centre's connections: a
// hundred second phones begun at once are no more than the company may have at once, one
// that is not begun leaves nothing, and a restart does not ring any of them again.
func TestASecondPhoneIsWithinTheCaps(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.ok("platform", http.MethodPut, "/companies/1/caps", map[string]any{"concurrent": 10, "hourly": 1000, "minutes": 1000})
	var begun, capped atomic.Int32
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			o := telephony.Order{Key: fmt.Sprintf("c-1-%d", i), CompanyID: ours, Phone: "+79000005001", Purpose: telephony.Second}
			switch err := h.app.Telephony.Begin(h.sys, "n1", o); {
			case err == nil:
				begun.Add(1)
			case errors.Is(err, telephony.ErrCapped):
				capped.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Equal(t, []int32{10, 90}, []int32{begun.Load(), capped.Load()})
	require.Equal(t, int64(10), h.one(`select count(*) from call_orders where purpose = 'second'`))
	_, _, err := h.app.Telephony.Recover(h.sys, "n1")
	require.NoError(t, err)
	require.Equal(t, int64(10), h.one(`select count(*) from call_orders where purpose = 'second' and state = 'ended' and outcome = 'unknown'`))
}
