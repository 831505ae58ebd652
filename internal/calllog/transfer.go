package calllog

import (
	"context"
	"encoding/json"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// transferred makes a transfer to a competent person that came about the result of a call that
// has none (C4); a colleague who takes the caller says what came of it himself.
func transferred(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	var t telephony.Transferred
	if err := json.Unmarshal(r.Data, &t); err != nil || t.State != telephony.TransferJoined || t.Operator != 0 {
		return err
	}
	_, err := tx.Exec(ctx, `update calls set disposition = 'transferred', disposition_note = $2 where id = $1 and coalesce(disposition, 'lost') = 'lost'`, c.id, t.Name)
	return err
}

// yields: these results are written by the system, or beside another; a person's later word
// takes their place.
func yields(disposition string) bool {
	switch disposition {
	case "lost", "transferred", "message":
		return true
	}
	return false
}
