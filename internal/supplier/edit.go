package supplier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

const (
	maxPhones = 10
	maxHouses = 5000
)

func (f Filter) text(o Own) bool {
	t := search.Fold(f.Text)
	if t == "" {
		return true
	}
	words := o.Named() + " " + o.OfKind() + " " + o.Contract + " " + o.Notes
	if strings.Contains(search.Fold(words), t) || search.IsLatin(f.Text) && strings.Contains(search.Fold(words), search.Fold(search.Layout(f.Text))) {
		return true
	}
	digits := digitsOf(f.Text)
	return len(digits) > 2 && slices.ContainsFunc(o.AllPhones(), func(p Phone) bool { return strings.Contains(p.Phone, strings.TrimPrefix(digits, "8")) })
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// findings gathers what is wrong with a form, at its fields.
type findings struct{ *fault.Error }

func newFindings() findings {
	return findings{fault.New(fault.Invalid, "supplier.wrong", "Организация не сохранена: исправьте отмеченное.")}
}

func (f findings) at(ok bool, where, format string, args ...any) {
	if !ok && len(f.Fields) < 30 {
		_ = f.At("body."+where, fmt.Sprintf(format, args...))
	}
}

func (f findings) line(s *string, where string, longest int) {
	*s = strings.Join(strings.Fields(*s), " ")
	f.at(len([]rune(*s)) <= longest, where, "не длиннее %d знаков", longest)
}

func (f findings) phones(ps []Phone) []Phone {
	f.at(len(ps) <= maxPhones, "phones", "не больше %d телефонов", maxPhones)
	out := make([]Phone, 0, len(ps))
	for i, p := range ps {
		at := fmt.Sprintf("phones[%d].", i)
		f.line(&p.Note, at+"note", 60)
		f.line(&p.Hours, at+"hours", 60)
		if d := digitsOf(p.Phone); len(d) == 3 && d == strings.TrimSpace(p.Phone) { // 104, 112
			p.Phone = d
		} else if e, err := phone.Parse(p.Phone, ""); err != nil {
			f.at(false, at+"phone", "впишите телефон: 8 (343) 123-45-67 или 104")
		} else {
			p.Phone = e
		}
		out = append(out, p)
	}
	return out
}

func (s *Shared) check() error {
	f := newFindings()
	f.line(&s.Name, "name", 120)
	f.at(s.Name != "", "name", "впишите название")
	f.at(isKind(s.Kind), "kind", "выберите вид из списка")
	f.line(&s.Hours, "hours", 120)
	s.Notes = strings.TrimSpace(s.Notes)
	f.at(len([]rune(s.Notes)) <= 2000, "notes", "не длиннее 2000 знаков")
	s.Phones = f.phones(s.Phones)
	if len(f.Fields) > 0 {
		return f.Error
	}
	return nil
}

// AddShared puts a supplier on the list of all companies. Whoever may is asked by the
// API: platform.operate.
func (s *Service) AddShared(ctx context.Context, x Shared) (Shared, error) {
	if err := x.check(); err != nil {
		return x, err
	}
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Shared, error) {
		phones, err := json.Marshal(x.Phones)
		if err != nil {
			return x, err
		}
		err = tx.QueryRow(ctx, `insert into suppliers (name, kind, phones, hours, notes, created_at) values ($1, $2, $3, $4, $5, $6) returning id, version`,
			x.Name, x.Kind, phones, x.Hours, x.Notes, tx.Now).Scan(&x.ID, &x.Version)
		if err != nil {
			return x, err
		}
		return x, audit.Change(ctx, tx, 0, "supplier.add", fmt.Sprintf("supplier:%d", x.ID), nil, x)
	})
	return out, twice(err)
}

// ChangeShared writes a supplier of the shared list, or puts it away; x.Version is the
// one the person saw.
func (s *Service) ChangeShared(ctx context.Context, x Shared) (Shared, error) {
	if err := x.check(); err != nil {
		return x, err
	}
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Shared, error) {
		if _, err := tx.Exec(ctx, `select 1 from suppliers where id = $1 for update`, x.ID); err != nil {
			return x, err
		}
		found, err := shared(ctx, tx, "s.id = $1", x.ID)
		if err != nil {
			return x, err
		}
		if len(found) == 0 {
			return x, fault.Missing("supplier")
		}
		was := found[0]
		if was.Version != x.Version {
			return x, conflict(was.Name)
		}
		phones, err := json.Marshal(x.Phones)
		if err != nil {
			return x, err
		}
		x.Version++
		_, err = tx.Exec(ctx, `update suppliers set name = $2, kind = $3, phones = $4, hours = $5, notes = $6, is_archived = $7, version = $8 where id = $1`,
			x.ID, x.Name, x.Kind, phones, x.Hours, x.Notes, x.IsArchived, x.Version)
		if err != nil {
			return x, err
		}
		return x, audit.Change(ctx, tx, 0, "supplier."+verb(was.IsArchived, x.IsArchived), fmt.Sprintf("supplier:%d", x.ID), was, x)
	})
	return out, twice(err)
}

func verb(was, is bool) string {
	switch {
	case is && !was:
		return "archive"
	case was && !is:
		return "restore"
	}
	return "change"
}

func conflict(name string) error {
	return fault.New(fault.Conflict, "supplier.changed", "«%s» только что изменили: посмотрите, что нового, и повторите.", name)
}

func twice(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.Code == "23505" {
		if p.ConstraintName == "company_suppliers_shared" {
			return fault.New(fault.Invalid, "supplier.twice", "Эта организация у компании уже есть.").At("body.supplier_id", "уже есть в списке компании")
		}
		return fault.New(fault.Invalid, "supplier.twice", "Такая организация уже есть.").At("body.name", "такая организация этого вида уже есть")
	}
	return err
}

// Add puts a row on a company's list; fault.NotFound for a company the actor has
// nothing to do with.
func (s *Service) Add(ctx context.Context, o Own) (Own, error) {
	if !access.From(ctx).Serves(o.CompanyID) {
		return o, fault.Missing("company")
	}
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Own, error) {
		if err := o.check(ctx, tx); err != nil {
			return o, err
		}
		err := tx.QueryRow(ctx, `insert into company_suppliers (company_id, supplier_id, created_at) values ($1, nullif($2, 0), $3) returning id`, o.CompanyID, o.SupplierID, tx.Now).Scan(&o.ID)
		if err != nil {
			return o, err
		}
		o.Version = 1
		return s.write(ctx, tx, nil, o)
	})
	return out, twice(err)
}

// Change writes a company's row, or puts it away or back; o.Version is the one the
// person saw. What the row is of (SupplierID) stays.
func (s *Service) Change(ctx context.Context, o Own) (Own, error) {
	out, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (Own, error) {
		if _, err := tx.Exec(ctx, `select 1 from company_suppliers where id = $1 for update`, o.ID); err != nil {
			return o, err
		}
		was, err := s.get(ctx, tx, o.ID)
		if err != nil {
			return o, err
		}
		if was.Version != o.Version {
			return o, conflict(was.Named())
		}
		o.CompanyID, o.SupplierID, o.Version = was.CompanyID, was.SupplierID, was.Version+1
		if err := o.check(ctx, tx); err != nil {
			return o, err
		}
		return s.write(ctx, tx, &was, o)
	})
	return out, twice(err)
}

func (s *Service) write(ctx context.Context, tx *pg.Tx, was *Own, o Own) (Own, error) {
	phones, err := json.Marshal(o.Phones)
	if err != nil {
		return o, err
	}
	_, err = tx.Exec(ctx, `update company_suppliers set name = $2, kind = $3, phones = $4, hours = $5, contract = $6, notes = $7, all_houses = $8, is_archived = $9, version = $10 where id = $1`,
		o.ID, o.Name, o.Kind, phones, o.Hours, o.Contract, o.Notes, o.AllHouses, o.IsArchived, o.Version)
	if err == nil {
		_, err = tx.Exec(ctx, `delete from company_supplier_buildings where company_supplier_id = $1`, o.ID)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `insert into company_supplier_buildings (company_id, company_supplier_id, building_id) select $1, $2, unnest($3::bigint[])`, o.CompanyID, o.ID, o.BuildingIDs)
	}
	if err != nil {
		return o, err
	}
	action, before := "supplier.add", any(nil)
	if was != nil {
		action, before = "supplier."+verb(was.IsArchived, o.IsArchived), *was
	}
	if err := audit.Change(ctx, tx, o.CompanyID, action, fmt.Sprintf("company_supplier:%d", o.ID), before, o); err != nil {
		return o, err
	}
	return s.get(ctx, tx, o.ID)
}

func (o *Own) check(ctx context.Context, tx *pg.Tx) error {
	f := newFindings()
	f.line(&o.Name, "name", 120)
	f.line(&o.Hours, "hours", 120)
	f.line(&o.Contract, "contract", 120)
	o.Notes = strings.TrimSpace(o.Notes)
	f.at(len([]rune(o.Notes)) <= 2000, "notes", "не длиннее 2000 знаков")
	o.Phones = f.phones(o.Phones)
	if o.SupplierID != 0 {
		o.Name, o.Kind = "", ""
		found, err := shared(ctx, tx, "s.id = $1 and not s.is_archived", o.SupplierID)
		if err != nil {
			return err
		}
		f.at(len(found) == 1 || o.ID != 0, "supplier_id", "выберите организацию из общего списка")
	} else {
		f.at(o.Name != "", "name", "впишите название")
		f.at(isKind(o.Kind), "kind", "выберите вид из списка")
		f.at(len(o.Phones) > 0, "phones", "нужен хотя бы один телефон: с РСО связываются только по телефону")
	}
	slices.Sort(o.BuildingIDs)
	o.BuildingIDs = slices.Compact(o.BuildingIDs)
	if o.AllHouses || o.BuildingIDs == nil {
		o.BuildingIDs = []int64{}
	}
	f.at(o.AllHouses || len(o.BuildingIDs) > 0, "building_ids", "выберите дома или отметьте «все дома»")
	f.at(len(o.BuildingIDs) <= maxHouses, "building_ids", "не больше %d домов", maxHouses)
	if err := o.houses(ctx, tx, f); err != nil {
		return err
	}
	if len(f.Fields) > 0 {
		return f.Error
	}
	return nil
}

func (o *Own) houses(ctx context.Context, tx *pg.Tx, f findings) error {
	if len(o.BuildingIDs) == 0 || len(o.BuildingIDs) > maxHouses {
		return nil
	}
	var n int
	err := tx.QueryRow(ctx, `select count(*) from buildings where company_id = $1 and id = any($2)`, o.CompanyID, o.BuildingIDs).Scan(&n)
	f.at(err != nil || n == len(o.BuildingIDs), "building_ids", "среди домов есть дом не этой компании")
	return err
}
