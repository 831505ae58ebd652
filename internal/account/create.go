package account

import (
	"context"

	"d24/internal/platform/pg"
)

// NewUser describes a user to be made.
type NewUser struct {
	Login, Name, Password, Kind string
	Memberships                 []Membership // with Role and MemberID, of a company's user
	Serves                      []int64      // companies, of our own staff
}

// Create makes a user in tx; the login must be free.
func Create(ctx context.Context, tx *pg.Tx, u NewUser) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into users (login, name, password_hash, kind, created_at) values (lower($1), $2, $3, $4, $5) returning id`,
		u.Login, u.Name, Hash(u.Password), u.Kind, tx.Now).Scan(&id)
	if err != nil {
		return 0, err
	}
	for _, m := range u.Memberships {
		var member *int64
		if m.MemberID != 0 {
			member = &m.MemberID
		}
		if _, err := tx.Exec(ctx, `insert into company_users (company_id, user_id, role, member_id) values ($1, $2, $3, $4)`, m.ID, id, m.Role, member); err != nil {
			return 0, err
		}
	}
	for _, c := range u.Serves {
		if _, err := tx.Exec(ctx, `insert into operator_companies (user_id, company_id) values ($1, $2)`, id, c); err != nil {
			return 0, err
		}
	}
	return id, nil
}
