// Package notifyapi is the HTTP face of notifications.
package notifyapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/notify"
	"d24/internal/platform/httpapi"
)

// NotifyDevice is a browser that is told.
type NotifyDevice struct {
	ID        int64      `json:"id"`
	Endpoint  string     `json:"endpoint" doc:"by which a browser knows itself in the list"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	HeardAt   *time.Time `json:"heard_at" doc:"the last word that its push service took"`
}

// NotifyWishes are what a person wishes to be told of, and when not.
type NotifyWishes struct {
	Kinds     []string `json:"kinds" maxItems:"20" enum:"mine,emergency,comment,due,duty,house"`
	QuietFrom int      `json:"quiet_from" minimum:"0" maximum:"1439" doc:"minutes of the company's day; equal to quiet_to: no quiet hours"`
	QuietTo   int      `json:"quiet_to" minimum:"0" maximum:"1439"`
	Breaks    bool     `json:"breaks" doc:"emergencies are told in quiet hours too"`
	Version   int      `json:"version" minimum:"0" doc:"of what was read; 409 notify.changed when it is another now"`
}

// Notifications are a person's wishes and devices.
type Notifications struct {
	Wishes    NotifyWishes   `json:"wishes"`
	Devices   []NotifyDevice `json:"devices"`
	Kinds     []string       `json:"kinds" doc:"what one may wish for"`
	PublicKey string         `json:"public_key" doc:"applicationServerKey, by which a browser subscribes"`
}

// NotifySubscription is what a browser says of where it hears.
type NotifySubscription struct {
	Endpoint string `json:"endpoint" minLength:"1" maxLength:"1000"`
	P256dh   string `json:"p256dh" minLength:"1" maxLength:"200"`
	Auth     string `json:"auth" minLength:"1" maxLength:"100"`
}

// NotifySubscribed names the device.
type NotifySubscribed struct {
	ID int64 `json:"id"`
}

// ByID names a device.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type (
	all       struct{ Body Notifications }
	wishes    struct{ Body NotifyWishes }
	subscribe struct {
		UserAgent string `header:"User-Agent"`
		Body      NotifySubscription
	}
	subscribed struct{ Body NotifySubscribed }
)

// Register adds the operations to api: each person's own.
func Register(api huma.API, s *notify.Service) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"notifications"}, MaxBodyBytes: 16 << 10}
	}
	silent := func(o huma.Operation) huma.Operation { o.DefaultStatus = http.StatusNoContent; return o }
	httpapi.Register(api, access.Anyone, op("my-notifications", http.MethodGet, "/me/notifications", "What I am told of, and where", "403 notify.company_only for our own people."), func(ctx context.Context, _ *struct{}) (*all, error) {
		w, devices, public, err := s.Mine(ctx)
		if err != nil {
			return nil, err
		}
		out := Notifications{Wishes: show(w), Devices: make([]NotifyDevice, 0, len(devices)), Kinds: words(notify.Kinds), PublicKey: public}
		for _, d := range devices {
			out.Devices = append(out.Devices, NotifyDevice(d))
		}
		return &all{out}, nil
	})
	httpapi.Register(api, access.Anyone, op("change-my-notifications", http.MethodPut, "/me/notifications", "Say what I wish to be told of", "409 notify.changed."), func(ctx context.Context, in *wishes) (*wishes, error) {
		b := in.Body
		w := notify.Wishes{QuietFrom: b.QuietFrom, QuietTo: b.QuietTo, Breaks: b.Breaks, Version: b.Version}
		for _, k := range b.Kinds {
			w.Kinds = append(w.Kinds, notify.Kind(k))
		}
		w, err := s.Wish(ctx, w)
		if err != nil {
			return nil, err
		}
		return &wishes{show(w)}, nil
	})
	httpapi.Register(api, access.Anyone, op("subscribe-device", http.MethodPost, "/me/notifications/devices", "Be told on this device", "422 notify.endpoint, notify.keys; 409 notify.too_many."), func(ctx context.Context, in *subscribe) (*subscribed, error) {
		id, err := s.Subscribe(ctx, notify.Subscription{Endpoint: in.Body.Endpoint, P256dh: in.Body.P256dh, Auth: in.Body.Auth, Name: in.UserAgent})
		if err != nil {
			return nil, err
		}
		return &subscribed{NotifySubscribed{id}}, nil
	})
	httpapi.Register(api, access.Anyone, silent(op("forget-device", http.MethodDelete, "/me/notifications/devices/{id}", "Be told there no more", "")),
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, s.Forget(ctx, in.ID) })
	httpapi.Register(api, access.Anyone, silent(op("try-device", http.MethodPost, "/me/notifications/devices/{id}/test", "Send that device a word", "")),
		func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, s.Try(ctx, in.ID) })
}

func show(w notify.Wishes) NotifyWishes {
	return NotifyWishes{Kinds: words(w.Kinds), QuietFrom: w.QuietFrom, QuietTo: w.QuietTo, Breaks: w.Breaks, Version: w.Version}
}

func words(in []notify.Kind) []string {
	out := make([]string, 0, len(in))
	for _, k := range in {
		out = append(out, string(k))
	}
	return out
}
