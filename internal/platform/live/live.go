// Package live tells open screens that something changed: {topic, id} only, the
// screen fetches what it may see. Changes travel by NOTIFY after the commit of the
// transaction that made them, so nothing is told before.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"d24/internal/access"
	"d24/internal/platform/pg"
)

// Channel is the name of the NOTIFY channel.
const Channel = "d24_live"

// Session is the topic of an ended session or of rights that changed: ID is the
// user's, and his streams look again whether they may go on (within a second).
const Session = "session"

// Change is one fact for open screens. CompanyID 0 concerns our own staff only.
type Change struct {
	Topic     string `json:"topic"` // "ticket", "task", "call", "escalation", "figures", "operator", "alarm", "session", "staff"
	ID        int64  `json:"id"`
	CompanyID int64  `json:"company_id,omitempty"`
	// Facts narrow who hears of a ticket; without them people who see only their
	// own tickets are told that something changed, not what.
	Facts *access.Facts `json:"facts,omitempty"`
}

// All is the topic that has every screen fetch everything.
const All = "all"

// Tell announces the change when tx has committed. The end of a session is told by the
// commit itself: a right that is gone must not live on because a process was killed.
func Tell(ctx context.Context, tx *pg.Tx, c Change) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if c.Topic != Session {
		tx.Tell(Channel, string(b))
		return nil
	}
	if _, err := tx.Exec(ctx, "select pg_notify($1, $2)", Channel, string(b)); err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	return nil
}

// For returns what the actor may hear of c, and whether he hears it at all.
func (c Change) For(a access.Actor) (Change, bool) {
	told := Change{Topic: c.Topic, ID: c.ID}
	switch a.Kind {
	case access.System:
		return told, true
	case access.Operator:
		if a.OwnsDesk() && c.CompanyID == 0 {
			return Change{Topic: c.Topic}, c.Topic == "figures"
		}
		return told, c.CompanyID == 0 || slices.Contains(a.Companies, c.CompanyID)
	case access.Company:
		if c.CompanyID == 0 || c.CompanyID != a.CompanyID {
			return Change{}, false
		}
		if c.Facts != nil {
			return told, a.Scope().Allows(*c.Facts)
		}
		if !a.Scope().Allows(access.Facts{CompanyID: c.CompanyID}) { // a narrow view
			told.ID = 0
		}
		return told, true
	}
	return Change{}, false
}
