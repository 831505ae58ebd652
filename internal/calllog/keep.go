package calllog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

// Kept are recordings at rest: where their files are, and what seals the keys of companies.
type Kept struct {
	Dir  string       // paths of recordings are relative to it
	Keys *secret.Ring // nil: recordings lie in the clear
	Draw Draw         // makes pictures of recordings
	Join Join         // reads the parts of a recording as one
	Away blob.Store   // where closed recordings go from the disk; nil: they stay
}

// sealAfter is how long a recording stays as the engine wrote it: reports about it may be late.
const sealAfter = 10 * time.Minute

const sealedEnd = ".sealed"

// file is where a recording lies. A path that leads out of the directory of recordings is
// a broken row, an error of ours.
func (k Kept) file(path string) (string, error) {
	key := filepath.ToSlash(filepath.Clean(path))
	if !strings.HasPrefix(key, "recordings/") || !filepath.IsLocal(key) {
		return "", errors.New("a recording's path is not in the directory of recordings: " + path)
	}
	return filepath.Join(k.Dir, filepath.FromSlash(key)), nil
}

// Open reads a recording found by Find or Play. fault.NotFound "recording.no_file" when it
// is not on this machine's disk, "recording.key_destroyed" when nobody can open it any more.
func (s *Service) Open(ctx context.Context, r Recording) (io.ReadSeekCloser, error) {
	if len(r.Parts) > 1 {
		return s.openParts(ctx, r)
	}
	path, err := s.Kept.file(r.Path)
	if err != nil {
		return nil, err
	}
	var f io.ReadSeekCloser
	f, err = os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && r.Away {
		f, err = s.fromAway(ctx, r)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if now, is := s.moved(ctx, r); is {
			return s.Open(ctx, now)
		}
		return nil, fault.New(fault.NotFound, "recording.no_file", "Файла этой записи нет на диске.")
	}
	if err != nil || r.KeyID == 0 {
		return f, err
	}
	key, err := s.keyOf(ctx, r.KeyID)
	if err == nil {
		var open *blob.Sealed
		if open, err = blob.OpenSealed(f, key, place(r.ID)); err == nil {
			return open, nil
		}
	}
	return nil, errors.Join(err, f.Close())
}

// moved is a recording that was sealed, or carried away, since its row was read: whoever listens
// meanwhile hears it all the same (D3).
func (s *Service) moved(ctx context.Context, r Recording) (now Recording, is bool) {
	now = r
	err := pg.Do(access.AsSystem(ctx, "recordings"), s.db, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select path, coalesce(key_id, 0), away_at is not null from recordings where id = $1`, r.ID).Scan(&now.Path, &now.KeyID, &now.Away)
	})
	return now, err == nil && (now.Path != r.Path || now.Away != r.Away)
}

// Seal closes the recordings that lie in the clear on this machine's disk and says how
// many; those that do not close are told in the error, the others are done. It may be
// stopped at any point: a file in the clear goes only after its sealed one is on the disk
// and in the row.
func (s *Service) Seal(ctx context.Context) (n int, bad error) {
	if s.Kept.Keys == nil || s.Kept.Dir == "" {
		return 0, nil
	}
	ctx = access.AsSystem(ctx, "recordings")
	bad = s.clear(ctx)
	for after := int64(0); ; {
		rs, err := s.unsealed(ctx, after)
		if err = errors.Join(err, ctx.Err()); err != nil || len(rs) == 0 {
			return n, errors.Join(bad, err)
		}
		for _, r := range rs {
			after = r.ID
			done, err := s.seal(ctx, r)
			if err != nil { // one that does not close keeps none of the others open
				bad = errors.Join(bad, fmt.Errorf("seal recording %d: %w", r.ID, err))
			}
			if done {
				n++
			}
		}
	}
}

func (s *Service) unsealed(ctx context.Context, after int64) ([]Recording, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Recording, error) {
		rows, err := tx.Query(ctx, `select r.id, coalesce(r.company_id, 0), r.path from recordings r join calls c on c.id = r.call_id
			where r.key_id is null and r.id > $1 and `+closed+` order by r.id limit 100`, after, tx.Now.Add(-sealAfter))
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recording, err error) {
			err = row.Scan(&r.ID, &r.CompanyID, &r.Path)
			return r, err
		})
	})
}

// seal writes the sealed file beside the other, names it in the row, and removes the other.
func (s *Service) seal(ctx context.Context, r Recording) (done bool, err error) {
	path, err := s.Kept.file(r.Path)
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil // another machine's
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		id, key, err := s.current(ctx, tx, r.CompanyID)
		if err != nil {
			return err
		}
		plain, err := os.Open(path)
		if err != nil {
			return err
		}
		defer plain.Close()                      //nolint:errcheck // only read
		if p, bad := s.look(plain); bad == nil { // no picture of it keeps no sound open
			if err := p.keep(ctx, tx, r); err != nil {
				return err
			}
		}
		if _, err := plain.Seek(0, io.SeekStart); err != nil {
			return err
		}
		closed, w := io.Pipe()
		go func() { _ = w.CloseWithError(blob.Seal(w, plain, key, place(r.ID))) }()
		dir := blob.Dir(filepath.Dir(path))
		if err := dir.Put(ctx, filepath.Base(path)+sealedEnd, closed); err != nil {
			_ = closed.CloseWithError(err)
			return err
		}
		_, err = tx.Exec(ctx, `update recordings set key_id = $2, path = $3, sealed_at = $4 where id = $1 and key_id is null`, r.ID, id, r.Path+sealedEnd, tx.Now)
		return err
	})
	if err == nil {
		err = os.Remove(path)
	}
	return err == nil, err
}

// clear removes files in the clear whose removal a crash has prevented.
func (s *Service) clear(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select path from recordings where sealed_at > $1`, tx.Now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		paths, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, p := range paths {
			if path, bad := s.Kept.file(strings.TrimSuffix(p, sealedEnd)); bad == nil {
				if gone := os.Remove(path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
					err = errors.Join(err, gone)
				}
			}
		}
		return err
	})
}

// SealJob closes recordings every few minutes, and moves the closed ones into the storage.
type SealJob struct{}

// Kind names the job.
func (SealJob) Kind() string { return "calllog.seal" }

// InsertOpts: it can wait for everything else.
func (SealJob) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

type sealWorker struct {
	river.WorkerDefaults[SealJob]
	s *Service
}

// Timeout: a disk full of recordings is sealed for the first time.
func (*sealWorker) Timeout(*river.Job[SealJob]) time.Duration { return time.Hour }

func (w *sealWorker) Work(ctx context.Context, _ *river.Job[SealJob]) error {
	_, err := w.s.Seal(ctx)
	_, away := w.s.MoveAway(ctx)
	return errors.Join(err, away)
}

// Workers adds the workers of the jobs.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, &sealWorker{s: s})
	river.AddWorker(w, &expireWorker{s: s})
}

// Periodic is the job for River's clock.
func Periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(5*time.Minute), func() (river.JobArgs, *river.InsertOpts) {
		return SealJob{}, nil
	}, nil)
}
