package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

const columns = `t.id, t.company_id, c.name, t.number, t.kind, t.status, t.source, t.building_id, t.unit, t.entrance, t.floor, t.address, t.zone,
	t.reason_id, t.reason_name, coalesce(t.work_type_id, 0), t.description, t.answers, t.caller_phone, t.access_note,
	coalesce(t.executor_id, 0), coalesce(e.name, ''), coalesce(t.responsible_id, 0), coalesce(r.name, ''), t.postpone_reason, t.postponed_until,
	t.accept_by, t.localise_by, t.due_at, t.handed_over_at, t.accepted_at, t.done_at, t.closed_at, t.told_caller, t.created_at, t.version, t.limits, t.prices, t.executor_left_at, t.tag_ids, coalesce(t.supplier_id, 0), t.localised_at, t.moved_version`

const source = ` from tickets t join companies c on c.id = t.company_id left join members e on e.id = t.executor_id left join members r on r.id = t.responsible_id `

// rowColumns are the columns of a list: what it does not show is neither read nor sent.
var rowColumns = strings.NewReplacer("t.answers", "null", "t.access_note", "''", "t.told_caller", "''", "t.limits", "null", "t.prices", "null").Replace(columns)

// foundColumns are those of a list that tells by what its rows were found.
var foundColumns = strings.NewReplacer("t.access_note", "''", "t.told_caller", "''", "t.limits", "null", "t.prices", "null").Replace(columns)

func scan(row pgx.CollectableRow) (t Ticket, err error) {
	var answers, limits, prices []byte
	err = row.Scan(&t.ID, &t.CompanyID, &t.CompanyName, &t.Number, &t.Kind, &t.Status, &t.Source, &t.BuildingID, &t.Unit, &t.Entrance, &t.Floor, &t.Address, &t.Zone,
		&t.ReasonID, &t.ReasonName, &t.WorkTypeID, &t.Description, &answers, &t.CallerPhone, &t.AccessNote,
		&t.ExecutorID, &t.ExecutorName, &t.ResponsibleID, &t.ResponsibleName, &t.PostponeReason, &t.PostponedUntil,
		&t.AcceptBy, &t.LocaliseBy, &t.DueAt, &t.HandedOverAt, &t.AcceptedAt, &t.DoneAt, &t.ClosedAt, &t.ToldCaller, &t.CreatedAt, &t.Version, &limits, &prices, &t.ExecutorLeftAt, &t.TagIDs, &t.SupplierID, &t.LocalisedAt, &t.MovedVersion)
	if err == nil {
		err = errors.Join(read(answers, &t.Answers), read(limits, &t.Limits), read(prices, &t.Prices))
	}
	return t, err
}

// read reads a column of JSON, if it was asked for.
func read[T any](column []byte, to *[]T) error {
	if column == nil {
		return nil
	}
	return json.Unmarshal(column, to)
}

// find reads a ticket the actor may see; what he may not see does not exist.
func find(ctx context.Context, tx *pg.Tx, cond string, args ...any) (Ticket, error) {
	rows, err := tx.Query(ctx, "select "+columns+source+"where "+cond, args...)
	if err != nil {
		return Ticket{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !tx.Actor.Scope().Allows(t.Facts()) {
		return Ticket{}, fault.Missing("ticket")
	}
	return t, err
}

// ByID is Get inside a transaction.
func (s *Service) ByID(ctx context.Context, tx *pg.Tx, id int64) (Ticket, error) {
	return find(ctx, tx, "t.id = $1", id)
}

// Untaken are the emergencies of a time that nobody has taken, the oldest first.
func (s *Service) Untaken(ctx context.Context, tx *pg.Tx, from, to time.Time) ([]int64, error) {
	rows, err := tx.Query(ctx, `select id from tickets where status = 'new' and kind = 'emergency' and created_at >= $1 and created_at < $2 and updated_at < $2 order by created_at limit 1000`, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// lock reads a ticket that is about to change. It is locked before it is read: a
// row that was waited for is joined with the names it had before the wait.
func lock(ctx context.Context, tx *pg.Tx, id int64) (Ticket, error) {
	if _, err := tx.Exec(ctx, "select 1 from tickets where id = $1 for update", id); err != nil {
		return Ticket{}, err
	}
	return find(ctx, tx, "t.id = $1", id)
}

const saving = `update tickets set status = $2, executor_id = nullif($3, 0), responsible_id = nullif($4, 0), postpone_reason = $5, postponed_until = $6,
	handed_over_at = $7, accepted_at = $8, done_at = $9, closed_at = $10, updated_at = $11, version = $12, executor_left_at = $13, tag_ids = coalesce($14::bigint[], '{}') where id = $1`

// saved are the arguments of saving.
func saved(tx *pg.Tx, t Ticket) []any {
	return []any{t.ID, t.Status, t.ExecutorID, t.ResponsibleID, t.PostponeReason, t.PostponedUntil, t.HandedOverAt, t.AcceptedAt, t.DoneAt, t.ClosedAt, tx.Now, t.Version, t.ExecutorLeftAt, t.TagIDs}
}

func save(ctx context.Context, tx *pg.Tx, t Ticket) error {
	if _, err := tx.Exec(ctx, saving, saved(tx, t)...); err != nil {
		return err
	}
	return tell(ctx, tx, t)
}

func tell(ctx context.Context, tx *pg.Tx, t Ticket) error {
	f := t.Facts()
	return live.Tell(ctx, tx, live.Change{Topic: "ticket", ID: t.ID, CompanyID: t.CompanyID, Facts: &f})
}

// Event is one line of a ticket's history (J2).
type Event struct {
	ID            int64
	At            time.Time
	Kind          string // created, status, comment, executor, call, escalation, handover, file, edit
	ByUser        int64
	ByName        string
	Text          string
	Data          json.RawMessage
	CallID        int64
	IsForResident bool
	IsUnread      bool `db:"-"` // by the actor, where Talk reads it
}

// Log adds a line to a ticket's history under the transaction's actor.
func (s *Service) Log(ctx context.Context, tx *pg.Tx, t Ticket, e Event) error {
	if _, err := tx.Exec(ctx, logging, logged(tx, t, e)...); err != nil {
		return err
	}
	if e.Kind == "comment" {
		if err := indexComment(ctx, tx, t, e.Text); err != nil {
			return err
		}
		if u := tx.Actor.UserID; u != 0 {
			if err := s.jobs.Publish(ctx, tx, Commented{TicketID: t.ID, CompanyID: t.CompanyID, ByUser: u}); err != nil {
				return err
			}
		}
	}
	return tell(ctx, tx, t)
}

const logging = `insert into ticket_events (company_id, ticket_id, at, kind, by_user, by_system, by_name, text, data, call_id, is_for_resident)
	values ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8, $9, nullif($10, 0), $11)`

// logged are the arguments of logging.
func logged(tx *pg.Tx, t Ticket, e Event) []any {
	if e.Data == nil {
		e.Data = json.RawMessage("{}")
	}
	a := tx.Actor
	return []any{t.CompanyID, t.ID, tx.Now, e.Kind, a.UserID, a.System, a.Name, e.Text, e.Data, e.CallID, e.IsForResident}
}

// Events is the history of a ticket, oldest first.
func (s *Service) Events(ctx context.Context, id int64) ([]Event, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Event, error) { return events(ctx, tx, id) })
}

func events(ctx context.Context, tx *pg.Tx, id int64) ([]Event, error) {
	if _, err := find(ctx, tx, "t.id = $1", id); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select id, at, kind, coalesce(by_user, 0), by_name, text, data, coalesce(call_id, 0), is_for_resident from ticket_events where ticket_id = $1 order by id`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
}
