package reason

import (
	"context"
	"embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"d24/internal/platform/pg"
	"d24/internal/search"
)

//go:embed catalogue/*.csv
var files embed.FS

// Catalogue is the base catalogue, the project's own: a company starts with a
// copy of it and changes the copy.
func Catalogue() (list []Reason, workTypes map[string]string, err error) {
	workTypes = map[string]string{} // code → work type
	basis, err := table("reasons_basis.csv", ';')
	if err != nil {
		return nil, nil, err
	}
	terms := map[string][]string{}
	for _, r := range basis[1:] {
		terms[r[0]] = r
	}
	synonyms, err := pairs("synonyms.csv")
	if err != nil {
		return nil, nil, err
	}
	safety, err := pairs("safety.csv")
	if err != nil {
		return nil, nil, err
	}
	choices, err := pairs("choices.csv")
	if err != nil {
		return nil, nil, err
	}
	rows, err := table("reasons.csv", ';')
	if err != nil {
		return nil, nil, err
	}
	for _, f := range rows[1:] {
		r := Reason{Code: f[0], Category: f[1], Name: f[2], Kind: Kind(f[3]), SupplierKind: f[6], Questions: questions(f[7], choices), Safety: safety[f[0]], Version: 1}
		workTypes[r.Code] = f[4]
		hours, err := strconv.ParseFloat(f[5], 64)
		if err != nil {
			return nil, nil, fmt.Errorf("reasons.csv %s: %w", f[0], err)
		}
		r.FinishMin = int(hours * 60)
		if t := terms[r.Code]; t != nil {
			r.LocaliseMin, _ = strconv.Atoi(t[1])
			r.Basis, r.Reference = t[3], t[4]
		}
		if r.Kind == Emergency {
			r.AcceptMin = 10
		}
		if s := synonyms[r.Code]; s != "" {
			r.Synonyms = strings.Split(s, "|")
		}
		list = append(list, r)
	}
	return list, workTypes, nil
}

func table(name string, comma rune) ([][]string, error) {
	f, err := files.Open("catalogue/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // embedded
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = comma, -1
	return r.ReadAll()
}

func pairs(name string) (map[string]string, error) {
	rows, err := table(name, ';')
	out := map[string]string{}
	for _, r := range rows {
		out[r[0]] = r[1]
	}
	return out, err
}

var (
	numbered = regexp.MustCompile(`\d\)\s*`)
	whether  = regexp.MustCompile(`(^Есть ли|^Получается|^Сможете| ли | дома[,?]|^Видно|^Идёт ли|^Работает|^Нужн[аоы]? ли)`)
)

// questions reads "1) … 2) …". A question named in choices ("a|b") becomes a choice,
// "Получается перекрыть?" a yes or no. The first one must be answered.
func questions(script string, choices map[string]string) []Question {
	out := []Question{}
	for _, t := range numbered.Split(script, -1) {
		t = strings.TrimSpace(t)
		if t == "" {
			continue
		}
		q := Question{ID: len(out) + 1, Text: t, Type: Text, Options: []string{}, Required: len(out) == 0}
		if c := choices[t]; c != "" {
			q.Type, q.Options = Choice, append(strings.Split(c, "|"), "не знает")
		} else if whether.MatchString(t) {
			q.Type = YesNo
		}
		out = append(out, q)
	}
	return out
}

// Install copies the base catalogue into a company. What is there already stays
// as the company has it.
func Install(ctx context.Context, tx *pg.Tx, companyID int64) error {
	list, workTypes, err := Catalogue()
	if err != nil {
		return err
	}
	for _, r := range list {
		q, err := json.Marshal(r.Questions)
		if err != nil {
			return err
		}
		words := search.Fold(r.Name + " " + strings.Join(r.Synonyms, " "))
		_, err = tx.Exec(ctx, `insert into reasons (company_id, code, category, name, kind, work_type_id, accept_min, localise_min, finish_min, basis, reference,
				supplier_kind, safety, questions, synonyms, search)
			values ($1, $2, $3, $4, $5, (select id from work_types where name = $6), nullif($7, 0), nullif($8, 0), nullif($9, 0), $10, $11, $12, $13, $14, $15, $16)
			on conflict (company_id, code) do nothing`,
			companyID, r.Code, r.Category, r.Name, r.Kind, workTypes[r.Code], r.AcceptMin, r.LocaliseMin, r.FinishMin, r.Basis, r.Reference,
			r.SupplierKind, r.Safety, q, r.Synonyms, words)
		if err != nil {
			return fmt.Errorf("install reason %s: %w", r.Code, err)
		}
	}
	return nil
}

// WorkTypes are the kinds of work the catalogue speaks of.
func WorkTypes() ([]string, error) {
	_, types, err := Catalogue()
	seen, out := map[string]bool{}, []string{}
	for _, t := range types {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out, err
}
