package ticket

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
	"d24/internal/tag"
)

// maxLabels is how many labels one request may have; more are no labels.
const maxLabels = 20

// label names the labels of tickets.
func (s *Service) label(ctx context.Context, tx *pg.Tx, ts []Ticket) error {
	names, err := s.tags.Labels(ctx, tx, tagIDs(ts))
	nameTags(ts, names)
	return err
}

func tagIDs(ts []Ticket) (ids []int64) {
	for _, t := range ts {
		ids = append(ids, t.TagIDs...)
	}
	return ids
}

func nameTags(ts []Ticket, names map[int64]tag.Tag) {
	for i := range ts {
		t := &ts[i]
		for _, id := range t.TagIDs {
			if l, ok := names[id]; ok {
				t.Tags = append(t.Tags, l)
			}
		}
	}
}

// mark says of the tickets of a page what stands beside them: their labels by name, and how
// many comments the actor has not read.
func (s *Service) mark(ctx context.Context, tx *pg.Tx, ts []Ticket) error {
	b := &pgx.Batch{}
	names, of := map[int64]tag.Tag{}, map[int64]talk{}
	talksIn(b, tx, idsOf(ts), of)
	s.tags.LabelsIn(b, tagIDs(ts), names)
	if b.Len() == 0 {
		return nil
	}
	err := tx.SendBatch(ctx, b).Close()
	nameTags(ts, names)
	for i := range ts {
		ts[i].Unread = of[ts[i].ID].unread()
	}
	return err
}

func idsOf(ts []Ticket) []int64 {
	ids := make([]int64, 0, len(ts))
	for _, t := range ts {
		ids = append(ids, t.ID)
	}
	return ids
}

func (s *Service) labelled(ctx context.Context, tx *pg.Tx, t Ticket) (Ticket, error) {
	one := []Ticket{t}
	one[0].Tags = nil
	err := s.label(ctx, tx, one)
	return one[0], err
}

// Labelled is a ticket with the names of its labels and what the actor has not read of it.
func (s *Service) Labelled(ctx context.Context, t Ticket) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		of, err := talks(ctx, tx, []int64{t.ID})
		t.Unread = of[t.ID].unread()
		if err != nil || len(t.TagIDs) == 0 {
			return t, err
		}
		return s.labelled(ctx, tx, t)
	})
}

// MayLabel reports whether the actor may put labels on tickets.
func MayLabel(a access.Actor) bool { return a.Can(access.TicketMove) }

// SetLabels puts labels on a ticket and takes others off (J5). fault.Invalid "ticket.label"
// for a label that is not of its company or is archived, and for too many.
// What others have put or taken off meanwhile stays (F70).
func (s *Service) SetLabels(ctx context.Context, id int64, put, off []int64) (Ticket, error) {
	return pg.InTx(ctx, s.db, func(tx *pg.Tx) (Ticket, error) {
		t, err := lock(ctx, tx, id)
		if err != nil {
			return t, err
		}
		_, err = s.relabel(ctx, tx, &t, put, off)
		return t, err
	})
}

// labelNames are the labels that may be put on a company's tickets, and those taken off.
type labelNames struct{ put, off map[int64]string }

func (s *Service) labelNames(ctx context.Context, tx *pg.Tx, companyID int64, off []int64) (n labelNames, err error) {
	offered, err := s.tags.Offered(ctx, tx, companyID)
	if err != nil {
		return n, err
	}
	gone, err := s.tags.Labels(ctx, tx, off) // an archived one may be taken off
	n = labelNames{map[int64]string{}, map[int64]string{}}
	for _, o := range offered {
		n.put[o.ID] = o.Name
	}
	for id, l := range gone {
		n.off[id] = l.Name
	}
	return n, err
}

// relabel changes the labels of a locked ticket; done is false when they are so already.
func (s *Service) relabel(ctx context.Context, tx *pg.Tx, t *Ticket, put, off []int64) (done bool, err error) {
	names, err := s.labelNames(ctx, tx, t.CompanyID, off)
	if err != nil {
		return false, err
	}
	d, err := t.relabelled(tx.Actor, names, put, off)
	if err != nil || len(d.events) == 0 {
		return false, err
	}
	*t = d.ticket
	return true, s.perform(ctx, tx, d)
}

// relabelled is what a change of labels writes: nothing when they are so already.
func (t Ticket) relabelled(a access.Actor, names labelNames, put, off []int64) (d deed, err error) {
	if !MayLabel(a) {
		return d, fault.New(fault.Forbidden, "ticket.label_forbidden", "Менять метки вам нельзя.")
	}
	var said []string
	next := slices.Clone(t.TagIDs)
	for _, id := range put {
		name, ok := names.put[id]
		switch {
		case !ok:
			return d, fault.New(fault.Invalid, "ticket.label", "Такой метки у компании нет: она в архиве или чужая.").At("body.put", "выберите метку из списка")
		case !slices.Contains(next, id):
			next, said = append(next, id), append(said, "+ "+name)
		}
	}
	if len(next) > maxLabels {
		return d, fault.New(fault.Invalid, "ticket.labels", "На заявке может быть не больше %d меток.", maxLabels).At("body.put", "уберите лишние")
	}
	for _, id := range off {
		if i := slices.Index(next, id); i >= 0 {
			next, said = slices.Delete(next, i, i+1), append(said, "− "+names.off[id])
		}
	}
	if len(said) == 0 {
		return d, nil
	}
	t.TagIDs = next
	t.Version++
	return deed{ticket: t, events: []Event{{Kind: "label", Text: "Метки: " + strings.Join(said, ", ")}}}, nil
}

// Choices are what a company's list may be narrowed by and its requests given to.
type Choices struct {
	Tags        []tag.Tag
	Executors   []Named // any of the staff
	Responsible []Named // the preset list: who is named responsible by a duty or by a rule
	Reasons     []Named
	Groups      []Named
}

// Named is a thing of a directory.
type Named struct {
	ID   int64
	Name string
}

// Choices of a company; fault.NotFound for one the actor has nothing to do with.
func (s *Service) Choices(ctx context.Context, companyID int64) (c Choices, err error) {
	reasons, err := s.reasons.List(ctx, companyID)
	if err != nil {
		return c, err
	}
	for _, r := range reasons {
		c.Reasons = append(c.Reasons, Named{r.ID, r.Name})
	}
	groups, err := s.buildings.Groups(ctx, companyID)
	if err != nil {
		return c, err
	}
	for _, g := range groups {
		if len(g.Buildings) > 0 {
			c.Groups = append(c.Groups, Named{g.ID, g.Name})
		}
	}
	return c, pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		people, err := s.staff.NamesIn(ctx, tx, companyID)
		if err != nil {
			return err
		}
		preset, err := s.preset(ctx, tx, companyID)
		if err != nil {
			return err
		}
		for _, p := range people {
			c.Executors = append(c.Executors, Named(p))
			if slices.Contains(preset, p.ID) {
				c.Responsible = append(c.Responsible, Named(p))
			}
		}
		c.Tags, err = s.tags.Offered(ctx, tx, companyID)
		return err
	})
}

// preset are the people of a company who may be made responsible.
func (s *Service) preset(ctx context.Context, tx *pg.Tx, companyID int64) ([]int64, error) {
	by, err := s.staff.Responsibles(ctx, tx, companyID)
	if err != nil {
		return nil, err
	}
	ruled, err := s.rules.Responsibles(ctx, tx, companyID)
	return append(by, ruled...), err
}
