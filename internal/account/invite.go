package account

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	inviteDays     = 7
	maxInviteDays  = 30
	maxInvitations = 500 // open ones of a company
	openInvitation = `accepted_at is null and revoked_at is null and expires_at > $2`
)

// Invitation is a way in for somebody who is not there yet. Only the hash of what the
// link carries is kept; a link works once.
type Invitation struct {
	ID          int64
	CompanyID   int64 // 0: into the dispatch centre
	CompanyName string
	Name        string
	Kind        string // company, operator, supervisor, admin
	Role        access.Role
	RoleID      int64
	RoleName    string
	MemberID    int64
	Grants      []Grant // nil: what the role opens
	TeamIDs     []int64
	InvitedBy   string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// NewInvitation is whom to invite as what.
type NewInvitation struct {
	Name string
	RoleChange
	Grants  []Grant // nil: what the role opens
	Kind    string  // of our own people; "" a company's user
	TeamIDs []int64 // of our own people
	Days    int     // how long the link works: 1…30; 0: a week
}

// Acceptance is how an invited person wants to come in: by a password, or by a key
// that his browser made for a challenge.
type Acceptance struct {
	Login, Password string
	Challenge       string
	Answer          []byte
	Page            Page
	Entry           Entry
}

var errInvitation = fault.New(fault.NotFound, "invitation.gone", "Ссылка не действует: её уже использовали, отозвали или прошёл её срок. Попросите новую.")

const invitationColumns = `select i.id, coalesce(i.company_id, 0), coalesce(c.name, ''), i.name, i.kind, i.role, coalesce(i.role_id, 0), coalesce(r.name, ''), coalesce(i.member_id, 0), i.grants, i.team_ids,
		coalesce(u.name, ''), i.created_at, i.expires_at
	from invitations i left join companies c on c.id = i.company_id left join roles r on r.id = i.role_id left join users u on u.id = i.invited_by `

func scanInvitation(row pgx.CollectableRow) (i Invitation, err error) {
	var grants []byte
	if err := row.Scan(&i.ID, &i.CompanyID, &i.CompanyName, &i.Name, &i.Kind, &i.Role, &i.RoleID, &i.RoleName, &i.MemberID, &grants, &i.TeamIDs, &i.InvitedBy, &i.CreatedAt, &i.ExpiresAt); err != nil {
		return i, err
	}
	err = json.Unmarshal(grants, &i.Grants)
	return i, err
}

// Invite makes a link for somebody to come in to a company. It returns the token once.
func (s *Service) Invite(ctx context.Context, companyID int64, n NewInvitation) (i Invitation, token string, err error) {
	n.Kind, n.TeamIDs = "company", nil
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		m, err := s.place(ctx, tx, d.company, n.RoleChange)
		if err != nil {
			return err
		}
		if n.Grants != nil && m.Role.IsWhole() {
			return fault.New(fault.Invalid, "grant.admin", "Администратор и диспетчер видят все заявки.").At("body.grants", "у этой роли доступ полный")
		}
		if err := s.checkGrants(ctx, tx, m, n.Grants, "body.grants"); err != nil {
			return err
		}
		n.Role = m.Role
		i, token, err = s.invite(ctx, tx, d, n)
		return err
	})
	return i, token, err
}

func (s *Service) invite(ctx context.Context, tx *pg.Tx, d desk, n NewInvitation) (i Invitation, token string, err error) {
	if n.Name, err = cleanName(n.Name, 100); err != nil {
		return i, "", err
	}
	life, err := lifeOf(n.Days)
	if err != nil {
		return i, "", err
	}
	var open int
	if err := tx.QueryRow(ctx, `select count(*) from invitations where coalesce(company_id, 0) = $1 and `+openInvitation, d.company, tx.Now).Scan(&open); err != nil {
		return i, "", err
	}
	if open >= maxInvitations {
		return i, "", fault.New(fault.Conflict, "invitation.too_many", "Открытых приглашений уже %d. Отзовите ненужные.", maxInvitations)
	}
	grants, err := json.Marshal(n.Grants)
	if err != nil {
		return i, "", err
	}
	token, hash := newToken()
	var id int64
	if err := tx.QueryRow(ctx, `insert into invitations (company_id, token_hash, name, kind, role, role_id, member_id, grants, team_ids, invited_by, created_at, expires_at)
			values (nullif($1::bigint, 0), $2, $3, $4, $5, nullif($6::bigint, 0), nullif($7::bigint, 0), $8, $9, nullif($10::bigint, 0), $11, $12) returning id`,
		d.company, hash[:], n.Name, n.Kind, n.Role, n.RoleID, n.MemberID, grants, some(n.TeamIDs), d.by.UserID, tx.Now, tx.Now.Add(life)).Scan(&id); err != nil {
		return i, "", err
	}
	if i, err = invitationBy(ctx, tx, `i.id = $1`, id); err != nil {
		return i, "", err
	}
	return i, token, d.note(ctx, tx, "invitation.make", object("invitation", id), nil, i.show())
}

func lifeOf(days int) (time.Duration, error) {
	if days == 0 {
		days = inviteDays
	}
	if days < 1 || days > maxInviteDays {
		return 0, fault.New(fault.Invalid, "invitation.days", "Ссылка может действовать от 1 до %d дней.", maxInviteDays).At("body.days", "от 1 до 30")
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

func invitationBy(ctx context.Context, tx *pg.Tx, cond string, args ...any) (Invitation, error) {
	rows, err := tx.Query(ctx, invitationColumns+`where `+cond, args...)
	if err != nil {
		return Invitation{}, err
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanInvitation)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, errInvitation
	}
	return i, err
}

// show is the invitation as the audit journal keeps it.
func (i Invitation) show() map[string]any {
	return map[string]any{"name": i.Name, "kind": i.Kind, "role": i.Role, "role_id": i.RoleID, "member_id": i.MemberID, "grants": i.Grants, "team_ids": i.TeamIDs, "expires_at": i.ExpiresAt}
}

// Invitations are the open ones of a company, the newest first.
func (s *Service) Invitations(ctx context.Context, companyID int64) (out []Invitation, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		out, err = invitationsOf(ctx, tx, d.company)
		return err
	})
	return out, err
}

func invitationsOf(ctx context.Context, tx *pg.Tx, company int64) ([]Invitation, error) {
	rows, err := tx.Query(ctx, invitationColumns+`where coalesce(i.company_id, 0) = $1 and i.accepted_at is null and i.revoked_at is null order by i.created_at desc, i.id desc limit $2`, company, maxInvitations)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanInvitation)
}

// Resend makes a new link for an open invitation, past its term too; the link before
// it does not work any more.
func (s *Service) Resend(ctx context.Context, companyID, id int64) (i Invitation, token string, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		i, token, err = resend(ctx, tx, d, id)
		return err
	})
	return i, token, err
}

func resend(ctx context.Context, tx *pg.Tx, d desk, id int64) (i Invitation, token string, err error) {
	token, hash := newToken()
	tag, err := tx.Exec(ctx, `update invitations set token_hash = $3, expires_at = $4, sent = sent + 1
		where coalesce(company_id, 0) = $1 and id = $2 and accepted_at is null and revoked_at is null`, d.company, id, hash[:], tx.Now.Add(inviteDays*24*time.Hour))
	if err != nil {
		return i, "", err
	}
	if tag.RowsAffected() == 0 {
		return i, "", fault.Missing("invitation")
	}
	if i, err = invitationBy(ctx, tx, `i.id = $1`, id); err != nil {
		return i, "", err
	}
	return i, token, d.note(ctx, tx, "invitation.resend", object("invitation", id), nil, i.show())
}

// Revoke shuts an open invitation.
func (s *Service) Revoke(ctx context.Context, companyID, id int64) error {
	return s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error { return revoke(ctx, tx, d, id) })
}

func revoke(ctx context.Context, tx *pg.Tx, d desk, id int64) error {
	tag, err := tx.Exec(ctx, `update invitations set revoked_at = $3 where coalesce(company_id, 0) = $1 and id = $2 and accepted_at is null and revoked_at is null`, d.company, id, tx.Now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("invitation")
	}
	i, err := invitationBy(ctx, tx, `i.id = $1`, id)
	if err != nil {
		return err
	}
	return d.note(ctx, tx, "invitation.revoke", object("invitation", id), i.show(), nil)
}

// revokeAllOf shuts what somebody who has no say any more gave out, and takes back what
// he asked.
func revokeAllOf(ctx context.Context, tx *pg.Tx, company, userID int64) error {
	_, err := tx.Exec(ctx, `update invitations set revoked_at = $3 where coalesce(company_id, 0) = $1 and invited_by = $2 and accepted_at is null and revoked_at is null`, company, userID, tx.Now)
	if err != nil {
		return err
	}
	return dropResetsBy(ctx, tx, company, userID)
}

// Look shows an invitation to who holds the link; fault.NotFound "invitation.gone"
// when it does not work.
func (s *Service) Look(ctx context.Context, token string) (Invitation, error) {
	ctx = access.AsSystem(ctx, "invitation")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Invitation, error) { return openBy(ctx, tx, token) })
}

// openBy locks the open invitation a token belongs to.
func openBy(ctx context.Context, tx *pg.Tx, token string) (Invitation, error) {
	hash := sha256.Sum256([]byte(token))
	return invitationBy(ctx, tx, `i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2 and (c.id is null or c.is_active) for update of i`, hash[:], tx.Now)
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,49}$`)

// freeLogin is the login as it is kept; fault.Invalid at body.login when it does not do.
func freeLogin(ctx context.Context, tx *pg.Tx, login string) (string, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if !loginForm.MatchString(login) {
		return "", fault.New(fault.Invalid, "login.form", "Такой логин не подходит.").At("body.login", "от 3 до 50 знаков: латинские буквы, цифры, точка, дефис, @")
	}
	var used bool
	if err := tx.QueryRow(ctx, `select exists (select from users where login = $1)`, login).Scan(&used); err != nil {
		return "", err
	}
	if used {
		return "", fault.New(fault.Invalid, "login.taken", "Такой логин уже есть. Если он ваш, войдите с ним и откройте ссылку снова.").At("body.login", "занят")
	}
	return login, nil
}

// AskInvitedPasskey asks the browser of an invited person for a key, to come in
// without a password.
func (s *Service) AskInvitedPasskey(ctx context.Context, p Page, token, login string) (c Challenge, err error) {
	w, err := party(p)
	if err != nil {
		return c, err
	}
	ctx = access.AsSystem(ctx, "invitation")
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (c Challenge, err error) {
		i, err := openBy(ctx, tx, token)
		if err != nil {
			return c, err
		}
		if login, err = freeLogin(ctx, tx, login); err != nil {
			return c, err
		}
		options, data, err := w.BeginRegistration(holder{handle: newHandle(), login: login, name: i.Name}, enrolOptions()...)
		if err != nil {
			return c, err
		}
		return keep(ctx, tx, "invitation", 0, options.Response, data)
	})
}

// Accept makes a login for an invited person and opens his first session. A link works
// once, of two at once one is told that it is used. fault.Invalid: "login.form",
// "login.taken" at body.login, "password.weak" at body.password.
func (s *Service) Accept(ctx context.Context, token string, a Acceptance) (Opened, error) {
	hash, byKey := "", len(a.Answer) > 0
	if !byKey {
		if err := strong(a.Password, strings.TrimSpace(a.Login)); err != nil {
			return Opened{}, err
		}
		if _, err := s.Look(ctx, token); err != nil { // hashing is slow: not for who has no link
			return Opened{}, err
		}
		hash = Hash(a.Password)
	}
	ctx = access.AsSystem(ctx, "invitation")
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (out Opened, err error) {
		i, err := openBy(ctx, tx, token)
		if err != nil {
			return out, err
		}
		login, err := freeLogin(ctx, tx, a.Login)
		if err != nil {
			return out, err
		}
		h := holder{login: login, name: i.Name}
		if err := tx.QueryRow(ctx, `insert into users (login, name, password_hash, kind, created_at) values ($1, $2, $3, $4, $5) returning id`,
			login, i.Name, hash, i.Kind, tx.Now).Scan(&h.id); err != nil {
			return out, err
		}
		if byKey {
			if err := s.firstKey(ctx, tx, h, a); err != nil {
				return out, err
			}
		}
		if err := s.join(ctx, tx, i, access.Actor{UserID: h.id, Name: i.Name, Source: a.Entry.Source}); err != nil {
			return out, err
		}
		return s.openSession(ctx, tx, h.id, a.Entry, "invitation")
	})
	if err != nil {
		return Opened{}, err
	}
	return s.enter(ctx, out)
}

// firstKey keeps the key of a person who was just made.
func (s *Service) firstKey(ctx context.Context, tx *pg.Tx, h holder, a Acceptance) error {
	w, err := party(a.Page)
	if err != nil {
		return err
	}
	var data webauthn.SessionData
	if data, err = take(ctx, tx, "invitation", 0, a.Challenge); err != nil {
		return err
	}
	h.handle = data.UserID
	if _, err := tx.Exec(ctx, `update users set passkey_handle = $2 where id = $1`, h.id, h.handle); err != nil {
		return err
	}
	_, err = addKey(ctx, tx, w, h, data, "", a.Answer)
	return err
}

// Join takes the signed-in person into one more company, whose id it returns. fault.Conflict:
// "invitation.already" when he is there, "invitation.other_kind" when the invitation is
// for our own people and he is a company's, or the other way round.
func (s *Service) Join(ctx context.Context, token string) (companyID int64, err error) {
	me := access.From(ctx)
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		i, err := openBy(ctx, tx, token)
		if err != nil {
			return err
		}
		if i.Kind != "company" || me.Kind != access.Company && !me.OwnsDesk() {
			return fault.New(fault.Conflict, "invitation.other_kind", "Это приглашение не для вашего логина: примите его с новым.")
		}
		companyID = i.CompanyID
		return s.join(ctx, tx, i, me)
	})
	s.Forget(me.UserID)
	return companyID, err
}

// join uses an invitation up for a user.
func (s *Service) join(ctx context.Context, tx *pg.Tx, i Invitation, who access.Actor) error {
	if _, err := tx.Exec(ctx, `update invitations set accepted_at = $2, accepted_by = $3 where id = $1`, i.ID, tx.Now, who.UserID); err != nil {
		return err
	}
	if i.Kind != "company" {
		if err := enlist(ctx, tx, who.UserID, i.TeamIDs); err != nil {
			return err
		}
		return noteOf(ctx, tx, who, 0, "invitation.accept", object("user", who.UserID), nil, i.show())
	}
	tag, err := tx.Exec(ctx, `insert into company_users (company_id, user_id, role, role_id, member_id, has_grants, added_at) values ($1, $2, $3, nullif($4::bigint, 0), nullif($5::bigint, 0), $6, $7)
		on conflict do nothing`, i.CompanyID, who.UserID, i.Role, i.RoleID, i.MemberID, i.Grants != nil, tx.Now)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "invitation.already", "Вы уже в этой компании. Права меняет её администратор.")
	}
	if err := keepGrants(ctx, tx, i.CompanyID, who.UserID, i.Grants); err != nil {
		return err
	}
	if err := tellRights(ctx, tx, who.UserID); err != nil {
		return err
	}
	return noteOf(ctx, tx, who, i.CompanyID, "invitation.accept", object("user", who.UserID), nil, i.show())
}
