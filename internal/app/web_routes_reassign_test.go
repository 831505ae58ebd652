package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		x := h.ticket(strange, "ВС-02")
		h.do(`update tickets set status = 'accepted', accepted_at = $2, executor_left_at = $2 where id = $1`, x.ID, noon)
		chosen := h.ticket(strange, "ВС-02")
		member := h.one(`select min(id) from members where company_id = 2 and not is_archived and id <> $1`, chosen.ExecutorID)
		return map[string][]request{
			"assign-ticket":   {{method: "POST", path: fmt.Sprintf("/tickets/%d/assign", chosen.ID), body: map[string]any{"what": "executor", "member_id": member, "version": chosen.Version}}},
			"reassign-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/reassign", x.ID), body: map[string]any{"version": x.Version}}},
		}
	})
}
