package notify

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

func object(userID int64) string { return "user:" + strconv.FormatInt(userID, 10) }

// system lets f reach what only the program reads.
func system(ctx context.Context, tx *pg.Tx, f func(tx *pg.Tx) error) error {
	return tx.As(ctx, access.Actor{Kind: access.System, System: "notify"}, f)
}

var sealed = secret.Table{
	Place:  "notify_keys",
	Select: `select id::bigint, plain, sealed, false from notify_keys where $1::timestamptz is not null and (sealed is null or substr(sealed, 2, 4) <> $2) for update`,
	Update: `update notify_keys set sealed = $2, plain = null where id = $1 and $3::timestamptz is not null and not $4`,
}

// SealSecrets seals the key that signs us when it lies in the clear or under an older key.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.needs.Keys, sealed)
}

// SealedBy are the ids of the keys that it is sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(sealed, 2, 4), 'hex') from notify_keys where sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// keys are the pair that signs us to push services (VAPID). The fence must be the system's.
func (s *Service) keys(ctx context.Context, tx *pg.Tx) (public, private string, err error) {
	var plain, closed []byte
	err = tx.QueryRow(ctx, `select public, plain, sealed from notify_keys where id = 1`).Scan(&public, &plain, &closed)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", fault.New(fault.Unavailable, "notify.no_keys", "Уведомления ещё готовятся: попробуйте через минуту.")
	}
	if err != nil {
		return "", "", err
	}
	if closed != nil {
		if plain, err = s.needs.Keys.Open(closed, secret.Place(sealed.Place, 1)); err != nil {
			return "", "", fmt.Errorf("%s: %w", sealed.Place, err)
		}
	}
	return public, string(plain), nil
}

// Prepare makes the pair where there is none, at the start of the program; of several who
// start at once one makes it. All subscriptions hang on it, so it is never changed by itself.
func (s *Service) Prepare(ctx context.Context) error {
	return pg.Do(access.AsSystem(ctx, "notify"), s.db, func(tx *pg.Tx) error {
		var is bool
		if err := tx.QueryRow(ctx, `select exists (select from notify_keys)`).Scan(&is); err != nil || is {
			return err
		}
		return s.makeKeys(ctx, tx)
	})
}

func (s *Service) makeKeys(ctx context.Context, tx *pg.Tx) error {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return err
	}
	plain, closed := []byte(private), s.needs.Keys.Seal([]byte(private), secret.Place(sealed.Place, 1))
	if closed != nil {
		plain = nil
	}
	_, err = tx.Exec(ctx, `insert into notify_keys (id, public, plain, sealed, created_at) values (1, $1, $2, $3, $4) on conflict do nothing`, public, plain, closed, tx.Now)
	return err
}

// fits tells whether what a browser gave are a point of the curve and a secret of its length.
func fits(p256dh, auth string) bool {
	point, err := decode(p256dh)
	if err != nil {
		return false
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return false
	}
	salt, err := decode(auth)
	return err == nil && len(salt) == 16
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
