package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// The kinds of a grant (A1).
const (
	GrantAll  = "all"  // every request of the company
	GrantPart = "part" // kinds of work × houses
	GrantOwn  = "own"  // where the user is executor or responsible
)

const (
	maxGrants = 20   // lines of one user
	maxIDs    = 2000 // houses, groups or kinds of work of a line
)

// Grant is one line of what a user sees; lines add up. Of a part: an empty list
// does not restrict, houses and groups add up. A line whose groups have no houses
// opens nothing.
type Grant struct {
	Kind        string  `json:"kind"`
	WorkTypeIDs []int64 `json:"work_type_ids,omitempty"`
	BuildingIDs []int64 `json:"building_ids,omitempty"`
	GroupIDs    []int64 `json:"group_ids,omitempty"`
}

// Expand turns lines into what a scope is made of, with the houses that the groups
// have now.
func Expand(ctx context.Context, tx *pg.Tx, d Directory, m Membership, lines []Grant) (out []access.Grant, err error) {
	for _, l := range lines {
		switch l.Kind {
		case GrantAll:
			out = append(out, access.Grant{CompanyID: m.ID})
		case GrantOwn:
			out = append(out, access.RoleGrants(access.Executor, m.ID, m.MemberID)...)
		case GrantPart:
			houses := slices.Clone(l.BuildingIDs)
			if len(l.GroupIDs) > 0 {
				more, err := d.HousesOf(ctx, tx, m.ID, l.GroupIDs)
				if err != nil {
					return nil, fmt.Errorf("houses of groups: %w", err)
				}
				houses = append(houses, more...)
			}
			if len(houses) == 0 && len(l.BuildingIDs)+len(l.GroupIDs) > 0 {
				continue // an empty list of a scope would open every house
			}
			out = append(out, access.Grant{CompanyID: m.ID, BuildingIDs: houses, WorkTypeIDs: l.WorkTypeIDs})
		}
	}
	return out, nil
}

// grantsOf are the lines kept for a user of a company.
func grantsOf(ctx context.Context, tx *pg.Tx, companyID, userID int64) ([]Grant, error) {
	rows, err := tx.Query(ctx, `select kind, work_type_ids, building_ids, group_ids from user_grants where company_id = $1 and user_id = $2 order by id`, companyID, userID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Grant])
}

func keepGrants(ctx context.Context, tx *pg.Tx, companyID, userID int64, lines []Grant) error {
	if _, err := tx.Exec(ctx, `delete from user_grants where company_id = $1 and user_id = $2`, companyID, userID); err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := tx.Exec(ctx, `insert into user_grants (company_id, user_id, kind, work_type_ids, building_ids, group_ids) values ($1, $2, $3, $4, $5, $6)`,
			companyID, userID, l.Kind, some(l.WorkTypeIDs), some(l.BuildingIDs), some(l.GroupIDs)); err != nil {
			return err
		}
	}
	return nil
}

// some is never null for the database.
func some(ids []int64) []int64 { return append([]int64{}, ids...) }

// checkGrants refuses lines that speak of what is not the company's, each at its
// place. at is where the lines stand in the input: "body.grants".
func (s *Service) checkGrants(ctx context.Context, tx *pg.Tx, m Membership, lines []Grant, at string) error {
	bad := fault.New(fault.Invalid, "grant.invalid", "Проверьте, какие заявки видит пользователь.")
	if len(lines) > maxGrants {
		return bad.At(at, fmt.Sprintf("не больше %d строк", maxGrants))
	}
	for i, l := range lines {
		place := fmt.Sprintf("%s[%d]", at, i)
		if l.Kind != GrantPart {
			switch {
			case l.Kind != GrantAll && l.Kind != GrantOwn:
				bad = bad.At(place+".kind", "такого вида доступа нет")
			case len(l.WorkTypeIDs)+len(l.BuildingIDs)+len(l.GroupIDs) > 0:
				bad = bad.At(place+".kind", "дома и виды работ выбирают только для части заявок")
			case l.Kind == GrantOwn && m.MemberID == 0:
				bad = bad.At(place+".kind", "сначала выберите, кто он среди сотрудников")
			}
			continue
		}
		if len(l.WorkTypeIDs)+len(l.BuildingIDs)+len(l.GroupIDs) == 0 {
			bad = bad.At(place+".kind", "выберите виды работ, дома или группы домов")
		}
		for _, c := range []struct {
			field, word string
			ids         []int64
			ours        func() ([]int64, error)
		}{
			{"work_type_ids", "такого вида работ нет", l.WorkTypeIDs, func() ([]int64, error) { return s.dir.WorkTypes(ctx, tx, l.WorkTypeIDs) }},
			{"building_ids", "такого дома у компании нет", l.BuildingIDs, func() ([]int64, error) { return s.dir.Houses(ctx, tx, m.ID, l.BuildingIDs) }},
			{"group_ids", "такой группы домов у компании нет", l.GroupIDs, func() ([]int64, error) { return s.dir.Groups(ctx, tx, m.ID, l.GroupIDs) }},
		} {
			if len(c.ids) == 0 {
				continue
			}
			if len(c.ids) > maxIDs {
				bad = bad.At(place+"."+c.field, fmt.Sprintf("не больше %d", maxIDs))
				continue
			}
			ours, err := c.ours()
			if err != nil {
				return err
			}
			if slices.ContainsFunc(c.ids, func(id int64) bool { return !slices.Contains(ours, id) }) {
				bad = bad.At(place+"."+c.field, c.word)
			}
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
