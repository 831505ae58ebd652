package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

const (
	maxTeams  = 200
	maxSkills = 20
)

// Team is a group of our own people: which companies they serve, and what they can.
type Team struct {
	ID         int64
	Name       string
	CompanyIDs []int64
	CityIDs    []int64 // every company of these cities, those to come too
	Skills     []string
	People     int
	Version    int
}

// Colleague is one of our own people.
type Colleague struct {
	ID        int64
	Name      string
	Login     string
	Kind      string // operator, supervisor, admin
	IsBlocked bool
	TeamIDs   []int64
	Skills    []string // besides those of the teams
	Languages []string // spoken besides Russian
	Phone     string   // his own mobile, E.164 (F8)
	Companies int      // served now
	HasTOTP   bool
	Passkeys  int
	Sessions  int
	SeenAt    *time.Time
	Reset     *FactorReset `db:"-"` // of his second factor, that waits for a second person
}

// ColleagueChange is what may be changed of one of our own people.
type ColleagueChange struct {
	Kind      string
	TeamIDs   []int64
	Skills    []string
	Languages []string // nil: as they are
	Phone     *string  // nil: as it is; "": none
	IsBlocked bool
}

// Served are the companies and cities a team may serve, by name.
type Served struct{ Companies, Cities []Choice }

// platform runs f on our own people's accounts. The permission is the operation's.
func (s *Service) platform(ctx context.Context, f func(context.Context, *pg.Tx, desk) error) error {
	by := access.From(ctx)
	ctx = access.AsSystem(ctx, "account")
	return lastAdmin(pg.Do(ctx, s.db, func(tx *pg.Tx) error { return f(ctx, tx, desk{by: by}) }))
}

// Teams are all teams by name, and what they may be given.
func (s *Service) Teams(ctx context.Context) (out []Team, may Served, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, _ desk) error {
		rows, err := tx.Query(ctx, teamColumns+`where not t.is_archived order by lower(t.name)`)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Team]); err != nil {
			return err
		}
		for _, c := range []struct {
			q    string
			into *[]Choice
		}{{`select id, name from companies where is_active order by name, id`, &may.Companies}, {`select id, name from cities order by name`, &may.Cities}} {
			rows, err := tx.Query(ctx, c.q)
			if err != nil {
				return err
			}
			if *c.into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Choice]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, may, err
}

const teamColumns = `select t.id, t.name, t.company_ids, t.city_ids, t.skills, (select count(*) from team_users u where u.team_id = t.id), t.version from teams t `

func teamOf(ctx context.Context, tx *pg.Tx, id int64) (Team, error) {
	rows, err := tx.Query(ctx, teamColumns+`where t.id = $1 and not t.is_archived for update of t`, id)
	if err != nil {
		return Team{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Team])
	if errors.Is(err, pgx.ErrNoRows) {
		return t, fault.Missing("team")
	}
	return t, err
}

// KeepTeam makes a team (ID 0) or changes it; whoever is in it serves other companies
// within a second. fault.Conflict "team.changed" when somebody changed it meanwhile.
func (s *Service) KeepTeam(ctx context.Context, t Team) (out Team, err error) {
	if t.Name, err = cleanName(t.Name, 60); err != nil {
		return out, err
	}
	if t.Skills, err = cleanSkills(t.Skills); err != nil {
		return out, err
	}
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		if err := known(ctx, tx, `select count(*) from companies where id = any($1)`, t.CompanyIDs, "body.company_ids", "такой компании нет"); err != nil {
			return err
		}
		if err := known(ctx, tx, `select count(*) from cities where id = any($1)`, t.CityIDs, "body.city_ids", "такого города нет"); err != nil {
			return err
		}
		if t.ID == 0 {
			out, err = makeTeam(ctx, tx, d, t)
			return err
		}
		was, err := teamOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if t.Version != 0 && t.Version != was.Version {
			return fault.New(fault.Conflict, "team.changed", "Команду уже изменил другой пользователь. Откройте её заново.")
		}
		out = t
		out.People, out.Version = was.People, was.Version+1
		if _, err := tx.Exec(ctx, `update teams set name = $2, company_ids = $3, city_ids = $4, skills = $5, version = $6 where id = $1`,
			t.ID, t.Name, some(t.CompanyIDs), some(t.CityIDs), t.Skills, out.Version); err != nil {
			return taken(err)
		}
		if err := spread(ctx, tx, `select user_id from team_users where team_id = $1`, t.ID); err != nil {
			return err
		}
		return d.note(ctx, tx, "team.change", object("team", t.ID), was.show(), out.show())
	})
	return out, err
}

func makeTeam(ctx context.Context, tx *pg.Tx, d desk, t Team) (Team, error) {
	var count int
	if err := tx.QueryRow(ctx, `select count(*) from teams where not is_archived`).Scan(&count); err != nil {
		return t, err
	}
	if count >= maxTeams {
		return t, fault.New(fault.Conflict, "team.too_many", "Команд уже %d. Уберите ненужные.", maxTeams)
	}
	t.Version, t.People = 1, 0
	if err := tx.QueryRow(ctx, `insert into teams (name, company_ids, city_ids, skills, created_at) values ($1, $2, $3, $4, $5) returning id`,
		t.Name, some(t.CompanyIDs), some(t.CityIDs), t.Skills, tx.Now).Scan(&t.ID); err != nil {
		return t, taken(err)
	}
	return t, d.note(ctx, tx, "team.make", object("team", t.ID), nil, t.show())
}

func (t Team) show() map[string]any {
	return map[string]any{"name": t.Name, "company_ids": t.CompanyIDs, "city_ids": t.CityIDs, "skills": t.Skills}
}

// RemoveTeam takes a team away; its people serve what their other teams do.
func (s *Service) RemoveTeam(ctx context.Context, id int64) error {
	return s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := teamOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update teams set is_archived = true, version = version + 1 where id = $1`, id); err != nil {
			return err
		}
		if err := spread(ctx, tx, `select user_id from team_users where team_id = $1`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from team_users where team_id = $1`, id); err != nil {
			return err
		}
		return d.note(ctx, tx, "team.remove", object("team", id), was.show(), nil)
	})
}

// SpreadTeams makes operator_companies what the teams say, after a company was made or
// moved to another city.
func (s *Service) SpreadTeams(ctx context.Context, tx *pg.Tx) error {
	return tx.As(ctx, access.Actor{Kind: access.System, System: "teams", Name: "teams"}, func(tx *pg.Tx) error {
		return spread(ctx, tx, `select distinct user_id from team_users where $1 = 0`, 0)
	})
}

// spread makes operator_companies of some people what their teams say, and tells them.
func spread(ctx context.Context, tx *pg.Tx, who string, arg int64) error {
	rows, err := tx.Query(ctx, who, arg)
	if err != nil {
		return err
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(users) == 0 {
		return err
	}
	const served = `select tu.user_id, c.id from team_users tu join teams t on t.id = tu.team_id and not t.is_archived
		join companies c on c.id = any(t.company_ids) or c.city_id = any(t.city_ids) where tu.user_id = any($1)`
	if _, err := tx.Exec(ctx, `delete from operator_companies where user_id = any($1) and (user_id, company_id) not in (`+served+`)`, users); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into operator_companies (user_id, company_id) `+served+` on conflict do nothing`, users); err != nil {
		return err
	}
	for _, u := range users {
		if err := tellRights(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// seats are who answers whose callers: our people by their teams, and companies' own operators.
const seats = `(select user_id, company_id from operator_companies union all select user_id, company_id from company_users where role = 'dispatcher' and not is_blocked)`

// Serving are the people who answer callers of any of these companies.
func (s *Service) Serving(ctx context.Context, tx *pg.Tx, companies []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select distinct user_id from `+seats+` o where company_id = any($1)`, companies)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// Operators are who answer callers of any of the companies behind the actor's fence, its own
// operators too, by name.
func (s *Service) Operators(ctx context.Context, tx *pg.Tx) ([]Choice, error) {
	rows, err := tx.Query(ctx, `select u.id, u.name from users u where u.is_active and exists (select from `+seats+` o where o.user_id = u.id) order by lower(u.name), u.id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Choice])
}

// enlist puts a person into these teams and no others.
func enlist(ctx context.Context, tx *pg.Tx, userID int64, teams []int64) error {
	if err := known(ctx, tx, `select count(*) from teams where id = any($1) and not is_archived`, teams, "body.team_ids", "такой команды нет"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from team_users where user_id = $1`, userID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into team_users (team_id, user_id) select distinct unnest($2::bigint[]), $1::bigint`, userID, some(teams)); err != nil {
		return err
	}
	return spread(ctx, tx, `select $1::bigint`, userID)
}

// known refuses ids that are not there.
func known(ctx context.Context, tx *pg.Tx, q string, ids []int64, place, word string) error {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, q, ids).Scan(&n); err != nil {
		return err
	}
	if n != len(ids) {
		return fault.New(fault.Invalid, "team.unknown", "Выбрано то, чего уже нет.").At(place, word)
	}
	return nil
}

func cleanSkills(in []string) (out []string, err error) {
	out = []string{}
	for _, s := range in {
		s = strings.ToLower(strings.Join(strings.Fields(s), " "))
		if s == "" || slices.Contains(out, s) {
			continue
		}
		if len([]rune(s)) > 40 {
			return nil, fault.New(fault.Invalid, "skill.long", "Слишком длинный навык.").At("body.skills", "не длиннее 40 знаков")
		}
		out = append(out, s)
	}
	if len(out) > maxSkills {
		return nil, fault.New(fault.Invalid, "skill.many", "Слишком много навыков.").At("body.skills", "не больше 20")
	}
	return out, nil
}

const colleagueColumns = `select u.id, u.name, u.login, u.kind, not u.is_active, coalesce((select array_agg(tu.team_id order by tu.team_id) from team_users tu where tu.user_id = u.id), '{}'), u.skills, u.languages, u.phone,
		(select count(*) from operator_companies o join companies c on c.id = o.company_id and c.is_active where o.user_id = u.id),
		exists (select from user_totp t where t.user_id = u.id and t.confirmed_at is not null), (select count(*) from passkeys p where p.user_id = u.id),
		(select count(*) from sessions s where s.user_id = u.id and s.ended_at is null and s.expires_at > $1), (select max(s.seen_at) from sessions s where s.user_id = u.id)
	from users u where u.kind <> 'company' `

// Colleagues are our own people by name; q is a part of the name or of the login.
// Invitations that are open stand beside.
func (s *Service) Colleagues(ctx context.Context, q string) (out []Colleague, invited []Invitation, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, _ desk) error {
		rows, err := tx.Query(ctx, colleagueColumns+`and ($2 = '' or u.name ilike $2 or u.login ilike $2) order by not u.is_active, u.name, u.id limit $3`, tx.Now, like(q), maxUsers)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Colleague]); err != nil {
			return err
		}
		for i := range out {
			if !out[i].HasTOTP {
				continue
			}
			if out[i].Reset, err = resetOf(ctx, tx, out[i].ID); err != nil {
				return err
			}
		}
		invited, err = invitationsOf(ctx, tx, 0)
		return err
	})
	return out, invited, err
}

func colleagueOf(ctx context.Context, tx *pg.Tx, id int64) (Colleague, error) {
	rows, err := tx.Query(ctx, colleagueColumns+`and u.id = $2 for update of u`, tx.Now, id)
	if err != nil {
		return Colleague{}, err
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Colleague])
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Missing("user")
	}
	if err != nil {
		return c, err
	}
	c.Reset, err = resetOf(ctx, tx, id)
	return c, err
}

func ours(kind string) bool { return kind == "operator" || kind == "supervisor" || kind == "admin" }

var errKind = fault.New(fault.Invalid, "colleague.kind", "Выберите должность в диспетчерской.").At("body.kind", "такой нет")

// ChangeColleague changes one of our own people. Sessions end when the kind changes or
// he is shut out; the last administrator of the platform stays.
func (s *Service) ChangeColleague(ctx context.Context, id int64, n ColleagueChange) (out Colleague, err error) {
	if !ours(n.Kind) {
		return out, errKind
	}
	if n.Skills, err = cleanSkills(n.Skills); err != nil {
		return out, err
	}
	if err := spoken(n.Languages); err != nil {
		return out, err
	}
	if n.Phone != nil {
		if *n.Phone, err = mobile(*n.Phone); err != nil {
			return out, err
		}
	}
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := colleagueOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if n.Languages == nil {
			n.Languages = was.Languages
		}
		if n.Phone == nil {
			n.Phone = &was.Phone
		}
		if _, err := tx.Exec(ctx, `update users set kind = $2, skills = $3, is_active = $4, languages = $5, phone = $6 where id = $1`, id, n.Kind, n.Skills, !n.IsBlocked, n.Languages, *n.Phone); err != nil {
			return err
		}
		same := slices.Equal(slices.Sorted(slices.Values(n.TeamIDs)), was.TeamIDs)
		if !same { // who was never in a team keeps the companies he was given by hand
			if err := enlist(ctx, tx, id, n.TeamIDs); err != nil {
				return err
			}
		}
		if n.Kind != was.Kind || n.IsBlocked {
			if _, err := s.end(ctx, tx, `user_id = $2`, id); err != nil {
				return err
			}
			if err := revokeAllOf(ctx, tx, 0, id); err != nil {
				return err
			}
		}
		if err := tellRights(ctx, tx, id); err != nil {
			return err
		}
		if out, err = colleagueOf(ctx, tx, id); err != nil {
			return err
		}
		return d.note(ctx, tx, "colleague.change", object("user", id), was.show(), out.show())
	})
	s.Forget(id)
	return out, err
}

func (c Colleague) show() map[string]any {
	return map[string]any{"name": c.Name, "kind": c.Kind, "blocked": c.IsBlocked, "team_ids": c.TeamIDs, "skills": c.Skills, "languages": c.Languages, "phone": c.Phone}
}

// EndColleagueSessions ends all sessions of one of our own people.
func (s *Service) EndColleagueSessions(ctx context.Context, id int64) (n int, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		if _, err := colleagueOf(ctx, tx, id); err != nil {
			return err
		}
		if n, err = s.end(ctx, tx, `user_id = $2`, id); err != nil {
			return err
		}
		return d.note(ctx, tx, "session.end", object("user", id), nil, map[string]int{"ended": n})
	})
	s.Forget(id)
	return n, err
}

// InviteColleague makes a link into the dispatch centre. It returns the token once.
func (s *Service) InviteColleague(ctx context.Context, n NewInvitation) (i Invitation, token string, err error) {
	if !ours(n.Kind) {
		return i, "", errKind
	}
	n.RoleChange, n.Grants = RoleChange{Role: access.Readonly}, nil
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		if err := known(ctx, tx, `select count(*) from teams where id = any($1) and not is_archived`, n.TeamIDs, "body.team_ids", "такой команды нет"); err != nil {
			return err
		}
		i, token, err = s.invite(ctx, tx, d, n)
		return err
	})
	return i, token, err
}

// ResendColleague makes a new link of an open invitation into the dispatch centre.
func (s *Service) ResendColleague(ctx context.Context, id int64) (i Invitation, token string, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		i, token, err = resend(ctx, tx, d, id)
		return err
	})
	return i, token, err
}

// RevokeColleague shuts an open invitation into the dispatch centre.
func (s *Service) RevokeColleague(ctx context.Context, id int64) error {
	return s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error { return revoke(ctx, tx, d, id) })
}
