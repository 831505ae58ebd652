package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/sheet"
)

// Choice is what a person says about a table.
type Choice struct {
	Sheet, Header int
	Columns       string // «0:street,1:house»: column from 0, field
}

// columns reads a choice; faults stand at query.columns.
func (c Choice) columns(k Kind, h headings) (map[string]int, error) {
	bad := func(format string, args ...any) error {
		m := fmt.Sprintf(format, args...)
		return fault.New(fault.Invalid, "import.columns", "%s", upper(m)+".").At("query.columns", m)
	}
	labels, out := map[string]string{}, map[string]int{}
	for _, f := range k.Fields() {
		labels[f.Key] = f.Label
	}
	for _, s := range strings.Split(c.Columns, ",") {
		if s == "" {
			continue
		}
		at, key, _ := strings.Cut(s, ":")
		i, err := strconv.Atoi(at)
		switch _, twice := out[key]; {
		case err != nil || i < 0 || i >= len(h.columns) || labels[key] == "":
			return nil, bad("столбцы выбраны непонятно")
		case h.columns[i].IsNames:
			return nil, bad("в столбце «%s» имена людей: они не хранятся, столбец взять нельзя", h.columns[i].Heading)
		case twice:
			return nil, bad("«%s» выбрано дважды", labels[key])
		}
		out[key] = i
	}
	for _, f := range k.Fields() {
		if _, chosen := out[f.Key]; f.IsRequired && !chosen {
			return nil, bad("не выбран столбец «%s»", f.Label)
		}
	}
	return out, k.Fit(out)
}

func upper(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// Check reads a table whole, gives every row its verdict and keeps the good rows aside.
// Nothing real changes. A table may be checked again with other columns.
func (s *Service) Check(ctx context.Context, kind string, id int64, data []byte, c Choice) (Import, error) {
	k := s.kinds[kind]
	if _, err := s.Get(ctx, kind, id); err != nil { // a stranger's file is not looked at
		return Import{}, err
	}
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	default:
		return Import{}, fault.New(fault.Throttled, "import.busy", "Сейчас загружаются другие таблицы, повторите через минуту.")
	}
	t, err := sheet.Open(data)
	if err != nil {
		return Import{}, err
	}
	h, err := heading(t, k, c.Sheet, c.Header)
	if err != nil {
		return Import{}, err
	}
	cols, err := c.columns(k, h)
	if err != nil {
		return Import{}, err
	}
	defer s.progress(context.WithoutCancel(ctx), id, "", 0)
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		in, err := s.alone(ctx, tx, kind, id)
		if err != nil {
			return err
		}
		if in.State != "new" && in.State != "checked" {
			return fault.New(fault.Conflict, "import.over", "Эта загрузка уже закончена: начните новую.")
		}
		return s.check(ctx, tx, &run{in: in, kind: k, table: t, heads: h, cols: cols, sheet: c.Sheet})
	})
	if err != nil {
		return Import{}, err
	}
	return s.Get(ctx, kind, id)
}

// alone takes the company's turn: its tables are checked and applied one after another.
func (s *Service) alone(ctx context.Context, tx *pg.Tx, kind string, id int64) (Import, error) {
	in, err := s.byID(ctx, tx, kind, id)
	if err != nil {
		return in, err
	}
	var free bool
	if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(24003, $1::int)`, in.CompanyID%(1<<31)).Scan(&free); err != nil {
		return in, err
	}
	if !free {
		return in, fault.New(fault.Conflict, "import.turn", "Другая таблица этой компании ещё читается или применяется: дождитесь её.")
	}
	// rows written a moment ago have no statistics, and a plan of loops would take an hour
	if _, err := tx.Exec(ctx, `set local enable_nestloop = off`); err != nil {
		return in, err
	}
	return s.byID(ctx, tx, kind, id) // as it is now that it is ours
}

// run is one reading of a table.
type run struct {
	in    Import
	kind  Kind
	table *sheet.Table
	heads headings
	cols  map[string]int
	sheet int

	res  Result
	errs []Error
	told int // parts of a thousand shown last
}

func (s *Service) check(ctx context.Context, tx *pg.Tx, r *run) error {
	if err := r.kind.Drop(ctx, tx, []int64{r.in.ID}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from import_errors where import_id = $1`, r.in.ID); err != nil {
		return err
	}
	reader, err := r.kind.Open(ctx, tx, r.in)
	if err != nil {
		return err
	}
	r.res = Result{Notes: r.notes(), Columns: []string{}, Parts: []Part{}}
	for _, f := range r.kind.Fields() {
		if i, chosen := r.cols[f.Key]; chosen {
			r.res.Columns = append(r.res.Columns, f.Label+": "+r.name(i))
		}
	}
	err = r.table.Each(r.sheet, func(row sheet.Row, part float64) error {
		if row.Line <= r.heads.line {
			return nil
		}
		if done := int(part * 1000); done >= r.told+20 {
			r.told = done
			s.progress(ctx, r.in.ID, "reading", done)
		}
		r.res.Rows++
		return r.row(ctx, tx, reader, row)
	})
	if err != nil {
		return err
	}
	if err := r.flush(ctx, tx); err != nil {
		return err
	}
	s.progress(ctx, r.in.ID, "comparing", 1000)
	if r.res.Parts, err = reader.Close(ctx); err != nil {
		return err
	}
	raw, err := json.Marshal(r.res)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update imports set state = 'checked', result = $2, checked_at = $3 where id = $1`, r.in.ID, raw, tx.Now)
	return err
}

func (r *run) name(i int) string {
	if h := r.heads.columns[i].Heading; h != "" {
		return h
	}
	return fmt.Sprintf("столбец %d", i+1)
}

// notes tell what of the table is left out.
func (r *run) notes() []string {
	out, chosen := []string{}, map[int]bool{}
	for _, i := range r.cols {
		chosen[i] = true
	}
	for _, c := range r.heads.columns {
		switch {
		case c.IsNames:
			out = append(out, fmt.Sprintf("Столбец «%s» не прочитан: имена людей здесь не хранятся.", r.name(c.Index)))
		case !chosen[c.Index] && c.Heading != "":
			out = append(out, fmt.Sprintf("Столбец «%s» не выбран.", c.Heading))
		}
	}
	return out
}

// row gives one row its verdict.
func (r *run) row(ctx context.Context, tx *pg.Tx, reader Reader, row sheet.Row) error {
	rec := Record{Line: row.Line, row: row, cols: r.cols}
	var bad []Bad
	empty := true
	for key := range r.cols {
		c := rec.Cell(key)
		empty = empty && c.Text == "" && c.Trouble == ""
		if c.Trouble != "" {
			bad = append(bad, Bad{key, c.Text, c.Trouble.Words()})
		}
	}
	if empty {
		r.res.Rows-- // other columns only: a line of totals, a remark
		return nil
	}
	if len(bad) == 0 {
		var err error
		if bad, err = reader.Read(ctx, rec); err != nil {
			return err
		}
	}
	if len(bad) > 0 {
		r.res.Bad++
	}
	for _, b := range bad {
		e := Error{Line: row.Line, Value: short(b.Value), Message: b.Message}
		if i, chosen := r.cols[b.Key]; chosen {
			e.Field = r.name(i)
		}
		r.errs = append(r.errs, e)
	}
	if len(r.errs) >= 2000 {
		return r.flush(ctx, tx)
	}
	return nil
}

func (r *run) flush(ctx context.Context, tx *pg.Tx) error {
	lines, fields, values, messages := []int{}, []string{}, []string{}, []string{}
	for _, e := range r.errs {
		lines, fields, values, messages = append(lines, e.Line), append(fields, e.Field), append(values, strings.ToValidUTF8(e.Value, "")), append(messages, e.Message)
	}
	r.errs = r.errs[:0]
	_, err := tx.Exec(ctx, `insert into import_errors (company_id, import_id, line, field, value, message) select $1, $2, * from unnest($3::int[], $4::text[], $5::text[], $6::text[])`,
		r.in.CompanyID, r.in.ID, lines, fields, values, messages)
	return err
}

// progress is told beside the transaction, so that others see it; a failure is no harm.
func (s *Service) progress(ctx context.Context, id int64, step string, done int) {
	_ = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update imports set step = $2, done = $3 where id = $1`, id, step, done)
		return err
	})
}

// Apply makes a checked table real in one transaction: all of it or nothing. With bad
// rows it must be told to take only the good ones.
func (s *Service) Apply(ctx context.Context, kind string, id int64, onlyGood bool) (Import, error) {
	defer s.progress(context.WithoutCancel(ctx), id, "", 0)
	err := pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		in, err := s.alone(ctx, tx, kind, id)
		if err != nil {
			return err
		}
		switch {
		case in.State != "checked":
			return fault.New(fault.Conflict, "import.state", "Эту загрузку применить нельзя: проверьте таблицу заново.")
		case in.Result.Bad > 0 && !onlyGood:
			return fault.New(fault.Conflict, "import.bad_rows", "В таблице есть строки с ошибками (%d): исправьте их или загрузите только хорошие.", in.Result.Bad)
		}
		s.progress(ctx, id, "applying", 0)
		in.Result.OnlyGood = in.Result.Bad > 0
		if in.Result.Parts, err = s.kinds[kind].Apply(ctx, tx, in); err != nil {
			return err
		}
		if err := s.kinds[kind].Drop(ctx, tx, []int64{id}); err != nil {
			return err
		}
		raw, err := json.Marshal(in.Result)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update imports set state = 'applied', result = $2, applied_at = $3 where id = $1`, id, raw, tx.Now)
		return err
	})
	if err != nil {
		return Import{}, err
	}
	return s.Get(ctx, kind, id)
}
