package announcement

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/calendar"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Calendars tell a company's production calendar; staff.Service supplies it.
type Calendars interface {
	Production(ctx context.Context, tx *pg.Tx, companyID int64) (calendar.Production, error)
}

// Service keeps announcements.
type Service struct {
	db        *pg.DB
	companies *company.Service
	calendars Calendars
}

// NewService returns the service.
func NewService(db *pg.DB, c *company.Service, k Calendars) *Service {
	return &Service{db: db, companies: c, calendars: k}
}

// Spot is the place of an announcement; company 0 is the platform's.
type Spot struct {
	CompanyID int64
	LineID    int64
	Kind      Kind
}

func (s Spot) object() string {
	if s.LineID != 0 {
		return fmt.Sprintf("line:%d", s.LineID)
	}
	return "announcement:" + string(s.Kind)
}

// owner is whose announcements the actor asks for: a company's user has his own, our
// people those of companies they serve, and the platform's.
func owner(ctx context.Context, companyID int64) (int64, error) {
	a := access.From(ctx)
	if a.Kind == access.Company && companyID == 0 {
		companyID = a.CompanyID
	}
	if companyID == 0 && a.Kind == access.Operator || a.Serves(companyID) {
		return companyID, nil
	}
	return 0, fault.Missing("company")
}

const columns = `coalesce(company_id, 0), coalesce(line_id, 0), kind, version, text, sound, sound_ms, is_sound, is_off, made_at, made_by`

// latest are the versions in force of these companies, by spot.
func latest(ctx context.Context, tx *pg.Tx, companies []int64) (map[Spot]Announcement, error) {
	rows, err := tx.Query(ctx, `select distinct on (company_id, line_id, kind) `+columns+` from announcements
		where coalesce(company_id, 0) = any($1) order by company_id, line_id, kind, version desc`, companies)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Announcement])
	out := map[Spot]Announcement{}
	for _, a := range all {
		out[Spot{a.CompanyID, a.LineID, a.Kind}] = a
	}
	return out, err
}

// Row is an announcement on the screen.
type Row struct {
	Announcement
	Line   company.Greeted // of the kind Day
	Shared string          // the platform's text in force; "" none
	Sample string          // the text with the values of this moment
}

// List are the announcements of a company, or of the platform (0): the greetings of its
// numbers, then one of each other kind, whether it is set or not.
func (s *Service) List(ctx context.Context, companyID int64) ([]Row, int64, error) {
	companyID, err := owner(ctx, companyID)
	if err != nil {
		return nil, 0, err
	}
	rows, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (out []Row, err error) {
		set, err := latest(ctx, tx, []int64{0, companyID})
		if err != nil {
			return nil, err
		}
		lines, err := s.companies.GreetingsOf(ctx, tx, companyID)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			out = append(out, Row{Announcement: greeting(set, l), Line: l})
		}
		for _, k := range Kinds[1:] {
			a, known := set[Spot{companyID, 0, k}]
			if !known {
				a = Announcement{CompanyID: companyID, Kind: k, IsOff: true}
			}
			row := Row{Announcement: a}
			if p := set[Spot{0, 0, k}]; companyID != 0 && p.Set() {
				row.Shared = p.Text
			}
			out = append(out, row)
		}
		for i := range out {
			values, err := s.values(ctx, tx, companyID, out[i].Line.Line, tx.Now)
			if err != nil {
				return nil, err
			}
			out[i].Sample = Fill(out[i].Text, values)
		}
		return out, nil
	})
	return rows, companyID, err
}

// greeting of a number: its newest version, or what the number has said all along.
func greeting(set map[Spot]Announcement, l company.Greeted) Announcement {
	if a, known := set[Spot{l.CompanyID, l.ID, Day}]; known && a.Text == l.Greeting && a.File() == l.GreetingFile {
		return a
	}
	a := set[Spot{l.CompanyID, l.ID, Day}]
	return Announcement{CompanyID: l.CompanyID, LineID: l.ID, Kind: Day, Version: a.Version, Text: l.Greeting, Sound: l.GreetingFile, IsSound: l.GreetingFile != ""}
}

// in is the announcement of a spot, under its lock.
func (s *Service) in(ctx context.Context, tx *pg.Tx, at Spot, lock bool) (Announcement, company.Greeted, error) {
	var l company.Greeted
	if (at.Kind == Day) != (at.LineID != 0) || !slices.Contains(Kinds, at.Kind) {
		return Announcement{}, l, fault.Missing("announcement")
	}
	if lock {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, $2))`, "announcement:"+at.object(), at.CompanyID); err != nil {
			return Announcement{}, l, err
		}
	}
	set, err := latest(ctx, tx, []int64{at.CompanyID})
	if err != nil {
		return Announcement{}, l, err
	}
	if at.LineID == 0 {
		a, known := set[at]
		if !known {
			a = Announcement{CompanyID: at.CompanyID, Kind: at.Kind, IsOff: true}
		}
		return a, l, nil
	}
	l, err = s.companies.GreetingOf(ctx, tx, at.LineID)
	if err == nil && l.CompanyID != at.CompanyID {
		err = fault.Missing("line")
	}
	return greeting(set, l), l, err
}

// Find is the announcement of a spot; version 0 is the one in force.
func (s *Service) Find(ctx context.Context, at Spot, version int) (a Announcement, err error) {
	if at.CompanyID, err = owner(ctx, at.CompanyID); err != nil {
		return a, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Announcement, error) {
		a, _, err := s.in(ctx, tx, at, false)
		if err != nil || version == 0 || version == a.Version {
			return a, err
		}
		return old(ctx, tx, at, version)
	})
}

func versions(ctx context.Context, tx *pg.Tx, at Spot, more string, args ...any) ([]Announcement, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from announcements where company_id is not distinct from nullif($1, 0) and line_id is not distinct from nullif($2, 0) and kind = $3`+more+` order by version desc`,
		append([]any{at.CompanyID, at.LineID, at.Kind}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Announcement])
}

func old(ctx context.Context, tx *pg.Tx, at Spot, version int) (Announcement, error) {
	all, err := versions(ctx, tx, at, ` and version = $4`, version)
	if err == nil && len(all) == 0 {
		err = fault.Missing("announcement")
	}
	if err != nil {
		return Announcement{}, err
	}
	return all[0], nil
}

// Versions are those kept of a spot, newest first.
func (s *Service) Versions(ctx context.Context, at Spot) (out []Announcement, err error) {
	if at.CompanyID, err = owner(ctx, at.CompanyID); err != nil {
		return nil, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Announcement, error) {
		if _, _, err := s.in(ctx, tx, at, false); err != nil {
			return nil, err
		}
		return versions(ctx, tx, at, "")
	})
}

// keep is how many versions of a spot are kept.
const keep = 30

// Change writes a new version of a spot over the given one and says which files no version
// has any more. f changes the announcement; fault.Conflict "announcement.changed" when
// somebody was first (F70).
func (s *Service) Change(ctx context.Context, at Spot, version int, f func(ctx context.Context, tx *pg.Tx, a *Announcement) error) (now Announcement, gone []string, err error) {
	if at.CompanyID, err = owner(ctx, at.CompanyID); err != nil {
		return now, nil, err
	}
	now, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (Announcement, error) {
		was, line, err := s.in(ctx, tx, at, true)
		if err != nil {
			return was, err
		}
		if was.Version != version {
			return was, fault.New(fault.Conflict, "announcement.changed", "Это объявление только что изменили: посмотрите, какое оно теперь.")
		}
		a := was
		if err := f(ctx, tx, &a); err != nil || a == was {
			return was, err
		}
		if at.Kind == Day && version == 0 { // what it said before anybody changed it, to go back to
			if err := put(ctx, tx, &was); err != nil {
				return was, err
			}
		}
		a.Version, a.MadeAt, a.MadeBy = was.Version, tx.Now, tx.Actor.Name
		if err := put(ctx, tx, &a); err != nil {
			return was, err
		}
		if at.Kind == Day {
			if err := s.companies.Greet(ctx, tx, line.ID, a.Text, a.File()); err != nil {
				return was, err
			}
		}
		if gone, err = prune(ctx, tx, at, a.Version); err != nil {
			return was, err
		}
		return a, audit.Change(ctx, tx, at.CompanyID, "announcement.change", at.object(), was.words(), a.words())
	})
	return now, gone, err
}

// put writes a as the next version.
func put(ctx context.Context, tx *pg.Tx, a *Announcement) error {
	a.Version++
	if a.MadeAt.IsZero() {
		a.MadeAt = tx.Now
	}
	_, err := tx.Exec(ctx, `insert into announcements (company_id, line_id, kind, version, text, sound, sound_ms, is_sound, is_off, made_at, made_by)
		values (nullif($1, 0), nullif($2, 0), $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.CompanyID, a.LineID, a.Kind, a.Version, a.Text, a.Sound, a.SoundMS, a.IsSound, a.IsOff, a.MadeAt, a.MadeBy)
	return err
}

// prune forgets the oldest versions; the files that go with them are returned.
func prune(ctx context.Context, tx *pg.Tx, at Spot, version int) (gone []string, err error) {
	rows, err := tx.Query(ctx, `delete from announcements a where company_id is not distinct from nullif($1, 0) and line_id is not distinct from nullif($2, 0) and kind = $3 and version <= $4
		returning sound`, at.CompanyID, at.LineID, at.Kind, version-keep)
	if err != nil {
		return nil, err
	}
	files, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	left, err := versions(ctx, tx, at, "")
	return slices.DeleteFunc(files, func(f string) bool {
		return f == "" || slices.ContainsFunc(left, func(a Announcement) bool { return a.Sound == f })
	}), err
}

func (a Announcement) words() map[string]string {
	uses := "text"
	switch {
	case a.IsOff:
		uses = "off"
	case a.IsSound:
		uses = "sound"
	}
	return map[string]string{"text": a.Text, "file": a.Sound, "uses": uses, "version": strconv.Itoa(a.Version)}
}

// Say puts words, or says which of the two sounds.
func (s *Service) Say(ctx context.Context, at Spot, version int, text string, sound bool) (Announcement, []string, error) {
	text = strings.Join(strings.Fields(text), " ")
	return s.Change(ctx, at, version, func(_ context.Context, _ *pg.Tx, a *Announcement) error {
		if text != "" || !sound {
			if err := Check(text, at.Kind.Variables()); err != nil {
				return err
			}
		}
		if sound && a.Sound == "" {
			return fault.New(fault.Invalid, "announcement.no_sound", "Записанной фразы ещё нет: загрузите её или запишите.").At("body.uses", "фразы ещё нет")
		}
		a.Text, a.IsSound, a.IsOff = text, sound, false
		return nil
	})
}

// Record puts the phrase kept under key in the place of the words, which stay for the day
// the file is lost.
func (s *Service) Record(ctx context.Context, at Spot, version int, key string, length time.Duration) (Announcement, []string, error) {
	return s.Change(ctx, at, version, func(_ context.Context, _ *pg.Tx, a *Announcement) error {
		a.Sound, a.SoundMS, a.IsSound, a.IsOff = key, length.Milliseconds(), true, false
		return nil
	})
}

// GiveBack lets the platform's announcement sound, or none. A number always greets.
func (s *Service) GiveBack(ctx context.Context, at Spot, version int) (Announcement, []string, error) {
	return s.Change(ctx, at, version, func(_ context.Context, _ *pg.Tx, a *Announcement) error {
		if at.Kind == Day {
			return fault.New(fault.Invalid, "announcement.day", "Номер не может молчать: измените слова его приветствия.")
		}
		a.IsOff = true
		return nil
	})
}

// Restore makes a kept version the newest.
func (s *Service) Restore(ctx context.Context, at Spot, version, to int) (Announcement, []string, error) {
	return s.Change(ctx, at, version, func(ctx context.Context, tx *pg.Tx, a *Announcement) error {
		at.CompanyID = a.CompanyID
		was, err := old(ctx, tx, at, to)
		if err != nil {
			return err
		}
		a.Text, a.Sound, a.SoundMS, a.IsSound, a.IsOff = was.Text, was.Sound, was.SoundMS, was.IsSound, was.IsOff
		return nil
	})
}
