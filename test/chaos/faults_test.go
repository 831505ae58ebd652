package chaos

import (
	"context"
	"fmt"
	"net/http"
	"syscall"
	"time"
)

// fault is one way of doing the program harm. back waits until it is well again, for
// those after which a call may not get through at once.
type fault struct {
	kind   string
	weight int
	do     func(ctx context.Context)
	back   bool
}

// Kinds of faults, as the ledger names them.
const (
	killEngine    = "kill -9 engine"
	killWorker    = "kill -9 worker"
	killPages     = "kill -9 pages"
	killPostgres  = "kill -9 postgres"
	stopPostgres  = "postgres stands still"
	killBrowser   = "browser gone"
	restartWorker = "restart worker"
	restartPages  = "restart pages"
	restartEngine = "restart engine"
)

func (w *world) faults(ops []*operator) []fault {
	any2 := func(role string) *node { return w.nodes[fmt.Sprintf("%s-%d", role, 1+w.chance(2))] }
	phone := func() *node { // the one at work, mostly
		if n := w.nodes[w.duty("active")]; n != nil && w.chance(4) > 0 {
			return n
		}
		return w.nodes[w.phones[w.chance(len(w.phones))]]
	}
	all := func(sig syscall.Signal) {
		for _, pid := range w.postgres() {
			_ = syscall.Kill(pid, sig)
		}
	}
	return []fault{
		{killWorker, 3, func(context.Context) { any2("work").signal(syscall.SIGKILL) }, false},
		{killPages, 2, func(context.Context) { any2("web").signal(syscall.SIGKILL) }, false},
		{restartWorker, 1, func(context.Context) { any2("work").signal(syscall.SIGTERM) }, false},
		{restartPages, 1, func(context.Context) { any2("web").signal(syscall.SIGTERM) }, false},
		{restartEngine, 2, func(ctx context.Context) {
			name := w.duty("active")
			if n := w.nodes[name]; n != nil {
				n.signal(syscall.SIGTERM)
				for end := time.Now().Add(8 * time.Second); w.duty("active") == name && time.Now().Before(end); {
					pause(ctx, 100*time.Millisecond)
				}
			}
		}, true},
		{killEngine, 3, func(context.Context) { phone().signal(syscall.SIGKILL) }, true},
		{killPostgres, 3, func(context.Context) { all(syscall.SIGKILL) }, true},
		{stopPostgres, 1, func(ctx context.Context) {
			all(syscall.SIGSTOP)
			pause(ctx, time.Duration(3+w.chance(4))*time.Second)
			all(syscall.SIGCONT)
		}, true},
		{killBrowser, 4, func(context.Context) {
			select {
			case ops[w.chance(len(ops))].die <- time.Duration(1+w.chance(6)) * time.Second:
			default:
			}
		}, false},
	}
}

// harm injects faults until ctx ends: each kind once first, then as chance has it.
func (w *world) harm(ctx context.Context, list []fault, gap time.Duration) {
	sum := 0
	for _, f := range list {
		sum += f.weight
	}
	for n := 0; pause(ctx, time.Duration(float64(gap)*(0.5+float64(w.chance(1000))/1000))); n++ {
		f := list[n%len(list)]
		if n >= len(list) {
			at := w.chance(sum)
			for _, f = range list {
				if at -= f.weight; at < 0 {
					break
				}
			}
		}
		w.ledger.Write(Entry{Kind: FaultInjected, Key: f.kind})
		w.t.Logf("%s %s", time.Now().Format("15:04:05"), f.kind)
		f.do(context.WithoutCancel(ctx))
		if f.back {
			pause(context.WithoutCancel(ctx), 3*time.Second) // the last beat of the dead is forgotten
			for began := time.Now(); !w.whole() && time.Since(began) < time.Minute; {
				pause(context.WithoutCancel(ctx), 100*time.Millisecond)
			}
		}
		w.ledger.Write(Entry{Kind: FaultRecovered, Key: f.kind})
	}
}

// races lets two people take the same request at once, at two addresses (R5, R6).
func (w *world) races(ctx context.Context, maker, a, b *person) {
	for n := 0; pause(ctx, 2*time.Second); n++ {
		key := fmt.Sprintf("chaos-race-%d", n)
		in := map[string]any{"unit": "7", "idempotency_key": key}
		for k, v := range maker.form {
			in[k] = v
		}
		var made struct{ ID int64 }
		w.ledger.Write(Entry{Kind: TicketTried, Key: key})
		if maker.insist(ctx, http.MethodPost, "/tickets", in, &made) != nil {
			continue
		}
		w.ledger.Write(Entry{Kind: TicketAcked, Key: key, ID: made.ID})
		start, ends := make(chan struct{}), make(chan error, 2)
		for _, p := range []*person{a, b} {
			go func() {
				<-start
				_, err := p.try(ctx, http.MethodPost, fmt.Sprintf("/tickets/%d/accept", made.ID), nil, nil)
				ends <- err
			}()
		}
		close(start)
		for range 2 {
			if err := <-ends; err == nil {
				w.ledger.Write(Entry{Kind: AcceptAcked, Key: key, ID: made.ID})
			} else if ctx.Err() == nil {
				w.ledger.Write(Entry{Kind: AcceptFailed, Key: key, ID: made.ID, Text: err.Error()})
			}
		}
	}
}
