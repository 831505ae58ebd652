package announcement

import (
	"context"
	"time"

	"d24/internal/company"
	"d24/internal/phone"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// values of the variables for a number at a moment.
func (s *Service) values(ctx context.Context, tx *pg.Tx, companyID int64, l company.Line, at time.Time) (Values, error) {
	v := Values{"компания": "диспетчерская служба", "город": l.City, "номер": phone.Show(l.Phone)}
	zone := company.Location(l.CityZone)
	if companyID != 0 {
		c, err := s.companies.ByID(ctx, tx, companyID)
		if err != nil {
			return nil, err
		}
		zone = company.Location(c.Zone)
		v["компания"], v["часы"] = c.Name, "с "+c.Settings.WorkFrom+" до "+c.Settings.WorkTo
		if v["город"] == "" {
			v["город"] = c.City
		}
	}
	local := at.In(zone)
	v["время"], v["дата"] = local.Format("15:04"), local.Format("02.01")
	return v, nil
}

// hours decide which greeting of a number sounds.
func (s *Service) hours(ctx context.Context, tx *pg.Tx, l company.Line) (Hours, error) {
	h := Hours{Zone: company.Location(l.CityZone)}
	settings := company.Settings{}.WithDefaults()
	if l.CompanyID != 0 {
		c, err := s.companies.ByID(ctx, tx, l.CompanyID)
		if err != nil {
			return h, err
		}
		h.Zone, settings = company.Location(c.Zone), c.Settings
		if h.Production, err = s.calendars.Production(ctx, tx, l.CompanyID); err != nil {
			return h, err
		}
	}
	h.NightFrom, h.NightTo = minuteOf(settings.QuietFrom), minuteOf(settings.QuietTo)
	return h, nil
}

func minuteOf(hhmm string) int {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// Heard is what a number says to a caller.
type Heard struct {
	Greeting telephony.Speech
	Until    time.Time        // from then on another greeting may sound
	Plain    telephony.Speech // the greeting by day: it is never wrong
	After    []telephony.Speech
	Hold     telephony.Speech // empty: music
}

// At is what a number says at the moment an INVITE came, in the company's zone (F22): the
// greeting of the day, the night or the holiday, that the call is recorded, and what is
// said on hold. The number's own greeting is what all of them fall back to.
func (s *Service) At(ctx context.Context, tx *pg.Tx, l company.Line, at time.Time) (h Heard, err error) {
	hours, err := s.hours(ctx, tx, l)
	if err != nil {
		return h, err
	}
	set, err := latest(ctx, tx, []int64{0, l.CompanyID})
	if err != nil {
		return h, err
	}
	values, err := s.values(ctx, tx, l.CompanyID, l, at)
	if err != nil {
		return h, err
	}
	words, err := s.dictionary(ctx, tx, l.CompanyID)
	if err != nil {
		return h, err
	}
	own := func(k Kind, spare telephony.Spare) (telephony.Speech, bool) {
		for _, owner := range []int64{l.CompanyID, 0} {
			if a := set[Spot{owner, 0, k}]; a.Set() {
				return words.speech(Fill(a.Text, values), a.File(), spare), true
			}
		}
		return telephony.Speech{}, false
	}
	h.Plain = words.speech(Fill(l.Greeting, values), l.GreetingFile, telephony.SpareWait)
	kind, until := hours.Moment(at)
	h.Greeting, h.Until = h.Plain, until
	for _, k := range []Kind{Holiday, Night} { // a holiday without words of its own is greeted as its hour
		if is := k == kind || k == Night && kind == Holiday && hours.night(minutesOf(at.In(hours.Zone))); is {
			if g, has := own(k, telephony.SpareWait); has {
				h.Greeting = g
				break
			}
		}
	}
	if r, has := own(Recording, ""); has {
		h.After = append(h.After, r)
	}
	h.Hold, _ = own(Hold, telephony.SpareStay)
	return h, nil
}

func minutesOf(local time.Time) int { return local.Hour()*60 + local.Minute() }

// Words are what a company, else the platform, says of a kind to who calls a number: out
// of hours, at an old number. More values may be given. false: nobody has set it.
func (s *Service) Words(ctx context.Context, tx *pg.Tx, k Kind, l company.Line, more Values) (telephony.Speech, bool, error) {
	set, err := latest(ctx, tx, []int64{0, l.CompanyID})
	if err != nil {
		return telephony.Speech{}, false, err
	}
	values, err := s.values(ctx, tx, l.CompanyID, l, tx.Now)
	if err != nil {
		return telephony.Speech{}, false, err
	}
	for name, v := range more {
		values[name] = v
	}
	words, err := s.dictionary(ctx, tx, l.CompanyID)
	for _, owner := range []int64{l.CompanyID, 0} {
		if a := set[Spot{owner, 0, k}]; err == nil && a.Set() {
			return words.speech(Fill(a.Text, values), a.File(), telephony.SpareStay), true, nil
		}
	}
	return telephony.Speech{}, false, err
}

// Sample is a text as it would be said now, to listen to before it is saved.
func (s *Service) Sample(ctx context.Context, at Spot, text string) (said string, err error) {
	if at.CompanyID, err = owner(ctx, at.CompanyID); err != nil {
		return "", err
	}
	if at.Kind != "" {
		if err := Check(text, at.Kind.Variables()); err != nil {
			return "", err
		}
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (string, error) {
		var l company.Greeted
		if at.LineID != 0 {
			if l, err = s.companies.GreetingOf(ctx, tx, at.LineID); err != nil {
				return "", err
			}
		}
		values, err := s.values(ctx, tx, at.CompanyID, l.Line, tx.Now)
		if err != nil {
			return "", err
		}
		values["новый номер"] = values["номер"]
		words, err := s.dictionary(ctx, tx, at.CompanyID)
		return words.pronounce(Fill(text, values)), err
	})
}
