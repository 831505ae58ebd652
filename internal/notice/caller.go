package notice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/building"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
)

// NewCaller is one more caller about a notice whom no call of ours brought (J10).
type NewCaller struct {
	BuildingID     int64
	Unit           string
	Phone          string // as people write it
	IdempotencyKey string
}

// Caller is a caller joined with a notice.
type Caller struct {
	N       int
	CallID  int64  // 0: written down in the journal
	Address string // of those of the journal
	Phone   string // E.164, of those of the journal
	By      string
	IsAfter bool // after the end: the trouble is still there
	At      time.Time
}

// JoinCaller joins a caller with a notice about his house, once for a key, and gives the
// number to tell him, of the same row of numbers as those of calls.
func (s *Service) JoinCaller(ctx context.Context, id int64, c NewCaller) (reference string, err error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (string, error) {
		n, err := s.joinable(ctx, tx, id)
		if err != nil {
			return "", err
		}
		if err := s.lives(ctx, tx, n, c.BuildingID); err != nil {
			return "", err
		}
		j := join{buildingID: c.BuildingID, unit: strings.TrimSpace(c.Unit), key: c.IdempotencyKey}
		if strings.TrimSpace(c.Phone) != "" {
			if j.phone, err = phone.Parse(c.Phone, ""); err != nil {
				return "", fault.New(fault.Invalid, "notice.join_phone", "Проверьте номер телефона.").At("body.caller_phone", "не похоже на номер")
			}
			if err := s.Contacts.Confirm(ctx, tx, n.CompanyID, c.BuildingID, j.unit, j.phone, "journal"); err != nil {
				return "", err
			}
		}
		return s.number(ctx, tx, n, j)
	})
}

// lives refuses a house that the notice is not about.
func (s *Service) lives(ctx context.Context, tx *pg.Tx, n Notice, house int64) error {
	no := fault.New(fault.Invalid, "notice.house", "Это оповещение не об этом доме.").At("body.building_id", "дом не из оповещения")
	b, err := s.Buildings.ByID(ctx, tx, house)
	if fault.KindOf(err) == fault.NotFound || err == nil && b.CompanyID != n.CompanyID {
		return no
	}
	if err != nil {
		return err
	}
	groups, err := s.Buildings.GroupsWith(ctx, tx, n.CompanyID, []int64{house})
	if err == nil && n.covers(house, groups) == nothing {
		return no
	}
	return err
}

// callers are those joined with a notice, newest first; who sees a part of the houses sees
// those of them, and the calls.
func (s *Service) callers(ctx context.Context, tx *pg.Tx, id int64) ([]Caller, error) {
	mine, all, err := s.Buildings.Places(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select c.n, coalesce(c.call_id, 0), coalesce(c.building_id, 0), c.unit, c.phone, c.by_name, c.is_after, c.at from notice_calls c
		where c.notice_id = $1 and ($2 or c.building_id is null or c.building_id = any($3)) order by c.n desc limit 200`, id, all, append([]int64{}, mine...))
	if err != nil {
		return nil, err
	}
	var houses []int64
	var of []int64
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c Caller, err error) {
		var house int64
		err = r.Scan(&c.N, &c.CallID, &house, &c.Address, &c.Phone, &c.By, &c.IsAfter, &c.At)
		of = append(of, house)
		if house != 0 && !slices.Contains(houses, house) {
			houses = append(houses, house)
		}
		return c, err
	})
	if err != nil {
		return nil, err
	}
	named, err := s.Buildings.Named(ctx, tx, houses)
	for i := range out {
		if of[i] != 0 {
			out[i].Address = building.InUnit(named[of[i]], out[i].Address)
		}
	}
	return out, err
}
