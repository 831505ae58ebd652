package engine

import (
	"net/http"

	"d24/internal/platform/obs"
	"d24/internal/telephony"
)

// metrics are the figures of this process: what a call holds must be back at its
// idle number when the calls are over.
func (e *Engine) metrics() http.Handler {
	m := obs.NewMetrics("phone", e.log)
	m.GaugeFunc("d24_phone_legs", "Legs of calls.", func() float64 { return float64(e.stack.Counts().Legs) })
	m.GaugeFunc("d24_phone_dialogs", "SIP dialogs.", func() float64 { return float64(e.stack.Counts().Dialogs) })
	m.GaugeFunc("d24_phone_transactions", "SIP transactions; they stay for 32 s after a call.", func() float64 { return float64(e.stack.Counts().Transactions) })
	m.GaugeFunc("d24_phone_ports", "Open RTP ports.", func() float64 { return float64(e.ports.InUse()) })
	m.GaugeFunc("d24_phone_late_ticks", "Ticks of 20 ms that came late since the start.", func() float64 { return float64(e.pacer.Late()) })
	m.GaugeFunc("d24_phone_reports_waiting", "Facts of calls that are not in the database yet.", func() float64 { return float64(e.reports.waiting()) })
	empties := m.Counter("d24_phone_empty_calls", "Calls of residents' lines in which nobody spoke and that were ended politely, by why: fax, silence.", "why")
	for _, why := range telephony.Empties {
		empties.WithLabelValues(string(why))
	}
	e.emptied = func(why telephony.Empty) { empties.WithLabelValues(string(why)).Inc() }
	return m.Handler()
}
