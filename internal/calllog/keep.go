package calllog

import (
	"context"
	"crypto/rand"
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
	path, err := s.Kept.file(r.Path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
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

func place(recording int64) string { return fmt.Sprintf("recording/%d", recording) }

func (s *Service) keyOf(ctx context.Context, id int64) ([]byte, error) {
	ctx = access.AsSystem(ctx, "recordings")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]byte, error) {
		var sealed []byte
		if err := tx.QueryRow(ctx, `select sealed from recording_keys where id = $1`, id).Scan(&sealed); err != nil {
			return nil, err
		}
		if sealed == nil {
			return nil, fault.New(fault.NotFound, "recording.key_destroyed", "Ключ этой записи уничтожен: прослушать её нельзя.")
		}
		return s.Kept.Keys.Open(sealed, secret.Place("recording_keys", id))
	})
}

// current is the key by which recordings of a company are sealed now; the first is made here.
func (s *Service) current(ctx context.Context, tx *pg.Tx, companyID int64) (id int64, key []byte, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('recording_keys', $1))`, companyID); err != nil {
		return 0, nil, err
	}
	var sealed []byte
	err = tx.QueryRow(ctx, `select id, sealed from recording_keys where company_id is not distinct from nullif($1, 0) and sealed is not null order by id desc limit 1`, companyID).Scan(&id, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.newKey(ctx, tx, companyID)
	}
	if err == nil {
		key, err = s.Kept.Keys.Open(sealed, secret.Place("recording_keys", id))
	}
	return id, key, err
}

func (s *Service) newKey(ctx context.Context, tx *pg.Tx, companyID int64) (id int64, key []byte, err error) {
	key = make([]byte, blob.KeySize)
	_, _ = rand.Read(key)
	if err := tx.QueryRow(ctx, `select nextval(pg_get_serial_sequence('recording_keys', 'id'))`).Scan(&id); err != nil {
		return 0, nil, err
	}
	_, err = tx.Exec(ctx, `insert into recording_keys (id, company_id, sealed, made_at) overriding system value values ($1, nullif($2, 0), $3, $4)`,
		id, companyID, s.Kept.Keys.Seal(key, secret.Place("recording_keys", id)), tx.Now)
	return id, key, err
}

// RotateKey gives a company a new key: what is recorded from now on is sealed by it, the
// older ones open what they sealed.
func (s *Service) RotateKey(ctx context.Context, companyID int64) error {
	ctx = access.AsSystem(ctx, "recordings")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, _, err := s.newKey(ctx, tx, companyID)
		return err
	})
}

// DestroyKeys makes every recording of a company that was sealed unreadable for good: at
// the end of its contract. It says how many keys there were.
func (s *Service) DestroyKeys(ctx context.Context, companyID int64) (n int, err error) {
	ctx = access.AsSystem(ctx, "recordings")
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		done, err := tx.Exec(ctx, `update recording_keys set sealed = null, destroyed_at = $2 where company_id = $1 and sealed is not null`, companyID, tx.Now)
		n = int(done.RowsAffected())
		return err
	})
	return n, err
}

var sealedKeys = secret.Table{
	Place:  "recording_keys",
	Select: `select id, ''::bytea, sealed, false from recording_keys where sealed is not null and substr(sealed, 2, 4) <> $2 and $1::timestamptz is not null order by id limit 1000 for update`,
	Update: `update recording_keys set sealed = $2 where id = $1 and $3::timestamptz is not null and not $4`,
}

// SealSecrets seals the keys of recordings that lie under an older key of the file anew.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.Kept.Keys, sealedKeys)
}

// SealedBy are the ids of the keys of the file that keys of recordings are sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(sealed, 2, 4), 'hex') from recording_keys where sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Seal closes the recordings that lie in the clear on this machine's disk and says how
// many. It may be stopped at any point: a file in the clear goes only after its sealed one
// is on the disk and in the row.
func (s *Service) Seal(ctx context.Context) (n int, err error) {
	if s.Kept.Keys == nil || s.Kept.Dir == "" {
		return 0, nil
	}
	ctx = access.AsSystem(ctx, "recordings")
	if err := s.clear(ctx); err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		rs, err := s.unsealed(ctx, after)
		if err != nil || len(rs) == 0 {
			return n, err
		}
		for _, r := range rs {
			after = r.ID
			done, err := s.seal(ctx, r)
			if err != nil {
				return n, fmt.Errorf("seal recording %d: %w", r.ID, err)
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
			where r.key_id is null and r.id > $1 and r.state in ('done', 'cut') and c.ended_at < $2 order by r.id limit 100`, after, tx.Now.Add(-sealAfter))
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
		defer plain.Close() //nolint:errcheck // only read
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

// SealJob closes recordings every few minutes.
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
	return err
}

// Workers adds the job's worker.
func (s *Service) Workers(w *river.Workers) { river.AddWorker(w, &sealWorker{s: s}) }

// Periodic is the job for River's clock.
func Periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(5*time.Minute), func() (river.JobArgs, *river.InsertOpts) {
		return SealJob{}, nil
	}, nil)
}
