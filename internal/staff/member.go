package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Card is what is written about a person. Phones, channels and duties replace those
// there were, in their order.
type Card struct {
	Name         string    `json:"name"` // "Гусев П. Н."
	SpokenName   string    `json:"spoken_name"`
	Position     string    `json:"position"`
	Zone         string    `json:"zone"` // "": the company's
	IsContractor bool      `json:"is_contractor"`
	Phones       []Phone   `json:"phones"`
	Channels     []Channel `json:"channels"`
	Duties       []Duty    `json:"duties"`
}

func (m Member) card() Card {
	return Card{m.Name, m.SpokenName, m.Position, m.OwnZone, m.IsContractor, m.AllPhones, m.Channels, m.Duties}
}

// Create adds a person to a company.
func (s *Service) Create(ctx context.Context, companyID int64, c Card) (out Member, err error) {
	if companyID, err = own(access.From(ctx), companyID); err != nil {
		return out, err
	}
	return s.edit(ctx, companyID, func(tx *pg.Tx, _ *Board) (id int64, err error) {
		if err := s.check(ctx, tx, companyID, &c); err != nil {
			return 0, err
		}
		err = tx.QueryRow(ctx, `insert into members (company_id, name, spoken_name, position, is_contractor, zone, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			companyID, c.Name, c.SpokenName, c.Position, c.IsContractor, c.Zone, tx.Now).Scan(&id)
		if err != nil {
			return 0, err
		}
		if err := write(ctx, tx, companyID, id, c); err != nil {
			return 0, err
		}
		return id, audit.Change(ctx, tx, companyID, "member.create", object(id), nil, c)
	})
}

// Change writes a person's card. fault.Conflict "member.changed" when somebody was
// faster: version is that of the card that was read.
func (s *Service) Change(ctx context.Context, id int64, version int, c Card) (Member, error) {
	return s.edited(ctx, id, func(tx *pg.Tx, was Member) error {
		if was.Version != version {
			return fault.New(fault.Conflict, "member.changed", "Карточку сотрудника уже изменил другой: проверьте и повторите.")
		}
		if err := s.check(ctx, tx, was.CompanyID, &c); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update members set name = $2, spoken_name = $3, position = $4, is_contractor = $5, zone = $6, version = version + 1 where id = $1`,
			id, c.Name, c.SpokenName, c.Position, c.IsContractor, c.Zone)
		if err != nil {
			return err
		}
		for _, q := range []string{
			`delete from member_phones where member_id = $1`, `delete from member_channels where member_id = $1`, `delete from member_duties where member_id = $1`,
			`delete from member_group_duties where member_id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return err
			}
		}
		if err := write(ctx, tx, was.CompanyID, id, c); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.change", object(id), was.card(), c)
	})
}

func object(id int64) string { return fmt.Sprintf("member:%d", id) }

// write keeps what stands in a card besides the person's own row.
func write(ctx context.Context, tx *pg.Tx, companyID, id int64, c Card) error {
	b := &pgx.Batch{}
	for i, p := range c.Phones {
		b.Queue(`insert into member_phones (member_id, company_id, position, phone, hours, note) values ($1, $2, $3, $4, $5, $6)`, id, companyID, i+1, p.Phone, raw(p.Hours), p.Note)
	}
	for i, h := range c.Channels {
		b.Queue(`insert into member_channels (company_id, member_id, position, channel, address, kinds, hours) values ($1, $2, $3, $4, $5, $6, $7)`,
			companyID, id, i+1, h.Channel, h.Address, append([]string{}, h.Kinds...), raw(h.Hours))
	}
	for _, d := range c.Duties {
		if d.GroupID != 0 {
			b.Queue(`insert into member_group_duties (company_id, member_id, role, work_type_id, group_id, level) values ($1, $2, $3, nullif($4, 0), $5, $6)`,
				companyID, id, d.Role, d.WorkTypeID, d.GroupID, d.Level)
			continue
		}
		b.Queue(`insert into member_duties (company_id, member_id, role, work_type_id, building_id, level) values ($1, $2, $3, nullif($4, 0), nullif($5, 0), $6)`,
			companyID, id, d.Role, d.WorkTypeID, d.BuildingID, d.Level)
	}
	return tx.SendBatch(ctx, b).Close()
}

func raw(hs []PhoneHours) []byte {
	if len(hs) == 0 {
		return []byte("[]")
	}
	b, err := json.Marshal(hs)
	if err != nil {
		panic(err) // numbers only
	}
	return b
}

// SetDuty is the manual switch: whoever is off is not called whatever his schedule says.
func (s *Service) SetDuty(ctx context.Context, id int64, onDuty bool) error {
	_, err := s.edited(ctx, id, func(tx *pg.Tx, was Member) error {
		if was.IsArchived {
			return gone()
		}
		if _, err := tx.Exec(ctx, `update members set is_on_duty = $2 where id = $1`, id, onDuty); err != nil || was.SwitchedOn == onDuty {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.duty", object(id), map[string]bool{"on_duty": was.SwitchedOn}, map[string]bool{"on_duty": onDuty})
	})
	return err
}

func gone() error {
	return fault.New(fault.Conflict, "member.dismissed", "Сотрудник уволен: сначала верните его.")
}

// Dismiss ends a person's work (F72: archive only). Escalations skip him at once; his
// open requests go to handTo, with 0 to whom the rules give them, by the event Left.
func (s *Service) Dismiss(ctx context.Context, id, handTo int64) (Member, error) {
	return s.edited(ctx, id, func(tx *pg.Tx, was Member) error {
		if was.IsArchived {
			return fault.New(fault.Conflict, "member.dismissed", "Сотрудник уже уволен.")
		}
		if handTo != 0 {
			heir, err := s.get(ctx, tx, handTo)
			if err != nil || heir.CompanyID != was.CompanyID || heir.IsArchived || handTo == id {
				return fault.New(fault.Invalid, "member.hand_to", "Выберите, кому передать заявки.").At("body.hand_to", "выберите работающего сотрудника этой компании")
			}
		}
		_, err := tx.Exec(ctx, `update members set is_archived = true, is_on_duty = false, archived_at = $2, version = version + 1 where id = $1`, id, tx.Now)
		if err != nil {
			return err
		}
		if err := audit.Change(ctx, tx, was.CompanyID, "member.dismiss", object(id), map[string]any{"dismissed": false}, map[string]any{"dismissed": true, "hand_to": handTo}); err != nil {
			return err
		}
		return s.jobs.Publish(ctx, tx, Left{MemberID: id, CompanyID: was.CompanyID, Name: was.Name, HandTo: handTo, ByUser: tx.Actor.UserID, ByName: tx.Actor.Name})
	})
}

// Restore takes a dismissed person back, off duty.
func (s *Service) Restore(ctx context.Context, id int64) (Member, error) {
	return s.edited(ctx, id, func(tx *pg.Tx, was Member) error {
		if !was.IsArchived {
			return fault.New(fault.Conflict, "member.works", "Сотрудник не уволен.")
		}
		if _, err := tx.Exec(ctx, `update members set is_archived = false, archived_at = null, version = version + 1 where id = $1`, id); err != nil {
			return err
		}
		return audit.Change(ctx, tx, was.CompanyID, "member.restore", object(id), map[string]any{"dismissed": true}, map[string]any{"dismissed": false})
	})
}

// edited changes a person the actor may see and returns him as he is afterwards.
func (s *Service) edited(ctx context.Context, id int64, f func(tx *pg.Tx, was Member) error) (out Member, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		company, err := s.companyOf(ctx, tx, id)
		if err != nil {
			return err
		}
		err = s.change(ctx, tx, company, func(before *Board) error {
			was, _ := before.Member(id, tx.Now)
			return f(tx, was)
		})
		if err == nil {
			err = tell(ctx, tx, company, id)
		}
		if err == nil {
			out, err = s.get(ctx, tx, id)
		}
		return err
	})
	return out, err
}

// edit is edited for what makes a person: f returns whom.
func (s *Service) edit(ctx context.Context, companyID int64, f func(tx *pg.Tx, before *Board) (int64, error)) (out Member, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		var id int64
		err := s.change(ctx, tx, companyID, func(before *Board) (err error) {
			id, err = f(tx, before)
			return err
		})
		if err == nil {
			err = tell(ctx, tx, companyID, id)
		}
		if err == nil {
			out, err = s.get(ctx, tx, id)
		}
		return err
	})
	return out, err
}

// BindPhone adds a number to a person: an operator has checked who calls from it (F28).
// fault.Conflict when it is his already, or he has as many as a card holds.
func (s *Service) BindPhone(ctx context.Context, tx *pg.Tx, id int64, number string) error {
	was, err := s.get(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case was.IsArchived:
		return gone()
	case slices.ContainsFunc(was.AllPhones, func(p Phone) bool { return p.Phone == number }):
		return fault.New(fault.Conflict, "member.phone_known", "Этот номер уже есть в карточке сотрудника.")
	case len(was.AllPhones) >= maxPhones:
		return fault.New(fault.Conflict, "member.phones_full", "В карточке уже %d телефонов: уберите лишний.", maxPhones)
	}
	if _, err := tx.Exec(ctx, `insert into member_phones (member_id, company_id, position, phone, hours, note)
		select $1, $2, coalesce(max(position), 0) + 1, $3, '[]', 'привязал диспетчер' from member_phones where member_id = $1`, id, was.CompanyID, number); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update members set version = version + 1 where id = $1`, id); err != nil {
		return err
	}
	return audit.Change(ctx, tx, was.CompanyID, "member.phone", object(id), nil, map[string]string{"phone": number})
}
