package app

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"d24/internal/access"
	"d24/internal/account/accountapi"
	"d24/internal/alarm"
	"d24/internal/alarm/alarmapi"
	"d24/internal/announcement/announcementapi"
	"d24/internal/assignment/assignmentapi"
	"d24/internal/attachment/attachmentapi"
	"d24/internal/audit"
	"d24/internal/audit/auditapi"
	"d24/internal/building/buildingapi"
	"d24/internal/calllog/calllogapi"
	"d24/internal/clock"
	"d24/internal/company/companyapi"
	"d24/internal/connection/connectionapi"
	"d24/internal/contact/contactapi"
	"d24/internal/desk"
	"d24/internal/desk/deskapi"
	"d24/internal/deskphone/deskphoneapi"
	"d24/internal/emergency"
	"d24/internal/emergency/emergencyapi"
	"d24/internal/errand/errandapi"
	"d24/internal/escalation/escalationapi"
	"d24/internal/fault"
	"d24/internal/intake/intakeapi"
	"d24/internal/notice/noticeapi"
	"d24/internal/notify/notifyapi"
	"d24/internal/onboarding"
	"d24/internal/onboarding/onboardingapi"
	"d24/internal/passage/passageapi"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
	"d24/internal/reason/reasonapi"
	"d24/internal/report/reportapi"
	"d24/internal/secretary/secretaryapi"
	"d24/internal/shift/shiftapi"
	"d24/internal/staff/staffapi"
	"d24/internal/supplier/supplierapi"
	"d24/internal/tag"
	"d24/internal/tag/tagapi"
	"d24/internal/telephony"
	"d24/internal/ticket/supplierticket/supplierticketapi"
	"d24/internal/ticket/ticketapi"
	"d24/internal/webhook/webhookapi"
	"d24/voip/speech"
)

// WebConfig is what the web role needs besides the App.
type WebConfig struct {
	DataDir   string // recordings lie under it
	Secure    bool   // pages are opened over https
	Log       *slog.Logger
	Hub       *live.Hub
	Spa       fs.FS                                 // the built pages; nil: none
	PhoneDoor func(context.Context) (string, error) // HOST:PORT of a living engine, "" when there is none
	Ready     []Check                               // what /readyz asks
	Metrics   http.Handler                          // nil: none
	Meter     func(http.Handler) http.Handler       // counts what the routes answer; nil: nobody
	Rates     httpapi.Rates                         // of requests; zero: any number
	DialAlso  []string                              // beginnings of numbers dialled beside geographic and mobile ones (S9)
	Voice     speech.Voice                          // says the announcements; nil: none
}

// Check is one thing that must work for the program to be of use.
type Check struct {
	Name string // "database", "engine", "workers"
	Ask  func(context.Context) error
}

// API assembles everything the web role serves: the operations, their document,
// health, the operator's socket, the pages; all behind the guard.
func (a *App) API(c WebConfig) (huma.API, http.Handler) {
	mux := http.NewServeMux()
	api := httpapi.New(mux)
	a.operations(api, c)
	if c.Hub != nil {
		c.Hub.Changed = a.Accounts.Forget
	}
	health(mux, c)
	mux.Handle("/", spa(c.Spa))
	var routes http.Handler = mux
	if c.Meter != nil { // inside the guard: only there the matched route can be seen
		routes = c.Meter(mux)
	}
	return api, inTurn(httpapi.Guard(routes, a.Accounts, httpapi.NewLimiter(c.Rates, a.DB.Clock), c.Log))
}

// inTurn has the transactions of requests stand in the database's line of people who wait.
func inTurn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, r.WithContext(pg.InTurn(r.Context()))) })
}

// OpenAPI is the document of the API, as it is committed in api/openapi.json.
func OpenAPI() ([]byte, error) {
	api := httpapi.New(http.NewServeMux())
	(&App{}).operations(api, WebConfig{})
	b, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	return append(b, '\n'), err
}

func (a *App) operations(api huma.API, c WebConfig) {
	now := func() clock.Clock { return a.DB.Clock } // asked late: the document is made without a database
	tickets := ticketapi.Config{Service: a.Tickets, Around: ticketapi.Around{Ladder: a.ladder, Calls: a.callsOf, Supplier: a.supplierOf, Pair: a.pairOf}, Now: a.now, Together: a.together}
	accountapi.Register(api, accountapi.Config{Service: a.Accounts, Now: a.now, Secure: c.Secure, DialAlso: c.DialAlso})
	ticketapi.Register(api, tickets)
	buildingapi.Register(api, buildingapi.Config{Service: a.Buildings, Tickets: a.ticketsOf, Serving: a.serving})
	passageapi.Register(api, a.Passages)
	contactapi.Register(api, a.Contacts)
	intakeapi.Register(api, intakeapi.Config{Service: a.Intake, Kind: "buildings", One: "building", Permission: access.BuildingWrite})
	intakeapi.Register(api, intakeapi.Config{Service: a.Intake, Kind: "contacts", One: "contact", Permission: access.ContactWrite})
	reasonapi.Register(api, a.Reasons, a.around)
	supplierticketapi.Register(api, supplierticketapi.Config{Service: a.Pairs, Tickets: a.Tickets, Suppliers: a.Suppliers, Now: a.now})
	supplierapi.Register(api, supplierapi.Config{Service: a.Suppliers, DB: a.DB})
	staffapi.Register(api, staffapi.Config{Service: a.Staff, OpenTickets: a.inHands, Connected: []string{"call"}, Around: a.around})
	companyapi.Register(api, companyapi.Config{
		Service: a.Companies, Around: a.around, Admins: func(ctx context.Context) (map[int64]int, error) { return a.Accounts.Administrators(ctx) }, Operators: func(ctx context.Context) (map[int64]int, error) { return a.Accounts.OwnOperators(ctx) },
		Floors: a.floors,
	})
	announcementapi.Register(api, announcementapi.Config{
		Service: a.Announcements, Dir: filepath.Join(c.DataDir, telephony.Announcements), Convert: phrase, Length: phraseLength, Speak: c.spoken(),
	})
	calllogapi.Register(api, calllogapi.Config{Service: a.Calls, Connected: a.Connection.Names})
	deskapi.Register(api, deskapi.Config{Floor: a.floor(), Tickets: tickets})
	connectionapi.Register(api, a.Connection)
	escalationapi.Register(api, a.Escalation)
	deskphoneapi.Register(api, a.DeskPhones)
	shiftapi.Register(api, shiftapi.Config{Service: a.Shift, People: a.Accounts})
	alarmapi.Register(api, alarm.NewService(a.DB))
	auditapi.Register(api, audit.NewService(a.DB))
	tagapi.Register(api, tag.NewService(a.DB))
	secretaryapi.Register(api, a.Secretary)
	onboardingapi.Register(api, onboarding.NewService(a.DB, onboarding.Needs{
		Companies: a.Companies, Buildings: a.Buildings, Contacts: a.Contacts, Staff: a.Staff, Reasons: a.Reasons, Suppliers: a.Suppliers, Rules: a.Rules, Accounts: a.Accounts,
	}))
	assignmentapi.Register(api, assignmentapi.Config{Service: a.Rules, Running: a.escalating, Apply: a.Escalation.Apply})
	attachmentapi.Register(api, attachmentapi.Config{Service: a.Files, Subject: "building", Read: access.BuildingRead, Write: access.BuildingWrite})
	attachmentapi.Register(api, attachmentapi.Config{Service: a.Files, Subject: "ticket", Read: access.TicketRead, Write: access.TicketComment})
	emergencyapi.Register(api, &emergency.Service{
		DB: a.DB, Accounts: a.Accounts, Companies: a.Companies, Staff: a.Staff, Suppliers: a.Suppliers, Rules: a.Rules, Tickets: a.Tickets, Tasks: a.Tasks, Escalations: a.Escalation,
	})
	reportapi.Register(api, reportapi.Config{Service: a.Reports, Tickets: tickets})
	errandapi.Register(api, errandapi.Config{Service: a.Errands, Now: a.now})
	webhookapi.Register(api, a.Webhooks)
	notifyapi.Register(api, a.Notify)
	noticeapi.Register(api, noticeapi.Config{Service: a.Notices, Now: a.now})
	a.live(api, c, now)
	socket(api, c)
}

// Competents tells the phone engine whom a caller may be transferred to.
func (a *App) Competents() telephony.Competents { return a.floor() }

func (a *App) floor() *desk.Floor {
	return &desk.Floor{
		DB: a.DB, Tasks: a.Tasks, Calls: a.Calls, Tickets: a.Tickets, Contacts: a.Contacts, Buildings: a.Buildings, Companies: a.Companies,
		Staff: a.Staff, Reasons: a.Reasons, Phones: a.Telephony, Pairs: a.Pairs, NextStep: a.nextStep, Notices: a.Notices, Serves: a.Accounts.Serves,
		Serving: a.Accounts.Serving, Secretary: a.Secretary,
	}
}

// stream is an answer that is not JSON.
type stream struct{ Body func(huma.Context) }

// live mounts the stream of changes as an operation, so that it is asked for a
// session like every other.
func (a *App) live(api huma.API, c WebConfig, clk func() clock.Clock) {
	httpapi.Register(api, access.Anyone, huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/live", Summary: "What changes, as server-sent events", Tags: []string{"live"},
		Description: `event "change" {topic, id}: fetch again what is on the screen; topic "all": everything. event "beat" {time} every two seconds.`,
		Responses: map[string]*huma.Response{"200": {Description: "Events", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
		}}},
	}, func(context.Context, *struct{}) (*stream, error) {
		return &stream{func(h huma.Context) {
			r, w := humago.Unwrap(h)
			c.Hub.Handler(clk(), a.signedIn).ServeHTTP(w, r)
		}}, nil
	})
}

// signedIn reports whether a stream may go on: the session has not ended and opens
// what it did when the stream was opened, or it cannot be told now.
func (a *App) signedIn(r *http.Request, now bool) bool {
	ask := a.Accounts.Actor
	if now {
		ask = a.Accounts.Fresh
	}
	was := access.From(r.Context())
	is, err := ask(r.Context(), httpapi.Token(r.Context()))
	if err != nil {
		return fault.KindOf(err) != fault.Login
	}
	is.Source = was.Source
	return reflect.DeepEqual(was, is)
}

// together runs f so that all it reads, in whatever modules, is one transaction.
func (a *App) together(ctx context.Context, f func(ctx context.Context) error) error {
	return pg.Reading(ctx, a.DB, f)
}
