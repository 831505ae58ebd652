package announcementapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/announcement"
	"d24/internal/platform/httpapi"
)

// PronunciationRow is a word and how it is said.
type PronunciationRow struct {
	ID       int64  `json:"id"`
	Word     string `json:"word"`
	Say      string `json:"say"`
	IsShared bool   `json:"is_shared" doc:"the platform's: a company's own word stands over it"`
}

// PronunciationList is words.
type PronunciationList struct {
	CompanyID int64              `json:"company_id"`
	Items     []PronunciationRow `json:"items" nullable:"false"`
}

// PronunciationInput is a word and how it is said.
type PronunciationInput struct {
	CompanyID int64  `json:"company_id" minimum:"0"`
	Word      string `json:"word" maxLength:"200"`
	Say       string `json:"say" maxLength:"400"`
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

func (c Config) words(api huma.API) {
	tags := []string{"announcements"}
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "list-pronunciations", Method: http.MethodGet, Path: "/pronunciations", Summary: "How words are said", Tags: tags,
	}, func(ctx context.Context, in *ofCompany) (*struct{ Body PronunciationList }, error) {
		ps, companyID, err := c.Service.Pronunciations(ctx, in.CompanyID)
		out := &struct{ Body PronunciationList }{PronunciationList{CompanyID: companyID, Items: make([]PronunciationRow, 0, len(ps))}}
		for _, p := range ps {
			out.Body.Items = append(out.Body.Items, pronunciation(p, companyID))
		}
		return out, err
	})
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "set-pronunciation", Method: http.MethodPost, Path: "/pronunciations", Summary: "Keep how a word is said", Tags: tags,
	}, func(ctx context.Context, in *struct{ Body PronunciationInput }) (*struct{ Body PronunciationRow }, error) {
		p, err := c.Service.Pronounce(ctx, announcement.Pronunciation{CompanyID: in.Body.CompanyID, Word: in.Body.Word, Say: in.Body.Say})
		return &struct{ Body PronunciationRow }{pronunciation(p, p.CompanyID)}, err
	})
	httpapi.Register(api, access.AnnouncementEdit, huma.Operation{
		OperationID: "drop-pronunciation", Method: http.MethodDelete, Path: "/pronunciations/{id}", Summary: "Say a word as the voice reads it", Tags: tags,
	}, func(ctx context.Context, in *byID) (*struct{}, error) {
		return nil, c.Service.Forget(ctx, in.ID)
	})
}

func pronunciation(p announcement.Pronunciation, companyID int64) PronunciationRow {
	return PronunciationRow{ID: p.ID, Word: p.Word, Say: p.Say, IsShared: p.CompanyID == 0 && companyID != 0}
}
