package softphone

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	pion "github.com/pion/webrtc/v4"
)

// Wire is the network of a phone's computer: cut, nothing passes and nobody is told, as
// when the cable is pulled out.
type Wire struct {
	mu   sync.Mutex
	cut  bool
	mend chan struct{}
}

// NewWire is a wire that is whole.
func NewWire() *Wire { return &Wire{mend: make(chan struct{})} }

// Cut pulls the cable.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
}

// Mend puts it back: what TCP kept arrives, what UDP sent is lost.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		w.cut = false
		close(w.mend)
		w.mend = make(chan struct{})
	}
}

func (w *Wire) state() (cut bool, mended <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut, w.mend
}

// client dials over the wire.
func (w *Wire) client() *http.Client {
	var d net.Dialer
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if cut, mended := w.state(); cut {
			select {
			case <-mended:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		c, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &wireConn{Conn: c, wire: w, shut: make(chan struct{})}, nil
	}}}
}

// packets is a socket on the wire, for the sound.
func (w *Wire) packets(se *pion.SettingEngine) (io.Closer, error) {
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := pion.NewICEUDPMux(nil, &wirePackets{PacketConn: c, wire: w})
	se.SetICEUDPMux(mux)
	return mux, nil
}

// wireConn holds back what passes while the wire is cut. Its end does not get out either.
type wireConn struct {
	net.Conn
	wire *Wire
	once sync.Once
	shut chan struct{}
}

func (c *wireConn) pass() error {
	for {
		cut, mended := c.wire.state()
		if !cut {
			return nil
		}
		select {
		case <-mended:
		case <-c.shut:
			return net.ErrClosed
		}
	}
}

func (c *wireConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if e := c.pass(); e != nil {
		return 0, e
	}
	return n, err
}

func (c *wireConn) Write(b []byte) (int, error) {
	if err := c.pass(); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close tells the other side only once the wire is whole.
func (c *wireConn) Close() error {
	c.once.Do(func() { close(c.shut) })
	cut, mended := c.wire.state()
	if !cut {
		return c.Conn.Close()
	}
	_ = c.SetDeadline(time.Now()) // a read under way ends
	go func() {
		<-mended
		_ = c.Conn.Close()
	}()
	return nil
}

type wirePackets struct {
	net.PacketConn
	wire *Wire
}

func (c *wirePackets) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if cut, _ := c.wire.state(); !cut || err != nil {
			return n, from, err
		}
	}
}

func (c *wirePackets) WriteTo(b []byte, to net.Addr) (int, error) {
	if cut, _ := c.wire.state(); cut {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}
