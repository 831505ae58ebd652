// Package live tells open screens that something changed: {topic, id} only, the
// screen fetches what it may see. Changes travel by NOTIFY in the transaction
// that made them, so nothing is told before commit.
package live

import (
	"context"
	"encoding/json"
	"fmt"

	"d24/internal/platform/pg"
)

// Channel is the name of the NOTIFY channel.
const Channel = "d24_live"

// Change is one fact for open screens. CompanyID 0 concerns our own staff only.
type Change struct {
	Topic     string `json:"topic"` // "ticket", "task", "call", "escalation", "figures", "operator", "session"
	ID        int64  `json:"id"`
	CompanyID int64  `json:"company_id"`
}

// Tell announces the change when tx commits.
func Tell(ctx context.Context, tx *pg.Tx, c Change) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "select pg_notify($1, $2)", Channel, string(b)); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}
