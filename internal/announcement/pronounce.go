package announcement

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Pronunciation is a word and how it is said.
type Pronunciation struct {
	ID        int64
	CompanyID int64 // 0: the platform's
	Word      string
	Say       string
}

// dictionary is a company's words over the platform's.
type dictionary struct {
	find *regexp.Regexp // nil: no words
	say  map[string]string
}

const words = `select id, coalesce(company_id, 0), word, say from pronunciations where coalesce(company_id, 0) = any($1)`

func pronunciations(ctx context.Context, tx *pg.Tx, companies []int64) ([]Pronunciation, error) {
	rows, err := tx.Query(ctx, words+` order by lower(word), id`, companies)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Pronunciation])
}

func (s *Service) dictionary(ctx context.Context, tx *pg.Tx, companyID int64) (dictionary, error) {
	ps, err := pronunciations(ctx, tx, []int64{0, companyID})
	return newDictionary(ps), err
}

func newDictionary(ps []Pronunciation) dictionary {
	d := dictionary{say: map[string]string{}}
	slices.SortStableFunc(ps, func(a, b Pronunciation) int { return len(b.Word) - len(a.Word) }) // the longest first
	var found []string
	for _, p := range ps {
		word := strings.ToLower(p.Word)
		if _, known := d.say[word]; !known {
			found = append(found, regexp.QuoteMeta(p.Word))
		}
		if _, known := d.say[word]; !known || p.CompanyID != 0 {
			d.say[word] = p.Say
		}
	}
	if len(found) > 0 {
		d.find = regexp.MustCompile(`(?i)(` + strings.Join(found, "|") + `)`)
	}
	return d
}

// pronounce puts words as they are said; only whole ones.
func (d dictionary) pronounce(text string) string {
	if d.find == nil {
		return text
	}
	var b strings.Builder
	last := 0
	for _, at := range d.find.FindAllStringIndex(text, -1) {
		if letterBefore(text, at[0]) || letterAfter(text, at[1]) {
			continue
		}
		b.WriteString(text[last:at[0]])
		b.WriteString(d.say[strings.ToLower(text[at[0]:at[1]])])
		last = at[1]
	}
	return b.String() + text[last:]
}

var (
	endsInLetter   = regexp.MustCompile(`[\p{L}\d]$`)
	beginsInLetter = regexp.MustCompile(`^[\p{L}\d]`)
)

func letterBefore(s string, at int) bool { return endsInLetter.MatchString(s[:at]) }
func letterAfter(s string, at int) bool  { return beginsInLetter.MatchString(s[at:]) }

func (d dictionary) speech(text, file string, spare telephony.Spare) telephony.Speech {
	s := telephony.Speech{Text: text, File: file, Spare: spare}
	if said := d.pronounce(text); said != text {
		s.Say = said
	}
	return s
}

// Pronounced is words as a company has them said.
func (s *Service) Pronounced(ctx context.Context, tx *pg.Tx, companyID int64, in telephony.Speech) (telephony.Speech, error) {
	if in.Text == "" {
		return in, nil
	}
	d, err := s.dictionary(ctx, tx, companyID)
	if said := d.pronounce(in.Text); said != in.Text {
		in.Say = said
	}
	return in, err
}

// Pronunciations are a company's and, after them, the platform's.
func (s *Service) Pronunciations(ctx context.Context, companyID int64) ([]Pronunciation, int64, error) {
	companyID, err := owner(ctx, companyID)
	if err != nil {
		return nil, 0, err
	}
	ps, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Pronunciation, error) {
		return pronunciations(ctx, tx, []int64{0, companyID})
	})
	return ps, companyID, err
}

const wordsMost = 500

// Pronounce keeps how a word is said; a word that is there already is said anew.
func (s *Service) Pronounce(ctx context.Context, p Pronunciation) (_ Pronunciation, err error) {
	if p.CompanyID, err = owner(ctx, p.CompanyID); err != nil {
		return p, err
	}
	p.Word, p.Say = strings.Join(strings.Fields(p.Word), " "), strings.Join(strings.Fields(p.Say), " ")
	if n := len([]rune(p.Word)); n < 2 || n > 60 || !beginsInLetter.MatchString(p.Word) {
		return p, fault.New(fault.Invalid, "pronunciation.word", "Слово пишут буквами, от 2 до 60 знаков.").At("body.word", "от 2 до 60 знаков, с буквы или цифры")
	}
	if n := len([]rune(p.Say)); n < 1 || n > 120 {
		return p, fault.New(fault.Invalid, "pronunciation.say", "Впишите, как это произносить: до 120 знаков.").At("body.say", "до 120 знаков")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Pronunciation, error) {
		all, err := pronunciations(ctx, tx, []int64{p.CompanyID})
		if err != nil {
			return p, err
		}
		var was any
		for _, old := range all {
			if strings.EqualFold(old.Word, p.Word) {
				was = old
			}
		}
		if was == nil && len(all) >= wordsMost {
			return p, fault.New(fault.Invalid, "pronunciation.many", "Слов уже %d: удалите лишние.", wordsMost).At("body.word", "слов слишком много")
		}
		err = tx.QueryRow(ctx, `insert into pronunciations (company_id, word, say) values (nullif($1, 0), $2, $3)
			on conflict (company_id, lower(word)) do update set word = excluded.word, say = excluded.say returning id`, p.CompanyID, p.Word, p.Say).Scan(&p.ID)
		if err != nil {
			return p, err
		}
		return p, audit.Change(ctx, tx, p.CompanyID, "pronunciation.set", fmt.Sprintf("pronunciation:%d", p.ID), was, p)
	})
}

// Forget removes a word: it is said as the voice reads it, or as the platform has it.
func (s *Service) Forget(ctx context.Context, id int64) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, coalesce(company_id, 0), word, say from pronunciations where id = $1 for update`, id)
		if err != nil {
			return err
		}
		ps, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Pronunciation])
		if err != nil {
			return err
		}
		if len(ps) == 0 {
			return fault.Missing("pronunciation")
		}
		was := ps[0]
		if _, err := tx.Exec(ctx, `delete from pronunciations where id = $1`, id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "pronunciation.drop", fmt.Sprintf("pronunciation:%d", id), was, nil)
	})
}
