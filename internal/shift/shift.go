// Package shift is the work of the shift supervisor («старший смены»): what he has to look
// into, how the queue works, who of the operators serves whom, the handing over of a shift.
package shift

import (
	"d24/internal/calllog"
	"d24/internal/platform/pg"
)

// Service is its use cases.
type Service struct {
	db    *pg.DB
	calls *calllog.Service
}

// NewService returns the service.
func NewService(db *pg.DB, calls *calllog.Service) *Service { return &Service{db: db, calls: calls} }
