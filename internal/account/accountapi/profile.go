package accountapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"rsc.io/qr"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

type moment = time.Time

// Security is how the signed-in person's account is guarded.
type Security struct {
	HasPassword  bool      `json:"has_password"`
	TOTPSince    *moment   `json:"totp_since" doc:"since when a code is asked; null: it is not"`
	RecoveryLeft int       `json:"recovery_left" doc:"unused recovery codes"`
	Passkeys     []Passkey `json:"passkeys"`
}

// Session is one signed-in browser.
type Session struct {
	ID        int64  `json:"id"`
	Device    string `json:"device" doc:"what the browser calls itself"`
	Source    string `json:"source" doc:"network address it was opened from"`
	Way       string `json:"way" enum:"password,totp,recovery,passkey,invitation"`
	CreatedAt moment `json:"created_at"`
	SeenAt    moment `json:"seen_at" doc:"to a minute"`
	IsThis    bool   `json:"is_this"`
}

// Sessions are the open ones, this browser's first.
type Sessions struct {
	Items []Session `json:"items"`
}

// PasswordChange is a new password and the one before it.
type PasswordChange struct {
	Current  string `json:"current" minLength:"1" maxLength:"200"`
	Password string `json:"password" minLength:"1" maxLength:"200" doc:"10…200 signs, at least 5 different, without the login, not one of the common ones"`
}

// Enrolment is a second factor to be put into an authenticator.
type Enrolment struct {
	Secret string `json:"secret" doc:"base32, to be typed in"`
	URI    string `json:"uri" doc:"otpauth://"`
	QR     QR     `json:"qr"`
}

// QR is a picture of black squares, as the path of an SVG.
type QR struct {
	Size int    `json:"size" doc:"squares a side, with the white edge"`
	Path string `json:"path" doc:"path of the black ones, a square is 1×1"`
}

// TOTPCode is a code of the authenticator.
type TOTPCode struct {
	Code string `json:"code" minLength:"1" maxLength:"40"`
}

// RecoveryCodes let in once each without the authenticator; told this once.
type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

// Ended says how many sessions there were.
type Ended struct {
	Ended int `json:"ended"`
}

type (
	security       struct{ Body Security }
	sessions       struct{ Body Sessions }
	passwordChange struct{ Body PasswordChange }
	enrolment      struct{ Body Enrolment }
	totpCode       struct{ Body TOTPCode }
	recovery       struct {
		SetCookie []string `header:"Set-Cookie"`
		Body      RecoveryCodes
	}
	howMany struct{ Body Ended }
)

func (c Config) profile(api huma.API) {
	tags := []string{"account"}
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: tags, MaxBodyBytes: 4096}
	}
	httpapi.Register(api, access.Anyone, op("my-security", http.MethodGet, "/me/security", "How my account is guarded", ""),
		func(ctx context.Context, _ *struct{}) (*security, error) {
			s, err := c.Service.Security(ctx)
			if err != nil {
				return nil, err
			}
			out := Security{HasPassword: s.HasPassword, TOTPSince: s.TOTPSince, RecoveryLeft: s.RecoveryLeft, Passkeys: make([]Passkey, 0, len(s.Passkeys))}
			for _, k := range s.Passkeys {
				out.Passkeys = append(out.Passkeys, showKey(k))
			}
			return &security{out}, nil
		})
	httpapi.Register(api, access.Anyone, op("my-sessions", http.MethodGet, "/me/sessions", "Where I am signed in", ""),
		func(ctx context.Context, _ *struct{}) (*sessions, error) {
			all, err := c.Service.Sessions(ctx, httpapi.Token(ctx))
			return &sessions{Sessions{showSessions(all)}}, err
		})
	end := op("end-my-session", http.MethodPost, "/me/sessions/{id}/end", "End a session of mine", "")
	end.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.Anyone, end, func(ctx context.Context, in *ByID) (*struct{}, error) { return nil, c.Service.EndSession(ctx, in.ID) })
	httpapi.Register(api, access.Anyone, op("end-my-other-sessions", http.MethodPost, "/me/sessions/end-others", "End all my sessions but this one", ""),
		func(ctx context.Context, _ *struct{}) (*howMany, error) {
			n, err := c.Service.EndOthers(ctx, httpapi.Token(ctx))
			return &howMany{Ended{n}}, err
		})
	password := op("change-password", http.MethodPost, "/me/password", "Change my password",
		"All other sessions end, this one gets another cookie. 422 password.wrong at body.current, password.weak or password.same at body.password.")
	password.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.Anyone, password, func(ctx context.Context, in *passwordChange) (*ended, error) {
		token, err := c.Service.ChangePassword(ctx, httpapi.Token(ctx), in.Body.Current, in.Body.Password)
		if err != nil {
			return nil, err
		}
		return &ended{c.renewed(token)}, nil
	})
	c.totp(api, op)
}

func (c Config) totp(api huma.API, op func(id, method, path, summary, description string) huma.Operation) {
	httpapi.Register(api, access.Anyone, op("start-totp", http.MethodPost, "/me/totp", "Begin to ask me for codes", "It works after confirm-totp. 422 password.wrong, 409 totp.exists."),
		func(ctx context.Context, in *proof) (*enrolment, error) {
			e, err := c.Service.StartTOTP(ctx, httpapi.Token(ctx), in.Body.Password)
			if err != nil {
				return nil, err
			}
			picture, err := draw(e.URI)
			return &enrolment{Enrolment{Secret: e.Secret, URI: e.URI, QR: picture}}, err
		})
	httpapi.Register(api, access.Anyone, op("confirm-totp", http.MethodPost, "/me/totp/confirm", "Show a code of the authenticator",
		"From now on a code is asked. All other sessions end, this one gets another cookie. 422 totp.wrong, 409 totp.not_started."),
		func(ctx context.Context, in *totpCode) (*recovery, error) {
			codes, token, err := c.Service.ConfirmTOTP(ctx, httpapi.Token(ctx), in.Body.Code)
			if err != nil {
				return nil, err
			}
			return &recovery{SetCookie: c.renewed(token), Body: RecoveryCodes{codes}}, nil
		})
	off := op("remove-totp", http.MethodPost, "/me/totp/remove", "Stop asking me for codes", "422 password.wrong.")
	off.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.Anyone, off, func(ctx context.Context, in *proof) (*struct{}, error) {
		return nil, c.Service.RemoveTOTP(ctx, httpapi.Token(ctx), in.Body.Password)
	})
	httpapi.Register(api, access.Anyone, op("new-recovery-codes", http.MethodPost, "/me/totp/codes", "Recovery codes in place of all earlier ones", "422 password.wrong, 409 totp.off."),
		func(ctx context.Context, in *proof) (*recovery, error) {
			codes, err := c.Service.NewRecovery(ctx, httpapi.Token(ctx), in.Body.Password)
			if err != nil {
				return nil, err
			}
			return &recovery{Body: RecoveryCodes{codes}}, nil
		})
}

// draw is the picture of a text, with the white edge a camera needs.
func draw(text string) (QR, error) {
	const edge = 4
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+edge, y+edge, n, n)
			}
			x += n
		}
	}
	return QR{Size: code.Size + 2*edge, Path: path.String()}, nil
}

func showSessions(all []account.Session) []Session {
	out := make([]Session, 0, len(all))
	for _, s := range all {
		out = append(out, Session{ID: s.ID, Device: s.Device, Source: s.Source, Way: s.Way, CreatedAt: s.CreatedAt, SeenAt: s.SeenAt, IsThis: s.IsThis})
	}
	return out
}
