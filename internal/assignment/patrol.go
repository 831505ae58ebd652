package assignment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/alarm"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Patrol is the hourly job that has every company's coverage looked at (F36).
type Patrol struct{}

// Kind names the job.
func (Patrol) Kind() string { return "assignment.patrol" }

// InsertOpts: it can wait for everything else.
func (Patrol) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// Check is the job that looks at the coverage of one company.
type Check struct {
	CompanyID int64 `json:"company_id"`
}

// Kind names the job.
func (Check) Kind() string { return "assignment.check" }

// InsertOpts: it can wait for everything else.
func (Check) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// Workers adds the rules' workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[Patrol]) error {
		return s.Patrol(access.AsSystem(ctx, "assignment"))
	}))
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Check]) error {
		return s.Check(access.AsSystem(ctx, "assignment"), j.Args.CompanyID)
	}))
}

// Hourly is the job for River's clock.
func Hourly() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) { return Patrol{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// spread is how far apart the first and the last company of an hour are looked at.
const spread = 50 * time.Minute

// Patrol asks for a look at each company, spread over the hour: a thousand at once would
// stand in the way of everything else.
func (s *Service) Patrol(ctx context.Context) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		ids, err := s.companies.Active(ctx, tx)
		for i, id := range ids {
			if err := s.jobs.At(ctx, tx, tx.Now.Add(spread/time.Duration(len(ids))*time.Duration(i)), Check{CompanyID: id}); err != nil {
				return err
			}
		}
		return err
	})
}

// Regrouped has a company's coverage looked at again: a group of houses that rules and
// duties may name has other houses now, or is gone.
func (s *Service) Regrouped(ctx context.Context, tx *pg.Tx, companyID int64) error {
	return s.jobs.At(ctx, tx, tx.Now, Check{CompanyID: companyID})
}

// Check raises one alarm for a company with what its coverage of the coming week lacks,
// writes it anew when that has changed, and takes it away when it is mended.
func (s *Service) Check(ctx context.Context, companyID int64) error {
	c, err := s.Coverage(ctx, companyID)
	if err != nil {
		return err
	}
	lacks := c.Lacks()
	subject := fmt.Sprintf("company:%d", companyID)
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		if err := keepCount(ctx, tx, companyID, len(c.Gaps)+c.More+len(c.People)); err != nil {
			return err
		}
		if lacks == "" {
			return alarm.Clear(ctx, tx, alarm.CoverageGaps, subject)
		}
		who, err := s.companies.ByID(ctx, tx, companyID)
		if err != nil {
			return err
		}
		text := who.Name + ", ближайшая неделя: " + lacks
		return alarm.Raise(ctx, tx, alarm.Alarm{Code: alarm.CoverageGaps, Subject: subject, CompanyID: companyID, Text: text})
	})
}

// Lacks says in words what is missing, the worst first; "" when nothing is.
func (c Coverage) Lacks() string {
	n := map[string]int{}
	for _, g := range c.Gaps {
		n[string(g.Hole)]++
	}
	for _, p := range c.People {
		n[p.Kind]++
	}
	var out []string
	for _, x := range []struct{ kind, words string }{
		{string(Nobody), "никого на дежурстве"},
		{string(FewLevels), "аварийные, меньше трёх уровней"},
		{string(Twice), "один человек на двух уровнях"},
		{"no_phone", "сотрудники без телефона"},
		{"dials", "сотрудники, чьи телефоны не обзвонить за время уровня"},
		{"dismissed", "уволенные в правилах"},
		{"tie", "правила, которые спорят"},
	} {
		if n[x.kind] > 0 {
			out = append(out, fmt.Sprintf("%s – %d", x.words, n[x.kind]))
		}
	}
	return strings.Join(out, ", ")
}
