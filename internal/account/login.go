package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	maxWrong    = 10 // wrong passwords per login in the window (A6)
	wrongWindow = 15 * time.Minute
	keepTries   = 24 * time.Hour
)

type candidate struct {
	id      int64
	hash    string
	attempt time.Time
}

// Login opens a session and returns its token, of which only the hash is kept.
// fault.Invalid "login.wrong" says nothing about which of the two was wrong;
// fault.Throttled "login.throttled" after ten wrong passwords of one login in 15
// minutes, however many addresses they come from; fault.Forbidden
// "login.no_company" when no company is left to work in.
func (s *Service) Login(ctx context.Context, login, password, device, source string) (token string, me Me, err error) {
	ctx = access.AsSystem(ctx, "login")
	login = strings.ToLower(strings.TrimSpace(login))
	u, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (candidate, error) { return attempt(ctx, tx, login, source) })
	if err != nil {
		return "", me, err
	}
	if !matches(u.hash, password) || u.id == 0 { // outside of a transaction: it is slow on purpose
		return "", me, fault.New(fault.Invalid, "login.wrong", "Логин или пароль не подходит.").At("body.password", "не подходит")
	}
	token, hash := newToken()
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `update login_attempts set passed = true where login = $1 and at = $2`, login, u.attempt); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into sessions (token_hash, user_id, device, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
			hash[:], u.id, cut(device, 200), tx.Now, tx.Now.Add(SessionLife))
		return err
	})
	if err != nil {
		return "", me, err
	}
	if _, me, err = s.ByToken(ctx, token); fault.KindOf(err) == fault.Login {
		err = fault.New(fault.Forbidden, "login.no_company", "Доступ закрыт: вы не состоите ни в одной компании.")
	}
	if err != nil {
		return "", Me{}, err
	}
	return token, me, nil
}

// attempt writes the try down as a wrong one before the password is looked at, so
// that tries that come at once are counted too; a right password mends it.
func attempt(ctx context.Context, tx *pg.Tx, login, source string) (u candidate, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 24))`, login); err != nil {
		return u, err
	}
	var wrong int
	var last *time.Time
	err = tx.QueryRow(ctx, `select count(*) filter (where not passed and at > $2), max(at) from login_attempts where login = $1`, login, tx.Now.Add(-wrongWindow)).Scan(&wrong, &last)
	if err != nil {
		return u, err
	}
	if wrong >= maxWrong {
		return u, fault.New(fault.Throttled, "login.throttled", "Слишком много неверных паролей. Подождите 15 минут или обратитесь к администратору.")
	}
	u.attempt = tx.Now
	if last != nil && !u.attempt.After(*last) { // the moment names the try
		u.attempt = last.Add(time.Microsecond)
	}
	if _, err = tx.Exec(ctx, `insert into login_attempts (login, at, source, passed) values ($1, $2, $3, false)`, login, u.attempt, source); err != nil {
		return u, err
	}
	if _, err = tx.Exec(ctx, `delete from login_attempts where login = $1 and at < $2`, login, tx.Now.Add(-keepTries)); err != nil {
		return u, err
	}
	err = tx.QueryRow(ctx, `select id, password_hash from users where login = $1 and is_active`, login).Scan(&u.id, &u.hash)
	if errors.Is(err, pgx.ErrNoRows) {
		u.id, u.hash = 0, decoy()
		return u, nil
	}
	return u, err
}

func newToken() (string, [32]byte) {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	t := base64.RawURLEncoding.EncodeToString(b)
	return t, sha256.Sum256([]byte(t))
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
