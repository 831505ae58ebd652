package deskapi

import (
	"context"
	"time"

	"d24/internal/access"
	"d24/internal/phone"
)

// LiveCallRow is a call that is going on.
type LiveCallRow struct {
	Key         string     `json:"key" doc:"the engine's name of the call"`
	Phone       string     `json:"phone" doc:"empty: hidden"`
	CompanyName string     `json:"company_name" doc:"empty: a city's number"`
	CompanyID   *int64     `json:"company_id"`
	House       string     `json:"house" doc:"likely to be the caller's; empty: not known"`
	BuildingID  *int64     `json:"building_id"`
	IsInbound   bool       `json:"is_inbound"`
	Purpose     string     `json:"purpose" enum:",handover,status_inquiry,feedback,callback,announcement,responsible,supplier_handover,supplier_inquiry,resident,message,connection" doc:"of a call of ours"`
	TicketID    *int64     `json:"ticket_id"`
	State       string     `json:"state" enum:"arriving,owning,hearing,waiting,offered,counting,dialling,talking,held,announcing,dictating"`
	StartedAt   time.Time  `json:"started_at"`
	Since       time.Time  `json:"since" doc:"in this state"`
	TalkSince   *time.Time `json:"talk_since" doc:"he spoke with a person first; null: not yet, or an older engine has him"`
	OperatorID  *int64     `json:"operator_id"`
	Operator    string     `json:"operator"`
	Trunk       string     `json:"trunk"`
	IsUrgent    bool       `json:"is_urgent" doc:"he pressed the key for emergencies"`
	IsOwn       bool       `json:"is_own" doc:"its company's hours: its own alone may take him (C8)"`
	IsOverflow  bool       `json:"is_overflow" doc:"they did not answer him in time, he is everybody's (F23)"`
	IsRepeated  bool       `json:"is_repeated" doc:"he called a short while ago and reached nobody"`
	IsSlow      bool       `json:"is_slow" doc:"nobody has spoken from his number again and again: he waits longer (F17)"`
}

// LiveCallList is the calls of this moment.
type LiveCallList struct {
	Items      []LiveCallRow `json:"items" nullable:"false"`
	All        int           `json:"all" doc:"how many there are; at most 200 are listed"`
	ServerTime time.Time     `json:"server_time"`
}

type liveCallsOut struct{ Body LiveCallList }

func (c Config) liveCalls(ctx context.Context, _ *struct{}) (*liveCallsOut, error) {
	l, err := c.Floor.LiveCalls(ctx)
	if err != nil {
		return nil, err
	}
	open := access.From(ctx).Can(access.ContactRead)
	out := LiveCallList{Items: make([]LiveCallRow, 0, len(l.Calls)), All: l.All, ServerTime: l.Now}
	for _, x := range l.Calls {
		if !open {
			x.Phone = phone.Mask(x.Phone)
		}
		out.Items = append(out.Items, LiveCallRow{
			Key: x.CallKey, Phone: x.Phone, CompanyName: x.Company, CompanyID: some(x.CompanyID), House: x.House, BuildingID: some(x.BuildingID), IsInbound: x.IsInbound,
			Purpose: string(x.Purpose), TicketID: some(x.TicketID), State: x.State, StartedAt: x.StartedAt, Since: x.Since, TalkSince: x.TalkSince, OperatorID: some(x.OperatorID), Operator: x.Operator,
			Trunk: x.Trunk, IsUrgent: x.Urgent, IsRepeated: x.Repeated, IsSlow: x.Slow, IsOwn: x.Own, IsOverflow: x.Spilled,
		})
	}
	return &liveCallsOut{out}, nil
}
