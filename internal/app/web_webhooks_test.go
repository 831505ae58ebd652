package app_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/app"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
	"d24/internal/webhook"
)

// listener is a company's program: it keeps what it is told and answers as it is set.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	told   []heard
	status int
	then   func() // what happens after it has heard
}

// heard is one telling.
type heard struct {
	header http.Header
	raw    string
	body   struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Data struct {
			Ticket struct {
				ID     int64  `json:"id"`
				Status string `json:"status"`
				Phone  string `json:"caller_phone"`
			} `json:"ticket"`
			Call struct {
				ID      int64  `json:"id"`
				Outcome string `json:"outcome"`
				Phone   string `json:"phone"`
			} `json:"call"`
			Facts struct{ From, To string } `json:"facts"`
		} `json:"data"`
	}
}

func listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{status: http.StatusOK}
	l.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		x := heard{header: r.Header, raw: string(raw)}
		_ = json.Unmarshal(raw, &x.body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.told = append(l.told, x)
		if l.then != nil {
			l.then()
		}
		w.WriteHeader(l.status)
	}))
	t.Cleanup(l.Close)
	return l
}

// all is what it was told since it was asked last.
func (l *listener) all() []heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.told
	l.told = nil
	return out
}

// openTo is a house whose webhooks may lead to a listener on this machine.
func openTo(t *testing.T, l *listener) *house {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(l.Certificate())
	return open(t, func(c *app.Config) {
		c.Outbound = outbound.Rules{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Roots: roots}
	})
}

func (h *house) hook(by string, l *listener, change map[string]any) (id int64, secret string) {
	h.t.Helper()
	form := map[string]any{"name": "Учёт", "url": l.URL + "/hook", "events": []string{"ticket.created", "ticket.changed", "ticket.closed", "emergency.not_taken", "call.ended"}, "is_on": true}
	for k, v := range change {
		form[k] = v
	}
	a := h.ok(by, "POST", "/webhooks", form)
	secret, _ = a.get(h.t, "secret").(string)
	return a.id(h.t, "item.id"), secret
}

// wait lets time pass and tries the deliveries that are due; nothing else of the program moves.
func (h *house) wait(d time.Duration) {
	h.t.Helper()
	h.clock.Set(h.clock.Now().Add(d))
	for {
		var args []byte
		err := h.app.DB.Pool.QueryRow(h.sys, `update river_job set state = 'completed', finalized_at = $1 where id = (select id from river_job
			where kind = 'webhook.send' and state in ('available', 'scheduled') and scheduled_at <= $1 order by scheduled_at, id limit 1) returning args`, h.clock.Now()).Scan(&args)
		if errors.Is(err, pgx.ErrNoRows) {
			return
		}
		require.NoError(h.t, err)
		must(h.t, h.app.Webhooks.Try(h.sys, read[webhook.Send](h.t, args)))
	}
}

// signed tells whether a telling is signed by a secret, as the other side would look.
func (x heard) signed(secret string) bool {
	for _, part := range strings.Split(x.header.Get("D24-Signature"), ",") {
		var at int64
		if _, err := fmt.Sscanf(part, "t=%d", &at); err == nil {
			want := webhook.Signature([][]byte{[]byte(secret)}, time.Unix(at, 0), []byte(x.raw))
			_, ours, _ := strings.Cut(want, ",")
			return strings.Contains(x.header.Get("D24-Signature"), ours)
		}
	}
	return false
}

// TestAnAddressIsToldOfWhatHappens: of its own company's requests and calls, signed; a
// replaced secret signs for a day beside the new one; numbers only where they were asked for.
func TestAnAddressIsToldOfWhatHappens(t *testing.T) {
	t.Parallel()
	l := listen(t)
	h := openTo(t, l)
	id, secret := h.hook("admin", l, nil)
	h.hook("admin2", l, map[string]any{"events": []string{"call.ended"}, "name": "Чужой"})
	made := h.ticket(ours, "ВС-02")
	h.ticket(strange, "ВС-02")
	h.work()
	told := l.all()
	require.Len(t, told, 1)
	x := told[0]
	require.Equal(t, "ticket.created", x.body.Type)
	require.Equal(t, made.ID, x.body.Data.Ticket.ID)
	require.Empty(t, x.body.Data.Ticket.Phone, "numbers were not asked for")
	require.NotContains(t, x.raw, "+7900")
	require.Equal(t, x.body.ID, x.header.Get("D24-Event-Id"))
	require.True(t, x.signed(secret))
	require.False(t, x.signed(secret+"x"))

	h.ok("admin", "PUT", fmt.Sprintf("/webhooks/%d", id), map[string]any{"name": "Учёт", "url": l.URL + "/hook", "events": []string{"ticket.changed", "ticket.closed", "call.ended"}, "is_on": true, "has_phones": true, "version": 1})
	again, _ := h.ok("admin", "POST", fmt.Sprintf("/webhooks/%d/secret", id), nil).get(t, "secret").(string)
	h.ok("admin", "POST", fmt.Sprintf("/tickets/%d/move", made.ID), map[string]any{"to": "cancelled", "version": 1, "reason": "ошибка"})
	h.work()
	told = l.all()
	require.Len(t, told, 1)
	x = told[0]
	require.Equal(t, "ticket.closed", x.body.Type)
	require.Equal(t, "cancelled", x.body.Data.Facts.To)
	require.Equal(t, "new", x.body.Data.Facts.From)
	require.Equal(t, "+79000900059", x.body.Data.Ticket.Phone)
	require.True(t, x.signed(secret))
	require.True(t, x.signed(again))

	h.clock.Set(h.clock.Now().Add(25 * time.Hour))
	key := h.call(ours, "+79000900077")
	h.report(telephony.Report{CallKey: key, Seq: 60, Kind: telephony.CallEnded, Outcome: telephony.Answered})
	h.work()
	told = l.all()
	require.Len(t, told, 1)
	require.Equal(t, "call.ended", told[0].body.Type)
	require.Equal(t, "+79000900077", told[0].body.Data.Call.Phone)
	require.True(t, told[0].signed(again))
	require.False(t, told[0].signed(secret), "the replaced secret's day is over")

	require.NotContains(t, h.words(`select string_agg(to_jsonb(s)::text, '') from webhook_secrets s`), secret[6:], "secrets lie sealed")
	require.Zero(t, h.one(`select count(*) from webhook_secrets where plain is not null`))
	require.NotContains(t, h.words(`select string_agg(data::text, '') from audit_entries`), again[6:])
}

// TestADeliveryIsTriedForADay: with growing pauses, under the same id; then it is given up,
// shown, and tried anew when a person says so; after days of failures the address is told no
// more and an alarm stands until somebody looks.
func TestADeliveryIsTriedForADay(t *testing.T) {
	t.Parallel()
	l := listen(t)
	h := openTo(t, l)
	id, _ := h.hook("admin", l, map[string]any{"events": []string{"ticket.created"}})
	at := fmt.Sprintf("/webhooks/%d", id)
	l.status = http.StatusInternalServerError
	h.ticket(ours, "ВС-05")
	h.wait(0)
	first := l.all()
	require.Len(t, first, 1)
	h.wait(9 * time.Second)
	require.Empty(t, l.all(), "not before its pause is over")
	h.wait(2 * time.Second)
	second := l.all()
	require.Len(t, second, 1)
	require.Equal(t, first[0].body.ID, second[0].body.ID, "the same event")
	for range 50 {
		h.wait(30 * time.Minute)
	}
	tries := len(l.all())
	require.Greater(t, tries, 8)
	require.Less(t, tries, 20)
	log := h.ok("admin", "GET", at+"/deliveries?state=dead", nil)
	require.Equal(t, "ответ 500", log.get(t, "items.0.note"))
	require.Equal(t, "dead", log.get(t, "items.0.state"))
	retry := fmt.Sprintf("%s/deliveries/%d/retry", at, log.id(t, "items.0.id"))
	l.status = http.StatusNoContent
	h.ok("admin", "POST", retry, nil)
	h.wait(0)
	require.Equal(t, first[0].body.ID, l.all()[0].body.ID)
	h.fails("admin", "POST", retry, nil, 409, "webhook.not_dead")
	require.Nil(t, h.ok("admin", "GET", "/webhooks", nil).get(t, "items.0.failing_since"), "a success forgives")

	l.status = http.StatusBadGateway
	for range 4 {
		h.ticket(ours, "ВС-05")
		for range 6 {
			h.wait(4 * time.Hour)
		}
	}
	off := h.ok("admin", "GET", "/webhooks", nil)
	require.Equal(t, false, off.get(t, "items.0.is_on"))
	require.NotNil(t, off.get(t, "items.0.disabled_at"))
	require.Equal(t, int64(1), h.one(`select count(*) from alarms where code = 'webhook-off' and company_id = 1 and cleared_at is null`))
	require.Zero(t, h.one(`select count(*) from webhook_deliveries where state = 'waiting'`))
	l.all()
	h.ticket(ours, "ВС-05")
	h.wait(0)
	require.Empty(t, l.all())
	h.ok("admin", "PUT", at, map[string]any{"name": "Учёт", "url": l.URL + "/hook", "events": []string{"ticket.created"}, "is_on": true})
	require.Zero(t, h.one(`select count(*) from alarms where code = 'webhook-off' and cleared_at is null`))
	h.ticket(ours, "ВС-05")
	h.wait(0)
	require.Len(t, l.all(), 1)
}

// TestNothingIsToldThatItsPersonMayNotSee: rights taken from who set a webhook up are taken
// from it, at the next telling.
func TestNothingIsToldThatItsPersonMayNotSee(t *testing.T) {
	t.Parallel()
	l := listen(t)
	h := openTo(t, l)
	h.hook("admin", l, map[string]any{"has_phones": true})
	me := h.user("admin")
	h.do(`update company_users set role = 'admin' where company_id = 1 and user_id = $1`, h.user("manager")) // one stays
	h.do(`update company_users set role = 'executor', member_id = null where company_id = 1 and user_id = $1`, me)
	h.ticket(ours, "ВС-02")
	h.work()
	require.Empty(t, l.all())
	require.Equal(t, "dropped", h.words(`select state from webhook_deliveries where kind = 'ticket.created'`))
	h.do(`update company_users set is_blocked = true where company_id = 1 and user_id = $1`, me)
	h.ticket(ours, "ВС-02")
	h.work()
	require.Empty(t, l.all())
	require.Equal(t, int64(2), h.one(`select count(*) from webhook_deliveries where state = 'dropped' and kind = 'ticket.created'`))
}

// TestWhatIsCommittedIsTold: a change that is undone is not told; killed after the answer and
// before our note of it, the same event is told once more under the same id, and not lost.
func TestWhatIsCommittedIsTold(t *testing.T) {
	t.Parallel()
	l := listen(t)
	h := openTo(t, l)
	h.hook("admin", l, map[string]any{"events": []string{"ticket.created"}})
	undone := errors.New("undone")
	err := pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		if err := h.app.Webhooks.Note(h.sys, tx, []webhook.Event{{CompanyID: ours, Kind: webhook.TicketCreated, SubjectID: 1}}); err != nil {
			return err
		}
		return undone
	})
	require.ErrorIs(t, err, undone)
	require.Zero(t, h.one(`select count(*) from webhook_deliveries`))
	require.Zero(t, h.one(`select count(*) from river_job where kind = 'webhook.send'`))

	h.ticket(ours, "ВС-02")
	require.Equal(t, int64(1), h.one(`select count(*) from river_job where kind = 'webhook.send' and state = 'available'`), "the work of it was committed with it")
	job := webhook.Send{DeliveryID: h.one(`select id from webhook_deliveries`), Try: 1}
	ctx, die := context.WithCancel(h.sys)
	l.then = die
	require.Error(t, h.app.Webhooks.Try(ctx, job), "the process died while the other side answered")
	require.Equal(t, "waiting", h.words(`select state from webhook_deliveries`))
	l.then = nil
	must(t, h.app.Webhooks.Try(h.sys, job)) // taken over
	must(t, h.app.Webhooks.Try(h.sys, job)) // and once more, by a late twin
	told := l.all()
	require.Len(t, told, 2)
	require.Equal(t, told[0].body.ID, told[1].body.ID)
	require.Equal(t, "done", h.words(`select state from webhook_deliveries`))
}

// TestNoAddressInsideCanBeSetUp is A11 at the form: what leads inside is refused at its field,
// and a name that does is not asked when its hour comes.
func TestNoAddressInsideCanBeSetUp(t *testing.T) {
	t.Parallel()
	l := listen(t)
	h := open(t)
	for _, inside := range []string{"https://127.0.0.1/", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::1]/", "http://example.com/", "https://localhost/", "file:///etc/passwd", "https://a:b@example.com/"} {
		a := h.fails("admin", "POST", "/webhooks", map[string]any{"name": "Внутрь", "url": inside, "events": []string{"ticket.created"}, "is_on": true}, 422, "webhook.invalid")
		require.Equal(t, "body.url", a.get(t, "errors.0.location"), inside)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(l.URL, "https://"), ":")
	id := h.ok("admin", "POST", "/webhooks", map[string]any{"name": "Именем", "url": "https://2130706433:" + port + "/", "events": []string{"ticket.created"}, "is_on": true}).id(t, "item.id")
	h.ok("admin", "POST", fmt.Sprintf("/webhooks/%d/test", id), nil)
	h.work()
	require.Empty(t, l.all())
	require.Equal(t, "dead", h.ok("admin", "GET", fmt.Sprintf("/webhooks/%d/deliveries", id), nil).get(t, "items.0.state"))
}
