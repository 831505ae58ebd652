package account

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Session is one signed-in browser of a user.
type Session struct {
	ID        int64
	Device    string // what the browser calls itself
	Source    string // network address it was opened from
	Way       string // password, totp, recovery, passkey, invitation
	CreatedAt time.Time
	SeenAt    time.Time // to a minute
	IsThis    bool      // the one that asks
}

// Logout ends the session and everything that hangs on it.
func (s *Service) Logout(ctx context.Context, token string) error {
	hash := sha256.Sum256([]byte(token))
	ctx = access.AsSystem(ctx, "login")
	defer s.forget(hash)
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := s.end(ctx, tx, `token_hash = $2`, hash[:])
		return err
	})
}

// end ends the open sessions that cond ($2…) names, tells their screens to go, and
// says how many there were. The fence must be the system's.
func (s *Service) end(ctx context.Context, tx *pg.Tx, cond string, args ...any) (int, error) {
	rows, err := tx.Query(ctx, `update sessions set ended_at = $1 where ended_at is null and `+cond+` returning user_id`, append([]any{tx.Now}, args...)...)
	if err != nil {
		return 0, err
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, err
	}
	for _, id := range users {
		if err := tellRights(ctx, tx, id); err != nil {
			return 0, err
		}
	}
	return len(users), nil
}

// tellRights says that a user's rights or sessions changed: every process forgets
// what it remembers of him, his open streams end (F71).
func tellRights(ctx context.Context, tx *pg.Tx, userID int64) error {
	return live.Tell(ctx, tx, live.Change{Topic: live.Session, ID: userID})
}

// ChooseCompany switches a user of several companies.
func (s *Service) ChooseCompany(ctx context.Context, token string, companyID int64) (Me, error) {
	hash := sha256.Sum256([]byte(token))
	sys := access.AsSystem(ctx, "login")
	err := pg.Do(sys, s.db, func(tx *pg.Tx) error {
		tag, err := tx.Exec(sys, `update sessions s set company_id = $2 where token_hash = $1 and ended_at is null
			and exists (select from company_users c where c.user_id = s.user_id and c.company_id = $2 and not c.is_blocked)`, hash[:], companyID)
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

// renew gives the session of a token another token: what was stolen before is worth
// nothing after a change of password or of the second factor (A5). Other sessions of
// the user end. Runs under the system's fence.
func (s *Service) renew(ctx context.Context, tx *pg.Tx, userID int64, token string) (string, error) {
	old := sha256.Sum256([]byte(token))
	fresh, hash := newToken()
	if _, err := s.end(ctx, tx, `user_id = $2 and token_hash <> $3`, userID, old[:]); err != nil {
		return "", err
	}
	tag, err := tx.Exec(ctx, `update sessions set token_hash = $2 where token_hash = $1 and ended_at is null`, old[:], hash[:])
	if err == nil && tag.RowsAffected() == 0 {
		return "", errLogin
	}
	if err != nil {
		return "", err
	}
	return fresh, tellRights(ctx, tx, userID)
}

// Sessions are the actor's own, the one that asks first, then the last seen.
func (s *Service) Sessions(ctx context.Context, token string) ([]Session, error) {
	me := access.From(ctx).UserID
	ctx = access.AsSystem(ctx, "login")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Session, error) { return sessionsOf(ctx, tx, me, token) })
}

func sessionsOf(ctx context.Context, tx *pg.Tx, userID int64, token string) ([]Session, error) {
	hash := sha256.Sum256([]byte(token))
	rows, err := tx.Query(ctx, `select id, device, source, way, created_at, seen_at, token_hash = $2 as is_this from sessions
		where user_id = $1 and ended_at is null and expires_at > $3 order by is_this desc, seen_at desc, id desc limit 200`, userID, hash[:], tx.Now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Session])
}

// EndSession ends one of the actor's own sessions; fault.NotFound for any other.
func (s *Service) EndSession(ctx context.Context, id int64) error {
	defer s.Forget(access.From(ctx).UserID)
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		n, err := s.end(ctx, tx, `user_id = $2 and id = $3`, me.UserID, id)
		if err == nil && n == 0 {
			return fault.Missing("session")
		}
		if err != nil {
			return err
		}
		return s.note(ctx, tx, me, "session.end", me.UserID, nil, map[string]int{"ended": n})
	})
}

// EndOthers ends all of the actor's own sessions but the one that asks.
func (s *Service) EndOthers(ctx context.Context, token string) (n int, err error) {
	hash := sha256.Sum256([]byte(token))
	defer s.Forget(access.From(ctx).UserID)
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		if n, err = s.end(ctx, tx, `user_id = $2 and token_hash <> $3`, me.UserID, hash[:]); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "session.end_others", me.UserID, nil, map[string]int{"ended": n})
	})
	return n, err
}

// own runs f on the actor's own account, under the system's fence.
func (s *Service) own(ctx context.Context, f func(context.Context, *pg.Tx, access.Actor) error) error {
	me := access.From(ctx)
	if me.UserID == 0 {
		return errLogin
	}
	ctx = access.AsSystem(ctx, "account")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error { return f(ctx, tx, me) })
}

// note writes a change of an account into the audit journal in the name of who made
// it, though the transaction runs under the system's fence.
func (s *Service) note(ctx context.Context, tx *pg.Tx, by access.Actor, action string, userID int64, before, after any) error {
	return noteOf(ctx, tx, by, by.CompanyID, action, object("user", userID), before, after)
}

func noteOf(ctx context.Context, tx *pg.Tx, by access.Actor, companyID int64, action, object string, before, after any) error {
	was := tx.Actor
	tx.Actor = access.Actor{Kind: access.System, UserID: by.UserID, Name: by.Name, Source: by.Source}
	defer func() { tx.Actor = was }()
	return audit.Change(ctx, tx, companyID, action, object, before, after)
}

// Seat is the operator behind a session, for the phone engine, which asks every
// second: nothing remembered is answered.
func (s *Service) Seat(ctx context.Context, token string) (telephony.Seat, error) {
	hash := sha256.Sum256([]byte(token))
	c, err := pg.InTx(access.AsSystem(ctx, "login"), s.db, func(tx *pg.Tx) (cached, error) { return s.load(ctx, tx, hash) })
	if err != nil {
		return telephony.Seat{}, err
	}
	a, me := c.actor, c.me
	if !a.Can(access.DeskWork) {
		return telephony.Seat{}, fault.New(fault.Forbidden, "access.desk.work", "Пульт доступен только операторам.")
	}
	seat := telephony.Seat{UserID: me.UserID, Name: me.Name, Companies: a.Companies, Own: a.CompanyID, Supervisor: a.Can(access.DeskSupervise), Listens: a.Can(access.DeskListen)}
	if seat.Own != 0 {
		return seat, nil // who calls a city's number is nobody's yet, and may be another company's
	}
	for _, m := range me.Companies {
		seat.Cities = append(seat.Cities, m.CityID)
	}
	return seat, nil
}

// Regrouped tells those who have rights on a group of houses that it has other houses
// now: their screens and sessions look again within a second (A4).
func (s *Service) Regrouped(ctx context.Context, tx *pg.Tx, companyID, groupID int64) error {
	rows, err := tx.Query(ctx, `select distinct user_id from user_grants where company_id = $1 and $2 = any(group_ids)`, companyID, groupID)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, id := range ids {
		if err := tellRights(ctx, tx, id); err != nil {
			return err
		}
	}
	return err
}
