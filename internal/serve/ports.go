package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"d24/internal/clock"
	"d24/internal/platform/config"
)

// Port is an address that the program listens on.
type Port struct {
	What    string // for people: "страницы"
	Network string // "tcp" or "udp"
	Address string // HOST:PORT
}

// Ports are the addresses of the settings' role. The ports of telephones' sound are
// not among them: they are taken call by call, and one that is busy is passed over.
func Ports(c config.Config) (out []Port) {
	if c.Role == config.All || c.Role == config.Web {
		out = append(out, Port{"страницы", "tcp", c.Listen})
	}
	if c.Role != config.All && c.Role != config.Phone {
		return out
	}
	if c.Phones != "" {
		out = append(out, Port{"настольные телефоны по UDP", "udp", c.Phones}, Port{"настольные телефоны по TCP", "tcp", c.Phones})
	}
	return append(out, Port{"SIP по UDP", "udp", c.SIP}, Port{"SIP по TCP", "tcp", c.SIP}, Port{"звук браузеров", "udp", c.WebRTC}, Port{"дверь телефонов", "tcp", c.Door})
}

// Free tries to listen there; the error says in Russian why it cannot be done.
func (p Port) Free() error {
	if err := p.probe(); err != nil {
		return busy(p.What, p.Address, err)
	}
	return nil
}

func (p Port) probe() error {
	var l interface{ Close() error }
	var err error
	if p.Network == "udp" {
		l, err = net.ListenPacket(p.Network, p.Address)
	} else {
		l, err = net.Listen(p.Network, p.Address)
	}
	if err != nil {
		return err
	}
	return l.Close()
}

// busy is what a person reads when an address cannot be had.
func busy(what, address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: адрес %s занят другой программой: остановите её или выберите другой (d24 serve --help)", what, address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s: адреса %s на этой машине нет", what, address)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s: адрес %s не дан: порты до 1024 открывает только root", what, address)
	}
	return fmt.Errorf("%s: адрес %s: %w", what, address, err)
}

// vacatedFor is how long the children of a killed predecessor may take to go.
const vacatedFor = 5 * time.Second

// vacant waits until all the ports are free; the error names every one that is not.
func vacant(ctx context.Context, ports []Port) error {
	ctx, cancel := context.WithTimeout(ctx, vacatedFor)
	defer cancel()
	for {
		var said []error
		held := false
		for _, p := range ports {
			if err := p.probe(); err != nil {
				said, held = append(said, busy(p.What, p.Address, err)), held || errors.Is(err, syscall.EADDRINUSE)
			}
		}
		if !held || clock.Wait(ctx, 100*time.Millisecond) != nil {
			return errors.Join(said...)
		}
	}
}
