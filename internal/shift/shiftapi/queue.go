package shiftapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/platform/httpapi"
	"d24/internal/shift"
	"d24/internal/telephony"
)

// PauseReason is a reason an operator may give for a break.
type PauseReason struct {
	Name     string `json:"name" maxLength:"100"`
	LimitMin int    `json:"limit_min" doc:"minutes; 0: no limit"`
}

// QueueForm is how the queue works for everybody.
type QueueForm struct {
	RingSec     int           `json:"ring_sec" minimum:"5" maximum:"60" doc:"an operator's phone rings so long, then the next one's"`
	WrapUpSec   int           `json:"wrap_up_sec" minimum:"0" maximum:"600" doc:"after a talk; the operator may end it early"`
	LanguageSec int           `json:"language_sec" minimum:"0" maximum:"120" doc:"so long a caller is kept for operators who speak his language"`
	Surge       int           `json:"surge" minimum:"1" maximum:"100" doc:"with more callers of one company waiting, companies take turns"`
	SlowCalls   int           `json:"slow_calls" minimum:"0" maximum:"20" doc:"so many calls of a number in which nobody spoke make it wait longer; 0: none does (F17)"`
	SlowHours   int           `json:"slow_hours" minimum:"1" maximum:"168" doc:"within so many hours"`
	Pauses      []PauseReason `json:"pauses" maxItems:"50" nullable:"false"`
	Version     int           `json:"version" minimum:"0" doc:"of the row that was read; 409 queue.changed when it is another now"`
}

// QueueCompany is what a company has of its own in the queue.
type QueueCompany struct {
	CompanyID int64  `json:"company_id"`
	Name      string `json:"name"`
	QueueCompanyForm
}

// QueueCompanyForm is what may be changed of it.
type QueueCompanyForm struct {
	Weight    int    `json:"weight" minimum:"1" maximum:"10" doc:"its share in a surge"`
	WrapUpSec *int   `json:"wrap_up_sec" minimum:"0" maximum:"600" doc:"null: as everybody's"`
	Language  string `json:"language" maxLength:"10" doc:"of its callers; empty: Russian"`
}

// QueueLine is the language of who calls a number.
type QueueLine struct {
	LineID   int64  `json:"line_id"`
	Company  string `json:"company" doc:"empty: a city's number"`
	Phone    string `json:"phone"`
	Language string `json:"language" doc:"empty: as the company's"`
}

// QueueSettings is how the queue is set.
type QueueSettings struct {
	QueueForm
	Companies []QueueCompany `json:"companies" nullable:"false"`
	Lines     []QueueLine    `json:"lines" nullable:"false"`
	Languages []string       `json:"languages" nullable:"false" doc:"that may be chosen besides Russian"`
}

type (
	queueOut     struct{ Body QueueSettings }
	queueIn      struct{ Body QueueForm }
	queueFormOut struct{ Body QueueForm }
	companyIn    struct {
		ByID
		Body QueueCompanyForm
	}
	companyOut struct{ Body QueueCompany }
	lineIn     struct {
		ByID
		Body struct {
			Language string `json:"language" maxLength:"10" doc:"empty: as the company's"`
		}
	}
	lineOut struct{ Body QueueLine }
)

func queueForm(s shift.QueueSettings) QueueForm {
	f := QueueForm{RingSec: s.RingSec, WrapUpSec: s.WrapUpSec, LanguageSec: s.LanguageSec, Surge: s.Surge, SlowCalls: s.SlowCalls, SlowHours: s.SlowHours, Pauses: make([]PauseReason, 0, len(s.Pauses)), Version: s.Version}
	for _, p := range s.Pauses {
		f.Pauses = append(f.Pauses, PauseReason(p))
	}
	return f
}

func queueCompany(q shift.CompanyQueue) QueueCompany {
	return QueueCompany{CompanyID: q.CompanyID, Name: q.Name, QueueCompanyForm: QueueCompanyForm{Weight: q.Weight, WrapUpSec: q.WrapUpSec, Language: q.Language}}
}

func queueLine(q shift.LineQueue) QueueLine {
	return QueueLine{LineID: q.LineID, Company: q.Company, Phone: q.Phone, Language: q.Language}
}

func (c Config) queue(api huma.API) {
	httpapi.Register(api, access.DeskSupervise, op("queue-settings", get, "/queue", "How the queue of callers works"), func(ctx context.Context, _ *struct{}) (*queueOut, error) {
		q, err := c.Service.Queue(ctx)
		out := QueueSettings{QueueForm: queueForm(q.QueueSettings), Companies: make([]QueueCompany, 0, len(q.Companies)), Lines: make([]QueueLine, 0, len(q.Lines)), Languages: telephony.Languages}
		for _, x := range q.Companies {
			out.Companies = append(out.Companies, queueCompany(x))
		}
		for _, x := range q.Lines {
			out.Lines = append(out.Lines, queueLine(x))
		}
		return &queueOut{out}, err
	})
	c.slow(api)
	put := http.MethodPut
	httpapi.Register(api, access.QueueWrite, op("change-queue", put, "/queue", "Change how the queue works, within two seconds; 409 queue.changed"), func(ctx context.Context, in *queueIn) (*queueFormOut, error) {
		b := in.Body
		n := shift.QueueSettings{RingSec: b.RingSec, WrapUpSec: b.WrapUpSec, LanguageSec: b.LanguageSec, Surge: b.Surge, SlowCalls: b.SlowCalls, SlowHours: b.SlowHours, Version: b.Version}
		for _, p := range b.Pauses {
			n.Pauses = append(n.Pauses, telephony.Pause(p))
		}
		s, err := c.Service.KeepQueue(ctx, n)
		if err != nil {
			return nil, err
		}
		return &queueFormOut{queueForm(s)}, nil
	})
	httpapi.Register(api, access.QueueWrite, op("change-queue-company", put, "/queue/companies/{id}", "A company's share, wrap-up and language"), func(ctx context.Context, in *companyIn) (*companyOut, error) {
		q, err := c.Service.KeepCompany(ctx, shift.CompanyQueue{CompanyID: in.ID, Weight: in.Body.Weight, WrapUpSec: in.Body.WrapUpSec, Language: in.Body.Language})
		if err != nil {
			return nil, err
		}
		return &companyOut{queueCompany(q)}, nil
	})
	httpapi.Register(api, access.QueueWrite, op("change-queue-line", put, "/queue/lines/{id}", "The language of who calls a number"), func(ctx context.Context, in *lineIn) (*lineOut, error) {
		q, err := c.Service.KeepLine(ctx, in.ID, in.Body.Language)
		if err != nil {
			return nil, err
		}
		return &lineOut{queueLine(q)}, nil
	})
}
