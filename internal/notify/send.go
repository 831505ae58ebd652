package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// Fact is something that happened, of which those who wish are told.
type Fact struct {
	CompanyID int64  `json:"company_id"`
	Kind      Kind   `json:"kind"`
	TicketID  int64  `json:"ticket_id,omitempty"`
	MemberID  int64  `json:"member_id,omitempty"` // whom it is about alone; 0: those of the request, of an emergency all who see it
	ByUser    int64  `json:"by_user,omitempty"`   // who did it: he knows
	Text      string `json:"text,omitempty"`      // of what is about no request
}

// Spread is the job that finds out whom to tell of a fact.
type Spread struct {
	Fact Fact `json:"fact"`
}

// Kind names the job.
func (Spread) Kind() string { return "notify.spread" }

// InsertOpts puts the job where it belongs.
func (Spread) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Messages} }

// Word is what a device shows.
type Word struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	Tag   string `json:"tag"` // the next of the same takes its place
	URL   string `json:"url"`
}

// Push is the job that sends a word to one device.
type Push struct {
	DeviceID int64 `json:"device_id"`
	Word     Word  `json:"word"`
	About    Kind  `json:"about"`
	TicketID int64 `json:"ticket_id,omitempty"` // who may not see it any more is not told
}

// Kind names the job.
func (Push) Kind() string { return "notify.push" }

// InsertOpts puts the job where it belongs; after some tries a word is too old to be told.
func (Push) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.Messages, MaxAttempts: 5}
}

// listener is a person of a company with a device.
type listener struct {
	user   int64
	wishes Wishes
}

// Noting has the facts spread after the commit of tx: what it returns follows when b has been
// sent. A company where nobody has a device costs a look at an index instead of a job for each
// of its requests.
func (s *Service) Noting(tx *pg.Tx, b *pgx.Batch, facts []Fact) jobs.Then {
	if len(facts) == 0 {
		return nil
	}
	companies := make([]int64, len(facts))
	for i, f := range facts {
		companies[i] = f.CompanyID
	}
	var listen []int64
	b.Queue(`select c from unnest($1::bigint[]) c where exists (select from notify_devices d where d.company_id = c)`, companies).Query(func(rows pgx.Rows) (err error) {
		listen, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	return func(ctx context.Context) error {
		var spread []river.JobArgs
		for _, f := range facts {
			if slices.Contains(listen, f.CompanyID) {
				spread = append(spread, Spread{f})
			}
		}
		return s.jobs.All(ctx, tx, spread)
	}
}

// Tell finds who wishes to hear of a fact and may, and sends each of his devices a word, in
// quiet hours when they end.
func (s *Service) Tell(ctx context.Context, f Fact) error {
	ctx = access.AsSystem(ctx, "notify")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		all, err := listeners(ctx, tx, f.CompanyID)
		if err != nil || len(all) == 0 {
			return err
		}
		var t ticket.Ticket
		if f.TicketID != 0 {
			if t, err = s.needs.Tickets.ByID(ctx, tx, f.TicketID); err != nil {
				return missing(err)
			}
		}
		zone, err := s.needs.Companies.ZoneOf(ctx, tx, f.CompanyID)
		if err != nil {
			return err
		}
		for _, l := range all {
			if l.user == f.ByUser {
				continue
			}
			who, err := s.needs.Actors.ActorOf(ctx, l.user, f.CompanyID)
			if fault.KindOf(err) == fault.Login {
				continue
			}
			if err != nil {
				return err
			}
			if !l.wishes.hear(f, t, who) {
				continue
			}
			at := l.wishes.hour(f.Kind, tx.Now, zone)
			if err := s.toDevices(ctx, tx, f, l.user, word(f, t), at); err != nil {
				return err
			}
		}
		return nil
	})
}

func missing(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func listeners(ctx context.Context, tx *pg.Tx, company int64) (out []listener, err error) {
	rows, err := tx.Query(ctx, `select distinct user_id from notify_devices where company_id = $1`, company)
	if err != nil {
		return nil, err
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		w, err := wishesOf(ctx, tx, company, u)
		if err != nil {
			return nil, err
		}
		out = append(out, listener{u, w})
	}
	return out, nil
}

// hear tells whether a fact is to be told to a person: about him by name, about a request he
// may see and executes or answers for; an emergency is everybody's who sees it and wishes so.
func (w Wishes) hear(f Fact, t ticket.Ticket, who access.Actor) bool {
	if f.TicketID != 0 && (!who.Can(access.TicketRead) || !who.Scope().Allows(t.Facts())) {
		return false
	}
	his := who.MemberID != 0 && (t.ExecutorID == who.MemberID || t.ResponsibleID == who.MemberID)
	if f.MemberID != 0 {
		his = f.MemberID == who.MemberID
	}
	wished := slices.Contains(w.Kinds, f.Kind)
	if f.Kind == House { // of who keeps the houses
		return wished && who.Can(access.BuildingWrite)
	}
	if f.Kind == Emergency {
		return wished || his && slices.Contains(w.Kinds, Mine)
	}
	return wished && his
}

// hour is when a word may be told: now, or when the quiet hours of the company's day end.
func (w Wishes) hour(k Kind, now time.Time, zone *time.Location) time.Time {
	if w.QuietFrom == w.QuietTo || k == Emergency && w.Breaks {
		return now
	}
	local := now.In(zone)
	minute := local.Hour()*60 + local.Minute()
	quiet := minute >= w.QuietFrom && minute < w.QuietTo
	if w.QuietFrom > w.QuietTo { // over midnight
		quiet = minute >= w.QuietFrom || minute < w.QuietTo
	}
	if !quiet {
		return now
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), w.QuietTo/60, w.QuietTo%60, 0, 0, zone)
	if !end.After(now) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, w.QuietTo/60, w.QuietTo%60, 0, 0, zone)
	}
	return end
}

var titles = map[Kind]string{Mine: "Новая заявка", Emergency: "Аварийная", Comment: "Комментарий", Due: "Скоро срок", Duty: "Дежурство", House: "Дом переходит"}

// word is what is shown: it stands on a locked screen, so nothing of a resident is in it but
// the house.
func word(f Fact, t ticket.Ticket) Word {
	if f.TicketID == 0 {
		url := "/journal"
		if f.Kind == House {
			url = "/settings/houses"
		}
		return Word{Title: titles[f.Kind], Body: f.Text, Tag: string(f.Kind), URL: url}
	}
	return Word{
		Title: fmt.Sprintf("%s: № %d", titles[f.Kind], t.Number), Body: t.ReasonName + ". " + t.Address,
		Tag: fmt.Sprintf("ticket-%d", t.ID), URL: fmt.Sprintf("/journal/%d", t.ID),
	}
}

func (s *Service) toDevices(ctx context.Context, tx *pg.Tx, f Fact, user int64, w Word, at time.Time) error {
	rows, err := tx.Query(ctx, `select id from notify_devices where company_id = $1 and user_id = $2`, f.CompanyID, user)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.jobs.At(ctx, tx, at, Push{DeviceID: id, Word: w, About: f.Kind, TicketID: f.TicketID}); err != nil {
			return err
		}
	}
	return nil
}

// Send sends one word. A device whose service says that it is gone is forgotten (F57); an
// error of the service is tried again.
func (s *Service) Send(ctx context.Context, p Push) error {
	ctx = access.AsSystem(ctx, "notify")
	var to webpush.Subscription
	var company, user int64
	var public, private string
	err := pg.Do(ctx, s.db, func(tx *pg.Tx) (err error) {
		err = tx.QueryRow(ctx, `select company_id, user_id, endpoint, p256dh, auth from notify_devices where id = $1`, p.DeviceID).
			Scan(&company, &user, &to.Endpoint, &to.Keys.P256dh, &to.Keys.Auth)
		if err == nil {
			public, private, err = s.keys(ctx, tx)
		}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) { // it hears no more
		return nil
	}
	if err != nil {
		return err
	}
	who, err := s.needs.Actors.ActorOf(ctx, user, company)
	if fault.KindOf(err) == fault.Login {
		return s.drop(ctx, p.DeviceID) // he works there no more
	}
	if err != nil {
		return err
	}
	if sees, err := s.sees(ctx, who, p.TicketID); err != nil || !sees {
		return err
	}
	status, err := s.push(ctx, to, p, public, private)
	switch {
	case err != nil:
		return fmt.Errorf("push service: %w", err)
	case status == http.StatusGone || status == http.StatusNotFound:
		return s.drop(ctx, p.DeviceID)
	case status == http.StatusTooManyRequests || status >= 500:
		return fmt.Errorf("push service answers %d", status)
	case status >= 300: // it will not take this word at all
		return nil
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update notify_devices set heard_at = $2 where id = $1`, p.DeviceID, tx.Now)
		return err
	})
}

// sees tells whether a person may see a request still: quiet hours are long.
func (s *Service) sees(ctx context.Context, who access.Actor, ticketID int64) (bool, error) {
	if ticketID == 0 {
		return true, nil
	}
	t, err := pg.InTx(ctx, s.db, func(tx *pg.Tx) (ticket.Ticket, error) { return s.needs.Tickets.ByID(ctx, tx, ticketID) })
	if err != nil {
		return false, missing(err)
	}
	return who.Can(access.TicketRead) && who.Scope().Allows(t.Facts()), nil
}

func (s *Service) push(ctx context.Context, to webpush.Subscription, p Push, public, private string) (int, error) {
	body, err := json.Marshal(p.Word)
	if err != nil {
		return 0, err
	}
	if why := s.needs.Rules.Check(to.Endpoint); why != "" {
		return http.StatusGone, nil // what was allowed once is not any more
	}
	o := &webpush.Options{HTTPClient: s.client, Subscriber: s.contact(), VAPIDPublicKey: public, VAPIDPrivateKey: private, TTL: 3600, Urgency: webpush.UrgencyNormal}
	if p.About == Emergency {
		o.Urgency = webpush.UrgencyHigh
	}
	res, err := webpush.SendNotificationWithContext(ctx, body, &to, o)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close() //nolint:errcheck // read
	_, _ = io.CopyN(io.Discard, res.Body, 16<<10)
	return res.StatusCode, nil
}

// contact is whom a push service may ask about us: the pages' address, which must be https.
func (s *Service) contact() string {
	if strings.HasPrefix(s.needs.Contact, "https:") {
		return s.needs.Contact
	}
	return "dispatcher24@localhost"
}

func (s *Service) drop(ctx context.Context, device int64) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from notify_devices where id = $1`, device)
		return err
	})
}

// Look finds the requests whose term comes within the hour; each is told of once per term.
func (s *Service) Look(ctx context.Context) error {
	ctx = access.AsSystem(ctx, "notify")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select distinct company_id from notify_devices`)
		if err != nil {
			return err
		}
		companies, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(companies) == 0 {
			return err
		}
		due, err := s.needs.Tickets.ComingDue(ctx, tx, companies, tx.Now, tx.Now.Add(soon))
		if err != nil {
			return err
		}
		for _, d := range due {
			tag, err := tx.Exec(ctx, `insert into notify_told (company_id, key, at) values ($1, $2, $3) on conflict do nothing`,
				d.CompanyID, fmt.Sprintf("due-%d-%d", d.TicketID, d.At.Unix()), tx.Now)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			if err := s.jobs.At(ctx, tx, tx.Now, Spread{Fact{CompanyID: d.CompanyID, Kind: Due, TicketID: d.TicketID}}); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `delete from notify_told where at < $1`, tx.Now.Add(-keepTold))
		return err
	})
}

// look is the job of Look.
type look struct{}

// Kind names the job.
func (look) Kind() string { return "notify.look" }

// InsertOpts puts the job where it belongs.
func (look) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Messages} }

// Periodic has terms looked at every five minutes.
func Periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(5*time.Minute), func() (river.JobArgs, *river.InsertOpts) { return look{}, nil }, nil)
}

// Workers adds the module's workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Spread]) error { return s.Tell(ctx, j.Args.Fact) }))
	river.AddWorker(w, &pusher{notify: s})
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[look]) error { return s.Look(ctx) }))
}

type pusher struct {
	river.WorkerDefaults[Push]
	notify *Service
}

// Timeout is above the client's own.
func (*pusher) Timeout(*river.Job[Push]) time.Duration { return 20 * time.Second }

// Work sends one word.
func (p *pusher) Work(ctx context.Context, job *river.Job[Push]) error {
	return p.notify.Send(ctx, job.Args)
}
