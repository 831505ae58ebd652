package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/alarm"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// answerer is an operator of a company; it returns his id.
func (h *house) answerer(login, name string, company int64) int64 {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := account.Create(h.sys, tx, account.NewUser{Login: login, Name: name, Kind: "operator", Serves: []int64{company}, Password: login})
		return err
	}))
	return h.user(login)
}

func (h *house) deskPhone(user int64) int64 {
	h.t.Helper()
	return h.one(`insert into desk_phones (user_id, name, plain, created_at, created_by) values ($1, $3, 'x', $2, 'Ершов') returning id`, user, noon, fmt.Sprintf("p%d", user))
}

func init() {
	more = append(more, func(h *house) map[string][]request {
		one, two, three := h.answerer("desk-1", "Бойко", strange), h.answerer("desk-2", "Галиев", strange), h.answerer("desk-3", "Шубин", strange)
		must(h.t, h.app.Telephony.Beat(h.sys, "n3", "127.0.0.1:3", telephony.Floor{PhonesAt: "127.0.0.1:5070", Bans: []telephony.FloorBan{{ID: "ban-2", Address: "10.1.1.1", Guesses: 10, Since: noon, Until: noon.Add(time.Hour)}}}))
		return map[string][]request{
			"list-desk-phones":    {{method: "GET", path: "/desk-phones", list: true, by: "lead-strange"}},
			"make-desk-phone":     {{method: "POST", path: "/desk-phones", body: map[string]any{"user_id": one}, by: "lead-strange"}},
			"reset-desk-phone":    {{method: "POST", path: fmt.Sprintf("/desk-phones/%d/reset", h.deskPhone(two)), by: "lead-strange"}},
			"withdraw-desk-phone": {{method: "DELETE", path: fmt.Sprintf("/desk-phones/%d", h.deskPhone(three)), by: "lead-strange"}},
			"lift-desk-phone-ban": {{method: "DELETE", path: "/desk-phones/bans/ban-2", by: "lead-strange"}},
		}
	})
}

// TestASupervisorGivesDeskPhones is the account's life: the password is told once and lies
// sealed; another team's phones are not there; who is registered and shut out is seen.
func TestASupervisorGivesDeskPhones(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.lead("lead-ours", "Старший один", ours)
	h.lead("lead-other", "Старший другой", strange)
	op := h.answerer("desk-ours", "Пугачёва", ours)
	made := h.ok("lead-ours", http.MethodPost, "/desk-phones", map[string]any{"user_id": op})
	id := made.id(t, "item.id")
	name, password := made.get(t, "item.name").(string), made.get(t, "password").(string)
	require.Len(t, password, 16)
	require.Equal(t, int64(1), h.one(`select count(*) from desk_phones where id = $1 and plain is null and sealed is not null`, id))
	require.Zero(t, h.one(`select count(*) from audit_entries where data::text like '%' || $1 || '%'`, password))

	given := func() (string, string) {
		t.Helper()
		all, _, err := h.app.DeskPhones.DeskPhones(h.sys)
		require.NoError(t, err)
		for _, p := range all {
			if p.ID == id {
				require.Equal(t, op, p.UserID)
				return p.Name, p.Digest
			}
		}
		return "", ""
	}
	n, digest := given()
	require.Equal(t, []string{name, telephony.PhoneDigest(name, password)}, []string{n, digest})
	h.fails("lead-ours", http.MethodPost, "/desk-phones", map[string]any{"user_id": op}, http.StatusConflict, "phone.has")

	must(t, h.app.Telephony.Beat(h.sys, "n1", "127.0.0.1:1", telephony.Floor{PhonesAt: "10.0.0.5:5070", Phones: []telephony.FloorPhone{{ID: id, From: "10.0.0.77:5060", Agent: "Desk 1", Since: noon}}, Bans: []telephony.FloorBan{{ID: "b1", Address: "10.9.9.9", Guesses: 10, Since: noon, Until: noon.Add(time.Hour)}}}))
	a := h.ok("lead-ours", http.MethodGet, "/desk-phones", nil)
	require.Equal(t, "10.0.0.5:5070", a.get(t, "at"))
	require.Equal(t, "10.0.0.77:5060", a.get(t, "items.0.now.from"))
	require.Equal(t, "10.9.9.9", a.get(t, "bans.0.address"))
	require.NotContains(t, a.body, password)

	h.fails("lead-other", http.MethodPost, fmt.Sprintf("/desk-phones/%d/reset", id), nil, http.StatusNotFound, "operator.not_found")
	h.fails("lead-other", http.MethodDelete, fmt.Sprintf("/desk-phones/%d", id), nil, http.StatusNotFound, "operator.not_found")
	h.fails("lead-other", http.MethodPost, "/desk-phones", map[string]any{"user_id": op}, http.StatusNotFound, "operator.not_found")
	require.NotContains(t, h.ok("lead-other", http.MethodGet, "/desk-phones", nil).body, "Пугачёва")
	h.fails("operator", http.MethodGet, "/desk-phones", nil, http.StatusForbidden, "access.desk.supervise")

	again := h.ok("lead-ours", http.MethodPost, fmt.Sprintf("/desk-phones/%d/reset", id), nil).get(t, "password").(string)
	require.NotEqual(t, password, again)
	_, digest = given()
	require.Equal(t, telephony.PhoneDigest(name, again), digest)

	h.ok("lead-ours", http.MethodDelete, "/desk-phones/bans/b1", nil)
	_, lifted, err := h.app.DeskPhones.DeskPhones(h.sys)
	require.NoError(t, err)
	require.Contains(t, lifted, "b1")
	h.fails("lead-ours", http.MethodDelete, "/desk-phones/bans/nobody", nil, http.StatusNotFound, "ban.not_found")

	h.ok("lead-ours", http.MethodDelete, fmt.Sprintf("/desk-phones/%d", id), nil)
	n, _ = given()
	require.Empty(t, n, "withdrawn")
	next := h.ok("lead-ours", http.MethodPost, "/desk-phones", map[string]any{"user_id": op})
	require.NotEqual(t, name, next.get(t, "item.name"), "a name is not given twice")
	require.Equal(t, int64(2), h.one(`select count(*) from audit_entries where action = 'desk_phone.add'`))
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'desk_phone.reset' and actor = 'Старший один' and not strpos(data::text, $1) > 0`, again))
	require.False(t, strings.ContainsAny(name+password, "il10jo"), "nothing that is read wrongly")
	require.NotZero(t, alarm.Severity[alarm.PhoneGuessed])
}

// TestWhatADeskPhoneMayNotDialIsAudited: one row of the platform's journal, though the report
// comes twice; a company sees none of it (S9).
func TestWhatADeskPhoneMayNotDialIsAudited(t *testing.T) {
	t.Parallel()
	h := open(t)
	phone := h.deskPhone(h.one(`select id from users where login = 'operator'`))
	raw, err := json.Marshal(telephony.PhoneRefused{Key: "k1", Phone: phone, Name: "k7wq2mhd", Why: telephony.DeniedNumber, To: "81012345678", Source: "10.0.0.77", Times: 3})
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, h.app.Telephony.Report(h.sys, telephony.Report{At: noon, Kind: telephony.DeskPhoneRefused, Node: "n1", Data: raw}))
	}
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'desk_phone.refused' and source = '10.0.0.77' and object = $1 and data ->> 'to' = '81012345678' and data ->> 'times' = '3'`, fmt.Sprintf("desk_phone:%d", phone)))
	rows := h.ok("platform", http.MethodGet, "/audit?q=desk_phone", nil)
	require.Contains(t, rows.body, "с телефона номера не набирают")
	require.Contains(t, rows.body, "телефон k7wq2mhd")
	require.NotContains(t, h.ok("admin2", http.MethodGet, "/audit", nil).body, "81012345678")
}
