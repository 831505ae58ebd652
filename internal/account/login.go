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
	maxWrong      = 10 // wrong passwords per login in the window (A6)
	maxWrongCodes = 5  // wrong codes after a right password
	wrongWindow   = 15 * time.Minute
	keepTries     = 24 * time.Hour
)

// DeviceLife is how long a browser is known after a sign-in.
const DeviceLife = 365 * 24 * time.Hour

// Entry is what a person shows at the door.
type Entry struct {
	Login, Password string
	Code            string // of the authenticator, or a recovery code; "" not asked yet
	Device          string // what the browser calls itself
	Source          string // network address
	Known           string // token of a known device, "" none
}

// Opened is a session just made.
type Opened struct {
	Token string
	Known string // token by which the browser is known from now on
	Me    Me
}

type candidate struct {
	id      int64
	hash    string
	attempt time.Time
	device  []byte // hash of the known device it comes from
}

var errThrottled = fault.New(fault.Throttled, "login.throttled", "Слишком много неверных паролей. Подождите 15 минут или обратитесь к администратору.")

// Login opens a session; of its token only the hash is kept. fault.Invalid
// "login.wrong" says nothing about which of the two was wrong; "login.code_required"
// at body.code when the password is right and a second factor is on, "login.code" when
// the code is wrong; fault.Throttled "login.throttled" after ten wrong passwords of one
// login in 15 minutes, or five wrong codes, however many addresses they come from (a
// browser that was signed in before has a count of its own); fault.Forbidden
// "login.no_company" when no company is left to work in.
func (s *Service) Login(ctx context.Context, in Entry) (Opened, error) {
	ctx = access.AsSystem(ctx, "login")
	in.Login = strings.ToLower(strings.TrimSpace(in.Login))
	u, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (candidate, error) { return attempt(ctx, tx, in) })
	if err != nil {
		return Opened{}, err
	}
	if !matches(u.hash, in.Password) || u.id == 0 { // outside of a transaction: it is slow on purpose
		return Opened{}, fault.New(fault.Invalid, "login.wrong", "Логин или пароль не подходит.").At("body.password", "не подходит")
	}
	var refusal error
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (out Opened, err error) {
		if err := u.passed(ctx, tx, in.Login); err != nil {
			return out, err
		}
		way, no, err := s.second(ctx, tx, u, in)
		if err != nil || no != nil {
			refusal = no // kept apart: the count of wrong codes must be committed
			return out, err
		}
		return s.openSession(ctx, tx, u.id, in, way)
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Opened{}, err
	}
	return s.enter(ctx, out)
}

// enter tells whom a session just made belongs to.
func (s *Service) enter(ctx context.Context, out Opened) (Opened, error) {
	_, me, err := s.ByToken(ctx, out.Token)
	if fault.KindOf(err) == fault.Login {
		err = fault.New(fault.Forbidden, "login.no_company", "Доступ закрыт: вы не состоите ни в одной компании.")
	}
	if err != nil {
		return Opened{}, err
	}
	out.Me = me
	return out, nil
}

// openSession makes a session and knows the browser from now on.
func (s *Service) openSession(ctx context.Context, tx *pg.Tx, userID int64, in Entry, way string) (out Opened, err error) {
	token, hash := newToken()
	if _, err := tx.Exec(ctx, `insert into sessions (token_hash, user_id, device, source, way, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $6, $7)`,
		hash[:], userID, cut(in.Device, 200), cut(in.Source, 100), way, tx.Now, tx.Now.Add(SessionLife)); err != nil {
		return out, err
	}
	known, deviceHash := newToken()
	if in.Known != "" {
		old := sha256.Sum256([]byte(in.Known))
		if _, err := tx.Exec(ctx, `delete from known_devices where token_hash = $1 and user_id = $2`, old[:], userID); err != nil {
			return out, err
		}
	}
	_, err = tx.Exec(ctx, `insert into known_devices (token_hash, user_id, created_at, seen_at) values ($1, $2, $3, $3)`, deviceHash[:], userID, tx.Now)
	return Opened{Token: token, Known: known}, err
}

// second asks for the second factor of who has one. no is the refusal to be given
// after the transaction.
func (s *Service) second(ctx context.Context, tx *pg.Tx, u candidate, in Entry) (way string, no, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 24))`, in.Login); err != nil {
		return "", nil, err
	}
	var plain, sealed []byte
	var last int64
	err = tx.QueryRow(ctx, `select secret, sealed, last_step from user_totp where user_id = $1 and confirmed_at is not null`, u.id).Scan(&plain, &sealed, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		return "password", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if strings.TrimSpace(in.Code) == "" {
		return "", fault.New(fault.Invalid, "login.code_required", "Введите код из приложения или код восстановления.").At("body.code", "введите код"), nil
	}
	var wrong int
	if err := tx.QueryRow(ctx, `select count(*) from login_attempts where login = $1 and not passed and what = 'code' and at > $2 and device is not distinct from $3`,
		in.Login, tx.Now.Add(-wrongWindow), u.device).Scan(&wrong); err != nil {
		return "", nil, err
	}
	if wrong >= maxWrongCodes {
		return "", fault.New(fault.Throttled, "login.throttled", "Слишком много неверных кодов. Подождите 15 минут."), nil
	}
	secret := s.openTOTP(u.id, plain, sealed)
	if way, err = secondFactor(ctx, tx, u.id, secret, last, in.Code); err != nil || way != "" {
		return way, nil, err
	}
	_, err = tx.Exec(ctx, `insert into login_attempts (login, at, source, passed, what, device) values ($1, $2, $3, false, 'code', $4)`, in.Login, tx.Now, in.Source, u.device)
	if secret == nil {
		return "", errSealed, err
	}
	return "", fault.New(fault.Invalid, "login.code", "Код не подходит.").At("body.code", "не подходит"), err
}

// attempt writes the try down as a wrong one before the password is looked at, so
// that tries that come at once are counted too; a right password mends it.
func attempt(ctx context.Context, tx *pg.Tx, in Entry) (u candidate, err error) {
	if _, err = tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 24))`, in.Login); err != nil {
		return u, err
	}
	if u.device, err = knownDevice(ctx, tx, in); err != nil {
		return u, err
	}
	var wrong int
	var last *time.Time
	err = tx.QueryRow(ctx, `select count(*) filter (where not passed and at > $2 and what = 'password' and device is not distinct from $3), max(at) filter (where what = 'password')
		from login_attempts where login = $1`, in.Login, tx.Now.Add(-wrongWindow), u.device).Scan(&wrong, &last)
	if err != nil {
		return u, err
	}
	if wrong >= maxWrong {
		return u, errThrottled
	}
	u.attempt = tx.Now
	if last != nil && !u.attempt.After(*last) { // the moment names the try
		u.attempt = last.Add(time.Microsecond)
	}
	if _, err = tx.Exec(ctx, `insert into login_attempts (login, at, source, passed, device) values ($1, $2, $3, false, $4)`, in.Login, u.attempt, in.Source, u.device); err != nil {
		return u, err
	}
	if _, err = tx.Exec(ctx, `delete from login_attempts where login = $1 and at < $2`, in.Login, tx.Now.Add(-keepTries)); err != nil {
		return u, err
	}
	err = tx.QueryRow(ctx, `select id, password_hash from users where login = $1 and is_active`, in.Login).Scan(&u.id, &u.hash)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && u.hash == "" { // comes in by a passkey alone
		u.id, u.hash = 0, decoy()
		return u, nil
	}
	return u, err
}

// knownDevice is the hash of the browser the person was signed in with before, nil
// when it is not known as his: strangers who guess do not shut him out (A6).
func knownDevice(ctx context.Context, tx *pg.Tx, in Entry) (hash []byte, err error) {
	if in.Known == "" {
		return nil, nil
	}
	sum := sha256.Sum256([]byte(in.Known))
	err = tx.QueryRow(ctx, `select k.token_hash from known_devices k join users u on u.id = k.user_id where k.token_hash = $1 and u.login = $2 and k.seen_at > $3`,
		sum[:], in.Login, tx.Now.Add(-DeviceLife)).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return hash, err
}

// passed marks the try as one with the right password.
func (u candidate) passed(ctx context.Context, tx *pg.Tx, login string) error {
	_, err := tx.Exec(ctx, `update login_attempts set passed = true where login = $1 and at = $2 and what = 'password'`, login, u.attempt)
	return err
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
