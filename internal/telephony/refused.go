package telephony

import (
	"context"
	"encoding/json"

	"d24/internal/platform/pg"
)

func (d *Desk) refused(ctx context.Context, tx *pg.Tx, r Report) error {
	var x PhoneRefused
	if err := json.Unmarshal(r.Data, &x); err != nil || d.Refused == nil {
		return err
	}
	return d.Refused(ctx, tx, x)
}
