package telephony

import (
	"context"
	"errors"
	"fmt"
	"time"

	"d24/internal/platform/pg"
)

// Caps bound what one company may call (S9): a stolen login must not ring for a fortune.
type Caps struct {
	Concurrent int // orders that ring or talk at once
	Hourly     int // begun in any hour
	Minutes    int // on the line in any 24 hours
}

// ErrCapped is why a dial of a company over its bounds does not leave.
var ErrCapped = errors.New("the company has reached a bound of its calls")

// Capped tells of a company that has reached one.
type Capped func(ctx context.Context, tx *pg.Tx, companyID int64, text string) error

// within looks whether one more dial of the company is within its bounds; "" it is. Dials
// of one company are counted one after another, so that many at once cannot all be the last.
func (d *Desk) within(ctx context.Context, tx *pg.Tx, key string) (over string, company int64, err error) {
	if d.Caps == nil {
		return "", 0, nil
	}
	var again bool
	err = tx.QueryRow(ctx, `select coalesce(company_id, 0), invited_at is not null from call_orders where key = $1`, key).Scan(&company, &again)
	if err != nil || company == 0 || again { // the next trunk of the same dial
		return "", company, err
	}
	caps, err := d.Caps(ctx, tx, company)
	if err != nil {
		return "", company, err
	}
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtext('calls of a company'), $1::int)`, company); err != nil {
		return "", company, err
	}
	var now, hour int
	var seconds float64
	err = tx.QueryRow(ctx, `select count(*) filter (where state = 'claimed'), count(*) filter (where invited_at > $2),
		coalesce(sum(extract(epoch from coalesce(ended_at, $3::timestamptz) - invited_at)), 0) from call_orders where company_id = $1 and invited_at > $4`,
		company, tx.Now.Add(-time.Hour), tx.Now, tx.Now.Add(-24*time.Hour)).Scan(&now, &hour, &seconds)
	switch {
	case err != nil:
	case now >= caps.Concurrent:
		over = fmt.Sprintf("одновременно больше %d", caps.Concurrent)
	case hour >= caps.Hourly:
		over = fmt.Sprintf("за час больше %d", caps.Hourly)
	case int(seconds/60) >= caps.Minutes:
		over = fmt.Sprintf("за сутки больше %d минут", caps.Minutes)
	}
	return over, company, err
}
