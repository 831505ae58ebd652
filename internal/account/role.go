package account

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const maxRoles = 50 // of a company's own

// Role is one of the default roles (ID 0), or one of a company's own.
type Role struct {
	ID          int64
	Name        string      // of a company's own; "" of a default one
	Base        access.Role // the default role, or the one this is nearest to
	Permissions []access.Permission
	Users       int // who have it
	Version     int
}

// NewRole is what a role of a company's own is made of.
type NewRole struct {
	Name        string
	Base        access.Role // not an administrator: of those there is one kind
	Permissions []access.Permission
	Version     int // of the row that was read; of a new one 0
}

// companyFor is the company an operation is about: a company's user has his own, our
// people name one they serve, the platform's administrator any. fault.NotFound for a
// company he has nothing to do with.
func companyFor(ctx context.Context, companyID int64) (int64, error) {
	a := access.From(ctx)
	switch {
	case companyID == 0 && a.Kind == access.Company:
		return a.CompanyID, nil
	case companyID == 0:
		return 0, fault.New(fault.Invalid, "company.required", "Выберите компанию.").At("query.company_id", "не указано")
	case !a.Serves(companyID) && !a.Can(access.PlatformOperate):
		return 0, fault.Missing("company")
	}
	return companyID, nil
}

// manage runs f on the accounts of a company, under the system's fence: a person may
// belong to several companies, so every query names this one.
func (s *Service) manage(ctx context.Context, companyID int64, f func(context.Context, *pg.Tx, desk) error) error {
	by := access.From(ctx)
	company, err := companyFor(ctx, companyID)
	if err != nil {
		return err
	}
	ctx = access.AsSystem(ctx, "account")
	return lastAdmin(pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from companies where id = $1)`, company).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.Missing("company")
		}
		return f(ctx, tx, desk{company: company, by: by})
	}))
}

// desk is where the rights of a company are changed: which company, and by whom.
type desk struct {
	company int64
	by      access.Actor
}

func (d desk) note(ctx context.Context, tx *pg.Tx, action, object string, before, after any) error {
	return noteOf(ctx, tx, d.by, d.company, action, object, before, after)
}

// lastAdmin says in words what the constraint of the database refused (F68).
func lastAdmin(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.ConstraintName == "last_admin" {
		return fault.New(fault.Conflict, "user.last_admin", "Это последний администратор: без него некому будет давать права. Сначала назначьте другого.")
	}
	return err
}

// Roles are the default roles and the company's own, each with how many people have it.
func (s *Service) Roles(ctx context.Context, companyID int64) (out []Role, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		counts := map[access.Role]int{}
		rows, err := tx.Query(ctx, `select role, count(*) from company_users where company_id = $1 and role_id is null group by role`, d.company)
		if err != nil {
			return err
		}
		var r access.Role
		var n int
		if _, err := pgx.ForEachRow(rows, []any{&r, &n}, func() error { counts[r] = n; return nil }); err != nil {
			return err
		}
		for _, r := range access.Roles {
			out = append(out, Role{Base: r, Permissions: access.RolePermissions(r), Users: counts[r]})
		}
		rows, err = tx.Query(ctx, roleColumns+`where r.company_id = $1 and not r.is_archived order by lower(r.name)`, d.company)
		if err != nil {
			return err
		}
		own, err := pgx.CollectRows(rows, scanRole)
		out = append(out, own...)
		return err
	})
	return out, err
}

const roleColumns = `select r.id, r.name, r.base, r.permissions, (select count(*) from company_users u where u.role_id = r.id), r.version from roles r `

func scanRole(row pgx.CollectableRow) (r Role, err error) {
	err = row.Scan(&r.ID, &r.Name, &r.Base, &r.Permissions, &r.Users, &r.Version)
	r.Permissions = access.Ticked(r.Permissions)
	return r, err
}

// roleOf is a role of the company's own; fault.NotFound for any other.
func roleOf(ctx context.Context, tx *pg.Tx, company, id int64) (Role, error) {
	rows, err := tx.Query(ctx, roleColumns+`where r.company_id = $1 and r.id = $2 and not r.is_archived for update of r`, company, id)
	if err != nil {
		return Role{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRole)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.Missing("role")
	}
	return r, err
}

// check refuses a role that could not be ticked by hand.
func (n *NewRole) check() (err error) {
	if n.Name, err = cleanName(n.Name, 60); err != nil {
		return err
	}
	if !n.Base.IsBase() {
		return fault.New(fault.Invalid, "role.base", "Выберите, на какую из обычных ролей она похожа.").At("body.base", "выберите роль, кроме администратора и диспетчера")
	}
	ticked := access.Ticked(n.Permissions)
	for _, p := range n.Permissions {
		if !slices.Contains(ticked, p) {
			return fault.New(fault.Invalid, "role.permission", "Этого права дать нельзя: «%s».", p).At("body.permissions", "есть право, которое бывает только у администратора")
		}
	}
	if len(ticked) == 0 {
		return fault.New(fault.Invalid, "role.empty", "Отметьте хотя бы одно право.").At("body.permissions", "ничего не отмечено")
	}
	n.Permissions = ticked
	return nil
}

// MakeRole adds a role of the company's own. fault.Conflict "role.exists" at a name
// that is taken.
func (s *Service) MakeRole(ctx context.Context, companyID int64, n NewRole) (r Role, err error) {
	if err := n.check(); err != nil {
		return r, err
	}
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from roles where company_id = $1 and not is_archived`, d.company).Scan(&count); err != nil {
			return err
		}
		if count >= maxRoles {
			return fault.New(fault.Conflict, "role.too_many", "Ролей уже %d. Уберите ненужные.", maxRoles)
		}
		r = Role{Name: n.Name, Base: n.Base, Permissions: n.Permissions, Version: 1}
		if err := tx.QueryRow(ctx, `insert into roles (company_id, name, base, permissions, created_at) values ($1, $2, $3, $4, $5) returning id`,
			d.company, n.Name, n.Base, n.Permissions, tx.Now).Scan(&r.ID); err != nil {
			return taken(err)
		}
		return d.note(ctx, tx, "role.make", object("role", r.ID), nil, r.show())
	})
	return r, err
}

// ChangeRole changes a role of the company's own; everybody who has it has other
// rights within a second. fault.Conflict "role.changed" when somebody changed it meanwhile.
func (s *Service) ChangeRole(ctx context.Context, companyID, id int64, n NewRole) (r Role, err error) {
	if err := n.check(); err != nil {
		return r, err
	}
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := roleOf(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		if n.Version != 0 && n.Version != was.Version {
			return fault.New(fault.Conflict, "role.changed", "Роль уже изменил другой пользователь. Откройте её заново.")
		}
		r = Role{ID: id, Name: n.Name, Base: n.Base, Permissions: n.Permissions, Users: was.Users, Version: was.Version + 1}
		if _, err := tx.Exec(ctx, `update roles set name = $2, base = $3, permissions = $4, version = $5 where id = $1`, id, n.Name, n.Base, n.Permissions, r.Version); err != nil {
			return taken(err)
		}
		rows, err := tx.Query(ctx, `update company_users set role = $3 where company_id = $1 and role_id = $2 returning user_id`, d.company, id, n.Base)
		if err != nil {
			return err
		}
		users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		for _, u := range users {
			if err := tellRights(ctx, tx, u); err != nil {
				return err
			}
		}
		return d.note(ctx, tx, "role.change", object("role", id), was.show(), r.show())
	})
	return r, err
}

// RemoveRole takes away a role nobody has; fault.Conflict "role.used" otherwise.
func (s *Service) RemoveRole(ctx context.Context, companyID, id int64) error {
	return s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := roleOf(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		var invited int
		if err := tx.QueryRow(ctx, `select count(*) from invitations where role_id = $1 and `+openInvitation, id, tx.Now).Scan(&invited); err != nil {
			return err
		}
		if was.Users+invited > 0 {
			return fault.New(fault.Conflict, "role.used", "Роль есть у пользователей или в приглашениях. Сначала дайте им другую.")
		}
		if _, err := tx.Exec(ctx, `update roles set is_archived = true, version = version + 1 where id = $1`, id); err != nil {
			return err
		}
		return d.note(ctx, tx, "role.remove", object("role", id), was.show(), nil)
	})
}

// show is the role as the audit journal keeps it.
func (r Role) show() map[string]any {
	return map[string]any{"name": r.Name, "base": r.Base, "permissions": r.Permissions}
}

// taken says in words that a unique name is in use.
func taken(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code == "23505" && strings.HasSuffix(pe.ConstraintName, "_name") {
		return fault.New(fault.Conflict, "name.taken", "Такое название уже есть.").At("body.name", "уже есть")
	}
	return err
}

// Choices are what the pickers of the rights' screens offer.
func (s *Service) Choices(ctx context.Context, companyID int64) (c Choices, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		c, err = s.dir.Choices(ctx, tx, d.company)
		return err
	})
	return c, err
}
