// Package webhookapi is the HTTP face of webhooks.
package webhookapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/webhook"
)

// Webhook is an https address that is told of events.
type Webhook struct {
	ID           int64      `json:"id"`
	Name         string     `json:"name"`
	URL          string     `json:"url"`
	Events       []string   `json:"events"`
	HasPhones    bool       `json:"has_phones"`
	IsOn         bool       `json:"is_on"`
	UserName     string     `json:"user_name" doc:"who set it up: it tells no more than he may see"`
	CreatedAt    time.Time  `json:"created_at"`
	FailingSince *time.Time `json:"failing_since" doc:"the first failure after the last success; after three days it is switched off"`
	DisabledAt   *time.Time `json:"disabled_at" doc:"when the program switched it off"`
	Waiting      int        `json:"waiting" doc:"deliveries that are tried"`
	Dead         int        `json:"dead" doc:"deliveries that were given up"`
	Version      int        `json:"version"`
}

// WebhookList is a company's webhooks, and what they may be told.
type WebhookList struct {
	Items []Webhook `json:"items"`
	Kinds []string  `json:"kinds" doc:"events one may ask for"`
}

// WebhookForm is what a webhook is made of.
type WebhookForm struct {
	Name      string   `json:"name" minLength:"1" maxLength:"60"`
	URL       string   `json:"url" minLength:"1" maxLength:"500" doc:"https, in the open internet"`
	Events    []string `json:"events" minItems:"1" maxItems:"20" enum:"ticket.created,ticket.changed,ticket.closed,emergency.not_taken,call.ended"`
	HasPhones bool     `json:"has_phones,omitempty" doc:"residents' numbers are told too, if one may see them"`
	IsOn      bool     `json:"is_on"`
	Version   int      `json:"version,omitempty" minimum:"0" doc:"of the row that was read; 409 webhook.changed when it is another now"`
}

// WebhookMade is a webhook just made.
type WebhookMade struct {
	Secret string  `json:"secret" doc:"by which its tellings are signed; shown this once"`
	Item   Webhook `json:"item"`
}

// WebhookSecret is another secret of a webhook.
type WebhookSecret struct {
	Secret    string    `json:"secret" doc:"shown this once"`
	BothUntil time.Time `json:"both_until" doc:"until then the one before signs too"`
}

// WebhookDelivery is one telling of one address.
type WebhookDelivery struct {
	ID        int64      `json:"id"`
	Event     string     `json:"event" doc:"the id by which the other side knows a repetition"`
	Kind      string     `json:"kind"`
	SubjectID int64      `json:"subject_id" doc:"the request or the call; 0: none"`
	CreatedAt time.Time  `json:"created_at"`
	State     string     `json:"state" enum:"waiting,done,dead,dropped" doc:"dead: given up after a day; dropped: not to be told"`
	Tries     int        `json:"tries"`
	NextAt    *time.Time `json:"next_at"`
	TriedAt   *time.Time `json:"tried_at"`
	Status    int        `json:"status" doc:"of the last answer, 0: none"`
	Note      string     `json:"note" doc:"why not, in words"`
}

// WebhookLog is deliveries, the newest first.
type WebhookLog struct {
	Items []WebhookDelivery `json:"items"`
	Next  int64             `json:"next" doc:"before, for the next page; 0: this is the last"`
}

// ByID names a webhook.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type (
	list struct{ Body WebhookList }
	one  struct{ Body Webhook }
	made struct{ Body WebhookMade }
	form struct{ Body WebhookForm }
	edit struct {
		ByID
		Body WebhookForm
	}
	secret struct{ Body WebhookSecret }
	log    struct{ Body WebhookLog }
	asked  struct {
		ByID
		State  string `query:"state" enum:"waiting,done,dead,dropped"`
		Before int64  `query:"before" minimum:"0"`
	}
	again struct {
		ByID
		Delivery int64 `path:"delivery" minimum:"1"`
	}
)

// Register adds the operations to api. What an address is told of leaves the company, so they
// are for who gives rights.
func Register(api huma.API, s *webhook.Service) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"webhooks"}, MaxBodyBytes: 64 << 10}
	}
	silent := func(o huma.Operation) huma.Operation { o.DefaultStatus = http.StatusNoContent; return o }
	httpapi.Register(api, access.UserRead, op("list-webhooks", http.MethodGet, "/webhooks", "The company's webhooks", ""), func(ctx context.Context, _ *struct{}) (*list, error) {
		all, err := s.List(ctx)
		out := WebhookList{Items: make([]Webhook, 0, len(all)), Kinds: words(webhook.Kinds)}
		for _, h := range all {
			out.Items = append(out.Items, show(h))
		}
		return &list{out}, err
	})
	httpapi.Register(api, access.UserWrite, op("make-webhook", http.MethodPost, "/webhooks", "Have an address told of events", "Its secret is in this answer and never again. 409 name.taken, webhook.too_many."),
		func(ctx context.Context, in *form) (*made, error) {
			h, plain, err := s.Make(ctx, in.Body.form())
			if err != nil {
				return nil, err
			}
			return &made{WebhookMade{plain, show(h)}}, nil
		})
	httpapi.Register(api, access.UserWrite, op("change-webhook", http.MethodPut, "/webhooks/{id}", "Change a webhook", "Who changes it is who it speaks for from then on. 409 webhook.changed, name.taken."),
		func(ctx context.Context, in *edit) (*one, error) {
			h, err := s.Change(ctx, in.ID, in.Body.form())
			if err != nil {
				return nil, err
			}
			return &one{show(h)}, nil
		})
	httpapi.Register(api, access.UserWrite, silent(op("remove-webhook", http.MethodDelete, "/webhooks/{id}", "Take a webhook away with its log", "")),
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, s.Remove(ctx, in.ID) })
	httpapi.Register(api, access.UserWrite, op("rotate-webhook-secret", http.MethodPost, "/webhooks/{id}/secret", "Give a webhook another secret", "The one before signs too for a day."),
		func(ctx context.Context, in *ByID) (*secret, error) {
			plain, until, err := s.Rotate(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return &secret{WebhookSecret{plain, until}}, nil
		})
	httpapi.Register(api, access.UserWrite, silent(op("test-webhook", http.MethodPost, "/webhooks/{id}/test", "Tell the address of nothing, once", "What came of it is in the log.")),
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, s.Test(ctx, in.ID) })
	httpapi.Register(api, access.UserRead, op("list-webhook-deliveries", http.MethodGet, "/webhooks/{id}/deliveries", "What an address was told, for thirty days", ""),
		func(ctx context.Context, in *asked) (*log, error) {
			all, err := s.Log(ctx, in.ID, in.State, in.Before)
			out := WebhookLog{Items: make([]WebhookDelivery, 0, len(all))}
			for _, d := range all {
				out.Items = append(out.Items, WebhookDelivery{d.ID, d.Event, string(d.Kind), d.SubjectID, d.CreatedAt, d.State, d.Tries, d.NextAt, d.TriedAt, d.Status, d.Note})
			}
			if len(all) == webhook.LogLength {
				out.Next = all[len(all)-1].ID
			}
			return &log{out}, err
		})
	httpapi.Register(api, access.UserWrite, silent(op("retry-webhook-delivery", http.MethodPost, "/webhooks/{id}/deliveries/{delivery}/retry", "Try anew what was given up", "409 webhook.not_dead, webhook.off.")),
		func(ctx context.Context, in *again) (*struct{}, error) { return nil, s.Retry(ctx, in.ID, in.Delivery) })
}

func (f WebhookForm) form() webhook.New {
	n := webhook.New{Name: f.Name, URL: f.URL, HasPhones: f.HasPhones, IsOn: f.IsOn, Version: f.Version}
	for _, k := range f.Events {
		n.Events = append(n.Events, webhook.Kind(k))
	}
	return n
}

func words(in []webhook.Kind) []string {
	out := make([]string, 0, len(in))
	for _, k := range in {
		out = append(out, string(k))
	}
	return out
}

func show(h webhook.Hook) Webhook {
	return Webhook{
		ID: h.ID, Name: h.Name, URL: h.URL, Events: words(h.Events), HasPhones: h.HasPhones, IsOn: h.IsOn, UserName: h.UserName, CreatedAt: h.CreatedAt,
		FailingSince: h.FailingSince, DisabledAt: h.DisabledAt, Waiting: h.Waiting, Dead: h.Dead, Version: h.Version,
	}
}
