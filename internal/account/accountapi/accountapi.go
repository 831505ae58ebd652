// Package accountapi is the HTTP face of accounts.
package accountapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

// Me is the signed-in person.
type Me struct {
	User        User       `json:"user"`
	Kind        string     `json:"kind" enum:"operator,supervisor,company,admin"`
	Company     *MyCompany `json:"company" doc:"the company chosen; null for our own staff"`
	Companies   []MyRole   `json:"companies" doc:"those he belongs to, or serves"`
	Permissions []string   `json:"permissions"`
	MemberID    *int64     `json:"member_id" doc:"the staff member this user is"`
	ServerTime  time.Time  `json:"server_time"`
	Zone        string     `json:"zone" doc:"IANA zone in which times are shown"`
	DialAlso    []string   `json:"dial_also" nullable:"false" doc:"beginnings of numbers that are dialled beside geographic and mobile ones of Russia: +7800"`
}

// User is a person with a login.
type User struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login"`
}

// MyCompany is the company a user works in now.
type MyCompany struct {
	_    struct{} `nullable:"true"`
	ID   int64    `json:"id"`
	Name string   `json:"name"`
	Zone string   `json:"zone" doc:"IANA zone"`
}

// MyRole is what a person is in a company.
type MyRole struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role" enum:"admin,manager,foreman,dispatcher,executor,contractor,readonly,staff" doc:"staff: of the dispatch centre; of a role of the company's own, the one it is nearest to"`
	Own  string `json:"role_name" doc:"name of a role of the company's own, empty otherwise"`
	Zone string `json:"zone"`
}

// Credentials open a session.
type Credentials struct {
	Login    string `json:"login" minLength:"1" maxLength:"100"`
	Password string `json:"password" minLength:"1" maxLength:"200"`
	Code     string `json:"code,omitempty" maxLength:"40" doc:"of the authenticator, or a recovery code; asked for by 422 login.code_required"`
}

// CompanyChoice switches a user of several companies.
type CompanyChoice struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
}

// Config of the operations.
type Config struct {
	Service *account.Service
	Now     func() time.Time
	Secure  bool // pages are opened over https: cookies never go without it
	// DialAlso are beginnings of numbers that the installation allows to dial beside geographic
	// and mobile ones of Russia (S9).
	DialAlso []string
}

type session struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      Me
}

type ended struct {
	SetCookie []string `header:"Set-Cookie"`
}

type me struct{ Body Me }

type login struct {
	UserAgent string `header:"User-Agent"`
	Body      Credentials
}

type choice struct{ Body CompanyChoice }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"account"}
	httpapi.Open(api, huma.Operation{
		OperationID: "login", Method: http.MethodPost, Path: "/login", Summary: "Sign in", Tags: tags, MaxBodyBytes: 4096,
		Description: "422 login.wrong; 422 login.code_required at body.code when a second factor is on: send all three; 422 login.code; 429 login.throttled after ten wrong passwords " +
			"or five wrong codes in 15 minutes. A session opened before ends.",
	}, c.login)
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "logout", Method: http.MethodPost, Path: "/logout", Summary: "End the session", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, c.logout)
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/me", Summary: "Who am I, and what may I do", Tags: tags,
	}, func(ctx context.Context, _ *struct{}) (*me, error) {
		_, m, err := c.Service.ByToken(ctx, httpapi.Token(ctx))
		if err != nil {
			return nil, err
		}
		return &me{c.show(m)}, nil
	})
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "choose-company", Method: http.MethodPost, Path: "/me/company", Summary: "Switch to another of my companies", Tags: tags,
	}, func(ctx context.Context, in *choice) (*me, error) {
		m, err := c.Service.ChooseCompany(ctx, httpapi.Token(ctx), in.Body.CompanyID)
		if err != nil {
			return nil, err
		}
		return &me{c.show(m)}, nil
	})
	c.passkeys(api)
	c.profile(api)
	c.invitations(api)
	c.users(api)
	c.roles(api)
	c.teams(api)
	c.resets(api)
	c.tokens(api)
}

func (c Config) login(ctx context.Context, in *login) (*session, error) {
	e := entry(ctx, in.UserAgent)
	e.Login, e.Password, e.Code = in.Body.Login, in.Body.Password, in.Body.Code
	out, err := c.Service.Login(ctx, e)
	if err != nil {
		return nil, err
	}
	return c.opened(ctx, out)
}

// entry is what the request itself says of who comes in.
func entry(ctx context.Context, userAgent string) account.Entry {
	return account.Entry{Device: userAgent, Source: access.From(ctx).Source, Known: httpapi.Known(ctx)}
}

// opened gives the browser a session just made, and ends the one of whoever sat here before.
func (c Config) opened(ctx context.Context, o account.Opened) (*session, error) {
	if old := httpapi.Token(ctx); old != "" {
		if err := c.Service.Logout(ctx, old); err != nil {
			return nil, err
		}
	}
	known := c.cookie(httpapi.KnownCookie, o.Known, account.DeviceLife)
	return &session{SetCookie: []string{c.cookie(httpapi.Cookie, o.Token, account.SessionLife), known}, Body: c.show(o.Me)}, nil
}

func (c Config) logout(ctx context.Context, _ *struct{}) (*ended, error) {
	return &ended{[]string{c.cookie(httpapi.Cookie, "", -time.Second)}}, c.Service.Logout(ctx, httpapi.Token(ctx))
}

// renewed gives the browser the new token of its session.
func (c Config) renewed(token string) []string {
	return []string{c.cookie(httpapi.Cookie, token, account.SessionLife)}
}

func (c Config) cookie(name, token string, life time.Duration) string {
	if c.Secure {
		name = "__Host-" + name
	}
	return (&http.Cookie{
		Name: name, Value: token, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}).String()
}

func (c Config) show(m account.Me) Me {
	out := Me{
		User: User{m.UserID, m.Name, m.Login}, Kind: m.Kind, Zone: m.Zone,
		ServerTime: c.Now(), DialAlso: append([]string{}, c.DialAlso...), Companies: make([]MyRole, 0, len(m.Companies)), Permissions: make([]string, 0, len(m.Permissions)),
	}
	if m.MemberID != 0 {
		out.MemberID = &m.MemberID
	}
	for _, x := range m.Companies {
		role := string(x.Role)
		if role == "" {
			role = "staff"
		}
		out.Companies = append(out.Companies, MyRole{x.ID, x.Name, role, x.RoleName, x.Zone})
		if x.ID == m.CompanyID {
			out.Company = &MyCompany{ID: x.ID, Name: x.Name, Zone: x.Zone}
		}
	}
	for _, p := range m.Permissions {
		out.Permissions = append(out.Permissions, string(p))
	}
	return out
}
