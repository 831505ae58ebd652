// Package deskphone keeps the accounts of telephones on operators' desks: whose each is, by
// which name it registers, and which addresses are shut out because they guess.
package deskphone

import (
	"context"
	"crypto/rand"
	"time"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/telephony"
)

// Person is an operator who may have a phone.
type Person = account.Choice

// Floors tell what living engines know.
type Floors interface {
	Floors(ctx context.Context, tx *pg.Tx) ([]telephony.Floor, error)
}

// Service is the use cases.
type Service struct {
	db     *pg.DB
	people *account.Service
	floors Floors
	// Keys seal the passwords; nil: they lie in the clear.
	Keys *secret.Ring
}

// NewService returns the service.
func NewService(db *pg.DB, people *account.Service, floors Floors) *Service {
	return &Service{db: db, people: people, floors: floors}
}

// Phone is an account of a phone. Its password cannot be read.
type Phone struct {
	ID        int64
	UserID    int64
	UserName  string
	Name      string
	CreatedAt time.Time
	CreatedBy string
	ResetAt   *time.Time
	Now       *telephony.FloorPhone // nil: it is not registered
}

// Made is a phone just made or reset, with its password: it is told this once.
type Made struct {
	Phone
	Password string
}

// Desk is the phones of the actor's operators, and who is shut out.
type Desk struct {
	At      string // IP:port where phones register; "": no engine listens to them
	Phones  []Phone
	Without []Person // operators who have none
	Bans    []telephony.FloorBan
}

// letters of names and passwords: people type them on a telephone's keys.
const letters = "abcdefghkmnpqrstuvwxyz23456789"

const (
	nameSigns     = 8
	passwordSigns = 16 // 30^16: more than 2^78
)

func random(signs int) string {
	out, b := make([]byte, 0, signs), make([]byte, 1)
	for len(out) < signs {
		_, _ = rand.Read(b)
		if n := int(b[0]); n < 256/len(letters)*len(letters) { // no letter is likelier than another
			out = append(out, letters[n%len(letters)])
		}
	}
	return string(out)
}

// program lets f reach what only the program reads; what it writes down is the person's.
func program(ctx context.Context, tx *pg.Tx, f func(tx *pg.Tx) error) error {
	by := tx.Actor
	return tx.As(ctx, access.Actor{Kind: access.System, UserID: by.UserID, Name: by.Name, Source: by.Source, System: "deskphone"}, f)
}
