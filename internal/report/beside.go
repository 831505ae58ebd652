package report

import (
	"context"

	"d24/internal/platform/pg"
	"d24/internal/ticket"
)

// beside is what other modules know about a request. The report reads their tables itself:
// it asks about hundreds of requests at once, under the fence and the rights of its person.
type beside struct {
	registrar  string // who wrote it down
	result     string // what was said last about the work
	files      int
	recordings int
	confirmed  string // what the resident answered
	notice     string
	supplier   string // its number of the request
	works      []ticket.Work
}

const besidesAtOnce = 500

var answers = map[string]string{"done": "заявитель подтвердил", "not_done": "заявитель не подтвердил", "not_reached": "не дозвонились"}

func (s *Service) besides(ctx context.Context, ts []ticket.Ticket) (map[int64]beside, error) {
	out := make(map[int64]beside, len(ts))
	ids := make([]int64, len(ts))
	for i, t := range ts {
		ids[i] = t.ID
	}
	works, err := s.tickets.WorksOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	return out, pg.Do(ctx, s.db, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select t.id,
			coalesce((select e.by_name from ticket_events e where e.ticket_id = t.id and e.kind = 'created' order by e.id limit 1), ''),
			coalesce((select e.text from ticket_events e where e.ticket_id = t.id and e.kind = 'comment' order by e.id desc limit 1), ''),
			(select count(*) from attachments a where a.subject = 'ticket' and a.subject_id = t.id and a.deleted_at is null),
			(select count(distinct c.id) from calls c join recordings r on r.call_id = c.id where c.ticket_id = t.id),
			coalesce((select k.result from call_tasks k where k.ticket_id = t.id and k.purpose = 'feedback' and k.state = 'done' order by k.id desc limit 1), ''),
			coalesce((select 'оповещение № ' || n.number from notice_tickets x join notices n on n.id = x.notice_id where x.ticket_id = t.id order by n.id limit 1), ''),
			coalesce((select p.supplier_name || case when p.their_number = '' then '' else ' № ' || p.their_number end from supplier_tickets p where p.ticket_id = t.id), '')
			from unnest($1::bigint[]) t (id)`, ids)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var b beside
			var answer string
			if err := rows.Scan(&id, &b.registrar, &b.result, &b.files, &b.recordings, &answer, &b.notice, &b.supplier); err != nil {
				return err
			}
			b.confirmed, b.works = answers[answer], works[id]
			out[id] = b
		}
		return rows.Err()
	})
}
