package shiftapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/shift"
)

// IncidentRow is what a supervisor has to look into.
type IncidentRow struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind" enum:"late_answer,message" doc:"the law's five minutes were over; a message of a caller without a number"`
	At          time.Time  `json:"at"`
	CallID      int64      `json:"call_id"`
	CompanyName string     `json:"company_name" doc:"empty: a city's number"`
	Phone       string     `json:"phone" doc:"empty: hidden"`
	CalledAt    time.Time  `json:"called_at"`
	WaitedTill  *time.Time `json:"waited_till" doc:"null: he waits still"`
	IsAnswered  bool       `json:"is_answered"`
	RecordingID *int64     `json:"recording_id" doc:"of a message"`
	DurationMS  int64      `json:"duration_ms" doc:"of the recording"`
	LookedAt    *time.Time `json:"looked_at"`
	LookedBy    string     `json:"looked_by"`
	Note        string     `json:"note"`
	Zone        string     `json:"zone" doc:"IANA zone"`
}

// IncidentList is incidents.
type IncidentList struct {
	Items []IncidentRow `json:"items" nullable:"false"`
}

type (
	incidentsIn struct {
		Looked bool `query:"looked" doc:"those somebody has looked into, the latest first; otherwise those still open, the oldest first"`
	}
	incidentsOut struct{ Body IncidentList }
	incidentOut  struct{ Body IncidentRow }
	lookIn       struct {
		ByID
		Body struct {
			Note string `json:"note" maxLength:"2000" doc:"what was found"`
		}
	}
)

func incident(i shift.Incident) IncidentRow {
	c := i.Call
	r := IncidentRow{
		ID: i.ID, Kind: string(i.Kind), At: i.At, CallID: c.ID, CompanyName: c.CompanyName, Phone: c.Phone, CalledAt: c.StartedAt, WaitedTill: i.Until(),
		IsAnswered: c.JoinedAt != nil, LookedAt: i.LookedAt, LookedBy: i.LookedBy, Note: i.Note, Zone: c.Zone,
	}
	if c.HasMessage && c.RecordingID != 0 {
		r.RecordingID, r.DurationMS = &c.RecordingID, c.Talk().Milliseconds()
	}
	return r
}

func (c Config) incidents(api huma.API) {
	httpapi.Register(api, access.DeskSupervise, op("list-incidents", get, "/incidents", "What a supervisor has to look into"),
		func(ctx context.Context, in *incidentsIn) (*incidentsOut, error) {
			is, err := c.Service.Incidents(ctx, in.Looked)
			out := &incidentsOut{IncidentList{Items: make([]IncidentRow, 0, len(is))}}
			for _, i := range is {
				out.Body.Items = append(out.Body.Items, incident(i))
			}
			return out, err
		})
	httpapi.Register(api, access.DeskSupervise, op("look-at-incident", post, "/incidents/{id}/look", "I have looked into it; 409 incident.looked: somebody has already"),
		func(ctx context.Context, in *lookIn) (*incidentOut, error) {
			i, err := c.Service.Look(ctx, in.ID, in.Body.Note)
			if err != nil {
				return nil, err
			}
			return &incidentOut{incident(i)}, nil
		})
}
