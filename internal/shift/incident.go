package shift

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/calllog"
	"d24/internal/fault"
	"d24/internal/platform/live"
	"d24/internal/platform/pg"
)

// Kind is why an incident is to be looked into.
type Kind string

// The kinds of incidents.
const (
	LateAnswer Kind = "late_answer" // the law's five minutes are over (ПП 416 п. 13)
	Message    Kind = "message"     // spoken by a caller without a number: nobody calls him back
)

// Incident is what a supervisor has to look into, with its call.
type Incident struct {
	ID       int64
	Kind     Kind
	At       time.Time
	LookedAt *time.Time
	LookedBy string
	Note     string
	Call     calllog.Entry
}

// Until is when the caller's wait ended; nil: he waits still.
func (i Incident) Until() *time.Time {
	if i.Call.JoinedAt != nil {
		return i.Call.JoinedAt
	}
	return i.Call.EndedAt
}

// Note writes an incident down; of one call and kind once.
func (s *Service) Note(ctx context.Context, tx *pg.Tx, k Kind, companyID, callID int64, at time.Time) error {
	tag, err := tx.Exec(ctx, `insert into incidents (company_id, kind, call_id, at) values (nullif($1, 0), $2, $3, $4) on conflict (kind, call_id) do nothing`, companyID, k, callID, at)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return live.Tell(ctx, tx, live.Change{Topic: "incident", CompanyID: companyID})
}

// incidentsShown is the most a list holds.
const incidentsShown = 200

// Incidents are those to be looked into, the oldest first, or those somebody has looked
// into, the latest first.
func (s *Service) Incidents(ctx context.Context, looked bool) ([]Incident, error) {
	cond := "looked_at is null order by at, id"
	if looked {
		cond = "looked_at is not null order by looked_at desc, id desc"
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) ([]Incident, error) { return s.incidents(ctx, tx, cond+" limit $1", incidentsShown) })
}

func (s *Service) incidents(ctx context.Context, tx *pg.Tx, cond string, arg any) ([]Incident, error) {
	rows, err := tx.Query(ctx, "select id, kind, at, looked_at, looked_by, note, call_id from incidents where "+cond, arg)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (i Incident, err error) {
		return i, r.Scan(&i.ID, &i.Kind, &i.At, &i.LookedAt, &i.LookedBy, &i.Note, &i.Call.ID)
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	ids := make([]int64, len(out))
	for n, i := range out {
		ids[n] = i.Call.ID
	}
	calls, err := s.calls.ByIDs(ctx, tx, ids)
	for n := range out {
		if c, found := calls[out[n].Call.ID]; found {
			out[n].Call = c
		}
	}
	return out, err
}

// Look says that the actor has looked into an incident and what he found; fault.Conflict
// when somebody has already.
func (s *Service) Look(ctx context.Context, id int64, note string) (Incident, error) {
	note = strings.TrimSpace(note)
	if note == "" {
		return Incident{}, fault.New(fault.Invalid, "incident.note", "Напишите, что выяснили.").At("body.note", "не заполнено")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (i Incident, err error) {
		var by string
		var company int64
		err = tx.QueryRow(ctx, `select looked_by, coalesce(company_id, 0) from incidents where id = $1 for update`, id).Scan(&by, &company)
		if errors.Is(err, pgx.ErrNoRows) {
			return i, fault.Missing("incident")
		}
		if err != nil {
			return i, err
		}
		if by != "" {
			return i, fault.New(fault.Conflict, "incident.looked", "Этим уже занимался %s.", by)
		}
		if _, err := tx.Exec(ctx, `update incidents set looked_at = $2, looked_by = $3, note = $4 where id = $1`, id, tx.Now, tx.Actor.Name, note); err != nil {
			return i, err
		}
		if err := live.Tell(ctx, tx, live.Change{Topic: "incident", CompanyID: company}); err != nil {
			return i, err
		}
		is, err := s.incidents(ctx, tx, "id = $1", id)
		if err != nil || len(is) == 0 {
			return i, err
		}
		return is[0], nil
	})
}
