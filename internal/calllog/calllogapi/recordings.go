package calllogapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
)

type sound struct {
	ByID
	Range    string `header:"Range" maxLength:"200" doc:"bytes=0-65535"`
	Download bool   `query:"download" doc:"to be kept as a file; written into the audit journal as that"`
}

type picture struct {
	ByID
	N int `query:"n" minimum:"10" maximum:"4000" default:"600" doc:"how many peaks"`
}

type peaks struct{ Body RecordingPeaks }

// stream is an answer that is not JSON.
type stream struct{ Body func(huma.Context) }

func (c Config) recordings(api huma.API) {
	tags := []string{"calls"}
	wav := map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	httpapi.Register(api, access.RecordingPlay, huma.Operation{
		OperationID: "play-recording", Method: http.MethodGet, Path: "/recordings/{id}", Summary: "The sound of a call; written into the audit journal (A3)", Tags: tags,
		Description: "Stereo A-law WAV: left is what the other party said, right what he heard. Ranges are served.",
		Responses: map[string]*huma.Response{
			"200": {Description: "The whole file", Content: wav}, "206": {Description: "A part of it", Content: wav},
		},
	}, c.play)
	httpapi.Register(api, access.RecordingPlay, huma.Operation{
		OperationID: "recording-peaks", Method: http.MethodGet, Path: "/recordings/{id}/peaks", Summary: "The picture of a recording", Tags: tags,
	}, c.peaks)
}

func (c Config) play(ctx context.Context, in *sound) (*stream, error) {
	hear := c.Service.Play
	if in.Download {
		if !access.From(ctx).Can(access.RecordingTake) {
			return nil, fault.New(fault.Forbidden, "access."+string(access.RecordingTake), "Это действие вам недоступно.")
		}
		hear = c.Service.Download
	}
	r, err := hear(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := c.Service.Open(ctx, r)
	if err != nil {
		return nil, err
	}
	return &stream{func(h huma.Context) {
		defer f.Close() //nolint:errcheck // only read
		req, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", "audio/wav")
		if in.Download {
			w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="call-%d-%s.wav"`, r.CallID, r.StartedAt.UTC().Format("20060102-150405")))
		}
		http.ServeContent(w, req, "", time.Time{}, f)
	}}, nil
}

func (c Config) peaks(ctx context.Context, in *picture) (*peaks, error) {
	r, err := c.Service.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := c.Service.Peaks(ctx, r, in.N)
	if err != nil {
		return nil, err
	}
	f, err := c.Service.Fate(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	me := access.From(ctx)
	return &peaks{RecordingPeaks{
		Peer: p.Peer, Ours: p.Ours, DurationMS: p.Length.Milliseconds(), CallID: f.CallID, TicketID: f.TicketID, KeptUntil: f.Until, Hold: holdOf(f.Hold),
		MayDownload: me.Can(access.RecordingTake), MayHold: me.Can(access.RecordingHold),
	}}, nil
}
