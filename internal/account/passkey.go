package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	challengeLife = 5 * time.Minute
	maxChallenges = 20000 // open at once: who only asks for them cannot fill the disk
	maxPasskeys   = 20
)

// Passkey is a key of a device that lets a person in without a password.
type Passkey struct {
	ID        int64
	Name      string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// Page is the address a browser is at; a passkey works at that one alone.
type Page struct {
	Host   string // HOST or HOST:PORT
	Secure bool   // https
}

// Challenge is what a page gives to the browser's navigator.credentials, and the
// token it gives back with the answer.
type Challenge struct {
	Token   string
	Options json.RawMessage // PublicKeyCredentialCreationOptions or …RequestOptions in JSON
}

var (
	errChallenge = fault.New(fault.Conflict, "passkey.expired", "Запрос ключа устарел. Повторите.")
	errPasskey   = fault.New(fault.Invalid, "passkey.wrong", "Ключ не подошёл: он не от этой программы, удалён или не подтверждён.")
)

// holder is a person in the eyes of WebAuthn.
type holder struct {
	id          int64
	handle      []byte
	login, name string
	keys        []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.handle }
func (h holder) WebAuthnName() string                       { return h.login }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// party is this program in the eyes of WebAuthn, at the page's address. A key made at
// another address never answers for this one, so the address may be taken from the request.
func party(p Page) (*webauthn.WebAuthn, error) {
	host, scheme := p.Host, "http://"
	if h, _, err := net.SplitHostPort(p.Host); err == nil {
		host = h
	}
	if p.Secure {
		scheme = "https://"
	}
	if host == "" || net.ParseIP(host) != nil {
		return nil, fault.New(fault.Invalid, "passkey.address", "По адресу из цифр ключи не работают. Откройте программу по её имени.")
	}
	w, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: issuer, RPOrigins: []string{scheme + p.Host}})
	if err != nil {
		return nil, fault.New(fault.Invalid, "passkey.address", "По этому адресу ключи не работают. Откройте программу по её имени.")
	}
	return w, nil
}

// keep stores a challenge and gives the page's half of it.
func keep(ctx context.Context, tx *pg.Tx, purpose string, userID int64, options any, data *webauthn.SessionData) (c Challenge, err error) {
	if _, err := tx.Exec(ctx, `delete from passkey_challenges where expires_at < $1`, tx.Now); err != nil {
		return c, err
	}
	var open int
	if err := tx.QueryRow(ctx, `select count(*) from (select from passkey_challenges limit $1) x`, maxChallenges).Scan(&open); err != nil {
		return c, err
	}
	if open >= maxChallenges {
		return c, fault.New(fault.Throttled, "passkey.throttled", "Слишком много входов сразу. Повторите через минуту.")
	}
	token, hash := newToken()
	raw, err := json.Marshal(data)
	if err != nil {
		return c, err
	}
	if c.Options, err = json.Marshal(options); err != nil {
		return c, err
	}
	c.Token = token
	_, err = tx.Exec(ctx, `insert into passkey_challenges (token_hash, user_id, purpose, data, expires_at) values ($1, nullif($2::bigint, 0), $3, $4, $5)`,
		hash[:], userID, purpose, raw, tx.Now.Add(challengeLife))
	return c, err
}

// take uses a challenge up: it answers once, within five minutes, for what it was made.
func take(ctx context.Context, tx *pg.Tx, purpose string, userID int64, token string) (data webauthn.SessionData, err error) {
	hash := sha256.Sum256([]byte(token))
	var raw []byte
	err = tx.QueryRow(ctx, `delete from passkey_challenges where token_hash = $1 and purpose = $2 and coalesce(user_id, 0) = $3 and expires_at > $4 returning data`,
		hash[:], purpose, userID, tx.Now).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return data, errChallenge
	}
	if err == nil {
		err = json.Unmarshal(raw, &data)
	}
	return data, err
}

func newHandle() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

func enrolOptions() []webauthn.RegistrationOption {
	return []webauthn.RegistrationOption{
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementRequired),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		}),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation),
	}
}

// StartPasskey asks the actor's browser for a new key. The password is asked, when
// there is one.
func (s *Service) StartPasskey(ctx context.Context, p Page, token, password string) (c Challenge, err error) {
	w, err := party(p)
	if err != nil {
		return c, err
	}
	if _, err := s.proveIfAny(ctx, token, password); err != nil {
		return c, err
	}
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		if _, err := tx.Exec(ctx, `update users set passkey_handle = coalesce(passkey_handle, $2) where id = $1`, me.UserID, newHandle()); err != nil {
			return err
		}
		h, err := holderOf(ctx, tx, `u.id = $1`, me.UserID)
		if err != nil {
			return err
		}
		if len(h.keys) >= maxPasskeys {
			return fault.New(fault.Conflict, "passkey.too_many", "Ключей уже %d. Удалите ненужный.", maxPasskeys)
		}
		options, data, err := w.BeginRegistration(h, append(enrolOptions(), webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))...)
		if err != nil {
			return err
		}
		c, err = keep(ctx, tx, "enrol", me.UserID, options.Response, data)
		return err
	})
	return c, err
}

// AddPasskey keeps the key the browser made.
func (s *Service) AddPasskey(ctx context.Context, p Page, token, name string, answer []byte) (k Passkey, err error) {
	w, err := party(p)
	if err != nil {
		return k, err
	}
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		data, err := take(ctx, tx, "enrol", me.UserID, token)
		if err != nil {
			return err
		}
		h, err := holderOf(ctx, tx, `u.id = $1`, me.UserID)
		if err != nil {
			return err
		}
		if k, err = addKey(ctx, tx, w, h, data, name, answer); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "passkey.add", me.UserID, nil, map[string]string{"name": k.Name})
	})
	return k, err
}

// addKey checks the browser's answer and keeps the key for the holder.
func addKey(ctx context.Context, tx *pg.Tx, w *webauthn.WebAuthn, h holder, data webauthn.SessionData, name string, answer []byte) (k Passkey, err error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return k, errPasskey
	}
	cred, err := w.CreateCredential(h, data, parsed)
	if err != nil {
		return k, errPasskey
	}
	raw, err := json.Marshal(cred)
	if err != nil {
		return k, err
	}
	k = Passkey{Name: cut(name, 100), CreatedAt: tx.Now}
	if k.Name == "" {
		k.Name = "Ключ от " + tx.Now.Format("02.01.2006")
	}
	err = tx.QueryRow(ctx, `insert into passkeys (user_id, credential_id, credential, name, created_at) values ($1, $2, $3, $4, $5) on conflict (credential_id) do nothing returning id`,
		h.id, cred.ID, raw, k.Name, tx.Now).Scan(&k.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, fault.New(fault.Conflict, "passkey.exists", "Этот ключ уже добавлен.")
	}
	return k, err
}

// RemovePasskey takes one of the actor's keys away. The last way in does not go:
// fault.Conflict "passkey.last" when there is no password.
func (s *Service) RemovePasskey(ctx context.Context, id int64) error {
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		var password string
		var keys int
		if err := tx.QueryRow(ctx, `select password_hash from users where id = $1 for update`, me.UserID).Scan(&password); err != nil {
			return err
		}
		var name string
		err := tx.QueryRow(ctx, `delete from passkeys where id = $1 and user_id = $2 returning name`, id, me.UserID).Scan(&name)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("passkey")
		}
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select count(*) from passkeys where user_id = $1`, me.UserID).Scan(&keys); err != nil {
			return err
		}
		if password == "" && keys == 0 {
			return fault.New(fault.Conflict, "passkey.last", "Это единственный способ войти. Сначала добавьте другой ключ.")
		}
		return s.note(ctx, tx, me, "passkey.remove", me.UserID, map[string]string{"name": name}, nil)
	})
}

// AskPasskey asks a browser at the door for any key of this program.
func (s *Service) AskPasskey(ctx context.Context, p Page) (c Challenge, err error) {
	w, err := party(p)
	if err != nil {
		return c, err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return c, err
	}
	ctx = access.AsSystem(ctx, "login")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Challenge, error) { return keep(ctx, tx, "login", 0, options.Response, data) })
}

// LoginByPasskey opens a session for the holder of a key. No password and no code is
// asked: the key is a thing, and the device has asked for the finger or the PIN.
func (s *Service) LoginByPasskey(ctx context.Context, p Page, token string, answer []byte, in Entry) (Opened, error) {
	w, err := party(p)
	if err != nil {
		return Opened{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Opened{}, errPasskey
	}
	ctx = access.AsSystem(ctx, "login")
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Opened, error) {
		data, err := take(ctx, tx, "login", 0, token)
		if err != nil {
			return Opened{}, err
		}
		var who holder
		cred, err := w.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
			who, err = holderOf(ctx, tx, `u.passkey_handle = $1 and u.is_active`, handle)
			return who, err
		}, data, parsed)
		if err != nil || cred.Authenticator.CloneWarning {
			return Opened{}, errPasskey
		}
		raw, err := json.Marshal(cred)
		if err != nil {
			return Opened{}, err
		}
		if _, err := tx.Exec(ctx, `update passkeys set credential = $3, used_at = $4 where user_id = $1 and credential_id = $2`, who.id, cred.ID, raw, tx.Now); err != nil {
			return Opened{}, err
		}
		return s.openSession(ctx, tx, who.id, in, "passkey")
	})
	if err != nil {
		return Opened{}, err
	}
	return s.enter(ctx, out)
}

func holderOf(ctx context.Context, tx *pg.Tx, cond string, arg any) (h holder, err error) {
	if err := tx.QueryRow(ctx, `select u.id, u.passkey_handle, u.login, u.name from users u where `+cond, arg).Scan(&h.id, &h.handle, &h.login, &h.name); err != nil {
		return h, err
	}
	rows, err := tx.Query(ctx, `select credential from passkeys where user_id = $1 order by id`, h.id)
	if err != nil {
		return h, err
	}
	h.keys, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (c webauthn.Credential, err error) {
		var raw []byte
		if err := r.Scan(&raw); err != nil {
			return c, err
		}
		err = json.Unmarshal(raw, &c)
		return c, err
	})
	return h, err
}

func passkeysOf(ctx context.Context, tx *pg.Tx, userID int64) ([]Passkey, error) {
	rows, err := tx.Query(ctx, `select id, name, created_at, used_at from passkeys where user_id = $1 order by id`, userID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Passkey])
}
