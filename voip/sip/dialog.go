package sip

import (
	"net"
	"net/netip"
	"strings"
	"sync"

	"github.com/emiago/sipgo/sip"
)

// dialog is what requests inside a call are made of (RFC 3261, 12).
type dialog struct {
	callID    string
	local     sip.FromHeader // ours, with our tag
	remote    sip.ToHeader   // theirs, with their tag
	target    sip.Uri        // their Contact
	routes    []string       // in the order in which we write them
	dest      string         // host:port where they really are, NAT or not
	transport string
	peers     []netip.Addr // whose requests are believed (S10)

	mu   sync.Mutex
	cseq uint32 // of our last request
	seen uint32 // of their last re-INVITE or UPDATE
}

// key of a request's dialog as we see it: our tag stands in To.
func key(callID, ours, theirs string) string { return callID + "\x00" + ours + "\x00" + theirs }

func (d *dialog) key() string {
	ours, _ := d.local.Params.Get("tag")
	theirs, _ := d.remote.Params.Get("tag")
	return key(d.callID, ours, theirs)
}

func keyOf(req *sip.Request) (string, bool) {
	id, to, from := req.CallID(), req.To(), req.From()
	if id == nil || to == nil || from == nil {
		return "", false
	}
	ours, ok := to.Params.Get("tag")
	theirs, _ := from.Params.Get("tag") // RFC 2543 peers have none
	return key(id.Value(), ours, theirs), ok
}

// answering is the dialog of an INVITE that came in; its To has our tag already.
func answering(invite *sip.Request) *dialog {
	from := invite.From().AsTo()
	d := &dialog{
		callID: invite.CallID().Value(), remote: from, transport: invite.Transport(), dest: invite.Source(),
		local: invite.To().AsFrom(), target: invite.From().Address, cseq: 1, seen: invite.CSeq().SeqNo,
	}
	if c := invite.Contact(); c != nil {
		d.target = *c.Address.Clone()
	}
	for _, h := range invite.GetHeaders("Record-Route") {
		d.routes = append(d.routes, h.Value())
	}
	d.believe(invite.Source(), d.target.Host)
	return d
}

// dialled is the dialog of an INVITE of ours and its 2xx.
func dialled(invite *sip.Request, res *sip.Response) *dialog {
	d := &dialog{
		callID: invite.CallID().Value(), local: *invite.From(), remote: *invite.To(), transport: invite.Transport(),
		dest: res.Source(), target: invite.Recipient, cseq: invite.CSeq().SeqNo,
	}
	if to := res.To(); to != nil {
		d.remote = *to
	}
	if c := res.Contact(); c != nil {
		d.target = *c.Address.Clone()
	}
	rr := res.GetHeaders("Record-Route")
	for i := len(rr) - 1; i >= 0; i-- {
		d.routes = append(d.routes, rr[i].Value())
	}
	d.believe(res.Source(), invite.Destination(), d.target.Host)
	return d
}

// believe adds addresses ("host" or "host:port") whose requests are heard.
func (d *dialog) believe(addresses ...string) {
	for _, a := range addresses {
		if host, _, err := net.SplitHostPort(a); err == nil {
			a = host
		}
		if ip, err := netip.ParseAddr(strings.Trim(a, "[]")); err == nil {
			d.peers = append(d.peers, ip.Unmap())
		}
	}
}

// believes reports whether a request from source ("host:port") may be the peer's.
func (d *dialog) believes(source string) bool {
	at, err := netip.ParseAddrPort(source)
	if err != nil {
		return false
	}
	for _, p := range d.peers {
		if p == at.Addr().Unmap() {
			return true
		}
	}
	return false
}

// request makes the next request inside the dialog.
func (d *dialog) request(method sip.RequestMethod) *sip.Request {
	d.mu.Lock()
	d.cseq++
	n := d.cseq
	d.mu.Unlock()
	return d.build(method, n)
}

// ack makes the ACK of a 2xx to the INVITE numbered n.
func (d *dialog) ack(n uint32) *sip.Request { return d.build(sip.ACK, n) }

func (d *dialog) build(method sip.RequestMethod, n uint32) *sip.Request {
	req := sip.NewRequest(method, *d.target.Clone())
	id, forwards := sip.CallIDHeader(d.callID), sip.MaxForwardsHeader(70)
	req.AppendHeader(sip.HeaderClone(&d.local))
	req.AppendHeader(sip.HeaderClone(&d.remote))
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: n, MethodName: method})
	req.AppendHeader(&forwards)
	for _, r := range d.routes {
		req.AppendHeader(sip.NewHeader("Route", r))
	}
	req.SetTransport(d.transport)
	// without proxies the request goes where the peer's packets come from: the
	// Contact of a phone behind NAT cannot be reached
	if first := req.Route(); first != nil {
		req.SetDestination(first.Address.HostPort())
		if !first.Address.UriParams.Has("lr") { // strict routing (RFC 2543 proxies)
			req.Recipient = *first.Address.Clone()
		}
	} else {
		req.SetDestination(d.dest)
	}
	return req
}

// news reports whether a re-INVITE or UPDATE is newer than the last one.
func (d *dialog) news(n uint32) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n <= d.seen {
		return false
	}
	d.seen = n
	return true
}
