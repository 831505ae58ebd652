package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		x := h.ticket(strange, "ВС-02")
		h.do(`update tickets set status = 'accepted', accepted_at = $2, executor_left_at = $2 where id = $1`, x.ID, noon)
		return map[string][]request{
			"reassign-ticket": {{method: "POST", path: fmt.Sprintf("/tickets/%d/reassign", x.ID), body: map[string]any{"version": x.Version}}},
		}
	})
}
