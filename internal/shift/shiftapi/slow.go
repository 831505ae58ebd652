package shiftapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
)

// SlowNumber is a number from which nobody spoke again and again: its calls wait longer (F17).
type SlowNumber struct {
	CallID  int64          `json:"call_id" doc:"the last of these calls"`
	Phone   string         `json:"phone" doc:"hidden from who may not see contacts"`
	Company *httpapi.Named `json:"company" doc:"called; null: a city's number"`
	Calls   int            `json:"calls" doc:"in which nobody spoke"`
	LastAt  time.Time      `json:"last_at"`
	Until   time.Time      `json:"until" doc:"the mark passes by itself, if no such call comes"`
}

// SlowNumbers is all of them, the last caller first.
type SlowNumbers struct {
	Items []SlowNumber `json:"items" nullable:"false"`
}

type slowOut struct{ Body SlowNumbers }

func (c Config) slow(api huma.API) {
	httpapi.Register(api, access.DeskSupervise, op("slow-numbers", get, "/slow-numbers", "Numbers from which nobody speaks again and again"), func(ctx context.Context, _ *struct{}) (*slowOut, error) {
		list, err := c.Service.Slow(ctx)
		out := SlowNumbers{Items: make([]SlowNumber, 0, len(list))}
		for _, x := range list {
			n := SlowNumber{CallID: x.CallID, Phone: x.Phone, Calls: x.Calls, LastAt: x.LastAt, Until: x.Until}
			if !access.From(ctx).Can(access.ContactRead) {
				n.Phone = phone.Mask(n.Phone)
			}
			if x.CompanyID != 0 {
				n.Company = &httpapi.Named{ID: x.CompanyID, Name: x.CompanyName}
			}
			out.Items = append(out.Items, n)
		}
		return &slowOut{out}, err
	})
	httpapi.Register(api, access.DeskSupervise, op("lift-slow-number", http.MethodPost, "/slow-numbers/{id}/lift", "Take the mark off the number of this call; 409 slow.gone"), func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, c.Service.Lift(ctx, in.ID)
	})
}
