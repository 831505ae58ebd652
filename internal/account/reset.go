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

// resetFor is how long a second person may confirm.
const resetFor = 24 * time.Hour

// FactorReset is a second factor to be taken away, or taken away: one person asked,
// another confirms (F68).
type FactorReset struct {
	ID        int64
	AskedBy   int64
	AskedName string
	AskedAt   time.Time
	ExpiresAt time.Time
	DoneName  string     // "" not yet
	DoneAt    *time.Time // nil: waits for the second person
}

const resetColumns = `select r.id, r.asked_by, a.name, r.asked_at, r.expires_at, coalesce(d.name, ''), r.done_at
	from factor_resets r join users a on a.id = r.asked_by left join users d on d.id = r.done_by `

const openReset = `r.done_at is null and r.dropped_at is null`

// resetOf is the one that waits; nil when none does.
func resetOf(ctx context.Context, tx *pg.Tx, userID int64) (*FactorReset, error) {
	return oneReset(ctx, tx, `where r.user_id = $1 and r.expires_at > $2 and `+openReset, userID, tx.Now)
}

func oneReset(ctx context.Context, tx *pg.Tx, where string, args ...any) (*FactorReset, error) {
	rows, err := tx.Query(ctx, resetColumns+where, args...)
	if err != nil {
		return nil, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[FactorReset])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // there is none
	}
	return &r, err
}

// AskFactorReset asks to take the second factor of a user of the company away; another
// administrator confirms within a day. fault.Conflict: "factor.self", "factor.none" when he
// has none, "factor.asked" when somebody has asked already.
func (s *Service) AskFactorReset(ctx context.Context, companyID, id int64) (UserCard, error) {
	return s.changeFactor(ctx, companyID, id, "user.factor_ask", askReset)
}

// ConfirmFactorReset takes the second factor away: codes, recovery codes, known browsers,
// keys when there is a password; all sessions end, and the person is told at his next one.
// fault.Conflict: "factor.same" from who asked, "factor.self", "factor.not_asked",
// "factor.elsewhere" when he is in other companies too, where these administrators have
// no say: the platform's confirms.
func (s *Service) ConfirmFactorReset(ctx context.Context, companyID, id int64) (UserCard, error) {
	return s.changeFactor(ctx, companyID, id, "user.factor_reset", func(ctx context.Context, tx *pg.Tx, d desk, id int64) error {
		var elsewhere bool
		if err := tx.QueryRow(ctx, `select exists (select from company_users where user_id = $1 and company_id <> $2)`, id, d.company).Scan(&elsewhere); err != nil {
			return err
		}
		if elsewhere && !d.by.Can(access.PlatformOperate) {
			return fault.New(fault.Conflict, "factor.elsewhere", "Человек входит и в другие компании: подтвердить сброс может только администратор диспетчерской.")
		}
		return s.confirmReset(ctx, tx, d, id)
	})
}

// DropFactorReset takes the question back. fault.Conflict "factor.not_asked".
func (s *Service) DropFactorReset(ctx context.Context, companyID, id int64) (UserCard, error) {
	return s.changeFactor(ctx, companyID, id, "user.factor_drop", dropReset)
}

func (s *Service) changeFactor(ctx context.Context, companyID, id int64, action string, f func(context.Context, *pg.Tx, desk, int64) error) (c UserCard, err error) {
	err = s.manage(ctx, companyID, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := s.card(ctx, tx, d.company, id)
		if err != nil {
			return err
		}
		if err := f(ctx, tx, d, id); err != nil {
			return err
		}
		if c, err = s.card(ctx, tx, d.company, id); err != nil {
			return err
		}
		return d.note(ctx, tx, action, object("user", id), was.factor(), c.factor())
	})
	s.Forget(id)
	return c, err
}

// factor is what the audit journal keeps of ways in.
func (u User) factor() map[string]any {
	return map[string]any{"totp": u.HasTOTP, "passkeys": u.Passkeys, "sessions": u.Sessions}
}

// AskColleagueReset, ConfirmColleagueReset and DropColleagueReset are the same for one of
// our own people: two of the platform's administrators.
func (s *Service) AskColleagueReset(ctx context.Context, id int64) (Colleague, error) {
	return s.changeColleagueFactor(ctx, id, "user.factor_ask", askReset)
}

// ConfirmColleagueReset is ConfirmFactorReset for one of our own people.
func (s *Service) ConfirmColleagueReset(ctx context.Context, id int64) (Colleague, error) {
	return s.changeColleagueFactor(ctx, id, "user.factor_reset", s.confirmReset)
}

// DropColleagueReset is DropFactorReset for one of our own people.
func (s *Service) DropColleagueReset(ctx context.Context, id int64) (Colleague, error) {
	return s.changeColleagueFactor(ctx, id, "user.factor_drop", dropReset)
}

func (s *Service) changeColleagueFactor(ctx context.Context, id int64, action string, f func(context.Context, *pg.Tx, desk, int64) error) (c Colleague, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := colleagueOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := f(ctx, tx, d, id); err != nil {
			return err
		}
		if c, err = colleagueOf(ctx, tx, id); err != nil {
			return err
		}
		show := func(c Colleague) map[string]any {
			return User{HasTOTP: c.HasTOTP, Passkeys: c.Passkeys, Sessions: c.Sessions}.factor()
		}
		return d.note(ctx, tx, action, object("user", id), show(was), show(c))
	})
	s.Forget(id)
	return c, err
}

var (
	errFactorSelf     = fault.New(fault.Conflict, "factor.self", "Свой второй фактор так не сбросить: это делают двое других. Пока вы в программе, его можно отключить в профиле.")
	errFactorNotAsked = fault.New(fault.Conflict, "factor.not_asked", "Сброс никто не просил, или просьбу уже отменили. Обновите страницу.")
)

func askReset(ctx context.Context, tx *pg.Tx, d desk, id int64) error {
	if id == d.by.UserID {
		return errFactorSelf
	}
	var on bool
	if err := tx.QueryRow(ctx, `select exists (select from user_totp where user_id = $1 and confirmed_at is not null)`, id).Scan(&on); err != nil {
		return err
	}
	if !on {
		return fault.New(fault.Conflict, "factor.none", "Второго фактора у человека нет: сбрасывать нечего.")
	}
	if _, err := tx.Exec(ctx, `update factor_resets r set dropped_at = $2 where r.user_id = $1 and r.expires_at <= $2 and `+openReset, id, tx.Now); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `insert into factor_resets (user_id, company_id, asked_by, asked_at, expires_at) values ($1, nullif($2::bigint, 0), $3, $4, $5)
		on conflict (user_id) where done_at is null and dropped_at is null do nothing`, id, d.company, d.by.UserID, tx.Now, tx.Now.Add(resetFor))
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "factor.asked", "Сброс уже просят. Его должен подтвердить другой администратор.")
	}
	if err != nil {
		return err
	}
	return tellRights(ctx, tx, id)
}

func (s *Service) confirmReset(ctx context.Context, tx *pg.Tx, d desk, id int64) error {
	r, err := oneReset(ctx, tx, `where r.user_id = $1 and r.expires_at > $2 and `+openReset+` for update of r`, id, tx.Now)
	switch {
	case err != nil:
		return err
	case id == d.by.UserID:
		return errFactorSelf
	case r == nil:
		return errFactorNotAsked
	case r.AskedBy == d.by.UserID:
		return fault.New(fault.Conflict, "factor.same", "Подтвердить должен другой администратор, не тот, кто попросил.")
	}
	for _, q := range []string{
		`delete from user_totp where user_id = $1`, `delete from recovery_codes where user_id = $1`, `delete from known_devices where user_id = $1`,
		`delete from passkeys p using users u where p.user_id = $1 and u.id = $1 and u.password_hash <> ''`, // they are on the lost phone too
	} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update factor_resets set done_by = $2, done_at = $3 where id = $1`, r.ID, d.by.UserID, tx.Now); err != nil {
		return err
	}
	_, err = s.end(ctx, tx, `user_id = $2`, id)
	return err
}

func dropReset(ctx context.Context, tx *pg.Tx, _ desk, id int64) error {
	tag, err := tx.Exec(ctx, `update factor_resets r set dropped_at = $2 where r.user_id = $1 and `+openReset, id, tx.Now)
	if err == nil && tag.RowsAffected() == 0 {
		return errFactorNotAsked
	}
	return err
}

// dropResetsBy takes back what somebody asked who has no say in the company any more.
func dropResetsBy(ctx context.Context, tx *pg.Tx, company, userID int64) error {
	_, err := tx.Exec(ctx, `update factor_resets r set dropped_at = $3 where ($1 = 0 or r.company_id = $1) and r.asked_by = $2 and `+openReset, company, userID, tx.Now)
	return err
}

// MyReset is what the signed-in person is to know of his second factor: that somebody
// asks to take it away, or that it was taken away and he has not read it yet; nil: nothing.
func (s *Service) MyReset(ctx context.Context) (r *FactorReset, err error) {
	err = s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		r, err = oneReset(ctx, tx, `where r.user_id = $1 and r.seen_at is null and r.dropped_at is null and (r.done_at is not null or r.expires_at > $2) order by r.asked_at desc limit 1`, me.UserID, tx.Now)
		return err
	})
	return r, err
}

// RefuseMyReset is the person's own word that he has lost nothing: what was asked is off.
func (s *Service) RefuseMyReset(ctx context.Context) error {
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		if err := dropReset(ctx, tx, desk{}, me.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, me, "user.factor_refuse", me.UserID, nil, nil)
	})
}

// SeenMyReset: the person has read that his second factor was taken away.
func (s *Service) SeenMyReset(ctx context.Context) error {
	return s.own(ctx, func(ctx context.Context, tx *pg.Tx, me access.Actor) error {
		_, err := tx.Exec(ctx, `update factor_resets set seen_at = $2 where user_id = $1 and done_at is not null and seen_at is null`, me.UserID, tx.Now)
		return err
	})
}
