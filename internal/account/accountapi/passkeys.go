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

// maxKey is the most an answer of an authenticator may weigh.
const maxKey = 64 << 10

// PasskeyChallenge is what a page asks the browser's navigator.credentials with.
type PasskeyChallenge struct {
	Challenge string         `json:"challenge" doc:"given back with the browser's answer, within five minutes"`
	Options   map[string]any `json:"options" doc:"PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON"`
}

// PasskeyAnswer is what the browser answered.
type PasskeyAnswer struct {
	Challenge  string         `json:"challenge" minLength:"1" maxLength:"100"`
	Credential map[string]any `json:"credential" doc:"PublicKeyCredential.toJSON()"`
}

// NewPasskey is a key the browser made for the signed-in person.
type NewPasskey struct {
	PasskeyAnswer
	Name string `json:"name" maxLength:"100" doc:"what the person calls the device; empty: the date"`
}

// Passkey is a key that lets a person in.
type Passkey struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	CreatedAt moment  `json:"created_at"`
	UsedAt    *moment `json:"used_at" doc:"null: not yet"`
}

// PasswordProof is the password asked again before the ways in are changed.
type PasswordProof struct {
	Password string `json:"password" maxLength:"200" doc:"empty for who has none: then the sign-in by a key must be at most ten minutes old"`
}

type (
	proof         struct{ Body PasswordProof }
	challenge     struct{ Body PasskeyChallenge }
	passkeyAnswer struct {
		UserAgent string `header:"User-Agent"`
		Body      PasskeyAnswer
	}
	newPasskey struct{ Body NewPasskey }
	passkey    struct{ Body Passkey }
)

// ByID names a thing by its id.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

func (c Config) passkeys(api huma.API) {
	tags := []string{"account"}
	httpapi.Open(api, huma.Operation{
		OperationID: "ask-passkey", Method: http.MethodPost, Path: "/login/passkey/start", Summary: "Ask the browser for a key of this program", Tags: tags,
		Description: "422 passkey.address at an address of digits, where keys do not work.",
	}, func(ctx context.Context, _ *struct{}) (*challenge, error) {
		return shown(c.Service.AskPasskey(ctx, c.page(ctx)))
	})
	httpapi.Open(api, huma.Operation{
		OperationID: "login-passkey", Method: http.MethodPost, Path: "/login/passkey", Summary: "Sign in by a key", Tags: tags, MaxBodyBytes: maxKey,
		Description: "No password and no code is asked. 422 passkey.wrong, 409 passkey.expired.",
	}, func(ctx context.Context, in *passkeyAnswer) (*session, error) {
		raw, err := json.Marshal(in.Body.Credential)
		if err != nil {
			return nil, err
		}
		out, err := c.Service.LoginByPasskey(ctx, c.page(ctx), in.Body.Challenge, raw, entry(ctx, in.UserAgent))
		if err != nil {
			return nil, err
		}
		return c.opened(ctx, out)
	})
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "start-passkey", Method: http.MethodPost, Path: "/me/passkeys/start", Summary: "Ask the browser for a new key of mine", Tags: tags,
	}, func(ctx context.Context, in *proof) (*challenge, error) {
		return shown(c.Service.StartPasskey(ctx, c.page(ctx), httpapi.Token(ctx), in.Body.Password))
	})
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "add-passkey", Method: http.MethodPost, Path: "/me/passkeys", Summary: "Keep a key of mine", Tags: tags, MaxBodyBytes: maxKey,
	}, func(ctx context.Context, in *newPasskey) (*passkey, error) {
		raw, err := json.Marshal(in.Body.Credential)
		if err != nil {
			return nil, err
		}
		k, err := c.Service.AddPasskey(ctx, c.page(ctx), in.Body.Challenge, in.Body.Name, raw)
		if err != nil {
			return nil, err
		}
		return &passkey{showKey(k)}, nil
	})
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "remove-passkey", Method: http.MethodPost, Path: "/me/passkeys/{id}/remove", Summary: "Take a key of mine away", Tags: tags, DefaultStatus: http.StatusNoContent,
		Description: "409 passkey.last when it is the only way in.",
	}, func(ctx context.Context, in *ByID) (*struct{}, error) {
		return nil, c.Service.RemovePasskey(ctx, in.ID)
	})
}

// page is the address the browser is at.
func (c Config) page(ctx context.Context) account.Page {
	return account.Page{Host: httpapi.Host(ctx), Secure: c.Secure}
}

func shown(ch account.Challenge, err error) (*challenge, error) {
	if err != nil {
		return nil, err
	}
	out := &challenge{PasskeyChallenge{Challenge: ch.Token}}
	return out, json.Unmarshal(ch.Options, &out.Body.Options)
}

func showKey(k account.Passkey) Passkey {
	return Passkey{ID: k.ID, Name: k.Name, CreatedAt: k.CreatedAt, UsedAt: k.UsedAt}
}
