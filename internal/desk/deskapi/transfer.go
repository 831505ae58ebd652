package deskapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog/calllogapi"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// DeskCompetent is a person to whom the caller may be transferred.
type DeskCompetent struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Position string     `json:"position"`
	Subject  string     `json:"subject"`
	Number   string     `json:"number" doc:"what a desk phone dials for him; never an emergency number"`
	Fits     bool       `json:"fits" doc:"he answers for the reason of the call"`
	IsOpen   bool       `json:"is_open" doc:"he may be rung now"`
	Why      string     `json:"why" enum:",hours,leave,dismissed,no_phone" doc:"why not: a message is taken for him"`
	Until    *time.Time `json:"until" doc:"when that changes by itself"`
}

// DeskCompetents are the people for a call, those in their hours first, then by its reason.
type DeskCompetents struct {
	Items  []DeskCompetent `json:"items" nullable:"false"`
	AtOnce bool            `json:"at_once" doc:"the company lets them be rung without a word of the operator (F20)"`
	Zone   string          `json:"zone" doc:"of the house; empty: the company of the call is not known yet"`
}

// CallMessage is what a caller leaves for a competent person.
type CallMessage struct {
	CompetentID int64  `json:"competent_id" minimum:"1"`
	Text        string `json:"text" maxLength:"4000"`
}

type competentsIn struct {
	ByKey
	ReasonID int64 `query:"reason_id" minimum:"0" doc:"of the request being written; those who answer for it come first"`
}

type competentsOut struct{ Body DeskCompetents }

type messageIn struct {
	ByKey
	Body CallMessage
}

// transfers are the secretary's operations (SR2); the transfer itself is the engine's.
func (c Config) transfers(api huma.API, op func(id, method, path, summary string) huma.Operation) {
	httpapi.Register(api, access.DeskWork, op("call-competents", http.MethodGet, "/desk/calls/{key}/competents", "To whom the caller may be transferred now"), c.competents)
	httpapi.Register(api, access.DeskWork, op("take-message", http.MethodPost, "/desk/calls/{key}/message", "The caller leaves a message: a call task tells it to the person in his hours"),
		func(ctx context.Context, in *messageIn) (*resultOut, error) {
			e, err := c.Floor.Message(ctx, in.Key, in.Body.CompetentID, in.Body.Text)
			if err != nil {
				return nil, err
			}
			return &resultOut{calllogapi.Row(e)}, nil
		})
}

func (c Config) competents(ctx context.Context, in *competentsIn) (*competentsOut, error) {
	p, err := c.Floor.Competents(ctx, in.Key, in.ReasonID)
	if err != nil {
		return nil, err
	}
	out := &competentsOut{DeskCompetents{Items: make([]DeskCompetent, 0, len(p.Offers)), AtOnce: p.AtOnce, Zone: p.Zone}}
	for _, o := range p.Offers {
		out.Body.Items = append(out.Body.Items, DeskCompetent{
			ID: o.ID, Name: o.Name, Position: o.Position, Subject: o.Subject, Number: telephony.PersonNumber(o.ID), Fits: o.Fits, IsOpen: o.State.Open, Why: string(o.State.Why), Until: o.State.Until,
		})
	}
	return out, nil
}
