// Package audit keeps who changed or read what; rows are never changed.
package audit

import (
	"context"
	"encoding/json"
	"time"

	"d24/internal/platform/pg"
)

// Write adds an entry about the transaction's actor, e.g. "recording.play" of
// "call:15". company is 0 for our own affairs.
func Write(ctx context.Context, tx *pg.Tx, company int64, action, object string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	a := tx.Actor
	_, err = tx.Exec(ctx, `insert into audit_entries (company_id, at, user_id, actor, action, object, data, source) values (nullif($1, 0), $2, nullif($3, 0), $4, $5, $6, $7, $8)`,
		company, tx.Now, a.UserID, a.Name, action, object, raw, a.Source)
	return err
}

// openedAgain is how long a thing that somebody has opened is not written down again: a
// screen fetches it anew at each change.
const openedAgain = 15 * time.Minute

// Opened adds an entry about personal data that a person looked at: "ticket.open" of
// "ticket:15". Parts of the program leave none.
func Opened(ctx context.Context, tx *pg.Tx, company int64, action, object string) error {
	a := tx.Actor
	if a.UserID == 0 {
		return nil
	}
	var lately bool
	err := tx.QueryRow(ctx, `select exists (select from audit_entries where company_id is not distinct from nullif($1, 0) and user_id = $2 and at > $3 and action = $4 and object = $5)`,
		company, a.UserID, tx.Now.Add(-openedAgain), action, object).Scan(&lately)
	if err != nil || lately {
		return err
	}
	return Write(ctx, tx, company, action, object, struct{}{})
}

// Once is Write of a fact that may be reported twice; key names it, and stands in the entry.
func Once(ctx context.Context, tx *pg.Tx, company int64, action, object, key string, data map[string]any) error {
	var told bool
	err := tx.QueryRow(ctx, `select exists (select from audit_entries where company_id is not distinct from nullif($1, 0) and action = $2 and object = $3 and data ->> 'key' = $4)`,
		company, action, object, key).Scan(&told)
	if err != nil || told {
		return err
	}
	data["key"] = key
	return Write(ctx, tx, company, action, object, data)
}

// change is what an entry about a change holds.
type change struct {
	Before any `json:"before"`
	After  any `json:"after"`
}

// Change adds an entry about a row of the settings that the transaction's actor
// changed: "building.change" of "building:15", as it was and as it is now. before is
// nil for a row that was made, after is nil for one that is gone (A3).
func Change(ctx context.Context, tx *pg.Tx, company int64, action, object string, before, after any) error {
	return Write(ctx, tx, company, action, object, change{before, after})
}
