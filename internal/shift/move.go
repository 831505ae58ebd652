package shift

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"d24/internal/audit"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// byLead is the reason of a pause when the supervisor gives none.
const byLead = "старший смены"

// wishesKept is how long what an engine has taken stays to be looked at.
const wishesKept = 24 * time.Hour

// Move puts an operator who is at his place into another state within two seconds; a talk
// is ended first. fault.NotFound for one who serves none of the supervisor's companies,
// fault.Conflict for one who is not at his place.
func (s *Service) Move(ctx context.Context, userID int64, state, reason string) error {
	reason = strings.Join(strings.Fields(reason), " ")
	switch {
	case !slices.Contains([]string{"ready", "pause", "off"}, state):
		return fault.New(fault.Invalid, "operator.state", "Выберите, куда перевести оператора.").At("body.state", "такого нет")
	case len([]rune(reason)) > maxPauseName:
		return fault.New(fault.Invalid, "operator.reason", "Причина слишком длинная.").At("body.reason", "не длиннее 40 знаков")
	case reason == "" && state != "ready":
		reason = byLead
	}
	return pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		ours, err := s.People.ServesMine(ctx, tx, userID)
		if err != nil {
			return err
		}
		if !ours {
			return fault.Missing("operator")
		}
		floors, err := s.Phones.Floors(ctx, tx)
		if err != nil {
			return err
		}
		was, here := seatOf(floors, userID)
		if !here {
			return fault.New(fault.Conflict, "operator.away", "Оператора нет на месте: его пульт закрыт.")
		}
		if _, err := tx.Exec(ctx, `delete from seat_wishes where at < $1`, tx.Now.Add(-wishesKept)); err != nil { // the audit journal keeps who moved whom
			return err
		}
		if _, err := tx.Exec(ctx, `insert into seat_wishes (user_id, state, reason, by_name, at) values ($1, $2, $3, $4, $5)`, userID, state, reason, tx.Actor.Name, tx.Now); err != nil {
			return err
		}
		show := func(state, reason string) map[string]string {
			return map[string]string{"state": state, "reason": reason}
		}
		return audit.Change(ctx, tx, 0, "operator.move", fmt.Sprintf("user:%d", userID), show(was.State, was.Reason), show(state, reason))
	})
}

func seatOf(floors []telephony.Floor, userID int64) (telephony.FloorSeat, bool) {
	for _, f := range floors {
		for _, o := range f.Operators {
			if o.UserID == userID && o.State != "off" {
				return o, true
			}
		}
	}
	return telephony.FloorSeat{}, false
}
