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
	User        User      `json:"user"`
	Kind        string    `json:"kind" enum:"operator,supervisor,company,admin"`
	CompanyID   int64     `json:"company_id" doc:"the company chosen; 0 for our own staff"`
	Companies   []Company `json:"companies"`
	Permissions []string  `json:"permissions"`
	MemberID    int64     `json:"member_id" doc:"the staff member this user is; 0 when none"`
	ServerTime  time.Time `json:"server_time"`
	Zone        string    `json:"zone" doc:"IANA zone of the company"`
}

// User is a person with a login.
type User struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login"`
}

// Company is one the person belongs to or serves.
type Company struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
	Zone string `json:"zone"`
}

// Config of the operations.
type Config struct {
	Service *account.Service
	Now     func() time.Time
	Secure  bool // cookies over https only
}

type session struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

type me struct{ Body Me }

type withToken struct {
	Token string `cookie:"d24_session"`
}

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	httpapi.Open(api, huma.Operation{OperationID: "login", Method: http.MethodPost, Path: "/login", Summary: "Sign in", Tags: []string{"account"}},
		func(ctx context.Context, in *struct {
			UserAgent string `header:"User-Agent"`
			Body      struct {
				Login    string `json:"login" minLength:"1" maxLength:"100"`
				Password string `json:"password" minLength:"1" maxLength:"200"`
			}
		}) (*session, error) {
			token, m, err := c.Service.Login(ctx, in.Body.Login, in.Body.Password, in.UserAgent, access.From(ctx).Source)
			if err != nil {
				return nil, err
			}
			return &session{SetCookie: c.cookie(token, 14*24*time.Hour), Body: c.show(m)}, nil
		})
	httpapi.Register(api, access.Anyone, huma.Operation{OperationID: "logout", Method: http.MethodPost, Path: "/logout", Summary: "End the session", Tags: []string{"account"}, DefaultStatus: http.StatusNoContent},
		func(ctx context.Context, in *withToken) (*struct {
			SetCookie http.Cookie `header:"Set-Cookie"`
		}, error) {
			err := c.Service.Logout(ctx, in.Token)
			return &struct {
				SetCookie http.Cookie `header:"Set-Cookie"`
			}{c.cookie("", -time.Second)}, err
		})
	httpapi.Register(api, access.Anyone, huma.Operation{OperationID: "me", Method: http.MethodGet, Path: "/me", Summary: "Who am I", Tags: []string{"account"}},
		func(ctx context.Context, in *withToken) (*me, error) {
			_, m, err := c.Service.ByToken(ctx, in.Token)
			if err != nil {
				return nil, err
			}
			return &me{c.show(m)}, nil
		})
	httpapi.Register(api, access.Anyone, huma.Operation{OperationID: "choose-company", Method: http.MethodPost, Path: "/me/company", Summary: "Switch to another of my companies", Tags: []string{"account"}},
		func(ctx context.Context, in *struct {
			withToken
			Body struct {
				CompanyID int64 `json:"company_id"`
			}
		}) (*me, error) {
			m, err := c.Service.ChooseCompany(ctx, in.Token, in.Body.CompanyID)
			if err != nil {
				return nil, err
			}
			return &me{c.show(m)}, nil
		})
}

func (c Config) cookie(token string, life time.Duration) http.Cookie {
	return http.Cookie{
		Name: httpapi.Cookie, Value: token, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
}

func (c Config) show(m account.Me) Me {
	out := Me{
		User: User{m.UserID, m.Name, m.Login}, Kind: m.Kind, CompanyID: m.CompanyID, MemberID: m.MemberID, Zone: m.Zone,
		ServerTime: c.Now(), Companies: make([]Company, 0, len(m.Companies)), Permissions: make([]string, 0, len(m.Permissions)),
	}
	for _, x := range m.Companies {
		out.Companies = append(out.Companies, Company{x.ID, x.Name, string(x.Role), x.Zone})
	}
	for _, p := range m.Permissions {
		out.Permissions = append(out.Permissions, string(p))
	}
	return out
}
