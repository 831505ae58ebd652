package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		marked, seen, told := h.spoken(strange, "op-strange"), h.spoken(strange, "op-strange"), h.spoken(strange, "op-strange")
		h.do(`update calls set operator_id = (select id from users where login = 'executor-strange') where id = $1`, h.spoken(strange, "op-strange"))
		h.do(`update users set name = 'Шубин' where login = 'executor-strange'`)
		for _, id := range []int64{seen, told} {
			h.ok("admin2", "PUT", fmt.Sprintf("/calls/%d/mark", id), map[string]any{"mark": 1, "comment": "Бойко перебивал"})
		}
		h.do(`insert into ticket_views (list, company_id, user_id, name, query, is_shared, created_at)
			select 'calls', 2, u.id, n || ': потерянные', 'result=lost', true, $1 from users u, unnest(array['Ершов', 'Галиев']) n where u.login = 'op-strange'`, noon)
		view, other := h.one(`select min(id) from ticket_views where list = 'calls' and company_id = 2`), h.one(`select max(id) from ticket_views where list = 'calls' and company_id = 2`)
		return map[string][]request{
			"list-call-views":  {{method: "GET", path: "/call-views?company_id=2"}},
			"keep-call-view":   {{method: "POST", path: "/call-views", body: map[string]any{"company_id": strange, "name": "Чужой список звонков", "query": "result=lost"}}},
			"change-call-view": {{method: "PUT", path: fmt.Sprintf("/call-views/%d", view), body: map[string]any{"name": "Их", "query": "", "version": 1}}},
			"drop-call-view":   {{method: "DELETE", path: fmt.Sprintf("/call-views/%d", other)}},
			"count-calls": {
				{method: "GET", path: "/calls/count?company_id=2", list: true},
				{method: "GET", path: fmt.Sprintf("/calls/count?building_id=%d", h.building(strange)), list: true},
			},
			"call-operators":   {{method: "GET", path: "/calls/operators?company_id=2", list: true}},
			"mark-call":        {{method: "PUT", path: fmt.Sprintf("/calls/%d/mark", marked), body: map[string]any{"mark": 5}, by: "admin2"}},
			"appeal-call-mark": {{method: "POST", path: fmt.Sprintf("/calls/%d/mark/appeal", seen), body: map[string]any{"text": "было иначе"}}},
			"answer-call-mark": {{method: "POST", path: fmt.Sprintf("/calls/%d/mark/answer", told), body: map[string]any{"finding": "upheld", "text": "поговорили", "version": 1}, by: "lead-strange"}},
		}
	})
}
