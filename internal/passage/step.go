package passage

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Step is the job of a passage's day.
type Step struct {
	ID int64 `json:"id"`
}

// Kind names the job.
func (Step) Kind() string { return "passage.step" }

// InsertOpts: nobody waits on the phone for it.
func (Step) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// look is the job that finds days whose step was lost.
type look struct{}

// Kind names the job.
func (look) Kind() string { return "passage.look" }

// InsertOpts puts the job where it belongs.
func (look) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// Periodic has days looked at every ten minutes.
func Periodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(10*time.Minute), func() (river.JobArgs, *river.InsertOpts) { return look{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// Workers adds the module's workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Step]) error { return s.Run(ctx, j.Args) }))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[look]) error { return s.Look(ctx) }))
}

// Look arms the steps of days that have come and are not done.
func (s *Service) Look(ctx context.Context) error {
	ctx = access.AsSystem(ctx, "passage")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		ps, err := read(ctx, tx, "withdrawn_at is null and done_at is null and at <= $1 order by at limit 500", tx.Now)
		for _, p := range ps {
			if err == nil {
				err = s.jobs.Again(ctx, tx, Step{p.ID})
			}
		}
		return err
	})
}

// Run does what follows a passage, once, however late: the house goes into the archive of who
// gave it, with its requests and recordings, contacts go along if that was ordered, requests
// where work is owed stay with who registered them and say so.
func (s *Service) Run(ctx context.Context, step Step) error {
	ctx = access.AsSystem(ctx, "passage")
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		ps, err := read(ctx, tx, "id = $1 and withdrawn_at is null and done_at is null and at <= $2 for update", step.ID, tx.Now)
		if err != nil || len(ps) == 0 {
			return err
		}
		p := ps[0]
		b, err := s.n.Buildings.ByID(ctx, tx, p.BuildingID)
		if err != nil {
			return err
		}
		if err := s.n.Buildings.Passed(ctx, tx, b.ID); err != nil {
			return err
		}
		if p.WithContacts {
			if p.Contacts, err = s.n.Contacts.CarryOver(ctx, tx, b.ID, p.ToCompanyID, p.ToBuildingID); err != nil {
				return err
			}
		}
		if p.OpenTickets, err = s.n.Tickets.SayOfHouse(ctx, tx, b.ID, "Дом с "+day(b, p.At)+" обслуживает другая компания. Эту заявку заканчиваете вы."); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update building_passages set done_at = $2, contacts = $3, open_tickets = $4 where id = $1`, p.ID, tx.Now, p.Contacts, p.OpenTickets); err != nil {
			return err
		}
		if err := s.written(ctx, tx, p, "building.passed"); err != nil {
			return err
		}
		house, left := building.Address(b, ""), ""
		if p.OpenTickets > 0 {
			left = fmt.Sprintf(" Открытых заявок за вами: %d.", p.OpenTickets)
		}
		return s.tell(ctx, tx, p, house+": дом теперь обслуживает другая компания."+left, house+": дом теперь ваш, его заявки приходят вам.")
	})
}
