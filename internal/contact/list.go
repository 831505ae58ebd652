package contact

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

// Contact is a phone at an address.
type Contact struct {
	ID              int64
	CompanyID       int64
	Phone           string // E.164
	BuildingID      int64
	Unit            string
	Source          string // call, journal, import
	Kind            string // mobile, landline, "" abroad
	FirstSeenAt     time.Time
	LastConfirmedAt time.Time
	MovedAwayAt     *time.Time
	IsConsenting    *bool // to messages; nil: was not asked
	ConsentAt       *time.Time
	Doubts          int    // how often «wrong address» was said since it was confirmed
	Address         string // of the house
}

const columns = `select id, company_id, phone, building_id, unit, source, kind, first_seen_at, last_confirmed_at, moved_away_at, is_consenting, consent_at, doubts, '' from contacts where `

// Filter narrows the list; zero fields do not.
type Filter struct {
	CompanyID, BuildingID int64
	Unit                  string
	Text                  string // a piece of a number, or an address as people type it
	MovedAway             bool   // those too who moved away
	Cursor                string
	Limit                 int
}

// List is the contacts a filter finds, the last confirmed first, and the next page's cursor.
func (s *Service) List(ctx context.Context, f Filter) (out []Contact, next string, err error) {
	at, err := page.Parse(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	var w where.Clause
	if err := s.narrow(ctx, &w, f); err != nil {
		return nil, "", err
	}
	if at.ID != 0 {
		w.And("(last_confirmed_at, id) < (?, ?)", at.At, at.ID)
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if err := s.houses.Narrow(ctx, tx, &w, "building_id"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, columns+w.String()+fmt.Sprintf(" order by last_confirmed_at desc, id desc limit %d", page.Size(f.Limit)+1), w.Args...)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Contact]); err != nil {
			return err
		}
		out, next = page.Cut(out, page.Size(f.Limit), func(c Contact) page.Cursor { return page.Cursor{At: c.LastConfirmedAt, ID: c.ID} })
		return s.addresses(ctx, tx, out)
	})
	return out, next, err
}

func (s *Service) narrow(ctx context.Context, w *where.Clause, f Filter) error {
	if f.CompanyID != 0 {
		w.And("company_id = ?", f.CompanyID)
	}
	if f.BuildingID != 0 {
		w.And("building_id = ?", f.BuildingID)
	}
	if f.Unit != "" {
		w.And("lower(unit) = lower(?)", f.Unit)
	}
	if !f.MovedAway {
		w.And("moved_away_at is null")
	}
	text := strings.TrimSpace(f.Text)
	switch digits := onlyDigits(text); {
	case text == "":
	case len(digits) >= 3 && !strings.ContainsFunc(text, isLetter):
		if len(digits) == 11 && digits[0] == '8' {
			digits = "7" + digits[1:]
		}
		w.And("phone like ?", "%"+digits+"%")
	default:
		ids, unit, err := s.houses.Find(ctx, text, f.CompanyID)
		if err != nil {
			return err
		}
		w.And("building_id = any(?)", append([]int64{}, ids...))
		if unit != "" {
			w.And("lower(unit) = lower(?)", unit)
		}
	}
	return nil
}

func isLetter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x400 && r < 0x500
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func (s *Service) addresses(ctx context.Context, tx *pg.Tx, cs []Contact) error {
	ids := make([]int64, 0, len(cs))
	for _, c := range cs {
		ids = append(ids, c.BuildingID)
	}
	names, err := s.houses.Named(ctx, tx, ids)
	for i := range cs {
		cs[i].Address = names[cs[i].BuildingID]
	}
	return err
}

func (s *Service) get(ctx context.Context, tx *pg.Tx, id int64) (Contact, error) {
	var w where.Clause
	w.And("id = ?", id)
	if err := s.houses.Narrow(ctx, tx, &w, "building_id"); err != nil {
		return Contact{}, err
	}
	rows, err := tx.Query(ctx, columns+w.String(), w.Args...)
	if err != nil {
		return Contact{}, err
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Contact])
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Missing("contact")
	}
	cs := []Contact{c}
	if err == nil {
		err = s.addresses(ctx, tx, cs)
	}
	return cs[0], err
}

// New is a contact written by hand.
type New struct {
	Phone        string
	BuildingID   int64
	Unit         string
	IsConsenting *bool
}

// Add keeps a contact; one that is there already is confirmed.
func (s *Service) Add(ctx context.Context, n New) (Contact, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Contact, error) {
		company, err := s.houses.CompanyOf(ctx, tx, n.BuildingID)
		if err != nil {
			return Contact{}, err
		}
		d, err := s.houses.Directory(ctx, tx, company)
		if err != nil {
			return Contact{}, err
		}
		bad := fault.New(fault.Invalid, "contact.incomplete", "Контакт не сохранён: исправьте отмеченное.")
		number, err := phone.Parse(n.Phone, "")
		if err != nil {
			_ = bad.At("body.phone", "не похоже на номер телефона: нужны 10 цифр с кодом")
		}
		unit, known := d.Unit(n.BuildingID, strings.TrimSpace(n.Unit))
		if n.Unit != "" && (!known || !isUnit(unit)) {
			_ = bad.At("body.unit", "в доме нет такой квартиры")
		}
		if len(bad.Fields) > 0 {
			return Contact{}, bad
		}
		if strings.TrimSpace(n.Unit) == "" {
			unit = ""
		}
		if err := s.Confirm(ctx, tx, company, n.BuildingID, unit, number, "journal"); err != nil {
			return Contact{}, err
		}
		var id int64
		err = tx.QueryRow(ctx, `update contacts set is_consenting = coalesce($5, is_consenting), consent_at = case when $5 is null then consent_at else $6 end
			where company_id = $1 and phone = $2 and building_id = $3 and unit = $4 returning id`, company, number, n.BuildingID, unit, n.IsConsenting, tx.Now).Scan(&id)
		if err != nil {
			return Contact{}, err
		}
		c, err := s.get(ctx, tx, id)
		if err != nil {
			return c, err
		}
		return c, audit.Change(ctx, tx, company, "contact.add", object(id), nil, c.facts())
	})
}

func object(id int64) string { return fmt.Sprintf("contact:%d", id) }

// facts are what the audit journal keeps: the number masked, so that an erasure holds.
func (c Contact) facts() map[string]any {
	return map[string]any{"phone": phone.Mask(c.Phone), "address": c.Address, "unit": c.Unit, "consent": c.IsConsenting, "doubts": c.Doubts, "moved_away_at": c.MovedAwayAt}
}

// Mark is what is said about a contact.
type Mark string

// The marks.
const (
	Confirmed Mark = "confirmed"  // адрес подтверждён
	Wrong     Mark = "wrong"      // адрес не тот
	MovedAway Mark = "moved_away" // выехал
	Consent   Mark = "consent"    // согласен на сообщения
	NoConsent Mark = "no_consent" // не согласен
)

var marks = map[Mark]string{
	Confirmed: `update contacts set last_confirmed_at = $2, doubts = 0, moved_away_at = null where id = $1`,
	Wrong:     `update contacts set doubts = doubts + 1 where id = $1 and $2::timestamptz is not null`,
	MovedAway: `update contacts set moved_away_at = $2 where id = $1`,
	Consent:   `update contacts set is_consenting = true, consent_at = $2 where id = $1`,
	NoConsent: `update contacts set is_consenting = false, consent_at = $2 where id = $1`,
}

// Mark says something about a contact: a wrong address comes later in the list of those
// known by the number.
func (s *Service) Mark(ctx context.Context, id int64, m Mark) (Contact, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Contact, error) {
		was, err := s.get(ctx, tx, id)
		if err != nil {
			return was, err
		}
		q, known := marks[m]
		if !known {
			return was, fault.New(fault.Invalid, "contact.mark", "Непонятно, что отметить.").At("body.mark", "выберите из списка")
		}
		if _, err := tx.Exec(ctx, q, id, tx.Now); err != nil {
			return was, err
		}
		c, err := s.get(ctx, tx, id)
		if err != nil {
			return c, err
		}
		return c, audit.Change(ctx, tx, c.CompanyID, "contact."+string(m), object(id), was.facts(), c.facts())
	})
}

// Erase deletes a number from every address of a company and tells of how many. The
// audit journal keeps that it was done, not the number.
func (s *Service) Erase(ctx context.Context, companyID int64, number string) (n int, err error) {
	a := access.From(ctx)
	if companyID == 0 {
		companyID = a.CompanyID
	}
	if companyID == 0 {
		return 0, fault.New(fault.Invalid, "company.required", "Выберите компанию.").At("body.company_id", "выберите компанию")
	}
	if !a.Serves(companyID) {
		return 0, fault.Missing("company")
	}
	number, err = phone.Parse(number, "")
	if err != nil {
		return 0, fault.New(fault.Invalid, "phone.bad", "Это не похоже на номер телефона.").At("body.phone", "нужны 10 цифр с кодом")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `delete from contact_import_rows where company_id = $1 and phone = $2`, companyID, number); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `delete from contacts where company_id = $1 and phone = $2`, companyID, number)
		if err != nil {
			return err
		}
		n = int(tag.RowsAffected())
		return audit.Write(ctx, tx, companyID, "contact.erase", "contact:0", map[string]any{"phone": phone.Mask(number), "rows": n})
	})
	return n, err
}
