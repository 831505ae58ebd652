package obs

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"d24/internal/clock"
)

// Latency are bounds in seconds for what a person waits for.
var Latency = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// askFor bounds a question asked while the figures are read.
const askFor = 2 * time.Second

// Metrics are the figures of one process. Names begin with d24_, seconds and
// bytes are the units, and the values of labels are closed sets: never a phone,
// a ticket or an address.
type Metrics struct {
	reg *prometheus.Registry
	log *slog.Logger
}

// NewMetrics makes the figures of a process in a role (all, web, work, phone),
// with those of the Go runtime and of the process in it already.
func NewMetrics(role string, log *slog.Logger) *Metrics {
	m := &Metrics{reg: prometheus.NewRegistry(), log: log}
	m.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.Gauge("d24_info", "What this process is: 1.", "role").WithLabelValues(role).Set(1)
	return m
}

// Counter makes a figure that only grows; its name ends in _total. A name used
// twice panics: it is a mistake of the program, seen at its first start.
func (m *Metrics) Counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.reg.MustRegister(v)
	return v
}

// Gauge makes a figure that goes up and down.
func (m *Metrics) Gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	m.reg.MustRegister(v)
	return v
}

// Histogram makes a distribution, in seconds when bounds are Latency.
func (m *Metrics) Histogram(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, labels)
	m.reg.MustRegister(v)
	return v
}

// GaugeFunc makes a figure that f tells when it is asked; f must not wait.
func (m *Metrics) GaugeFunc(name, help string, f func() float64) {
	m.reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
}

// Sample is one value with the values of its labels, in their order.
type Sample struct {
	Labels []string
	Value  float64
}

// Ask makes a gauge whose values are asked anew each time the figures are read: the
// depth of a queue, the age of the oldest job. f has 2 s; what fails is logged
// and missing from the page, which a rule on absence notices.
func (m *Metrics) Ask(name, help string, labels []string, f func(context.Context) ([]Sample, error)) {
	m.reg.MustRegister(&asked{desc: prometheus.NewDesc(name, help, labels, nil), name: name, ask: f, log: m.log})
}

// asked is a collector that calls a function.
type asked struct {
	desc *prometheus.Desc
	name string
	ask  func(context.Context) ([]Sample, error)
	log  *slog.Logger
}

// Describe tells the registry what is collected.
func (a *asked) Describe(ch chan<- *prometheus.Desc) { ch <- a.desc }

// Collect asks and sends what it got.
func (a *asked) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), askFor)
	defer cancel()
	got, err := a.ask(ctx)
	if err != nil {
		a.log.Warn("a figure cannot be read", "figure", a.name, "err", err)
		return
	}
	for _, s := range got {
		v, err := prometheus.NewConstMetric(a.desc, prometheus.GaugeValue, s.Value, s.Labels...)
		if err != nil {
			v = prometheus.NewInvalidMetric(a.desc, err)
		}
		ch <- v
	}
}

// Handler shows the figures, to this machine only: 403 to any other, also when a
// proxy on this machine passes its request on.
func (m *Metrics) Handler() http.Handler {
	return Loopback(promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
}

// Loopback lets only requests of this machine through.
func Loopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		passedOn := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != ""
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() || passedOn {
			http.Error(w, "only for this machine", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// HTTP counts the requests that next answers and measures them. It stands right
// around the http.ServeMux: the label route is the pattern that matched ("other"
// where none did), so a stranger cannot grow the page with invented addresses.
func (m *Metrics) HTTP(next http.Handler, now clock.Clock) http.Handler {
	took := m.Histogram("d24_http_seconds", "Time to answer a request.", Latency, "method", "route", "code")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := now.Now()
		seen := &status{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		route := r.Pattern
		if route == "" {
			route = "other"
		}
		took.WithLabelValues(method(r.Method), route, strconv.Itoa(seen.code())).Observe(now.Now().Sub(began).Seconds())
	})
}

func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// status remembers what was answered.
type status struct {
	http.ResponseWriter
	said int
}

// WriteHeader remembers the first status that is not informational.
func (s *status) WriteHeader(code int) {
	if s.said == 0 && (code >= 200 || code == http.StatusSwitchingProtocols) {
		s.said = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) code() int {
	if s.said == 0 {
		return http.StatusOK
	}
	return s.said
}

// Unwrap lets http.ResponseController reach the real writer.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Flush sends what is written: live streams need it.
func (s *status) Flush() {
	if f, ok := s.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Hijack hands the connection over: WebSockets need it.
func (s *status) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := s.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.ErrUnsupported
	}
	s.said = http.StatusSwitchingProtocols
	return h.Hijack()
}
