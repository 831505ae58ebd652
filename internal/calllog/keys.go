package calllog

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

const keyDestroyed = "Ключ этой записи уничтожен: прослушать её нельзя."

func place(recording int64) string { return fmt.Sprintf("recording/%d", recording) }

func (s *Service) keyOf(ctx context.Context, id int64) ([]byte, error) {
	ctx = access.AsSystem(ctx, "recordings")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]byte, error) {
		var sealed []byte
		if err := tx.QueryRow(ctx, `select sealed from recording_keys where id = $1`, id).Scan(&sealed); err != nil {
			return nil, err
		}
		if sealed == nil {
			return nil, fault.New(fault.NotFound, "recording.key_destroyed", keyDestroyed)
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

// KeyState is what seals a company's recordings.
type KeyState struct {
	CompanyID  int64
	Since      *time.Time // of the key that seals now; nil: none was needed yet
	Keys       int        // that open recordings
	Destroyed  int
	Recordings int
	AskedBy    string // who asked to destroy the keys and waits for a second person
	AskedByID  int64
	AskedAt    *time.Time
}

// endAsked is how long a request to destroy the keys waits for its second person.
const endAsked = 24 * time.Hour

// ourOwn runs f past the fence of companies for one of our own people: the permission is
// the operation's. What f writes into the audit journal is his.
func (s *Service) ourOwn(ctx context.Context, companyID int64, f func(tx *pg.Tx, name string) error) error {
	by := access.From(ctx)
	ctx = access.With(ctx, access.Actor{Kind: access.System, System: "recordings", UserID: by.UserID, Name: by.Name, Source: by.Source})
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var name string
		err := tx.QueryRow(ctx, `select name from companies where id = $1 for no key update`, companyID).Scan(&name)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("company")
		}
		if err != nil {
			return err
		}
		return f(tx, name)
	})
}

func keyState(ctx context.Context, tx *pg.Tx, companyID int64) (k KeyState, err error) {
	k.CompanyID = companyID
	err = tx.QueryRow(ctx, `select max(made_at) filter (where sealed is not null), count(*) filter (where sealed is not null), count(*) filter (where sealed is null),
		(select count(*) from recordings where company_id = $1) from recording_keys where company_id = $1`, companyID).Scan(&k.Since, &k.Keys, &k.Destroyed, &k.Recordings)
	if err != nil {
		return k, err
	}
	err = tx.QueryRow(ctx, `select user_id, by_name, at from recording_key_ends where company_id = $1 and at > $2`, companyID, tx.Now.Add(-endAsked)).Scan(&k.AskedByID, &k.AskedBy, &k.AskedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return k, err
}

// Keys tells of a company's keys. For our own people.
func (s *Service) Keys(ctx context.Context, companyID int64) (k KeyState, err error) {
	err = s.ourOwn(ctx, companyID, func(tx *pg.Tx, _ string) error {
		k, err = keyState(ctx, tx, companyID)
		return err
	})
	return k, err
}

func ofCompany(id int64) string { return "company:" + strconv.FormatInt(id, 10) }

// RotateKey gives a company a new key: what is recorded from now on is sealed by it, the
// older ones open what they sealed.
func (s *Service) RotateKey(ctx context.Context, companyID int64) (k KeyState, err error) {
	err = s.ourOwn(ctx, companyID, func(tx *pg.Tx, _ string) error {
		if s.Kept.Keys == nil {
			return fault.New(fault.Conflict, "recording.not_sealed", "Файла ключей нет: записи лежат открытыми, менять нечего.")
		}
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('recording_keys', $1))`, companyID); err != nil {
			return err
		}
		id, _, err := s.newKey(ctx, tx, companyID)
		if err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, companyID, "recording_key.change", ofCompany(companyID), map[string]int64{"key": id}); err != nil {
			return err
		}
		k, err = keyState(ctx, tx, companyID)
		return err
	})
	return k, err
}

// EndKeys makes every sealed recording of a company unreadable for good: at the end of its
// contract. The first person who types the company's name asks, another one who does so
// within a day destroys the keys.
func (s *Service) EndKeys(ctx context.Context, companyID int64, typed string) (k KeyState, err error) {
	me := access.From(ctx).UserID
	err = s.ourOwn(ctx, companyID, func(tx *pg.Tx, name string) error {
		if strings.TrimSpace(typed) != name {
			return fault.New(fault.Invalid, "recording_key.name", "Ключи не тронуты.").At("body.name", "наберите название компании точно: "+name)
		}
		was, err := keyState(ctx, tx, companyID)
		switch {
		case err != nil:
			return err
		case was.Keys == 0:
			return fault.New(fault.Conflict, "recording_key.none", "Ключей у этой компании нет: уничтожать нечего.")
		case was.AskedAt != nil && was.AskedByID == me:
			return fault.New(fault.Conflict, "recording_key.second", "Просьба уже ваша: уничтожить ключи должен второй человек.")
		case was.AskedAt == nil:
			err = s.askEnd(ctx, tx, companyID, me)
		default:
			err = destroyKeys(ctx, tx, was)
		}
		if err == nil {
			k, err = keyState(ctx, tx, companyID)
		}
		return err
	})
	return k, err
}

func (s *Service) askEnd(ctx context.Context, tx *pg.Tx, companyID, me int64) error {
	_, err := tx.Exec(ctx, `insert into recording_key_ends (company_id, user_id, by_name, at) values ($1, $2, $3, $4)
		on conflict (company_id) do update set user_id = excluded.user_id, by_name = excluded.by_name, at = excluded.at`, companyID, me, tx.Actor.Name, tx.Now)
	if err != nil {
		return err
	}
	return audit.Write(ctx, tx, companyID, "recording_key.ask", ofCompany(companyID), struct{}{})
}

func destroyKeys(ctx context.Context, tx *pg.Tx, was KeyState) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('recording_keys', $1))`, was.CompanyID); err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `update recording_keys set sealed = null, destroyed_at = $2 where company_id = $1 and sealed is not null`, was.CompanyID, tx.Now)
	if err != nil {
		return err
	}
	// the picture of a talk shows when who spoke: it goes with the sound
	if _, err := tx.Exec(ctx, `delete from recording_peaks p using recordings r where r.id = p.recording_id and r.company_id = $1 and r.key_id is not null`, was.CompanyID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from recording_key_ends where company_id = $1`, was.CompanyID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, was.CompanyID, "recording_key.destroy", ofCompany(was.CompanyID), map[string]any{"keys": done.RowsAffected(), "asked_by": was.AskedBy})
}

// KeepKeys takes back a request to destroy the keys.
func (s *Service) KeepKeys(ctx context.Context, companyID int64) (k KeyState, err error) {
	err = s.ourOwn(ctx, companyID, func(tx *pg.Tx, _ string) error {
		done, err := tx.Exec(ctx, `delete from recording_key_ends where company_id = $1`, companyID)
		if err == nil && done.RowsAffected() > 0 {
			err = audit.Write(ctx, tx, companyID, "recording_key.cancel", ofCompany(companyID), struct{}{})
		}
		if err == nil {
			k, err = keyState(ctx, tx, companyID)
		}
		return err
	})
	return k, err
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
