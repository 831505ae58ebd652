package media

import "sync/atomic"

// Listeners are those who hear a port; ports embed it. The zero value has none.
type Listeners struct {
	sink    atomic.Pointer[func(*Packet)]
	tapRx   atomic.Pointer[func(*Packet)]
	tapTx   atomic.Pointer[func(*Packet)]
	onDigit atomic.Pointer[func(byte)]
}

// SetSink says who receives what the peer says.
func (l *Listeners) SetSink(f func(*Packet)) { store(&l.sink, f) }

// OnDigit says who hears of keys.
func (l *Listeners) OnDigit(f func(byte)) { store(&l.onDigit, f) }

// SetTap lets a recorder listen.
func (l *Listeners) SetTap(rx, tx func(*Packet)) {
	store(&l.tapRx, rx)
	store(&l.tapTx, tx)
}

// Heard passes what the peer sent: sound to the recorder, everything to the sink.
func (l *Listeners) Heard(p *Packet) {
	if f := l.tapRx.Load(); f != nil && !p.Digit && p.PT != ComfortNoise {
		(*f)(p)
	}
	if f := l.sink.Load(); f != nil {
		(*f)(p)
	}
}

// Told passes what the peer was sent to the recorder.
func (l *Listeners) Told(p *Packet) {
	if f := l.tapTx.Load(); f != nil {
		(*f)(p)
	}
}

// Tapped reports whether a recorder wants to know what the peer is told.
func (l *Listeners) Tapped() bool { return l.tapTx.Load() != nil }

// Press reports a key of the peer, however it came.
func (l *Listeners) Press(digit byte) {
	if f := l.onDigit.Load(); f != nil {
		(*f)(digit)
	}
}

// Silence forgets all listeners.
func (l *Listeners) Silence() {
	l.SetSink(nil)
	l.SetTap(nil, nil)
	l.OnDigit(nil)
}

func store[T any](p *atomic.Pointer[func(T)], f func(T)) {
	if f == nil {
		p.Store(nil)
		return
	}
	p.Store(&f)
}
