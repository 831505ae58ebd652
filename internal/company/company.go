// Package company is the tenants: management companies, their lines and cities,
// and the accounts at providers that carry the lines.
package company

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/clock"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/telephony"
)

// Company is a tenant.
type Company struct {
	ID       int64
	Name     string
	CityID   int64
	City     string
	Zone     string
	Greeting string
	Settings Settings
}

// Settings are the rules of a company's automation. Zero fields take the default.
type Settings struct {
	StepMin           int    `json:"step_min"`            // minutes a level has to accept (E1)
	Dials             int    `json:"dials"`               // dials to each number before it counts as not reached
	RingSec           int    `json:"ring_sec"`            // how long a phone rings
	OperatorWithinSec int    `json:"operator_within_sec"` // F89
	InquiryMin        int    `json:"inquiry_min"`         // minutes until the executor is asked how it goes
	SupplierMin       int    `json:"supplier_min"`        // hour X: minutes from the handing over until a supplier is asked
	CallbackMin       int    `json:"callback_min"`        // ПП 416 п. 13: a lost caller is called within ten minutes
	RepeatMin         int    `json:"repeat_min"`          // F43: how often the last step repeats
	QuietFrom         string `json:"quiet_from"`          // no planned calls from "21:00"
	QuietTo           string `json:"quiet_to"`            // till "08:00", in the house's zone
	WorkFrom          string `json:"work_from"`           // working hours of rules of routing: from "08:00"
	WorkTo            string `json:"work_to"`             // till "17:00" of working days, in the house's zone
	// CalleeFirst are the purposes of calls in which the person is dialled first and an
	// operator joined when he answers; of the rest the operator's phone rings first.
	CalleeFirst []string `json:"callee_first,omitempty"`
	// Pace divides every wait of the automation: an emergency of half an hour is
	// trained, or tried, in half a minute. 0 and 1: real time.
	Pace int `json:"pace,omitempty"`
}

// MayCalleeFirst are the purposes for which a company may choose who is dialled first: an
// emergency is spoken of by an operator, and who called us finds one on the line.
var MayCalleeFirst = []string{"status_inquiry", "feedback", "resident", "supplier_handover", "supplier_inquiry"}

// Minutes is how long n minutes of the settings last.
func (s Settings) Minutes(n int) time.Duration {
	return time.Duration(n) * time.Minute / time.Duration(max(1, s.Pace))
}

// WithDefaults fills what is not set.
func (s Settings) WithDefaults() Settings {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&s.StepMin, 10)
	def(&s.Dials, 5)
	def(&s.RingSec, 45)
	def(&s.OperatorWithinSec, 60)
	def(&s.InquiryMin, 120)
	def(&s.SupplierMin, 120)
	def(&s.CallbackMin, 10)
	def(&s.RepeatMin, 10)
	if s.QuietFrom == "" {
		s.QuietFrom = "21:00"
	}
	if s.QuietTo == "" {
		s.QuietTo = "08:00"
	}
	if s.WorkFrom == "" {
		s.WorkFrom = "08:00"
	}
	if s.WorkTo == "" {
		s.WorkTo = "17:00"
	}
	return s
}

// Line is a number people call.
type Line struct {
	ID           int64
	CompanyID    int64 // 0: the city's common number
	CityID       int64
	City         string
	CityZone     string
	Kind         string // dedicated, citywide
	Phone        string
	TrunkID      int64
	Greeting     string
	GreetingFile string
}

// Service reads the directory of companies.
type Service struct {
	Keys *secret.Ring // seals passwords of trunks; nil: they lie in the clear
	db   *pg.DB
	// Founders give a new company what it begins with: catalogues, the teams that serve
	// it. The assembly supplies them.
	Founders []func(ctx context.Context, tx *pg.Tx, companyID int64) error
}

// NewService returns the service.
func NewService(db *pg.DB) *Service { return &Service{db: db} }

// ByID returns a company the actor may see; fault.NotFound otherwise.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (c Company, err error) {
	var b pgx.Batch
	return pg.One(ctx, tx, &b, Ask(&b, id))
}

// Ask is ByID together with other questions.
func Ask(b *pgx.Batch, id int64) *pg.Asked[Company] {
	return pg.Ask(b, fault.Missing("company"), scan, `select c.id, c.name, c.city_id, t.name, c.zone, c.greeting, c.settings from companies c join cities t on t.id = c.city_id where c.id = $1`, id)
}

func scan(row pgx.CollectableRow) (c Company, err error) {
	var raw []byte
	if err = row.Scan(&c.ID, &c.Name, &c.CityID, &c.City, &c.Zone, &c.Greeting, &raw); err == nil {
		err = json.Unmarshal(raw, &c.Settings)
	}
	c.Settings = c.Settings.WithDefaults()
	return c, err
}

// LineByPhone returns the line of a called number; fault.NotFound when it is not ours.
func (s *Service) LineByPhone(ctx context.Context, tx *pg.Tx, phone string) (l Line, err error) {
	err = tx.QueryRow(ctx, `select l.id, coalesce(l.company_id, 0), l.city_id, t.name, t.zone, l.kind, l.phone, l.trunk_id, l.greeting, l.greeting_file
		from lines l join cities t on t.id = l.city_id where l.phone = $1 and l.is_active`, phone).
		Scan(&l.ID, &l.CompanyID, &l.CityID, &l.City, &l.CityZone, &l.Kind, &l.Phone, &l.TrunkID, &l.Greeting, &l.GreetingFile)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, fault.Missing("line")
	}
	return l, err
}

// LineOf is the line whose number a company shows when it calls.
func (s *Service) LineOf(ctx context.Context, tx *pg.Tx, companyID int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `select id from lines where company_id = $1 and is_active and moved_to_id is null order by id limit 1`, companyID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// Trunks lists the accounts in force with the numbers bound to each (F83).
func (s *Service) Trunks(ctx context.Context) ([]telephony.Trunk, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]telephony.Trunk, error) {
		rows, err := tx.Query(ctx, `select id, name, host, port, transport, registers, auth_user, auth_password, auth_sealed, addresses, channels, priority,
			calls_per_second, codecs, caller_ids, srtp, tls_ca, tls_pin, probe_number, probe_every_min, probe_price, probe_budget from trunks where is_active order by priority, id`)
		if err != nil {
			return nil, err
		}
		out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t telephony.Trunk, err error) {
			t.Lines, t.Owners = map[int64]string{}, map[int64]int64{}
			var sealed []byte
			var minutes int
			err = r.Scan(&t.ID, &t.Name, &t.Host, &t.Port, &t.Transport, &t.Registers, &t.User, &t.Password, &sealed, &t.Addresses, &t.Channels, &t.Priority, &t.PerSecond, &t.Laws, &t.Numbers, &t.SRTP, &t.CA, &t.Pin,
				&t.Probe.Number, &minutes, &t.Probe.Price, &t.Probe.Budget)
			t.Probe.Every = time.Duration(minutes) * time.Minute
			t.Password = s.password(t.ID, t.Password, sealed)
			return t, err
		})
		if err != nil {
			return nil, err
		}
		for i := range out {
			if err := numbers(ctx, tx, &out[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func numbers(ctx context.Context, tx *pg.Tx, t *telephony.Trunk) error {
	rows, err := tx.Query(ctx, `select id, phone, coalesce(company_id, 0) from lines where trunk_id = $1 and is_active`, t.ID)
	if err != nil {
		return err
	}
	var id, owner int64
	var phone string
	_, err = pgx.ForEachRow(rows, []any{&id, &phone, &owner}, func() error {
		t.Lines[id] = phone
		if owner != 0 {
			t.Owners[id] = owner
		}
		return nil
	})
	return err
}

// Location is a company's zone; UTC when it cannot be loaded.
func Location(zone string) *time.Location {
	l, err := clock.Zone(zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// IsServed reports whether a company is served now.
func (s *Service) IsServed(ctx context.Context, tx *pg.Tx, id int64) (is bool, err error) {
	err = tx.QueryRow(ctx, `select is_active from companies where id = $1`, id).Scan(&is)
	return is, err
}

// Active are the companies that are served, by id.
func (s *Service) Active(ctx context.Context, tx *pg.Tx) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id from companies where is_active order by id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
