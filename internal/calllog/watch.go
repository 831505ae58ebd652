package calllog

import (
	"context"
	"encoding/json"
	"fmt"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// watched writes into the audit journal that a supervisor takes part in a talk (A3).
func watched(ctx context.Context, tx *pg.Tx, c call, r telephony.Report) error {
	var w telephony.Watched
	if err := json.Unmarshal(r.Data, &w); err != nil || w.Mode == "" {
		return err // the end of his part is among the call's events
	}
	lead := access.Actor{Kind: access.System, System: "engine", UserID: r.Operator, Name: w.Name}
	return tx.As(ctx, lead, func(tx *pg.Tx) error {
		return audit.Write(ctx, tx, c.company, "call."+w.Mode, fmt.Sprintf("call:%d", c.id), struct{}{})
	})
}
