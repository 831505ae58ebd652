package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"d24/internal/telephony"
)

// reports carries facts to the database in order. While it is away they are kept
// in a file as well, synced, so that neither a long outage nor our own death
// loses them; they are written afterwards (R8).
type reports struct {
	to   Reporter
	log  *slog.Logger
	path string
	mu   sync.Mutex
	wait []telephony.Report
	kept int // how many of wait are in the file
	file *os.File
	ring chan struct{}

	gone  int           // how many were delivered
	moved chan struct{} // closes when some are delivered or kept
}

const reportFor = 3 * time.Second

// openReports reads what an earlier run could not deliver.
func openReports(path string, to Reporter, log *slog.Logger) (*reports, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o640)
	if err != nil {
		return nil, err
	}
	r := &reports{to: to, log: log, path: path, file: f, ring: make(chan struct{}, 1), moved: make(chan struct{})}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var x telephony.Report
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			log.Warn("a report in the journal is torn", "err", err) // the last one, written while we died
			continue
		}
		r.wait = append(r.wait, x)
	}
	r.kept = len(r.wait)
	return r, lines.Err()
}

// add takes a fact; it never blocks.
func (r *reports) add(x telephony.Report) {
	r.mu.Lock()
	r.wait = append(r.wait, x)
	if r.kept > 0 { // an outage: keep it safe at once
		r.keep()
	}
	r.mu.Unlock()
	select {
	case r.ring <- struct{}{}:
	default:
	}
}

// secure returns when every fact so far would outlive this process: delivered, or after
// patience in the file.
func (r *reports) secure(patience time.Duration) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	r.mu.Lock()
	want := r.gone + len(r.wait)
	r.mu.Unlock()
	for {
		r.mu.Lock()
		safe, moved := r.gone+r.kept >= want, r.moved
		r.mu.Unlock()
		if safe {
			return
		}
		select {
		case <-moved:
		case <-limit.C:
			r.mu.Lock()
			r.keep()
			r.mu.Unlock()
			return
		}
	}
}

// stir tells those who wait in secure. The caller holds the lock.
func (r *reports) stir() {
	close(r.moved)
	r.moved = make(chan struct{})
}

// waiting says how many facts are not delivered yet.
func (r *reports) waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.wait)
}

// oldest is when the oldest fact happened that is not delivered yet; zero: there is none.
func (r *reports) oldest() (at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.wait) > 0 {
		at = r.wait[0].At
	}
	return at
}

// keep writes what is not in the file yet. Of a fact for which there is no room nothing stays in
// it, or the next one would stand in its line (R12). The caller holds the lock.
func (r *reports) keep() {
	from := r.kept
	for _, x := range r.wait[from:] {
		if b, err := json.Marshal(x); err != nil {
			r.log.Error("a report cannot be written down", "err", err)
		} else if err := r.write(append(b, '\n')); err != nil {
			r.log.Error("the journal of reports cannot be written", "err", err)
			break
		}
		r.kept++
	}
	if r.kept == from {
		return
	}
	defer r.stir()
	if err := r.file.Sync(); err != nil {
		r.log.Error("the journal of reports cannot be synced", "err", err)
	}
}

func (r *reports) write(line []byte) error {
	n, err := r.file.Write(line)
	if err == nil || n == 0 {
		return err
	}
	end, seek := r.file.Seek(0, io.SeekEnd)
	if seek != nil {
		return errors.Join(err, seek)
	}
	return errors.Join(err, r.file.Truncate(end-int64(n)))
}

func (r *reports) run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		if err := r.flush(ctx); err != nil && ctx.Err() == nil {
			r.log.Warn("reports wait for the database", "err", err)
			select {
			case <-ctx.Done():
			case <-t.C:
				continue
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-r.ring:
		case <-t.C:
		}
	}
}

// together is how many facts go in one transaction: in a burst of calls one by one
// would fall a minute behind, and with them the ends of orders.
const together = 64

// flush delivers what waits, in order; at a failure the rest is kept in the file.
// When many fail together they are offered one by one, up to the one that is wrong.
func (r *reports) flush(ctx context.Context) error {
	most := together
	for {
		some := r.first(most)
		if len(some) == 0 {
			return nil
		}
		one, cancel := context.WithTimeout(ctx, reportFor)
		err := r.to.Report(one, some...)
		cancel()
		if err == nil {
			r.delivered(len(some))
			most = min(2*most, together)
			continue
		}
		r.mu.Lock()
		r.keep()
		r.mu.Unlock()
		if len(some) == 1 {
			return err
		}
		most = 1
	}
}

// first are the oldest facts, most of them at the most.
func (r *reports) first(most int) []telephony.Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.wait[:min(len(r.wait), most)])
}

// delivered forgets the n oldest.
func (r *reports) delivered(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wait = r.wait[n:]
	r.gone += n
	r.stir()
	if r.kept == 0 {
		return
	}
	if r.kept = max(0, r.kept-n); r.kept == 0 {
		_ = r.file.Truncate(0)
	}
}

// close delivers the last facts, or keeps them.
func (r *reports) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, reportFor)
	defer cancel()
	if err := r.flush(ctx); err != nil {
		r.log.Warn("reports are kept for the next run", "err", err)
	}
	_ = r.file.Close()
}
