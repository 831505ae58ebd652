package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
)

// part is a company's part of the emergency list as a person gets it, read as one reads paper.
type part struct {
	ID   int64
	Duty []struct {
		Steps       []paperStep
		Responsible *paperStep
	}
	Requests []struct {
		TicketID       int64 `json:"ticket_id"`
		Address, Phone string
		Steps          []paperStep
		Responsible    *paperStep
	}
	Others    int
	Suppliers []struct {
		Name    string
		Numbers []struct{ Phone, Note string }
	}
}

type paperStep struct {
	Name    string
	Level   int
	OnDuty  bool `json:"on_duty"`
	IsTried bool `json:"is_tried"`
	IsNow   bool `json:"is_now"`
	Numbers []struct {
		Phone string
		IsNow bool `json:"is_now"`
	}
}

// String is how he stands there: "2 Сафин Р. М. +79000001001 now".
func (p paperStep) String() string {
	out := fmt.Sprintf("%d %s", p.Level, p.Name)
	for _, n := range p.Numbers {
		out += " " + n.Phone
		if !n.IsNow {
			out += " (other hours)"
		}
	}
	for word, is := range map[string]bool{" off": !p.OnDuty, " tried": p.IsTried, " now": p.IsNow} {
		if is {
			out += word
		}
	}
	return out
}

func (h *house) emergencyList(login, query string) (parts []part, callers []string) {
	h.t.Helper()
	var l struct {
		Companies []part
		Callers   []struct{ Phone string }
	}
	a := h.ok(login, http.MethodGet, "/emergency-list"+query, nil)
	l = read[struct {
		Companies []part
		Callers   []struct{ Phone string }
	}](h.t, []byte(a.body))
	for _, c := range l.Callers {
		callers = append(callers, c.Phone)
	}
	return l.Companies, callers
}

func written(all []paperStep) (out []string) {
	for _, x := range all {
		out = append(out, x.String())
	}
	return out
}

// TestTheEmergencyListIsEnoughToWorkByAMobilePhone is F8: no engine, no trunk, and an operator
// has on one page whom to call and who waits for a call.
func TestTheEmergencyListIsEnoughToWorkByAMobilePhone(t *testing.T) {
	t.Parallel()
	h := open(t)
	lost := h.task(ours, "+79000900045")
	require.NotZero(t, lost)
	id, _ := h.emergency()
	planned := h.one(`select count(*) from tickets where company_id = $1 and kind <> 'emergency' and status = 'new'`, ours)
	require.Equal(t, false, h.ok("op-ours", http.MethodGet, "/desk/figures", nil).get(t, "engine_alive"))

	gusev, safin, orlov := seed.MemberPhone(0, 0), seed.MemberPhone(0, 1), seed.MemberPhone(0, 2)
	parts, callers := h.emergencyList("op-ours", "")
	require.Equal(t, []string{"+79000900045"}, callers)
	require.Len(t, parts, 1)
	p := parts[0]
	require.Equal(t, ours, p.ID)
	require.EqualValues(t, planned, p.Others)
	request := func(p part) (found []string, phone string) {
		for _, r := range p.Requests {
			if r.TicketID == id {
				require.NotEmpty(t, r.Address)
				require.Equal(t, "Ветров К. А.", r.Responsible.Name)
				require.NotEmpty(t, r.Responsible.Numbers)
				return written(r.Steps), r.Phone
			}
		}
		return nil, ""
	}
	steps, phone := request(p)
	require.Equal(t, "+79000900059", phone, "whom to call back")
	require.Equal(t, []string{"1 Гусев П. Н. " + gusev + " now", "2 Сафин Р. М. " + safin, "3 Орлов Д. С. " + orlov}, steps)

	// whom to call about the next one: as the rules would have it now
	chain := func(p part) string {
		for _, d := range p.Duty {
			if s := written(d.Steps); len(s) == 3 && strings.Contains(s[0], "Гусев") {
				require.NotNil(t, d.Responsible)
				return strings.Join(s, ", ")
			}
		}
		return ""
	}
	require.Equal(t, fmt.Sprintf("1 Гусев П. Н. %s, 2 Сафин Р. М. %s, 3 Орлов Д. С. %s", gusev, safin, orlov), chain(p))
	numbers := map[string]string{}
	for _, s := range p.Suppliers {
		for _, n := range s.Numbers {
			numbers[n.Phone] = s.Name + ", " + n.Note
		}
	}
	require.Equal(t, "Водоканал Новоозёрска, аварийная", numbers["+73430000310"])

	// the frozen chain keeps its order, the turn goes on; a person's numbers are of this hour
	h.pass(11 * time.Minute)
	h.do(`update member_phones set hours = '[{"days": [], "from": 0, "to": 60}]' where phone = $1`, safin)
	parts, _ = h.emergencyList("op-ours", "")
	steps, _ = request(parts[0])
	require.Equal(t, []string{"1 Гусев П. Н. " + gusev + " tried", "2 Сафин Р. М. " + safin + " (other hours) now", "3 Орлов Д. С. " + orlov}, steps)
	must(t, h.app.Staff.SetDuty(h.sys, h.one(`select id from members where name = 'Сафин Р. М.'`), false))
	parts, _ = h.emergencyList("op-ours", "")
	require.NotContains(t, chain(parts[0]), "Сафин", "he is off: a colleague of his level stands there")

	h.ok("admin", http.MethodPost, fmt.Sprintf("/tickets/%d/accept", id), nil)
	parts, _ = h.emergencyList("op-ours", "")
	steps, _ = request(parts[0])
	require.Empty(t, steps, "somebody has it")
}

// TestTheEmergencyListIsOfOnesOwnCompanies: its right, its scope, and the line in the journal.
func TestTheEmergencyListIsOfOnesOwnCompanies(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.task(ours, "+79000900045")
	h.sos(strange)
	for login, want := range map[string][]int64{"op-ours": {ours}, "admin": {ours}, "foreman": {ours}, "op-strange": {strange}, "admin2": {strange}} {
		parts, callers := h.emergencyList(login, "")
		var got []int64
		for _, p := range parts {
			got = append(got, p.ID)
		}
		require.Equal(t, want, got, login)
		require.Equal(t, login == "op-ours", len(callers) > 0, "who waits for a call is an operator's: %s", login)
	}
	both, _ := h.emergencyList("operator", "")
	require.Greater(t, len(both), 1)
	require.Equal(t, strange, both[0].ID, "those who have an emergency stand first")
	one, _ := h.emergencyList("operator", fmt.Sprintf("?company_id=%d", ours))
	require.Len(t, one, 1)
	h.fails("op-ours", http.MethodGet, fmt.Sprintf("/emergency-list?company_id=%d", strange), nil, http.StatusNotFound, "company.not_found")
	for _, login := range []string{"gusev", "contractor", "readonly"} {
		h.fails(login, http.MethodGet, "/emergency-list", nil, http.StatusForbidden, "access.emergency.read")
	}

	opened := func(login string) int64 {
		return h.one(`select count(*) from audit_entries where action = 'emergency.open' and object = 'company:1' and company_id = $1 and user_id = $2`, ours, h.user(login))
	}
	require.Equal(t, int64(1), opened("op-ours"))
	require.Zero(t, opened("op-strange"))
	h.emergencyList("op-ours", "") // a screen that fetches anew
	require.Equal(t, int64(1), opened("op-ours"))
	h.clock.Set(h.clock.Now().Add(time.Hour))
	h.emergencyList("op-ours", "")
	require.Equal(t, int64(2), opened("op-ours"))
	require.Contains(t, h.ok("admin", http.MethodGet, "/audit?q=emergency", nil).body, "emergency.open")
}
