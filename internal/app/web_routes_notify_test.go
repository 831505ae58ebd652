package app_test

import "fmt"

func init() {
	more = append(more, func(h *house) map[string][]request {
		device := func(n int) int64 {
			return h.one(`insert into notify_devices (company_id, user_id, endpoint, p256dh, auth, name, created_at) values (2, $1, $2, 'k', 'a', 'Шубин', $3) returning id`, h.user("admin2"), fmt.Sprintf("https://10.0.0.1/%d", n), noon)
		}
		h.do(`insert into notify_wishes (company_id, user_id, kinds) values (2, $1, '{}')`, h.user("admin2")) // what others do is not told there
		return map[string][]request{
			"my-notifications":        nil, // one's own only: there is no way to name another
			"change-my-notifications": nil, // one's own only: nobody else can be named
			"subscribe-device":        nil, // the same
			"forget-device":           {{method: "DELETE", path: fmt.Sprintf("/me/notifications/devices/%d", device(1)), by: "admin2"}},
			"try-device":              {{method: "POST", path: fmt.Sprintf("/me/notifications/devices/%d/test", device(2)), by: "admin2"}},
		}
	})
}
