// Package noticeapi is the HTTP face of notices.
package noticeapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/notice"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
)

// NoticeInput is what a person writes.
type NoticeInput struct {
	IsCompany   bool      `json:"is_company" doc:"the whole company; houses and groups are not asked then"`
	BuildingIDs []int64   `json:"building_ids" maxItems:"300" nullable:"false"`
	GroupIDs    []int64   `json:"group_ids" maxItems:"50" nullable:"false"`
	Service     string    `json:"service" enum:"cold_water,hot_water,heating,power,gas,sewer,lift,intercom,other"`
	Reason      string    `json:"reason,omitempty" maxLength:"400"`
	Text        string    `json:"text" maxLength:"1000" doc:"said to callers and shown; the promised end is said after it"`
	SupplierID  int64     `json:"supplier_id,omitempty" minimum:"0"`
	IsVoiced    bool      `json:"is_voiced" doc:"callers hear it before the queue"`
	StartsAt    time.Time `json:"starts_at,omitzero" doc:"left out: now"`
	EndsAt      time.Time `json:"ends_at"`
}

func (in NoticeInput) input() notice.Input { return notice.Input(in) }

// NewNotice is a notice to be raised.
type NewNotice struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	NoticeInput
}

// NoticeRow is a notice in a list.
type NoticeRow struct {
	ID          int64      `json:"id"`
	CompanyID   int64      `json:"company_id"`
	Number      int        `json:"number"`
	State       string     `json:"state" enum:"planned,in_force,prolonged,ended,cancelled"`
	IsCompany   bool       `json:"is_company"`
	BuildingIDs []int64    `json:"building_ids" nullable:"false"`
	GroupIDs    []int64    `json:"group_ids" nullable:"false"`
	Where       string     `json:"where" doc:"houses and groups in words; empty: the whole company"`
	Service     string     `json:"service" enum:"cold_water,hot_water,heating,power,gas,sewer,lift,intercom,other"`
	Reason      string     `json:"reason"`
	Text        string     `json:"text"`
	SupplierID  int64      `json:"supplier_id" doc:"0: none"`
	IsVoiced    bool       `json:"is_voiced"`
	StartsAt    time.Time  `json:"starts_at"`
	EndsAt      time.Time  `json:"ends_at"`
	OverAt      *time.Time `json:"over_at" doc:"when it stopped being in force"`
	Zone        string     `json:"zone" doc:"IANA zone of its houses"`
	Calls       int        `json:"calls" doc:"calls joined with it"`
	After       int        `json:"after" doc:"of them after its end: the trouble is still there"`
	CreatedAt   time.Time  `json:"created_at"`
	CreatedBy   string     `json:"created_by"`
	Version     int        `json:"version"`
}

// NoticeList is notices.
type NoticeList struct {
	Items []NoticeRow `json:"items" nullable:"false"`
}

// NoticeEvent is a line of a notice's history.
type NoticeEvent struct {
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	Kind  string    `json:"kind" enum:"made,changed,prolonged,ended,cancelled,tied"`
	Text  string    `json:"text"`
}

// NoticeTicket is a request of its houses.
type NoticeTicket struct {
	ID        int64     `json:"id"`
	Number    int64     `json:"number"`
	Reason    string    `json:"reason"`
	Address   string    `json:"address"`
	Status    string    `json:"status"`
	CreatedAt time.Time `json:"created_at"`
	IsOpen    bool      `json:"is_open" doc:"work is still owed"`
	IsTied    bool      `json:"is_tied"`
}

// NoticeCaller is a caller joined with the notice: by a call, or written down in the journal.
type NoticeCaller struct {
	Reference string    `json:"reference" doc:"the number he was told: 12/3"`
	CallID    int64     `json:"call_id" doc:"0: written down in the journal"`
	Address   string    `json:"address" doc:"of those of the journal"`
	Phone     string    `json:"phone" doc:"E.164, of those of the journal; the middle is hidden from those who may not see contacts"`
	By        string    `json:"by"`
	IsAfter   bool      `json:"is_after" doc:"after its end: the trouble is still there"`
	At        time.Time `json:"at"`
}

// NoticeCard is a notice with what hangs on it.
type NoticeCard struct {
	NoticeRow
	Events  []NoticeEvent  `json:"events" nullable:"false" doc:"newest first"`
	Tickets []NoticeTicket `json:"tickets" nullable:"false" doc:"tied ones, then the open ones of its houses"`
	Callers []NoticeCaller `json:"callers" nullable:"false" doc:"joined with it, newest first, at most 200"`
}

// NoticeJoin joins a caller with a notice of his house.
type NoticeJoin struct {
	BuildingID     int64  `json:"building_id" minimum:"1"`
	Unit           string `json:"unit,omitempty" maxLength:"20"`
	CallerPhone    string `json:"caller_phone,omitempty" maxLength:"40"`
	IdempotencyKey string `json:"idempotency_key" minLength:"8" maxLength:"100" doc:"the same key joins once"`
}

// NoticeJoined is the number to tell the caller.
type NoticeJoined struct {
	Reference string `json:"reference"`
}

type (
	one  struct{ Body NoticeRow }
	card struct{ Body NoticeCard }
	list struct{ Body NoticeList }
	byID struct {
		ID int64 `path:"id" minimum:"1"`
	}
	raise struct{ Body NewNotice }
	query struct {
		CompanyID int64  `query:"company_id" minimum:"0" doc:"0: of all companies served"`
		Which     string `query:"which" enum:"now,past" default:"now"`
	}
	at struct {
		CompanyID  int64 `query:"company_id" minimum:"0"`
		BuildingID int64 `query:"building_id" minimum:"0" doc:"0: not known, those of the whole company"`
	}
	ofTicket struct {
		TicketID int64 `query:"ticket_id" minimum:"1" required:"true"`
	}
	change struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			NoticeInput
			Version int `json:"version" minimum:"1"`
		}
	}
	prolong struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			EndsAt  time.Time `json:"ends_at"`
			Version int       `json:"version" minimum:"1"`
		}
	}
	end struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			DoneTicketIDs []int64 `json:"done_ticket_ids" maxItems:"200" nullable:"false" doc:"tied requests that are done with it; a person chose them"`
			Version       int     `json:"version" minimum:"1"`
		}
	}
	cancel struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Why     string `json:"why,omitempty" maxLength:"400"`
			Version int    `json:"version" minimum:"1"`
		}
	}
	join struct {
		ID   int64 `path:"id" minimum:"1"`
		Body NoticeJoin
	}
	joined struct{ Body NoticeJoined }
	tie    struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			TicketIDs []int64 `json:"ticket_ids" minItems:"1" maxItems:"200" nullable:"false"`
		}
	}
)

// Config of the operations.
type Config struct {
	Service *notice.Service
	Now     func() time.Time
}

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/notices" + path, Summary: summary, Tags: []string{"notice"}}
	}
	httpapi.Register(api, access.NoticeRead, op("list-notices", http.MethodGet, "", "Notices in force and planned, or past ones"), func(ctx context.Context, in *query) (*list, error) {
		ns, err := c.Service.List(ctx, in.CompanyID, in.Which)
		return c.list(ctx, ns, err)
	})
	httpapi.Register(api, access.NoticeRead, op("notices-at", http.MethodGet, "/at", "What is told about a house now, soon and just before"), func(ctx context.Context, in *at) (*list, error) {
		ns, err := c.Service.At(ctx, in.CompanyID, in.BuildingID)
		return c.list(ctx, ns, err)
	})
	httpapi.Register(api, access.NoticeRead, op("notices-of-ticket", http.MethodGet, "/of-ticket", "Notices a request is tied to"), func(ctx context.Context, in *ofTicket) (*list, error) {
		ns, err := c.Service.OfTicket(ctx, in.TicketID)
		return c.list(ctx, ns, err)
	})
	httpapi.Register(api, access.NoticeRead, op("get-notice", http.MethodGet, "/{id}", "A notice with its history and requests"), func(ctx context.Context, in *byID) (*card, error) { return c.card(ctx, in.ID) })
	httpapi.Register(api, access.NoticeWrite, op("raise-notice", http.MethodPost, "", "Raise a notice: callers hear it from its start on"), func(ctx context.Context, in *raise) (*one, error) {
		n, err := c.Service.Raise(ctx, in.Body.CompanyID, in.Body.input())
		return c.one(ctx, n, err)
	})
	httpapi.Register(api, access.NoticeWrite, op("change-notice", http.MethodPut, "/{id}", "Write a notice anew"), func(ctx context.Context, in *change) (*one, error) {
		n, err := c.Service.Change(ctx, in.ID, in.Body.Version, in.Body.input())
		return c.one(ctx, n, err)
	})
	httpapi.Register(api, access.NoticeWrite, op("prolong-notice", http.MethodPost, "/{id}/prolong", "Promise a later end"), func(ctx context.Context, in *prolong) (*one, error) {
		n, err := c.Service.Prolong(ctx, in.ID, in.Body.Version, in.Body.EndsAt)
		return c.one(ctx, n, err)
	})
	httpapi.Register(api, access.NoticeWrite, op("end-notice", http.MethodPost, "/{id}/end", "It is over"), func(ctx context.Context, in *end) (*one, error) {
		n, err := c.Service.End(ctx, in.ID, in.Body.Version, in.Body.DoneTicketIDs)
		return c.one(ctx, n, err)
	})
	httpapi.Register(api, access.NoticeWrite, op("cancel-notice", http.MethodPost, "/{id}/cancel", "It was a mistake"), func(ctx context.Context, in *cancel) (*one, error) {
		n, err := c.Service.Cancel(ctx, in.ID, in.Body.Version, in.Body.Why)
		return c.one(ctx, n, err)
	})
	httpapi.Register(api, access.TicketCreate, op("join-notice", http.MethodPost, "/{id}/join", "The same trouble: join one more caller, who gets a number (J10)"), func(ctx context.Context, in *join) (*joined, error) {
		b := in.Body
		ref, err := c.Service.JoinCaller(ctx, in.ID, notice.NewCaller{BuildingID: b.BuildingID, Unit: b.Unit, Phone: b.CallerPhone, IdempotencyKey: b.IdempotencyKey})
		return &joined{NoticeJoined{ref}}, err
	})
	httpapi.Register(api, access.NoticeWrite, op("tie-notice", http.MethodPost, "/{id}/tickets", "Tie open requests of its houses to a notice"), func(ctx context.Context, in *tie) (*card, error) {
		if err := c.Service.Tie(ctx, in.ID, in.Body.TicketIDs); err != nil {
			return nil, err
		}
		return c.card(ctx, in.ID)
	})
}

func (c Config) one(ctx context.Context, n notice.Notice, err error) (*one, error) {
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(ctx, []notice.Notice{n})
	if err != nil {
		return nil, err
	}
	return &one{rows[0]}, nil
}

func (c Config) list(ctx context.Context, ns []notice.Notice, err error) (*list, error) {
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(ctx, ns)
	return &list{NoticeList{rows}}, err
}

func (c Config) card(ctx context.Context, id int64) (*card, error) {
	k, err := c.Service.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(ctx, []notice.Notice{k.Notice})
	if err != nil {
		return nil, err
	}
	out := NoticeCard{NoticeRow: rows[0], Events: make([]NoticeEvent, 0, len(k.Events)), Tickets: make([]NoticeTicket, 0, len(k.Tickets)), Callers: make([]NoticeCaller, 0, len(k.Callers))}
	for _, e := range k.Events {
		out.Events = append(out.Events, NoticeEvent(e))
	}
	for _, t := range k.Tickets {
		out.Tickets = append(out.Tickets, NoticeTicket{ID: t.ID, Number: t.Number, Reason: t.Reason, Address: t.Address, Status: t.Status, CreatedAt: t.CreatedAt, IsOpen: t.IsOpen, IsTied: t.IsTied})
	}
	for _, j := range k.Callers {
		if j.Phone != "" && !access.From(ctx).Can(access.ContactRead) {
			j.Phone = phone.Mask(j.Phone)
		}
		out.Callers = append(out.Callers, NoticeCaller{Reference: notice.Reference(k.Notice.Number, j.N), CallID: j.CallID, Address: j.Address, Phone: j.Phone, By: j.By, IsAfter: j.IsAfter, At: j.At})
	}
	return &card{out}, nil
}

// rows puts what a screen needs around notices: where, in which zone, how many calls.
func (c Config) rows(ctx context.Context, ns []notice.Notice) ([]NoticeRow, error) {
	out := make([]NoticeRow, 0, len(ns))
	if len(ns) == 0 {
		return out, nil
	}
	now := c.Now()
	around, err := c.Service.Around(ctx, ns)
	if err != nil {
		return nil, err
	}
	for i, n := range ns {
		r := NoticeRow{
			ID: n.ID, CompanyID: n.CompanyID, Number: n.Number, State: string(n.State(now)), IsCompany: n.IsCompany, BuildingIDs: append([]int64{}, n.BuildingIDs...),
			GroupIDs: append([]int64{}, n.GroupIDs...), Where: around[i].Where, Service: n.Service, Reason: n.Reason, Text: n.Text, SupplierID: n.SupplierID, IsVoiced: n.IsVoiced,
			StartsAt: n.StartsAt, EndsAt: n.EndsAt, Zone: around[i].Zone, Calls: around[i].Calls, After: around[i].After, CreatedAt: n.CreatedAt, CreatedBy: n.CreatedBy, Version: n.Version,
		}
		if over := n.Over(now); !over.IsZero() {
			r.OverAt = &over
		}
		out = append(out, r)
	}
	return out, nil
}
