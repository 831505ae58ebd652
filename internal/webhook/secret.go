package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

var sealed = secret.Table{
	Place:  "webhook_secrets",
	Select: `select id, plain, sealed, false from webhook_secrets where $1::timestamptz is not null and (sealed is null or substr(sealed, 2, 4) <> $2) order by id limit 1000 for update`,
	Update: `update webhook_secrets set sealed = $2, plain = null where id = $1 and $3::timestamptz is not null and not $4`,
}

// SealSecrets seals the secrets that lie in the clear or under an older key, and says how many.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.needs.Keys, sealed)
}

// SealedBy are the ids of the keys that secrets are sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(sealed, 2, 4), 'hex') from webhook_secrets where sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// system lets f reach what only the program reads.
func system(ctx context.Context, tx *pg.Tx, f func(tx *pg.Tx) error) error {
	return tx.As(ctx, access.Actor{Kind: access.System, System: "webhook"}, f)
}

// newSecret gives a hook another secret, beside those that still sign.
func (s *Service) newSecret(ctx context.Context, tx *pg.Tx, hook int64) (plain string, err error) {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	plain = "whsec_" + base64.RawURLEncoding.EncodeToString(b)
	company := tx.Actor.CompanyID
	return plain, system(ctx, tx, func(tx *pg.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `insert into webhook_secrets (company_id, webhook_id, plain, created_at) values ($1, $2, $3, $4) returning id`, company, hook, []byte(plain), tx.Now).Scan(&id); err != nil {
			return err
		}
		closed := s.needs.Keys.Seal([]byte(plain), secret.Place(sealed.Place, id))
		if closed == nil {
			return nil
		}
		_, err := tx.Exec(ctx, `update webhook_secrets set plain = null, sealed = $2 where id = $1`, id, closed)
		return err
	})
}

// Rotate gives a hook another secret, told this once. The one before signs too for a day, so
// that the other side may be changed in the meantime; one before that no more.
func (s *Service) Rotate(ctx context.Context, id int64) (plain string, until time.Time, err error) {
	a, err := own(ctx)
	if err != nil {
		return "", until, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		h, err := find(ctx, tx, id, "for update of w")
		if err != nil {
			return err
		}
		until = tx.Now.Add(bothSign)
		err = system(ctx, tx, func(tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `delete from webhook_secrets where webhook_id = $1 and ends_at is not null`, id); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update webhook_secrets set ends_at = $2 where webhook_id = $1`, id, until)
			return err
		})
		if err != nil {
			return err
		}
		if plain, err = s.newSecret(ctx, tx, id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, a.CompanyID, "webhook.new_secret", object(id), nil, map[string]any{"name": h.Name, "both_until": until})
	})
	return plain, until, err
}

// secrets are those that sign now, the newest first. The fence must be the system's.
func (s *Service) secrets(ctx context.Context, tx *pg.Tx, hook int64) (out [][]byte, err error) {
	rows, err := tx.Query(ctx, `select id, plain, sealed from webhook_secrets where webhook_id = $1 and (ends_at is null or ends_at > $2) order by id desc`, hook, tx.Now)
	if err != nil {
		return nil, err
	}
	var id int64
	var plain, closed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &plain, &closed}, func() error {
		text := plain
		if closed != nil {
			if text, err = s.needs.Keys.Open(closed, secret.Place(sealed.Place, id)); err != nil {
				return fmt.Errorf("%s/%d: %w", sealed.Place, id, err)
			}
		}
		out = append(out, append([]byte{}, text...))
		return nil
	})
	return out, err
}

// Signature is what the header says of a body sent at a moment: by each secret that signs.
// The moment is signed too, so that an old telling cannot be told again.
func Signature(secrets [][]byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + t}
	for _, s := range secrets {
		m := hmac.New(sha256.New, s)
		_, _ = m.Write([]byte(t + "."))
		_, _ = m.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(m.Sum(nil)))
	}
	return strings.Join(parts, ",")
}
