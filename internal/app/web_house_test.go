package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/app"
	"d24/internal/clock/clocktest"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/seed/seedtest"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// house is the whole web role on a database with the demo city: company 1 is «ours», 2 is the stranger.
type house struct {
	t      testing.TB
	app    *app.App
	clock  *clocktest.Clock
	api    huma.API
	server *httptest.Server
	hub    *live.Hub
	data   string
	sys    context.Context
	door   string     // of the engine, "" none
	mu     sync.Mutex // of tokens: races are tested with many people at once
	tokens map[string]string
	seq    int
}

// Noon of the demo city, a Tuesday.
var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

const (
	ours, strange = int64(1), int64(2)
)

func open(t testing.TB, with ...func(*app.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: clocktest.New(noon), data: t.TempDir(), sys: access.AsSystem(context.Background(), "test"), tokens: map[string]string{}}
	log := slog.New(slog.DiscardHandler)
	ring, err := secret.Generate()
	require.NoError(t, err)
	cfg := app.Config{Pool: seedtest.New(t, h.clock).Pool, Clock: h.clock, Log: log, Time: h.clock, Keys: ring, Data: h.data}
	for _, f := range with {
		f(&cfg)
	}
	h.app, err = app.New(cfg)
	require.NoError(t, err)
	h.people()
	must(t, h.app.Notify.Prepare(h.sys))
	h.hub = live.NewHub(h.app.DB, log)
	var handler http.Handler
	h.api, handler = h.app.API(app.WebConfig{
		DataDir: h.data, Voice: whistler{}, Log: log, Hub: h.hub, PhoneDoor: func(context.Context) (string, error) { return h.door, nil },
		Spa: fstest.MapFS{
			"index.html": {Data: []byte("<!doctype html><div id=root></div>")}, "assets/app-1a2b.js": {Data: []byte("export {}")}, "favicon.svg": {Data: []byte("<svg/>")},
		},
		Ready:   []app.Check{{Name: "database", Ask: h.app.DB.Pool.Ping}, {Name: "engine", Ask: h.engine}},
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "d24_up 1\n") }),
	})
	h.server = httptest.NewServer(handler)
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) engine(context.Context) error {
	if h.door == "" {
		return fmt.Errorf("no engine")
	}
	return nil
}

// people are one user of every role, beside those of the demo city.
func (h *house) people() {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		var member int64
		if err := tx.QueryRow(h.sys, `select min(id) from members where company_id = 1`).Scan(&member); err != nil {
			return err
		}
		var plumber int64
		err := tx.QueryRow(h.sys, `select d.member_id from member_duties d join work_types w on w.id = d.work_type_id
			where d.company_id = $1 and d.role = 'executor' and d.level = 1 and w.name = 'сантехника'`, strange).Scan(&plumber)
		if err != nil {
			return err
		}
		us := []account.NewUser{
			{Login: "executor-strange", Name: "Исполнитель два", Kind: "company", Memberships: []account.Membership{{ID: strange, Role: access.Executor, MemberID: plumber}}},
			{Login: "op-ours", Name: "Оператор один", Kind: "operator", Serves: []int64{ours}},
			{Login: "op-strange", Name: "Оператор два", Kind: "operator", Serves: []int64{strange}},
			{Login: "shared", Name: "Из двух компаний", Kind: "company", Memberships: []account.Membership{{ID: ours, Role: access.Readonly}, {ID: strange, Role: access.Admin}}},
		}
		for _, r := range []access.Role{access.Manager, access.Foreman, access.Contractor, access.Readonly, access.Dispatcher} {
			m := account.Membership{ID: ours, Role: r}
			if r == access.Contractor {
				m.MemberID = member
			}
			us = append(us, account.NewUser{Login: string(r), Name: string(r), Kind: "company", Memberships: []account.Membership{m}})
		}
		for _, u := range us {
			u.Password = u.Login
			if _, err := account.Create(h.sys, tx, u); err != nil {
				return err
			}
		}
		return nil
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	require.NoError(t, err)
}

// token signs a demo user in once; the password is the login. "" stays unsigned.
func (h *house) token(login string) string {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if login == "" || h.tokens[login] != "" {
		return h.tokens[login]
	}
	o, err := h.app.Accounts.Login(context.Background(), account.Entry{Login: login, Password: login, Device: "test", Source: "127.0.0.1"})
	require.NoError(h.t, err)
	h.tokens[login] = o.Token
	return o.Token
}

// program is a token of the API with all that its issuer may give; requests «as» "api-admin"
// come with that of "admin".
func (h *house) program(issuer string) string {
	h.t.Helper()
	h.mu.Lock()
	t := h.tokens["api-"+issuer]
	h.mu.Unlock()
	if t != "" {
		return t
	}
	may := h.ok(issuer, "GET", "/tokens", nil).get(h.t, "tickable")
	made := h.ok(issuer, "POST", "/tokens", map[string]any{"name": "Учёт " + issuer, "permissions": may, "days": 30})
	t, _ = made.get(h.t, "token").(string)
	h.mu.Lock()
	h.tokens["api-"+issuer] = t
	h.mu.Unlock()
	return t
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// into reads the body as JSON.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(a.body), v), a.body)
}

// get reads a part of the body by a path: "items.0.id".
func (a answer) get(t testing.TB, path string) any {
	t.Helper()
	var v any
	a.into(t, &v)
	for _, k := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			require.Contains(t, x, k, a.body)
			v = x[k]
		case []any:
			var i int
			_, err := fmt.Sscan(k, &i)
			require.NoError(t, err)
			require.Greater(t, len(x), i, "%s of %s", path, a.body)
			v = x[i]
		default:
			require.Failf(t, "no such place", "%s in %s", path, a.body)
		}
	}
	return v
}

func (a answer) id(t testing.TB, path string) int64 {
	t.Helper()
	n, ok := a.get(t, path).(float64)
	require.True(t, ok, path)
	return int64(n)
}

// as sends a request of the user; path is under /api/v1 when it does not begin with a full path.
func (h *house) as(login, method, path string, body any) answer {
	h.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		require.NoError(h.t, err)
		r = bytes.NewReader(raw)
	}
	return h.send(login, method, path, r, nil)
}

func (h *house) send(login, method, path string, body io.Reader, header http.Header) answer {
	h.t.Helper()
	if !strings.HasPrefix(path, "/api/") {
		path = httpapi.Prefix + path
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, body)
	require.NoError(h.t, err)
	req.Header.Set("Sec-Fetch-Site", "same-origin") // as a page of ours does
	for k, v := range header {
		req.Header[k] = v
	}
	req.Host = header.Get("Host") // "": the server's
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if issuer, program := strings.CutPrefix(login, "api-"); program {
		req.Header.Del("Sec-Fetch-Site") // a program is no page
		req.Header.Set("Authorization", "Bearer "+h.program(issuer))
	} else if t := h.token(login); t != "" {
		req.AddCookie(&http.Cookie{Name: httpapi.Cookie, Value: t})
	}
	res, err := h.server.Client().Do(req)
	require.NoError(h.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(h.t, err)
	return answer{res.StatusCode, res.Header, string(raw)}
}

// ok sends a request that must succeed.
func (h *house) ok(login, method, path string, body any) answer {
	h.t.Helper()
	a := h.as(login, method, path, body)
	require.Less(h.t, a.status, 300, "%s %s: %d %s", method, path, a.status, a.body)
	return a
}

// fails sends a request that must be refused with this status and code.
func (h *house) fails(login, method, path string, body any, status int, code string) answer {
	h.t.Helper()
	a := h.as(login, method, path, body)
	require.Equal(h.t, status, a.status, "%s %s: %s", method, path, a.body)
	require.Equal(h.t, code, a.get(h.t, "code"), a.body)
	require.Equal(h.t, "application/problem+json", a.header.Get("Content-Type"))
	return a
}

// one reads a number from the database past all fences.
func (h *house) one(q string, args ...any) (n int64) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(h.sys, q, args...).Scan(&n) }))
	return n
}

func (h *house) do(q string, args ...any) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(h.sys, q, args...)
		return err
	}))
}

func (h *house) reason(company int64, code string) int64 {
	return h.one(`select id from reasons where company_id = $1 and code = $2`, company, code)
}

func (h *house) building(company int64) int64 {
	return h.one(`select min(id) from buildings where company_id = $1`, company)
}

// form is a body for a new ticket of a company: code of the reason "ВС-02" is an emergency.
func (h *house) form(company int64, code string) map[string]any {
	h.seq++
	return map[string]any{
		"company_id": company, "building_id": h.building(company), "unit": "5", "reason_id": h.reason(company, code),
		"answers": []map[string]any{{"id": 1, "value": "не знает"}}, "caller_phone": "8 (900) 090-00-59", "idempotency_key": fmt.Sprintf("form-%d-%d", company, h.seq),
	}
}

func (h *house) ticket(company int64, code string) ticket.Ticket {
	h.t.Helper()
	t, _, err := h.app.Tickets.Create(h.sys, ticket.NewTicket{
		CompanyID: company, BuildingID: h.building(company), Unit: "5", ReasonID: h.reason(company, code), Answers: []ticket.Answer{{ID: 1, Value: "не знает"}},
		CallerPhone: "+79000900059", Source: "phone",
	})
	require.NoError(h.t, err)
	return t
}

// call lets a resident ring: company 0 is the city's number. It returns the call's key.
func (h *house) call(company int64, phone string) string {
	h.t.Helper()
	h.seq++
	key := fmt.Sprintf("call-%d-%d", company, h.seq)
	line := h.one(`select id from lines where coalesce(company_id, 0) = $1`, company)
	for i, k := range []telephony.ReportKind{telephony.CallStarted, telephony.CallAnswered, telephony.CallQueued} {
		h.report(telephony.Report{CallKey: key, Seq: i + 1, Kind: k, Direction: "inbound", Phone: phone, LineID: line, CompanyID: company, CityID: 1})
	}
	return key
}

func (h *house) report(r telephony.Report) {
	h.t.Helper()
	r.At, r.Node = h.clock.Now(), "test"
	must(h.t, h.app.Telephony.Report(h.sys, r))
}

// recording writes a file and its row for a call; it returns the recording's id.
func (h *house) recording(key string, sound []byte) int64 {
	h.t.Helper()
	rel := filepath.Join("recordings", "2026", "11", "24", key+".wav")
	must(h.t, os.MkdirAll(filepath.Join(h.data, filepath.Dir(rel)), 0o750))
	must(h.t, os.WriteFile(filepath.Join(h.data, rel), sound, 0o600))
	h.report(telephony.Report{CallKey: key, Seq: 50, Kind: telephony.CallRecorded, Recording: &telephony.RecordingFact{Path: rel, State: "done", DurationMS: 1000, Bytes: int64(len(sound))}})
	return h.one(`select max(id) from recordings`)
}

// task makes an open call-back task of a company.
func (h *house) task(company int64, phone string) int64 {
	h.t.Helper()
	key := h.call(company, phone)
	h.report(telephony.Report{CallKey: key, Seq: 60, Kind: telephony.CallEnded, Outcome: telephony.Abandoned})
	h.work()
	return h.one(`select max(id) from call_tasks where company_id = $1 and purpose = 'callback'`, company)
}
