// Package errand is background work that a person starts and watches: changes of many
// requests, exports. It goes on after a kill where it stopped, can be stopped and resumed,
// and says at every moment how far it is.
package errand

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/jobs"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// State is where an errand is. There is no state in which nobody knows what was done.
type State string

// The states.
const (
	Waiting  State = "waiting"  // в очереди
	Running  State = "running"  // выполняется
	Stopping State = "stopping" // останавливается
	Stopped  State = "stopped"  // остановлено: может быть продолжено
	Done     State = "done"     // закончено
)

// Errand is a piece of work.
type Errand struct {
	ID          int64
	CompanyID   int64
	UserID      int64
	UserName    string
	Kind        string
	Title       string
	Query       string
	Spec        json.RawMessage
	Total       int
	Done        int
	Refused     int
	Cursor      int64
	State       State
	Note        string
	Failures    int
	ResultKey   string
	ResultName  string
	ResultKind  string
	ResultBytes int64
	ExpiresAt   *time.Time
	CreatedAt   time.Time
	StartedAt   *time.Time
	MovedAt     time.Time
	FinishedAt  *time.Time
	TokenID     int64 // of the API's token it was started by, 0: by the person himself
}

// HasResult reports whether there is a file to be taken at a moment.
func (e Errand) HasResult(now time.Time) bool {
	return e.ResultKey != "" && e.ExpiresAt != nil && now.Before(*e.ExpiresAt)
}

// Alive reports whether it is in hand.
func (e Errand) Alive() bool { return e.State == Waiting || e.State == Running || e.State == Stopping }

// Item is one thing an errand goes through.
type Item struct {
	SubjectID int64
	Number    int64
	Version   int    // as it was when the errand was started
	Why       string // set by the work: refused, and why; "": changed
}

// Work is how errands of a kind are done: One of Batch and Make.
type Work struct {
	// Batch deals with some items in tx, under the rights that the person has now, and sets
	// Why of those it refuses. What it changes and the outcome of the items commit together.
	Batch func(ctx context.Context, tx *pg.Tx, e Errand, items []Item) error
	// Make writes the errand's file, under the rights that the person has now; it is begun
	// anew after a kill. tell reports how far it is and fails when it is to stop.
	Make func(ctx context.Context, e Errand, w io.Writer, tell func(done, total int) error) error
}

// Actors tells what a person may do now; accounts supply it.
type Actors interface {
	// ActorOf is the person in a company as he is now; fault.Login when he may not come in.
	ActorOf(ctx context.Context, userID, companyID int64) (access.Actor, error)
	// TokenActor is a program with its token as it is now; fault.Login when it is let in no more.
	TokenActor(ctx context.Context, tokenID int64) (access.Actor, error)
}

// Service is the use cases of errands.
type Service struct {
	db     *pg.DB
	jobs   *jobs.Queue
	store  blob.Store
	actors Actors
	works  map[string]Work
}

// NewService returns the service; results lie in store.
func NewService(db *pg.DB, q *jobs.Queue, store blob.Store, actors Actors) *Service {
	return &Service{db: db, jobs: q, store: store, actors: actors, works: map[string]Work{}}
}

// Handle names who does errands of a kind.
func (s *Service) Handle(kind string, w Work) { s.works[kind] = w }

// New is an errand to be started.
type New struct {
	CompanyID   int64
	Kind        string
	Title       string
	Query       string
	Spec        any
	Quota       string // one at a time of the company's; "": any number
	ResultName  string // of the file it will make
	ResultKind  string
	Items       []Item // what it goes through, by SubjectID
	Total       int    // how many there are when there are no items
	AuditAction string // "ticket.mass_change"
	AuditData   any
}

// Start keeps an errand of the actor and has it begun, in tx. fault.Conflict
// "errand.busy" when one of its quota is in hand.
func (s *Service) Start(ctx context.Context, tx *pg.Tx, n New) (e Errand, err error) {
	spec, err := json.Marshal(n.Spec)
	if err != nil {
		return e, err
	}
	e, err = one(tx.Query(ctx, `insert into errands (company_id, user_id, user_name, kind, title, query, spec, quota, total, result_name, result_kind, created_at, moved_at, token_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13) returning `+columns,
		n.CompanyID, tx.Actor.UserID, tx.Actor.Name, n.Kind, n.Title, n.Query, spec, n.Quota, max(n.Total, len(n.Items)), n.ResultName, n.ResultKind, tx.Now, tx.Actor.TokenID))
	if err != nil {
		return e, busy(err)
	}
	if err := freeze(ctx, tx, e, n.Items); err != nil {
		return e, err
	}
	if err := audit.Write(ctx, tx, e.CompanyID, n.AuditAction, object(e), n.AuditData); err != nil {
		return e, err
	}
	return e, errors.Join(s.jobs.At(ctx, tx, tx.Now, Run{ErrandID: e.ID}), tell(ctx, tx, e))
}

func busy(err error) error {
	var p *pgconn.PgError
	if errors.As(err, &p) && p.ConstraintName == "errands_quota" {
		return fault.New(fault.Conflict, "errand.busy", "Такое задание уже выполняется. Дождитесь его конца или остановите его в «Заданиях».")
	}
	return err
}

func freeze(ctx context.Context, tx *pg.Tx, e Errand, items []Item) error {
	ids, numbers, versions := make([]int64, len(items)), make([]int64, len(items)), make([]int, len(items))
	for i, x := range items {
		ids[i], numbers[i], versions[i] = x.SubjectID, x.Number, x.Version
	}
	_, err := tx.Exec(ctx, `insert into errand_items (errand_id, company_id, subject_id, number, version) select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::int[])`,
		e.ID, e.CompanyID, ids, numbers, versions)
	return err
}

const columns = `id, company_id, user_id, user_name, kind, title, query, spec, total, done, refused, cursor, state, note, failures,
	result_key, result_name, result_kind, result_bytes, expires_at, created_at, started_at, moved_at, finished_at, token_id`

func one(rows pgx.Rows, err error) (Errand, error) {
	if err != nil {
		return Errand{}, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Errand])
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fault.Missing("errand")
	}
	return e, err
}

func tell(ctx context.Context, tx *pg.Tx, e Errand) error {
	return live.Tell(ctx, tx, live.Change{Topic: "errand", ID: e.ID, CompanyID: e.CompanyID})
}

// shown is how many of his errands a person sees.
const shown = 100

// Mine are the actor's own errands, the newest first: a program sees those it started, its
// person those he did.
func (s *Service) Mine(ctx context.Context) ([]Errand, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Errand, error) {
		rows, err := tx.Query(ctx, "select "+columns+" from errands where user_id = $1 and token_id = $2 order by id desc limit $3", tx.Actor.UserID, tx.Actor.TokenID, shown)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Errand])
	})
}

// own reads an errand of the actor's; another's does not exist.
func own(ctx context.Context, tx *pg.Tx, id int64, lock string) (Errand, error) {
	return one(tx.Query(ctx, "select "+columns+" from errands where id = $1 and user_id = $2 and token_id = $3 "+lock, id, tx.Actor.UserID, tx.Actor.TokenID))
}

// Get is one of the actor's own.
func (s *Service) Get(ctx context.Context, id int64) (Errand, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Errand, error) { return own(ctx, tx, id, "") })
}

// Stop ends an errand after what it has in hand; what is done stays done. fault.Conflict
// "errand.over" for one that is over.
func (s *Service) Stop(ctx context.Context, id int64) (Errand, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Errand, error) {
		e, err := own(ctx, tx, id, "for update")
		switch {
		case err != nil:
			return e, err
		case e.State == Done:
			return e, fault.New(fault.Conflict, "errand.over", "Задание уже закончено: останавливать нечего.")
		case e.State == Stopped || e.State == Stopping:
			return e, nil
		case e.State == Waiting: // nobody has it in hand
			e.State, e.Note = Stopped, "Остановлено до начала."
		default:
			e.State = Stopping
		}
		if err := save(ctx, tx, e); err != nil {
			return e, err
		}
		return e, audit.Write(ctx, tx, e.CompanyID, "errand.stop", object(e), progress(e))
	})
}

// Resume goes on with an errand that stopped. fault.Conflict "errand.not_stopped" for another.
func (s *Service) Resume(ctx context.Context, id int64) (Errand, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Errand, error) {
		e, err := own(ctx, tx, id, "for update")
		if err != nil {
			return e, err
		}
		if e.State != Stopped {
			return e, fault.New(fault.Conflict, "errand.not_stopped", "Продолжить можно только остановленное задание.")
		}
		e.State, e.Note, e.Failures, e.MovedAt = Waiting, "", 0, tx.Now
		if err := save(ctx, tx, e); err != nil {
			return e, busy(err)
		}
		if err := s.jobs.At(ctx, tx, tx.Now, Run{ErrandID: e.ID}); err != nil {
			return e, err
		}
		return e, audit.Write(ctx, tx, e.CompanyID, "errand.resume", object(e), progress(e))
	})
}

// Open reads the file an errand made; fault.NotFound "errand.no_result" when there is none
// (any more). That it was taken is written down: it holds addresses and phones (A3).
func (s *Service) Open(ctx context.Context, id int64) (e Errand, r io.ReadSeekCloser, err error) {
	e, err = pg.InTx(ctx, s.db, func(tx *pg.Tx) (Errand, error) {
		e, err := own(ctx, tx, id, "")
		if err != nil {
			return e, err
		}
		if !e.HasResult(tx.Now) {
			return e, fault.New(fault.NotFound, "errand.no_result", "Файла нет: задание не закончено или срок хранения вышел. Сделайте выгрузку заново.")
		}
		return e, audit.Opened(ctx, tx, e.CompanyID, "errand.result", object(e))
	})
	if err == nil {
		r, err = s.store.Open(ctx, e.ResultKey)
	}
	return e, r, err
}

// Outcome is what became of one thing.
type Outcome struct {
	Number  int64
	Outcome string // "": not yet; changed, refused
	Why     string
}

// Outcomes tells one by one what became of the things of an errand of the actor's, those
// refused first, from the place where the last page ended.
func (s *Service) Outcomes(ctx context.Context, id int64, onlyRefused bool, after int64, limit int) ([]Outcome, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Outcome, error) {
		if _, err := own(ctx, tx, id, ""); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `select number, outcome, why from errand_items where errand_id = $1 and number > $2 and (not $3 or outcome = 'refused') order by number limit $4`, id, after, onlyRefused, limit)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowToStructByPos[Outcome])
	})
}
