package accountapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

// FactorReset is a second factor to be taken away: one person asked, another confirms.
type FactorReset struct {
	_         struct{} `nullable:"true"`
	AskedBy   string   `json:"asked_by"`
	AskedAt   moment   `json:"asked_at"`
	ExpiresAt moment   `json:"expires_at" doc:"until when it may be confirmed"`
	ByMe      bool     `json:"by_me" doc:"I asked: another one confirms"`
}

// MyFactorReset is what I am to know of my second factor.
type MyFactorReset struct {
	State  string  `json:"state" enum:"none,asked,done" doc:"asked: somebody wants to take it away; done: it was taken away"`
	By     string  `json:"by" doc:"who asked"`
	DoneBy string  `json:"done_by" doc:"who confirmed"`
	At     *moment `json:"at" doc:"when it was asked, or done"`
}

type myReset struct{ Body MyFactorReset }

const resetFaults = "409 factor.self, factor.none, factor.asked, factor.not_asked, factor.same, factor.elsewhere."

func (c Config) resets(api huma.API) {
	op := func(id, path, summary, tag string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Description: resetFaults, Tags: []string{tag}, MaxBodyBytes: 4096}
	}
	for _, x := range []struct {
		id, way, summary string
		user             func(ctx context.Context, companyID, id int64) (account.UserCard, error)
		colleague        func(ctx context.Context, id int64) (account.Colleague, error)
	}{
		{"ask-factor-reset", "ask", "Ask to take a lost second factor away", c.Service.AskFactorReset, c.Service.AskColleagueReset},
		{"confirm-factor-reset", "confirm", "Take a second factor away that another one asked for", c.Service.ConfirmFactorReset, c.Service.ConfirmColleagueReset},
		{"drop-factor-reset", "drop", "Take the question back", c.Service.DropFactorReset, c.Service.DropColleagueReset},
	} {
		httpapi.Register(api, access.UserWrite, op(x.id, "/users/{id}/second-factor/"+x.way, x.summary, "users"),
			func(ctx context.Context, in *UserByID) (*userCard, error) {
				return showCard(ctx)(x.user(ctx, in.CompanyID, in.ID))
			})
		httpapi.Register(api, access.PlatformOperate, op(x.id+"-of-colleague", "/colleagues/{id}/second-factor/"+x.way, x.summary, "platform"),
			func(ctx context.Context, in *ByID) (*colleague, error) {
				p, err := x.colleague(ctx, in.ID)
				if err != nil {
					return nil, err
				}
				return &colleague{showColleague(ctx, p)}, nil
			})
	}
	mine := op("my-factor-reset", "/me/second-factor", "What I am to know of my second factor", "account")
	mine.Method, mine.Description = http.MethodGet, ""
	httpapi.Register(api, access.Anyone, mine, func(ctx context.Context, _ *struct{}) (*myReset, error) {
		r, err := c.Service.MyReset(ctx)
		if err != nil || r == nil {
			return &myReset{MyFactorReset{State: "none"}}, err
		}
		out := MyFactorReset{State: "asked", By: r.AskedName, DoneBy: r.DoneName, At: &r.AskedAt}
		if r.DoneAt != nil {
			out.State, out.At = "done", r.DoneAt
		}
		return &myReset{out}, nil
	})
	silent := func(id, path, summary, faults string, f func(context.Context) error) {
		o := op(id, path, summary, "account")
		o.DefaultStatus, o.Description = http.StatusNoContent, faults
		httpapi.Register(api, access.Anyone, o, func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, f(ctx) })
	}
	silent("refuse-my-factor-reset", "/me/second-factor/refuse", "I have lost nothing", "409 factor.not_asked.", c.Service.RefuseMyReset)
	silent("seen-my-factor-reset", "/me/second-factor/seen", "I have read that it was taken away", "", c.Service.SeenMyReset)
}

func showReset(ctx context.Context, r *account.FactorReset) *FactorReset {
	if r == nil {
		return nil
	}
	return &FactorReset{AskedBy: r.AskedName, AskedAt: r.AskedAt, ExpiresAt: r.ExpiresAt, ByMe: r.AskedBy == access.From(ctx).UserID}
}
