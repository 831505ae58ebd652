// Package tag keeps a company's own short lists: labels (метки) that are put on
// tickets, and reasons for which work is put off (причины отложения). Both are
// created, changed, put in order and archived, never deleted: tickets of the past
// keep their words (F72).
package tag

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// List is which of the lists.
type List string

// The lists; the values are the tables.
const (
	Tags            List = "tags"
	PostponeReasons List = "postpone_reasons"
)

// object is the word of the list's rows in the audit journal.
func (l List) object() string {
	if l == PostponeReasons {
		return "postpone_reason"
	}
	return "tag"
}

// Colours a row may have. Red, yellow and green are not among them: they mean the
// kind of a ticket (J4).
var Colours = []string{"blue", "violet", "teal", "pink", "brown", "grey"}

// Tag is a row of a list.
type Tag struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Colour     string `json:"colour"`
	Position   int    `json:"position"`
	IsArchived bool   `json:"is_archived"`
	Version    int    `json:"-"`
}

// limit keeps a list such that a person can choose from it.
const limit = 200

// Service keeps the lists.
type Service struct{ db *pg.DB }

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

const columns = `id, name, colour, position, is_archived, version`

// All is a company's list in its order, the archived last; fault.NotFound for a
// company the actor has nothing to do with.
func (s *Service) All(ctx context.Context, l List, companyID int64) ([]Tag, error) {
	if !access.From(ctx).Serves(companyID) {
		return nil, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Tag, error) {
		rows, err := tx.Query(ctx, fmt.Sprintf(`select %s from %s where company_id = $1 order by is_archived, position, lower(name), id`, columns, l), companyID)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByName[Tag])
	})
}

// Labels are the labels of ids that the actor reaches, by id; archived ones too: old
// tickets keep them.
func (s *Service) Labels(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]Tag, error) {
	out := map[int64]Tag{}
	if len(ids) == 0 {
		return out, nil
	}
	b := &pgx.Batch{}
	s.LabelsIn(b, ids, out)
	return out, tx.SendBatch(ctx, b).Close()
}

const named = "select " + columns + " from tags where id = any($1)"

// LabelsIn is Labels as a statement of a batch: out has them when the batch is over.
func (s *Service) LabelsIn(b *pgx.Batch, ids []int64, out map[int64]Tag) {
	if len(ids) == 0 {
		return
	}
	b.Queue(named, ids).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, pgx.RowToStructByName[Tag])
		for _, t := range all {
			out[t.ID] = t
		}
		return err
	})
}

// Offered are the labels of a company that may be put on, in its order.
func (s *Service) Offered(ctx context.Context, tx *pg.Tx, companyID int64) ([]Tag, error) {
	rows, err := tx.Query(ctx, "select "+columns+" from tags where company_id = $1 and not is_archived order by position, lower(name), id", companyID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Tag])
}

// Add makes a row at the end of the list. fault.Invalid "tag.name" for an empty or
// long name, one that is there already, and when the list is full.
func (s *Service) Add(ctx context.Context, l List, companyID int64, name, colour string) (Tag, error) {
	if !access.From(ctx).Serves(companyID) {
		return Tag{}, fault.Missing("company")
	}
	name, err := clean(name)
	if err != nil {
		return Tag{}, err
	}
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (t Tag, err error) {
		var n, last int
		if err := tx.QueryRow(ctx, fmt.Sprintf(`select count(*) filter (where not is_archived), coalesce(max(position), 0) from %s where company_id = $1`, l), companyID).Scan(&n, &last); err != nil {
			return t, err
		}
		if n >= limit {
			return t, fault.New(fault.Invalid, "tag.full", "В списке уже %d строк: уберите лишние в архив.", limit)
		}
		t = Tag{Name: name, Colour: colour, Position: last + 1, Version: 1}
		err = tx.QueryRow(ctx, fmt.Sprintf(`insert into %s (company_id, name, colour, position, created_at) values ($1, $2, $3, $4, $5) returning id`, l),
			companyID, t.Name, t.Colour, t.Position, tx.Now).Scan(&t.ID)
		if err != nil {
			return t, err
		}
		return t, audit.Change(ctx, tx, companyID, l.object()+".add", fmt.Sprintf("%s:%d", l.object(), t.ID), nil, t)
	})
	return t, twice(err, name)
}

// Install gives a new company the reasons of deferral most have; they are its own to change.
func Install(ctx context.Context, tx *pg.Tx, companyID int64) error {
	for i, r := range []Tag{
		{Name: "Нет доступа в помещение", Colour: "grey"},
		{Name: "Ждём материал", Colour: "brown"},
		{Name: "Нужен подрядчик", Colour: "violet"},
		{Name: "По согласованию с жителем", Colour: "blue"},
		{Name: "Погода", Colour: "teal"},
	} {
		if _, err := tx.Exec(ctx, `insert into postpone_reasons (company_id, name, colour, position, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
			companyID, r.Name, r.Colour, i+1, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// Change is what a person sets; nil fields stay.
type Change struct {
	Name       *string
	Colour     *string
	IsArchived *bool
	Position   *int // the place in the list, from 1
	Version    int  // as it was seen; another one is a conflict (F70)
}

// Set changes a row; fault.Conflict "tag.changed" when somebody was first.
func (s *Service) Set(ctx context.Context, l List, id int64, c Change) (Tag, error) {
	if c.Name != nil {
		name, err := clean(*c.Name)
		if err != nil {
			return Tag{}, err
		}
		c.Name = &name
	}
	var named string
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (t Tag, err error) {
		var company int64
		if err := tx.QueryRow(ctx, fmt.Sprintf(`select company_id from %s where id = $1 for update`, l), id).Scan(&company); errors.Is(err, pgx.ErrNoRows) {
			return t, fault.Missing("tag")
		} else if err != nil {
			return t, err
		}
		rows, err := tx.Query(ctx, fmt.Sprintf(`select %s from %s where id = $1`, columns, l), id)
		if err != nil {
			return t, err
		}
		was, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Tag])
		if err != nil {
			return t, err
		}
		if was.Version != c.Version {
			return t, fault.New(fault.Conflict, "tag.changed", "Эту строку только что изменили: посмотрите, как она теперь выглядит.")
		}
		t = c.apply(was)
		named = t.Name
		if c.Position != nil {
			if err := makeRoom(ctx, tx, l, company, was, t.Position); err != nil {
				return t, err
			}
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(`update %s set name = $2, colour = $3, position = $4, is_archived = $5, version = $6 where id = $1`, l),
			id, t.Name, t.Colour, t.Position, t.IsArchived, t.Version); err != nil {
			return t, err
		}
		return t, audit.Change(ctx, tx, company, l.object()+"."+c.verb(was), fmt.Sprintf("%s:%d", l.object(), id), was, t)
	})
	return t, twice(err, named)
}

func (c Change) apply(t Tag) Tag {
	set(&t.Name, c.Name)
	set(&t.Colour, c.Colour)
	set(&t.IsArchived, c.IsArchived)
	set(&t.Position, c.Position)
	t.Version++
	return t
}

func set[T any](to, v *T) {
	if v != nil {
		*to = *v
	}
}

func (c Change) verb(was Tag) string {
	if c.IsArchived != nil && *c.IsArchived != was.IsArchived {
		if *c.IsArchived {
			return "archive"
		}
		return "restore"
	}
	return "change"
}

// makeRoom shifts the rows between the old place and the new one.
func makeRoom(ctx context.Context, tx *pg.Tx, l List, company int64, was Tag, to int) error {
	from, till, by := to, was.Position-1, 1
	if to > was.Position {
		from, till, by = was.Position+1, to, -1
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`update %s set position = position + $4 where company_id = $1 and position between $2 and $3 and id <> $5`, l), company, from, till, by, was.ID)
	return err
}

func clean(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	switch n := len([]rune(name)); {
	case n == 0:
		return "", fault.New(fault.Invalid, "tag.name", "Впишите название.").At("body.name", "впишите название")
	case n > 60:
		return "", fault.New(fault.Invalid, "tag.name", "Название длиннее 60 знаков.").At("body.name", "не длиннее 60 знаков")
	}
	return name, nil
}

// twice tells a name that is there already from other troubles.
func twice(err error, name string) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.Code == "23505" {
		return fault.New(fault.Invalid, "tag.twice", "«%s» уже есть в списке.", name).At("body.name", "такое название уже есть")
	}
	return err
}
