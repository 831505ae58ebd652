package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/fault"
	"d24/internal/phone"
	"d24/internal/platform/pg"
)

// Edit is a word of a ticket that a person corrects: what he saw there, and what is to be.
type Edit struct {
	Field string
	Was   string
	Now   string
}

// fields are those that may be corrected. What decides who executes and by when is changed by
// another reason (Resort), and the place is what it was.
var fields = map[string]struct {
	name string
	of   func(*Ticket) *string // nil: a number
	n    func(*Ticket) *int
	max  int // signs of a text, or the largest number
	min  int
}{
	"description":  {name: "со слов жителя", of: func(t *Ticket) *string { return &t.Description }, max: 4000},
	"access_note":  {name: "доступ", of: func(t *Ticket) *string { return &t.AccessNote }, max: 500},
	"caller_phone": {name: "телефон", of: func(t *Ticket) *string { return &t.CallerPhone }, max: 40},
	"entrance":     {name: "подъезд", n: func(t *Ticket) *int { return &t.Entrance }, max: 100},
	"floor":        {name: "этаж", n: func(t *Ticket) *int { return &t.Floor }, max: 200, min: -5},
}

// MayEdit reports whether the actor may correct what was written down of a ticket.
func (t Ticket) MayEdit(a access.Actor) bool { return a.Can(access.TicketCreate) }

func (t *Ticket) field(name string) string {
	f := fields[name]
	if f.of != nil {
		return *f.of(t)
	}
	if n := *f.n(t); n != 0 {
		return strconv.Itoa(n)
	}
	return ""
}

func (t *Ticket) setField(name, value string) error {
	f := fields[name]
	bad := func(why string) error {
		return fault.New(fault.Invalid, "ticket.edit", "Так записать нельзя.").At("body."+name, why)
	}
	switch {
	case f.of != nil && utf8.RuneCountInString(value) > f.max:
		return bad(fmt.Sprintf("не больше %d знаков", f.max))
	case f.of != nil:
		*f.of(t) = value
		return nil
	case value == "":
		*f.n(t) = 0
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < f.min || n > f.max {
		return bad(fmt.Sprintf("целое число от %d до %d", f.min, f.max))
	}
	*f.n(t) = n
	return nil
}

// given is the value as the ticket keeps it.
func (e Edit) given(value string) (string, error) {
	value = strings.TrimSpace(value)
	if e.Field != "caller_phone" || value == "" {
		return value, nil
	}
	out := phone.Caller(value)
	if !strings.HasPrefix(out, "+") {
		return "", fault.New(fault.Invalid, "ticket.edit", "Так записать нельзя.").At("body."+e.Field, "это не похоже на номер: 8 (343) 123-45-67")
	}
	return out, nil
}

// Edit corrects words of a ticket. What others have changed meanwhile stays when it is another
// field; of the same field fault.Conflict "ticket.edited" says who was first and what he wrote,
// and nothing of these edits is kept: the person has them and decides (F70).
func (s *Service) Edit(ctx context.Context, id int64, edits []Edit) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		switch {
		case err != nil:
			return t, err
		case !t.MayEdit(tx.Actor):
			return t, fault.New(fault.Forbidden, "ticket.edit_forbidden", "Исправлять заявку вам нельзя.")
		}
		said, names, done, err := s.edited(ctx, tx, &t, edits)
		if err != nil || len(names) == 0 {
			return t, err
		}
		t.Version++
		if _, err := tx.Exec(ctx, `update tickets set description = $2, access_note = $3, caller_phone = $4, entrance = $5, floor = $6, updated_at = $7, version = $8 where id = $1`,
			t.ID, t.Description, t.AccessNote, t.CallerPhone, t.Entrance, t.Floor, tx.Now, t.Version); err != nil {
			return t, err
		}
		words, err := comments(ctx, tx, []int64{t.ID})
		if err != nil {
			return t, err
		}
		if err := index(ctx, tx, keep+"update set doc = excluded.doc, body = excluded.body", Index(t, words[t.ID]...)); err != nil {
			return t, err
		}
		data, err := json.Marshal(map[string][]string{"fields": done})
		if err != nil {
			return t, err
		}
		text := "Исправлено: " + strings.Join(names, ", ")
		if len(said) > 0 {
			text += ". Было: " + strings.Join(said, "; ")
		}
		return t, s.Log(ctx, tx, t, Event{Kind: "edit", Text: text, Data: data})
	})
}

// edited puts edits into a locked ticket: what was there before, the names of what has changed,
// and its fields.
func (s *Service) edited(ctx context.Context, tx *pg.Tx, t *Ticket, edits []Edit) (said, names, done []string, err error) {
	conflict := fault.New(fault.Conflict, "ticket.edited", "Пока вы писали, эту заявку исправили. Ваш текст цел: посмотрите, что написано теперь, и решите.")
	for _, e := range edits {
		if e.Field == "caller_phone" && !tx.Actor.Can(access.ContactRead) {
			return nil, nil, nil, fault.New(fault.Forbidden, "ticket.edit_forbidden", "Телефон вам менять нельзя.").At("body.caller_phone", "вам нельзя")
		}
		now, err := e.given(e.Now)
		if err != nil {
			return nil, nil, nil, err
		}
		is, probe := t.field(e.Field), *t
		if err := probe.setField(e.Field, now); err != nil {
			return nil, nil, nil, err
		}
		switch {
		case now == is:
			continue
		case strings.TrimSpace(e.Was) != is:
			who, err := editedBy(ctx, tx, *t, e.Field)
			if err != nil {
				return nil, nil, nil, err
			}
			conflict = conflict.At("body."+e.Field, who)
			continue
		}
		if err := t.setField(e.Field, now); err != nil {
			return nil, nil, nil, err
		}
		names, done = append(names, fields[e.Field].name), append(done, e.Field)
		if is != "" && e.Field != "caller_phone" { // a number is not for everybody who reads a history
			said = append(said, "«"+is+"»")
		}
	}
	if len(conflict.Fields) > 0 {
		return nil, nil, nil, conflict
	}
	return said, names, done, nil
}

// editedBy says who changed a field last, and when.
func editedBy(ctx context.Context, tx *pg.Tx, t Ticket, field string) (string, error) {
	var by string
	var at time.Time
	err := tx.QueryRow(ctx, `select by_name, at from ticket_events where ticket_id = $1 and kind = 'edit' and data -> 'fields' ? $2 order by id desc limit 1`, t.ID, field).Scan(&by, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return "уже изменено", nil
	}
	return fmt.Sprintf("%s успел раньше, %s", by, at.In(company.Location(t.Zone)).Format("02.01 в 15:04")), err
}

// IsField reports whether it may be corrected.
func IsField(name string) bool { _, ok := fields[name]; return ok }

// movedSince reports whether what a move depends on has changed since a version was seen: a
// word that somebody has corrected, or a label, is no reason to refuse it (F70).
func (t Ticket) movedSince(version int) bool {
	return version != t.Version && (t.MovedVersion == 0 || version > t.Version || version < min(t.MovedVersion, t.Version))
}

// changedBy is changed with who was first, and what he did.
func changedBy(ctx context.Context, tx *pg.Tx, t Ticket) error {
	var by, text string
	err := tx.QueryRow(ctx, `select by_name, text from ticket_events where ticket_id = $1 and kind = any($2) order by id desc limit 1`, t.ID, movingKinds).Scan(&by, &text)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && by == "" {
		return changed(t)
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "ticket.changed", "Первым заявку № %d изменил %s: «%s». Посмотрите, что нового, и повторите.", t.Number, by, text)
}

// movingKinds are lines of history of what a move depends on.
var movingKinds = []string{"status", "executor", "handover", "escalation"}
