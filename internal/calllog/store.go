package calllog

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// Store writes reports in their order; fresh says of each whether it was new. The engine
// numbers its reports per call and may send one twice; the first counts. In a surge dozens
// come at once: what can be asked or written for all of them is one statement.
func (s *Service) Store(ctx context.Context, tx *pg.Tx, rs ...telephony.Report) (fresh []bool, err error) {
	keys := make([]string, len(rs))
	for i, r := range rs {
		keys[i] = r.CallKey
	}
	calls, err := find(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if calls[r.CallKey] != nil {
			continue
		}
		c, err := start(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		calls[r.CallKey] = &c
	}
	if fresh, err = note(ctx, tx, calls, rs); err != nil {
		return nil, err
	}
	var simple pgx.Batch // not sent yet
	for i, r := range rs {
		if !fresh[i] {
			continue
		}
		c := calls[r.CallKey]
		if set, value := simply(r); set != "" {
			simple.Queue("update calls set "+set+" where id = $1", c.id, value)
		} else {
			if err := send(ctx, tx, &simple); err != nil {
				return nil, err
			}
			if err := s.apply(ctx, tx, *c, r); err != nil {
				return nil, err
			}
		}
		c.follow(r)
	}
	if err := send(ctx, tx, &simple); err != nil {
		return nil, err
	}
	return fresh, tellOnce(ctx, tx, calls, rs, fresh)
}

// find locks the calls with these keys, each in the same order as everybody.
func find(ctx context.Context, tx *pg.Tx, keys []string) (map[string]*call, error) {
	rows, err := tx.Query(ctx, `select key, id, coalesce(company_id, 0), coalesce(line_id, 0), phone, direction, started_at, joined_at is not null, ended_at is not null, queued_at is not null
		from calls where key = any($1) order by id for update`, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[string]*call, len(keys))
	var key string
	var c call
	_, err = pgx.ForEachRow(rows, []any{&key, &c.id, &c.company, &c.line, &c.phone, &c.direction, &c.started, &c.joined, &c.ended, &c.queued}, func() error {
		one := c
		out[key] = &one
		return nil
	})
	return out, err
}

// note writes the facts as they came; fresh are those that were not there.
func note(ctx context.Context, tx *pg.Tx, calls map[string]*call, rs []telephony.Report) (fresh []bool, err error) {
	type place struct{ id, seq int64 }
	var (
		ids, seqs, companies = make([]int64, len(rs)), make([]int64, len(rs)), make([]int64, len(rs))
		ats                  = make([]any, len(rs))
		kinds, data          = make([]string, len(rs)), make([]string, len(rs))
	)
	for i, r := range rs {
		b, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		c := calls[r.CallKey]
		ids[i], seqs[i], companies[i], ats[i], kinds[i], data[i] = c.id, int64(r.Seq), c.company, r.At, string(r.Kind), string(b)
	}
	rows, err := tx.Query(ctx, `insert into call_events (call_id, seq, company_id, at, kind, data)
		select id, seq, nullif(company, 0), at, kind, data::jsonb from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[]) x (id, seq, company, at, kind, data)
		on conflict do nothing returning call_id, seq`, ids, seqs, companies, ats, kinds, data)
	if err != nil {
		return nil, err
	}
	written := map[place]bool{}
	var p place
	if _, err := pgx.ForEachRow(rows, []any{&p.id, &p.seq}, func() error { written[p] = true; return nil }); err != nil {
		return nil, err
	}
	fresh = make([]bool, len(rs))
	for i := range rs {
		at := place{ids[i], seqs[i]}
		fresh[i] = written[at]
		delete(written, at) // the same report twice
	}
	return fresh, nil
}

// follow keeps what the next report of the call must know.
func (c *call) follow(r telephony.Report) {
	switch r.Kind { //nolint:exhaustive // the others change nothing here
	case telephony.CallQueued:
		c.queued = true
	case telephony.CallOwn, telephony.CallBridged, telephony.CallJoined:
		c.joined = true
	case telephony.CallEnded:
		c.ended = true
	}
}

func send(ctx context.Context, tx *pg.Tx, b *pgx.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	err := tx.SendBatch(ctx, b).Close()
	*b = pgx.Batch{}
	return err
}

// tellOnce lets the screens know of each call once.
func tellOnce(ctx context.Context, tx *pg.Tx, calls map[string]*call, rs []telephony.Report, fresh []bool) error {
	var told []int64
	for i, r := range rs {
		c := calls[r.CallKey]
		if !fresh[i] || slices.Contains(told, c.id) {
			continue
		}
		told = append(told, c.id)
		if err := tell(ctx, tx, c.id, c.company); err != nil {
			return err
		}
	}
	return nil
}
