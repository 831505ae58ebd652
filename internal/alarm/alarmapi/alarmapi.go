// Package alarmapi is the HTTP face of alarms.
package alarmapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/platform/httpapi"
)

// AlarmRow is something people must look at now.
type AlarmRow struct {
	ID        int64     `json:"id"`
	Code      string    `json:"code" enum:"nobody-takes,taken-twice,reassign,coverage-gaps,trunks-down,trunk-down,caller-id-blocked,probe-fails,certificate-ends,certificate-last,calls-capped,phone-guessed,overdue-step,engine-dead,voice-mute,long-wait,callback-late,pause-long,talk-long,steps-late,step-parked,watchman-silent,pair-missing,not-recorded,call-unrecorded,storage-down,webhook-off,retention-waits"`
	Severity  int       `json:"severity" doc:"1 is the worst"`
	Subject   string    `json:"subject" doc:"what it is about: ticket:15"`
	CompanyID *int64    `json:"company_id" doc:"null: concerns us all"`
	Text      string    `json:"text"`
	RaisedAt  time.Time `json:"raised_at"`
}

// AlarmList is alarms, the oldest first.
type AlarmList struct {
	Items []AlarmRow `json:"items"`
}

type list struct{ Body AlarmList }

// Register adds the operations to api.
func Register(api huma.API, s *alarm.Service) {
	httpapi.Register(api, access.DeskWork, huma.Operation{
		OperationID: "list-alarms", Method: http.MethodGet, Path: "/alarms", Summary: "What must be looked at now", Tags: []string{"desk"},
	}, func(ctx context.Context, _ *struct{}) (*list, error) {
		raised, err := s.List(ctx)
		if err != nil {
			return nil, err
		}
		out := &list{AlarmList{Items: make([]AlarmRow, 0, len(raised))}}
		for _, a := range raised {
			row := AlarmRow{ID: a.ID, Code: string(a.Code), Severity: alarm.Severity[a.Code], Subject: a.Subject, Text: a.Text, RaisedAt: a.RaisedAt}
			if a.CompanyID != 0 {
				row.CompanyID = &a.CompanyID
			}
			out.Body.Items = append(out.Body.Items, row)
		}
		return out, nil
	})
}
