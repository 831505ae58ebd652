package staff

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
)

// bounds of a card.
const (
	maxPhones   = 10
	maxChannels = 20
	maxDuties   = 200
	maxHours    = 14
)

// check reads a card and puts it in order; every fault stands at its field.
func (s *Service) check(ctx context.Context, tx *pg.Tx, companyID int64, c *Card) error {
	bad := fault.New(fault.Invalid, "member.incomplete", "Сотрудник не сохранён: исправьте отмеченное.")
	c.Name, c.SpokenName, c.Position = strings.TrimSpace(c.Name), strings.TrimSpace(c.SpokenName), strings.TrimSpace(c.Position)
	if c.Name == "" {
		bad = bad.At("body.name", "напишите фамилию и инициалы или название подрядчика")
	}
	if c.Zone != "" && !isZone(c.Zone) {
		bad = bad.At("body.zone", "такого часового пояса нет")
	}
	phones(bad, c)
	channels(bad, c)
	if err := s.duties(ctx, tx, companyID, bad, c); err != nil {
		return err
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// note marks a field; the fault is one, its fields are many.
func note(bad *fault.Error, at, why string) { _ = bad.At(at, why) }

func isZone(zone string) bool {
	_, err := time.LoadLocation(zone)
	return err == nil && strings.Contains(zone, "/")
}

func phones(bad *fault.Error, c *Card) {
	if len(c.Phones) > maxPhones {
		note(bad, "body.phones", fmt.Sprintf("не больше %d телефонов", maxPhones))
	}
	seen := map[string]bool{}
	for i := range c.Phones {
		p := &c.Phones[i]
		at := fmt.Sprintf("body.phones[%d].", i)
		e, err := phone.Parse(p.Phone, "")
		switch {
		case err != nil:
			var f *fault.Error
			fault.As(err, &f)
			note(bad, at+"phone", f.Message)
		case seen[e]:
			note(bad, at+"phone", "этот номер уже есть выше")
		default:
			p.Phone, seen[e] = e, true
		}
		p.Hours = hours(bad, at, p.Hours)
	}
}

// hours checks that they make sense; where a shift's end is before its start, it is
// of the next day.
func hours(bad *fault.Error, at string, hs []PhoneHours) []PhoneHours {
	if len(hs) > maxHours {
		note(bad, at+"hours", fmt.Sprintf("не больше %d промежутков", maxHours))
		return hs
	}
	for i := range hs {
		h := &hs[i]
		if h.To <= h.From && h.To >= 0 {
			h.To += 1440
		}
		if h.From < 0 || h.From >= 1440 || h.To > h.From+1440 || h.To <= h.From {
			note(bad, fmt.Sprintf("%shours[%d].from", at, i), "укажите часы от 00:00 до 24:00")
		}
		if slices.ContainsFunc(h.Days, func(d int) bool { return d < 0 || d > 6 }) {
			note(bad, fmt.Sprintf("%shours[%d].days", at, i), "дни недели от 0 (понедельник) до 6")
		}
		if h.Days == nil {
			h.Days = []int{}
		}
	}
	if hs == nil {
		return []PhoneHours{}
	}
	return hs
}

var (
	ways  = []string{"call", "sms", "push", "telegram", "email"}
	kinds = []string{"emergency", "planned", "paid"}
)

func channels(bad *fault.Error, c *Card) {
	if len(c.Channels) > maxChannels {
		note(bad, "body.channels", fmt.Sprintf("не больше %d способов", maxChannels))
	}
	for i := range c.Channels {
		h := &c.Channels[i]
		at := fmt.Sprintf("body.channels[%d].", i)
		h.Address = strings.TrimSpace(h.Address)
		switch _, err := mail.ParseAddress(h.Address); {
		case !slices.Contains(ways, h.Channel):
			note(bad, at+"channel", "такого способа нет")
		case h.Channel == "email" && err != nil:
			note(bad, at+"address", "это не адрес почты")
		case h.Channel == "telegram" && h.Address == "":
			note(bad, at+"address", "укажите имя или номер в Telegram")
		}
		if slices.ContainsFunc(h.Kinds, func(k string) bool { return !slices.Contains(kinds, k) }) {
			note(bad, at+"kinds", "такого вида заявок нет")
		}
		h.Hours = hours(bad, at, h.Hours)
	}
}

func (s *Service) duties(ctx context.Context, tx *pg.Tx, companyID int64, bad *fault.Error, c *Card) error {
	if len(c.Duties) > maxDuties {
		note(bad, "body.duties", fmt.Sprintf("не больше %d строк", maxDuties))
		return nil
	}
	works, err := s.workTypes(ctx, tx)
	if err != nil {
		return err
	}
	seen := map[Duty]bool{}
	for i := range c.Duties {
		d := &c.Duties[i]
		at := fmt.Sprintf("body.duties[%d].", i)
		d.ID, d.WorkType = 0, ""
		if d.Role != "executor" && d.Role != "responsible" {
			note(bad, at+"role", "исполнитель или ответственный")
		}
		if d.Level < 1 || d.Level > 9 {
			note(bad, at+"level", "уровень от 1 до 9")
		}
		if k := slices.IndexFunc(works, func(w WorkType) bool { return w.ID == d.WorkTypeID }); d.WorkTypeID != 0 && k < 0 {
			note(bad, at+"work_type_id", "такого вида работ нет")
		} else if k >= 0 {
			d.WorkType = works[k].Name
		}
		if err := s.dutyGroup(ctx, tx, companyID, bad, at, *d); err != nil {
			return err
		}
		if d.BuildingID != 0 {
			if of, err := s.Houses.CompanyOf(ctx, tx, d.BuildingID); fault.KindOf(err) == fault.NotFound || err == nil && of != companyID {
				note(bad, at+"building_id", "этого дома у компании нет")
			} else if err != nil {
				return err
			}
		}
		if seen[*d] {
			note(bad, at+"work_type_id", "такая строка уже есть выше")
		}
		seen[*d] = true
	}
	return nil
}

func (s *Service) dutyGroup(ctx context.Context, tx *pg.Tx, companyID int64, bad *fault.Error, at string, d Duty) error {
	if d.GroupID == 0 {
		return nil
	}
	if d.BuildingID != 0 {
		note(bad, at+"group_id", "выберите или дом, или группу домов")
	}
	ours, err := s.Houses.GroupsOf(ctx, tx, companyID, []int64{d.GroupID})
	if err == nil && len(ours) == 0 {
		note(bad, at+"group_id", "такой группы домов у компании нет")
	}
	return err
}

// WorkType is a kind of work, shared by all companies.
type WorkType struct {
	ID   int64
	Name string
}

// WorkTypes are the kinds of work by name.
func (s *Service) WorkTypes(ctx context.Context) ([]WorkType, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]WorkType, error) { return s.workTypes(ctx, tx) })
}
