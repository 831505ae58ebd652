package registrar

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheGuard: ten wrong passwords or a hundred questions without an answer within five minutes
// shut an address out for half an hour; phones that are well never weigh anything.
func TestTheGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spared := netip.MustParseAddrPort("10.0.0.1:5060")
		var bans []Ban
		g := &Guard{Spare: func(s netip.AddrPort) bool { return s == spared }, OnBan: func(b Ban) { bans = append(bans, b) }}
		at := func(n int) string { return fmt.Sprintf("10.0.0.1:%d", 6000+n) }
		shut := func(s string) bool { return g.Shut(netip.MustParseAddrPort(s)) }
		for i := range 1000 { // an office of phones that register again and again
			g.asked(at(i%50), false)
			g.proved(at(i % 50))
		}
		for i := range 9 {
			g.asked(at(i), true)
			g.asked(at(100), false)
			g.proved(at(100))
		}
		for range 30 { // proofs with a nonce that is good still
			g.proved(at(100))
		}
		require.False(t, shut(at(1)))
		g.asked(at(9), true)
		require.True(t, shut(at(1)), "a success of another phone has undone no guess")
		require.False(t, g.Shut(spared))
		require.False(t, shut("10.0.0.2:6001"))
		require.Len(t, bans, 1)
		require.Equal(t, 10, bans[0].Guesses)
		time.Sleep(30*time.Minute + time.Second)
		require.False(t, shut(at(1)), "it is over")

		for i := range 99 {
			g.asked("10.0.0.3:5060", false)
			require.False(t, shut("10.0.0.3:5060"), i)
		}
		g.asked("10.0.0.3:5060", false)
		require.True(t, shut("10.0.0.3:5060"), "a list of names is tried")
		g.Lift(g.Bans()[0].ID)
		require.False(t, shut("10.0.0.3:5060"))

		home := netip.MustParseAddr("10.0.0.5")
		g.Home = func(ip netip.Addr) bool { return ip == home }
		in := func(port int) string { return fmt.Sprintf("10.0.0.5:%d", port) }
		for port := 1; port <= 4; port++ { // somebody goes from port to port in an office of ours
			require.False(t, shut(in(port)))
			for range 10 {
				g.asked(in(port), true)
			}
			require.True(t, shut(in(port)))
			require.Equal(t, port > 3, shut(in(99)), "the others of that office are heard until it is clear")
		}

		for range 5 { // a person types his password wrongly, and again tomorrow
			g.asked("10.0.0.4:5060", true)
			g.asked("10.0.0.4:5060", true)
			time.Sleep(6 * time.Minute)
		}
		require.False(t, shut("10.0.0.4:5060"))
		require.Empty(t, g.Bans())
	})
}
