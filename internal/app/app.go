// Package app puts the program together. It is the only place that knows every module.
package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/announcement"
	"d24/internal/assignment"
	"d24/internal/attachment"
	"d24/internal/building"
	"d24/internal/calllog"
	"d24/internal/clock"
	"d24/internal/company"
	"d24/internal/connection"
	"d24/internal/contact"
	"d24/internal/desk"
	"d24/internal/deskphone"
	"d24/internal/errand"
	"d24/internal/escalation"
	"d24/internal/followup"
	"d24/internal/intake"
	"d24/internal/notice"
	"d24/internal/notify"
	"d24/internal/passage"
	"d24/internal/platform/jobs"
	"d24/internal/platform/outbound"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
	"d24/internal/reason"
	"d24/internal/report"
	"d24/internal/routing"
	"d24/internal/secretary"
	"d24/internal/shift"
	"d24/internal/staff"
	"d24/internal/supplier"
	"d24/internal/tag"
	"d24/internal/telephony"
	"d24/internal/ticket"
	"d24/internal/ticket/supplierticket"
	"d24/internal/webhook"
)

// App is the assembled program.
type App struct {
	DB         *pg.DB
	Jobs       *jobs.Queue
	River      *river.Client[pgx.Tx]
	Accounts   *account.Service
	Companies  *company.Service
	Buildings  *building.Service
	Staff      *staff.Service
	Reasons    *reason.Service
	Suppliers  *supplier.Service
	Contacts   *contact.Service
	Rules      *assignment.Service
	Intake     *intake.Service
	Files      *attachment.Service
	Errands    *errand.Service
	Reports    *report.Service
	Tickets    *ticket.Service
	Pairs      *supplierticket.Service
	Calls      *calllog.Service
	Telephony  *telephony.Desk
	Tasks      *desk.Tasks
	Escalation *escalation.Runner
	Followup   *followup.Runner
	Director   *routing.Director
	Notices    *notice.Service
	Shift      *shift.Service
	Secretary  *secretary.Service
	Webhooks   *webhook.Service
	Notify     *notify.Service
	Connection *connection.Service
	DeskPhones *deskphone.Service
	Passages   *passage.Service

	Announcements *announcement.Service
}

// Config of an App. Time is set by stories only; Work makes this process run jobs.
type Config struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	Log   *slog.Logger
	Time  rivertype.TimeGenerator
	Work  bool
	Node  string
	Keys  *secret.Ring // nil: secrets lie in the database in the clear
	Data  string       // uploaded files lie under it; "": none are kept
	Away  string       // address of the object storage of recordings; "": none

	Turns *pg.Turns // how many transactions of requests run at once; nil: as many as the pool has connections

	Address  string         // how people open the pages
	Outbound outbound.Rules // where addresses that people typed may lead; zero: the open internet
}

// New wires the modules.
func New(c Config) (*App, error) {
	db := &pg.DB{Pool: c.Pool, Clock: c.Clock, Turns: c.Turns}
	q := jobs.NewQueue()
	a := &App{
		DB: db, Jobs: q, Companies: company.NewService(db), Buildings: building.NewService(db),
		Staff: staff.NewService(db, q), Reasons: reason.NewService(db), Suppliers: supplier.NewService(db), Calls: calllog.NewService(db, q),
	}
	a.Staff.Houses = a.Buildings
	houses := housesForContacts{a.Buildings}
	a.Contacts = contact.NewService(db, houses)
	a.Intake = intake.NewService(db, building.NewTable(a.Buildings), contact.NewTable(houses))
	a.Accounts = account.NewService(db, directory{buildings: a.Buildings, staff: a.Staff})
	a.Accounts.Keys, a.Companies.Keys = c.Keys, c.Keys
	away, err := awayStore(c.Away)
	if err != nil {
		return nil, err
	}
	a.Calls.Kept = calllog.Kept{Dir: c.Data, Keys: c.Keys, Draw: peaks, Join: join, Away: away}
	a.Companies.Founders = append(a.Companies.Founders, reason.Install, tag.Install, func(ctx context.Context, tx *pg.Tx, _ int64) error { return a.Accounts.SpreadTeams(ctx, tx) })
	a.Announcements = announcement.NewService(db, a.Companies, a.Staff)
	a.Secretary = secretary.NewService(db, a.Staff, a.Companies, a.Reasons, a.Buildings)
	a.Rules = assignment.NewService(db, assignment.Needs{Companies: a.Companies, Buildings: a.Buildings, Staff: a.Staff, Reasons: a.Reasons, Groups: groupsForRules{a.Buildings}, Suppliers: suppliersOf{a.Suppliers}, Jobs: q})
	a.Errands = errand.NewService(db, q, store(c.Data, "results"), a.Accounts)
	a.Tickets = ticket.NewService(db, q, ticket.Needs{
		Companies: a.Companies, Buildings: a.Buildings, Staff: a.Staff, Reasons: a.Reasons, Contacts: a.Contacts, Rules: a.Rules, Calls: a.Calls, Logins: a.Accounts, Errands: a.Errands,
	})
	a.Pairs = supplierticket.NewService(db, q, a.Tickets, a.Suppliers, a.Companies)
	a.Tickets.Pairs = a.Pairs
	a.Accounts.WayIn = func(ctx context.Context, tx *pg.Tx, _, memberID int64) error {
		return q.At(ctx, tx, tx.Now, ticket.Away{MemberID: memberID})
	}
	a.Tickets.Subscribe(q)
	a.Reports = report.NewService(db, a.Tickets, a.Companies, a.Errands)
	a.Buildings.Worked = a.Tickets.Houses
	a.Buildings.Regrouped = func(ctx context.Context, tx *pg.Tx, companyID, groupID int64) error {
		return errors.Join(a.Accounts.Regrouped(ctx, tx, companyID, groupID), a.Rules.Regrouped(ctx, tx, companyID))
	}
	jobs.On(q, func(e staff.Left) river.JobArgs {
		return account.Leaving{CompanyID: e.CompanyID, MemberID: e.MemberID, ByUser: e.ByUser, ByName: e.ByName}
	})
	a.Reasons.Suppliers, a.Reasons.Tickets = a.Suppliers, a.Tickets
	a.Files = a.files(c.Data)
	a.Telephony = telephony.NewDesk(db, q, a.Calls)
	a.Telephony.Caps, a.Telephony.Capped = a.Companies.Caps, capped
	a.Telephony.Pronounced = a.Announcements.Pronounced
	a.Tasks = desk.NewTasks(db, q, a.Telephony)
	a.Tasks.Reach = a.Staff.Reach
	a.Connection = &connection.Service{DB: db, Tickets: a.Tickets, Staff: a.Staff, Companies: a.Companies, Calls: a.Calls, Orders: a.Telephony}
	a.Escalation = &escalation.Runner{DB: db, Jobs: q, Tickets: a.Tickets, Tasks: a.Tasks, Staff: a.Staff, Companies: a.Companies, Rules: a.Rules}
	a.Escalation.Subscribe(q)
	a.Tickets.Ladder = a.Escalation
	a.Notices = notice.NewService(db, notice.Needs{Buildings: a.Buildings, Companies: a.Companies, Suppliers: a.Suppliers, Tickets: ticketsForNotices{a.Tickets}, Contacts: a.Contacts})
	a.Shift = shift.NewService(db, a.Calls)
	a.Shift.Phones, a.Shift.Companies, a.Shift.People = a.Telephony, a.Companies, a.Accounts
	a.Shift.Open = a.openMatters
	a.DeskPhones = deskphone.NewService(db, a.Accounts, a.Telephony)
	a.DeskPhones.Keys, a.Telephony.Refused = c.Keys, a.DeskPhones.Refused
	a.Followup = &followup.Runner{DB: db, Jobs: q, Tickets: a.Tickets, Tasks: a.Tasks, Staff: a.Staff, Companies: a.Companies, Calls: a.Calls, Notices: a.Notices, Pairs: a.Pairs, Suppliers: a.Suppliers, Shift: a.Shift}
	a.Followup.Subscribe(q)
	a.Webhooks = webhook.NewService(db, q, webhook.Needs{Actors: a.Accounts, Tickets: a.Tickets, Calls: a.Calls, Rules: c.Outbound, Keys: c.Keys})
	a.hear(q)
	a.Notify = notify.NewService(db, q, notify.Needs{Actors: a.Accounts, Tickets: a.Tickets, Companies: zones{a.Companies}, Rules: c.Outbound, Keys: c.Keys, Contact: c.Address})
	a.Passages = passage.NewService(db, q, passage.Needs{Buildings: a.Buildings, Companies: a.Companies, Contacts: a.Contacts, Tickets: a.Tickets})
	a.spread(q)
	a.Director = &routing.Director{DB: db, Companies: a.Companies, Staff: a.Staff, Tasks: a.Tasks, Contacts: a.Contacts, Told: a.Notices, Said: a.Announcements, Holders: a.Tickets, Houses: a.Buildings}

	client, err := river.NewClient(riverpgxv5.New(c.Pool), a.riverConfig(c))
	if err != nil {
		return nil, err
	}
	q.Attach(client)
	a.River = client
	return a, nil
}

// riverConfig: steps are short and safe to run twice, so a killed worker's jobs
// are taken over after seconds, not after River's default hour.
func (a *App) riverConfig(c Config) *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &escalation.Worker{Runner: a.Escalation})
	river.AddWorker(workers, &escalation.DutyWorker{Runner: a.Escalation})
	river.AddWorker(workers, &escalation.LeftWorker{Runner: a.Escalation})
	river.AddWorker(workers, &escalation.TwiceWorker{Runner: a.Escalation})
	river.AddWorker(workers, &ticket.AwayWorker{Tickets: a.Tickets})
	river.AddWorker(workers, &staff.WakeWorker{Staff: a.Staff})
	river.AddWorker(workers, &staff.PruneWorker{Staff: a.Staff})
	river.AddWorker(workers, &ticket.TakeoverWorker{Tickets: a.Tickets})
	river.AddWorker(workers, &ticket.ReadInWorker{Tickets: a.Tickets})
	river.AddWorker(workers, &ticket.ComeBackWorker{Tickets: a.Tickets})
	river.AddWorker(workers, &ticket.ForgetTalksWorker{Tickets: a.Tickets})
	river.AddWorker(workers, &desk.Worker{Tasks: a.Tasks})
	a.Followup.Workers(workers)
	a.Rules.Workers(workers)
	a.Accounts.Workers(workers)
	a.Files.Workers(workers)
	a.Calls.Workers(workers)
	a.Errands.Workers(workers)
	a.Webhooks.Workers(workers)
	a.Notify.Workers(workers)
	a.Passages.Workers(workers)
	cfg := &river.Config{
		ID: c.Node, Workers: workers, Logger: c.Log, JobTimeout: jobs.StepLasts, RescueStuckJobsAfter: 20 * time.Second,
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 500 * time.Millisecond, ErrorHandler: &poison{app: a, log: c.Log}, RetryPolicy: patience{}, Middleware: []rivertype.Middleware{river.WorkerMiddlewareFunc(breather)}, Test: river.TestConfig{Time: c.Time},
	}
	if c.Work {
		cfg.PeriodicJobs = []*river.PeriodicJob{assignment.Hourly(), attachment.Daily(), calllog.Periodic(), calllog.Nightly(), errand.Minutely(), ticket.ReadInPeriodic(), ticket.ComeBackPeriodic(), ticket.ForgetTalksPeriodic(), staff.PrunePeriodic(), webhook.Daily(), notify.Periodic(), passage.Periodic()}
		cfg.Queues = map[string]river.QueueConfig{jobs.Emergency: {MaxWorkers: 20}, jobs.Calls: {MaxWorkers: 20}, jobs.Messages: {MaxWorkers: 5}, jobs.Slow: {MaxWorkers: 2}, jobs.Bulk: {MaxWorkers: 2}}
	}
	return cfg
}

// Reclaim gives back the jobs this node had in hand when it was killed: River
// alone would find them half a minute later.
func (a *App) Reclaim(ctx context.Context, node string) error {
	ctx = access.AsSystem(ctx, "work")
	return pg.Do(ctx, a.DB, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update river_job set state = 'available' where state = 'running' and attempted_by[array_upper(attempted_by, 1)] = $1`, node)
		return err
	})
}
