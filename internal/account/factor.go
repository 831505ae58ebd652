package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	recoveryCodes  = 10
	recoveryLetter = 16 // of 32 each: 80 bits, out of reach of who tries SHA-256 through
	minPassword    = 10
	freshFor       = 10 * time.Minute // how long a sign-in by a passkey alone counts as shown just now
)

// Security is how the actor's own account is guarded.
type Security struct {
	HasPassword  bool
	TOTPSince    *time.Time // nil: no second factor
	RecoveryLeft int        // unused recovery codes
	Passkeys     []Passkey
}

// Enrolment is a second factor to be put into an authenticator; it works after a
// code of it was shown.
type Enrolment struct {
	Secret string // base32, to be typed in
	URI    string // otpauth://, to be shown as a picture
}

// Security tells how the actor's own account is guarded.
func (s *Service) Security(ctx context.Context) (out Security, err error) {
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		if err := tx.QueryRow(ctx, `select u.password_hash <> '', t.confirmed_at, (select count(*) from recovery_codes r where r.user_id = u.id and r.used_at is null)
			from users u left join user_totp t on t.user_id = u.id where u.id = $1`, me.UserID).Scan(&out.HasPassword, &out.TOTPSince, &out.RecoveryLeft); err != nil {
			return err
		}
		out.Passkeys, err = passkeysOf(ctx, tx, me.UserID)
		return err
	})
	return out, err
}

// strong refuses a password that is guessed or tried out soon: shorter than ten
// signs, of few different signs, or made of the login or of the product's name.
func strong(password, login string) error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "password.weak", "Этот пароль легко подобрать.").At("body.password", why)
	}
	low := strings.ToLower(password)
	different := map[rune]bool{}
	for _, r := range low {
		different[r] = true
	}
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return bad("нужно не меньше 10 знаков")
	case utf8.RuneCountInString(password) > 200:
		return bad("нужно не больше 200 знаков")
	case len(different) < 5:
		return bad("нужно не меньше 5 разных знаков")
	case len(login) > 2 && strings.Contains(low, strings.ToLower(login)):
		return bad("в пароле не должно быть логина")
	case common(low):
		return bad("такой пароль пробуют одним из первых")
	}
	return nil
}

// common are what everybody tries first, once digits and signs at the ends are cut.
func common(low string) bool {
	core := strings.Trim(low, "0123456789!@#$%^&*()-_=+.,;: ")
	switch core {
	case "", "password", "passw0rd", "qwerty", "qwertyuiop", "qwertyui", "asdfghjkl", "zxcvbnm", "letmein", "administrator", "admin", "welcome", "dispatcher",
		"пароль", "йцукен", "йцукенгшщз", "фывапролд", "диспетчер", "администратор", "привет":
		return true
	}
	for _, row := range []string{"01234567890123456789", "98765432109876543210", "qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзхъфывапролджэячсмитьбю", "abcdefghijklmnopqrstuvwxyz"} {
		if strings.Contains(row, low) {
			return true
		}
	}
	return false
}

// ChangePassword gives the actor another password and his session another token; all
// other sessions of his end. fault.Invalid: "password.wrong" at body.current,
// "password.weak" at body.password.
func (s *Service) ChangePassword(ctx context.Context, token, current, next string) (fresh string, err error) {
	login, err := s.prove(ctx, current, "body.current")
	if err != nil {
		return "", err
	}
	if err := strong(next, login); err != nil {
		return "", err
	}
	if next == current {
		return "", fault.New(fault.Invalid, "password.same", "Новый пароль такой же, как прежний.").At("body.password", "придумайте другой")
	}
	hash := Hash(next)
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		if _, err := tx.Exec(ctx, `update users set password_hash = $2 where id = $1`, me.UserID, hash); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from known_devices where user_id = $1`, me.UserID); err != nil {
			return err
		}
		if fresh, err = s.renew(ctx, tx, me.UserID, token); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "password.change", me.UserID, nil, nil)
	})
	s.Forget(access.From(ctx).UserID)
	return fresh, err
}

// prove asks for the actor's password again before something that would let a
// stranger at his screen stay. Wrong ones count as wrong ones of the login do.
func (s *Service) prove(ctx context.Context, password, place string) (login string, err error) {
	me := access.From(ctx)
	sys := access.AsSystem(ctx, "account")
	u, err := pg.InTx(sys, s.db, func(tx *pg.Tx) (candidate, error) {
		if err := tx.QueryRow(sys, `select login from users where id = $1`, me.UserID).Scan(&login); err != nil {
			return candidate{}, err
		}
		return attempt(sys, tx, Entry{Login: login, Source: me.Source})
	})
	if err != nil {
		return "", err
	}
	if !matches(u.hash, password) {
		return "", fault.New(fault.Invalid, "password.wrong", "Пароль не подходит.").At(place, "не подходит")
	}
	return login, pg.Do(sys, s.db, func(tx *pg.Tx) error { return u.passed(sys, tx, login) })
}

// StartTOTP makes a second factor that does not work yet. The password is asked, when
// there is one; fault.Conflict "totp.exists" when one works already.
func (s *Service) StartTOTP(ctx context.Context, token, password string) (e Enrolment, err error) {
	login, err := s.proveIfAny(ctx, token, password)
	if err != nil {
		return e, err
	}
	secret := newSecret()
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		k, err := s.keepTOTP(ctx, tx, me.UserID, secret)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `insert into user_totp as t (user_id, secret, sealed, sealed_at, blanked_at, created_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (user_id) do update set secret = excluded.secret, sealed = excluded.sealed, sealed_at = excluded.sealed_at, blanked_at = excluded.blanked_at,
				created_at = excluded.created_at, last_step = 0 where t.confirmed_at is null`, me.UserID, k.plain, k.sealed, k.sealedAt, k.blanked, tx.Now)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "totp.exists", "Коды из приложения уже включены. Сначала отключите прежние.")
		}
		return err
	})
	return Enrolment{Secret: base32Plain.EncodeToString(secret), URI: totpURI(login, secret)}, err
}

// ConfirmTOTP makes the second factor work once a code of it is shown, and returns
// recovery codes, which are told this once. The session gets another token, others end.
func (s *Service) ConfirmTOTP(ctx context.Context, token, code string) (codes []string, fresh string, err error) {
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		var plain, sealed []byte
		err := tx.QueryRow(ctx, `select secret, sealed from user_totp where user_id = $1 and confirmed_at is null for update`, me.UserID).Scan(&plain, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "totp.not_started", "Начните подключение заново: показанный код больше не действует.")
		}
		if err != nil {
			return err
		}
		step := totpMatch(s.openTOTP(me.UserID, plain, sealed), digits(code), tx.Now, 0)
		if step == 0 {
			return fault.New(fault.Invalid, "totp.wrong", "Код не подошёл. Проверьте, что часы телефона идут верно.").At("body.code", "не подходит")
		}
		if _, err := tx.Exec(ctx, `update user_totp set confirmed_at = $2, last_step = $3 where user_id = $1`, me.UserID, tx.Now, step); err != nil {
			return err
		}
		if codes, err = newRecovery(ctx, tx, me.UserID); err != nil {
			return err
		}
		if fresh, err = s.renew(ctx, tx, me.UserID, token); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "totp.on", me.UserID, nil, nil)
	})
	s.Forget(access.From(ctx).UserID)
	return codes, fresh, err
}

// RemoveTOTP takes the second factor away; the password is asked, when there is one.
func (s *Service) RemoveTOTP(ctx context.Context, token, password string) error {
	if _, err := s.proveIfAny(ctx, token, password); err != nil {
		return err
	}
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		tag, err := tx.Exec(ctx, `delete from user_totp where user_id = $1`, me.UserID)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.Missing("totp")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from recovery_codes where user_id = $1`, me.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "totp.off", me.UserID, nil, nil)
	})
}

// NewRecovery gives new recovery codes in place of all earlier ones.
func (s *Service) NewRecovery(ctx context.Context, token, password string) (codes []string, err error) {
	if _, err := s.proveIfAny(ctx, token, password); err != nil {
		return nil, err
	}
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		var on bool
		if err := tx.QueryRow(ctx, `select exists (select from user_totp where user_id = $1 and confirmed_at is not null)`, me.UserID).Scan(&on); err != nil {
			return err
		}
		if !on {
			return fault.New(fault.Conflict, "totp.off", "Коды из приложения не включены.")
		}
		if codes, err = newRecovery(ctx, tx, me.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "recovery.new", me.UserID, nil, nil)
	})
	return codes, err
}

// proveIfAny asks for the password of who has one. Who comes in by a passkey alone has
// shown it at the door, and not long ago.
func (s *Service) proveIfAny(ctx context.Context, token, password string) (login string, err error) {
	var has, recent bool
	hash := sha256.Sum256([]byte(token))
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		return tx.QueryRow(ctx, `select login, password_hash <> '', exists (select from sessions s where s.token_hash = $2 and s.created_at > $3) from users where id = $1`,
			me.UserID, hash[:], tx.Now.Add(-freshFor)).Scan(&login, &has, &recent)
	})
	switch {
	case err != nil:
		return "", err
	case has:
		return s.prove(ctx, password, "body.password")
	case !recent:
		return "", fault.New(fault.Conflict, "login.stale", "Выйдите и войдите ключом ещё раз: для этого действия вход должен быть недавним.")
	}
	return login, nil
}

func newRecovery(ctx context.Context, tx *pg.Tx, userID int64) (codes []string, err error) {
	if _, err := tx.Exec(ctx, `delete from recovery_codes where user_id = $1`, userID); err != nil {
		return nil, err
	}
	for range recoveryCodes {
		b := make([]byte, recoveryLetter)
		_, _ = rand.Read(b)
		code := strings.ToLower(base32Plain.EncodeToString(b)[:recoveryLetter])
		hash := sha256.Sum256([]byte(code))
		if _, err := tx.Exec(ctx, `insert into recovery_codes (user_id, code_hash, created_at) values ($1, $2, $3)`, userID, hash[:], tx.Now); err != nil {
			return nil, err
		}
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
	}
	return codes, nil
}

// secondFactor tells by which way a code lets in: "totp" or "recovery"; "" when it
// does not. A code is used up by this.
func secondFactor(ctx context.Context, tx *pg.Tx, userID int64, secret []byte, last int64, code string) (way string, err error) {
	if step := totpMatch(secret, digits(code), tx.Now, last); step != 0 && len(digits(code)) == totpDigits {
		tag, err := tx.Exec(ctx, `update user_totp set last_step = $2 where user_id = $1 and last_step < $2`, userID, step)
		if err != nil || tag.RowsAffected() == 0 { // the same code at the same moment in another tab
			return "", err
		}
		return "totp", nil
	}
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	hash := sha256.Sum256([]byte(plain))
	tag, err := tx.Exec(ctx, `update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null`, userID, hash[:], tx.Now)
	if err != nil || tag.RowsAffected() == 0 {
		return "", err
	}
	return "recovery", nil
}
