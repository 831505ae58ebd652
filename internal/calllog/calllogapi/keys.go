package calllogapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/platform/httpapi"
)

// RecordingKeys is what seals a company's recordings.
type RecordingKeys struct {
	Since      *time.Time `json:"since" doc:"of the key that seals now; null: there is none"`
	Keys       int        `json:"keys" doc:"that open recordings"`
	Destroyed  int        `json:"destroyed"`
	Recordings int        `json:"recordings"`
	AskedBy    string     `json:"asked_by" doc:"who asked to destroy the keys; empty: nobody"`
	AskedAt    *time.Time `json:"asked_at"`
	IsMine     bool       `json:"is_mine" doc:"the reader asked himself: another person must confirm"`
}

// KeyEnd is typed by who destroys keys.
type KeyEnd struct {
	Name string `json:"name" maxLength:"200" doc:"of the company, exactly"`
}

type (
	keys    struct{ Body RecordingKeys }
	endKeys struct {
		ByID
		Body KeyEnd
	}
)

func keysOf(ctx context.Context, k calllog.KeyState) *keys {
	return &keys{RecordingKeys{
		Since: k.Since, Keys: k.Keys, Destroyed: k.Destroyed, Recordings: k.Recordings, AskedBy: k.AskedBy, AskedAt: k.AskedAt,
		IsMine: k.AskedAt != nil && k.AskedByID == access.From(ctx).UserID,
	}}
}

// keys adds the operations of our own people on the keys of companies.
func (c Config) keys(api huma.API) {
	tags := []string{"platform"}
	const path = "/companies/{id}/recording-keys"
	one := func(f func(context.Context, int64) (calllog.KeyState, error)) func(ctx context.Context, in *ByID) (*keys, error) {
		return func(ctx context.Context, in *ByID) (*keys, error) {
			k, err := f(ctx, in.ID)
			return keysOf(ctx, k), err
		}
	}
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "get-recording-keys", Method: http.MethodGet, Path: path, Summary: "What seals a company's recordings", Tags: tags,
	}, one(c.Service.Keys))
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "rotate-recording-key", Method: http.MethodPost, Path: path + "/rotate", Summary: "Seal new recordings by a new key; the older ones open as before", Tags: tags,
	}, one(c.Service.RotateKey))
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "destroy-recording-keys", Method: http.MethodPost, Path: path + "/destroy", Summary: "Close all recordings of a company for good: the first person asks, the second does it", Tags: tags,
	}, func(ctx context.Context, in *endKeys) (*keys, error) {
		k, err := c.Service.EndKeys(ctx, in.ID, in.Body.Name)
		return keysOf(ctx, k), err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "keep-recording-keys", Method: http.MethodDelete, Path: path + "/destroy", Summary: "Take a request to destroy the keys back", Tags: tags,
	}, one(c.Service.KeepKeys))
}
