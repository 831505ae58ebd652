package account

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

var sealedTOTP = secret.Table{
	Place: "user_totp",
	Select: `select user_id, secret, sealed, blanked_at is null and coalesce(sealed_at <= $1, false) from user_totp
		where sealed is null or blanked_at is null and sealed_at <= $1 or substr(sealed, 2, 4) <> $2 order by user_id limit 1000 for update`,
	// noise, not nothing: the version before would take codes of an empty key, which everybody can compute
	Update: `update user_totp set sealed = $2, sealed_at = coalesce(sealed_at, $3), secret = case when $4 then uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) else secret end,
		blanked_at = case when $4 then $3 else blanked_at end where user_id = $1`,
}

// SealSecrets seals the second factors that lie in the clear or under an older key, and
// says how many.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.Keys, sealedTOTP)
}

// SealedBy are the ids of the keys that second factors are sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(sealed, 2, 4), 'hex') from user_totp where sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// keptTOTP is a second factor as its row holds it.
type keptTOTP struct {
	plain             []byte // as the version before reads it
	sealed            []byte
	sealedAt, blanked *time.Time
}

// keepTOTP prepares a new second factor for its row. The old column gets it as well until
// the first of its day's end shows that the version before is gone.
func (s *Service) keepTOTP(ctx context.Context, tx *pg.Tx, userID int64, key []byte) (k keptTOTP, err error) {
	k = keptTOTP{plain: key, sealed: s.Keys.Seal(key, secret.Place(sealedTOTP.Place, userID))}
	if k.sealed == nil {
		return k, nil
	}
	k.sealedAt = &tx.Now
	var over bool
	err = tx.QueryRow(ctx, `select exists (select from user_totp where blanked_at is not null)`).Scan(&over)
	if over {
		k.blanked, k.plain = &tx.Now, make([]byte, totpSecret)
		_, _ = rand.Read(k.plain)
	}
	return k, err
}

// openTOTP is the second factor of a row; nil when the key it was sealed by is lost: no code
// fits then, recovery codes do.
func (s *Service) openTOTP(userID int64, plain, sealed []byte) []byte {
	if sealed == nil {
		return plain
	}
	key, err := s.Keys.Open(sealed, secret.Place(sealedTOTP.Place, userID))
	if err != nil {
		return nil
	}
	return key
}

var errSealed = fault.New(fault.Forbidden, "totp.sealed", "Второй фактор не прочитать: ключа, которым он закрыт, на сервере нет. Войдите по коду восстановления или попросите администратора сбросить второй фактор.")
