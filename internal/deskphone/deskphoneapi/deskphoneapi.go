// Package deskphoneapi is the HTTP side of package deskphone.
package deskphoneapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/deskphone"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// DeskPhoneRow is the account of a telephone on an operator's desk.
type DeskPhoneRow struct {
	ID        int64         `json:"id"`
	UserID    int64         `json:"user_id"`
	UserName  string        `json:"user_name"`
	Name      string        `json:"name" doc:"by which it registers"`
	CreatedAt time.Time     `json:"created_at"`
	CreatedBy string        `json:"created_by"`
	ResetAt   *time.Time    `json:"reset_at" doc:"when it was given another password; null: never"`
	Now       *DeskPhoneNow `json:"now" doc:"null: it is not registered"`
}

// DeskPhoneNow is where a phone is registered.
type DeskPhoneNow struct {
	_     struct{}  `nullable:"true"`
	From  string    `json:"from" doc:"IP:port"`
	Agent string    `json:"agent" doc:"what it says it is"`
	Since time.Time `json:"since"`
}

// DeskPhoneBan is an address that passwords were guessed from: nothing of it is read.
type DeskPhoneBan struct {
	ID      string    `json:"id"`
	Address string    `json:"address"`
	Guesses int       `json:"guesses"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}

// DeskPhonePerson is an operator without a phone.
type DeskPhonePerson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// DeskPhones are the phones of the actor's operators, and who is shut out.
type DeskPhones struct {
	At      string            `json:"at" doc:"IP:port where phones register; empty: nowhere"`
	Items   []DeskPhoneRow    `json:"items" nullable:"false"`
	Without []DeskPhonePerson `json:"without" nullable:"false" doc:"operators who have none"`
	Bans    []DeskPhoneBan    `json:"bans" nullable:"false"`
}

// DeskPhoneMade is a phone with its password, which is told this once.
type DeskPhoneMade struct {
	Item     DeskPhoneRow `json:"item"`
	Password string       `json:"password"`
}

type (
	listOut struct{ Body DeskPhones }
	madeOut struct{ Body DeskPhoneMade }
	makeIn  struct {
		Body struct {
			UserID int64 `json:"user_id" minimum:"1" doc:"the operator"`
		}
	}
	byID struct {
		ID int64 `path:"id" minimum:"1"`
	}
	byBan struct {
		Ban string `path:"ban" maxLength:"40"`
	}
	done struct{}
)

func op(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: "/desk-phones" + path, Summary: summary, Tags: []string{"desk phones"}}
}

// Register adds the operations to api.
func Register(api huma.API, s *deskphone.Service) {
	httpapi.Register(api, access.DeskSupervise, op("list-desk-phones", http.MethodGet, "", "Desk phones of operators, and addresses that are shut out"), func(ctx context.Context, _ *struct{}) (*listOut, error) {
		d, err := s.Desk(ctx)
		out := DeskPhones{At: d.At, Items: make([]DeskPhoneRow, 0, len(d.Phones)), Without: make([]DeskPhonePerson, 0, len(d.Without)), Bans: make([]DeskPhoneBan, 0, len(d.Bans))}
		for _, p := range d.Phones {
			out.Items = append(out.Items, row(p))
		}
		for _, p := range d.Without {
			out.Without = append(out.Without, DeskPhonePerson(p))
		}
		for _, b := range d.Bans {
			out.Bans = append(out.Bans, DeskPhoneBan(b))
		}
		return &listOut{out}, err
	})
	httpapi.Register(api, access.DeskSupervise, op("make-desk-phone", http.MethodPost, "", "Give an operator a desk phone; its password is told this once; 409 phone.has"), func(ctx context.Context, in *makeIn) (*madeOut, error) {
		return told(s.Make(ctx, in.Body.UserID))
	})
	httpapi.Register(api, access.DeskSupervise, op("reset-desk-phone", http.MethodPost, "/{id}/reset", "Another password; the one before is good no more"), func(ctx context.Context, in *byID) (*madeOut, error) {
		return told(s.Reset(ctx, in.ID))
	})
	httpapi.Register(api, access.DeskSupervise, op("withdraw-desk-phone", http.MethodDelete, "/{id}", "Take a desk phone away, within seconds"), func(ctx context.Context, in *byID) (*done, error) {
		return nil, s.Withdraw(ctx, in.ID)
	})
	httpapi.Register(api, access.DeskSupervise, op("lift-desk-phone-ban", http.MethodDelete, "/bans/{ban}", "Listen to an address again, within seconds"), func(ctx context.Context, in *byBan) (*done, error) {
		return nil, s.Lift(ctx, in.Ban)
	})
}

func told(m deskphone.Made, err error) (*madeOut, error) {
	if err != nil {
		return nil, err
	}
	return &madeOut{DeskPhoneMade{Item: row(m.Phone), Password: m.Password}}, nil
}

func row(p deskphone.Phone) DeskPhoneRow {
	r := DeskPhoneRow{ID: p.ID, UserID: p.UserID, UserName: p.UserName, Name: p.Name, CreatedAt: p.CreatedAt, CreatedBy: p.CreatedBy, ResetAt: p.ResetAt}
	if p.Now != nil {
		r.Now = now(*p.Now)
	}
	return r
}

func now(p telephony.FloorPhone) *DeskPhoneNow {
	return &DeskPhoneNow{From: p.From, Agent: p.Agent, Since: p.Since}
}
