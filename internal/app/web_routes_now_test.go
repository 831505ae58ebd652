package app_test

func init() {
	more = append(more, func(h *house) map[string][]request {
		h.do(`update tickets set status = 'postponed', postpone_reason = 'Ждём Бойко' where id = $1`, h.ticket(strange, "ВС-02").ID)
		return map[string][]request{
			"ticket-figures": {{method: "GET", path: "/tickets/figures", list: true}, {method: "GET", path: "/tickets/figures?company_id=2", list: true}},
		}
	})
}
