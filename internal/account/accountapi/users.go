package accountapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// UserRow is a person who may come in to a company.
type UserRow struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Login     string  `json:"login"`
	Role      string  `json:"role" enum:"admin,manager,foreman,dispatcher,executor,contractor,readonly" doc:"of a role of the company's own, the one it is nearest to"`
	RoleID    *int64  `json:"role_id" doc:"of a role of the company's own"`
	RoleName  string  `json:"role_name"`
	OwnGrants bool    `json:"own_grants" doc:"sees what the grants say, not what the role opens"`
	IsBlocked bool    `json:"is_blocked"`
	HasTOTP   bool    `json:"has_totp"`
	Passkeys  int     `json:"passkeys"`
	Sessions  int     `json:"sessions" doc:"open now"`
	SeenAt    *moment `json:"seen_at" doc:"null: was not here yet"`
	Asked     bool    `json:"factor_asked" doc:"somebody asks to take his second factor away, and nobody has confirmed yet"`
}

// UserList is everybody who may come in to a company.
type UserList struct {
	Items []UserRow `json:"items"`
}

// UserCard is a user with everything he may.
type UserCard struct {
	UserRow
	Member      *httpapi.Named `json:"member" doc:"the staff member he is"`
	Permissions []string       `json:"permissions"`
	Grants      []Grant        `json:"grants" doc:"what he sees when own_grants; [] is nothing"`
	Open        []Session      `json:"open_sessions"`
	Phone       string         `json:"phone" doc:"of a dispatcher: his own mobile, E.164, for the emergency list"`
	Languages   []string       `json:"languages" nullable:"false" doc:"of a dispatcher: spoken besides Russian, callers of these languages come to him first"`
	Elsewhere   bool           `json:"elsewhere" doc:"belongs to other companies too"`
	IsMe        bool           `json:"is_me"`
	Reset       *FactorReset   `json:"factor_reset" doc:"of the second factor, that waits for another administrator; null: none"`
}

// Grant is one line of what a user sees; lines add up.
type Grant struct {
	Kind        string  `json:"kind" enum:"all,part,own" doc:"every request; kinds of work × houses; where he is executor or responsible"`
	WorkTypeIDs []int64 `json:"work_type_ids" maxItems:"2000" doc:"of a part; [] every kind of work"`
	BuildingIDs []int64 `json:"building_ids" maxItems:"2000" doc:"of a part; with no groups either: every house"`
	GroupIDs    []int64 `json:"group_ids" maxItems:"2000" doc:"of a part: the houses of these groups besides"`
}

// UserRole gives a user a role.
type UserRole struct {
	Role     string `json:"role,omitempty" enum:",admin,manager,foreman,dispatcher,executor,contractor,readonly" doc:"one of the default ones; without role_id"`
	RoleID   int64  `json:"role_id,omitempty" minimum:"0" doc:"one of the company's own"`
	MemberID int64  `json:"member_id,omitempty" minimum:"0" doc:"the staff member he is; 0 none"`
}

// UserDesk is what a company says of its own operator.
type UserDesk struct {
	Phone     string   `json:"phone" maxLength:"40" doc:"his own mobile; empty: none"`
	Languages []string `json:"languages" maxItems:"20" nullable:"false" doc:"of those of rights-choices"`
}

// UserGrants say which requests a user sees.
type UserGrants struct {
	OwnGrants bool    `json:"own_grants" doc:"false: what the role opens"`
	Grants    []Grant `json:"grants" maxItems:"20"`
}

// SessionEnd names a session of a user.
type SessionEnd struct {
	SessionID int64 `json:"session_id,omitempty" minimum:"0" doc:"0: all of them"`
}

// Choice is a thing to pick, by name.
type Choice struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// RightsChoices are what the pickers of the rights' screens offer.
type RightsChoices struct {
	Buildings []Choice `json:"buildings"`
	Groups    []Choice `json:"groups"`
	WorkTypes []Choice `json:"work_types"`
	Members   []Choice `json:"members"`
	Languages []string `json:"languages" nullable:"false" doc:"that a dispatcher may speak besides Russian"`
}

// UserByID names a thing of a company by its id.
type UserByID struct {
	ByID
	OfCompany
}

// OfCompany says which company an operation is about.
type OfCompany struct {
	CompanyID int64 `query:"company_id" minimum:"0" doc:"for our own people; a company's user has his own"`
}

type (
	userList   struct{ Body UserList }
	userCard   struct{ Body UserCard }
	usersAsked struct {
		OfCompany
		Q string `query:"q" maxLength:"100" doc:"part of the name or of the login"`
	}
	userRole struct {
		UserByID
		Body UserRole
	}
	userGrants struct {
		UserByID
		Body UserGrants
	}
	userDesk struct {
		UserByID
		Body UserDesk
	}
	userSession struct {
		UserByID
		Body SessionEnd
	}
	choices struct{ Body RightsChoices }
)

func (c Config) users(api huma.API) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"users"}, MaxBodyBytes: 256 << 10}
	}
	httpapi.Register(api, access.UserRead, op("list-users", http.MethodGet, "/users", "Who may come in to a company", ""),
		func(ctx context.Context, in *usersAsked) (*userList, error) {
			all, err := c.Service.Users(ctx, in.CompanyID, in.Q)
			out := UserList{Items: make([]UserRow, 0, len(all))}
			for _, u := range all {
				out.Items = append(out.Items, showUser(u))
			}
			return &userList{out}, err
		})
	httpapi.Register(api, access.UserRead, op("get-user", http.MethodGet, "/users/{id}", "A user with everything he may", ""),
		func(ctx context.Context, in *UserByID) (*userCard, error) {
			return showCard(ctx)(c.Service.User(ctx, in.CompanyID, in.ID))
		})
	httpapi.Register(api, access.UserRead, op("rights-choices", http.MethodGet, "/rights/choices", "Houses, groups, kinds of work and people that rights are given on", ""),
		func(ctx context.Context, in *OfCompany) (*choices, error) {
			all, err := c.Service.Choices(ctx, in.CompanyID)
			return &choices{RightsChoices{Buildings: named(all.Houses), Groups: named(all.Groups), WorkTypes: named(all.WorkTypes), Members: named(all.Members), Languages: telephony.Languages}}, err
		})
	httpapi.Register(api, access.UserWrite, op("set-user-role", http.MethodPut, "/users/{id}/role", "Give a user another role", "His sessions end when it is another one. 409 user.last_admin."),
		func(ctx context.Context, in *userRole) (*userCard, error) {
			return showCard(ctx)(c.Service.SetRole(ctx, in.CompanyID, in.ID, in.Body.change()))
		})
	httpapi.Register(api, access.UserWrite, op("set-user-grants", http.MethodPut, "/users/{id}/grants", "Say which requests a user sees", "409 grant.admin: an administrator sees everything."),
		func(ctx context.Context, in *userGrants) (*userCard, error) {
			var lines []account.Grant
			if in.Body.OwnGrants {
				lines = grants(in.Body.Grants)
			}
			return showCard(ctx)(c.Service.SetGrants(ctx, in.CompanyID, in.ID, lines))
		})
	httpapi.Register(api, access.UserWrite, op("set-user-desk", http.MethodPut, "/users/{id}/desk", "Telephone and languages of the company's own operator", "409 user.no_dispatcher: he has another role."),
		func(ctx context.Context, in *userDesk) (*userCard, error) {
			return showCard(ctx)(c.Service.SetDesk(ctx, in.CompanyID, in.ID, account.DeskForm{Phone: in.Body.Phone, Languages: list(in.Body.Languages)}))
		})
	httpapi.Register(api, access.UserWrite, op("block-user", http.MethodPost, "/users/{id}/block", "Shut a user out", "409 user.last_admin."),
		func(ctx context.Context, in *UserByID) (*userCard, error) {
			return showCard(ctx)(c.Service.Block(ctx, in.CompanyID, in.ID, true))
		})
	httpapi.Register(api, access.UserWrite, op("unblock-user", http.MethodPost, "/users/{id}/unblock", "Let a user in again", ""),
		func(ctx context.Context, in *UserByID) (*userCard, error) {
			return showCard(ctx)(c.Service.Block(ctx, in.CompanyID, in.ID, false))
		})
	remove := op("remove-user", http.MethodPost, "/users/{id}/remove", "Take a user out of the company", "409 user.last_admin.")
	remove.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.UserWrite, remove, func(ctx context.Context, in *UserByID) (*struct{}, error) {
		return nil, c.Service.Remove(ctx, in.CompanyID, in.ID)
	})
	httpapi.Register(api, access.UserWrite, op("end-user-sessions", http.MethodPost, "/users/{id}/sessions/end", "End a user's session, or all of them", ""),
		func(ctx context.Context, in *userSession) (*howMany, error) {
			n, err := c.Service.EndUserSessions(ctx, in.CompanyID, in.ID, in.Body.SessionID)
			return &howMany{Ended{n}}, err
		})
}

func (r UserRole) change() account.RoleChange {
	return account.RoleChange{Role: access.Role(r.Role), RoleID: r.RoleID, MemberID: r.MemberID}
}

func grants(in []Grant) []account.Grant {
	out := make([]account.Grant, 0, len(in))
	for _, g := range in {
		out = append(out, account.Grant(g))
	}
	return out
}

func showGrants(in []account.Grant) []Grant {
	out := make([]Grant, 0, len(in))
	for _, g := range in {
		out = append(out, Grant{Kind: g.Kind, WorkTypeIDs: list(g.WorkTypeIDs), BuildingIDs: list(g.BuildingIDs), GroupIDs: list(g.GroupIDs)})
	}
	return out
}

// list is never null.
func list[T any](in []T) []T { return append([]T{}, in...) }

func named(in []account.Choice) []Choice {
	out := make([]Choice, 0, len(in))
	for _, x := range in {
		out = append(out, Choice(x))
	}
	return out
}

func showUser(u account.User) UserRow {
	out := UserRow{
		ID: u.ID, Name: u.Name, Login: u.Login, Role: string(u.Role), RoleName: u.RoleName, OwnGrants: u.HasGrants, IsBlocked: u.IsBlocked,
		HasTOTP: u.HasTOTP, Passkeys: u.Passkeys, Sessions: u.Sessions, SeenAt: u.SeenAt, Asked: u.FactorAsked,
	}
	if u.RoleID != 0 {
		out.RoleID = &u.RoleID
	}
	return out
}

func showCard(ctx context.Context) func(account.UserCard, error) (*userCard, error) {
	return func(c account.UserCard, err error) (*userCard, error) {
		if err != nil {
			return nil, err
		}
		return &userCard{UserCard{
			UserRow: showUser(c.User), Member: httpapi.Name(c.MemberID, c.MemberName), Permissions: words(c.Permissions), Grants: showGrants(c.Grants),
			Open: showSessions(c.Open), Phone: c.Phone, Languages: list(c.Languages), Elsewhere: c.Elsewhere, IsMe: access.From(ctx).UserID == c.ID, Reset: showReset(ctx, c.Reset),
		}}, nil
	}
}

func words(in []access.Permission) []string {
	out := make([]string, 0, len(in))
	for _, p := range in {
		out = append(out, string(p))
	}
	return out
}
