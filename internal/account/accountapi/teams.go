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

// Team is a group of our own people: which companies they serve, and what they can.
type Team struct {
	ID         int64    `json:"id"`
	Name       string   `json:"name"`
	CompanyIDs []int64  `json:"company_ids"`
	CityIDs    []int64  `json:"city_ids" doc:"every company of these cities, those to come too"`
	Skills     []string `json:"skills"`
	People     int      `json:"people"`
	Version    int      `json:"version"`
}

// TeamList is every team, and what a team may serve.
type TeamList struct {
	Items     []Team   `json:"items"`
	Companies []Choice `json:"companies"`
	Cities    []Choice `json:"cities"`
}

// TeamForm is what a team is made of.
type TeamForm struct {
	Name       string   `json:"name" minLength:"1" maxLength:"60"`
	CompanyIDs []int64  `json:"company_ids" maxItems:"5000"`
	CityIDs    []int64  `json:"city_ids" maxItems:"500"`
	Skills     []string `json:"skills" maxItems:"50"`
	Version    int      `json:"version,omitempty" minimum:"0" doc:"of the row that was read; 409 team.changed when it is another now"`
}

// Colleague is one of our own people.
type Colleague struct {
	ID        int64        `json:"id"`
	Name      string       `json:"name"`
	Login     string       `json:"login"`
	Kind      string       `json:"kind" enum:"operator,supervisor,admin"`
	IsBlocked bool         `json:"is_blocked"`
	TeamIDs   []int64      `json:"team_ids"`
	Skills    []string     `json:"skills" doc:"besides those of the teams"`
	Languages []string     `json:"languages" nullable:"false" doc:"spoken besides Russian: callers of these languages come to him first"`
	Phone     string       `json:"phone" doc:"his own mobile, E.164: in the emergency list"`
	Companies int          `json:"companies" doc:"served now"`
	HasTOTP   bool         `json:"has_totp"`
	Passkeys  int          `json:"passkeys"`
	Sessions  int          `json:"sessions"`
	SeenAt    *moment      `json:"seen_at"`
	IsMe      bool         `json:"is_me"`
	Reset     *FactorReset `json:"factor_reset" doc:"of the second factor, that waits for another administrator; null: none"`
}

// ColleagueList is our own people and those who are invited.
type ColleagueList struct {
	Items     []Colleague  `json:"items"`
	Invited   []Invitation `json:"invited"`
	Languages []string     `json:"languages" nullable:"false" doc:"that may be chosen"`
}

// ColleagueForm is what may be changed of one of our own people.
type ColleagueForm struct {
	Kind      string   `json:"kind" enum:"operator,supervisor,admin"`
	TeamIDs   []int64  `json:"team_ids" maxItems:"200"`
	Skills    []string `json:"skills" maxItems:"50"`
	Languages []string `json:"languages,omitempty" required:"false" maxItems:"20" doc:"spoken besides Russian; absent: as they are"`
	Phone     *string  `json:"phone,omitempty" required:"false" nullable:"false" maxLength:"40" doc:"his own mobile, for the emergency list; empty: none, absent: as it is"`
	IsBlocked bool     `json:"is_blocked"`
}

// NewColleague is whom to invite into the dispatch centre.
type NewColleague struct {
	Name    string  `json:"name" minLength:"1" maxLength:"100"`
	Kind    string  `json:"kind" enum:"operator,supervisor,admin"`
	TeamIDs []int64 `json:"team_ids" maxItems:"200"`
	Days    int     `json:"days,omitempty" minimum:"0" maximum:"30" doc:"how long the link works; 0: a week"`
}

type (
	teamList struct{ Body TeamList }
	team     struct{ Body Team }
	newTeam  struct{ Body TeamForm }
	teamForm struct {
		ByID
		Body TeamForm
	}
	colleagueList  struct{ Body ColleagueList }
	colleague      struct{ Body Colleague }
	colleagueAsked struct {
		Q string `query:"q" maxLength:"100" doc:"part of the name or of the login"`
	}
	colleagueForm struct {
		ByID
		Body ColleagueForm
	}
	newColleague struct{ Body NewColleague }
)

func (c Config) teams(api huma.API) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"platform"}, MaxBodyBytes: 256 << 10}
	}
	silent := func(o huma.Operation) huma.Operation { o.DefaultStatus = http.StatusNoContent; return o }
	httpapi.Register(api, access.PlatformOperate, op("list-teams", http.MethodGet, "/teams", "Teams of operators", ""),
		func(ctx context.Context, _ *struct{}) (*teamList, error) {
			all, may, err := c.Service.Teams(ctx)
			out := TeamList{Items: make([]Team, 0, len(all)), Companies: named(may.Companies), Cities: named(may.Cities)}
			for _, t := range all {
				out.Items = append(out.Items, Team(t))
			}
			return &teamList{out}, err
		})
	httpapi.Register(api, access.PlatformOperate, op("make-team", http.MethodPost, "/teams", "Add a team", "409 name.taken."),
		func(ctx context.Context, in *newTeam) (*team, error) { return c.keepTeam(ctx, 0, in.Body) })
	httpapi.Register(api, access.PlatformOperate, op("change-team", http.MethodPut, "/teams/{id}", "Change a team", "Its people serve other companies within a second. 409 team.changed, name.taken."),
		func(ctx context.Context, in *teamForm) (*team, error) { return c.keepTeam(ctx, in.ID, in.Body) })
	httpapi.Register(api, access.PlatformOperate, silent(op("remove-team", http.MethodDelete, "/teams/{id}", "Take a team away", "")),
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, c.Service.RemoveTeam(ctx, in.ID) })
	httpapi.Register(api, access.PlatformOperate, op("list-colleagues", http.MethodGet, "/colleagues", "Our own people, and who is invited", ""),
		func(ctx context.Context, in *colleagueAsked) (*colleagueList, error) {
			all, invited, err := c.Service.Colleagues(ctx, in.Q)
			out := ColleagueList{Items: make([]Colleague, 0, len(all)), Invited: showInvitations(invited), Languages: telephony.Languages}
			for _, x := range all {
				out.Items = append(out.Items, showColleague(ctx, x))
			}
			return &colleagueList{out}, err
		})
	httpapi.Register(api, access.PlatformOperate, op("change-colleague", http.MethodPut, "/colleagues/{id}", "Change one of our own people", "409 user.last_admin."),
		func(ctx context.Context, in *colleagueForm) (*colleague, error) {
			x, err := c.Service.ChangeColleague(ctx, in.ID, account.ColleagueChange{Kind: in.Body.Kind, TeamIDs: in.Body.TeamIDs, Skills: in.Body.Skills, Languages: in.Body.Languages, Phone: in.Body.Phone, IsBlocked: in.Body.IsBlocked})
			if err != nil {
				return nil, err
			}
			return &colleague{showColleague(ctx, x)}, nil
		})
	httpapi.Register(api, access.PlatformOperate, op("end-colleague-sessions", http.MethodPost, "/colleagues/{id}/sessions/end", "End all sessions of one of our own people", ""),
		func(ctx context.Context, in *ByID) (*howMany, error) {
			n, err := c.Service.EndColleagueSessions(ctx, in.ID)
			return &howMany{Ended{n}}, err
		})
	httpapi.Register(api, access.PlatformOperate, op("invite-colleague", http.MethodPost, "/colleagues/invitations", "Make a link into the dispatch centre", "The link is told once."),
		func(ctx context.Context, in *newColleague) (*invitation, error) {
			return withLink(c.Service.InviteColleague(ctx, account.NewInvitation{Name: in.Body.Name, Kind: in.Body.Kind, TeamIDs: in.Body.TeamIDs, Days: in.Body.Days}))
		})
	httpapi.Register(api, access.PlatformOperate, op("resend-colleague", http.MethodPost, "/colleagues/invitations/{id}/resend", "Make a new link of an invitation", ""),
		func(ctx context.Context, in *ByID) (*invitation, error) {
			return withLink(c.Service.ResendColleague(ctx, in.ID))
		})
	httpapi.Register(api, access.PlatformOperate, silent(op("revoke-colleague", http.MethodPost, "/colleagues/invitations/{id}/revoke", "Shut an invitation", "")),
		func(ctx context.Context, in *ByID) (*struct{}, error) {
			return nil, c.Service.RevokeColleague(ctx, in.ID)
		})
}

func (c Config) keepTeam(ctx context.Context, id int64, f TeamForm) (*team, error) {
	t, err := c.Service.KeepTeam(ctx, account.Team{ID: id, Name: f.Name, CompanyIDs: list(f.CompanyIDs), CityIDs: list(f.CityIDs), Skills: f.Skills, Version: f.Version})
	if err != nil {
		return nil, err
	}
	return &team{Team(t)}, nil
}

func showColleague(ctx context.Context, x account.Colleague) Colleague {
	return Colleague{
		ID: x.ID, Name: x.Name, Login: x.Login, Kind: x.Kind, IsBlocked: x.IsBlocked, TeamIDs: list(x.TeamIDs), Skills: list(x.Skills), Languages: list(x.Languages), Phone: x.Phone, Companies: x.Companies,
		HasTOTP: x.HasTOTP, Passkeys: x.Passkeys, Sessions: x.Sessions, SeenAt: x.SeenAt, IsMe: access.From(ctx).UserID == x.ID, Reset: showReset(ctx, x.Reset),
	}
}
