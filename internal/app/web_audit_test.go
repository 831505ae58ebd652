package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

// unaudited are the changing operations that leave no row of the audit journal, and why.
var unaudited = map[string]string{
	"login": "the session is the row", "login-passkey": "the session is the row", "logout": "the session says when it ended",
	"choose-company": "which of his companies a person looks at", "ask-passkey": "a question", "start-passkey": "a question; add-passkey leaves the row",
	"invited-passkey": "a question", "look-at-invitation": "a question", "start-totp": "nothing is in force before confirm-totp, which leaves the row",
	"seen-my-factor-reset": "what a person has read",
	"add-passkey":          "needs an authenticator: test/passkey counts its row",

	"try-device":          "a question to one's own device",
	"listen-announcement": "a question", "preview-assignment": "a question", "weigh-limits": "a question", "preview-ticket": "a question",
	"look-at-building-table": "a question", "start-building-import": "nothing is in force before apply", "check-building-import": "nothing is in force before apply",
	"look-at-contact-table": "a question", "start-contact-import": "nothing is in force before apply", "check-contact-import": "nothing is in force before apply",

	"create-ticket": "a request has its own history", "accept-ticket": "a request has its own history", "comment-ticket": "a request has its own history",
	"move-ticket": "a request has its own history", "edit-ticket": "a request has its own history", "pause-ticket": "a request has its own history", "resume-ticket": "a request has its own history", "localise-ticket": "a request has its own history", "reassign-ticket": "a request has its own history", "refuse-ticket": "a request has its own history", "resort-ticket": "a request has its own history", "merge-ticket": "a request has its own history", "place-ticket": "a request has its own history; of two companies it is a row of each",
	"join-ticket": "a request has its own history", "open-supplier-ticket": "a request has its own history", "hand-over-supplier-ticket": "a request has its own history", "tell-supplier-ticket": "a request has its own history",
	"join-notice":  "the row of the joined keeps who, where and by whom",
	"tie-notice":   "the tie keeps who joined what and when",
	"take-message": "the task keeps what was left for whom, the call that it was",
	"dispose-call": "a call keeps its result and who gave it", "place-call": "a call keeps its place", "task-result": "a call task keeps who said what",
	"take-task": "a call task keeps who took it", "name-task-person": "a call task keeps whose it is",
	"label-ticket": "a request has its own history",
	"read-ticket":  "what a person has read", "read-tickets": "what a person has read",
	"keep-draft":       "what an operator is typing",
	"keep-ticket-view": "how a person looks at a list: it changes no data and opens none", "change-ticket-view": "how a person looks at a list", "drop-ticket-view": "how a person looks at a list",
	"keep-call-view": "how a person looks at a list", "change-call-view": "how a person looks at a list", "drop-call-view": "how a person looks at a list",
}

// ofTwo are changes of two companies: each finds a row in its own journal.
var ofTwo = map[string]bool{"order-building-passage": true, "withdraw-building-passage": true}

// TestEveryChangeOfSettingsLeavesOneRow is A12: every changing operation of the router,
// asked as its isolation case asks it, leaves exactly one row with who, what and from
// where; what is a question, or has a history of its own, is named in unaudited.
func TestEveryChangeOfSettingsLeavesOneRow(t *testing.T) {
	t.Parallel()
	h := open(t)
	cases := isolation(h, h.prey())
	for _, f := range more {
		maps.Copy(cases, f(h))
	}
	unseen, counted := maps.Clone(unaudited), 0
	own := h.ownChanges()
	for _, r := range httpapi.Routes(h.api) {
		if r.Method == http.MethodGet {
			continue
		}
		delete(unseen, r.ID)
		asks := []func() answer{}
		for _, q := range cases[r.ID] {
			if q.by == "" {
				q.by = "op-strange"
			}
			h.token(q.by)
			asks = append(asks, func() answer { return h.as(q.by, q.method, q.path, q.body) })
		}
		if ready := own[r.ID]; ready != nil {
			asks = []func() answer{ready()}
		}
		if _, ok := unaudited[r.ID]; !ok {
			require.NotEmpty(t, asks, "%s %s: the operation %q is not asked here: give it a case of ownChanges", r.Method, r.Path, r.ID)
		}
		for _, ask := range asks {
			last := h.one(`select coalesce(max(id), 0) from audit_entries`)
			a := ask()
			require.Less(t, a.status, 300, "%s: %s", r.ID, a.body)
			left := h.one(`select count(*) from audit_entries where id > $1`, last)
			if _, ok := unaudited[r.ID]; ok {
				require.Zero(t, left, "%s leaves a row: it is no exception any more", r.ID)
				continue
			}
			rows := int64(1)
			if ofTwo[r.ID] {
				rows = 2
			}
			require.Equal(t, rows, left, "%s %s (%s)", r.Method, r.Path, r.ID)
			require.Equal(t, rows, h.one(`select count(*) from audit_entries where id > $1 and user_id is not null and actor <> '' and source <> '' and object <> '' and action <> ''`, last), "%s: who, what, from where", r.ID)
			counted++
		}
	}
	require.Empty(t, unseen, "no such operation any more")
	t.Logf("%d changes, one row each", counted)
}

// ownChanges are the changes that isolation has no case for: one's own account, and what
// belongs to no company. Each is made ready first, then asked.
func (h *house) ownChanges() map[string]func() func() answer {
	ask := func(by, method, path string, body any) func() answer {
		h.token(by)
		return func() answer { return h.as(by, method, path, body) }
	}
	with := func(token, method, path string, body any) func() answer {
		return func() answer { return h.with(token, method, path, body) }
	}
	secret := ""
	colleague := func(name string) int64 {
		return h.ok("platform", "POST", "/colleagues/invitations", map[string]any{"name": name, "kind": "operator", "team_ids": []int64{}}).id(h.t, "id")
	}
	team := map[string]any{"name": "Ночная", "company_ids": []int64{}, "city_ids": []int64{}, "skills": []string{}}
	shared := map[string]any{"name": "Сети", "kind": "электросети", "phones": []any{map[string]any{"phone": "8 343 000 04 00", "note": "", "hours": ""}}, "hours": "", "notes": ""}
	newTeam := func(name string) int64 {
		form := maps.Clone(team)
		form["name"] = name
		return h.ok("platform", "POST", "/teams", form).id(h.t, "id")
	}
	fresh := func() string { // a session of a foreman
		_, token, _ := h.enter(map[string]any{"login": "foreman", "password": "foreman"}, "")
		return token
	}
	const keys = "/companies/2/recording-keys/"
	end := map[string]any{"name": h.words(`select name from companies where id = 2`)}
	return map[string]func() func() answer{
		"destroy-recording-keys": func() func() answer {
			h.ok("platform", "POST", keys+"rotate", nil)
			h.ok("platform", "DELETE", keys+"destroy", nil)
			return ask("platform", "POST", keys+"destroy", end)
		},
		"keep-recording-keys": func() func() answer {
			h.ok("platform", "POST", keys+"rotate", nil)
			h.ok("platform", "DELETE", keys+"destroy", nil)
			h.ok("platform", "POST", keys+"destroy", end)
			return ask("platform", "DELETE", keys+"destroy", nil)
		},
		"invite-colleague": func() func() answer {
			return ask("platform", "POST", "/colleagues/invitations", map[string]any{"name": "Новый", "kind": "operator", "team_ids": []int64{}})
		},
		"resend-colleague": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/invitations/%d/resend", colleague("Ещё раз")), nil)
		},
		"revoke-colleague": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/invitations/%d/revoke", colleague("Лишний")), nil)
		},
		"change-colleague": func() func() answer {
			return ask("platform", "PUT", fmt.Sprintf("/colleagues/%d", h.user("op-ours")), map[string]any{"kind": "supervisor", "team_ids": []int64{}, "skills": []string{"лифты"}, "is_blocked": false})
		},
		"end-colleague-sessions": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/%d/sessions/end", h.user("operator")), nil)
		},
		"change-my-notifications": func() func() answer {
			return ask("gusev", "PUT", "/me/notifications", map[string]any{"kinds": []string{"mine"}, "quiet_from": 0, "quiet_to": 0, "breaks": true, "version": 0})
		},
		"subscribe-device": func() func() answer {
			return ask("gusev", "POST", "/me/notifications/devices", subscription(h.t))
		},
		"make-webhook": func() func() answer {
			return ask("admin", "POST", "/webhooks", map[string]any{"name": "Учёт", "url": "https://example.com/hook", "events": []string{"ticket.created"}, "is_on": true})
		},
		"make-team": func() func() answer { return ask("platform", "POST", "/teams", team) },
		"change-team": func() func() answer {
			form := maps.Clone(team)
			form["name"], form["skills"] = "Дневная", []string{"лифты"}
			return ask("platform", "PUT", fmt.Sprintf("/teams/%d", newTeam("Дневная")), form)
		},
		"remove-team": func() func() answer {
			return ask("platform", "DELETE", fmt.Sprintf("/teams/%d", newTeam("Лишняя")), nil)
		},
		"change-queue": func() func() answer {
			return ask("supervisor", "PUT", "/shift/queue", map[string]any{"ring_sec": 20, "wrap_up_sec": 30, "language_sec": 30, "surge": 5, "slow_calls": 3, "slow_hours": 24, "pauses": []any{map[string]any{"name": "Обед", "limit_min": 40}}, "version": 1})
		},
		"give-shift": func() func() answer {
			return ask("supervisor", "POST", "/shift/handovers", map[string]any{"note": "всё спокойно", "seen": h.grave("supervisor")})
		},
		"add-shared-supplier": func() func() answer { return ask("platform", "POST", "/shared-suppliers", shared) },
		"change-shared-supplier": func() func() answer {
			form := maps.Clone(shared)
			form["name"] = "Другие сети"
			id := h.ok("platform", "POST", "/shared-suppliers", form).id(h.t, "id")
			form["notes"], form["version"] = "другое", 1
			return ask("platform", "PUT", fmt.Sprintf("/shared-suppliers/%d", id), form)
		},
		"accept-invitation": func() func() answer {
			token, _ := h.invite("admin", map[string]any{"name": "Смирнов", "role": "readonly"})
			return func() answer { return h.accept(token, "smirnov") }
		},
		"join-company": func() func() answer {
			token, _ := h.invite("admin2", map[string]any{"name": "Мастер", "role": "foreman"})
			return ask("manager", "POST", "/invitation/join", map[string]any{"token": token})
		},
		"refuse-my-factor-reset": func() func() answer {
			h.asked(h.user("contractor"), ours, "admin")
			return ask("contractor", "POST", "/me/second-factor/refuse", nil)
		},
		"ask-factor-reset-of-colleague": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/%d/second-factor/ask", h.guarded(account.NewUser{Login: "op-a", Kind: "operator"})), nil)
		},
		"drop-factor-reset-of-colleague": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/%d/second-factor/drop", h.asked(h.guarded(account.NewUser{Login: "op-b", Kind: "operator"}), 0, "supervisor")), nil)
		},
		"confirm-factor-reset-of-colleague": func() func() answer {
			return ask("platform", "POST", fmt.Sprintf("/colleagues/%d/second-factor/confirm", h.asked(h.guarded(account.NewUser{Login: "op-c", Kind: "operator"}), 0, "supervisor")), nil)
		},
		"remove-passkey": func() func() answer {
			h.do(`insert into passkeys (user_id, credential_id, credential, name, created_at) values ($1, 'x', '{}', 'Ключ', $2)`, h.user("foreman"), noon)
			return with(fresh(), "POST", fmt.Sprintf("/me/passkeys/%d/remove", h.one(`select max(id) from passkeys`)), nil)
		},
		"end-my-session": func() func() answer {
			token := fresh()
			return with(token, "POST", fmt.Sprintf("/me/sessions/%d/end", h.one(`select max(id) from sessions where user_id = $1`, h.user("foreman"))), nil)
		},
		"end-my-other-sessions": func() func() answer { return with(fresh(), "POST", "/me/sessions/end-others", nil) },
		"change-password": func() func() answer {
			return ask("readonly", "POST", "/me/password", map[string]any{"current": "readonly", "password": strongPassword})
		},
		"confirm-totp": func() func() answer {
			secret, _ = h.ok("gusev", "POST", "/me/totp", map[string]any{"password": "gusev"}).get(h.t, "secret").(string)
			return ask("gusev", "POST", "/me/totp/confirm", map[string]any{"code": code(h.t, secret, h.clock.Now())})
		},
		"new-recovery-codes": h.factoredAsks("second", "/me/totp/codes"),
		"remove-totp":        h.factoredAsks("third", "/me/totp/remove"),
		"restore-announcement": func() func() answer {
			path := fmt.Sprintf("/announcements/day%%s?line_id=%d&version=%%d", h.line(strange))
			first := h.ok("admin2", "PUT", fmt.Sprintf(path, "", h.one(`select coalesce(max(version), 0) from announcements where line_id = $1`, h.line(strange))), map[string]any{"text": "Заречье, добрый день", "uses": "text"})
			return ask("admin2", "POST", fmt.Sprintf(path, "/restore", first.id(h.t, "version")), map[string]any{"to": 1})
		},
		"record-announcement": func() func() answer {
			h.token("admin2")
			return func() answer {
				return h.upload("admin2", h.line(strange), "application/octet-stream", tune())
			}
		},
	}
}

// factoredAsks makes a company's user with a second factor, who then asks.
func (h *house) factoredAsks(login, path string) func() func() answer {
	return func() func() answer {
		token, _ := h.invite("admin", map[string]any{"name": "Со вторым фактором", "role": "readonly"})
		session := cookieFrom(h.accept(token, login), httpapi.Cookie)
		password := map[string]any{"password": strongPassword}
		key, _ := h.with(session, "POST", "/me/totp", password).get(h.t, "secret").(string)
		session = cookieFrom(h.with(session, "POST", "/me/totp/confirm", map[string]any{"code": code(h.t, key, h.clock.Now())}), httpapi.Cookie)
		return func() answer { return h.with(session, "POST", path, password) }
	}
}
