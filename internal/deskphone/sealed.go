package deskphone

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/telephony"
)

var sealed = secret.Table{
	Place:  "desk_phones",
	Select: `select id, plain, sealed, false from desk_phones where $1::timestamptz is not null and (sealed is null or substr(sealed, 2, 4) <> $2) order by id limit 1000 for update`,
	Update: `update desk_phones set sealed = $2, plain = null where id = $1 and $3::timestamptz is not null and not $4`,
}

// SealSecrets seals the passwords of phones that lie in the clear or under an older key, and
// says how many.
func (s *Service) SealSecrets(ctx context.Context, tx *pg.Tx) (int, error) {
	return secret.Sweep(ctx, tx, s.Keys, sealed)
}

// SealedBy are the ids of the keys that passwords of phones are sealed by.
func SealedBy(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select distinct encode(substr(sealed, 2, 4), 'hex') from desk_phones where sealed is not null`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// lock gives a phone its password.
func (s *Service) lock(ctx context.Context, tx *pg.Tx, id int64, digest string) error {
	closed := s.Keys.Seal([]byte(digest), secret.Place(sealed.Place, id))
	if closed == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `update desk_phones set plain = null, sealed = $2 where id = $1`, id, closed)
	return err
}

// DeskPhones are the accounts in force and the bans lifted, for the phone engine. One whose
// key is lost is left out: the others go on.
func (s *Service) DeskPhones(ctx context.Context) (phones []telephony.DeskPhone, lifted []string, err error) {
	ctx = access.AsSystem(ctx, "deskphone")
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, user_id, name, plain, sealed from desk_phones where withdrawn_at is null order by id`)
		if err != nil {
			return err
		}
		var p telephony.DeskPhone
		var plain, closed []byte
		if _, err := pgx.ForEachRow(rows, []any{&p.ID, &p.UserID, &p.Name, &plain, &closed}, func() error {
			digest := plain
			if closed != nil {
				open, err := s.Keys.Open(closed, secret.Place(sealed.Place, p.ID))
				if err != nil {
					return nil //nolint:nilerr // the phone cannot register, the others do
				}
				digest = open
			}
			p.Digest = string(digest)
			phones = append(phones, p)
			return nil
		}); err != nil {
			return fmt.Errorf("desk phones: %w", err)
		}
		rows, err = tx.Query(ctx, `select ban from desk_phone_lifts where lifted_at > $1`, tx.Now.Add(-liftsKept))
		if err != nil {
			return err
		}
		lifted, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return phones, lifted, err
}
