package accountapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

// Invitation is a way in for somebody who is not there yet.
type Invitation struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Kind      string  `json:"kind" enum:"company,operator,supervisor,admin"`
	Role      string  `json:"role" enum:"admin,manager,foreman,dispatcher,executor,contractor,readonly"`
	RoleID    *int64  `json:"role_id"`
	RoleName  string  `json:"role_name"`
	MemberID  *int64  `json:"member_id"`
	OwnGrants bool    `json:"own_grants"`
	Grants    []Grant `json:"grants"`
	TeamIDs   []int64 `json:"team_ids"`
	InvitedBy string  `json:"invited_by"`
	CreatedAt moment  `json:"created_at"`
	ExpiresAt moment  `json:"expires_at"`
	Link      *string `json:"link" doc:"path of the page to send, told once: when the link is made"`
}

// InvitationList are the open ones.
type InvitationList struct {
	Items []Invitation `json:"items"`
}

// NewInvitation is whom to invite as what.
type NewInvitation struct {
	UserRole
	Name      string  `json:"name" minLength:"1" maxLength:"100"`
	OwnGrants bool    `json:"own_grants,omitempty"`
	Grants    []Grant `json:"grants,omitempty" maxItems:"20"`
	Days      int     `json:"days,omitempty" minimum:"0" maximum:"30" doc:"how long the link works; 0: a week"`
}

// InvitationToken is what the link carries.
type InvitationToken struct {
	Token string `json:"token" minLength:"1" maxLength:"100"`
}

// InvitationFace is what the invited person is shown.
type InvitationFace struct {
	Name      string `json:"name"`
	Company   string `json:"company" doc:"empty: the dispatch centre"`
	Kind      string `json:"kind" enum:"company,operator,supervisor,admin"`
	Role      string `json:"role" enum:"admin,manager,foreman,dispatcher,executor,contractor,readonly"`
	RoleName  string `json:"role_name"`
	ExpiresAt moment `json:"expires_at"`
}

// InvitedLogin is the login an invited person wants.
type InvitedLogin struct {
	InvitationToken
	Login string `json:"login" minLength:"1" maxLength:"100"`
}

// Acceptance is how an invited person wants to come in: by a password or by a key.
type Acceptance struct {
	InvitedLogin
	Password   string         `json:"password,omitempty" maxLength:"200"`
	Challenge  string         `json:"challenge,omitempty" maxLength:"100" doc:"of invited-passkey"`
	Credential map[string]any `json:"credential,omitempty" doc:"PublicKeyCredential.toJSON(), in place of a password"`
}

type (
	invitationToken struct{ Body InvitationToken }
	invitationFace  struct{ Body InvitationFace }
	invitedLogin    struct{ Body InvitedLogin }
	acceptance      struct {
		UserAgent string `header:"User-Agent"`
		Body      Acceptance
	}
	invitationList struct{ Body InvitationList }
	invitation     struct{ Body Invitation }
	newInvitation  struct {
		OfCompany
		Body NewInvitation
	}
)

func (c Config) invitations(api huma.API) {
	c.invited(api)
	c.founding(api)
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"users"}, MaxBodyBytes: 256 << 10}
	}
	httpapi.Register(api, access.UserRead, op("list-invitations", http.MethodGet, "/invitations", "Open invitations of a company", ""),
		func(ctx context.Context, in *OfCompany) (*invitationList, error) {
			all, err := c.Service.Invitations(ctx, in.CompanyID)
			return &invitationList{InvitationList{showInvitations(all)}}, err
		})
	httpapi.Register(api, access.UserWrite, op("invite-user", http.MethodPost, "/invitations", "Make a link for somebody to come in", "The link is told once."),
		func(ctx context.Context, in *newInvitation) (*invitation, error) {
			n := account.NewInvitation{Name: in.Body.Name, RoleChange: in.Body.change(), Days: in.Body.Days}
			if in.Body.OwnGrants {
				n.Grants = grants(in.Body.Grants)
			}
			return withLink(c.Service.Invite(ctx, in.CompanyID, n))
		})
	httpapi.Register(api, access.UserWrite, op("resend-invitation", http.MethodPost, "/invitations/{id}/resend", "Make a new link of an invitation", "The link before it does not work any more."),
		func(ctx context.Context, in *UserByID) (*invitation, error) {
			return withLink(c.Service.Resend(ctx, in.CompanyID, in.ID))
		})
	revoke := op("revoke-invitation", http.MethodPost, "/invitations/{id}/revoke", "Shut an invitation", "")
	revoke.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.UserWrite, revoke, func(ctx context.Context, in *UserByID) (*struct{}, error) {
		return nil, c.Service.Revoke(ctx, in.CompanyID, in.ID)
	})
}

// FirstAdministrator is whom to invite to set a company up.
type FirstAdministrator struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

type firstAdministrator struct {
	ByID
	Body FirstAdministrator
}

// founding is for our own people: a company that was just made has nobody who could invite.
func (c Config) founding(api huma.API) {
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "invite-administrator", Method: http.MethodPost, Path: "/companies/{id}/administrators", Summary: "Make a link for a company's administrator",
		Description: "The link is told once.", Tags: []string{"platform"}, MaxBodyBytes: 4096,
	}, func(ctx context.Context, in *firstAdministrator) (*invitation, error) {
		return withLink(c.Service.InviteAdministrator(ctx, in.ID, in.Body.Name))
	})
}

// invited are the operations for who holds a link.
func (c Config) invited(api huma.API) {
	tags := []string{"account"}
	httpapi.Open(api, huma.Operation{
		OperationID: "look-at-invitation", Method: http.MethodPost, Path: "/invitation/look", Summary: "What a link invites to", Tags: tags, MaxBodyBytes: 4096,
		Description: "The token goes in the body, so that no log of addresses keeps it. 404 invitation.gone.",
	}, func(ctx context.Context, in *invitationToken) (*invitationFace, error) {
		i, err := c.Service.Look(ctx, in.Body.Token)
		if err != nil {
			return nil, err
		}
		return &invitationFace{InvitationFace{Name: i.Name, Company: i.CompanyName, Kind: i.Kind, Role: string(i.Role), RoleName: i.RoleName, ExpiresAt: i.ExpiresAt}}, nil
	})
	httpapi.Open(api, huma.Operation{
		OperationID: "invited-passkey", Method: http.MethodPost, Path: "/invitation/passkey", Summary: "Ask the browser of an invited person for a key", Tags: tags, MaxBodyBytes: 4096,
		Description: "422 login.form, login.taken at body.login.",
	}, func(ctx context.Context, in *invitedLogin) (*challenge, error) {
		return shown(c.Service.AskInvitedPasskey(ctx, c.page(ctx), in.Body.Token, in.Body.Login))
	})
	httpapi.Open(api, huma.Operation{
		OperationID: "accept-invitation", Method: http.MethodPost, Path: "/invitation/accept", Summary: "Make a login by a link, and sign in", Tags: tags, MaxBodyBytes: maxKey,
		Description: "422 login.form, login.taken at body.login, password.weak at body.password, passkey.wrong; 404 invitation.gone: a link works once.",
	}, func(ctx context.Context, in *acceptance) (*session, error) {
		a := account.Acceptance{Login: in.Body.Login, Password: in.Body.Password, Challenge: in.Body.Challenge, Page: c.page(ctx), Entry: entry(ctx, in.UserAgent)}
		if len(in.Body.Credential) > 0 {
			raw, err := json.Marshal(in.Body.Credential)
			if err != nil {
				return nil, err
			}
			a.Answer = raw
		}
		out, err := c.Service.Accept(ctx, in.Body.Token, a)
		if err != nil {
			return nil, err
		}
		return c.opened(ctx, out)
	})
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "join-company", Method: http.MethodPost, Path: "/invitation/join", Summary: "Join one more company by a link, and go over to it", Tags: tags, MaxBodyBytes: 4096,
		Description: "404 invitation.gone, 409 invitation.already, invitation.other_kind.",
	}, func(ctx context.Context, in *invitationToken) (*me, error) {
		company, err := c.Service.Join(ctx, in.Body.Token)
		if err != nil {
			return nil, err
		}
		m, err := c.Service.ChooseCompany(ctx, httpapi.Token(ctx), company)
		if err != nil {
			return nil, err
		}
		return &me{c.show(m)}, nil
	})
}

func showInvitation(i account.Invitation) Invitation {
	out := Invitation{
		ID: i.ID, Name: i.Name, Kind: i.Kind, Role: string(i.Role), RoleName: i.RoleName, OwnGrants: i.Grants != nil, Grants: showGrants(i.Grants), TeamIDs: list(i.TeamIDs),
		InvitedBy: i.InvitedBy, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt,
	}
	if i.RoleID != 0 {
		out.RoleID = &i.RoleID
	}
	if i.MemberID != 0 {
		out.MemberID = &i.MemberID
	}
	return out
}

func showInvitations(all []account.Invitation) []Invitation {
	out := make([]Invitation, 0, len(all))
	for _, i := range all {
		out = append(out, showInvitation(i))
	}
	return out
}

func withLink(i account.Invitation, token string, err error) (*invitation, error) {
	if err != nil {
		return nil, err
	}
	out := showInvitation(i)
	link := "/invite/" + token
	out.Link = &link
	return &invitation{out}, nil
}
