// Package attachmentapi is the HTTP face of files that belong to something.
package attachmentapi

import (
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/attachment"
	"d24/internal/clock"
	"d24/internal/platform/httpapi"
)

// FileRow is a file.
type FileRow struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Caption   string    `json:"caption"`
	Kind      string    `json:"kind" doc:"media type, by the content"`
	Bytes     int64     `json:"bytes"`
	Width     int       `json:"width" doc:"pixels; 0: not a picture"`
	Height    int       `json:"height"`
	IsPicture bool      `json:"is_picture" doc:"has its place in a gallery"`
	HasThumb  bool      `json:"has_thumb" doc:"false of a picture: too large to be made small"`
	By        string    `json:"by"`
	CreatedAt time.Time `json:"created_at"`
	CanChange bool      `json:"can_change" doc:"the user may describe and delete it"`
	IsDeleted bool      `json:"is_deleted"`
	Version   int       `json:"version"`
}

// FileList is the files of a thing, the oldest first.
type FileList struct {
	Items    []FileRow `json:"items"`
	CanAdd   bool      `json:"can_add"`
	MaxBytes int64     `json:"max_bytes" doc:"the most a file may weigh"`
}

// FileCaption is the words under a file.
type FileCaption struct {
	Caption string `json:"caption" maxLength:"2000"`
	Version int    `json:"version" minimum:"1" doc:"as it was seen: 409 file.changed when somebody was first"`
}

// Config of the operations on the files of one kind of things.
type Config struct {
	Service *attachment.Service
	Subject string // "building"
	Read    access.Permission
	Write   access.Permission
}

// ByID names the file in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

// OfThing names what files belong to.
type OfThing struct {
	Of int64 `query:"of" required:"true" minimum:"1" doc:"id of the house or the request they belong to"`
}

// upload takes the body as it comes: it is never whole in memory.
type upload struct {
	OfThing
	Name string    `query:"name" maxLength:"1000" doc:"as the file was called"`
	At   time.Time `query:"at" doc:"when a phone took it that had no network; believed for a week back"`
	body func() io.Reader
}

// Resolve keeps the body for the handler and gives it its time.
func (u *upload) Resolve(ctx huma.Context) []error {
	_ = ctx.SetReadDeadline(clock.System{}.Now().Add(uploadFor)) // a connection's deadline is real time; without one it waits for ever
	u.body = ctx.BodyReader
	return nil
}

const uploadFor = 10 * time.Minute

type (
	list    struct{ Body FileList }
	one     struct{ Body FileRow }
	caption struct {
		ByID
		Body FileCaption
	}
	// stream is an answer that is not JSON.
	stream struct{ Body func(huma.Context) }
)

// Register adds the operations to api: /building-files?of=15 and /building-files/{id}.
func Register(api huma.API, c Config) {
	tags := []string{"files"}
	of, single := "/"+c.Subject+"-files", "/"+c.Subject+"-files/{id}"
	raw := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: tags}
	}
	httpapi.Register(api, c.Read, op("list-"+c.Subject+"-files", http.MethodGet, of, "Photos and documents"), c.list)
	add := op("add-"+c.Subject+"-file", http.MethodPost, of, "Add a photo or a document; the same file twice is one")
	add.Description = "The body is the file itself. What it is its content says, not its name: JPEG, PNG, WebP, PDF, DOCX, XLSX."
	add.RequestBody = &huma.RequestBody{Required: true, Content: raw}
	httpapi.Register(api, c.Write, add, c.add)
	for _, thumb := range []bool{false, true} {
		get := op("get-"+c.Subject+"-file", http.MethodGet, single, "A file, to be saved")
		if thumb {
			get = op("get-"+c.Subject+"-file-thumb", http.MethodGet, single+"/thumb", "A small picture of a photo, without the marks of the camera")
		}
		get.Responses = map[string]*huma.Response{"200": {Description: "The file", Content: raw}}
		httpapi.Register(api, c.Read, get, func(ctx context.Context, in *ByID) (*stream, error) { return c.open(ctx, in.ID, thumb) })
	}
	httpapi.Register(api, c.Write, op("describe-"+c.Subject+"-file", http.MethodPatch, single, "Write the words under a file"), func(ctx context.Context, in *caption) (*one, error) {
		return c.answer(ctx)(c.Service.Describe(ctx, c.Subject, in.ID, in.Body.Caption, in.Body.Version))
	})
	httpapi.Register(api, c.Write, op("delete-"+c.Subject+"-file", http.MethodDelete, single, "Take a file away; it can be brought back for 30 days"), func(ctx context.Context, in *ByID) (*one, error) {
		return c.answer(ctx)(c.Service.Delete(ctx, c.Subject, in.ID))
	})
	httpapi.Register(api, c.Write, op("restore-"+c.Subject+"-file", http.MethodPost, single+"/restore", "Bring a file back"), func(ctx context.Context, in *ByID) (*one, error) {
		return c.answer(ctx)(c.Service.Restore(ctx, c.Subject, in.ID))
	})
}

func (c Config) row(a access.Actor, f attachment.File) FileRow {
	return FileRow{
		ID: f.ID, Name: f.Name, Caption: f.Caption, Kind: f.Kind, Bytes: f.Bytes, Width: f.Width, Height: f.Height, IsPicture: f.IsPicture(), HasThumb: f.ThumbKey != "",
		By: f.ByName, CreatedAt: f.CreatedAt, CanChange: c.Service.MayChange(a, f), IsDeleted: f.DeletedAt != nil, Version: f.Version,
	}
}

func (c Config) answer(ctx context.Context) func(attachment.File, error) (*one, error) {
	return func(f attachment.File, err error) (*one, error) {
		if err != nil {
			return nil, err
		}
		return &one{c.row(access.From(ctx), f)}, nil
	}
}

func (c Config) list(ctx context.Context, in *OfThing) (*list, error) {
	fs, err := c.Service.List(ctx, c.Subject, in.Of)
	if err != nil {
		return nil, err
	}
	a := access.From(ctx)
	out := &list{FileList{Items: make([]FileRow, 0, len(fs)), CanAdd: a.Can(c.Write), MaxBytes: attachment.MaxBytes}}
	for _, f := range fs {
		out.Body.Items = append(out.Body.Items, c.row(a, f))
	}
	return out, nil
}

func (c Config) add(ctx context.Context, in *upload) (*one, error) {
	body := in.body()
	f, err := c.Service.Add(ctx, attachment.New{Subject: c.Subject, ID: in.Of, Name: in.Name, Body: body, TakenAt: in.At})
	if err != nil { // a browser that is cut while it sends never reads why
		_, _ = io.Copy(io.Discard, io.LimitReader(body, attachment.MaxBytes))
	}
	return c.answer(ctx)(f, err)
}

// open sends a file. Whatever it is, a browser saves it and runs nothing of it: it is
// never opened as a page, its kind is ours and not guessed.
func (c Config) open(ctx context.Context, id int64, thumb bool) (*stream, error) {
	f, r, err := c.Service.Open(ctx, c.Subject, id, thumb)
	if err != nil {
		return nil, err
	}
	kind := f.Kind
	if thumb {
		kind = "image/jpeg"
	}
	return &stream{func(h huma.Context) {
		defer r.Close() //nolint:errcheck // only read
		req, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
		http.ServeContent(w, req, "", f.CreatedAt, r)
	}}, nil
}
