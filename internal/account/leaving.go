package account

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
)

// Leaving is the job that shuts a dismissed person out of his company.
type Leaving struct {
	CompanyID int64  `json:"company_id"`
	MemberID  int64  `json:"member_id"`
	ByUser    int64  `json:"by_user"`
	ByName    string `json:"by_name"`
}

// Kind names the job.
func (Leaving) Kind() string { return "account.leaving" }

// InsertOpts: his screens close within a second.
func (Leaving) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Emergency} }

// Workers adds the accounts' workers.
func (s *Service) Workers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, j *river.Job[Leaving]) error { return s.Leave(ctx, j.Args) }))
}

// Leave shuts the users who are a dismissed person out of the company: screens and
// streams close; sessions end where no other company is left. The last administrator
// stays: somebody has to give rights (F68). A second run finds nobody.
func (s *Service) Leave(ctx context.Context, l Leaving) error {
	ctx = access.With(ctx, access.Actor{Kind: access.System, System: "login", UserID: l.ByUser, Name: l.ByName})
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `update company_users u set is_blocked = true where u.company_id = $1 and u.member_id = $2 and not u.is_blocked
			and (u.role <> 'admin' or exists (select from company_users o where o.company_id = $1 and o.role = 'admin' and not o.is_blocked and o.user_id <> u.user_id
				and o.member_id is distinct from $2)) returning u.user_id`, l.CompanyID, l.MemberID)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.gone(ctx, tx, l.CompanyID, id); err != nil {
				return err
			}
			if err := tellRights(ctx, tx, id); err != nil {
				return err
			}
			if err := audit.Change(ctx, tx, l.CompanyID, "user.block", object("user", id), map[string]bool{"blocked": false}, map[string]any{"blocked": true, "dismissed": true}); err != nil {
				return err
			}
		}
		return nil
	})
}
