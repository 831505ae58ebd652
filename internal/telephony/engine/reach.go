package engine

import (
	"context"

	"d24/voip/registrar"
	"d24/voip/sip"
)

// reach is the one door by which a call leaves for a provider, whoever dials and why: the
// stack asks mayDial (S9), and a number that is not the trunk's own is not shown (F83).
func (e *Engine) reach(ctx context.Context, way route, t sip.Target) (*sip.Leg, *sip.DialError) {
	if !way.trunk.Shows(way.from) { // refused by us before the provider does
		return nil, &sip.DialError{Unsent: true, Text: "the number " + way.from + " is not this trunk's"}
	}
	return e.stack.Dial(ctx, t)
}

// reachDesk calls a telephone on an operator's desk where it is registered: no number is
// dialled, and nothing leaves for a provider.
func (e *Engine) reachDesk(ctx context.Context, at registrar.Binding, from, name string) (*sip.Leg, *sip.DialError) {
	if from == "" {
		from = "anonymous"
	}
	return e.handsets.stack.Dial(ctx, sip.Target{
		User: at.Contact.User, Host: at.Contact.HostPort(), Dest: at.Source, Transport: at.Transport, From: from, FromName: name, Inside: true, Silence: phoneAskedIn,
	})
}

// target is the phone at a trunk.
func target(way route, phone string) sip.Target {
	t, dest := way.trunk, way.dest
	if dest == "" {
		dest = hostPort(t)
	}
	return sip.Target{SRTP: sip.SRTP(t.SRTP), User: phone, Host: t.Host, Dest: dest, Transport: t.Transport, From: way.from, FromHost: t.Host, AuthUser: t.User, Password: t.Password, Laws: laws(t.Laws)}
}
