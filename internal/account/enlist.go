package account

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Posting is which team an operator works in.
type Posting struct {
	UserID  int64
	TeamIDs []int64
	Movable bool // the actor may put him into another team
}

// Postings are the teams a supervisor may put operators into – those that serve nobody
// but his companies – and where the operators of his companies are now.
func (s *Service) Postings(ctx context.Context) (teams []Choice, people []Posting, err error) {
	err = s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		rows, err := tx.Query(ctx, `select t.id, t.name from teams t where `+withinTeam+` order by lower(t.name)`, some(d.by.Companies))
		if err != nil {
			return err
		}
		if teams, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Choice]); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `select u.id, coalesce((select array_agg(x.team_id order by x.team_id) from team_users x where x.user_id = u.id), '{}'), `+withinUser+`
			from users u where u.is_active and u.kind = 'operator' and exists (select from operator_companies o where o.user_id = u.id and o.company_id = any($1)) order by u.id`, some(d.by.Companies))
		if err != nil {
			return err
		}
		people, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Posting])
		return err
	})
	return teams, people, err
}

// What is served is within the companies $1.
const (
	withinTeam = `not t.is_archived and t.company_ids <@ $1::bigint[] and not exists (select from companies c where c.city_id = any(t.city_ids) and not c.id = any($1))`
	withinUser = `not exists (select from operator_companies o where o.user_id = u.id and not o.company_id = any($1))`
)

// Enlist puts an operator into one team in the place of those he is in; he serves its
// companies within a second, a talk goes on. A supervisor opens no company that he does not
// serve himself, and takes nobody away from one: fault.Conflict "operator.beyond".
func (s *Service) Enlist(ctx context.Context, userID, teamID int64) error {
	err := s.platform(ctx, func(ctx context.Context, tx *pg.Tx, d desk) error {
		was, err := colleagueOf(ctx, tx, userID)
		if err != nil {
			return err
		}
		if err := mayEnlist(ctx, tx, d.by, was); err != nil {
			return err
		}
		if _, err := teamOf(ctx, tx, teamID); err != nil {
			return err
		}
		var within bool
		if err := tx.QueryRow(ctx, `select `+withinTeam+` from teams t where t.id = $2`, some(d.by.Companies), teamID).Scan(&within); err != nil {
			return err
		}
		if !within {
			return fault.Missing("team")
		}
		if slices.Equal(was.TeamIDs, []int64{teamID}) {
			return fault.New(fault.Conflict, "operator.there", "%s уже в этой команде.", was.Name)
		}
		if err := enlist(ctx, tx, userID, []int64{teamID}); err != nil {
			return err
		}
		if err := tellRights(ctx, tx, userID); err != nil {
			return err
		}
		return d.note(ctx, tx, "operator.team", object("user", userID), map[string]any{"team_ids": was.TeamIDs}, map[string]any{"team_ids": []int64{teamID}})
	})
	s.Forget(userID)
	return err
}

// mayEnlist refuses who is no operator of the actor's companies, or serves others too.
func mayEnlist(ctx context.Context, tx *pg.Tx, by access.Actor, who Colleague) error {
	var mine, within bool
	err := tx.QueryRow(ctx, `select exists (select from operator_companies o where o.user_id = u.id and o.company_id = any($1)), `+withinUser+` from users u where u.id = $2`,
		some(by.Companies), who.ID).Scan(&mine, &within)
	switch {
	case err != nil:
		return err
	case !mine || who.Kind != "operator" || who.IsBlocked:
		return fault.Missing("operator")
	case !within:
		return fault.New(fault.Conflict, "operator.beyond", "%s обслуживает и другие компании: его переводит администратор платформы.", who.Name)
	}
	return nil
}

// Leads are the names of the other supervisors who serve every company of the actor's: one
// of them may take the shift over.
func (s *Service) Leads(ctx context.Context, tx *pg.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `select u.name from users u where u.is_active and u.kind in ('supervisor', 'admin') and u.id <> $1
		and (select count(*) from operator_companies o where o.user_id = u.id and o.company_id = any($2)) = cardinality($2::bigint[]) order by u.name limit 50`, tx.Actor.UserID, some(tx.Actor.Companies))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Serves reports whether an operator serves a company; 0, a city's number: any that works.
func (s *Service) Serves(ctx context.Context, tx *pg.Tx, userID, companyID int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from users u where u.id = $1 and u.is_active
		and exists (select from `+seats+` o where o.user_id = u.id and ($2 = 0 and u.kind <> 'company' or o.company_id = $2)))`, userID, companyID).Scan(&yes)
	return yes, err
}
