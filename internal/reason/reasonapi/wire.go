// Package reasonapi is the HTTP face of the catalogue of reasons.
package reasonapi

import "d24/internal/reason"

// ReasonRow is a reason with what the operator says and asks.
type ReasonRow struct {
	ID          int64            `json:"id"`
	Code        string           `json:"code"`
	Category    string           `json:"category"`
	Name        string           `json:"name"`
	Kind        string           `json:"kind" enum:"emergency,planned,paid,consultation"`
	FoundBy     string           `json:"found_by" doc:"the words it was found by; empty in the whole list"`
	Safety      string           `json:"safety" doc:"said before the questions"`
	Questions   []ReasonQuestion `json:"questions"`
	AcceptMin   *int             `json:"accept_min" doc:"minutes to accept; null: no limit"`
	LocaliseMin *int             `json:"localise_min" doc:"minutes to localise; null: no limit"`
	FinishHours *float64         `json:"finish_hours" doc:"hours to finish; null: no limit"`
	Reference   string           `json:"reference" doc:"what the limits rest on"`
	Price       string           `json:"price" doc:"of paid work, in words"`
	Prices      []ReasonPrice    `json:"prices" doc:"of paid work"`
	Answer      string           `json:"answer" doc:"of a consultation: what to read out"`
	Score       float64          `json:"score" doc:"how well it fits what was asked, up to 1; 0 in the whole list"`
}

// ReasonQuestion is asked while registering (R3).
type ReasonQuestion struct {
	ID       int      `json:"id"`
	Text     string   `json:"text"`
	Type     string   `json:"type" enum:"choice,yes_no,number,text"`
	Options  []string `json:"options"`
	Required bool     `json:"required"`
}

// ReasonList is reasons, the best first or in the order of the catalogue.
type ReasonList struct {
	Items []ReasonRow `json:"items"`
}

func show(r reason.Reason, by string, score float64) ReasonRow {
	out := ReasonRow{
		ID: r.ID, Code: r.Code, Category: r.Category, Name: r.Name, Kind: string(r.Kind), FoundBy: by, Safety: r.Safety, Reference: r.Reference, Price: r.Price,
		AcceptMin: minutes(r.AcceptMin), LocaliseMin: minutes(r.LocaliseMin), Questions: make([]ReasonQuestion, 0, len(r.Questions)),
		Prices: make([]ReasonPrice, 0, len(r.Prices)), Answer: r.Answer, Score: score,
	}
	if r.FinishMin != 0 {
		h := float64(r.FinishMin) / 60
		out.FinishHours = &h
	}
	for _, p := range r.Prices {
		out.Prices = append(out.Prices, ReasonPrice(p))
	}
	for _, q := range r.Questions {
		options := q.Options
		if options == nil {
			options = []string{}
		}
		out.Questions = append(out.Questions, ReasonQuestion{ID: q.ID, Text: q.Text, Type: string(q.Type), Options: options, Required: q.Required})
	}
	return out
}

func minutes(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
