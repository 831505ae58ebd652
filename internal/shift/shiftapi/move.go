package shiftapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
)

type moveIn struct {
	ByID
	Body struct {
		State  string `json:"state" enum:"ready,pause,off"`
		Reason string `json:"reason,omitempty" required:"false" maxLength:"100" doc:"of a pause"`
	}
}

// PostingList is who works in which team, and the teams a supervisor may move people to.
type PostingList struct {
	Teams     []TeamChoice `json:"teams" nullable:"false" doc:"that serve nobody but the supervisor's companies"`
	Operators []PostingRow `json:"operators" nullable:"false"`
}

// TeamChoice is a team with its name.
type TeamChoice struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// PostingRow is an operator of the supervisor's companies.
type PostingRow struct {
	UserID  int64   `json:"user_id"`
	TeamIDs []int64 `json:"team_ids" nullable:"false"`
	Movable bool    `json:"movable" doc:"false: he serves other companies too, the platform's administrator moves him"`
}

type (
	postingsOut struct{ Body PostingList }
	teamIn      struct {
		ByID
		Body struct {
			TeamID int64 `json:"team_id" minimum:"1"`
		}
	}
)

func (c Config) teams(api huma.API) {
	httpapi.Register(api, access.DeskSupervise, op("shift-teams", get, "/teams", "Where the operators work, and where a supervisor may move them to"),
		func(ctx context.Context, _ *struct{}) (*postingsOut, error) {
			teams, people, err := c.People.Postings(ctx)
			out := &postingsOut{PostingList{Teams: make([]TeamChoice, 0, len(teams)), Operators: make([]PostingRow, 0, len(people))}}
			for _, t := range teams {
				out.Body.Teams = append(out.Body.Teams, TeamChoice(t))
			}
			for _, p := range people {
				out.Body.Operators = append(out.Body.Operators, PostingRow(p))
			}
			return out, err
		})
	o := op("move-operator-team", put, "/operators/{id}/team", "Put an operator into one team in the place of those he is in; a talk goes on; 409 operator.beyond, operator.there")
	o.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.DeskSupervise, o, func(ctx context.Context, in *teamIn) (*struct{}, error) {
		return nil, c.People.Enlist(ctx, in.ID, in.Body.TeamID)
	})
}

func (c Config) moves(api huma.API) {
	c.teams(api)
	o := op("move-operator", post, "/operators/{id}/move", "Put an operator into another state within two seconds; a talk is ended first; 409 operator.away")
	o.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.DeskSupervise, o, func(ctx context.Context, in *moveIn) (*struct{}, error) {
		return nil, c.Service.Move(ctx, in.ID, in.Body.State, in.Body.Reason)
	})
}
