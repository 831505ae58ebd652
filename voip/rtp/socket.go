package rtp

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// socket is a UDP socket outside the runtime's poller. There each packet sent, once it has
// left, wakes a thread to tell that more may be sent, which nobody asked: a fifth of the
// cost of playing. Ours are watched for reading only (poller). Its methods may be called
// from any goroutine; a packet is never sent to, nor read from, whoever got the number of a
// socket that was closed meanwhile.
type socket struct {
	mu sync.RWMutex // held for writing by close
	fd int          // -1 closed
	v6 bool
}

// listenUDP opens a socket at an address and port. Errors are of the system.
func listenUDP(at netip.AddrPort) (*socket, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	var sa unix.Sockaddr = &unix.SockaddrInet6{Addr: at.Addr().As16(), Port: int(at.Port())}
	if family == unix.AF_INET {
		sa = &unix.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}
	}
	if err := unix.Bind(fd, sa); err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	return &socket{fd: fd, v6: family == unix.AF_INET6}, nil
}

func (s *socket) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd >= 0 {
		_ = unix.Close(s.fd)
		s.fd = -1
	}
}

// target is an address in the kernel's form, made once for thousands of packets.
type target struct {
	raw  unix.RawSockaddrInet6 // as large as either
	size uintptr               // 0: not to be reached from this socket
}

// target turns an address (unmapped) into the kernel's form.
func (s *socket) target(to netip.AddrPort) (t target) {
	port := [2]byte{byte(to.Port() >> 8), byte(to.Port())} //nolint:gosec // its two bytes
	switch {
	case to.Addr().Is4() && !s.v6:
		raw := (*unix.RawSockaddrInet4)(unsafe.Pointer(&t.raw)) //nolint:gosec // the kernel's form of either kind
		raw.Family, raw.Addr = unix.AF_INET, to.Addr().As4()
		*(*[2]byte)(unsafe.Pointer(&raw.Port)) = port //nolint:gosec // in the order of the net
		t.size = unix.SizeofSockaddrInet4
	case s.v6 && to.Addr().IsValid():
		t.raw.Family, t.raw.Addr = unix.AF_INET6, to.Addr().As16()
		*(*[2]byte)(unsafe.Pointer(&t.raw.Port)) = port //nolint:gosec // in the order of the net
		if zone := to.Addr().Zone(); zone != "" {
			if i, err := net.InterfaceByName(zone); err == nil {
				t.raw.Scope_id = uint32(i.Index) //nolint:gosec // small
			}
		}
		t.size = unix.SizeofSockaddrInet6
	}
	return t
}

// send sends one packet. What the kernel does not take at once is lost, as sound that is
// late is of no use.
func (s *socket) send(b []byte, to *target) {
	if len(b) == 0 || to.size == 0 {
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.fd < 0 {
		return
	}
	// It never blocks, so the scheduler need not know of it.
	_, _, _ = unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, uintptr(unsafe.Pointer(&to.raw)), to.size) //nolint:gosec // sendto(2)
}

// receive reads one packet into b; false when there is none (the system's errors about
// earlier packets are no end of the call).
func (s *socket) receive(b []byte) (n int, from netip.AddrPort, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.fd < 0 {
		return 0, from, false
	}
	var raw unix.RawSockaddrInet6
	size := uint32(unix.SizeofSockaddrInet6)
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(s.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, uintptr(unsafe.Pointer(&raw)), uintptr(unsafe.Pointer(&size))) //nolint:gosec // recvfrom(2)
	if errno != 0 {
		return 0, from, false
	}
	port := *(*[2]byte)(unsafe.Pointer(&raw.Port)) //nolint:gosec // in the order of the net
	addr := netip.AddrFrom16(raw.Addr).Unmap()
	if raw.Family == unix.AF_INET {
		addr = netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&raw)).Addr) //nolint:gosec // the family says so
	}
	return int(got), netip.AddrPortFrom(addr, uint16(port[0])<<8|uint16(port[1])), true
}
