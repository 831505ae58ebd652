package assignment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/staff"
	"d24/internal/where"
)

const columns = `select r.id, r.company_id, coalesce(r.reason_id, 0), coalesce(r.work_type_id, 0), coalesce(r.building_id, 0), coalesce(r.group_id, 0), r.hours, r.windows,
	coalesce(r.responsible_id, 0), coalesce(r.supplier_id, 0), r.note, r.is_archived, r.version,
	coalesce((select jsonb_agg(jsonb_build_object('level', e.level, 'member', e.member_id) order by e.level, e.position) from assignment_executors e where e.rule_id = r.id), '[]')
	from assignment_rules r where `

func scan(row pgx.CollectableRow) (r Rule, err error) {
	var windows, executors []byte
	err = row.Scan(&r.ID, &r.CompanyID, &r.ReasonID, &r.WorkTypeID, &r.BuildingID, &r.GroupID, &r.Hours, &windows,
		&r.ResponsibleID, &r.SupplierID, &r.Note, &r.IsArchived, &r.Version, &executors)
	if err != nil {
		return r, err
	}
	var es []struct {
		Level  int   `json:"level"`
		Member int64 `json:"member"`
	}
	if err := errors.Join(json.Unmarshal(windows, &r.Windows), json.Unmarshal(executors, &es)); err != nil {
		return r, fmt.Errorf("rule %d: %w", r.ID, err)
	}
	for _, e := range es {
		if n := len(r.Levels); n == 0 || r.Levels[n-1].N != e.Level {
			r.Levels = append(r.Levels, staff.Level{N: e.Level})
		}
		last := &r.Levels[len(r.Levels)-1]
		last.Members = append(last.Members, e.Member)
	}
	return r, nil
}

// inForce are the rules in force of a company in the order of Specificity.
func inForce(ctx context.Context, tx *pg.Tx, companyID int64) ([]Rule, error) {
	var w where.Clause
	w.And("r.company_id = ? and not r.is_archived", companyID)
	return read(ctx, tx, w)
}

func read(ctx context.Context, tx *pg.Tx, w where.Clause) ([]Rule, error) {
	rows, err := tx.Query(ctx, columns+w.String(), w.Args...)
	if err != nil {
		return nil, err
	}
	rules, err := pgx.CollectRows(rows, scan)
	slices.SortFunc(rules, order)
	return rules, err
}

// find reads a rule the actor may see; fault.NotFound otherwise.
func find(ctx context.Context, tx *pg.Tx, id int64) (Rule, error) {
	var w where.Clause
	w.And("r.id = ?", id)
	rules, err := read(ctx, tx, w)
	if err != nil {
		return Rule{}, err
	}
	if len(rules) == 0 || !tx.Actor.Serves(rules[0].CompanyID) {
		return Rule{}, fault.Missing("rule")
	}
	return rules[0], nil
}

func insert(ctx context.Context, tx *pg.Tx, r *Rule) error {
	windows, err := json.Marshal(append([]staff.PhoneHours{}, r.Windows...))
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `insert into assignment_rules (company_id, reason_id, work_type_id, building_id, group_id, hours, windows, responsible_id, supplier_id, note, created_at)
		values ($1, nullif($2, 0), nullif($3, 0), nullif($4, 0), nullif($5, 0), $6, $7, nullif($8, 0), nullif($9, 0), $10, $11) returning id, version`,
		r.CompanyID, r.ReasonID, r.WorkTypeID, r.BuildingID, r.GroupID, r.Hours, windows, r.ResponsibleID, r.SupplierID, r.Note, tx.Now).Scan(&r.ID, &r.Version)
	if err != nil {
		return err
	}
	return executors(ctx, tx, *r)
}

func update(ctx context.Context, tx *pg.Tx, r *Rule) error {
	windows, err := json.Marshal(append([]staff.PhoneHours{}, r.Windows...))
	if err != nil {
		return err
	}
	r.Version++
	_, err = tx.Exec(ctx, `update assignment_rules set reason_id = nullif($2, 0), work_type_id = nullif($3, 0), building_id = nullif($4, 0), group_id = nullif($5, 0), hours = $6, windows = $7,
		responsible_id = nullif($8, 0), supplier_id = nullif($9, 0), note = $10, is_archived = $11, version = $12 where id = $1`,
		r.ID, r.ReasonID, r.WorkTypeID, r.BuildingID, r.GroupID, r.Hours, windows, r.ResponsibleID, r.SupplierID, r.Note, r.IsArchived, r.Version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from assignment_executors where rule_id = $1`, r.ID); err != nil {
		return err
	}
	return executors(ctx, tx, *r)
}

func executors(ctx context.Context, tx *pg.Tx, r Rule) error {
	b := &pgx.Batch{}
	for _, l := range r.Levels {
		for i, m := range l.Members {
			b.Queue(`insert into assignment_executors (company_id, rule_id, level, position, member_id) values ($1, $2, $3, $4, $5)`, r.CompanyID, r.ID, l.N, i+1, m)
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// Responsibles are the people whom rules of the company in force make responsible.
func (s *Service) Responsibles(ctx context.Context, tx *pg.Tx, companyID int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `select distinct responsible_id from assignment_rules where company_id = $1 and not is_archived and responsible_id is not null`, companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
