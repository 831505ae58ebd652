package reason

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Limits of what a person may write; the API has the same.
const (
	maxQuestions = 20
	maxOptions   = 12
	maxSynonyms  = 60
	maxPrices    = 100
	maxVariants  = 6
	maxCounted   = 240 * 60 // minutes within hours of the day
)

// findings gathers what is wrong with a form, at its fields.
type findings struct{ *fault.Error }

func (f findings) at(ok bool, where, format string, args ...any) {
	if !ok && len(f.Fields) < 30 {
		_ = f.At("body."+where, fmt.Sprintf(format, args...))
	}
}

func (f findings) line(s *string, where string, required bool, longest int) {
	*s = strings.Join(strings.Fields(*s), " ")
	f.at(*s != "" || !required, where, "впишите")
	f.at(len([]rune(*s)) <= longest, where, "не длиннее %d знаков", longest)
}

func (f findings) text(s *string, where string) {
	*s = strings.TrimSpace(*s)
	f.at(len([]rune(*s)) <= 2000, where, "не длиннее 2000 знаков")
}

// check puts a body in order and says what is wrong at each field. before are the
// questions it had: their ids stay theirs.
func (s *Service) check(ctx context.Context, tx *pg.Tx, companyID, id int64, b *Body, before []Question) error {
	f := findings{fault.New(fault.Invalid, "reason.wrong", "Причина не сохранена: исправьте отмеченное.")}
	f.line(&b.Category, "category", true, 60)
	f.line(&b.Name, "name", true, 150)
	f.at(slices.Contains([]Kind{Emergency, Planned, Paid, Consultation}, b.Kind), "kind", "выберите вид")
	f.text(&b.Safety, "safety")
	f.text(&b.Promise, "promise")
	f.text(&b.Answer, "answer")
	f.at(b.Answer != "" || b.Kind != Consultation, "answer", "напишите, что ответить жителю")
	f.line(&b.SupplierKind, "supplier_kind", false, 60)
	b.promised(f)
	next, err := nextQuestion(ctx, tx, id, before)
	if err != nil {
		return err
	}
	b.ask(f, before, next)
	b.words(f)
	b.price(f)
	b.limits(f)
	if b.WorkTypeID != 0 {
		var known bool
		if err := tx.QueryRow(ctx, `select exists (select from work_types where id = $1)`, b.WorkTypeID).Scan(&known); err != nil {
			return err
		}
		f.at(known, "work_type_id", "выберите вид работ из списка")
	}
	f.at(b.WorkTypeID != 0 || b.Kind != Emergency, "work_type_id", "аварийной причине нужен вид работ: по нему находят исполнителя")
	if b.SupplierID != 0 {
		known, err := s.Suppliers.Has(ctx, tx, companyID, b.SupplierID)
		if err != nil {
			return err
		}
		f.at(known, "supplier_id", "выберите организацию из списка компании")
	}
	if len(f.Fields) > 0 {
		return f.Error
	}
	return s.unique(ctx, tx, companyID, id, *b)
}

func (s *Service) unique(ctx context.Context, tx *pg.Tx, companyID, id int64, b Body) error {
	var twin bool
	err := tx.QueryRow(ctx, `select exists (select from reasons where company_id = $1 and id <> $2 and not is_archived and lower(name) = lower($3) and lower(category) = lower($4))`,
		companyID, id, b.Name, b.Category).Scan(&twin)
	if err == nil && twin {
		return fault.New(fault.Invalid, "reason.twice", "Причина «%s» уже есть в этом разделе.", b.Name).At("body.name", "такая причина уже есть")
	}
	return err
}

// Places of a promise that the program fills.
var places = []string{"{number}", "{localise}", "{finish}"}

func (b *Body) promised(f findings) {
	rest := b.Promise
	for _, p := range places {
		rest = strings.ReplaceAll(rest, p, "")
	}
	f.at(!strings.ContainsAny(rest, "{}"), "promise", "в скобках бывает только {number}, {localise} и {finish}")
	f.at(!strings.Contains(b.Promise, "{localise}") || b.Rules.Localise.Base.Amount > 0, "promise", "срока локализации у причины нет")
	f.at(!strings.Contains(b.Promise, "{finish}") || b.Rules.Finish.Base.Amount > 0, "promise", "срока выполнения у причины нет")
}

// nextQuestion is an id that no question of the reason has ever had: answers of old
// requests are kept by it.
func nextQuestion(ctx context.Context, tx *pg.Tx, reasonID int64, before []Question) (next int, err error) {
	err = tx.QueryRow(ctx, `select coalesce(max((q ->> 'id')::int), 0) + 1 from reason_versions v cross join jsonb_array_elements(v.body -> 'questions') q where v.reason_id = $1`, reasonID).Scan(&next)
	for _, q := range before {
		next = max(next, q.ID+1)
	}
	return next, err
}

func (b *Body) ask(f findings, before []Question, next int) {
	f.at(len(b.Questions) <= maxQuestions, "questions", "не больше %d вопросов", maxQuestions)
	known, seen := map[int]bool{}, map[int]bool{}
	for _, q := range before {
		known[q.ID] = true
	}
	if b.Questions == nil {
		b.Questions = []Question{}
	}
	for i := range b.Questions {
		q, at := &b.Questions[i], fmt.Sprintf("questions[%d].", i)
		if !known[q.ID] || seen[q.ID] { // a new one
			q.ID = next
			next++
		}
		seen[q.ID] = true
		f.line(&q.Text, at+"text", true, 200)
		f.at(slices.Contains([]QuestionType{Choice, Number, YesNo, Text}, q.Type), at+"type", "выберите, как отвечать")
		if q.Options == nil || q.Type != Choice {
			q.Options = []string{}
		}
		if q.Type != Number {
			q.Fact = ""
		}
		f.at(slices.Contains([]Fact{"", Temperature, Inputs}, q.Fact), at+"fact", "выберите из списка")
		if q.Type == Choice {
			q.choices(f, at)
		}
	}
}

func (q *Question) choices(f findings, at string) {
	f.at(len(q.Options) >= 2, at+"options", "нужны хотя бы два варианта")
	f.at(len(q.Options) <= maxOptions, at+"options", "не больше %d вариантов", maxOptions)
	for j := range q.Options {
		f.line(&q.Options[j], fmt.Sprintf("%soptions[%d]", at, j), true, 60)
		f.at(!slices.Contains(q.Options[:j], q.Options[j]), at+"options", "вариант «%s» повторяется", q.Options[j])
	}
}

func (b *Body) words(f findings) {
	f.at(len(b.Synonyms) <= maxSynonyms, "synonyms", "не больше %d слов и выражений", maxSynonyms)
	out := []string{}
	for i, w := range b.Synonyms {
		f.line(&w, fmt.Sprintf("synonyms[%d]", i), false, 60)
		if w != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, w) }) {
			out = append(out, w)
		}
	}
	b.Synonyms = out
}

func (b *Body) price(f findings) {
	f.at(len(b.Prices) <= maxPrices, "prices", "не больше %d строк", maxPrices)
	if b.Prices == nil {
		b.Prices = []Price{}
	}
	for i := range b.Prices {
		p, at := &b.Prices[i], fmt.Sprintf("prices[%d].", i)
		f.line(&p.Name, at+"name", true, 150)
		f.line(&p.Unit, at+"unit", false, 20)
		f.at(p.Amount >= 0 && p.Amount <= 100_000_000_00, at+"amount", "от 0 до 100 000 000 рублей")
	}
}

func (b *Body) limits(f findings) {
	b.Rules.check(f)
	f.at(b.Kind != Emergency || b.Rules.Accept.Base.Amount > 0, "rules.accept.base.amount", "аварийной причине нужен срок принятия")
}

// Check puts rules in order and says what is wrong with them, at "body.rules.…".
func (r *Rules) Check() error {
	f := findings{fault.New(fault.Invalid, "reason.wrong", "Исправьте отмеченное.")}
	if r.check(f); len(f.Fields) > 0 {
		return f.Error
	}
	return nil
}

func (r *Rules) check(f findings) {
	for _, s := range Stages {
		rule, at := r.Of(s), fmt.Sprintf("rules.%s.", s)
		rule.Base.check(f, at+"base.")
		f.at(len(rule.Variants) <= maxVariants, at+"variants", "не больше %d условий", maxVariants)
		if rule.Variants == nil {
			rule.Variants = []Variant{}
		}
		for i := range rule.Variants {
			v := &rule.Variants[i]
			v.When.check(f, fmt.Sprintf("%svariants[%d].", at, i))
			v.check(f, fmt.Sprintf("%svariants[%d].", at, i))
		}
	}
}

func (l *Limit) check(f findings, at string) {
	longest := map[Unit]int{Minutes: 365 * 24 * 60, Hours: 365 * 24, WorkingDays: 250}[l.Unit]
	f.at(longest > 0, at+"unit", "выберите, в чём считать")
	f.at(l.Amount >= 0 && (longest == 0 || l.Amount <= longest), at+"amount", "от 0 (без срока) до года")
	if l.Unit == WorkingDays || l.From == l.Till {
		l.From, l.Till = 0, 0
		return
	}
	day := func(m int) bool { return m >= 0 && m <= 24*60 }
	span := l.Till - l.From
	if span < 0 {
		span += 24 * 60
	}
	f.at(day(l.From) && day(l.Till) && span >= 60, at+"from", "время счёта – не короче часа, от 00:00 до 24:00")
	f.at(l.minutes() <= maxCounted, at+"amount", "по часам дня считается не больше 240 часов")
}

func (c *Condition) check(f findings, at string) {
	f.at(*c != Condition{}, at+"when", "укажите условие: дни года, температуру или вводы")
	if c.SeasonFrom != "" || c.SeasonTill != "" {
		_, err := time.Parse("01-02", c.SeasonFrom)
		f.at(err == nil, at+"when.season_from", "укажите день, например 1 октября")
		_, err = time.Parse("01-02", c.SeasonTill)
		f.at(err == nil, at+"when.season_till", "укажите день, например 30 апреля")
	}
	for name, t := range map[string]*float64{"temp_from": c.TempFrom, "temp_below": c.TempBelow} {
		f.at(t == nil || *t >= -50 && *t <= 60, at+"when."+name, "от −50 до 60 °C")
	}
	f.at(c.TempFrom == nil || c.TempBelow == nil || *c.TempFrom < *c.TempBelow, at+"when.temp_below", "должна быть выше начала")
	f.at(c.Inputs >= 0 && c.Inputs <= 9, at+"when.inputs", "от 1 до 9")
}
