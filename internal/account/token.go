package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	tokenMark  = "d24_" // by which a leaked token is known for what it is
	maxTokens  = 50     // of a company, in force
	shownGone  = 20     // revoked ones that are still shown
	maxDays    = 730
	tokenAfter = 90 * 24 * time.Hour // revoked or out of date, a token is shown no longer than this
)

// Token is a token of the API without the token itself, which nobody can read again.
type Token struct {
	ID          int64
	Name        string
	Permissions []access.Permission // in force: no more than its person may now
	Tail        string              // its last four signs
	UserID      int64
	UserName    string // who issued it
	CreatedAt   time.Time
	ExpiresAt   time.Time
	SeenAt      *time.Time
	SeenSource  string
	RevokedAt   *time.Time
	RevokedBy   string
	Idle        string // why it opens nothing: revoked, expired, person; "": it is in force
}

// NewToken is what a token is made of.
type NewToken struct {
	Name        string
	Permissions []access.Permission
	Days        int
}

var errToken = fault.New(fault.Login, "token.invalid", "Токен не действует: отозван, истёк или введён с ошибкой.")

// Bearer tells which program stands behind a token of the API, and notes from where it
// came; fault.Login "token.invalid" when it is let in no more. The answer is at most a
// second old.
func (s *Service) Bearer(ctx context.Context, token, source string) (access.Actor, error) {
	hash := sha256.Sum256([]byte(token))
	key := sha256.Sum256([]byte("bearer " + token)) // a session's token is none of these, whatever is remembered of it
	c, err := s.memory.of(access.AsSystem(ctx, "login"), key, func(ctx context.Context) (cached, error) {
		return pg.InTx(ctx, s.db, func(tx *pg.Tx) (cached, error) {
			c, err := s.program(ctx, tx, `t.token_hash = $1`, hash[:])
			if err != nil {
				return c, err
			}
			_, err = tx.Exec(ctx, `update api_tokens set seen_at = $2, seen_source = $3 where id = $1 and (seen_at is null or seen_at < $4 or seen_source <> $3)`,
				c.actor.TokenID, tx.Now, cut(source, 100), tx.Now.Add(-seenEvery))
			return c, err
		})
	})
	return c.actor, err
}

// TokenActor is Bearer for work that goes on after the program's request.
func (s *Service) TokenActor(ctx context.Context, id int64) (access.Actor, error) {
	ctx = access.AsSystem(ctx, "login")
	c, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (cached, error) { return s.program(ctx, tx, `t.id = $1`, id) })
	return c.actor, err
}

// program is the actor of the token that cond ($1) names: its person in that one company,
// with those of his rights that were given to the token.
func (s *Service) program(ctx context.Context, tx *pg.Tx, cond string, arg any) (c cached, err error) {
	var id, company int64
	var name string
	var given []access.Permission
	err = tx.QueryRow(ctx, `select t.id, t.company_id, t.name, t.permissions, u.id, u.name, u.kind from api_tokens t join users u on u.id = t.user_id
		where `+cond+` and t.revoked_at is null and t.expires_at > $2 and u.is_active and u.kind = 'company'`, arg, tx.Now).
		Scan(&id, &company, &name, &given, &c.me.UserID, &c.me.Name, &c.me.Kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errToken
	}
	if err != nil {
		return c, err
	}
	if c.me.Companies, err = memberships(ctx, tx, c.me.UserID, c.me.Kind); err != nil {
		return c, err
	}
	if !slices.ContainsFunc(c.me.Companies, func(m Membership) bool { return m.ID == company }) {
		return c, errToken
	}
	if err := s.asCompanyUser(ctx, tx, &c, &company); err != nil {
		return c, err
	}
	c.actor.UserID, c.actor.TokenID, c.actor.Name = c.me.UserID, id, tokenName(name, c.me.Name)
	c.actor.MemberID = 0 // a program is nobody of the staff
	c.actor.May = both(access.Ticked(given), c.actor.May)
	return c, nil
}

// tokenName is how history and the audit journal call a program.
func tokenName(token, person string) string { return "API «" + token + "», " + person }

// both are those of a that are in b too.
func both(a, b []access.Permission) (out []access.Permission) {
	for _, p := range a {
		if slices.Contains(b, p) {
			out = append(out, p)
		}
	}
	return out
}

// Givable are the permissions that the actor may give to a token: his own, but never those
// by which rights are given.
func Givable(a access.Actor) []access.Permission { return both(access.Tickable(), a.May) }

const issuedColumns = `select t.id, t.name, t.permissions, t.tail, t.user_id, u.name, t.created_at, t.expires_at, t.seen_at, t.seen_source, t.revoked_at, t.revoked_by
	from api_tokens t join users u on u.id = t.user_id `

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan(&t.ID, &t.Name, &t.Permissions, &t.Tail, &t.UserID, &t.UserName, &t.CreatedAt, &t.ExpiresAt, &t.SeenAt, &t.SeenSource, &t.RevokedAt, &t.RevokedBy)
	return t, err
}

// Tokens are a company's tokens: those in force first, then what ended lately.
func (s *Service) Tokens(ctx context.Context, companyID int64) (out []Token, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		rows, err := tx.Query(ctx, issuedColumns+`where t.company_id = $1 and coalesce(t.revoked_at, t.expires_at) > $2
			order by t.revoked_at is not null or t.expires_at <= $3, coalesce(t.revoked_at, t.created_at) desc, t.id desc limit $4`,
			d.company, tx.Now.Add(-tokenAfter), tx.Now, maxTokens+shownGone)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, scanToken); err != nil {
			return err
		}
		for i := range out {
			if err := s.idle(ctx, tx, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// idle says why a token opens nothing, and of one that does what it opens now.
func (s *Service) idle(ctx context.Context, tx *pg.Tx, t *Token) error {
	t.Permissions = access.Ticked(t.Permissions)
	switch {
	case t.RevokedAt != nil:
		t.Idle = "revoked"
	case !t.ExpiresAt.After(tx.Now):
		t.Idle = "expired"
	default:
		c, err := s.program(ctx, tx, `t.id = $1`, t.ID)
		if fault.KindOf(err) == fault.Login {
			t.Idle = "person"
			return nil
		}
		t.Permissions = c.actor.May
		return err
	}
	return nil
}

// check refuses a token that could not be issued by hand.
func (n *NewToken) check(by access.Actor) (err error) {
	if by.Kind != access.Company || by.TokenID != 0 {
		return fault.New(fault.Forbidden, "token.company_only", "Токен выпускает администратор самой компании: токен действует его правами.")
	}
	if n.Name, err = cleanName(n.Name, 60); err != nil {
		return err
	}
	if n.Days < 1 || n.Days > maxDays {
		return fault.New(fault.Invalid, "token.days", "Срок токена — от 1 дня до двух лет.").At("body.days", "от 1 до 730 дней")
	}
	may := Givable(by)
	for _, p := range n.Permissions {
		if !slices.Contains(may, p) {
			return fault.New(fault.Invalid, "token.permission", "Этого права токену дать нельзя: «%s».", p).At("body.permissions", "есть право, которого нет у вас или не бывает у токена")
		}
	}
	if n.Permissions = both(may, n.Permissions); len(n.Permissions) == 0 {
		return fault.New(fault.Invalid, "token.empty", "Отметьте хотя бы одно право.").At("body.permissions", "ничего не отмечено")
	}
	return nil
}

// MakeToken issues a token with some of the actor's own rights; plain is told this once.
// fault.Conflict "name.taken", "token.too_many".
func (s *Service) MakeToken(ctx context.Context, companyID int64, n NewToken) (t Token, plain string, err error) {
	if err := n.check(access.From(ctx)); err != nil {
		return t, "", err
	}
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from api_tokens where company_id = $1 and revoked_at is null and expires_at > $2`, d.company, tx.Now).Scan(&count); err != nil {
			return err
		}
		if count >= maxTokens {
			return fault.New(fault.Conflict, "token.too_many", "Токенов уже %d. Отзовите ненужные.", maxTokens)
		}
		secret, _ := newToken()
		plain = tokenMark + secret
		hash := sha256.Sum256([]byte(plain))
		t = Token{
			Name: n.Name, Permissions: n.Permissions, Tail: plain[len(plain)-4:], UserID: d.by.UserID, UserName: d.by.Name,
			CreatedAt: tx.Now, ExpiresAt: tx.Now.Add(time.Duration(n.Days) * 24 * time.Hour),
		}
		if err := tx.QueryRow(ctx, `insert into api_tokens (company_id, user_id, name, permissions, token_hash, tail, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
			d.company, t.UserID, t.Name, t.Permissions, hash[:], t.Tail, t.CreatedAt, t.ExpiresAt).Scan(&t.ID); err != nil {
			return taken(err)
		}
		return d.note(ctx, tx, "token.make", object("token", t.ID), nil, t.show())
	})
	return t, plain, err
}

// RevokeToken ends a token: within a second no process lets it in.
func (s *Service) RevokeToken(ctx context.Context, companyID, id int64) error {
	var person int64
	err := s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		rows, err := tx.Query(ctx, issuedColumns+`where t.company_id = $1 and t.id = $2 and t.revoked_at is null for update of t`, d.company, id)
		if err != nil {
			return err
		}
		was, err := pgx.CollectExactlyOneRow(rows, scanToken)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("token")
		}
		if err != nil {
			return err
		}
		person = was.UserID
		if _, err := tx.Exec(ctx, `update api_tokens set revoked_at = $2, revoked_by = $3 where id = $1`, id, tx.Now, d.by.Name); err != nil {
			return err
		}
		if err := tellRights(ctx, tx, person); err != nil {
			return err
		}
		return d.note(ctx, tx, "token.revoke", object("token", id), was.show(), nil)
	})
	s.Forget(person)
	return err
}

// show is the token as the audit journal keeps it.
func (t Token) show() map[string]any {
	return map[string]any{"name": t.Name, "permissions": t.Permissions, "tail": t.Tail, "expires_at": t.ExpiresAt}
}
