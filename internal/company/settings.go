package company

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Calling is the rules of a company's automation with their version.
type Calling struct {
	Settings
	Version int
}

// Calling tells a company's rules. fault.NotFound for one the actor has nothing to do with.
func (s *Service) Calling(ctx context.Context, companyID int64) (Calling, error) {
	if !access.From(ctx).Serves(companyID) {
		return Calling{}, fault.Missing("company")
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Calling, error) { return calling(ctx, tx, companyID, "") })
}

func calling(ctx context.Context, tx *pg.Tx, companyID int64, lock string) (c Calling, err error) {
	var raw []byte
	err = tx.QueryRow(ctx, `select settings, settings_version from companies where id = $1`+lock, companyID).Scan(&raw, &c.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Missing("company")
	}
	if err == nil {
		err = json.Unmarshal(raw, &c.Settings)
	}
	c.Settings = c.WithDefaults()
	return c, err
}

// SetCalling writes a company's rules. fault.Invalid "settings.wrong" names the wrong
// fields: also dials that do not fit into the time of a level even to one number (F33);
// fault.Conflict "settings.changed" when somebody was faster. The pace of training stays.
func (s *Service) SetCalling(ctx context.Context, companyID int64, c Calling) (Calling, error) {
	if !access.From(ctx).Serves(companyID) {
		return c, fault.Missing("company")
	}
	if err := c.check(); err != nil {
		return c, err
	}
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Calling, error) {
		was, err := calling(ctx, tx, companyID, " for update")
		if err != nil {
			return c, err
		}
		if was.Version != c.Version {
			return c, fault.New(fault.Conflict, "settings.changed", "Правила обзвона только что изменил другой: посмотрите, какие они теперь.")
		}
		c.Pace = was.Pace
		raw, err := json.Marshal(c.Settings)
		if err != nil {
			return c, err
		}
		c.Version++
		if _, err := tx.Exec(ctx, `update companies set settings = $2, settings_version = $3 where id = $1`, companyID, raw, c.Version); err != nil {
			return c, err
		}
		return c, audit.Change(ctx, tx, companyID, "company.change", "company:"+strconv.FormatInt(companyID, 10), was.Settings, c.Settings)
	})
}

func (c Calling) check() error {
	bad := fault.New(fault.Invalid, "settings.wrong", "Правила не сохранены: исправьте отмеченное.")
	between := func(at string, v, from, to int) {
		if v < from || v > to {
			bad = bad.At("body."+at, "от "+strconv.Itoa(from)+" до "+strconv.Itoa(to))
		}
	}
	between("step_min", c.StepMin, 1, 60)
	between("dials", c.Dials, 1, 10)
	between("ring_sec", c.RingSec, 15, 120)
	between("operator_within_sec", c.OperatorWithinSec, 10, 600)
	between("inquiry_min", c.InquiryMin, 10, 1440)
	between("supplier_min", c.SupplierMin, 10, 2880)
	between("callback_min", c.CallbackMin, 1, 10) // ПП 416 п. 13
	between("repeat_min", c.RepeatMin, 1, 60)
	for at, v := range map[string]string{"quiet_from": c.QuietFrom, "quiet_to": c.QuietTo, "work_from": c.WorkFrom, "work_to": c.WorkTo} {
		if _, err := time.Parse("15:04", v); err != nil {
			bad = bad.At("body."+at, "время в виде 08:00")
		}
	}
	for _, p := range c.CalleeFirst {
		if !slices.Contains(MayCalleeFirst, p) {
			bad = bad.At("body.callee_first", "для этих звонков первым звонит оператору")
		}
	}
	if len(bad.Fields) == 0 && c.WorkFrom >= c.WorkTo {
		bad = bad.At("body.work_to", "рабочий день кончается раньше, чем начинается")
	}
	if len(bad.Fields) == 0 && !c.Fits(1) {
		bad = bad.At("body.dials", "столько звонков не помещается во время уровня: меньше звонков или больше минут")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
