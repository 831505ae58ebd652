package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

func trunkForm(name string) map[string]any {
	return map[string]any{
		"name": name, "carrier": "Провайдер Я", "host": "198.51.100.7", "port": 5060, "transport": "udp", "registers": true, "user": "74950000000", "password": "тайна",
		"addresses": []string{"198.51.100.0/24"}, "channels": 20, "per_second": 5, "codecs": []string{"pcmu", "pcma"}, "caller_ids": []string{"8 343 000 01 01"}, "priority": 2,
		"is_active": true, "version": 1,
	}
}

// TestATrunkIsSetUpOnTheScreen is T1: made, changed and switched off by our own people; the
// engine is given it whole, the password is never shown and lies sealed.
func TestATrunkIsSetUpOnTheScreen(t *testing.T) {
	t.Parallel()
	h := open(t)
	form := trunkForm("Транк Я")
	made := h.ok("platform", http.MethodPost, "/trunks", form)
	id := made.id(t, "id")
	require.Equal(t, true, made.get(t, "has_password"))
	require.NotContains(t, made.body, "тайна")
	require.Equal(t, int64(1), h.one(`select count(*) from trunks where id = $1 and auth_password = '' and auth_sealed is not null`, id))
	require.Equal(t, int64(0), h.one(`select count(*) from audit_entries where data::text like '%тайна%'`))

	given := func() (out telephony.Trunk, known bool) {
		all, err := h.app.Companies.Trunks(h.sys)
		require.NoError(t, err)
		for _, x := range all {
			if x.ID == id {
				return x, true
			}
		}
		return out, false
	}
	x, known := given()
	require.True(t, known)
	require.Equal(t, "тайна", x.Password)
	require.Equal(t, []string{"pcmu", "pcma"}, x.Laws)
	require.Equal(t, []string{"+73430000101"}, x.Numbers)
	require.Equal(t, 5, x.PerSecond)

	delete(form, "password")
	form["port"] = 0 // where its service is, its name server says
	form["channels"], form["transport"], form["srtp"], form["tls_pin"] = 40, "tls", "required", strings.Repeat("AB:", 31)+"AB"
	changed := h.ok("platform", http.MethodPut, fmt.Sprintf("/trunks/%d", id), form)
	require.InDelta(t, 40, changed.get(t, "channels"), 0)
	x, _ = given()
	require.Equal(t, "тайна", x.Password, "a form without a password leaves it")
	require.Equal(t, []string{"tls", "required", strings.Repeat("ab", 32)}, []string{x.Transport, x.SRTP, x.Pin})
	require.Zero(t, x.Port)
	h.fails("platform", http.MethodPut, fmt.Sprintf("/trunks/%d", id), form, http.StatusConflict, "trunk.changed")

	form["version"], form["probe_number"], form["probe_every_min"], form["probe_price"], form["probe_budget"] = 2, "8 (343) 000-01-01", 5, 120, 3000
	kept := h.ok("platform", http.MethodPut, fmt.Sprintf("/trunks/%d", id), form)
	require.Equal(t, "+73430000101", kept.get(t, "probe_number"))
	x, _ = given()
	require.Equal(t, telephony.Probe{Number: "+73430000101", Every: 5 * time.Minute, Price: 120, Budget: 3000}, x.Probe)

	form["version"], form["is_active"] = 3, false
	h.ok("platform", http.MethodPut, fmt.Sprintf("/trunks/%d", id), form)
	_, known = given()
	require.False(t, known, "switched off")

	h.fails("admin", http.MethodGet, "/trunks", nil, http.StatusForbidden, "access.platform.operate")
	h.fails("operator", http.MethodGet, "/trunks", nil, http.StatusForbidden, "access.platform.operate")
}

// TestAWrongTrunkIsRefusedAtItsField: nothing of it may reach a SIP message.
func TestAWrongTrunkIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	h := open(t)
	for field, wrong := range map[string]any{
		"name": "Я", "carrier": "", "host": "sip.example.ru\r\nX: 1", "port": 70000, "transport": "sctp", "srtp": "maybe", "tls_ca": "-----BEGIN", "tls_pin": "ab:cd", "user": "имя", "password": "a\r\nb",
		"channels": -1, "per_second": 5000, "priority": -1, "codecs": []string{"opus"}, "addresses[0]": []string{"10.0.0.0/8"}, "caller_ids[0]": []string{"звоните"}, "probe_number": "+74950000001", "probe_every_min": 61, "probe_price": 10_001, "probe_budget": -1,
	} {
		form := trunkForm("Транк Я")
		name := field
		if i := len(field) - 3; field[i:] == "[0]" {
			name = field[:i]
		}
		form[name] = wrong
		a := h.fails("platform", http.MethodPost, "/trunks", form, http.StatusUnprocessableEntity, "trunk.wrong")
		require.Equal(t, "body."+field, a.get(t, "errors.0.location"), field)
	}
	form := trunkForm("Транк Я")
	form["registers"], form["host"], form["addresses"] = false, "sip.example.ru", []string{}
	h.fails("platform", http.MethodPost, "/trunks", form, http.StatusUnprocessableEntity, "trunk.wrong")
	form = trunkForm("Транк Я")
	form["probe_number"], form["probe_price"], form["probe_budget"] = "+73430000101", 200, 100
	a := h.fails("platform", http.MethodPost, "/trunks", form, http.StatusUnprocessableEntity, "trunk.wrong")
	require.Equal(t, "body.probe_budget", a.get(t, "errors.0.location"), "no call could begin")
	form = trunkForm("транк x")
	h.fails("platform", http.MethodPost, "/trunks", form, http.StatusUnprocessableEntity, "trunk.twice")
}

// TestHowATrunkIsNow: what the engines know stands beside what is set up.
func TestHowATrunkIsNow(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.one(`select min(id) from trunks`)
	beat := func(node string, f telephony.FloorTrunk) {
		f.ID = id
		must(t, h.app.Telephony.Beat(context.WithoutCancel(h.sys), node, "127.0.0.1:1", telephony.Floor{Trunks: []telephony.FloorTrunk{f}}))
	}
	require.Nil(t, h.ok("platform", http.MethodGet, "/trunks", nil).get(t, "items.0.now"))
	beat("n1", telephony.FloorTrunk{State: "up", Since: noon, Calls: 3, Rate: 1, Registered: true, Pong: noon.Add(-time.Second), Failures: map[string]int{"не отвечает": 2, "сбой у провайдера": 5}})
	a := h.ok("platform", http.MethodGet, "/trunks", nil)
	require.Equal(t, "up", a.get(t, "items.0.now.state"))
	require.Equal(t, "сбой у провайдера", a.get(t, "items.0.now.failures.0.cause"))
	require.Equal(t, noon.Add(-time.Second).Format(time.RFC3339), a.get(t, "items.0.now.pong"))
	require.Nil(t, a.get(t, "items.0.now.probe"))
	beat("n1", telephony.FloorTrunk{State: "up", Since: noon, Calls: 3, Probe: &telephony.FloorProbe{Number: "+73430000101", At: noon, Text: "номер занят", Failures: 2, Calls: 7, Spent: 840}})
	a = h.ok("platform", http.MethodGet, "/trunks", nil)
	require.Equal(t, "номер занят", a.get(t, "items.0.now.probe.text"))
	require.InDelta(t, 840, a.get(t, "items.0.now.probe.spent"), 0)
	beat("n2", telephony.FloorTrunk{State: "down", Text: "нет ответа", Since: noon, Calls: 2})
	a = h.ok("platform", http.MethodGet, "/trunks", nil)
	require.Equal(t, "down", a.get(t, "items.0.now.state"), "of two engines the one in trouble is shown")
	require.InDelta(t, 5, a.get(t, "items.0.now.calls"), 0)
	require.Equal(t, noon.Format(time.RFC3339), a.get(t, "items.0.now.probe.at"), "the last synthetic call is shown, whichever engine made it")
}
