// Package announcementapi is the HTTP face of announcements: what callers hear besides a
// person.
package announcementapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/announcement"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
)

// Config of the operations.
type Config struct {
	Service *announcement.Service
	Dir     string // recorded phrases are kept here
	// Convert makes what a stranger sent into the sound of telephones: A-law WAV, 8 kHz,
	// mono. What cannot be is fault.Invalid in words. The assembly supplies it.
	Convert func(sound []byte) (wav []byte, err error)
	// Length of a phrase that Convert made.
	Length func(wav []byte) (time.Duration, error)
	// Speak is how the words of a text sound: a WAV. nil without a voice.
	Speak func(ctx context.Context, text string) (wav []byte, err error)
}

// AnnouncementRow is what is said at one occasion.
type AnnouncementRow struct {
	CompanyID int64     `json:"company_id" doc:"0: the platform's"`
	LineID    int64     `json:"line_id" doc:"of a greeting by day; 0 otherwise"`
	Phone     string    `json:"phone" doc:"of the number, for a greeting by day"`
	LineKind  string    `json:"line_kind" enum:",dedicated,citywide"`
	City      string    `json:"city"`
	Kind      string    `json:"kind" enum:"day,night,holiday,closed,hold,recording,moved"`
	Version   int       `json:"version"`
	Text      string    `json:"text" doc:"with variables in braces"`
	Sample    string    `json:"sample" doc:"the text with the values of this moment"`
	Uses      string    `json:"uses" enum:"text,sound,shared,nothing" doc:"what callers hear: shared is the platform's"`
	Phrase    *Phrase   `json:"phrase" doc:"null: none was recorded"`
	Shared    string    `json:"shared" doc:"the platform's text in force; empty: none"`
	MadeAt    time.Time `json:"made_at,omitzero"`
	MadeBy    string    `json:"made_by"`
	Variables []string  `json:"variables" nullable:"false"`
}

// Phrase is a recorded announcement.
type Phrase struct {
	_          struct{} `nullable:"true"`
	DurationMS int64    `json:"duration_ms"`
	IsLost     bool     `json:"is_lost" doc:"its file is not on the disk, the text is spoken instead"`
}

// AnnouncementList is announcements.
type AnnouncementList struct {
	CompanyID int64             `json:"company_id"`
	Items     []AnnouncementRow `json:"items" nullable:"false"`
}

// AnnouncementVersion is one that was kept.
type AnnouncementVersion struct {
	Version int       `json:"version"`
	Text    string    `json:"text"`
	Uses    string    `json:"uses" enum:"text,sound,shared,nothing"`
	SoundMS int64     `json:"sound_ms"`
	MadeAt  time.Time `json:"made_at"`
	MadeBy  string    `json:"made_by"`
}

// AnnouncementVersions are those kept, newest first.
type AnnouncementVersions struct {
	Items []AnnouncementVersion `json:"items" nullable:"false"`
}

// Spot names an announcement.
type Spot struct {
	Kind      string `path:"kind" enum:"day,night,holiday,closed,hold,recording,moved"`
	CompanyID int64  `query:"company_id" minimum:"0"`
	LineID    int64  `query:"line_id" minimum:"0" doc:"the number of a greeting by day"`
	Version   int    `query:"version" minimum:"0" doc:"the version that is changed; to read, 0 is the one in force"`
}

type (
	ofCompany struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"0: one's own company; for our people the platform's"`
	}
	say struct {
		Spot
		Body struct {
			Text string `json:"text" maxLength:"2000"`
			Uses string `json:"uses" enum:"text,sound"`
		}
	}
	upload struct {
		Spot
		RawBody []byte `contentType:"audio/wav"`
	}
	restore struct {
		Spot
		Body struct {
			To int `json:"to" minimum:"1"`
		}
	}
	listen struct {
		Body struct {
			CompanyID int64  `json:"company_id" minimum:"0"`
			LineID    int64  `json:"line_id,omitempty" minimum:"0"`
			Kind      string `json:"kind,omitempty" enum:",day,night,holiday,closed,hold,recording,moved" doc:"empty: any words, without variables"`
			Text      string `json:"text" maxLength:"2000"`
		}
	}
	list   struct{ Body AnnouncementList }
	one    struct{ Body AnnouncementRow }
	kept   struct{ Body AnnouncementVersions }
	stream struct{ Body func(huma.Context) }
)

func (s Spot) at() announcement.Spot {
	return announcement.Spot{CompanyID: s.CompanyID, LineID: s.LineID, Kind: announcement.Kind(s.Kind)}
}

// The most a phrase may weigh, and how long it may be on its way.
const (
	uploadMost = 20 << 20
	uploadFor  = 2 * time.Minute
)

var wavAnswer = map[string]*huma.Response{"200": {Description: "The sound", Content: map[string]*huma.MediaType{"audio/wav": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"announcements"}
	add := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: tags}
	}
	edit := access.AnnouncementEdit
	httpapi.Register(api, edit, add("list-announcements", http.MethodGet, "/announcements", "What callers hear besides a person"), c.list)
	httpapi.Register(api, edit, add("say-announcement", http.MethodPut, "/announcements/{kind}", "Change the words, or say which of the two sounds"), c.say)
	record := add("record-announcement", http.MethodPut, "/announcements/{kind}/sound", "Put a recorded phrase in the place of the words")
	record.Description = "WAV of any usual kind, or MP3. It is made into what telephones carry."
	record.MaxBodyBytes, record.BodyReadTimeout = uploadMost+2, uploadFor
	httpapi.Register(api, edit, record, c.record)
	hear := add("hear-announcement", http.MethodGet, "/announcements/{kind}/sound", "What callers hear, of the version in force or of one kept")
	hear.Responses = wavAnswer
	httpapi.Register(api, edit, hear, c.hear)
	before := add("listen-announcement", http.MethodPost, "/announcement-samples", "Hear words before they are saved")
	before.Responses = wavAnswer
	httpapi.Register(api, edit, before, c.listen)
	httpapi.Register(api, edit, add("announcement-versions", http.MethodGet, "/announcements/{kind}/versions", "The versions kept"), c.versions)
	httpapi.Register(api, edit, add("restore-announcement", http.MethodPost, "/announcements/{kind}/restore", "Go back to a version"), c.restore)
	httpapi.Register(api, edit, add("give-back-announcement", http.MethodDelete, "/announcements/{kind}", "Let the platform's sound, or nothing"), c.giveBack)
	c.words(api)
}

func uses(a announcement.Announcement, shared string) string {
	switch {
	case a.Set() && a.IsSound:
		return "sound"
	case a.Set():
		return "text"
	case shared != "":
		return "shared"
	}
	return "nothing"
}

func (c Config) row(r announcement.Row) AnnouncementRow {
	out := AnnouncementRow{
		CompanyID: r.CompanyID, LineID: r.LineID, Phone: r.Line.Phone, LineKind: r.Line.Kind, City: r.Line.City, Kind: string(r.Kind), Version: r.Version, Text: r.Text,
		Sample: r.Sample, Uses: uses(r.Announcement, r.Shared), Shared: r.Shared, MadeAt: r.MadeAt, MadeBy: r.MadeBy, Variables: r.Kind.Variables(),
	}
	if r.Sound != "" {
		out.Phrase = &Phrase{DurationMS: r.SoundMS, IsLost: phrases{c.Dir}.lost(r.Sound)}
		if out.Phrase.DurationMS == 0 && !out.Phrase.IsLost { // recorded before lengths were kept
			if b, err := (phrases{c.Dir}).read(r.Sound); err == nil {
				d, _ := c.Length(b)
				out.Phrase.DurationMS = d.Milliseconds()
			}
		}
	}
	return out
}

func (c Config) list(ctx context.Context, in *ofCompany) (*list, error) {
	rows, companyID, err := c.Service.List(ctx, in.CompanyID)
	out := &list{AnnouncementList{CompanyID: companyID, Items: make([]AnnouncementRow, 0, len(rows))}}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, c.row(r))
	}
	return out, err
}

// done answers a change with the row as it is now.
func (c Config) done(ctx context.Context, at announcement.Spot, gone []string, err error) (*one, error) {
	if err != nil {
		return nil, err
	}
	phrases{c.Dir}.drop(gone...)
	rows, companyID, err := c.Service.List(ctx, at.CompanyID)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Kind == at.Kind && r.LineID == at.LineID && r.CompanyID == companyID {
			return &one{c.row(r)}, nil
		}
	}
	return nil, fault.Missing("announcement")
}

func (c Config) say(ctx context.Context, in *say) (*one, error) {
	_, gone, err := c.Service.Say(ctx, in.at(), in.Version, in.Body.Text, in.Body.Uses == "sound")
	return c.done(ctx, in.at(), gone, err)
}

func (c Config) record(ctx context.Context, in *upload) (*one, error) {
	if _, err := c.Service.Find(ctx, in.at(), 0); err != nil { // a stranger's file is not looked at
		return nil, err
	}
	wav, err := c.Convert(in.RawBody)
	if err != nil {
		return nil, err
	}
	length, err := c.Length(wav)
	if err != nil {
		return nil, err
	}
	kept := phrases{c.Dir}
	key, err := kept.keep(wav)
	if err != nil {
		return nil, err
	}
	_, gone, err := c.Service.Record(ctx, in.at(), in.Version, key, length)
	if err != nil {
		kept.drop(key)
	}
	return c.done(ctx, in.at(), gone, err)
}

func (c Config) giveBack(ctx context.Context, in *Spot) (*one, error) {
	_, gone, err := c.Service.GiveBack(ctx, in.at(), in.Version)
	return c.done(ctx, in.at(), gone, err)
}

func (c Config) restore(ctx context.Context, in *restore) (*one, error) {
	_, gone, err := c.Service.Restore(ctx, in.at(), in.Version, in.Body.To)
	return c.done(ctx, in.at(), gone, err)
}

func (c Config) versions(ctx context.Context, in *Spot) (*kept, error) {
	all, err := c.Service.Versions(ctx, in.at())
	out := &kept{AnnouncementVersions{Items: make([]AnnouncementVersion, 0, len(all))}}
	for _, a := range all {
		out.Body.Items = append(out.Body.Items, AnnouncementVersion{Version: a.Version, Text: a.Text, Uses: uses(a, ""), SoundMS: a.SoundMS, MadeAt: a.MadeAt, MadeBy: a.MadeBy})
	}
	return out, err
}

// hear is the phrase, or the words as the voice says them.
func (c Config) hear(ctx context.Context, in *Spot) (*stream, error) {
	a, err := c.Service.Find(ctx, in.at(), in.Version)
	if err != nil {
		return nil, err
	}
	if a.File() != "" {
		return sound(phrases{c.Dir}.read(a.File()))
	}
	return c.spoken(ctx, in.at(), a.Text)
}

func (c Config) listen(ctx context.Context, in *listen) (*stream, error) {
	return c.spoken(ctx, announcement.Spot{CompanyID: in.Body.CompanyID, LineID: in.Body.LineID, Kind: announcement.Kind(in.Body.Kind)}, in.Body.Text)
}

func (c Config) spoken(ctx context.Context, at announcement.Spot, text string) (*stream, error) {
	said, err := c.Service.Sample(ctx, at, text)
	if err != nil {
		return nil, err
	}
	if c.Speak == nil {
		return nil, fault.New(fault.NotFound, "announcement.no_voice", "На этой машине нет голоса: установите espeak-ng (d24 doctor).")
	}
	return sound(c.Speak(ctx, said))
}

func sound(wav []byte, err error) (*stream, error) {
	return &stream{func(h huma.Context) {
		_, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", "audio/wav")
		_, _ = w.Write(wav)
	}}, err
}
