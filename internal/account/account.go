// Package account is who may come in: users, passwords, sessions, and what a
// session's owner may do.
package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// SessionLife is how long a session lasts.
const SessionLife = 14 * 24 * time.Hour

const (
	seenEvery = time.Minute
	cacheFor  = time.Second // rights taken away reach every process within it (A4)
	cacheSize = 10000
)

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
	ID       int64
	Name     string
	Zone     string
	CityID   int64
	Role     access.Role // "" for our own staff
	MemberID int64
}

// Service keeps accounts.
type Service struct {
	db    *pg.DB
	mu    sync.Mutex
	cache map[[32]byte]cached
}

type cached struct {
	actor access.Actor
	me    Me
	until time.Time
}

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db, cache: map[[32]byte]cached{}} }

var errLogin = fault.New(fault.Login, "login.required", "Войдите снова: сеанс закончился.")

// Logout ends the session and everything that hangs on it.
func (s *Service) Logout(ctx context.Context, token string) error {
	hash := sha256.Sum256([]byte(token))
	s.forget(hash)
	ctx = access.AsSystem(ctx, "login")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var user int64
		err := tx.QueryRow(ctx, `update sessions set ended_at = $2 where token_hash = $1 and ended_at is null returning user_id`, hash[:], tx.Now).Scan(&user)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return live.Tell(ctx, tx, live.Change{Topic: live.Session, ID: user})
	})
}

// ChooseCompany switches a user of several companies.
func (s *Service) ChooseCompany(ctx context.Context, token string, companyID int64) (Me, error) {
	hash := sha256.Sum256([]byte(token))
	sys := access.AsSystem(ctx, "login")
	err := pg.Do(sys, s.db, func(tx *pg.Tx) error {
		tag, err := tx.Exec(sys, `update sessions s set company_id = $2 where token_hash = $1 and ended_at is null
			and exists (select from company_users c where c.user_id = s.user_id and c.company_id = $2)`, hash[:], companyID)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.Missing("company")
		}
		return err
	})
	if err != nil {
		return Me{}, err
	}
	s.forget(hash)
	_, me, err := s.ByToken(ctx, token)
	return me, err
}

func (s *Service) forget(hash [32]byte) {
	s.mu.Lock()
	delete(s.cache, hash)
	s.mu.Unlock()
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
	now := s.db.Clock.Now()
	s.mu.Lock()
	c, ok := s.cache[hash]
	if len(s.cache) > cacheSize {
		clear(s.cache)
	}
	s.mu.Unlock()
	if ok && now.Before(c.until) {
		return c.actor, c.me, nil
	}
	ctx = access.AsSystem(ctx, "login")
	c, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (cached, error) { return load(ctx, tx, hash) })
	if err != nil {
		s.forget(hash)
		return access.Actor{}, Me{}, err
	}
	c.until = now.Add(cacheFor)
	s.mu.Lock()
	s.cache[hash] = c
	s.mu.Unlock()
	return c.actor, c.me, nil
}

func load(ctx context.Context, tx *pg.Tx, hash [32]byte) (c cached, err error) {
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
	asCompanyUser(&c, company)
	return c, nil
}

func memberships(ctx context.Context, tx *pg.Tx, userID int64, kind string) ([]Membership, error) {
	q := `select c.id, c.name, c.zone, c.city_id, u.role, coalesce(u.member_id, 0) as member_id from company_users u join companies c on c.id = u.company_id
		where u.user_id = $1 and c.is_active order by c.name`
	if kind != "company" {
		q = `select c.id, c.name, c.zone, c.city_id, '' as role, 0::bigint as member_id from operator_companies u join companies c on c.id = u.company_id
		where u.user_id = $1 and c.is_active order by c.name`
	}
	rows, err := tx.Query(ctx, q, userID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Membership])
}

// asCompanyUser gives the rights of the role in the company chosen; when the user
// is not there any more, in the first of his others.
func asCompanyUser(c *cached, chosen *int64) {
	m := c.me.Companies[0]
	for _, x := range c.me.Companies {
		if chosen != nil && x.ID == *chosen {
			m = x
		}
	}
	c.me.CompanyID, c.me.MemberID, c.me.Zone = m.ID, m.MemberID, m.Zone
	c.me.Permissions = access.RolePermissions(m.Role)
	c.actor.Kind, c.actor.CompanyID, c.actor.MemberID = access.Company, m.ID, m.MemberID
	c.actor.Grants = access.RoleGrants(m.Role, m.ID, m.MemberID)
	c.actor.May = c.me.Permissions
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

// Seat is the operator behind a session, for the phone engine.
func (s *Service) Seat(ctx context.Context, token string) (telephony.Seat, error) {
	a, me, err := s.ByToken(ctx, token)
	if err != nil {
		return telephony.Seat{}, err
	}
	if !a.Can(access.DeskWork) {
		return telephony.Seat{}, fault.New(fault.Forbidden, "access.desk.work", "Пульт доступен только операторам.")
	}
	seat := telephony.Seat{UserID: me.UserID, Name: me.Name, Companies: a.Companies, Supervisor: a.Can(access.DeskSupervise)}
	for _, m := range me.Companies {
		seat.Cities = append(seat.Cities, m.CityID)
	}
	return seat, nil
}

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
