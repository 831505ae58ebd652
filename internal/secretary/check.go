package secretary

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/calendar"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/staff"
)

const (
	maxPhones  = 5
	maxHours   = 14
	maxReasons = 200
)

// findings gathers what is wrong with a form, at its fields.
type findings struct{ *fault.Error }

func (f findings) at(ok bool, where, format string, args ...any) {
	if !ok && len(f.Fields) < 30 {
		_ = f.At("body."+where, fmt.Sprintf(format, args...))
	}
}

func (f findings) line(s *string, where string, longest int) {
	*s = strings.Join(strings.Fields(*s), " ")
	f.at(len([]rune(*s)) <= longest, where, "не длиннее %d знаков", longest)
}

// check reads a person and puts him in order; every fault stands at its field.
func (s *Service) check(ctx context.Context, tx *pg.Tx, c *Competent) error {
	f := findings{fault.New(fault.Invalid, "competent.wrong", "Не сохранено: исправьте отмеченное.")}
	f.line(&c.Name, "name", 120)
	f.line(&c.Position, "position", 120)
	f.line(&c.Subject, "subject", 300)
	f.at(c.Name != "", "name", "напишите, кто это")
	f.at(c.Subject != "", "subject", "напишите, по каким вопросам к нему переводить")
	f.phones(c)
	f.hours(c)
	if err := s.member(ctx, tx, f, c); err != nil {
		return err
	}
	if err := s.ofReasons(ctx, tx, f, c); err != nil {
		return err
	}
	if len(f.Fields) > 0 {
		return f.Error
	}
	return nil
}

func (f findings) phones(c *Competent) {
	out := make([]string, 0, len(c.Phones))
	for i, p := range c.Phones {
		if strings.TrimSpace(p) == "" {
			continue
		}
		e, err := phone.Parse(p, "")
		ok := err == nil && phone.MayDial(e) == nil
		f.at(ok, fmt.Sprintf("phones[%d]", i), "нужен городской или мобильный номер России")
		if ok && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	f.at(len(out) <= maxPhones, "phones", "не больше %d телефонов", maxPhones)
	f.at(len(c.Phones) > 0 && len(out) > 0 || c.MemberID != 0 || len(f.Fields) > 0, "phones", "нужен телефон или сотрудник, у которого он есть")
	c.Phones = out
}

// hours checks that they make sense; an end not after its start is of the next day.
func (f findings) hours(c *Competent) {
	f.at(len(c.Hours) <= maxHours, "hours", "не больше %d промежутков", maxHours)
	if c.Hours == nil {
		c.Hours = []staff.PhoneHours{}
	}
	for i := range c.Hours {
		h := &c.Hours[i]
		if h.To <= h.From && h.To >= 0 {
			h.To += 1440
		}
		f.at(calendar.Shift{From: h.From, To: h.To}.Valid(), fmt.Sprintf("hours[%d].from", i), "укажите часы от 00:00 до 24:00")
		f.at(!slices.ContainsFunc(h.Days, func(d int) bool { return d < 0 || d > 6 }), fmt.Sprintf("hours[%d].days", i), "дни недели от 0 (понедельник) до 6")
		if h.Days == nil {
			h.Days = []int{}
		}
	}
}

func (s *Service) member(ctx context.Context, tx *pg.Tx, f findings, c *Competent) error {
	if c.MemberID == 0 {
		return nil
	}
	name, err := s.staff.NameIn(ctx, tx, c.CompanyID, c.MemberID)
	f.at(err != nil || name != "", "member_id", "такого сотрудника у компании нет")
	return err
}

func (s *Service) ofReasons(ctx context.Context, tx *pg.Tx, f findings, c *Competent) error {
	slices.Sort(c.ReasonIDs)
	if c.ReasonIDs = slices.Compact(c.ReasonIDs); c.ReasonIDs == nil {
		c.ReasonIDs = []int64{}
	}
	f.at(len(c.ReasonIDs) <= maxReasons, "reason_ids", "не больше %d причин", maxReasons)
	for _, id := range c.ReasonIDs[:min(len(c.ReasonIDs), maxReasons)] {
		switch _, err := s.reasons.ByID(ctx, tx, c.CompanyID, id); {
		case fault.KindOf(err) == fault.NotFound:
			f.at(false, "reason_ids", "среди причин есть причина не этой компании")
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}

func day(at time.Time, zone *time.Location) calendar.Date { return calendar.DateOf(at.In(zone)) }
