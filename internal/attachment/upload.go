package attachment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/clock"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/pg"
)

// decodeFor is the longest a picture may be decoded.
const decodeFor = 10 * time.Second

// New is a file handed in.
type New struct {
	Subject string
	ID      int64 // of the thing it belongs to
	Name    string
	Body    io.Reader
	TakenAt time.Time // by the clock of the phone that waited for a network with it; zero: it does not say
}

// Add takes a file in. First the right is asked, then the bytes are read (never more than
// MaxBytes, never into memory), looked at, put where they outlive a crash, and at last the
// row is written: a row never points at a file that is not there. The same file of the
// same thing twice is one: the row that is there is returned.
//
// fault.Invalid "file.kind", "file.size", "file.empty", "file.dimensions", "file.broken",
// "file.slow", "file.many", "file.cut"; fault.NotFound for a thing that is not the actor's.
func (s *Service) Add(ctx context.Context, n New) (File, error) {
	x := s.subjects[n.Subject]
	company, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (int64, error) {
		company, err := x.Company(ctx, tx, n.ID)
		if err == nil {
			err = s.room(ctx, tx, x, n.ID)
		}
		return company, err
	})
	if err != nil {
		return File{}, err
	}
	spool, err := os.CreateTemp("", "d24-file-*")
	if err != nil {
		return File{}, err
	}
	defer spool.Close()                             //nolint:errcheck // only read by now
	if err := os.Remove(spool.Name()); err != nil { // it lives as long as we do: a crash leaves nothing
		return File{}, err
	}
	f, sum, err := receive(n, spool)
	if err != nil {
		return File{}, err
	}
	f.CompanyID = company
	if !n.TakenAt.IsZero() {
		at := clock.OfDevice(n.TakenAt, s.db.Clock.Now())
		f.TakenAt = &at
	}
	same, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (File, error) { return s.same(ctx, tx, n, sum) })
	if err != nil || same.ID != 0 {
		return same, err
	}
	thumb, err := s.draw(ctx, &f, spool)
	if err != nil {
		return File{}, err
	}
	if err := s.keep(ctx, &f, spool, thumb); err != nil {
		return File{}, err
	}
	out, err := s.write(ctx, x, f, sum)
	if known := fault.KindOf(err) != fault.Internal; err != nil && known || err == nil && out.FileKey != f.FileKey {
		s.drop(ctx, f) // refused: no row points there. After a broken commit one may: the sweep decides
	}
	return out, err
}

// receive reads the body into the spool and tells kind, size and sum.
func receive(n New, spool io.Writer) (f File, sum []byte, err error) {
	head := make([]byte, headLen)
	k, err := io.ReadFull(n.Body, head)
	if head = head[:k]; err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return f, nil, cutShort(err)
	}
	if k == 0 {
		return f, nil, fault.New(fault.Invalid, "file.empty", "Файл пуст.").At("body", "файл пуст")
	}
	f = File{Subject: n.Subject, SubjectID: n.ID, Kind: kindOf(head), Version: 1}
	if f.Kind == "" {
		return f, nil, unknownKind()
	}
	f.Name = cleanName(n.Name, f.Kind)
	h := sha256.New()
	f.Bytes, err = io.Copy(io.MultiWriter(spool, h), io.LimitReader(io.MultiReader(bytes.NewReader(head), n.Body), MaxBytes+1))
	if f.Bytes > MaxBytes {
		return f, nil, fault.New(fault.Invalid, "file.size", "Файл больше %d МБ.", MaxBytes>>20).At("body", "файл слишком большой")
	}
	if err != nil {
		return f, nil, cutShort(err)
	}
	return f, h.Sum(nil), nil
}

// cutShort tells a way that broke, or a body past its bound, from troubles of the disk.
func cutShort(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return err
	}
	return &fault.Error{Kind: fault.Invalid, Code: "file.cut", Message: "Файл дошёл не целиком: повторите.", Err: err}
}

// draw looks at a picture and makes it small; nil for what is no picture.
func (s *Service) draw(ctx context.Context, f *File, spool io.ReadSeeker) ([]byte, error) {
	if !f.IsPicture() {
		return nil, nil
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	p, err := look(f.Kind, spool)
	if err != nil {
		return nil, err
	}
	f.Width, f.Height = p.width, p.height
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, end := context.WithTimeout(ctx, decodeFor)
	defer end()
	return p.thumb(ctx, spool)
}

// keep puts the file and its small picture into the storage.
func (s *Service) keep(ctx context.Context, f *File, spool io.ReadSeeker, thumb []byte) error {
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	f.FileKey = blob.NewKey(s.db.Clock.Now())
	if err := s.store.Put(ctx, f.FileKey, spool); err != nil {
		return fmt.Errorf("keep a file: %w", err)
	}
	if thumb == nil {
		return nil
	}
	f.ThumbKey = blob.NewKey(s.db.Clock.Now())
	if err := s.store.Put(ctx, f.ThumbKey, bytes.NewReader(thumb)); err != nil {
		return fmt.Errorf("keep a small picture: %w", err)
	}
	return nil
}

// write makes the row, in the thing's turn. It is asked again whether the actor may: an
// upload may take minutes.
func (s *Service) write(ctx context.Context, x Subject, f File, sum []byte) (File, error) {
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (File, error) {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, "attachments "+f.object()); err != nil {
			return f, err
		}
		if _, err := x.Company(ctx, tx, f.SubjectID); err != nil {
			return f, err
		}
		if same, err := s.same(ctx, tx, New{Subject: x.Name, ID: f.SubjectID}, sum); err != nil || same.ID != 0 {
			return same, err
		}
		if err := s.room(ctx, tx, x, f.SubjectID); err != nil {
			return f, err
		}
		f.ByUser, f.ByName, f.CreatedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		err := tx.QueryRow(ctx, `insert into attachments (company_id, subject, subject_id, kind, name, bytes, sha256, width, height, file_key, thumb_key, by_user, by_name, created_at, taken_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, 0), $13, $14, $15) returning id`,
			f.CompanyID, f.Subject, f.SubjectID, f.Kind, f.Name, f.Bytes, sum, f.Width, f.Height, f.FileKey, f.ThumbKey, f.ByUser, f.ByName, f.CreatedAt, f.TakenAt).Scan(&f.ID)
		if err != nil {
			return f, twice(err)
		}
		if err := audit.Change(ctx, tx, f.CompanyID, "file.add", f.object(), nil, f.told()); err != nil {
			return f, err
		}
		return f, s.announce(ctx, tx, f, "add")
	})
	return out, err
}

// same is the file of these bytes that the thing has already; its ID is 0 when there is none.
func (s *Service) same(ctx context.Context, tx *pg.Tx, n New, sum []byte) (File, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from attachments where subject = $1 and subject_id = $2 and sha256 = $3 and deleted_at is null`, n.Subject, n.ID, sum)
	if err != nil {
		return File{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[File])
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, nil
	}
	return f, err
}

// room refuses one file too many.
func (s *Service) room(ctx context.Context, tx *pg.Tx, x Subject, id int64) error {
	var n int
	if err := tx.QueryRow(ctx, `select count(*) from attachments where subject = $1 and subject_id = $2 and deleted_at is null`, x.Name, id).Scan(&n); err != nil {
		return err
	}
	if n >= x.Most {
		return fault.New(fault.Invalid, "file.many", "Файлов уже %d, больше не помещается: удалите лишние.", n).At("body", "файлов слишком много")
	}
	return nil
}

// drop removes the bytes of a row that was not written; what stays the sweep removes.
func (s *Service) drop(ctx context.Context, f File) {
	ctx = access.With(context.WithoutCancel(ctx), access.Actor{})
	_ = s.store.Delete(ctx, f.FileKey)
	if f.ThumbKey != "" {
		_ = s.store.Delete(ctx, f.ThumbKey)
	}
}

// twice tells the same file in its place from other troubles.
func twice(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.ConstraintName == "attachments_once" {
		return fault.New(fault.Conflict, "file.twice", "Такой файл здесь уже есть.")
	}
	return err
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
