package calllog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

var errNoStorage = errors.New("the recording lies in an object storage that the settings do not name")

// awayFor is how long one file may take on its way.
const awayFor = 2 * time.Minute

// fromAway opens a recording in the storage; what is read of it is asked for by range.
func (s *Service) fromAway(ctx context.Context, r Recording) (io.ReadSeekCloser, error) {
	if s.Kept.Away == nil {
		return nil, errNoStorage
	}
	f, err := s.Kept.Away.Open(ctx, r.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fault.New(fault.Unavailable, "recording.storage", "Хранилище записей не отвечает. Запись цела: попробуйте позже."), err)
	}
	return f, err
}

// MoveAway moves closed recordings from this machine's disk into the object storage and
// says how many. The file on the disk goes only when the storage has the whole of it and
// the row says so; at the first refusal of the storage the rest stays for the next time.
func (s *Service) MoveAway(ctx context.Context) (n int, err error) {
	if s.Kept.Away == nil || s.Kept.Dir == "" {
		return 0, nil
	}
	ctx = access.AsSystem(ctx, "recordings")
	if err := s.clearAway(ctx); err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		rs, err := s.here(ctx, after)
		if err != nil || len(rs) == 0 {
			return n, errors.Join(err, s.storage(ctx, nil))
		}
		for _, r := range rs {
			after = r.ID
			done, err := s.moveAway(ctx, r)
			if err != nil {
				err = fmt.Errorf("recording %d into the storage: %w", r.ID, err)
				return n, errors.Join(err, s.storage(ctx, err))
			}
			if done {
				n++
			}
		}
	}
}

// storage shows that the storage takes nothing, until it does.
func (s *Service) storage(ctx context.Context, bad error) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if bad == nil {
			return alarm.Clear(ctx, tx, alarm.StorageDown, "recordings")
		}
		return alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.StorageDown, Subject: "recordings", Text: "Хранилище не принимает записи: они остаются на диске."})
	})
}

// here are recordings that may go: closed, or kept in the clear on purpose.
func (s *Service) here(ctx context.Context, after int64) ([]Recording, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Recording, error) {
		rows, err := tx.Query(ctx, `select r.id, r.path from recordings r join calls c on c.id = r.call_id
			where r.away_at is null and r.id > $1 and `+closed+` and (r.key_id is not null or $3) order by r.id limit 100`,
			after, tx.Now.Add(-sealAfter), s.Kept.Keys == nil)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Recording, err error) {
			err = row.Scan(&r.ID, &r.Path)
			return r, err
		})
	})
}

func (s *Service) moveAway(ctx context.Context, r Recording) (done bool, err error) {
	path, err := s.Kept.file(r.Path)
	if err != nil {
		return false, nil // a broken row keeps no other here; sealing tells of it
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // another machine's
	}
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // only read
	send, cancel := context.WithTimeout(ctx, awayFor)
	defer cancel()
	if err := s.Kept.Away.Put(send, r.Path, f); err != nil {
		return false, err
	}
	gone := false
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `update recordings set away_at = $2 where id = $1`, r.ID, tx.Now)
		gone = tag.RowsAffected() == 0
		return err
	})
	if err == nil && gone { // its term was over meanwhile
		return false, s.Kept.Away.Delete(ctx, r.Path)
	}
	if err == nil {
		err = os.Remove(path)
	}
	return err == nil, err
}

// clearAway removes files whose removal a crash has prevented after they had gone away.
func (s *Service) clearAway(ctx context.Context) error {
	paths, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]string, error) {
		rows, err := tx.Query(ctx, `select path from recordings where away_at > $1`, tx.Now.Add(-24*time.Hour))
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	})
	for _, p := range paths {
		if path, bad := s.Kept.file(p); bad == nil {
			if gone := os.Remove(path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				err = errors.Join(err, gone)
			}
		}
	}
	return err
}
