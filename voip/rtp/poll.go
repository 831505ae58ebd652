package rtp

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller reads for all ports of a range on one goroutine, as packets come, many at a time.
// It lives while there is a port: the first opens it, the last closes it.
type poller struct {
	epoll *os.File // of the runtime's poller: the goroutine sleeps there
	fd    int      // the same
	mu    sync.Mutex
	ports map[int32]*Port // by file descriptor
}

// atOnce is how many ports are served between two questions to the kernel.
const atOnce = 128

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("rtp: epoll: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // else the runtime would not watch it
		_ = unix.Close(fd)
		return nil, fmt.Errorf("rtp: epoll: %w", err)
	}
	p := &poller{epoll: os.NewFile(uintptr(fd), "rtp"), fd: fd, ports: map[int32]*Port{}}
	wait, err := p.epoll.SyscallConn()
	if err != nil {
		_ = p.epoll.Close()
		return nil, fmt.Errorf("rtp: epoll: %w", err)
	}
	go p.run(wait)
	return p, nil
}

// add begins to read for r.
func (p *poller) add(r *Port) error {
	fd := int32(r.sock.fd) //nolint:gosec // small
	p.mu.Lock()
	p.ports[fd] = r
	p.mu.Unlock()
	if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, r.sock.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: fd}); err != nil {
		p.forget(r)
		return fmt.Errorf("rtp: epoll: %w", err)
	}
	return nil
}

// forget is to be called before the socket is closed: its number may come back.
func (p *poller) forget(r *Port) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.ports, int32(r.sock.fd)) //nolint:gosec // small
}

// close ends the goroutine; it may be called from it.
func (p *poller) close() { _ = p.epoll.Close() }

func (p *poller) run(wait syscall.RawConn) {
	var (
		events [atOnce]unix.EpollEvent
		ready  [atOnce]*Port
		plain  [1600]byte
		opened [1600]byte
	)
	for {
		n := 0
		err := wait.Read(func(fd uintptr) bool {
			var err error
			n, err = unix.EpollWait(int(fd), events[:], 0)
			return err == nil && n > 0
		})
		if err != nil {
			return // closed
		}
		p.mu.Lock()
		for i, e := range events[:n] {
			ready[i] = p.ports[e.Fd]
		}
		p.mu.Unlock()
		for i, r := range ready[:n] {
			if r != nil {
				r.readable(plain[:], opened[:0])
			}
			ready[i] = nil
		}
	}
}
