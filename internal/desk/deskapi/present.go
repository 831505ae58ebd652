package deskapi

import (
	"context"
)

// OperatorsPresent are the operators at work now, in figures.
type OperatorsPresent struct {
	On      int `json:"on" doc:"signed in at the phone"`
	Free    int `json:"free"`
	Talking int `json:"talking" doc:"with the ring before and the writing after"`
	Away    int `json:"away" doc:"on a break, or not ready"`
}

type presentOut struct{ Body OperatorsPresent }

type presentAsk struct {
	CompanyID int64 `query:"company_id" minimum:"0" doc:"0: who serves any of the user's companies"`
}

func (c Config) present(ctx context.Context, in *presentAsk) (*presentOut, error) {
	p, err := c.Floor.Present(ctx, in.CompanyID)
	return &presentOut{OperatorsPresent{On: p.On, Free: p.Free, Talking: p.Talking, Away: p.Away}}, err
}
