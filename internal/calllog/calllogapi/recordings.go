package calllogapi

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
)

type sound struct {
	ByID
	Range string `header:"Range" maxLength:"200" doc:"bytes=0-65535"`
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
	r, err := c.Service.Play(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := c.open(r)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &stream{func(h huma.Context) {
		defer f.Close() //nolint:errcheck // only read
		req, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", "audio/wav")
		http.ServeContent(w, req, "", info.ModTime(), f)
	}}, nil
}

func (c Config) peaks(ctx context.Context, in *picture) (*peaks, error) {
	r, err := c.Service.Find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := c.open(r)
	if err != nil {
		return nil, err
	}
	_ = f.Close()
	peer, ours, length, err := c.Peaks(f.Name(), in.N)
	if err != nil {
		return nil, err
	}
	return &peaks{RecordingPeaks{Peer: peer, Ours: ours, DurationMS: length.Milliseconds()}}, nil
}

// open opens the file of a recording. fault.NotFound "recording.no_file" when it
// is not on the disk of this machine; a path that leads out of the directory of
// recordings is a broken row, an error of ours.
func (c Config) open(r calllog.Recording) (*os.File, error) {
	key := filepath.ToSlash(filepath.Clean(r.Path))
	if !strings.HasPrefix(key, "recordings/") || !filepath.IsLocal(key) {
		return nil, errors.New("a recording's path is not in the directory of recordings: " + r.Path)
	}
	f, err := os.Open(filepath.Join(c.DataDir, filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "recording.no_file", "Файла этой записи нет на диске.")
	}
	return f, err
}
