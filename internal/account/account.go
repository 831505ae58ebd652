// Package account is who may come in: users, passwords, sessions, and what a
// session's owner may do.
package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

// SessionLife is how long a session lasts.
const SessionLife = 14 * 24 * time.Hour

const seenEvery = time.Minute

// Me is what a signed-in person is told about himself.
type Me struct {
	UserID      int64
	Name        string
	Login       string
	Kind        string // operator, supervisor, company, admin
	CompanyID   int64
	Companies   []Membership
	Permissions []access.Permission
	MemberID    int64
	Zone        string
}

// Membership is one company a user belongs to, or an operator serves.
type Membership struct {
	ID          int64
	Name        string
	Zone        string
	CityID      int64
	Role        access.Role // "" for our own staff; of a role of the company's own, the one it is nearest to
	RoleID      int64       // of a role of the company's own
	RoleName    string      // of a role of the company's own
	MemberID    int64
	HasGrants   bool                // sees what his grants say, not what the role opens
	Permissions []access.Permission // of a role of the company's own
}

// Service keeps accounts.
type Service struct {
	Keys *secret.Ring // seals second factors; nil: they lie in the clear
	// WayIn hears that the login of a person was closed or opened; nil: nobody.
	WayIn  func(ctx context.Context, tx *pg.Tx, companyID, memberID int64) error
	db     *pg.DB
	dir    Directory
	memory memory
}

// NewService returns the service.
func NewService(db *pg.DB, d Directory) *Service {
	return &Service{db: db, dir: d, memory: memory{clock: db.Clock, kept: map[[32]byte]cached{}}}
}

var errLogin = fault.New(fault.Login, "login.required", "Войдите снова: сеанс закончился.")

// Forget drops what is remembered of a user, because his rights or sessions have
// changed: the next question is answered by the database.
func (s *Service) Forget(userID int64) {
	s.memory.forget(func(_ [32]byte, c cached) bool { return c.me.UserID == userID })
}

func (s *Service) forget(hash [32]byte) {
	s.memory.forget(func(h [32]byte, _ cached) bool { return h == hash })
}

// Fresh is ByToken past the memory, for whoever was just told that rights changed.
func (s *Service) Fresh(ctx context.Context, token string) (access.Actor, error) {
	s.forget(sha256.Sum256([]byte(token)))
	return s.Actor(ctx, token)
}

// Actor is ByToken for the HTTP edge.
func (s *Service) Actor(ctx context.Context, token string) (access.Actor, error) {
	a, _, err := s.ByToken(ctx, token)
	return a, err
}

// ByToken tells who stands behind a session; fault.Login when it ended. The
// answer is at most a second old.
func (s *Service) ByToken(ctx context.Context, token string) (access.Actor, Me, error) {
	hash := sha256.Sum256([]byte(token))
	c, err := s.memory.of(access.AsSystem(ctx, "login"), hash, func(ctx context.Context) (cached, error) {
		return pg.InTx(ctx, s.db, func(tx *pg.Tx) (cached, error) { return s.load(ctx, tx, hash) })
	})
	return c.actor, c.me, err
}

func (s *Service) load(ctx context.Context, tx *pg.Tx, hash [32]byte) (c cached, err error) {
	var company *int64
	var seen time.Time
	me := &c.me
	err = tx.QueryRow(ctx, `select u.id, u.name, u.login, u.kind, s.company_id, s.seen_at from sessions s join users u on u.id = s.user_id
		where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 and u.is_active`, hash[:], tx.Now).
		Scan(&me.UserID, &me.Name, &me.Login, &me.Kind, &company, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errLogin
	}
	if err != nil {
		return c, err
	}
	if tx.Now.Sub(seen) > seenEvery {
		if _, err := tx.Exec(ctx, `update sessions set seen_at = $2 where token_hash = $1`, hash[:], tx.Now); err != nil {
			return c, err
		}
	}
	if me.Companies, err = memberships(ctx, tx, me.UserID, me.Kind); err != nil {
		return c, err
	}
	c.actor = access.Actor{UserID: me.UserID, Name: me.Name}
	if me.Kind != "company" {
		asStaff(&c)
		return c, nil
	}
	if len(me.Companies) == 0 { // the last company let him go
		return c, errLogin
	}
	err = s.asCompanyUser(ctx, tx, &c, company)
	return c, err
}

// ActorOf is what a person may do in a company now, for work that goes on without his
// browser; fault.Login when he may not come in there any more.
func (s *Service) ActorOf(ctx context.Context, userID, companyID int64) (access.Actor, error) {
	ctx = access.AsSystem(ctx, "login")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (access.Actor, error) {
		c := cached{me: Me{UserID: userID}}
		err := tx.QueryRow(ctx, `select name, kind from users where id = $1 and is_active`, userID).Scan(&c.me.Name, &c.me.Kind)
		if errors.Is(err, pgx.ErrNoRows) {
			return c.actor, errLogin
		}
		if err != nil {
			return c.actor, err
		}
		if c.me.Companies, err = memberships(ctx, tx, userID, c.me.Kind); err != nil {
			return c.actor, err
		}
		if !slices.ContainsFunc(c.me.Companies, func(m Membership) bool { return m.ID == companyID }) {
			return c.actor, errLogin
		}
		c.actor = access.Actor{UserID: userID, Name: c.me.Name}
		if c.me.Kind != "company" {
			asStaff(&c)
			return c.actor, nil
		}
		err = s.asCompanyUser(ctx, tx, &c, &companyID)
		return c.actor, err
	})
}

// memberships are the companies of a user, by name.
func memberships(ctx context.Context, tx *pg.Tx, userID int64, kind string) ([]Membership, error) {
	if kind != "company" {
		return serves(ctx, tx, userID)
	}
	rows, err := tx.Query(ctx, `select c.id, c.name, c.zone, c.city_id, u.role, coalesce(r.id, 0) as role_id, coalesce(r.name, '') as role_name, coalesce(u.member_id, 0) as member_id,
			u.has_grants, coalesce(r.permissions, '{}') as permissions
		from company_users u join companies c on c.id = u.company_id left join roles r on r.id = u.role_id
		where u.user_id = $1 and c.is_active and not u.is_blocked order by c.name, c.id`, userID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Membership])
}

// serves are the companies that one of our own staff serves, by name. There may be hundreds and
// each desk asks every second, so no more is read than they have, and the order is made here.
func serves(ctx context.Context, tx *pg.Tx, userID int64) (out []Membership, err error) {
	rows, err := tx.Query(ctx, `select c.id, c.name, c.zone, c.city_id from operator_companies u join companies c on c.id = u.company_id where u.user_id = $1 and c.is_active`, userID)
	if err != nil {
		return nil, err
	}
	var m Membership
	_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.Name, &m.Zone, &m.CityID}, func() error {
		out = append(out, m)
		return nil
	})
	slices.SortFunc(out, func(a, b Membership) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// asCompanyUser gives the rights of the role in the company chosen; when the user
// is not there any more, in the first of his others.
func (s *Service) asCompanyUser(ctx context.Context, tx *pg.Tx, c *cached, chosen *int64) (err error) {
	m := c.me.Companies[0]
	for _, x := range c.me.Companies {
		if chosen != nil && x.ID == *chosen {
			m = x
		}
	}
	c.me.CompanyID, c.me.MemberID, c.me.Zone = m.ID, m.MemberID, m.Zone
	c.actor.Kind, c.actor.CompanyID, c.actor.MemberID = access.Company, m.ID, m.MemberID
	c.me.Permissions = m.may()
	c.actor.May = c.me.Permissions
	if m.Role == access.Dispatcher { // at the desk he is an operator, fenced in with one company
		c.actor.Kind, c.actor.Companies = access.Operator, []int64{m.ID}
		return nil
	}
	c.actor.Grants, err = s.sees(ctx, tx, m, c.me.UserID)
	return err
}

// may are the permissions of the membership.
func (m Membership) may() []access.Permission {
	if m.RoleID != 0 {
		return access.Ticked(m.Permissions)
	}
	return access.RolePermissions(m.Role)
}

// sees are the rows the membership opens: what the role opens, or what the grants
// say. An administrator sees everything.
func (s *Service) sees(ctx context.Context, tx *pg.Tx, m Membership, userID int64) ([]access.Grant, error) {
	if !m.HasGrants || m.Role.IsWhole() {
		return access.RoleGrants(m.Role, m.ID, m.MemberID), nil
	}
	lines, err := grantsOf(ctx, tx, m.ID, userID)
	if err != nil {
		return nil, err
	}
	return Expand(ctx, tx, s.dir, m, lines)
}

func asStaff(c *cached) {
	c.me.Permissions = access.StaffPermissions(c.me.Kind)
	c.actor.Kind, c.actor.May = access.Operator, c.me.Permissions
	c.me.Zone = "Europe/Moscow"
	for i, m := range c.me.Companies {
		c.actor.Companies = append(c.actor.Companies, m.ID)
		if i == 0 {
			c.me.Zone = m.Zone
		}
	}
}
