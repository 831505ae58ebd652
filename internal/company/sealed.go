package company

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

var sealedTrunks = secret.Table{
	Place: "trunks",
	Select: `select id, convert_to(auth_password, 'UTF8'), auth_sealed, blanked_at is null and coalesce(sealed_at <= $1, false) from trunks
		where auth_sealed is null and auth_password <> '' or blanked_at is null and sealed_at <= $1 or substr(auth_sealed, 2, 4) <> $2 order by id limit 1000 for update`,
	Update: `update trunks set auth_sealed = $2, sealed_at = coalesce(sealed_at, $3), auth_password = case when $4 then '' else auth_password end,
		blanked_at = case when $4 then $3 else blanked_at end where id = $1`,
}

// SealSecrets seals the passwords of trunks that lie in the clear or under an older key,
// and says how many.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.Keys, sealedTrunks)
}

// SealedBy are the ids of the keys that passwords of trunks are sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(auth_sealed, 2, 4), 'hex') from trunks where auth_sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// password is a trunk's; "" when the key it was sealed by is lost: the others go on, and
// the provider's refusal is seen on the trunk.
func (s *Service) password(id int64, plain string, sealed []byte) string {
	if sealed == nil {
		return plain
	}
	open, err := s.Keys.Open(sealed, secret.Place(sealedTrunks.Place, id))
	if err != nil {
		return ""
	}
	return string(open)
}
