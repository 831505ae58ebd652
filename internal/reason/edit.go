package reason

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/search"
)

func (b Body) json() (questions, rules []byte, err error) {
	if questions, err = json.Marshal(b.Questions); err == nil {
		rules, err = json.Marshal(b.Rules)
	}
	return questions, rules, err
}

// copied shares nothing with the body it is a copy of.
func (b Body) copied() (out Body, err error) {
	raw, err := json.Marshal(b)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

func (b Body) searched() string { return search.Fold(b.Name + " " + strings.Join(b.Synonyms, " ")) }

// ownPrefix begins the codes of reasons a company adds itself.
const ownPrefix = "СВ-"

// maxReasons bounds a company's catalogue.
const maxReasons = 1000

// Create adds a reason of the company's own; fault.NotFound for a company the actor
// has nothing to do with.
func (s *Service) Create(ctx context.Context, companyID int64, b Body) (r Reason, err error) {
	if !access.From(ctx).Serves(companyID) {
		return r, fault.Missing("company")
	}
	defer s.forget(companyID)
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Reason, error) {
		if err := s.check(ctx, tx, companyID, 0, &b, nil); err != nil {
			return r, err
		}
		// one at a time: two administrators get two numbers
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('reasons', $1))`, companyID); err != nil {
			return r, err
		}
		var n, last int
		err := tx.QueryRow(ctx, `select count(*), coalesce(max(substr(code, 4)::int) filter (where is_own and code ~ '^СВ-\d{2,6}$'), 0) from reasons where company_id = $1`, companyID).Scan(&n, &last)
		if err != nil {
			return r, err
		}
		if n >= maxReasons {
			return r, fault.New(fault.Invalid, "reason.full", "В справочнике уже %d причин.", maxReasons)
		}
		r := Reason{CompanyID: companyID, Code: fmt.Sprintf("%s%02d", ownPrefix, last+1), Body: b, IsOwn: true, Version: 1}
		err = tx.QueryRow(ctx, `insert into reasons (company_id, code, category, name, kind, search, is_own) values ($1, $2, $3, $4, $5, '', true) returning id`,
			companyID, r.Code, b.Category, b.Name, b.Kind).Scan(&r.ID)
		if err != nil {
			return r, err
		}
		return r, s.write(ctx, tx, nil, r, "create")
	})
}

// Change writes what the person has set; version is the one he saw. Requests made
// before keep their name and limits (R6).
func (s *Service) Change(ctx context.Context, id int64, version int, b Body) (Reason, error) {
	return s.edit(ctx, id, version, func(tx *pg.Tx, was Reason) (Reason, string, error) {
		r := was
		r.Body = b
		return r, "change", s.check(ctx, tx, was.CompanyID, id, &r.Body, was.Questions)
	})
}

// Return puts fields of a reason back to the base catalogue: "category", "name",
// "kind", "safety", "questions", "promise", "answer", "synonyms", "supplier_kind",
// "prices", "rules"; none: all of them.
func (s *Service) Return(ctx context.Context, id int64, version int, fields []string) (Reason, error) {
	return s.edit(ctx, id, version, func(tx *pg.Tx, was Reason) (Reason, string, error) {
		b, ok := base().byCode[was.Code]
		if was.IsOwn || !ok {
			return was, "", fault.New(fault.Invalid, "reason.own", "Это собственная причина компании: основы у неё нет.")
		}
		from, err := b.copied()
		if err != nil {
			return was, "", err
		}
		r := was
		for _, f := range baseFields {
			if len(fields) == 0 || slices.Contains(fields, f.name) {
				f.take(&r.Body, from)
			}
		}
		return r, "return", s.check(ctx, tx, was.CompanyID, id, &r.Body, slices.Concat(was.Questions, b.Questions))
	})
}

// baseField is a field of the base catalogue that a company may override.
type baseField struct {
	name string
	of   func(b Body) any
	take func(to *Body, from Body)
}

var baseFields = []baseField{
	{"category", func(b Body) any { return b.Category }, func(to *Body, from Body) { to.Category = from.Category }},
	{"name", func(b Body) any { return b.Name }, func(to *Body, from Body) { to.Name = from.Name }},
	{"kind", func(b Body) any { return b.Kind }, func(to *Body, from Body) { to.Kind = from.Kind }},
	{"rules", func(b Body) any { return b.Rules }, func(to *Body, from Body) { to.Rules = from.Rules }},
	{"safety", func(b Body) any { return b.Safety }, func(to *Body, from Body) { to.Safety = from.Safety }},
	{"questions", func(b Body) any { return b.Questions }, func(to *Body, from Body) { to.Questions = from.Questions }},
	{"promise", func(b Body) any { return b.Promise }, func(to *Body, from Body) { to.Promise = from.Promise }},
	{"answer", func(b Body) any { return b.Answer }, func(to *Body, from Body) { to.Answer = from.Answer }},
	{"synonyms", func(b Body) any { return b.Synonyms }, func(to *Body, from Body) { to.Synonyms = from.Synonyms }},
	{"supplier_kind", func(b Body) any { return b.SupplierKind }, func(to *Body, from Body) { to.SupplierKind = from.SupplierKind }},
	{"prices", func(b Body) any { return b.Prices }, func(to *Body, from Body) { to.Prices = from.Prices }},
}

// Differs are the fields a company has set otherwise than the base catalogue; none
// for its own reasons.
func (r Reason) Differs() []string {
	out := []string{}
	b, ok := base().byCode[r.Code]
	if r.IsOwn || !ok {
		return out
	}
	for _, f := range baseFields {
		if !reflect.DeepEqual(f.of(r.Body), f.of(b.Body)) {
			out = append(out, f.name)
		}
	}
	return out
}

// maxShown is how many open requests are named before a reason is archived.
const maxShown = 5

// Archive puts a reason away, or back. Open requests are named first (F72) with
// fault.Conflict "reason.in_use"; sure: the person has seen them, and they go on as
// they were registered.
func (s *Service) Archive(ctx context.Context, id int64, version int, archived, sure bool) (Reason, error) {
	return s.edit(ctx, id, version, func(tx *pg.Tx, was Reason) (Reason, string, error) {
		r := was
		r.IsArchived = archived
		if !archived {
			return r, "restore", s.unique(ctx, tx, was.CompanyID, id, was.Body)
		}
		if sure {
			return r, "archive", nil
		}
		open, n, err := s.Tickets.OpenOfReason(ctx, tx, id, maxShown)
		if err != nil || n == 0 {
			return r, "archive", err
		}
		var names []string
		for _, t := range open {
			names = append(names, fmt.Sprintf("№ %d, %s", t.Number, t.Address))
		}
		more := ""
		if n > len(open) {
			more = fmt.Sprintf(" и ещё %d", n-len(open))
		}
		return r, "", fault.New(fault.Conflict, "reason.in_use", "По этой причине в работе заявки: %s%s. Они сохранят название и сроки.", strings.Join(names, "; "), more)
	})
}

// edit runs a change of one reason: locked, seen in the version it was decided on,
// kept as the next version.
func (s *Service) edit(ctx context.Context, id int64, version int, f func(tx *pg.Tx, was Reason) (r Reason, verb string, err error)) (out Reason, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Version != version {
			return fault.New(fault.Conflict, "reason.changed", "Причину «%s» только что изменили: посмотрите, что нового, и повторите.", was.Name)
		}
		r, verb, err := f(tx, was)
		if err != nil {
			return err
		}
		r.Version = was.Version + 1
		out = r
		return s.write(ctx, tx, &was, r, verb)
	})
	s.forget(out.CompanyID)
	return out, err
}

func (s *Service) lock(ctx context.Context, tx *pg.Tx, id int64) (Reason, error) {
	if _, err := tx.Exec(ctx, `select 1 from reasons where id = $1 for update`, id); err != nil {
		return Reason{}, err
	}
	return s.get(ctx, tx, id)
}

func (s *Service) get(ctx context.Context, tx *pg.Tx, id int64) (Reason, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from reasons where id = $1", id)
	if err != nil {
		return Reason{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scan)
	if err == pgx.ErrNoRows { //nolint:errorlint // returned as it is
		return r, fault.Missing("reason")
	}
	return r, err
}

// write keeps a reason, its version, and who made it.
func (s *Service) write(ctx context.Context, tx *pg.Tx, was *Reason, r Reason, verb string) error {
	q, terms, err := r.json()
	if err != nil {
		return err
	}
	prices, err := json.Marshal(r.Prices)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update reasons set category = $2, name = $3, kind = $4, work_type_id = nullif($5, 0), accept_min = nullif($6, 0), localise_min = nullif($7, 0),
			finish_min = nullif($8, 0), supplier_kind = $9, supplier_id = nullif($10, 0), safety = $11, questions = $12, promise = $13, answer = $14, synonyms = $15, search = $16,
			prices = $17, terms = $18, is_archived = $19, version = $20 where id = $1`,
		r.ID, r.Category, r.Name, r.Kind, r.WorkTypeID, r.Rules.Accept.Base.minutes(), r.Rules.Localise.Base.minutes(),
		r.Rules.Finish.Base.minutes(), r.SupplierKind, r.SupplierID, r.Safety, q, r.Promise, r.Answer, r.Synonyms, r.searched(), prices, terms, r.IsArchived, r.Version)
	if err != nil {
		return err
	}
	var before any
	if was != nil {
		before = kept{was.Body, was.IsArchived}
		if err := s.keep(ctx, tx, *was, "install", false); err != nil { // the first change of a copy of the base
			return err
		}
	}
	if err := s.keep(ctx, tx, r, verb, true); err != nil {
		return err
	}
	return audit.Change(ctx, tx, r.CompanyID, "reason."+verb, fmt.Sprintf("reason:%d", r.ID), before, kept{r.Body, r.IsArchived})
}

// kept is a version as history keeps it.
type kept struct {
	Body
	IsArchived bool `json:"is_archived"`
}

func (s *Service) keep(ctx context.Context, tx *pg.Tx, r Reason, verb string, byActor bool) error {
	raw, err := json.Marshal(kept{r.Body, r.IsArchived})
	if err != nil {
		return err
	}
	user, name := int64(0), ""
	if byActor {
		user, name = tx.Actor.UserID, tx.Actor.Name
	}
	_, err = tx.Exec(ctx, `insert into reason_versions (company_id, reason_id, version, at, by_user, by_name, verb, body)
		values ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8) on conflict (reason_id, version) do nothing`, r.CompanyID, r.ID, r.Version, tx.Now, user, name, verb, raw)
	return err
}
