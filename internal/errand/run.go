package errand

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Run is the job that goes on with an errand. It may be run by two at once, or twice: the
// row of the errand is locked for every step, and the items say what is left.
type Run struct {
	ErrandID int64 `json:"errand_id"`
}

// Kind names the job.
func (Run) Kind() string { return "errand.run" }

// InsertOpts: long work stands in nobody's way.
func (Run) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Bulk} }

// Watch is the job that looks after all errands: it arms what nobody has in hand, and
// removes files whose time is over.
type Watch struct{}

// Kind names the job.
func (Watch) Kind() string { return "errand.watch" }

// InsertOpts: it is short.
func (Watch) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

type runWorker struct {
	river.WorkerDefaults[Run]
	s *Service
}

// Timeout is above what the largest errand takes; an errand that stands still is armed
// again by Watch long before.
func (w *runWorker) Timeout(*river.Job[Run]) time.Duration { return time.Hour }

func (w *runWorker) Work(ctx context.Context, job *river.Job[Run]) error {
	return w.s.Run(access.AsSystem(ctx, "errand"), job.Args.ErrandID)
}

type watchWorker struct {
	river.WorkerDefaults[Watch]
	s *Service
}

func (w *watchWorker) Work(ctx context.Context, _ *river.Job[Watch]) error {
	return w.s.Watch(access.AsSystem(ctx, "errand"))
}

// Workers adds the workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, &runWorker{s: s})
	river.AddWorker(w, &watchWorker{s: s})
}

// Minutely is Watch for River's clock.
func Minutely() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Minute), func() (river.JobArgs, *river.InsertOpts) { return Watch{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

const (
	batch       = 250            // items in one transaction: a request is locked no longer than that takes
	maxFailures = 3              // in a row; then a person decides
	keepResult  = 24 * time.Hour // the file
	keepErrand  = 30 * 24 * time.Hour
	silent      = 30 * time.Second // an errand in hand that gave no sign of life is armed again
	waited      = 5 * time.Minute  // as is one that waits for others
)

// Run goes on with an errand until it is over or is to stop. It is safe at any moment to be
// killed and run again.
func (s *Service) Run(ctx context.Context, id int64) error {
	err := s.run(ctx, id)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, s.failed(context.WithoutCancel(ctx), id, err))
}

func (s *Service) run(ctx context.Context, id int64) error {
	e, err := s.begin(ctx, id)
	if err != nil || !e.Alive() {
		return err
	}
	w, ok := s.works[e.Kind]
	switch {
	case !ok:
		return fmt.Errorf("no work for errands of kind %q", e.Kind)
	case w.Make != nil:
		return s.make(ctx, e, w)
	}
	for over := false; !over; {
		who, err := s.actor(ctx, e)
		if err != nil {
			return err
		}
		if over, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (bool, error) { return s.step(ctx, tx, id, w, who) }); err != nil {
			return err
		}
	}
	return nil
}

// locked reads an errand that is about to go on.
func locked(ctx context.Context, tx *pg.Tx, id int64) (Errand, error) {
	return one(tx.Query(ctx, "select "+columns+" from errands where id = $1 for update", id))
}

// begin says that it is in hand; one that was to stop has stopped.
func (s *Service) begin(ctx context.Context, id int64) (Errand, error) {
	e, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Errand, error) {
		e, err := locked(ctx, tx, id)
		if err != nil || !e.Alive() {
			return e, err
		}
		if e.State == Stopping {
			e.State = Stopped
		} else {
			e.State = Running
		}
		if e.StartedAt == nil {
			e.StartedAt = &tx.Now
		}
		e.MovedAt = tx.Now
		return e, save(ctx, tx, e)
	})
	if fault.KindOf(err) == fault.NotFound { // removed long ago
		return e, nil
	}
	return e, err
}

// errRights is why an errand stops by itself.
var errRights = fault.New(fault.Forbidden, "errand.rights", "У того, кто начал задание, больше нет на это прав.")

// actor is who started it, as he is now: rights taken away stop his errands too.
func (s *Service) actor(ctx context.Context, e Errand) (access.Actor, error) {
	ask := func() (access.Actor, error) { return s.actors.ActorOf(ctx, e.UserID, e.CompanyID) }
	if e.TokenID != 0 {
		ask = func() (access.Actor, error) { return s.actors.TokenActor(ctx, e.TokenID) }
	}
	a, err := ask()
	if k := fault.KindOf(err); err != nil && (k == fault.Login || k == fault.NotFound) {
		return a, errRights
	}
	return a, err
}

// step deals with the next items.
func (s *Service) step(ctx context.Context, tx *pg.Tx, id int64, w Work, who access.Actor) (over bool, err error) {
	e, err := locked(ctx, tx, id)
	if err != nil || !e.Alive() {
		return true, err
	}
	e.MovedAt = tx.Now
	if e.State == Stopping {
		e.State = Stopped
		return true, save(ctx, tx, e)
	}
	rows, err := tx.Query(ctx, `select subject_id, number, version, '' from errand_items where errand_id = $1 and subject_id > $2 and outcome = '' order by subject_id limit $3`, e.ID, e.Cursor, batch)
	if err != nil {
		return true, err
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Item])
	if err != nil {
		return true, err
	}
	if len(items) > 0 {
		if err := tx.As(ctx, who, func(tx *pg.Tx) error { return w.Batch(ctx, tx, e, items) }); err != nil {
			return true, err
		}
		if err := settle(ctx, tx, &e, items); err != nil {
			return true, err
		}
	}
	e.Failures = 0
	if len(items) < batch {
		e.State, e.FinishedAt = Done, &tx.Now
	}
	return e.State == Done, save(ctx, tx, e)
}

// settle writes what became of the items, in the transaction that changed them.
func settle(ctx context.Context, tx *pg.Tx, e *Errand, items []Item) error {
	ids, outcomes, whys := make([]int64, len(items)), make([]string, len(items)), make([]string, len(items))
	for i, x := range items {
		ids[i], outcomes[i], whys[i] = x.SubjectID, "changed", x.Why
		if x.Why != "" {
			outcomes[i] = "refused"
			e.Refused++
		} else {
			e.Done++
		}
	}
	e.Cursor = ids[len(ids)-1]
	_, err := tx.Exec(ctx, `update errand_items i set outcome = x.outcome, why = x.why from unnest($2::bigint[], $3::text[], $4::text[]) x (id, outcome, why)
		where i.errand_id = $1 and i.subject_id = x.id`, e.ID, ids, outcomes, whys)
	return err
}

func save(ctx context.Context, tx *pg.Tx, e Errand) error {
	_, err := tx.Exec(ctx, `update errands set total = $2, done = $3, refused = $4, cursor = $5, state = $6, note = $7, failures = $8,
		result_key = $9, result_bytes = $10, expires_at = $11, started_at = $12, moved_at = $13, finished_at = $14 where id = $1`,
		e.ID, e.Total, e.Done, e.Refused, e.Cursor, e.State, e.Note, e.Failures, e.ResultKey, e.ResultBytes, e.ExpiresAt, e.StartedAt, e.MovedAt, e.FinishedAt)
	return errors.Join(err, tell(ctx, tx, e))
}

// errStopped ends a file that is being made.
var errStopped = errors.New("the errand is to stop")

// make has the file made. Only one does it at a time: who is second leaves.
func (s *Service) make(ctx context.Context, e Errand, w Work) error {
	who, err := s.actor(ctx, e)
	if err != nil {
		return err
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error { // holds the lock, which ends with the connection
		var mine bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(2412, $1)`, int32(e.ID)).Scan(&mine); err != nil || !mine { //nolint:gosec // two that share a number wait for each other
			return err
		}
		key := blob.NewKey(tx.Now)
		r, out := io.Pipe()
		written := make(chan int64, 1)
		go func() {
			c := &counter{w: out}
			err := w.Make(access.With(ctx, who), e, c, func(done, total int) error { return s.moved(ctx, e.ID, done, total) })
			written <- c.n
			_ = out.CloseWithError(err) // nil: the end of the file
		}()
		err := s.store.Put(ctx, key, r)
		_ = r.CloseWithError(err) // a full disk ends the writing too
		n := <-written
		if errors.Is(err, errStopped) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.made(ctx, e.ID, key, n, e.Total)
	})
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// moved reports how far a file is.
func (s *Service) moved(ctx context.Context, id int64, done, total int) error {
	stop, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (bool, error) {
		e, err := locked(ctx, tx, id)
		if err != nil || !e.Alive() {
			return true, err
		}
		e.Done, e.Total, e.MovedAt = done, total, tx.Now
		if e.State == Stopping {
			e.State, e.Done = Stopped, 0 // half a file is no file; it is begun anew
		}
		return e.State == Stopped, save(ctx, tx, e)
	})
	if err == nil && stop {
		err = errStopped
	}
	return err
}

func (s *Service) made(ctx context.Context, id int64, key string, bytes int64, total int) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		e, err := locked(ctx, tx, id)
		if err != nil {
			return err
		}
		until := tx.Now.Add(keepResult)
		e.Note = ""
		if e.Done != total {
			e.Note = fmt.Sprintf("Пока файл ждал очереди, список изменился: при запуске заявок было %d, в файле %d.", total, e.Done)
		}
		e.State, e.ResultKey, e.ResultBytes, e.ExpiresAt, e.MovedAt, e.FinishedAt, e.Failures = Done, key, bytes, &until, tx.Now, &tx.Now, 0
		return save(ctx, tx, e)
	})
}

// failed keeps why a run ended. What cannot get better stops at once, the rest after some
// tries: «stopped», with words, and a person may resume it.
func (s *Service) failed(ctx context.Context, id int64, why error) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		e, err := locked(ctx, tx, id)
		if err != nil || !e.Alive() {
			return err
		}
		e.MovedAt = tx.Now
		e.Failures++
		var f *fault.Error
		switch known := fault.As(why, &f); {
		case known && f.Kind != fault.Internal:
			e.State, e.Note = Stopped, f.Message
		case e.Failures >= maxFailures:
			e.State, e.Note = Stopped, "Программа не справилась с заданием. Сделанное сохранено; попробуйте продолжить."
		}
		return save(ctx, tx, e)
	})
}

// Watch arms errands that nobody has in hand, and removes what is old.
func (s *Service) Watch(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `update errands set moved_at = $1 where state in ('running', 'stopping') and moved_at < $2 or state = 'waiting' and moved_at < $3 returning id`, tx.Now, tx.Now.Add(-silent), tx.Now.Add(-waited))
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.jobs.At(ctx, tx, tx.Now, Run{ErrandID: id}); err != nil {
				return err
			}
		}
		return s.sweep(ctx, tx)
	})
}

// swept is how many files one look removes.
const swept = 500

// sweep removes files whose time is over, errands of long ago, and files no errand names:
// those of runs that were killed.
func (s *Service) sweep(ctx context.Context, tx *pg.Tx) error {
	rows, err := tx.Query(ctx, `update errands set result_key = '' from (select id, result_key as key from errands where result_key <> '' and expires_at <= $1 limit $2) old
		where errands.id = old.id returning old.key`, tx.Now, swept)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := s.store.Delete(ctx, k); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `delete from errands where created_at < $1 and state in ('stopped', 'done')`, tx.Now.Add(-keepErrand)); err != nil {
		return err
	}
	return s.store.Each(ctx, tx.Now.Add(-2*keepResult), func(key string) error { return s.store.Delete(ctx, key) })
}

func object(e Errand) string { return fmt.Sprintf("errand:%d", e.ID) }

func progress(e Errand) map[string]any {
	return map[string]any{"title": e.Title, "total": e.Total, "done": e.Done, "refused": e.Refused}
}
