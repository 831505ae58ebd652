package bench

import (
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

// Sink hears RTP on one port; flows are told apart by sender and SSRC.
type Sink struct {
	conn *net.UDPConn
	echo bool
	done chan struct{}
	all  map[flowKey]*flow
}

type flowKey struct {
	from netip.AddrPort
	ssrc uint32
}

// flow counts with numbers that do not wrap.
type flow struct {
	last          uint16
	span, packets int
}

// Heard is what a sink has heard.
type Heard struct{ Flows, Packets, Lost int }

// packetsHeld is room for what arrives while the sink is not scheduled.
const packetsHeld = 16 << 20

// Listen opens a sink on ip; an echoing one sends every packet back.
func Listen(ip string, echo bool) (*Sink, error) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	if err != nil {
		return nil, err
	}
	_ = c.SetReadBuffer(packetsHeld)
	raw, err := c.SyscallConn()
	if err == nil { // more than the machine's limit, when root
		_ = raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, packetsHeld)
		})
	}
	s := &Sink{conn: c, echo: echo, done: make(chan struct{}), all: map[flowKey]*flow{}}
	go s.run()
	return s, nil
}

// Port is where it hears.
func (s *Sink) Port() int { return s.conn.LocalAddr().(*net.UDPAddr).Port }

func (s *Sink) run() {
	defer close(s.done)
	b := make([]byte, 2048)
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if n < 12 || b[0]&0xc0 != 0x80 || b[1] >= 200 && b[1] <= 206 { // not sound: reports
			continue
		}
		if s.echo {
			_, _ = s.conn.WriteToUDPAddrPort(b[:n], from)
		}
		s.count(flowKey{from, binary.BigEndian.Uint32(b[8:])}, binary.BigEndian.Uint16(b[2:]))
	}
}

func (s *Sink) count(k flowKey, seq uint16) {
	f := s.all[k]
	if f == nil {
		s.all[k] = &flow{last: seq, span: 1, packets: 1}
		return
	}
	f.packets++
	if d := int16(seq - f.last); d > 0 {
		f.span += int(d)
		f.last = seq
	}
}

// Close ends it and says what it has heard.
func (s *Sink) Close() (h Heard) {
	_ = s.conn.Close()
	<-s.done
	for _, f := range s.all {
		h.Flows++
		h.Packets += f.packets
		h.Lost += max(0, f.span-f.packets)
	}
	return h
}

// rusageThread of getrusage(2): the calling thread alone.
const rusageThread = 1

// Floor is the CPU time of the kernel's sendto for one packet of sound on this
// machine now: nothing that sends packet by packet can be cheaper. Somebody else
// takes the packets away meanwhile, as in a call.
func Floor() (time.Duration, error) {
	sink, err := Listen("127.0.0.1", false)
	if err != nil {
		return 0, err
	}
	defer sink.Close()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer syscall.Close(fd) //nolint:errcheck // nothing to lose
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	to := &syscall.SockaddrInet4{Port: sink.Port(), Addr: [4]byte{127, 0, 0, 1}}
	packet := make([]byte, 172)
	packet[0] = 0x80
	const bursts, burst = 500, 100 // as much as the pacer sends for a hundred calls
	began, err := threadCPU()
	if err != nil {
		return 0, err
	}
	for range bursts {
		for range burst {
			if err := syscall.Sendto(fd, packet, 0, to); err != nil {
				return 0, err
			}
		}
		time.Sleep(time.Millisecond)
	}
	ended, err := threadCPU()
	return (ended - began) / (bursts * burst), err
}

func threadCPU() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(rusageThread, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
