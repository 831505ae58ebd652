// Package connectionapi is the HTTP face of connections: an employee rings the resident of his
// request through the centre.
package connectionapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/connection"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
)

// ConnectionPhone is a number of the employee's that may be rung.
type ConnectionPhone struct {
	Phone string `json:"phone" doc:"E.164"`
	Note  string `json:"note"`
	Now   bool   `json:"now" doc:"the staff card has it for this hour"`
}

// TicketConnection is how far a connection is.
type TicketConnection struct {
	_       struct{}  `nullable:"true"`
	State   string    `json:"state" enum:"calling_you,calling_resident,talking,over"`
	Result  string    `json:"result" enum:",talked,you_no_answer,you_busy,no_answer,busy,declined,bad_number,withdrawn,failed" doc:"when it is over"`
	AskedAt time.Time `json:"asked_at"`
}

// TicketConnecting is what the employee sees before he asks, and while he is connected.
type TicketConnecting struct {
	Phones   []ConnectionPhone `json:"phones" nullable:"false" doc:"his own by the staff card, those of this hour first"`
	Resident string            `json:"resident" doc:"the middle is hidden from those who may not see contacts"`
	Why      string            `json:"why" enum:",no_card,no_phone,no_resident,over" doc:"why nobody can be connected; empty: he can"`
	Quiet    *time.Time        `json:"quiet" doc:"the resident is not to be disturbed till then; null: he may be called"`
	Last     *TicketConnection `json:"last" doc:"his last one by this request; null: none"`
}

// NewConnection is what he asks for.
type NewConnection struct {
	Key       string `json:"key" minLength:"8" maxLength:"100" pattern:"^[0-9A-Za-z_-]+$" doc:"the device's own name of it: pressed twice it is one call"`
	Phone     string `json:"phone" maxLength:"40" doc:"which of his phones is rung first"`
	QuietSeen bool   `json:"quiet_seen,omitempty" doc:"he knows that the resident is not to be disturbed"`
}

// ByID names the request in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type asked struct {
	ByID
	Body NewConnection
}

type one struct{ Body TicketConnecting }

// Register adds the operations to api.
func Register(api huma.API, s *connection.Service) {
	const path = "/tickets/{id}/connection"
	tags := []string{"tickets"}
	httpapi.Register(api, access.TicketCall, huma.Operation{
		OperationID: "get-connection", Method: http.MethodGet, Path: path, Summary: "How the resident may be called through the centre, and how far that is", Tags: tags,
	}, func(ctx context.Context, in *ByID) (*one, error) { return shown(ctx)(s.View(ctx, in.ID)) })
	httpapi.Register(api, access.TicketCall, huma.Operation{
		OperationID: "connect-resident", Method: http.MethodPost, Path: path, Summary: "Ring my phone, then the resident's, and join the two", Tags: tags,
		Description: "409 connection.quiet: the resident is not to be disturbed; send quiet_seen when the person knows. 409 connection.going: he is being connected by another request. 409 connection.cannot says why not.",
	}, func(ctx context.Context, in *asked) (*one, error) {
		return shown(ctx)(s.Connect(ctx, in.ID, connection.Wish{Key: in.Body.Key, Phone: in.Body.Phone, QuietSeen: in.Body.QuietSeen}))
	})
	httpapi.Register(api, access.TicketCall, huma.Operation{
		OperationID: "withdraw-connection", Method: http.MethodPost, Path: path + "/withdraw", Summary: "Stop the ringing; a talk is not cut off", Tags: tags,
		Description: "409 connection.over: nothing rings.",
	}, func(ctx context.Context, in *ByID) (*one, error) { return shown(ctx)(s.Withdraw(ctx, in.ID)) })
}

func shown(ctx context.Context) func(connection.View, error) (*one, error) {
	return func(v connection.View, err error) (*one, error) {
		if err != nil {
			return nil, err
		}
		out := TicketConnecting{Phones: make([]ConnectionPhone, 0, len(v.Phones)), Resident: v.Resident, Why: string(v.Why), Quiet: v.Quiet}
		if v.Resident != "" && !access.From(ctx).Can(access.ContactRead) {
			out.Resident = phone.Mask(v.Resident)
		}
		for _, p := range v.Phones {
			out.Phones = append(out.Phones, ConnectionPhone(p))
		}
		if c := v.Last; c != nil {
			out.Last = &TicketConnection{State: string(c.State), Result: string(c.Result), AskedAt: c.AskedAt}
		}
		return &one{out}, nil
	}
}
