package account

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// DeskForm is what a company says of its own operator (C8).
type DeskForm struct {
	Phone     string   // his own mobile, as people write it; "": none
	Languages []string // spoken besides Russian, of telephony.Languages
}

// SetDesk changes it. fault.Conflict "user.no_dispatcher" for who has another role.
func (s *Service) SetDesk(ctx context.Context, companyID, id int64, n DeskForm) (c UserCard, err error) {
	if n.Phone, err = mobile(n.Phone); err == nil {
		err = spoken(n.Languages)
	}
	if err != nil {
		return c, err
	}
	return s.changeUser(ctx, companyID, id, "user.desk", func(ctx context.Context, tx *pg.Tx, d desk, was User) error {
		if was.Role != access.Dispatcher {
			return fault.New(fault.Conflict, "user.no_dispatcher", "Телефон и языки пульта – для диспетчеров. Сначала дайте эту роль.")
		}
		_, err := tx.Exec(ctx, `update company_users set phone = $3, languages = $4 where company_id = $1 and user_id = $2`, d.company, id, n.Phone, n.Languages)
		return err
	})
}

// mobile reads a person's own number; "" is none. It is dialled by hand, to whatever country.
func mobile(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", nil
	}
	e, err := phone.Parse(s, "")
	if err != nil {
		return "", fault.New(fault.Invalid, "user.phone", "Номер не сохранён.").At("body.phone", "нужен номер с кодом, например +7 900 000-00-00")
	}
	return e, nil
}

// spoken refuses a language that nobody could choose.
func spoken(all []string) error {
	for _, l := range all {
		if !slices.Contains(telephony.Languages, l) {
			return fault.New(fault.Invalid, "language.unknown", "Выберите языки из списка.").At("body.languages", "такого нет")
		}
	}
	return nil
}

// Reachable is somebody of the desks with his own mobile telephone.
type Reachable struct {
	UserID    int64
	Name      string
	Kind      string // supervisor, operator, admin; own: of the company
	CompanyID int64  // of own
	Phone     string // E.164
}

// Reachable are those at the desks of these companies whose own telephones are known (F8): to a
// company its own operators alone, to our people those who serve any of them too; whoever leads
// a shift first. Companies are the actor's own: he has asked for them by access.Actor.Asked.
func (s *Service) Reachable(ctx context.Context, companies []int64) (out []Reachable, err error) {
	by := access.From(ctx)
	err = pg.Do(access.AsSystem(ctx, "account"), s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select id, name, kind, company_id, phone from (
				select u.id, u.name, u.kind, 0::bigint as company_id, u.phone from users u where $2 and u.is_active and u.phone <> '' and u.kind <> 'company'
					and exists (select from operator_companies o where o.user_id = u.id and o.company_id = any($1))
				union all
				select u.id, u.name, 'own', c.company_id, c.phone from company_users c join users u on u.id = c.user_id
					where c.company_id = any($1) and c.role = 'dispatcher' and not c.is_blocked and u.is_active and c.phone <> '') x
			order by array_position(array['supervisor', 'operator', 'admin', 'own'], kind), company_id, name, id`, companies, by.Kind == access.Operator && !by.OwnsDesk())
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Reachable])
		return err
	})
	return out, err
}
