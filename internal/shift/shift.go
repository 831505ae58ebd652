// Package shift is the work of the shift supervisor («старший смены»): what he has to look
// into, how the queue works, who of the operators serves whom, the handing over of a shift.
package shift

import (
	"context"

	"d24/internal/account"
	"d24/internal/calllog"
	"d24/internal/company"
	"d24/internal/platform/pg"
)

// Service is its use cases.
type Service struct {
	db    *pg.DB
	calls *calllog.Service
	// The assembly supplies these: the floors of the engines, names and numbers, our own people.
	Phones    Floors
	Companies *company.Service
	People    *account.Service
	Open      func(ctx context.Context) ([]Matter, error) // what is open in the actor's companies now, the gravest first
}

// NewService returns the service.
func NewService(db *pg.DB, calls *calllog.Service) *Service { return &Service{db: db, calls: calls} }
