package reason_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/reason"
	"d24/internal/seed/seedtest"
	"d24/internal/supplier"
)

// noon of the demo city, a Tuesday.
var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// tickets are requests of a test: by reason, how many are open.
type tickets map[int64]int

func (o tickets) OpenOfReason(_ context.Context, _ *pg.Tx, id int64, limit int) (out []reason.OpenTicket, n int, err error) {
	for i := range min(o[id], limit) {
		out = append(out, reason.OpenTicket{ID: int64(i), Number: int64(100 + i), Address: "Озёрная, 2"})
	}
	return out, o[id], nil
}

type book struct {
	t    *testing.T
	db   *pg.DB
	s    *reason.Service
	open tickets
	ctx  context.Context // an administrator of company 1
}

func open(t *testing.T) *book {
	t.Helper()
	t.Parallel()
	b := &book{t: t, open: tickets{}, ctx: admin(1)}
	b.db = seedtest.New(t, clocktest.New(noon))
	b.s = reason.NewService(b.db)
	b.s.Suppliers, b.s.Tickets = supplier.NewService(b.db), b.open
	return b
}

func admin(company int64) context.Context {
	return access.With(context.Background(), access.Actor{Kind: access.Company, CompanyID: company, UserID: 1, Name: "Администратор"})
}

func (b *book) of(code string) reason.Reason {
	b.t.Helper()
	all, err := b.s.All(b.ctx, 1)
	require.NoError(b.t, err)
	i := slices.IndexFunc(all, func(r reason.Reason) bool { return r.Code == code })
	require.GreaterOrEqual(b.t, i, 0, code)
	return all[i]
}

func (b *book) one(q string, args ...any) (out string) {
	b.t.Helper()
	sys := access.AsSystem(b.ctx, "test")
	require.NoError(b.t, pg.Do(sys, b.db, func(tx *pg.Tx) error { return tx.QueryRow(sys, q, args...).Scan(&out) }))
	return out
}

// own is a reason of the company's own.
func own(b *book) reason.Body {
	return reason.Body{
		Category: "Двор", Name: "Не работает фонтан", Kind: reason.Planned, WorkTypeID: b.of("ВС-01").WorkTypeID, Synonyms: []string{"фонтан", "Фонтан", " нет струи "},
		Questions: []reason.Question{{Text: "Какой фонтан?", Type: reason.Choice, Options: []string{"большой", "малый"}, Required: true}, {Text: "Сколько струй?", Type: reason.Number}},
		Prices:    []reason.Price{},
		Rules:     reason.Rules{Finish: reason.Rule{Base: reason.Limit{Amount: 3, Unit: reason.WorkingDays}}, Accept: reason.Rule{Base: reason.Limit{Unit: reason.Minutes}}, Localise: reason.Rule{Base: reason.Limit{Unit: reason.Minutes}}},
	}
}

func TestACompanyAddsItsOwnReason(t *testing.T) {
	b := open(t)
	r, err := b.s.Create(b.ctx, 1, own(b))
	require.NoError(t, err)
	require.Equal(t, "СВ-01", r.Code)
	require.True(t, r.IsOwn)
	require.Equal(t, []string{"фонтан", "нет струи"}, r.Synonyms)
	require.Equal(t, []int{1, 2}, []int{r.Questions[0].ID, r.Questions[1].ID})
	kept := b.of("СВ-01")
	require.Equal(t, r.Body, kept.Body, "it is read as it was written")
	require.Empty(t, kept.Differs())
	found, err := b.s.Search(b.ctx, 1, "ytn cnheb", 5)
	require.NoError(t, err)
	require.Equal(t, "СВ-01", found[0].Code, "found at once, on the wrong layout too")
	require.Greater(t, found[0].Score, 0.4)
	second := own(b)
	_, err = b.s.Create(b.ctx, 1, second)
	require.Equal(t, "reason.twice", fault.CodeOf(err))
	second.Name = "Фонтан не светится"
	r, err = b.s.Create(b.ctx, 1, second)
	require.NoError(t, err)
	require.Equal(t, "СВ-02", r.Code)
	_, err = b.s.Create(b.ctx, 2, own(b))
	require.Equal(t, fault.NotFound, fault.KindOf(err), "another company's catalogue is closed")
	_, err = b.s.Change(admin(2), r.ID, 1, own(b))
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	require.Equal(t, "2", b.one(`select count(*)::text from audit_entries where action = 'reason.create' and object in ('reason:' || $1::text, 'reason:' || $2::text)`, fmt.Sprint(kept.ID), fmt.Sprint(r.ID)))
}

func TestManyAddAtOnceAndEachHasACode(t *testing.T) {
	b := open(t)
	var all sync.WaitGroup
	for i := range 8 {
		body := own(b)
		body.Name = fmt.Sprintf("Своя причина %d", i)
		all.Go(func() {
			if _, err := b.s.Create(b.ctx, 1, body); err != nil {
				t.Errorf("create: %v", err)
			}
		})
	}
	all.Wait()
	require.Equal(t, "8", b.one(`select count(distinct code)::text from reasons where company_id = 1 and is_own`))
}

func TestABaseIsOverriddenAndComesBack(t *testing.T) {
	b := open(t)
	r := b.of("ВС-01")
	require.Empty(t, r.Differs())
	body := r.Body
	body.Name, body.Safety = "Порыв", "Отойдите."
	body.Rules.Localise.Base = reason.Limit{Amount: 45, Unit: reason.Minutes}
	body.Questions = append([]reason.Question{{Text: "Новый вопрос?", Type: reason.YesNo}}, r.Questions[1:]...)
	now, err := b.s.Change(b.ctx, r.ID, r.Version, body)
	require.NoError(t, err)
	require.Equal(t, []string{"name", "rules", "safety", "questions"}, now.Differs())
	require.True(t, b.of("ВС-01").Laxer(), "45 minutes are more than 30")
	last := r.Questions[len(r.Questions)-1].ID
	require.Equal(t, last+1, now.Questions[0].ID, "the id of a question that is gone is not given again")
	require.Equal(t, r.Questions[1].ID, now.Questions[1].ID)

	body = now.Body
	body.Questions = body.Questions[1:]
	now, err = b.s.Change(b.ctx, r.ID, now.Version, body)
	require.NoError(t, err)
	body.Questions = append(body.Questions, reason.Question{Text: "Ещё один?", Type: reason.YesNo})
	now, err = b.s.Change(b.ctx, r.ID, now.Version, body)
	require.NoError(t, err)
	require.Equal(t, last+2, now.Questions[len(now.Questions)-1].ID, "nor is the id of one that came and went")

	now, err = b.s.Return(b.ctx, r.ID, now.Version, []string{"rules"})
	require.NoError(t, err)
	require.Equal(t, []string{"name", "safety", "questions"}, now.Differs())
	now, err = b.s.Return(b.ctx, r.ID, now.Version, nil)
	require.NoError(t, err)
	require.Empty(t, now.Differs())
	require.Equal(t, r.Body, b.of("ВС-01").Body)

	vs, err := b.s.Versions(b.ctx, r.ID)
	require.NoError(t, err)
	var said []string
	for _, v := range vs {
		said = append(said, fmt.Sprintf("%d %s %s %s", v.Version, v.Verb, v.By, strings.Join(v.Fields, ",")))
	}
	require.Equal(t, []string{"6 return Администратор name,safety,questions", "5 return Администратор rules", "4 change Администратор questions", "3 change Администратор questions", "2 change Администратор name,rules,safety,questions", "1 install  "}, said)
	require.Equal(t, "Порыв", vs[4].Body.Name)
	made, err := b.s.Create(b.ctx, 1, own(b))
	require.NoError(t, err)
	_, err = b.s.Return(b.ctx, made.ID, 1, nil)
	require.Equal(t, "reason.own", fault.CodeOf(err))
}

func TestTwoWhoChangeAtOnce(t *testing.T) {
	b := open(t)
	r := b.of("ЭЛ-07")
	var all sync.WaitGroup
	done := make(chan error, 10)
	for i := range 10 {
		body := r.Body
		body.Name = fmt.Sprintf("Не горит свет %d", i)
		all.Go(func() {
			_, err := b.s.Change(b.ctx, r.ID, r.Version, body)
			done <- err
		})
	}
	all.Wait()
	close(done)
	won := 0
	for err := range done {
		if err == nil {
			won++
			continue
		}
		require.Equal(t, "reason.changed", fault.CodeOf(err))
		require.Equal(t, fault.Conflict, fault.KindOf(err))
	}
	require.Equal(t, 1, won)
	require.Equal(t, "2", b.one(`select count(*)::text from reason_versions where reason_id = $1`, r.ID))
}

func TestArchivingNamesTheOpenRequests(t *testing.T) {
	b := open(t)
	r := b.of("ВС-02")
	b.open[r.ID] = 7
	_, err := b.s.Archive(b.ctx, r.ID, r.Version, true, false)
	require.Equal(t, "reason.in_use", fault.CodeOf(err))
	require.ErrorContains(t, err, "№ 100, Озёрная, 2; № 101, Озёрная, 2")
	require.ErrorContains(t, err, "и ещё 2")
	require.False(t, b.of("ВС-02").IsArchived)
	now, err := b.s.Archive(b.ctx, r.ID, r.Version, true, true)
	require.NoError(t, err)
	require.True(t, now.IsArchived)
	live, err := b.s.List(b.ctx, 1)
	require.NoError(t, err)
	require.Len(t, live, 99)
	found, err := b.s.Search(b.ctx, 1, "топит сверху", 1)
	require.NoError(t, err)
	require.NotEqual(t, "ВС-02", found[0].Code, "it is not offered any more")
	now, err = b.s.Archive(b.ctx, r.ID, now.Version, false, false)
	require.NoError(t, err)
	require.False(t, now.IsArchived)
	require.Equal(t, 3, now.Version)
}

func TestWhatIsWrongIsSaidAtItsField(t *testing.T) {
	b := open(t)
	r := b.of("ОТ-02")
	for where, spoil := range map[string]func(x *reason.Body){
		"body.name":                 func(x *reason.Body) { x.Name = "  " },
		"body.category":             func(x *reason.Body) { x.Category = strings.Repeat("ы", 61) },
		"body.work_type_id":         func(x *reason.Body) { x.WorkTypeID = 987654 },
		"body.supplier_id":          func(x *reason.Body) { x.SupplierID = 987654 },
		"body.promise":              func(x *reason.Body) { x.Promise = "Придём {завтра}" },
		"body.answer":               func(x *reason.Body) { x.Kind = reason.Consultation },
		"body.questions[0].text":    func(x *reason.Body) { x.Questions[0].Text = "" },
		"body.questions[0].options": func(x *reason.Body) { x.Questions[0].Type, x.Questions[0].Options = reason.Choice, []string{"да"} },
		"body.questions[1].options[1]": func(x *reason.Body) {
			x.Questions[1].Type, x.Questions[1].Options = reason.Choice, []string{"да", " "}
		},
		"body.prices[0].name":           func(x *reason.Body) { x.Prices = []reason.Price{{Amount: 100}} },
		"body.synonyms[0]":              func(x *reason.Body) { x.Synonyms = []string{strings.Repeat("ы", 61)} },
		"body.rules.accept.base.amount": func(x *reason.Body) { x.Rules.Accept.Base.Amount = 0 },
		"body.rules.finish.base.from":   func(x *reason.Body) { x.Rules.Finish.Base.From, x.Rules.Finish.Base.Till = 480, 500 },
		"body.rules.finish.base.unit":   func(x *reason.Body) { x.Rules.Finish.Base.Unit = "weeks" },
		"body.rules.finish.variants[0].when": func(x *reason.Body) {
			x.Rules.Finish.Variants = []reason.Variant{{Limit: reason.Limit{Amount: 1, Unit: reason.Hours}}}
		},
		"body.rules.finish.variants[1].amount": func(x *reason.Body) { x.Rules.Finish.Variants[1].Amount = -1 },
		"body.rules.finish.variants[0].when.season_till": func(x *reason.Body) {
			x.Rules.Finish.Variants[0].When.SeasonFrom, x.Rules.Finish.Variants[0].When.SeasonTill = "10-01", "02-31"
		},
	} {
		raw, err := json.Marshal(r.Body)
		require.NoError(t, err)
		var body reason.Body
		require.NoError(t, json.Unmarshal(raw, &body))
		spoil(&body)
		_, err = b.s.Change(b.ctx, r.ID, r.Version, body)
		var f *fault.Error
		require.True(t, fault.As(err, &f), "%s: %v", where, err)
		require.Equal(t, fault.Invalid, f.Kind, where)
		require.True(t, slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Location == where }), "%s: %v", where, f.Fields)
	}
	require.Equal(t, r.Body, b.of("ОТ-02").Body)
}

// TestARowOfAnOlderVersionIsReadAsTheBase: the program before knew minutes only.
func TestARowOfAnOlderVersionIsReadAsTheBase(t *testing.T) {
	b := open(t)
	sys := access.AsSystem(b.ctx, "test")
	require.NoError(t, pg.Do(sys, b.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(sys, `update reasons set terms = null, finish_min = case code when 'КН-01' then 90 else finish_min end where code in ('МС-01', 'КН-01')`)
		return err
	}))
	require.Empty(t, b.of("МС-01").Differs())
	require.Equal(t, 480, b.of("МС-01").Rules.Finish.Base.From, "the chute is counted from 8")
	require.Equal(t, reason.Limit{Amount: 90, Unit: reason.Minutes}, b.of("КН-01").Rules.Finish.Base, "what a company had set stays")
}
