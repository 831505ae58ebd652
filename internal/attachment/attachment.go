// Package attachment keeps files that belong to something: a house, a request. Whose
// they are and who may see them their subject says; here they are taken in, looked at
// (kind, size, pictures that are bombs), made small, given out and removed.
package attachment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// MaxBytes is the most a file may weigh.
const MaxBytes = 25 << 20

const (
	maxName    = 150 // letters of a name without its ending
	maxCaption = 500
)

// File is what is known of a file.
type File struct {
	ID        int64
	CompanyID int64
	Subject   string
	SubjectID int64
	Kind      string // media type, by the content
	Name      string
	Caption   string
	Bytes     int64
	Width     int // pixels; 0: not a picture
	Height    int
	FileKey   string
	ThumbKey  string // "": no small picture
	ByUser    int64
	ByName    string
	CreatedAt time.Time
	DeletedAt *time.Time
	TakenAt   *time.Time // when a phone took it; nil: it did not say
	Version   int
}

// IsPicture reports whether the file is shown in a gallery.
func (f File) IsPicture() bool { return strings.HasPrefix(f.Kind, "image/") }

// Subject is something files belong to; the assembly says how it is asked.
type Subject struct {
	Name string // "building", as the rows and the audit journal say
	Most int    // files of one thing
	// Company is whose the thing is; fault.NotFound when the transaction's actor may not see it.
	Company func(ctx context.Context, tx *pg.Tx, id int64) (int64, error)
	Write   access.Permission // to add, and to change what one has added
	Others  access.Permission // to change and remove what others have added
	// Told hears in the same transaction that a file came ("add"), went ("delete") or
	// came back ("restore"); nil: nobody.
	Told func(ctx context.Context, tx *pg.Tx, f File, verb string) error
}

// Service keeps files.
type Service struct {
	db       *pg.DB
	store    blob.Store
	subjects map[string]Subject
	decoding chan struct{} // one picture at a time: each takes up to maxMemory
}

// NewService returns the service.
func NewService(db *pg.DB, store blob.Store, subjects ...Subject) *Service {
	s := &Service{db: db, store: store, subjects: map[string]Subject{}, decoding: make(chan struct{}, 1)}
	for _, x := range subjects {
		s.subjects[x.Name] = x
	}
	return s
}

const columns = `id, company_id, subject, subject_id, kind, name, caption, bytes, width, height, file_key, thumb_key, coalesce(by_user, 0) as by_user, by_name, created_at, deleted_at, taken_at, version`

// List are the files of a thing, the oldest first.
func (s *Service) List(ctx context.Context, subject string, id int64) ([]File, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]File, error) {
		if _, err := s.subjects[subject].Company(ctx, tx, id); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `select `+columns+` from attachments where subject = $1 and subject_id = $2 and deleted_at is null order by id`, subject, id)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByName[File])
	})
}

// find reads a file whose thing the actor may see; what he may not see does not exist.
func (s *Service) find(ctx context.Context, tx *pg.Tx, subject string, id int64, lock string) (f File, err error) {
	rows, err := tx.Query(ctx, `select `+columns+` from attachments where id = $1 and subject = $2`+lock, id, subject)
	if err != nil {
		return f, err
	}
	f, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[File])
	if err == nil {
		_, err = s.subjects[subject].Company(ctx, tx, f.SubjectID)
	}
	if errors.Is(err, pgx.ErrNoRows) || fault.KindOf(err) == fault.NotFound && err != nil {
		return File{}, fault.New(fault.NotFound, "file.not_found", "Такого файла нет.")
	}
	return f, err
}

// Open gives a file to read, or its small picture; fault.NotFound "file.not_found" for
// what is removed or not the actor's, "file.no_file" when the storage has lost it.
func (s *Service) Open(ctx context.Context, subject string, id int64, thumb bool) (f File, r io.ReadSeekCloser, err error) {
	f, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (File, error) { return s.find(ctx, tx, subject, id, "") })
	if err != nil {
		return f, nil, err
	}
	key := f.FileKey
	if thumb {
		key = f.ThumbKey
	}
	if f.DeletedAt != nil || key == "" {
		return f, nil, fault.New(fault.NotFound, "file.not_found", "Такого файла нет.")
	}
	if r, err = s.store.Open(ctx, key); isMissing(err) {
		err = fault.New(fault.NotFound, "file.no_file", "Файла «%s» нет в хранилище.", f.Name)
	}
	return f, r, err
}

// MayChange reports whether the actor may change and remove the file.
func (s *Service) MayChange(a access.Actor, f File) bool {
	x := s.subjects[f.Subject]
	return a.Can(x.Others) || a.Can(x.Write) && a.UserID != 0 && a.UserID == f.ByUser
}

// object names what the file belongs to, for the audit journal.
func (f File) object() string { return fmt.Sprintf("%s:%d", f.Subject, f.SubjectID) }

// told is the part of a file that the audit journal keeps.
type told struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Bytes   int64  `json:"bytes"`
	Caption string `json:"caption"`
}

func (f File) told() told { return told{f.ID, f.Name, f.Kind, f.Bytes, f.Caption} }

// changed runs f on a locked file that the actor may change, at the version he saw, and
// writes the row down. fault.Conflict "file.changed" when somebody was first.
func (s *Service) changed(ctx context.Context, subject string, id int64, verb string, f func(tx *pg.Tx, x *File) error) (File, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (File, error) {
		was, err := s.find(ctx, tx, subject, id, " for update")
		if err != nil {
			return was, err
		}
		if !s.MayChange(tx.Actor, was) {
			return was, fault.New(fault.Forbidden, "file.others", "Этот файл добавил другой человек: менять его вам нельзя.")
		}
		is := was
		if err := f(tx, &is); err != nil || is == was {
			return is, err
		}
		is.Version++
		if _, err := tx.Exec(ctx, `update attachments set caption = $2, deleted_at = $3, version = $4 where id = $1`, id, is.Caption, is.DeletedAt, is.Version); err != nil {
			return is, twice(err)
		}
		if err := audit.Change(ctx, tx, is.CompanyID, "file."+verb, is.object(), was.told(), is.told()); err != nil {
			return is, err
		}
		return is, s.announce(ctx, tx, is, verb)
	})
}

func (s *Service) announce(ctx context.Context, tx *pg.Tx, f File, verb string) error {
	if hear := s.subjects[f.Subject].Told; hear != nil && verb != "change" {
		if err := hear(ctx, tx, f, verb); err != nil {
			return err
		}
	}
	return live.Tell(ctx, tx, live.Change{Topic: "file", ID: f.SubjectID, CompanyID: f.CompanyID})
}

// Describe writes the words under a file; fault.Invalid "file.caption" for too many.
func (s *Service) Describe(ctx context.Context, subject string, id int64, caption string, version int) (File, error) {
	caption = strings.Join(strings.Fields(caption), " ")
	if len([]rune(caption)) > maxCaption {
		return File{}, fault.New(fault.Invalid, "file.caption", "Подпись длиннее %d знаков.", maxCaption).At("body.caption", "слишком длинно")
	}
	return s.changed(ctx, subject, id, "change", func(_ *pg.Tx, f *File) error {
		switch {
		case f.DeletedAt != nil:
			return gone()
		case f.Version != version:
			return fault.New(fault.Conflict, "file.changed", "Подпись только что изменили: посмотрите, как она теперь выглядит.")
		}
		f.Caption = caption
		return nil
	})
}

func gone() error {
	return fault.New(fault.Conflict, "file.deleted", "Этот файл уже удалили.")
}

// Delete takes a file away; Restore brings it back until it is swept out. Both may be
// said twice.
func (s *Service) Delete(ctx context.Context, subject string, id int64) (File, error) {
	return s.changed(ctx, subject, id, "delete", func(tx *pg.Tx, f *File) error {
		if f.DeletedAt == nil {
			f.DeletedAt = &tx.Now
		}
		return nil
	})
}

// Restore undoes Delete. fault.Conflict when the same file was added again meanwhile, or
// there is no room for it any more.
func (s *Service) Restore(ctx context.Context, subject string, id int64) (File, error) {
	return s.changed(ctx, subject, id, "restore", func(tx *pg.Tx, f *File) error {
		if f.DeletedAt == nil {
			return nil
		}
		f.DeletedAt = nil
		return s.room(ctx, tx, s.subjects[subject], f.SubjectID)
	})
}
