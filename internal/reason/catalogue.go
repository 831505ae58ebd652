package reason

import (
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"d24/internal/platform/pg"
)

//go:embed catalogue/*.csv
var files embed.FS

// Catalogue is the base catalogue, the project's own: a company starts with a
// copy of it and changes the copy. workTypes is code → kind of work.
func Catalogue() (list []Reason, workTypes map[string]string, err error) {
	b := base()
	return slices.Clone(b.list), b.workTypes, nil
}

type catalogue struct {
	list      []Reason
	byCode    map[string]Reason
	workTypes map[string]string
	law       map[string]Law
}

// base is the embedded catalogue; a broken file stops the program and its tests.
var base = sync.OnceValue(func() catalogue {
	c, err := read()
	if err != nil {
		panic(fmt.Errorf("reason: the base catalogue: %w", err))
	}
	return c
})

// words are the small tables that go with reasons.csv.
type words struct{ synonyms, safety, choices, facts, answers map[string]string }

func readWords() (w words, err error) {
	for name, to := range map[string]*map[string]string{
		"synonyms.csv": &w.synonyms, "safety.csv": &w.safety, "choices.csv": &w.choices, "facts.csv": &w.facts, "answers.csv": &w.answers,
	} {
		if *to, err = pairs(name); err != nil {
			return w, err
		}
	}
	return w, nil
}

func read() (c catalogue, err error) {
	c = catalogue{byCode: map[string]Reason{}, workTypes: map[string]string{}}
	basis, err := table("reasons_basis.csv")
	if err != nil {
		return c, err
	}
	terms := map[string][]string{}
	for _, r := range basis[1:] {
		terms[r[0]] = r
	}
	w, err := readWords()
	if err != nil {
		return c, err
	}
	if c.law, err = readLaw(); err != nil {
		return c, err
	}
	rows, err := table("reasons.csv")
	if err != nil {
		return c, err
	}
	for _, f := range rows[1:] {
		r := Reason{Code: f[0], Version: 1, Body: Body{
			Category: f[1], Name: f[2], Kind: Kind(f[3]), SupplierKind: f[6], Questions: questions(f[7], w.choices, w.facts),
			Safety: w.safety[f[0]], Answer: w.answers[f[0]], Synonyms: []string{}, Prices: []Price{},
		}}
		c.workTypes[r.Code] = f[4]
		hours, err := strconv.ParseFloat(f[5], 64)
		if err != nil {
			return c, fmt.Errorf("reasons.csv %s: %w", f[0], err)
		}
		r.FinishMin = int(hours * 60)
		if t := terms[r.Code]; t != nil {
			r.LocaliseMin, _ = strconv.Atoi(t[1])
			r.Basis, r.Reference = t[3], t[4]
		}
		if r.Kind == Emergency {
			r.AcceptMin = 10
		}
		if s := w.synonyms[r.Code]; s != "" {
			r.Synonyms = strings.Split(s, "|")
		}
		r.Rules = preset(r, c.law[r.Code])
		c.list = append(c.list, r)
		c.byCode[r.Code] = r
	}
	return c, nil
}

// preset is the law's limits where it sets them, with their conditions, and the
// catalogue's own minutes where not.
func preset(r Reason, law Law) Rules {
	out := rulesOf(r.AcceptMin, r.LocaliseMin, r.FinishMin)
	for _, s := range Stages {
		if law.References[s] != "" {
			*out.Of(s) = *law.Of(s)
		}
	}
	return out
}

func rulesOf(accept, localise, finish int) (out Rules) {
	for s, n := range map[Stage]int{ToAccept: accept, ToLocalise: localise, ToFinish: finish} {
		*out.Of(s) = Rule{Base: ofMinutes(n), Variants: []Variant{}}
	}
	return out
}

func table(name string) ([][]string, error) {
	f, err := files.Open("catalogue/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // embedded
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	return r.ReadAll()
}

func pairs(name string) (map[string]string, error) {
	rows, err := table(name)
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
// one named in facts a number, "Получается перекрыть?" a yes or no. The first one
// must be answered.
func questions(script string, choices, facts map[string]string) []Question {
	out := []Question{}
	for _, t := range numbered.Split(script, -1) {
		t = strings.TrimSpace(t)
		if t == "" {
			continue
		}
		q := Question{ID: len(out) + 1, Text: t, Type: Text, Options: []string{}, Required: len(out) == 0}
		if f := facts[t]; f != "" {
			q.Type, q.Fact = Number, Fact(f)
		} else if c := choices[t]; c != "" {
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
		q, terms, err := r.json()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into reasons (company_id, code, category, name, kind, work_type_id, accept_min, localise_min, finish_min, basis, reference,
				supplier_kind, safety, questions, synonyms, search, answer, terms)
			values ($1, $2, $3, $4, $5, (select id from work_types where name = $6), nullif($7, 0), nullif($8, 0), nullif($9, 0), $10, $11, $12, $13, $14, $15, $16, $17, $18)
			on conflict (company_id, code) do nothing`,
			companyID, r.Code, r.Category, r.Name, r.Kind, workTypes[r.Code], r.AcceptMin, r.LocaliseMin, r.FinishMin, r.Basis, r.Reference,
			r.SupplierKind, r.Safety, q, r.Synonyms, r.searched(), r.Answer, terms)
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
