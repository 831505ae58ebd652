package deskphone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// liftsKept is longer than any ban lasts.
const liftsKept = 24 * time.Hour

const phoneColumns = `select id, user_id, name, created_at, created_by, reset_at from desk_phones where withdrawn_at is null`

func phoneRow(r pgx.CollectableRow) (p Phone, err error) {
	err = r.Scan(&p.ID, &p.UserID, &p.Name, &p.CreatedAt, &p.CreatedBy, &p.ResetAt)
	return p, err
}

// Desk is the phones of the operators whom the actor leads.
func (s *Service) Desk(ctx context.Context) (d Desk, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		people, err := s.people.Operators(ctx, tx)
		if err != nil {
			return err
		}
		var phones []Phone
		if err := program(ctx, tx, func(tx *pg.Tx) error {
			rows, err := tx.Query(ctx, phoneColumns)
			if err == nil {
				phones, err = pgx.CollectRows(rows, phoneRow)
			}
			return err
		}); err != nil {
			return err
		}
		floors, err := s.floors.Floors(ctx, tx)
		if err != nil {
			return err
		}
		d = arrange(people, phones, floors)
		return nil
	})
	return d, err
}

// arrange puts phones to their people and to what engines know of them.
func arrange(people []Person, phones []Phone, floors []telephony.Floor) (d Desk) {
	now := map[int64]*telephony.FloorPhone{}
	for _, f := range floors {
		if f.PhonesAt != "" {
			d.At = f.PhonesAt
		}
		for _, p := range f.Phones {
			now[p.ID] = &p
		}
		d.Bans = append(d.Bans, f.Bans...)
	}
	for _, who := range people {
		i := slices.IndexFunc(phones, func(p Phone) bool { return p.UserID == who.ID })
		if i < 0 {
			d.Without = append(d.Without, who)
			continue
		}
		p := phones[i]
		p.UserName, p.Now = who.Name, now[p.ID]
		d.Phones = append(d.Phones, p)
	}
	return d
}

// Make gives an operator a phone. fault.NotFound for one who serves none of the actor's
// companies, fault.Conflict "phone.has" for one who has a phone.
func (s *Service) Make(ctx context.Context, userID int64) (m Made, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		who, err := s.person(ctx, tx, userID)
		if err != nil {
			return err
		}
		return program(ctx, tx, func(tx *pg.Tx) error {
			m = Made{Phone{UserID: who.ID, UserName: who.Name, Name: random(nameSigns), CreatedAt: tx.Now, CreatedBy: tx.Actor.Name}, random(passwordSigns)}
			digest := telephony.PhoneDigest(m.Name, m.Password)
			err := tx.QueryRow(ctx, `insert into desk_phones (user_id, name, plain, created_at, created_by) values ($1, $2, $3, $4, $5)
				on conflict (user_id) where withdrawn_at is null do nothing returning id`, userID, m.Name, []byte(digest), tx.Now, m.CreatedBy).Scan(&m.ID)
			if errors.Is(err, pgx.ErrNoRows) {
				return fault.New(fault.Conflict, "phone.has", "У этого оператора уже есть настольный телефон: смените ему пароль или отзовите его.")
			}
			if err != nil {
				return err
			}
			if err := s.lock(ctx, tx, m.ID, digest); err != nil {
				return err
			}
			return audit.Change(ctx, tx, 0, "desk_phone.add", object(m.ID), nil, words(m.Phone))
		})
	})
	return m, err
}

// Reset gives a phone another password; it must be typed into the telephone anew.
func (s *Service) Reset(ctx context.Context, id int64) (m Made, err error) {
	err = s.change(ctx, id, func(tx *pg.Tx, p Phone) error {
		m = Made{p, random(passwordSigns)}
		m.ResetAt = &tx.Now
		digest := telephony.PhoneDigest(p.Name, m.Password)
		if _, err := tx.Exec(ctx, `update desk_phones set plain = $2, sealed = null, reset_at = $3 where id = $1`, id, []byte(digest), tx.Now); err != nil {
			return err
		}
		if err := s.lock(ctx, tx, id, digest); err != nil {
			return err
		}
		after := words(p)
		after["password"] = "новый"
		return audit.Change(ctx, tx, 0, "desk_phone.reset", object(id), words(p), after)
	})
	return m, err
}

// Withdraw takes a phone away: it is registered no more, within seconds.
func (s *Service) Withdraw(ctx context.Context, id int64) error {
	return s.change(ctx, id, func(tx *pg.Tx, p Phone) error {
		if _, err := tx.Exec(ctx, `update desk_phones set withdrawn_at = $2 where id = $1`, id, tx.Now); err != nil {
			return err
		}
		return audit.Change(ctx, tx, 0, "desk_phone.withdraw", object(id), words(p), nil)
	})
}

// Lift ends a ban within seconds. fault.NotFound when no engine has it.
func (s *Service) Lift(ctx context.Context, ban string) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		floors, err := s.floors.Floors(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range floors {
			for _, b := range f.Bans {
				if b.ID == ban {
					return program(ctx, tx, func(tx *pg.Tx) error { return s.lift(ctx, tx, b) })
				}
			}
		}
		return fault.Missing("ban")
	})
}

func (s *Service) lift(ctx context.Context, tx *pg.Tx, b telephony.FloorBan) error {
	if _, err := tx.Exec(ctx, `delete from desk_phone_lifts where lifted_at < $1`, tx.Now.Add(-liftsKept)); err != nil { // the audit journal keeps who lifted what
		return err
	}
	if _, err := tx.Exec(ctx, `insert into desk_phone_lifts (ban, lifted_at, lifted_by) values ($1, $2, $3) on conflict do nothing`, b.ID, tx.Now, tx.Actor.Name); err != nil {
		return err
	}
	return audit.Change(ctx, tx, 0, "desk_phone.lift", "address:"+b.Address, map[string]any{"address": b.Address, "guesses": b.Guesses}, nil)
}

// Refused writes down what a telephone was not allowed to dial: the platform's administrator
// sees it in the audit journal. A report that comes twice is one row.
func (s *Service) Refused(ctx context.Context, tx *pg.Tx, r telephony.PhoneRefused) error {
	by := access.Actor{Kind: access.System, Name: "телефон " + r.Name, Source: r.Source, System: "deskphone"}
	return tx.As(ctx, by, func(tx *pg.Tx) error {
		return audit.Once(ctx, tx, 0, "desk_phone.refused", object(r.Phone), r.Key, map[string]any{"name": r.Name, "why": denials[r.Why], "to": r.To, "times": r.Times})
	})
}

var denials = map[telephony.PhoneDenial]string{
	telephony.DeniedNumber:    "с телефона номера не набирают",
	telephony.DeniedIdle:      "короткий номер, но разговора, который можно перевести, нет",
	telephony.DeniedAccount:   "назвался чужим именем",
	telephony.DeniedEmergency: "экстренный номер: сказано, что 112 набирают с мобильного или городского",
	telephony.DeniedReplaces:  "хотел войти в чужой разговор",
}

// change runs f on a phone in force of an operator whom the actor leads.
func (s *Service) change(ctx context.Context, id int64, f func(tx *pg.Tx, p Phone) error) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var p Phone
		if err := program(ctx, tx, func(tx *pg.Tx) error {
			rows, err := tx.Query(ctx, phoneColumns+` and id = $1 for update`, id)
			if err != nil {
				return err
			}
			if p, err = pgx.CollectExactlyOneRow(rows, phoneRow); errors.Is(err, pgx.ErrNoRows) {
				return fault.Missing("desk_phone")
			}
			return err
		}); err != nil {
			return err
		}
		who, err := s.person(ctx, tx, p.UserID)
		if err != nil {
			return err
		}
		p.UserName = who.Name
		return program(ctx, tx, func(tx *pg.Tx) error { return f(tx, p) })
	})
}

func (s *Service) person(ctx context.Context, tx *pg.Tx, id int64) (Person, error) {
	people, err := s.people.Operators(ctx, tx)
	if err != nil {
		return Person{}, err
	}
	i := slices.IndexFunc(people, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, fault.Missing("operator")
	}
	return people[i], nil
}

func object(id int64) string { return fmt.Sprintf("desk_phone:%d", id) }

// words are a phone as the audit journal shows it.
func words(p Phone) map[string]any { return map[string]any{"name": p.Name, "person": p.UserName} }
