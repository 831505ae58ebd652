package ticket

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/jobs"
	"d24/internal/platform/pg"
	"d24/internal/where"
)

const (
	// talkTerm is how long what was written is new to those who have not read it.
	talkTerm = 30 * 24 * time.Hour
	// mostTalks is how many requests that were written about lately are looked through for unread
	// ones, and mostUnread how many of these a list has: the latest of them.
	mostTalks, mostUnread = 20_000, 2_000
)

// talk is how much was written about a request, and how much of it a person has seen.
type talk struct{ said, seen int }

func (k talk) unread() int { return max(0, k.said-k.seen) }

// talks are those of tickets as the actor has read them; of who is no person, none.
func talks(ctx context.Context, tx *pg.Tx, ids []int64) (map[int64]talk, error) {
	b, out := &pgx.Batch{}, map[int64]talk{}
	if talksIn(b, tx, ids, out); b.Len() == 0 {
		return out, nil
	}
	return out, tx.SendBatch(ctx, b).Close()
}

// talksIn is talks as a statement of a batch: out has them when the batch is over.
func talksIn(b *pgx.Batch, tx *pg.Tx, ids []int64, out map[int64]talk) {
	if tx.Actor.UserID == 0 || len(ids) == 0 {
		return
	}
	b.Queue(`select k.ticket_id, k.said, coalesce(r.seen, 0) from ticket_talks k left join ticket_reads r on r.ticket_id = k.ticket_id and r.user_id = $1
		where k.ticket_id = any($2) and k.last_at > $3`, tx.Actor.UserID, ids, tx.Now.Add(-talkTerm)).Query(func(rows pgx.Rows) error {
		var id int64
		var k talk
		_, err := pgx.ForEachRow(rows, []any{&id, &k.said, &k.seen}, func() error {
			out[id] = k
			return nil
		})
		return err
	})
}

// markEvents says which lines of a history the actor has not read: the last ones of others.
func markEvents(es []Event, k talk, userID int64) {
	left := k.unread()
	for i := len(es) - 1; i >= 0 && left > 0; i-- {
		if es[i].Kind == "comment" && es[i].ByUser != userID {
			es[i].IsUnread = true
			left--
		}
	}
}

// unread are the tickets of a list that have something the actor has not read, in its order:
// the latest of those written about lately. They are few beside all there are, so they are
// named and the list is not looked through for them.
func (s *Service) unread(ctx context.Context, tx *pg.Tx, f Filter) ([]int64, error) {
	var w where.Clause
	inner := "k.last_at > ?"
	args := []any{tx.Now.Add(-talkTerm)}
	if among := reach(tx.Actor, f.CompanyID); among != nil {
		inner += " and k.company_id = any(?)"
		args = append(args, among)
	}
	w.And("t.id in (select k.ticket_id from (select k.ticket_id, k.said from ticket_talks k where "+inner+" order by k.last_at desc limit "+strconv.Itoa(mostTalks)+`) k
		left join ticket_reads r on r.ticket_id = k.ticket_id and r.user_id = ? where k.said > coalesce(r.seen, 0))`, append(args, tx.Actor.UserID)...)
	scope, given := tx.Actor.Scope().Where("t")
	w.And(scope, given...)
	key, down := f.Order.key()
	rows, err := tx.Query(ctx, "select id from (select t.id, "+key+" as key from tickets t join ticket_talks k on k.ticket_id = t.id where "+w.String()+
		" order by k.last_at desc limit "+strconv.Itoa(mostUnread)+") t order by key"+down+", id"+down, unprepared(w.Args)...)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if ids == nil {
		ids = []int64{}
	}
	return ids, err
}

// Read marks as read by the actor what he was shown of a ticket's talk: said comments. What
// was written since is unread.
func (s *Service) Read(ctx context.Context, id int64, said int) error {
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		t, err := find(ctx, tx, "t.id = $1", id)
		if err != nil || tx.Actor.UserID == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `insert into ticket_reads (user_id, ticket_id, company_id, seen) select $1, k.ticket_id, k.company_id, least($3, k.said) from ticket_talks k where k.ticket_id = $2
			on conflict (user_id, ticket_id) do update set seen = greatest(ticket_reads.seen, excluded.seen)`, tx.Actor.UserID, t.ID, said)
		return err
	})
}

// ReadAll marks as read all that the actor has not read, of one company or with 0 of all he
// may see, and says of how many tickets. There may be more than a list has: then it is asked again.
func (s *Service) ReadAll(ctx context.Context, companyID int64) (n int, more bool, err error) {
	if companyID != 0 && !access.From(ctx).Serves(companyID) {
		return 0, false, fault.Missing("company")
	}
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		ids, err := s.unread(ctx, tx, Filter{CompanyID: companyID})
		if err != nil || tx.Actor.UserID == 0 {
			return err
		}
		n, more = len(ids), len(ids) == mostUnread
		_, err = tx.Exec(ctx, `insert into ticket_reads (user_id, ticket_id, company_id, seen) select $1, k.ticket_id, k.company_id, k.said from ticket_talks k where k.ticket_id = any($2)
			on conflict (user_id, ticket_id) do update set seen = greatest(ticket_reads.seen, excluded.seen)`, tx.Actor.UserID, ids)
		return err
	})
	return n, more, err
}

// Talk is the history of a ticket with what the actor has not read of it, and how much was
// said: what Read is given when he has seen it.
func (s *Service) Talk(ctx context.Context, id int64) (es []Event, said int, err error) {
	err = pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		of, err := talks(ctx, tx, []int64{id}) // first: what comes meanwhile stays unread
		if err != nil {
			return err
		}
		if es, err = events(ctx, tx, id); err != nil {
			return err
		}
		said = of[id].said
		markEvents(es, of[id], tx.Actor.UserID)
		return nil
	})
	return es, said, err
}

// ForgetTalks is the daily job that forgets what is new to nobody any more.
type ForgetTalks struct{}

// Kind names the job.
func (ForgetTalks) Kind() string { return "ticket.forget_talks" }

// InsertOpts: it can wait for everything else.
func (ForgetTalks) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: jobs.Slow} }

// ForgetTalksWorker does it.
type ForgetTalksWorker struct {
	river.WorkerDefaults[ForgetTalks]
	Tickets *Service
}

// Work forgets.
func (w *ForgetTalksWorker) Work(ctx context.Context, _ *river.Job[ForgetTalks]) error {
	return w.Tickets.ForgetTalks(access.AsSystem(ctx, "ticket"))
}

// ForgetTalksPeriodic is the job for River's clock.
func ForgetTalksPeriodic() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), func() (river.JobArgs, *river.InsertOpts) { return ForgetTalks{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// ForgetTalks deletes the talks nothing was written in for a month, and who has read them.
func (s *Service) ForgetTalks(ctx context.Context) error {
	const batch = 2000
	for n := int64(batch); n == batch; {
		err := pg.Do(ctx, s.db, func(tx *pg.Tx) error {
			tag, err := tx.Exec(ctx, `delete from ticket_talks where ticket_id in (select ticket_id from ticket_talks where last_at < $1 order by last_at limit $2 for update skip locked)`, tx.Now.Add(-talkTerm), batch)
			n = tag.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
