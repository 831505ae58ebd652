// Package companyapi is the HTTP face of companies and their numbers: what a
// number says to who calls.
package companyapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// Config of the operations.
type Config struct {
	Service *company.Service
	// Around tells what new rules of calling do to coverage and to what runs.
	Around httpapi.Around
	Dir    string // recorded phrases are kept here
	// Convert makes what a stranger sent into the sound of telephones: A-law WAV, 8 kHz,
	// mono. What cannot be is fault.Invalid in words. The assembly supplies it.
	Convert func(sound []byte) (wav []byte, err error)
	// Admins are how many people may set each company up; accounts are another module's.
	Admins func(ctx context.Context) (map[int64]int, error)
	// Floors are what the living engines know of this moment.
	Floors func(ctx context.Context) ([]telephony.Floor, error)
	// Length of a phrase that Convert made.
	Length func(wav []byte) (time.Duration, error)
	// Speak is how the words of a text sound: a WAV. nil without a voice.
	Speak func(ctx context.Context, text string) (wav []byte, err error)
}

// LineRow is a number and what it says to who calls.
type LineRow struct {
	ID      int64          `json:"id"`
	Phone   string         `json:"phone"`
	Kind    string         `json:"kind" enum:"dedicated,citywide"`
	City    string         `json:"city"`
	Company *httpapi.Named `json:"company" doc:"null: the city's number"`
	Text    string         `json:"text" doc:"spoken by the machine when there is no recorded phrase"`
	Phrase  *Phrase        `json:"phrase" doc:"null: the text is spoken"`
	MovedTo int64          `json:"moved_to" doc:"an old number: the line whose number it tells before it hangs up; 0: a usual one"`
}

// MovedLine says which number is in the place of an old one.
type MovedLine struct {
	ToLineID int64 `json:"to_line_id" minimum:"0" doc:"0: a usual number again"`
}

type moved struct {
	ByID
	Body MovedLine
}

// Phrase is a recorded greeting.
type Phrase struct {
	_          struct{} `nullable:"true"`
	DurationMS int64    `json:"duration_ms" doc:"0: its file is lost, the text is spoken instead"`
}

// LineList is numbers.
type LineList struct {
	Items []LineRow `json:"items"`
}

// GreetingText is the words of a greeting.
type GreetingText struct {
	Text string `json:"text" maxLength:"2000"`
}

// ByID names the line in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type list struct{ Body LineList }

type one struct{ Body LineRow }

type say struct {
	ByID
	Body GreetingText
}

type upload struct {
	ByID
	RawBody []byte `contentType:"audio/wav"`
}

// stream is an answer that is not JSON.
type stream struct{ Body func(huma.Context) }

// The most a phrase may weigh, and how long it may be on its way.
const (
	uploadMost = 20 << 20
	uploadFor  = 2 * time.Minute
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	c.register(api)
	c.trunks(api)
	callingRules(api, c.Service, c.Around)
	tags := []string{"lines"}
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "list-lines", Method: http.MethodGet, Path: "/lines", Summary: "Numbers and their greetings", Tags: tags,
	}, c.list)
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "say-greeting", Method: http.MethodPut, Path: "/lines/{id}/greeting", Summary: "Change the words of a greeting", Tags: tags,
	}, c.say)
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "move-line", Method: http.MethodPut, Path: "/lines/{id}/moved", Summary: "Make a number an old one that tells the new and hangs up", Tags: tags,
	}, func(ctx context.Context, in *moved) (*one, error) {
		g, err := c.Service.Move(ctx, in.ID, in.Body.ToLineID)
		return &one{c.row(g)}, err
	})
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "record-greeting", Method: http.MethodPut, Path: "/lines/{id}/greeting/sound", Summary: "Put a recorded phrase in the place of the words", Tags: tags,
		Description:  "Any usual WAV: PCM of 8 to 32 bits, float, A-law, mu-law; 4 to 192 kHz; up to 8 channels. It is made into what telephones carry.",
		MaxBodyBytes: uploadMost + 2, BodyReadTimeout: uploadFor,
	}, c.record)
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "hear-greeting", Method: http.MethodGet, Path: "/lines/{id}/greeting/sound", Summary: "What who calls will hear", Tags: tags,
		Responses: map[string]*huma.Response{"200": {Description: "The sound", Content: map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
	}, c.hear)
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "unrecord-greeting", Method: http.MethodDelete, Path: "/lines/{id}/greeting/sound", Summary: "Remove the recorded phrase: the words are spoken again", Tags: tags,
	}, c.unrecord)
}

func (c Config) row(g company.Greeted) LineRow {
	r := LineRow{ID: g.ID, Phone: g.Phone, Kind: g.Kind, City: g.City, Company: httpapi.Name(g.CompanyID, g.CompanyName), Text: g.Greeting, MovedTo: g.MovedToID}
	if g.GreetingFile != "" {
		r.Phrase = &Phrase{DurationMS: c.length(g.GreetingFile).Milliseconds()}
	}
	return r
}

func (c Config) list(ctx context.Context, _ *struct{}) (*list, error) {
	gs, err := c.Service.Greetings(ctx)
	out := &list{LineList{Items: make([]LineRow, 0, len(gs))}}
	for _, g := range gs {
		out.Body.Items = append(out.Body.Items, c.row(g))
	}
	return out, err
}

func (c Config) say(ctx context.Context, in *say) (*one, error) {
	g, err := c.Service.Say(ctx, in.ID, in.Body.Text)
	return &one{c.row(g)}, err
}

func (c Config) record(ctx context.Context, in *upload) (*one, error) {
	if _, err := c.Service.Greeting(ctx, in.ID); err != nil { // a stranger's file is not looked at
		return nil, err
	}
	wav, err := c.Convert(in.RawBody)
	if err != nil {
		return nil, err
	}
	kept := phrases{c.Dir}
	key, err := kept.keep(in.ID, wav)
	if err != nil {
		return nil, err
	}
	return c.change(ctx, in.ID, key)
}

func (c Config) unrecord(ctx context.Context, in *ByID) (*one, error) {
	return c.change(ctx, in.ID, "")
}

func (c Config) change(ctx context.Context, id int64, key string) (*one, error) {
	kept := phrases{c.Dir}
	g, before, err := c.Service.Record(ctx, id, key)
	if err != nil {
		kept.drop(key)
		return nil, err
	}
	if before != key {
		kept.drop(before)
	}
	return &one{c.row(g)}, nil
}

// hear is the phrase, or the words as the voice says them.
func (c Config) hear(ctx context.Context, in *ByID) (*stream, error) {
	g, err := c.Service.Greeting(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var wav []byte
	switch {
	case g.GreetingFile != "":
		wav, err = phrases{c.Dir}.read(g.GreetingFile)
	case c.Speak == nil:
		err = fault.New(fault.NotFound, "line.no_voice", "На этой машине нет голоса: установите espeak-ng (d24 doctor).")
	default:
		wav, err = c.Speak(ctx, g.Greeting)
	}
	if err != nil {
		return nil, err
	}
	return &stream{func(h huma.Context) {
		_, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = w.Write(wav)
	}}, nil
}
