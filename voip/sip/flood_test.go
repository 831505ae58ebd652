package sip_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"d24/voip/rtp"
	"d24/voip/sip"
)

// flood sends n INVITEs, each from the source that from gives, as fast as it goes.
func flood(t *testing.T, to netip.AddrPort, n int, from func(i int) netip.Addr) {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{})
	require.NoError(t, err)
	defer c.Close()
	msg := []byte("INVITE sip:79000000002@" + to.String() + " SIP/2.0\r\nVia: SIP/2.0/UDP 127.9.9.9:5060;branch=z9hG4bKflood\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: flood\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.9.9.9>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
	at := net.UDPAddrFromAddrPort(to)
	for i := range n {
		_, _, err := c.WriteMsgUDP(msg, source(from(i)), at)
		require.NoError(t, err)
	}
	require.NoError(t, c.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
	_, err = c.Read(make([]byte, 100))
	require.Error(t, err, "a stranger is not answered")
}

// source is the control message by which a datagram leaves from an address of this machine.
func source(ip netip.Addr) []byte {
	b := make([]byte, syscall.CmsgSpace(syscall.SizeofInet4Pktinfo))
	h := (*syscall.Cmsghdr)(unsafe.Pointer(&b[0])) //nolint:gosec // the kernel's own layout
	h.Level, h.Type = syscall.IPPROTO_IP, syscall.IP_PKTINFO
	h.SetLen(syscall.CmsgLen(syscall.SizeofInet4Pktinfo))
	v4 := ip.As4()
	copy(b[syscall.CmsgLen(0)+4:], v4[:]) // Spec_dst
	return b
}

// held is the live heap in bytes.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAFloodOfStrangersCostsNothing is S4 and S5: 20,000 INVITEs from one unknown address, and 200,000
// from as many: none is answered, no transaction begins, nothing is kept, a friend is served.
func TestAFloodOfStrangersCostsNothing(t *testing.T) {
	const most = 20 << 20
	filter := sip.NewFilter()
	require.NoError(t, filter.Set([]string{"127.0.7.111"}))
	ip := netip.MustParseAddr("127.0.7.110")
	invited := make(chan struct{}, 1000)
	b, err := sip.Listen(sip.Config{
		Listen: netip.AddrPortFrom(ip, 0), Ports: rtp.NewPorts(ip, 30000, 32000), Filter: filter,
		OnInvite: func(l *sip.Leg) { invited <- struct{}{}; l.Reject(486, "Busy Here") },
	})
	require.NoError(t, err)
	defer b.Close()
	friend := stack(t, "127.0.7.111", sip.Config{}, "127.0.7.110")
	for name, from := range map[string]func(i int) netip.Addr{
		"one": func(int) netip.Addr { return netip.AddrFrom4([4]byte{127, 9, 0, 1}) },
		"many": func(i int) netip.Addr {
			var v4 [4]byte
			binary.BigEndian.PutUint32(v4[:], 127<<24|10<<16+uint32(i)) //nolint:gosec // below 2^18
			return netip.AddrFrom4(v4)
		},
	} {
		n := map[string]int{"one": 20_000, "many": 200_000}[name]
		heap, routines, dropped := held(), runtime.NumGoroutine(), filter.Dropped()
		flood(t, b.Addr(), n, from)
		eventually(t, "the flood was seen", func() bool { return filter.Dropped() > dropped })
		require.Zero(t, b.Counts().Transactions, name)
		require.Empty(t, invited, name)
		require.LessOrEqual(t, int64(held())-int64(heap), int64(most), name) //nolint:gosec // far below 2^63
		require.LessOrEqual(t, runtime.NumGoroutine(), routines+8, name)
		_, de := friend.Dial(t.Context(), target(b, "1"))
		require.Equal(t, 486, de.Code, "a friend is served")
		<-invited
		eventually(t, "the friend's transaction ends", func() bool { return b.Counts().Transactions == 0 })
	}
}
