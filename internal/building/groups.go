package building

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Group is houses taken together for rights, routing, notices and analytics; a house
// may be in several (H2).
type Group struct {
	ID        int64   `json:"id"`
	CompanyID int64   `json:"-"`
	Name      string  `json:"name"`
	Note      string  `json:"note"`
	Version   int     `json:"-"`
	Buildings []int64 `json:"buildings"`
}

const groupColumns = `select g.id, g.company_id, g.name, g.note, g.version, array(select m.building_id from building_group_members m where m.group_id = g.id order by 1) from building_groups g where `

func (s *Service) group(ctx context.Context, tx *pg.Tx, id int64) (Group, error) {
	rows, err := tx.Query(ctx, groupColumns+`g.id = $1`, id)
	if err != nil {
		return Group{}, err
	}
	g, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Group])
	if errors.Is(err, pgx.ErrNoRows) {
		return g, fault.Missing("group")
	}
	return g, err
}

// Groups are those of a company (0: of all that the actor may see) by name.
func (s *Service) Groups(ctx context.Context, companyID int64) ([]Group, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Group, error) {
		gs, err := s.AllGroups(ctx, tx, companyID)
		if err != nil {
			return nil, err
		}
		mine, all, err := s.Places(ctx, tx)
		for i := range gs {
			if !all {
				gs[i].Buildings = common(gs[i].Buildings, mine)
			}
		}
		return gs, err
	})
}

// AllGroups are the groups with every house, also those the actor does not see: for
// rights and routing.
func (s *Service) AllGroups(ctx context.Context, tx *pg.Tx, companyID int64) ([]Group, error) {
	var w where.Clause
	if companyID != 0 {
		w.And("g.company_id = ?", companyID)
	}
	rows, err := tx.Query(ctx, groupColumns+w.String()+` order by g.company_id, lower(g.name)`, w.Args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Group])
}

// InGroups are the houses of a company in any of the groups, each once, by id. Groups of
// other companies have none. It is for rights and routing.
func (s *Service) InGroups(ctx context.Context, tx *pg.Tx, companyID int64, groupIDs []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select distinct building_id from building_group_members where company_id = $1 and group_id = any($2) order by building_id`, companyID, groupIDs)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// OfGroup are the houses of a group, by id; a group the actor does not reach has none.
func (s *Service) OfGroup(ctx context.Context, tx *pg.Tx, groupID int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select building_id from building_group_members where group_id = $1 order by building_id`, groupID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// GroupsOf are those of ids that are groups of the company.
func (s *Service) GroupsOf(ctx context.Context, tx *pg.Tx, companyID int64, ids []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id from building_groups where company_id = $1 and id = any($2) order by id`, companyID, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// GroupsWith are the groups of a company that hold any of the houses.
func (s *Service) GroupsWith(ctx context.Context, tx *pg.Tx, companyID int64, houses []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select distinct g.id from building_groups g join building_group_members m on m.group_id = g.id where g.company_id = $1 and m.building_id = any($2) order by 1`, companyID, houses)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// Grouped are the groups of each house that is in one, of a company; 0: of all that the
// actor may see. It is for duties.
func (s *Service) Grouped(ctx context.Context, tx *pg.Tx, companyID int64) (map[int64][]int64, error) {
	rows, err := tx.Query(ctx, `select building_id, group_id from building_group_members where $1::bigint = 0 or company_id = $1 order by building_id, group_id`, companyID)
	if err != nil {
		return nil, err
	}
	out := map[int64][]int64{}
	var house, group int64
	_, err = pgx.ForEachRow(rows, []any{&house, &group}, func() error { out[house] = append(out[house], group); return nil })
	return out, err
}

// CreateGroup adds a group.
func (s *Service) CreateGroup(ctx context.Context, g Group) (Group, error) {
	companyID, err := own(ctx, g.CompanyID)
	if err != nil {
		return g, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Group, error) {
		if err := s.checkGroup(ctx, tx, companyID, &g); err != nil {
			return g, err
		}
		err := tx.QueryRow(ctx, `insert into building_groups (company_id, name, note, created_at) values ($1, $2, $3, $4) returning id`, companyID, g.Name, g.Note, tx.Now).Scan(&g.ID)
		if err != nil {
			return g, sameName(err)
		}
		if err := fill(ctx, tx, companyID, g); err != nil {
			return g, err
		}
		if err := audit.Change(ctx, tx, companyID, "building_group.create", groupObject(g.ID), nil, g); err != nil {
			return g, err
		}
		return s.group(ctx, tx, g.ID)
	})
}

// ChangeGroup writes a group; fault.Conflict "group.changed" when somebody was faster.
func (s *Service) ChangeGroup(ctx context.Context, g Group) (Group, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Group, error) {
		was, err := s.lockGroup(ctx, tx, g.ID, g.Version)
		if err != nil {
			return g, err
		}
		if g.Buildings, err = s.keepStrange(ctx, tx, was, g); err != nil {
			return g, err
		}
		if err := s.checkGroup(ctx, tx, was.CompanyID, &g); err != nil {
			return g, err
		}
		if _, err := tx.Exec(ctx, `update building_groups set name = $2, note = $3, version = version + 1 where id = $1`, g.ID, g.Name, g.Note); err != nil {
			return g, sameName(err)
		}
		if err := fill(ctx, tx, was.CompanyID, g); err != nil {
			return g, err
		}
		if err := audit.Change(ctx, tx, was.CompanyID, "building_group.change", groupObject(g.ID), was, g); err != nil {
			return g, err
		}
		if err := s.regrouped(ctx, tx, was.CompanyID, g.ID); err != nil {
			return g, err
		}
		return s.group(ctx, tx, g.ID)
	})
}

// DropGroup deletes a group; the houses stay.
func (s *Service) DropGroup(ctx context.Context, id int64, version int) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := s.lockGroup(ctx, tx, id, version)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from building_groups where id = $1`, id); err != nil {
			return err
		}
		if err := audit.Change(ctx, tx, was.CompanyID, "building_group.delete", groupObject(id), was, nil); err != nil {
			return err
		}
		return s.regrouped(ctx, tx, was.CompanyID, id)
	})
}

// regrouped tells whoever hangs on the houses of a group: rights, duties.
func (s *Service) regrouped(ctx context.Context, tx *pg.Tx, companyID, groupID int64) error {
	if s.Regrouped == nil {
		return nil
	}
	return s.Regrouped(ctx, tx, companyID, groupID)
}

// keepStrange are the houses of a group as it is to be, with those in it that the actor
// does not see: he neither takes them out nor puts others in.
func (s *Service) keepStrange(ctx context.Context, tx *pg.Tx, was, g Group) ([]int64, error) {
	mine, all, err := s.Places(ctx, tx)
	if all || err != nil {
		return g.Buildings, err
	}
	out := common(g.Buildings, mine)
	for _, id := range was.Buildings {
		if !slices.Contains(mine, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

func groupObject(id int64) string { return fmt.Sprintf("building_group:%d", id) }

func (s *Service) lockGroup(ctx context.Context, tx *pg.Tx, id int64, version int) (Group, error) {
	if _, err := tx.Exec(ctx, `select from building_groups where id = $1 for update`, id); err != nil {
		return Group{}, err
	}
	g, err := s.group(ctx, tx, id)
	if err == nil && g.Version != version {
		err = fault.New(fault.Conflict, "group.changed", "Группу уже изменил другой: проверьте и повторите.")
	}
	return g, err
}

func (s *Service) checkGroup(ctx context.Context, tx *pg.Tx, companyID int64, g *Group) error {
	bad := fault.New(fault.Invalid, "group.incomplete", "Группа не сохранена: исправьте отмеченное.")
	g.Name, g.Note = strings.TrimSpace(g.Name), strings.TrimSpace(g.Note)
	if n := utf8.RuneCountInString(g.Name); n == 0 || n > 80 {
		_ = bad.At("body.name", "от 1 до 80 знаков")
	}
	if utf8.RuneCountInString(g.Note) > 500 {
		_ = bad.At("body.note", "не длиннее 500 знаков")
	}
	slices.Sort(g.Buildings)
	g.Buildings = slices.Compact(append([]int64{}, g.Buildings...))
	var known int
	if err := tx.QueryRow(ctx, `select count(*) from buildings where company_id = $1 and id = any($2)`, companyID, g.Buildings).Scan(&known); err != nil {
		return err
	}
	if known != len(g.Buildings) {
		_ = bad.At("body.buildings", "выберите дома этой компании")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func sameName(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "23505" {
		return fault.New(fault.Conflict, "group.exists", "Группа с таким названием уже есть.").At("body.name", "такая группа уже есть")
	}
	return err
}

func fill(ctx context.Context, tx *pg.Tx, companyID int64, g Group) error {
	if _, err := tx.Exec(ctx, `delete from building_group_members where group_id = $1 and building_id <> all($2)`, g.ID, g.Buildings); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into building_group_members (company_id, group_id, building_id) select $1, $2, unnest($3::bigint[]) on conflict do nothing`, companyID, g.ID, g.Buildings)
	return err
}
