package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/clock"
)

// TestADismissedPersonIsShutOut is F37 and F71: dismissal closes his screens and his login
// where he has no other company; the last administrator is not shut out (F68).
func TestADismissedPersonIsShutOut(t *testing.T) {
	t.Parallel()
	h := open(t)
	run(t, h.hub)
	member := h.one(`select member_id from company_users where user_id = $1`, h.user("gusev"))
	_, token, _ := h.enter(map[string]any{"login": "gusev", "password": "gusev"}, "")
	stream := h.screen(token)
	require.Eventually(t, func() bool { return h.hub.Streams() >= 1 }, 5*time.Second, time.Millisecond)
	h.ok("admin", "POST", fmt.Sprintf("/staff/%d/dismiss", member), map[string]any{"hand_to": nil})
	h.work()
	began := clock.System{}.Now() // the jobs of the dismissal may take what they take
	_, took := stream.ends(t, began)
	require.Less(t, took, time.Second)
	require.Equal(t, 401, h.with(token, "GET", "/me", nil).status)
	require.Equal(t, int64(1), h.one(`select count(*) from company_users where user_id = $1 and is_blocked`, h.user("gusev")))

	boss := h.one(`select min(id) from members where company_id = 1 and not is_archived`)
	h.do(`update company_users set member_id = $1 where company_id = 1 and role = 'admin'`, boss)
	h.ok("admin", "POST", fmt.Sprintf("/staff/%d/dismiss", boss), map[string]any{"hand_to": nil})
	h.work()
	h.ok("admin", "GET", "/me", nil)
}
