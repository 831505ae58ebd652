// Package report is what is taken out of the journal: lists as tables, the register for
// supervisory bodies, the papers of one request.
package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/company"
	"d24/internal/errand"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/tag"
	"d24/internal/ticket"
)

// The kinds of errands this package does.
const (
	ExportErrand   = "export"
	RegisterErrand = "register"
)

// Format is what a list becomes.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
	PDF  Format = "pdf" // the register
)

// most is how many requests one file may hold: a PDF is held in memory while it is made.
var most = map[Format]int{XLSX: 500_000, CSV: 500_000, PDF: 20_000}

var media = map[Format]string{
	XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv; charset=utf-8", PDF: "application/pdf",
}

// Service makes files.
type Service struct {
	db        *pg.DB
	tickets   *ticket.Service
	companies *company.Service
	tags      *tag.Service
	errands   *errand.Service
}

// NewService returns the service, which does the errands of its kinds.
func NewService(db *pg.DB, tickets *ticket.Service, companies *company.Service, errands *errand.Service) *Service {
	s := &Service{db: db, tickets: tickets, companies: companies, tags: tag.NewService(db), errands: errands}
	errands.Handle(ExportErrand, errand.Work{Make: s.make})
	errands.Handle(RegisterErrand, errand.Work{Make: s.make})
	return s
}

// Ask is a list that is to become a file.
type Ask struct {
	Filter     ticket.Filter
	Format     Format
	Columns    []string // of ticket.Columns, in their order
	IsDetailed bool     // with what the list does not show: phone, text, the hours of its stages
	Query      string   // the list in the URL
}

// spec is what an errand keeps of an Ask: the filter with its moments, so that «overdue» means
// the same as on the screen.
type spec struct {
	Filter  ticket.Filter `json:"filter"`
	Format  Format        `json:"format"`
	Columns []string      `json:"columns"`
	Zone    string        `json:"zone"`
	Company string        `json:"company"`
	At      time.Time     `json:"at"`
}

// Start has a file made of the requests of one company. A company has one in the making
// (F73): fault.Conflict "errand.busy".
func (s *Service) Start(ctx context.Context, a Ask) (errand.Errand, error) {
	who := access.From(ctx)
	if a.Filter.CompanyID == 0 {
		a.Filter.CompanyID = who.CompanyID
	}
	id := a.Filter.CompanyID
	switch {
	case id == 0:
		return errand.Errand{}, fault.New(fault.Invalid, "ticket.one_company", "Выберите одну компанию.").At("query.company_id", "выберите компанию")
	case !who.Serves(id):
		return errand.Errand{}, fault.Missing("company")
	case most[a.Format] == 0:
		return errand.Errand{}, fault.New(fault.Invalid, "report.format", "Такого вида файла нет.").At("body.format", "выберите вид файла")
	}
	n, err := s.tickets.CountTo(ctx, a.Filter, most[a.Format]+1)
	switch {
	case err != nil:
		return errand.Errand{}, err
	case n == 0:
		return errand.Errand{}, fault.New(fault.Conflict, "ticket.none_match", "Таких заявок нет: выгружать нечего.")
	case n > most[a.Format]:
		return errand.Errand{}, fault.New(fault.Invalid, "report.too_many", "В один файл войдёт не больше %d заявок. Сузьте отбор, например по датам.", most[a.Format])
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (errand.Errand, error) {
		c, err := s.companies.ByID(ctx, tx, id)
		if err != nil {
			return errand.Errand{}, err
		}
		at := tx.Now.In(company.Location(c.Zone))
		e := errand.New{
			CompanyID: id, Kind: ExportErrand, Title: "Заявки в " + map[Format]string{XLSX: "XLSX", CSV: "CSV"}[a.Format], Query: a.Query, Quota: "export", Total: n,
			Spec:       spec{Filter: a.Filter, Format: a.Format, Columns: columnsOf(a), Zone: c.Zone, Company: c.Name, At: tx.Now},
			ResultName: "Заявки " + at.Format("2006-01-02 15-04") + "." + string(a.Format), ResultKind: media[a.Format],
			AuditAction: "ticket.export", AuditData: map[string]any{"format": a.Format, "query": a.Query, "total": n},
		}
		if a.Format == PDF {
			e.Kind, e.Title, e.ResultName = RegisterErrand, "Реестр заявок в PDF", "Реестр заявок "+at.Format("2006-01-02")+".pdf"
		}
		return s.errands.Start(ctx, tx, e)
	})
}

// columnsOf are the known ones of an Ask; the phone and the text are added on demand.
func columnsOf(a Ask) (out []string) {
	for _, c := range a.Columns {
		if _, ok := columns[c]; ok && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		out = slices.Clone(ticket.Columns)
	}
	if a.IsDetailed {
		out = append(out, details...)
	}
	return out
}

// toldEvery is after how many rows an errand says how far it is.
const toldEvery = 2000

// make writes the file of an errand: one query, so that every row is of the same moment.
func (s *Service) make(ctx context.Context, e errand.Errand, w io.Writer, tell func(done, total int) error) error {
	var p spec
	if err := json.Unmarshal(e.Spec, &p); err != nil {
		return err
	}
	tags, err := s.tagNames(ctx, e.CompanyID)
	if err != nil {
		return err
	}
	var out rows
	switch p.Format {
	case XLSX:
		out, err = newWorkbook(w, p)
	case CSV:
		out, err = newTable(w, p)
	case PDF:
		return s.register(ctx, e, p, w, tell)
	default:
		err = fmt.Errorf("no format %q", p.Format)
	}
	if err != nil {
		return err
	}
	seesNumbers, n, places := access.From(ctx).Can(access.ContactRead), 0, zones{}
	err = s.tickets.Each(ctx, p.Filter, func(t ticket.Ticket) error {
		row := make([]cell, len(p.Columns))
		v := view{Ticket: t, tags: tags, now: p.At, seesNumbers: seesNumbers, zone: places.of(t.Zone)}
		for i, c := range p.Columns {
			row[i] = columns[c].of(v)
		}
		if n++; n%toldEvery == 0 {
			if err := tell(n, max(n, e.Total)); err != nil {
				return err
			}
		}
		return out.add(row)
	})
	if err := errors.Join(err, out.close(err)); err != nil {
		return err
	}
	return tell(n, n)
}

// rows is a table that is being written.
type rows interface {
	add(row []cell) error
	// close ends the table; after an error it only lets go of what it holds.
	close(failed error) error
}

func (s *Service) tagNames(ctx context.Context, companyID int64) (map[int64]string, error) {
	all, err := s.tags.All(ctx, tag.Tags, companyID)
	out := map[int64]string{}
	for _, t := range all {
		out[t.ID] = t.Name
	}
	return out, err
}

// opened reads a request for a paper of it, and writes that down (A3).
func (s *Service) opened(ctx context.Context, id int64) (t ticket.Ticket, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if t, err = s.tickets.ByID(ctx, tx, id); err != nil {
			return err
		}
		return audit.Opened(ctx, tx, t.CompanyID, "ticket.print", fmt.Sprintf("ticket:%d", t.ID))
	})
	return t, err
}
