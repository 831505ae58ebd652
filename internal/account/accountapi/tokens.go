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

// APIToken is a token of the API; the token itself is told once, when it is made.
type APIToken struct {
	ID          int64      `json:"id"`
	Name        string     `json:"name"`
	Permissions []string   `json:"permissions" doc:"in force: no more than who issued it may now"`
	Tail        string     `json:"tail" doc:"the last four signs"`
	UserName    string     `json:"user_name" doc:"who issued it"`
	CreatedAt   time.Time  `json:"created_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
	SeenAt      *time.Time `json:"seen_at" doc:"when it was used last, to a minute"`
	SeenSource  string     `json:"seen_source" doc:"and from which address"`
	RevokedAt   *time.Time `json:"revoked_at"`
	RevokedBy   string     `json:"revoked_by"`
	Idle        string     `json:"idle" enum:",revoked,expired,person" doc:"why it opens nothing: revoked, out of date, or who issued it works here no more; empty: it is in force"`
}

// APITokenList is a company's tokens, and what may be ticked in new ones.
type APITokenList struct {
	Items    []APIToken `json:"items"`
	Tickable []string   `json:"tickable" doc:"permissions the asker may give to a token"`
}

// APITokenForm is what a token is made of.
type APITokenForm struct {
	Name        string   `json:"name" minLength:"1" maxLength:"60" doc:"what uses it: «1С»"`
	Permissions []string `json:"permissions" minItems:"1" maxItems:"100"`
	Days        int      `json:"days" minimum:"1" maximum:"730" doc:"for how long"`
}

// APITokenMade is a token just made.
type APITokenMade struct {
	Token string   `json:"token" doc:"shown this once"`
	Item  APIToken `json:"item"`
}

type (
	tokenList struct{ Body APITokenList }
	tokenMade struct{ Body APITokenMade }
	newToken  struct {
		OfCompany
		Body APITokenForm
	}
)

func (c Config) tokens(api huma.API) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"tokens"}, MaxBodyBytes: 64 << 10}
	}
	httpapi.Register(api, access.UserRead, op("list-tokens", http.MethodGet, "/tokens", "The API's tokens of a company", ""),
		func(ctx context.Context, in *OfCompany) (*tokenList, error) {
			all, err := c.Service.Tokens(ctx, in.CompanyID)
			out := APITokenList{Items: make([]APIToken, 0, len(all)), Tickable: words(account.Givable(access.From(ctx)))}
			for _, t := range all {
				out.Items = append(out.Items, showToken(t))
			}
			return &tokenList{out}, err
		})
	httpapi.Register(api, access.UserWrite, op("make-token", http.MethodPost, "/tokens", "Issue a token with some of one's own rights",
		"The token is in this answer and never again. 409 name.taken, token.too_many; 422 token.permission at body.permissions for a right one has not."),
		func(ctx context.Context, in *newToken) (*tokenMade, error) {
			n := account.NewToken{Name: in.Body.Name, Days: in.Body.Days}
			for _, p := range in.Body.Permissions {
				n.Permissions = append(n.Permissions, access.Permission(p))
			}
			t, plain, err := c.Service.MakeToken(ctx, in.CompanyID, n)
			if err != nil {
				return nil, err
			}
			return &tokenMade{APITokenMade{Token: plain, Item: showToken(t)}}, nil
		})
	revoke := op("revoke-token", http.MethodPost, "/tokens/{id}/revoke", "End a token at once", "")
	revoke.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.UserWrite, revoke, func(ctx context.Context, in *UserByID) (*struct{}, error) {
		return nil, c.Service.RevokeToken(ctx, in.CompanyID, in.ID)
	})
}

func showToken(t account.Token) APIToken {
	return APIToken{
		ID: t.ID, Name: t.Name, Permissions: words(t.Permissions), Tail: t.Tail, UserName: t.UserName, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt,
		SeenAt: t.SeenAt, SeenSource: t.SeenSource, RevokedAt: t.RevokedAt, RevokedBy: t.RevokedBy, Idle: t.Idle,
	}
}
