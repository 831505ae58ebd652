package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
)

// trial is a request into which one text is put.
type trial struct {
	request
	host  string            // the name of the site at which the page is; "": that of the server
	turns string            // the code by which the text itself is turned away: one that names or proves a thing
	after func(text string) // what must hold when it was kept
}

// site is an address with a name: keys work there.
const site = "payloads.example"

// newcomer makes a company's user with a session; his login is returned.
func (h *house) newcomer() string {
	h.t.Helper()
	h.seq++
	login := fmt.Sprintf("newcomer-%d", h.seq)
	token, _ := h.invite("admin2", map[string]any{"name": "Новенький", "role": "foreman"})
	h.keepToken(login, cookieFrom(h.accept(token, login), httpapi.Cookie))
	return login
}

func (h *house) keepToken(login, token string) {
	h.t.Helper()
	require.NotEmpty(h.t, token)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tokens[login] = token
}

// startTOTP and withTOTP take a newcomer so far with his second factor.
func (h *house) startTOTP() (login, secret string) {
	login = h.newcomer()
	secret, _ = h.ok(login, "POST", "/me/totp", map[string]any{"password": strongPassword}).get(h.t, "secret").(string)
	return login, secret
}

func (h *house) withTOTP() string {
	login, secret := h.startTOTP()
	done := h.ok(login, "POST", "/me/totp/confirm", map[string]any{"code": code(h.t, secret, h.clock.Now())})
	h.keepToken(login, cookieFrom(done, httpapi.Cookie))
	return login
}

// letsIn checks that a password opens the door exactly as it was typed.
func (h *house) letsIn(login string) func(text string) {
	return func(text string) {
		a, _, _ := h.enter(map[string]any{"login": login, "password": text}, "")
		require.Equal(h.t, http.StatusOK, a.status, "%q: %s", text, a.body)
	}
}

// fixtures make what an operation asks for before a text of it can be tried, anew for each
// try; nil: this place needs nothing of the kind.
var fixtures = map[string]func(h *house, at string) *trial{
	"login": func(h *house, at string) *trial {
		body := map[string]any{"login": h.withTOTP(), "password": strongPassword, "code": "123456"}
		return &trial{request: request{method: "POST", path: "/login", body: body, by: nobody}, turns: map[string]string{"login": "login.wrong"}[at]}
	},
	"login-passkey": func(h *house, _ string) *trial {
		body := map[string]any{"challenge": "x", "credential": assertion(h.t, site)}
		return &trial{request: request{method: "POST", path: "/login/passkey", body: body, by: nobody}, host: site, turns: "passkey.expired"}
	},
	"look-at-invitation": func(*house, string) *trial {
		return &trial{request: request{method: "POST", path: "/invitation/look", body: map[string]any{"token": "x"}, by: nobody}, turns: "invitation.gone"}
	},
	"join-company": func(h *house, _ string) *trial {
		return &trial{request: request{method: "POST", path: "/invitation/join", body: map[string]any{"token": "x"}, by: h.newcomer()}, turns: "invitation.gone"}
	},
	"invited-passkey": func(h *house, at string) *trial {
		token, _ := h.invite("admin2", map[string]any{"name": "Приглашённый", "role": "foreman"})
		body := map[string]any{"token": token, "login": "invited"}
		return &trial{request: request{method: "POST", path: "/invitation/passkey", body: body, by: nobody}, host: site, turns: map[string]string{"token": "invitation.gone"}[at]}
	},
	"accept-invitation": func(h *house, at string) *trial {
		h.seq++
		login := fmt.Sprintf("accepting-%d", h.seq)
		token, _ := h.invite("admin2", map[string]any{"name": "Принимающий", "role": "foreman"})
		body := map[string]any{"token": token, "login": login, "password": strongPassword}
		if at == "challenge" {
			body["credential"] = map[string]any{"id": "x"}
		}
		return &trial{
			request: request{method: "POST", path: "/invitation/accept", body: body, by: nobody}, host: site, after: map[string]func(string){"password": h.letsIn(login)}[at],
			turns: map[string]string{"token": "invitation.gone", "challenge": "passkey.expired"}[at],
		}
	},
	"change-password": func(h *house, at string) *trial {
		login := h.newcomer()
		body := map[string]any{"current": strongPassword, "password": strongPassword + ", ещё"}
		return &trial{request: request{method: "POST", path: "/me/password", body: body, by: login}, after: map[string]func(string){"password": h.letsIn(login)}[at]}
	},
	"confirm-totp": func(h *house, _ string) *trial {
		login, _ := h.startTOTP()
		return &trial{request: request{method: "POST", path: "/me/totp/confirm", body: map[string]any{"code": "123456"}, by: login}}
	},
	"remove-totp":        byPassword("/me/totp/remove", (*house).withTOTP),
	"new-recovery-codes": byPassword("/me/totp/codes", (*house).withTOTP),
	"start-passkey":      byPassword("/me/passkeys/start", (*house).newcomer),
	"add-passkey": func(h *house, at string) *trial {
		login := h.newcomer()
		asked := h.atSite(login, "POST", "/me/passkeys/start", map[string]any{"password": strongPassword})
		body := map[string]any{"challenge": asked.get(h.t, "challenge"), "name": "Телефон", "credential": credential(h.t, asked, site)}
		return &trial{request: request{method: "POST", path: "/me/passkeys", body: body, by: login}, host: site, turns: map[string]string{"challenge": "passkey.expired"}[at]}
	},
	"subscribe-device": func(h *house, at string) *trial {
		return &trial{request: request{method: "POST", path: "/me/notifications/devices", body: subscription(h.t), by: h.newcomer()}, turns: map[string]string{"auth": "notify.keys"}[at]}
	},
	"create-reason": seasons(func(*house) (request, map[string]any) {
		return request{method: "POST", path: "/reasons", by: "admin2"}, reasonBody(map[string]any{"company_id": strange})
	}),
	"change-reason": seasons(func(h *house) (request, map[string]any) {
		id := h.reason(strange, "ЭЛ-07")
		version := h.one(`select version from reasons where id = $1`, id)
		return request{method: "PUT", path: fmt.Sprintf("/reasons/%d", id), by: "admin2"}, reasonBody(map[string]any{"version": version})
	}),
	"weigh-limits": func(*house, string) *trial {
		body := reasonBody(nil)
		body = map[string]any{"code": "", "is_own": true, "kind": "planned", "zone": "Asia/Yekaterinburg", "rules": seasonal(body["rules"])}
		return &trial{request: request{method: "POST", path: "/reasons/limits", body: body, by: "admin2"}}
	},
	"give-shift": func(h *house, at string) *trial {
		if len(h.grave("lead-strange")) == 0 {
			h.sos(strange)
		}
		h.do(`update handovers set withdrawn_at = $1 where given_by = $2 and taken_at is null`, h.clock.Now(), h.user("lead-strange"))
		body := map[string]any{"note": "Всё спокойно", "seen": h.grave("lead-strange")}
		return &trial{request: request{method: "POST", path: "/shift/handovers", body: body, by: "lead-strange"}, turns: map[string]string{"seen.0": "handover.moved"}[at]}
	},
	"change-queue": func(h *house, _ string) *trial {
		var now map[string]any
		h.ok("supervisor", "GET", "/shift/queue", nil).into(h.t, &now)
		for _, more := range []string{"companies", "lines", "languages", "$schema"} {
			delete(now, more)
		}
		return &trial{request: request{method: "PUT", path: "/shift/queue", body: now, by: "supervisor"}}
	},
	"change-team": func(h *house, _ string) *trial {
		h.seq++
		body := map[string]any{"name": fmt.Sprint("Команда ", h.seq), "company_ids": []int64{}, "city_ids": []int64{}, "skills": []string{"лифты"}}
		id := h.ok("platform", "POST", "/teams", body).id(h.t, "id")
		return &trial{request: request{method: "PUT", path: fmt.Sprintf("/teams/%d", id), body: body, by: "platform"}}
	},
	"change-tickets": func(h *house, _ string) *trial {
		h.do(`update errands set state = 'done' where state in ('waiting', 'running')`)
		t := h.ticket(strange, "ЭЛ-08")
		body := map[string]any{"what": "status", "to": "cancelled", "reason": "Передумали", "picks": []any{map[string]any{"id": t.ID, "version": t.Version}}, "expected": 1}
		return &trial{request: request{method: "POST", path: "/ticket-changes?company_id=2", body: body, by: "op-strange"}}
	},
	"edit-ticket": func(h *house, at string) *trial {
		if at != "edits.0.was" {
			return nil
		}
		body := map[string]any{"edits": []any{map[string]any{"field": "access_note", "was": "", "now": "Ключ у вахтёра"}}}
		return &trial{request: request{method: "POST", path: fmt.Sprintf("/tickets/%d/edit", h.ticket(strange, "ЭЛ-08").ID), body: body}, turns: "ticket.edited"}
	},
	"set-building-units": func(h *house, _ string) *trial {
		h.seq++
		id := h.spare(strange, fmt.Sprint("Тупиковая ", h.seq))
		unit := map[string]any{"id": 0, "number": "1", "entrance": 1, "floor": 1, "is_residential": true, "area_m2": nil}
		body := map[string]any{"version": h.one(`select version from buildings where id = $1`, id), "units": []any{unit}}
		return &trial{request: request{method: "PUT", path: fmt.Sprintf("/buildings/%d/units", id), body: body, by: "admin2"}}
	},
	"task-result": func(h *house, at string) *trial {
		if at != "their_number" && at != "handed_to" {
			return nil
		}
		pair := h.pair()
		h.work()
		task := h.one(`select id from call_tasks where supplier_ticket_id = $1`, pair)
		return &trial{request: request{method: "POST", path: fmt.Sprintf("/desk/tasks/%d/result", task), body: map[string]any{"kind": "told"}}}
	},
	"dispose-call": func(h *house, at string) *trial {
		if at != "unit" {
			return nil
		}
		body := map[string]any{"kind": "linked", "ticket_id": h.ticket(strange, "ЭЛ-08").ID, "is_same": true}
		return &trial{request: request{method: "POST", path: "/desk/calls/" + h.call(strange, "+79000900044") + "/dispose", body: body}}
	},
	"found-company": func(h *house, at string) *trial {
		if at != "city_name" {
			return nil
		}
		body := map[string]any{"name": "УК «Новый город»", "city_name": "Новоозёрск", "zone": "Asia/Yekaterinburg"}
		return &trial{request: request{method: "POST", path: "/companies", body: body, by: "platform"}}
	},
	"change-call-view":   view("/call-views"),
	"change-ticket-view": view("/ticket-views"),
	"hand-over-supplier-ticket": func(h *house, _ string) *trial {
		pair := h.pair()
		return &trial{request: request{method: "POST", path: fmt.Sprintf("/supplier-tickets/%d/hand-over", pair), body: map[string]any{"version": 1}}}
	},
}

// pair is a supplier's request of a company of the strangers', whose supplier has a telephone.
func (h *house) pair() int64 {
	h.t.Helper()
	h.seq++
	phones := []any{map[string]any{"phone": "+73430000222", "note": "", "hours": ""}}
	supplier := h.ok("admin2", "POST", "/suppliers", supplierBody(map[string]any{"company_id": strange, "supplier_id": nil, "name": fmt.Sprint("Сети ", h.seq), "phones": phones})).id(h.t, "id")
	return h.ok("op-strange", "POST", "/supplier-tickets", map[string]any{"ticket_id": h.ticket(strange, "ЭЛ-08").ID, "supplier_id": supplier}).id(h.t, "id")
}

// view is one more view of a list.
func view(path string) func(h *house, at string) *trial {
	return func(h *house, _ string) *trial {
		h.seq++
		body := map[string]any{"company_id": strange, "name": fmt.Sprint("Список ", h.seq), "query": ""}
		id := h.ok("op-strange", "POST", path, body).id(h.t, "id")
		return &trial{request: request{method: "PUT", path: fmt.Sprintf("%s/%d", path, id), body: map[string]any{"name": body["name"], "query": "", "version": 1}}}
	}
}

// nobody is who has not signed in.
const nobody = "-"

func byPassword(path string, who func(*house) string) func(*house, string) *trial {
	return func(h *house, _ string) *trial {
		return &trial{request: request{method: "POST", path: path, body: map[string]any{"password": strongPassword}, by: who(h)}, host: site}
	}
}

// seasons tries the days of a condition, which stands among the limits of a reason.
func seasons(of func(h *house) (request, map[string]any)) func(*house, string) *trial {
	return func(h *house, at string) *trial {
		if !strings.Contains(at, ".season_") {
			return nil
		}
		q, body := of(h)
		body["rules"] = seasonal(body["rules"])
		q.body = body
		return &trial{request: q}
	}
}

// seasonal are rules with a variant for the cold half of the year in each.
func seasonal(rules any) map[string]any {
	out := map[string]any{}
	all, _ := rules.(map[string]any)
	for name, rule := range all {
		r, _ := rule.(map[string]any)
		out[name] = maps.Clone(r)
		when := map[string]any{"season_from": "10-01", "season_till": "04-30"}
		out[name].(map[string]any)["variants"] = []any{map[string]any{"when": when, "amount": 1, "unit": "hours"}}
	}
	return out
}

// atSite sends a request to the same server by the name of the site.
func (h *house) atSite(by, method, path string, body any) answer {
	h.t.Helper()
	a := h.send(by, method, path, strings.NewReader(jsonOf(h.t, body)), http.Header{"Host": {site}})
	require.Less(h.t, a.status, 300, a.body)
	return a
}

// trial is what is sent for a place: by its fixture, or the request of the operation's case.
func (h *house) trial(q request, id, at string) trial {
	h.t.Helper()
	if f := fixtures[id]; f != nil {
		if t := f(h, at); t != nil {
			return *t
		}
	}
	return trial{request: q}
}

// unwritten are the texts that are taken and not kept as they are, with the reason.
var unwritten = map[string]string{
	"accept-invitation password": "a hash is kept: the door opened by it", "change-password password": "a hash is kept: the door opened by it",
	"add-trunk password": "kept sealed", "change-trunk password": "kept sealed",
	"preview-ticket answers.0.value": "a question: nothing is kept", "weigh-limits code": "a question: nothing is kept", "listen-announcement text": "said once: nothing is kept",
	"create-ticket call_key": "a call that is not known yet is none (R8)",
}

// young are how many transactions ago a row was written that a request just made wrote.
const young = 100

// looksFor is a statement that says whether one of the tables has a text in a row just written:
// as JSON writes it, in a column of its own as well as inside a document. The audit trail copies
// what was sent; that it has a text says nothing of what was kept.
func (h *house) looksFor() string {
	h.t.Helper()
	tables := h.list(`select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname not like 'audit%' and not relispartition and has_table_privilege(oid, 'select') order by 1`)
	var looks []string
	for _, table := range tables {
		looks = append(looks, fmt.Sprintf(`exists (select from %s t where age(t.xmin) < %d and position($1 in to_jsonb(t)::text) > 0)`, table, young))
	}
	return "select " + strings.Join(looks, " or ")
}

// keeps reports whether a text stands in what was just written.
func (h *house) keeps(looksFor, text string) (is bool) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(h.sys, looksFor, asWritten(h.t, text)).Scan(&is) }))
	return is
}

func (h *house) list(q string) (out []string) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) (err error) {
		rows, err := tx.Query(h.sys, q)
		if err == nil {
			out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	}))
	return out
}

// asWritten is a text inside JSON.
func asWritten(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	must(t, e.Encode(text))
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}
