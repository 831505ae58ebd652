package shiftapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/shift"
)

// MatterRow is a thing that is open when a shift ends.
type MatterRow struct {
	Kind     string     `json:"kind" enum:"waiting,escalation,emergency,alarm,promise,task,operator"`
	Ref      string     `json:"ref" doc:"the same thing has the same name"`
	TicketID *int64     `json:"ticket_id"`
	Text     string     `json:"text"`
	At       *time.Time `json:"at" doc:"since when, or by when"`
	IsGrave  bool       `json:"is_grave" doc:"to be named in seen when the shift is given"`
}

// HandoverRow is the giving of a shift to the next supervisor.
type HandoverRow struct {
	ID          int64      `json:"id"`
	GivenByID   int64      `json:"given_by_id"`
	GivenBy     string     `json:"given_by"`
	GivenAt     time.Time  `json:"given_at"`
	Note        string     `json:"note"`
	TakenBy     string     `json:"taken_by"`
	TakenAt     *time.Time `json:"taken_at"`
	TakenNote   string     `json:"taken_note"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`
	Open        int        `json:"open" doc:"how many things were open"`
}

// HandoverCard is a handover with what was open.
type HandoverCard struct {
	HandoverRow
	Matters []MatterRow `json:"matters" nullable:"false"`
}

// ShiftEnding is what is open now, and what waits to be taken over.
type ShiftEnding struct {
	Matters []MatterRow   `json:"matters" nullable:"false" doc:"the gravest first"`
	Given   []HandoverRow `json:"given" nullable:"false" doc:"and not taken yet"`
	Takers  []string      `json:"takers" nullable:"false" doc:"who may take over: other supervisors who serve all these companies"`
}

// HandoverList is a page of the history, the latest first.
type HandoverList struct {
	Items []HandoverRow `json:"items" nullable:"false"`
}

type (
	endingOut struct{ Body ShiftEnding }
	historyIn struct {
		Before int64 `query:"before" minimum:"0" doc:"those given before this one"`
	}
	historyOut  struct{ Body HandoverList }
	handoverOut struct{ Body HandoverRow }
	cardOut     struct{ Body HandoverCard }
	giveIn      struct {
		Body struct {
			Note string   `json:"note" maxLength:"4000" doc:"the words of who goes; needed when anything is open"`
			Seen []string `json:"seen" maxItems:"500" nullable:"false" doc:"names of the grave things he had before him"`
		}
	}
	takeIn struct {
		ByID
		Body struct {
			IsRead bool   `json:"is_read" doc:"I have read what is handed over"`
			Note   string `json:"note,omitempty" required:"false" maxLength:"4000"`
		}
	}
)

func handover(h shift.Handover) HandoverRow {
	return HandoverRow{
		ID: h.ID, GivenByID: h.GivenBy, GivenBy: h.GivenByName, GivenAt: h.GivenAt, Note: h.Note, TakenBy: h.TakenByName, TakenAt: h.TakenAt, TakenNote: h.TakenNote,
		WithdrawnAt: h.WithdrawnAt, Open: h.Count,
	}
}

func handoverRows(hs []shift.Handover) []HandoverRow {
	out := make([]HandoverRow, 0, len(hs))
	for _, h := range hs {
		out = append(out, handover(h))
	}
	return out
}

func matters(ms []shift.Matter) []MatterRow {
	out := make([]MatterRow, 0, len(ms))
	for _, m := range ms {
		r := MatterRow{Kind: string(m.Kind), Ref: m.Ref, Text: m.Text, At: m.At, IsGrave: m.Kind.Grave()}
		if m.TicketID != 0 {
			r.TicketID = &m.TicketID
		}
		out = append(out, r)
	}
	return out
}

func (c Config) handovers(api huma.API) {
	httpapi.Register(api, access.DeskSupervise, op("shift-ending", get, "/ending", "What is open now and would be handed over"), func(ctx context.Context, _ *struct{}) (*endingOut, error) {
		e, err := c.Service.Ending(ctx)
		return &endingOut{ShiftEnding{Matters: matters(e.Matters), Given: handoverRows(e.Waiting), Takers: append([]string{}, e.Takers...)}}, err
	})
	httpapi.Register(api, access.DeskSupervise, op("list-handovers", get, "/handovers", "Handovers of shifts, the latest first"), func(ctx context.Context, in *historyIn) (*historyOut, error) {
		hs, err := c.Service.History(ctx, in.Before)
		return &historyOut{HandoverList{handoverRows(hs)}}, err
	})
	httpapi.Register(api, access.DeskSupervise, op("get-handover", get, "/handovers/{id}", "A handover with what was open"), func(ctx context.Context, in *ByID) (*cardOut, error) {
		h, ms, err := c.Service.Handover(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return &cardOut{HandoverCard{handover(h), matters(ms)}}, nil
	})
	httpapi.Register(api, access.DeskSupervise, op("give-shift", post, "/handovers", "Hand the shift over; it waits until the next supervisor has read it; 409 handover.moved, handover.waits"),
		func(ctx context.Context, in *giveIn) (*handoverOut, error) {
			return settled(c.Service.Give(ctx, in.Body.Note, in.Body.Seen))
		})
	httpapi.Register(api, access.DeskSupervise, op("take-shift", post, "/handovers/{id}/take", "I have read it and have the shift now; 409 handover.own, handover.taken, handover.withdrawn"),
		func(ctx context.Context, in *takeIn) (*handoverOut, error) {
			return settled(c.Service.Take(ctx, in.ID, in.Body.IsRead, in.Body.Note))
		})
	httpapi.Register(api, access.DeskSupervise, op("withdraw-shift", post, "/handovers/{id}/withdraw", "I go on myself; 409 handover.others, handover.taken"),
		func(ctx context.Context, in *ByID) (*handoverOut, error) {
			return settled(c.Service.Withdraw(ctx, in.ID))
		})
}

func settled(h shift.Handover, err error) (*handoverOut, error) {
	if err != nil {
		return nil, err
	}
	return &handoverOut{handover(h)}, nil
}
