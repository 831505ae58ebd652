package engine

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"d24/internal/telephony"
	"d24/voip/sip"
	"d24/voip/trunk"
)

// trunks are the accounts at providers and how they are.
type trunks struct {
	e     *Engine
	names *names
	again chan struct{} // read the directory now
	mu    sync.Mutex
	list  []*account

	written []telephony.Trunk // on the disk, for a start without the database
}

type account struct {
	telephony.Trunk
	reg   *trunk.Account
	dest  string // where its packets go instead of to its name; "": to its name
	up    bool
	text  string
	since time.Time
	fails int       // dials in a row that failed by the trunk's fault
	spoil time.Time // when the last of them did
	meter
}

const unknown = "проверяется"

func newTrunks(e *Engine) *trunks {
	return &trunks{e: e, names: newNames(e), again: make(chan struct{}, 1)}
}

func (t *trunks) reread() {
	select {
	case t.again <- struct{}{}:
	default:
	}
}

// run reads the directory again and again: what an administrator changes works
// within seconds, and an absent database leaves what is known in force.
func (t *trunks) run(ctx context.Context) {
	var last []telephony.Trunk // what the directory said, or our last run's
	asked := false
	for {
		read, cancel := context.WithTimeout(ctx, 3*time.Second)
		list, err := t.e.d.Trunks.Trunks(read)
		cancel()
		switch {
		case err == nil:
			last = list
			t.remember(list)
		case ctx.Err() == nil:
			t.e.log.Warn("trunks cannot be read", "err", err)
			if !asked {
				last = t.recall()
			}
		}
		asked = true
		if last != nil {
			t.names.refresh(ctx, last)
			t.apply(last)
		}
		if !t.e.shift.works() { // calls are to arrive where somebody works
			t.keep(nil)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.again:
		case <-time.After(5 * time.Second):
		}
	}
}

func (t *trunks) apply(list []telephony.Trunk) {
	var addresses []string
	for _, x := range list {
		addresses = append(append(addresses, x.Addresses...), t.names.of(x)...)
	}
	t.e.trust.Set(providers(list, t.e.log))
	if err := t.e.filter.Set(addresses); err != nil {
		t.e.log.Error("an address of a trunk is not readable", "err", err)
	}
	if t.e.shift.works() {
		t.keep(list)
	}
}

// rest leaves the registrations to who takes over.
func (t *trunks) rest() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		a.reg.Rest()
	}
}

// keep has these accounts and no others.
func (t *trunks) keep(list []telephony.Trunk) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var kept []*account
	for _, x := range list {
		i := slices.IndexFunc(t.list, func(a *account) bool { return a.ID == x.ID && sameAccount(a.Trunk, x) && a.dest == t.dest(x) })
		if i >= 0 {
			t.list[i].Trunk = x
			kept = append(kept, t.list[i])
			continue
		}
		a := t.open(x)
		if i := slices.IndexFunc(t.list, func(a *account) bool { return a.ID == x.ID }); i >= 0 {
			a.meter = t.list[i].meter // its calls go on
		}
		kept = append(kept, a)
	}
	for _, a := range t.list {
		if !slices.Contains(kept, a) {
			go a.reg.Close()
		}
	}
	t.list = kept
}

func sameAccount(a, b telephony.Trunk) bool {
	return a.Host == b.Host && a.Port == b.Port && a.User == b.User && a.Password == b.Password && a.Registers == b.Registers && a.Transport == b.Transport && a.CA == b.CA && a.Pin == b.Pin
}

func (t *trunks) open(x telephony.Trunk) *account {
	a := &account{Trunk: x, dest: t.dest(x), since: time.Now(), text: unknown}
	a.reg = trunk.Start(t.e.stack, trunk.Config{
		ID: strconv.FormatInt(x.ID, 10), Host: x.Host, Port: x.Port, Dest: a.dest, Transport: x.Transport, Registers: x.Registers, User: x.User, Password: x.Password,
		OnChange: func(up bool, text string) {
			t.mu.Lock()
			defer t.mu.Unlock()
			a.up, a.text, a.since, a.fails = up, text, time.Now(), 0
			t.e.log.Info("trunk changed", "trunk", x.Name, "up", up, "text", text)
			if !up && a.reg.Status().Mute && t.names.pass(x, a.dest) {
				t.reread() // an account at its next address takes this one's place
			}
		},
	})
	return a
}

// byAddress says which trunk a call came from.
func (t *trunks) byAddress(contact, source string) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		if contact == "t-"+strconv.FormatInt(a.ID, 10) {
			return a.ID
		}
	}
	for _, a := range t.list {
		if slices.Contains(t.names.of(a.Trunk), source) || slices.Contains(a.Addresses, source) {
			return a.ID
		}
	}
	return 0
}

// name is what a trunk is called; "": it is none of ours.
func (t *trunks) name(id int64) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range t.list {
		if a.ID == id {
			return a.Name
		}
	}
	return ""
}

// route is one way to a phone: a trunk and the number shown through it.
type route struct {
	trunk telephony.Trunk
	from  string
	dest  string // of account
}

func (a *account) route(from string) route { return route{a.Trunk, from, a.dest} }

// A trunk that spoils so many dials in a row is tried last, and when there is no
// other, again only after a while.
const (
	sickAfter = 2
	sickFor   = time.Minute
)

// alive says whether a dial is worth trying: some trunk answers its provider and
// has not just spoilt one dial after another.
func (t *trunks) alive() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.list, func(a *account) bool {
		return a.up && !a.sick() && (a.fails < sickAfter || time.Since(a.spoil) > sickFor)
	})
}

// routes are the ways for a call of a line of a company, the best first: the trunk the
// line is bound to, then the others with a number of their own (F83). Trunks that are
// known to be down come last: they are tried only when nothing else is left.
func (t *trunks) routes(line, company int64) (out []route) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rank := func(a *account) int {
		n := a.Priority
		if _, own := a.Lines[line]; own {
			n -= 1000
		}
		if a.fails >= sickAfter || a.sick() {
			n += 10_000
		}
		if !a.up {
			n += 100_000
		}
		return n
	}
	number := ""
	list := slices.Clone(t.list)
	for _, a := range list {
		if own, ok := a.Lines[line]; ok {
			number = own
		}
	}
	slices.SortStableFunc(list, func(a, b *account) int { return rank(a) - rank(b) })
	for _, a := range list {
		if from := a.Shown(line, company, number); from != "" {
			out = append(out, a.route(from))
		}
	}
	return out
}

// judged remembers how a dial through the trunk went; why "" well.
func (t *trunks) judged(id int64, why string) {
	t.on(id, func(a *account) {
		if why == "" {
			a.fails = 0
			return
		}
		a.failed(why)
		a.spoil = time.Now()
		if a.fails++; a.fails == sickAfter {
			a.reg.Check() // is its provider there at all?
		}
	})
}

func (t *trunks) floor() []telephony.FloorTrunk {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []telephony.FloorTrunk{}
	for _, a := range t.list {
		f := telephony.FloorTrunk{ID: a.ID, Name: a.Name, State: "down", Text: a.text, Since: a.since, Channels: a.Channels, PerSecond: a.PerSecond}
		switch {
		case a.up && a.sick():
			f.Text = a.sickWhy
		case a.up && a.fails < sickAfter:
			f.State = "up"
		case a.up:
			f.Text = "звонки через него не проходят"
		case t.names.missing(a.Trunk):
			f.Text = "имя " + a.Host + " не находится: проверьте адрес провайдера или сервер имён"
		case a.text == unknown:
			f.State = "unknown"
		}
		f.CertEnds = t.e.trust.Ends(a.Host)
		f.Registered, f.Pong = a.up && a.Registers, a.reg.Status().Pong
		f.Calls, f.Rate, f.Failures, f.Blocked = a.figures()
		f.Probe = t.e.probes.shown(a.ID)
		out = append(out, f)
	}
	return out
}

func (t *trunks) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all sync.WaitGroup
	for _, a := range t.list {
		all.Add(1)
		go func() { defer all.Done(); a.reg.Close() }()
	}
	all.Wait()
}

// outcomeOf turns a failed dial into words. retry: another trunk may do better,
// as this one did not even try the phone.
func outcomeOf(de *sip.DialError) (o telephony.Outcome, b telephony.Blame, retry bool) {
	switch {
	case de.Barred:
		return telephony.BadNumber, telephony.Ours, false
	case de.Ended:
		return telephony.NoAnswer, telephony.Theirs, false
	case de.Silent || de.Unsent || de.Code == 0:
		return telephony.CarrierFailed, telephony.Carrier, true
	}
	switch de.Code {
	case 486, 600:
		return telephony.Busy, telephony.Theirs, false
	case 603:
		return telephony.Rejected, telephony.Theirs, false
	case 404, 410, 484, 604:
		return telephony.BadNumber, telephony.Theirs, false
	case 408, 480, 487:
		return telephony.NoAnswer, telephony.Theirs, false
	}
	switch de.Q850 {
	case 17:
		return telephony.Busy, telephony.Theirs, false
	case 18, 19, 20:
		return telephony.NoAnswer, telephony.Theirs, false
	case 21:
		return telephony.Rejected, telephony.Theirs, false
	case 1, 28:
		return telephony.BadNumber, telephony.Theirs, false
	}
	return telephony.CarrierFailed, telephony.Carrier, true
}

// dest is where a trunk is that is not simply where its name leads: at its last good address
// while the name is not resolved (F81), at one that answers when it leads to several, where a
// record of its service says.
func (t *trunks) dest(x telephony.Trunk) string {
	if x.Port == 0 && net.ParseIP(x.Host) != nil {
		return hostPort(x)
	}
	return t.names.at(x)
}

func hostPort(t telephony.Trunk) string {
	port := t.Port
	switch {
	case port == 0 && t.Transport == "tls":
		port = 5061
	case port == 0:
		port = 5060
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(port))
}
