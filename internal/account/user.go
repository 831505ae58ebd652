package account

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const maxUsers = 1000 // shown at once; a search narrows

// User is a person who may come in to a company.
type User struct {
	ID          int64
	Name        string
	Login       string
	Role        access.Role // or the one that his own role is nearest to
	RoleID      int64       // of a role of the company's own
	RoleName    string
	MemberID    int64 // the staff member he is
	HasGrants   bool  // sees what his grants say, not what the role opens
	IsBlocked   bool
	HasTOTP     bool
	Passkeys    int
	Sessions    int
	SeenAt      *time.Time // nil: was not here yet
	AddedAt     *time.Time
	FactorAsked bool     // somebody asks to take his second factor away
	Phone       string   // of a company's own operator: his own mobile (F8)
	Languages   []string // and what he speaks besides Russian (C8)
	permissions []access.Permission
}

// UserCard is a user with everything he may.
type UserCard struct {
	User
	MemberName  string
	Permissions []access.Permission
	Grants      []Grant
	Open        []Session
	Elsewhere   bool         // belongs to other companies too
	Reset       *FactorReset // of his second factor, that waits for a second person; nil: none
}

// RoleChange gives a user another role.
type RoleChange struct {
	Role     access.Role // one of the default ones, when RoleID is 0
	RoleID   int64       // one of the company's own
	MemberID int64       // the staff member he is, 0 none
}

const userColumns = `select u.id, u.name, u.login, c.role, coalesce(r.id, 0), coalesce(r.name, ''), coalesce(c.member_id, 0), c.has_grants, c.is_blocked or not u.is_active,
		exists (select from user_totp t where t.user_id = u.id and t.confirmed_at is not null), (select count(*) from passkeys p where p.user_id = u.id),
		(select count(*) from sessions s where s.user_id = u.id and s.ended_at is null and s.expires_at > $2), (select max(s.seen_at) from sessions s where s.user_id = u.id), c.added_at,
		exists (select from factor_resets f where f.user_id = u.id and f.done_at is null and f.dropped_at is null and f.expires_at > $2), coalesce(r.permissions, '{}'),
		c.phone, c.languages
	from company_users c join users u on u.id = c.user_id left join roles r on r.id = c.role_id where c.company_id = $1 `

func scanUser(row pgx.CollectableRow) (u User, err error) {
	err = row.Scan(&u.ID, &u.Name, &u.Login, &u.Role, &u.RoleID, &u.RoleName, &u.MemberID, &u.HasGrants, &u.IsBlocked, &u.HasTOTP, &u.Passkeys, &u.Sessions, &u.SeenAt, &u.AddedAt, &u.FactorAsked, &u.permissions, &u.Phone, &u.Languages)
	return u, err
}

// Users are the people who may come in to a company, by name; q is a part of the name
// or of the login.
func (s *Service) Users(ctx context.Context, companyID int64, q string) (out []User, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		rows, err := tx.Query(ctx, userColumns+`and ($3 = '' or u.name ilike $3 or u.login ilike $3) order by c.is_blocked, u.name, u.id limit $4`, d.company, tx.Now, like(q), maxUsers)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, scanUser)
		return err
	})
	return out, err
}

// User is a user of the company with everything he may; fault.NotFound for anybody else.
func (s *Service) User(ctx context.Context, companyID, id int64) (c UserCard, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		c, err = s.card(ctx, tx, d.company, id)
		return err
	})
	return c, err
}

func (s *Service) card(ctx context.Context, tx *pg.Tx, company, id int64) (c UserCard, err error) {
	if c.User, err = userOf(ctx, tx, company, id); err != nil {
		return c, err
	}
	m := Membership{ID: company, Role: c.Role, RoleID: c.RoleID, MemberID: c.MemberID, HasGrants: c.HasGrants, Permissions: c.permissions}
	c.Permissions = m.may()
	if c.Grants, err = grantsOf(ctx, tx, company, id); err != nil {
		return c, err
	}
	if c.FactorAsked {
		if c.Reset, err = resetOf(ctx, tx, id); err != nil {
			return c, err
		}
	}
	if c.Sessions > 0 {
		if c.Open, err = sessionsOf(ctx, tx, id, ""); err != nil {
			return c, err
		}
	}
	if c.MemberID != 0 {
		if c.MemberName, err = s.dir.Member(ctx, tx, company, c.MemberID); err != nil {
			return c, err
		}
	}
	err = tx.QueryRow(ctx, `select exists (select from company_users where user_id = $1 and company_id <> $2)`, id, company).Scan(&c.Elsewhere)
	return c, err
}

// userOf locks a user's place in the company.
func userOf(ctx context.Context, tx *pg.Tx, company, id int64) (User, error) {
	rows, err := tx.Query(ctx, userColumns+`and c.user_id = $3 for update of c`, company, tx.Now, id)
	if err != nil {
		return User{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, fault.Missing("user")
	}
	return u, err
}

// changeUser lets f change a user of the company, tells his screens, and notes what he
// was and what he is.
func (s *Service) changeUser(ctx context.Context, companyID, id int64, action string, f func(context.Context, *pg.Tx, desk, User) error) (c UserCard, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := s.card(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		if err := f(ctx, tx, d, was.User); err != nil {
			return err
		}
		if err := tellRights(ctx, tx, id); err != nil {
			return err
		}
		if c, err = s.card(ctx, tx, d.company, id); err != nil {
			return err
		}
		return d.note(ctx, tx, action, object("user", id), was.show(), c.show())
	})
	s.Forget(id)
	return c, err
}

// show is the user as the audit journal keeps him.
func (c UserCard) show() map[string]any {
	return map[string]any{
		"name": c.Name, "role": c.Role, "role_id": c.RoleID, "role_name": c.RoleName, "member_id": c.MemberID, "blocked": c.IsBlocked, "own_grants": c.HasGrants, "grants": c.Grants,
		"phone": c.Phone, "languages": c.Languages,
	}
}

// SetRole gives a user of the company another role. His sessions end when it opens
// other rights: he comes in anew, with another token (A5). The last administrator
// stays one: fault.Conflict "user.last_admin".
func (s *Service) SetRole(ctx context.Context, companyID, id int64, n RoleChange) (UserCard, error) {
	return s.changeUser(ctx, companyID, id, "user.role", func(ctx context.Context, tx *pg.Tx, d desk, was User) error {
		m, err := s.place(ctx, tx, d.company, n)
		if err != nil {
			return err
		}
		lines, err := grantsOf(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		keeps := was.HasGrants && !m.Role.IsWhole()
		if keeps {
			if err := s.checkGrants(ctx, tx, m, lines, "body.grants"); err != nil {
				return fault.New(fault.Invalid, "user.member", "По доступу пользователь видит только свои заявки: выберите, кто он среди сотрудников.").At("body.member_id", "не указано")
			}
		} else if err := keepGrants(ctx, tx, d.company, id, nil); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update company_users set role = $3, role_id = nullif($4::bigint, 0), member_id = nullif($5::bigint, 0), has_grants = $6 where company_id = $1 and user_id = $2`,
			d.company, id, m.Role, m.RoleID, m.MemberID, keeps); err != nil {
			return err
		}
		if was.Role == access.Admin && m.Role != access.Admin {
			if err := revokeAllOf(ctx, tx, d.company, id); err != nil {
				return err
			}
		}
		if was.Role != m.Role || was.RoleID != m.RoleID {
			_, err = s.end(ctx, tx, `user_id = $2`, id)
		}
		return err
	})
}

// place checks a role and a staff member against the company.
func (s *Service) place(ctx context.Context, tx *pg.Tx, company int64, n RoleChange) (m Membership, err error) {
	m = Membership{ID: company, Role: n.Role, RoleID: n.RoleID, MemberID: n.MemberID}
	if n.RoleID != 0 {
		r, err := roleOf(ctx, tx, company, n.RoleID)
		if fault.KindOf(err) == fault.NotFound {
			return m, fault.New(fault.Invalid, "role.unknown", "Такой роли нет.").At("body.role_id", "такой роли нет")
		}
		if err != nil {
			return m, err
		}
		m.Role, m.RoleName, m.Permissions = r.Base, r.Name, r.Permissions
	} else if !n.Role.Known() {
		return m, fault.New(fault.Invalid, "role.unknown", "Такой роли нет.").At("body.role", "выберите роль")
	}
	if n.MemberID == 0 {
		return m, nil
	}
	name, err := s.dir.Member(ctx, tx, company, n.MemberID)
	if err == nil && name == "" {
		err = fault.New(fault.Invalid, "user.member", "Такого сотрудника у компании нет.").At("body.member_id", "такого сотрудника нет")
	}
	return m, err
}

// SetGrants says which requests a user sees; nil gives back what the role opens. An
// administrator and a dispatcher see everything: fault.Conflict "grant.admin".
func (s *Service) SetGrants(ctx context.Context, companyID, id int64, lines []Grant) (UserCard, error) {
	return s.changeUser(ctx, companyID, id, "user.grants", func(ctx context.Context, tx *pg.Tx, d desk, was User) error {
		if lines != nil && was.Role.IsWhole() {
			return fault.New(fault.Conflict, "grant.admin", "Администратор и диспетчер видят все заявки. Сначала дайте другую роль.")
		}
		if err := s.checkGrants(ctx, tx, Membership{ID: d.company, MemberID: was.MemberID}, lines, "body.grants"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update company_users set has_grants = $3 where company_id = $1 and user_id = $2`, d.company, id, lines != nil); err != nil {
			return err
		}
		return keepGrants(ctx, tx, d.company, id, lines)
	})
}

// Block shuts a user out of the company, or lets him in again with all he had. The
// last administrator stays: fault.Conflict "user.last_admin".
func (s *Service) Block(ctx context.Context, companyID, id int64, shut bool) (UserCard, error) {
	action := "user.unblock"
	if shut {
		action = "user.block"
	}
	return s.changeUser(ctx, companyID, id, action, func(ctx context.Context, tx *pg.Tx, d desk, _ User) error {
		if _, err := tx.Exec(ctx, `update company_users set is_blocked = $3 where company_id = $1 and user_id = $2`, d.company, id, shut); err != nil {
			return err
		}
		if err := s.wayIn(ctx, tx, d.company, id); err != nil || !shut {
			return err
		}
		return s.gone(ctx, tx, d.company, id)
	})
}

// wayIn tells whoever gave work to the person of a user that his way in has changed.
func (s *Service) wayIn(ctx context.Context, tx *pg.Tx, companyID, id int64) error {
	if s.WayIn == nil {
		return nil
	}
	var member int64
	err := tx.QueryRow(ctx, `select coalesce(member_id, 0) from company_users where company_id = $1 and user_id = $2`, companyID, id).Scan(&member)
	if err != nil || member == 0 {
		return err
	}
	return s.WayIn(ctx, tx, companyID, member)
}

// IsShutOut reports whether a person has logins of the company and all of them are closed.
func (s *Service) IsShutOut(ctx context.Context, tx *pg.Tx, companyID, memberID int64) (shut bool, err error) {
	err = tx.QueryRow(ctx, `select coalesce(bool_and(c.is_blocked or not u.is_active), false) from company_users c join users u on u.id = c.user_id
		where c.company_id = $1 and c.member_id = $2`, companyID, memberID).Scan(&shut)
	return shut, err
}

// Remove takes a user out of the company with his grants. The last administrator stays.
func (s *Service) Remove(ctx context.Context, companyID, id int64) error {
	err := s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := s.card(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from company_users where company_id = $1 and user_id = $2`, d.company, id); err != nil {
			return err
		}
		if err := s.gone(ctx, tx, d.company, id); err != nil {
			return err
		}
		if err := tellRights(ctx, tx, id); err != nil {
			return err
		}
		return d.note(ctx, tx, "user.remove", object("user", id), was.show(), nil)
	})
	s.Forget(id)
	return err
}

// gone is what follows when a user cannot come in to a company any more: links he gave
// out die, and with no other company left his sessions end.
func (s *Service) gone(ctx context.Context, tx *pg.Tx, company, id int64) error {
	if err := revokeAllOf(ctx, tx, company, id); err != nil {
		return err
	}
	_, err := s.end(ctx, tx, `user_id = $2 and not exists (select from company_users c join companies o on o.id = c.company_id
		where c.user_id = $2 and not c.is_blocked and o.is_active)`, id)
	return err
}

// EndUserSessions ends one session of a user of the company, or all of them (sessionID 0),
// and says how many.
func (s *Service) EndUserSessions(ctx context.Context, companyID, id, sessionID int64) (n int, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		if _, err := userOf(ctx, tx, d.company, id); err != nil {
			return err
		}
		if n, err = s.end(ctx, tx, `user_id = $2 and ($3::bigint = 0 or id = $3)`, id, sessionID); err != nil {
			return err
		}
		if sessionID != 0 && n == 0 {
			return fault.Missing("session")
		}
		return d.note(ctx, tx, "session.end", object("user", id), nil, map[string]int{"ended": n})
	})
	s.Forget(id)
	return n, err
}
