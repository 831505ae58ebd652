package serve

import (
	"context"
	"fmt"
	"time"

	"d24/internal/alarm"
	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Days before its end at which a certificate is spoken of, the last of them aloud (F81).
var certDays = []int{30, 14, 3}

// certLooks: our own pages' certificate is looked at every hour.
const certLooks = int(time.Hour / lookEvery)

// ofCerts are the alarms of certificates.
var ofCerts = []alarm.Code{alarm.CertEnds, alarm.CertLast}

// ending is the alarm of a certificate; false: it lasts.
func ending(subject, whose string, ends, now time.Time) (alarm.Alarm, bool) {
	left := ends.Sub(now)
	tier := 0
	for _, d := range certDays {
		if left <= time.Duration(d)*24*time.Hour {
			tier = d
		}
	}
	if ends.IsZero() || tier == 0 {
		return alarm.Alarm{}, false
	}
	a := alarm.Alarm{Code: alarm.CertEnds, Subject: subject, Text: fmt.Sprintf("Сертификат %s действует до %s: осталось меньше %d дней.", whose, ends.Format("02.01.2006"), tier)}
	if tier == certDays[len(certDays)-1] {
		a.Code = alarm.CertLast
		a.Text += " После этого связи не будет."
	}
	if left <= 0 {
		a.Text = fmt.Sprintf("Сертификат %s истёк %s.", whose, ends.Format("02.01.2006"))
	}
	return a, true
}

// certAlarms are those of providers' certificates and of our own that providers are shown.
func certAlarms(floors []telephony.Floor, now time.Time) (out []alarm.Alarm) {
	seen := map[string]bool{}
	add := func(subject, whose string, ends time.Time) {
		if a, ok := ending(subject, whose, ends, now); ok && !seen[subject] {
			seen[subject] = true
			out = append(out, a)
		}
	}
	for _, f := range floors {
		for _, t := range f.Trunks {
			add(fmt.Sprintf("trunk:%d", t.ID), "провайдера «"+t.Name+"»", t.CertEnds)
		}
		add("certificate:engine", "телефонной части", f.CertEnds)
	}
	return out
}

// pagesEnd asks when the certificate of the address that people open ends; nil: it has none.
func pagesEnd(c config.Config) func(ctx context.Context) (time.Time, error) {
	host, ok := PagesHost(c)
	if !ok {
		return nil
	}
	return func(ctx context.Context) (time.Time, error) { return CertificateEnds(ctx, host) }
}

// certs raises the alarms of certificates, those of the pages too.
func (w *watchman) certs(ctx context.Context) error {
	if w.pages != nil && w.certLook%certLooks == 0 {
		if ends, err := w.pages(ctx); err == nil {
			w.pagesEnd = ends
		} else if ctx.Err() == nil {
			w.log.WarnContext(ctx, "the certificate of the pages is not seen", "err", err)
		}
	}
	w.certLook++
	return pg.Do(ctx, w.app.DB, func(tx *pg.Tx) error {
		floors, err := w.app.Telephony.Floors(ctx, tx)
		if err != nil {
			return err
		}
		wanted := certAlarms(floors, tx.Now)
		if a, ok := ending("certificate:pages", "страниц", w.pagesEnd, tx.Now); ok {
			wanted = append(wanted, a)
		}
		stay := map[alarm.Code][]string{}
		for _, a := range wanted {
			stay[a.Code] = append(stay[a.Code], a.Subject)
			if err := alarm.Raise(ctx, tx, a); err != nil {
				return err
			}
		}
		for _, c := range ofCerts {
			if err := alarm.ClearBut(ctx, tx, c, stay[c]); err != nil {
				return err
			}
		}
		return nil
	})
}
