package shift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// QueueSettings are how the queue works for everybody.
type QueueSettings struct {
	RingSec     int               `json:"ring_sec"`
	WrapUpSec   int               `json:"wrap_up_sec"`
	LanguageSec int               `json:"language_sec"`
	Surge       int               `json:"surge"`
	SlowCalls   int               `json:"slow_calls"` // so many empty calls of a number make it wait longer; 0: none does (F17)
	SlowHours   int               `json:"slow_hours"` // within so long
	Pauses      []telephony.Pause `json:"pauses"`
	Version     int               `json:"-"`
}

// CompanyQueue is what a company has of its own.
type CompanyQueue struct {
	CompanyID int64  `json:"-"`
	Name      string `json:"-"`
	Weight    int    `json:"weight"`
	WrapUpSec *int   `json:"wrap_up_sec"` // nil: as everybody's
	Language  string `json:"language"`    // of its callers; "" Russian
}

// LineQueue is the language of who calls a number.
type LineQueue struct {
	LineID    int64
	CompanyID int64 // 0: a city's number
	Company   string
	Phone     string
	Language  string // "" as the company's
}

// Queue is all settings of the queue that the actor may see.
type Queue struct {
	QueueSettings
	Companies []CompanyQueue
	Lines     []LineQueue
}

const (
	maxPauses     = 9 // a digit each on the desk
	maxPauseName  = 40
	maxPauseLimit = 480
	maxWeight     = 10
)

const settingsColumns = `select ring_sec, wrap_up_sec, language_sec, surge, slow_calls, slow_hours, pauses, version from queue_settings`

func settings(ctx context.Context, tx *pg.Tx, more string) (s QueueSettings, err error) {
	err = tx.QueryRow(ctx, settingsColumns+more).Scan(&s.RingSec, &s.WrapUpSec, &s.LanguageSec, &s.Surge, &s.SlowCalls, &s.SlowHours, &s.Pauses, &s.Version)
	return s, err
}

// Queue is how the queue is set.
func (s *Service) Queue(ctx context.Context) (q Queue, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if q.QueueSettings, err = settings(ctx, tx, ""); err != nil {
			return err
		}
		if q.Companies, err = s.companyQueues(ctx, tx, 0); err != nil {
			return err
		}
		q.Lines, err = s.lineQueues(ctx, tx, 0)
		return err
	})
	return q, err
}

// companyQueues are the companies the actor sees with what they have of their own; id 0: all.
func (s *Service) companyQueues(ctx context.Context, tx *pg.Tx, id int64) (out []CompanyQueue, err error) {
	rows, err := tx.Query(ctx, `select company_id, weight, wrap_up_sec, language from queue_companies`)
	if err != nil {
		return nil, err
	}
	own := map[int64]CompanyQueue{}
	var q CompanyQueue
	if _, err := pgx.ForEachRow(rows, []any{&q.CompanyID, &q.Weight, &q.WrapUpSec, &q.Language}, func() error {
		own[q.CompanyID] = q
		q.WrapUpSec = nil
		return nil
	}); err != nil {
		return nil, err
	}
	names, err := s.Companies.Names(ctx, tx)
	for _, c := range names {
		if id != 0 && c.ID != id {
			continue
		}
		q, has := own[c.ID]
		if !has {
			q = CompanyQueue{CompanyID: c.ID, Weight: 1}
		}
		q.Name = c.Name
		out = append(out, q)
	}
	return out, err
}

// lineQueues are the numbers the actor sees with their languages; id 0: all.
func (s *Service) lineQueues(ctx context.Context, tx *pg.Tx, id int64) (out []LineQueue, err error) {
	rows, err := tx.Query(ctx, `select line_id, language from queue_lines`)
	if err != nil {
		return nil, err
	}
	own := map[int64]string{}
	var line int64
	var language string
	if _, err := pgx.ForEachRow(rows, []any{&line, &language}, func() error {
		own[line] = language
		return nil
	}); err != nil {
		return nil, err
	}
	numbers, err := s.Companies.Numbers(ctx, tx)
	for _, n := range numbers {
		if id == 0 || n.LineID == id {
			out = append(out, LineQueue{LineID: n.LineID, CompanyID: n.CompanyID, Company: n.Company, Phone: n.Phone, Language: own[n.LineID]})
		}
	}
	return out, err
}

// KeepQueue changes how the queue works; the phone engine works so within two seconds.
// fault.Conflict when somebody changed it meanwhile.
func (s *Service) KeepQueue(ctx context.Context, n QueueSettings) (out QueueSettings, err error) {
	if n.Pauses, err = cleanPauses(n.Pauses); err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := settings(ctx, tx, " for update")
		if err != nil {
			return err
		}
		if n.Version != was.Version {
			return fault.New(fault.Conflict, "queue.changed", "Настройки очереди уже изменил другой пользователь. Откройте их заново.")
		}
		out = n
		out.Version++
		if _, err := tx.Exec(ctx, `update queue_settings set ring_sec = $1, wrap_up_sec = $2, language_sec = $3, surge = $4, pauses = $5, version = $6, slow_calls = $7, slow_hours = $8`,
			n.RingSec, n.WrapUpSec, n.LanguageSec, n.Surge, n.Pauses, out.Version, n.SlowCalls, n.SlowHours); err != nil {
			return err
		}
		if err := live.Tell(ctx, tx, live.Change{Topic: "operator"}); err != nil {
			return err
		}
		return audit.Change(ctx, tx, 0, "queue.change", "queue:1", was, n)
	})
	return out, err
}

func cleanPauses(in []telephony.Pause) ([]telephony.Pause, error) {
	out := make([]telephony.Pause, 0, len(in))
	for n, p := range in {
		p.Name = strings.Join(strings.Fields(p.Name), " ")
		place := func(part string) string { return fmt.Sprintf("body.pauses[%d].%s", n, part) }
		same := func(x telephony.Pause) bool { return strings.EqualFold(x.Name, p.Name) }
		switch {
		case p.Name == "":
			return nil, fault.New(fault.Invalid, "pause.name", "Назовите причину перерыва.").At(place("name"), "не заполнено")
		case len([]rune(p.Name)) > maxPauseName:
			return nil, fault.New(fault.Invalid, "pause.long", "Причина перерыва слишком длинная.").At(place("name"), "не длиннее 40 знаков")
		case slices.ContainsFunc(out, same):
			return nil, fault.New(fault.Invalid, "pause.twice", "Такая причина перерыва уже есть.").At(place("name"), "повторяется")
		case p.LimitMin < 0 || p.LimitMin > maxPauseLimit:
			return nil, fault.New(fault.Invalid, "pause.limit", "Неверный предел перерыва.").At(place("limit_min"), "от 0 до 480 минут")
		}
		out = append(out, p)
	}
	if len(out) == 0 || len(out) > maxPauses {
		return nil, fault.New(fault.Invalid, "pause.many", "Причин перерыва должно быть от одной до девяти.").At("body.pauses", "от 1 до 9")
	}
	return out, nil
}

// spoken refuses a language that nobody could choose; "" is Russian.
func spoken(l string) error {
	if l != "" && !slices.Contains(telephony.Languages, l) {
		return fault.New(fault.Invalid, "language.unknown", "Выберите язык из списка.").At("body.language", "такого нет")
	}
	return nil
}

// KeepCompany sets a company's share in a surge, its wrap-up and the language of its callers.
func (s *Service) KeepCompany(ctx context.Context, n CompanyQueue) (out CompanyQueue, err error) {
	if err := spoken(n.Language); err != nil {
		return out, err
	}
	if n.Weight < 1 || n.Weight > maxWeight {
		return out, fault.New(fault.Invalid, "queue.weight", "Неверная доля.").At("body.weight", "от 1 до 10")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := s.companyQueues(ctx, tx, n.CompanyID)
		if err != nil {
			return err
		}
		if len(was) == 0 || !tx.Actor.Serves(n.CompanyID) {
			return fault.Missing("company")
		}
		if _, err := tx.Exec(ctx, `insert into queue_companies (company_id, weight, wrap_up_sec, language) values ($1, $2, $3, $4)
			on conflict (company_id) do update set weight = excluded.weight, wrap_up_sec = excluded.wrap_up_sec, language = excluded.language`, n.CompanyID, n.Weight, n.WrapUpSec, n.Language); err != nil {
			return err
		}
		out = n
		out.Name = was[0].Name
		return audit.Change(ctx, tx, n.CompanyID, "queue.company", fmt.Sprintf("company:%d", n.CompanyID), was[0], n)
	})
	return out, err
}

// KeepLine sets the language of who calls a number; "" as the company's.
func (s *Service) KeepLine(ctx context.Context, id int64, language string) (out LineQueue, err error) {
	if err := spoken(language); err != nil {
		return out, err
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		was, err := s.lineQueues(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(was) == 0 {
			return fault.Missing("line")
		}
		out = was[0]
		out.Language = language
		sql := `insert into queue_lines (line_id, company_id, language) values ($1, nullif($2::bigint, 0), $3) on conflict (line_id) do update set language = excluded.language`
		if language == "" {
			sql = `delete from queue_lines where line_id = $1 and $2::bigint >= 0 and $3 = ''`
		}
		if _, err := tx.Exec(ctx, sql, id, out.CompanyID, language); err != nil {
			return err
		}
		show := func(l string) map[string]string { return map[string]string{"language": l} }
		return audit.Change(ctx, tx, out.CompanyID, "queue.line", fmt.Sprintf("line:%d", id), show(was[0].Language), show(language))
	})
	return out, err
}

// wishLives is how long a wish of a supervisor waits for an engine to take it.
const wishLives = 10 * time.Second

// Rules are the settings as the phone engine takes them, and what supervisors wish of
// these operators: each wish once.
func (s *Service) Rules(ctx context.Context, users []int64) (q telephony.QueueRules, wishes []telephony.SeatWish, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		set, err := settings(ctx, tx, "")
		if errors.Is(err, pgx.ErrNoRows) {
			q = telephony.DefaultQueue()
			return nil
		}
		if err != nil {
			return err
		}
		sec := func(n int) time.Duration { return time.Duration(n) * time.Second }
		q = telephony.QueueRules{Ring: sec(set.RingSec), WrapUp: sec(set.WrapUpSec), LanguageFor: sec(set.LanguageSec), Surge: set.Surge, Pauses: set.Pauses}
		if err := own(ctx, tx, &q); err != nil {
			return err
		}
		slow, err := s.calls.Slow(ctx, tx, set.slow())
		if err != nil {
			return err
		}
		for _, n := range slow {
			q.Slow = append(q.Slow, telephony.SlowNumber{CompanyID: n.CompanyID, Phone: n.Phone})
		}
		if q.Operators, err = s.People.Languages(ctx, tx, users); err != nil || len(users) == 0 {
			return err
		}
		rows, err := tx.Query(ctx, `update seat_wishes set taken_at = $2 where user_id = any($1) and taken_at is null and at > $3 returning user_id, state, reason, by_name`, users, tx.Now, tx.Now.Add(-wishLives))
		if err != nil {
			return err
		}
		wishes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[telephony.SeatWish])
		return err
	})
	return q, wishes, err
}

// own adds what companies and numbers have of their own.
func own(ctx context.Context, tx *pg.Tx, q *telephony.QueueRules) error {
	q.Weights, q.WrapUps, q.Spoken, q.Lines = map[int64]int{}, map[int64]time.Duration{}, map[int64]string{}, map[int64]string{}
	rows, err := tx.Query(ctx, `select company_id, weight, wrap_up_sec, language from queue_companies`)
	if err != nil {
		return err
	}
	var id int64
	var weight int
	var wrapUp *int
	var language string
	if _, err := pgx.ForEachRow(rows, []any{&id, &weight, &wrapUp, &language}, func() error {
		if weight != 1 {
			q.Weights[id] = weight
		}
		if wrapUp != nil {
			q.WrapUps[id] = time.Duration(*wrapUp) * time.Second
		}
		if language != "" {
			q.Spoken[id] = language
		}
		return nil
	}); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `select line_id, language from queue_lines`); err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, []any{&id, &language}, func() error {
		q.Lines[id] = language
		return nil
	})
	return err
}
