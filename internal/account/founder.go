package account

import (
	"context"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// InviteAdministrator makes a link for a company's administrator, by our own people:
// a company that was just founded has nobody else who could. It returns the token once.
func (s *Service) InviteAdministrator(ctx context.Context, companyID int64, name string) (i Invitation, token string, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from companies where id = $1)`, companyID).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.Missing("company")
		}
		d.company = companyID
		i, token, err = s.invite(ctx, tx, d, NewInvitation{Name: name, Kind: "company", RoleChange: RoleChange{Role: access.Admin}})
		return err
	})
	return i, token, err
}

// Administrators counts them by company, for our own people.
func (s *Service) Administrators(ctx context.Context) (map[int64]int, error) {
	return s.countOf(ctx, `role = 'admin'`)
}

// OwnOperators is how many own operators each company has who may come to the desk (C8).
func (s *Service) OwnOperators(ctx context.Context) (map[int64]int, error) {
	return s.countOf(ctx, `role = 'dispatcher' and not is_blocked`)
}

// countOf counts users by company; cond is one of ours.
func (s *Service) countOf(ctx context.Context, cond string) (out map[int64]int, err error) {
	out = map[int64]int{}
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, _ desk) error {
		rows, err := tx.Query(ctx, `select company_id, count(*)::int from company_users where `+cond+` group by company_id`)
		if err != nil {
			return err
		}
		var company int64
		var n int
		_, err = pgx.ForEachRow(rows, []any{&company, &n}, func() error { out[company] = n; return nil })
		return err
	})
	return out, err
}
