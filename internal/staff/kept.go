package staff

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

	"d24/internal/calendar"
	"d24/internal/platform/pg"
)

// mostKept bounds how many people a process keeps in memory.
const mostKept = 40_000

// boards are the people of companies as they were read last.
type boards struct {
	mu     sync.Mutex
	kept   map[boardKey]keptBoard
	people int
}

type boardKey struct {
	company     int64
	first, last calendar.Date
}

type keptBoard struct {
	state Changes
	board *Board
}

// Changes tell any two states of a company's people, calendar, groups and rules apart.
type Changes struct{ Count, Last int64 }

// Changes are those of the moment: every change of the people, their schedules and leaves,
// the calendar, the groups of houses or the rules is counted in the database by its own
// transaction, and asked for here by the reader's (F37). A zero Count: the actor sees nothing
// of the company.
func (s *Service) Changes(ctx context.Context, tx *pg.Tx, companyID int64) (c Changes, err error) {
	var b pgx.Batch
	return pg.One(ctx, tx, &b, AskChanges(&b, companyID))
}

// AskChanges is Changes as a question among others.
func AskChanges(b *pgx.Batch, companyID int64) *pg.Asked[Changes] {
	return pg.Ask(b, nil, pgx.RowToStructByPos[Changes], `select count(*), coalesce(max(id), 0) from staff_changes where company_id = $1`, companyID)
}

// KeptBoard is Board out of the process's memory, when nothing of it has changed since.
// It is shared: nobody may change it.
func (s *Service) KeptBoard(ctx context.Context, tx *pg.Tx, companyID int64, first, last calendar.Date) (*Board, error) {
	now, err := s.Changes(ctx, tx, companyID)
	if err != nil {
		return nil, err
	}
	return s.BoardAt(ctx, tx, companyID, first, last, now)
}

// BoardAt is KeptBoard for who knows what Changes are now.
func (s *Service) BoardAt(ctx context.Context, tx *pg.Tx, companyID int64, first, last calendar.Date, now Changes) (*Board, error) {
	key := boardKey{companyID, first, last}
	if b := s.boardsKept.get(key, now); b != nil {
		return b, nil
	}
	b, err := s.Board(ctx, tx, companyID, first, last)
	if err != nil || now.Count == 0 {
		return b, err
	}
	for _, m := range b.members {
		b.work(m) // made now, as others will only read it
	}
	s.boardsKept.put(key, keptBoard{now, b})
	return b, nil
}

func (k *boards) get(key boardKey, now Changes) *Board {
	k.mu.Lock()
	defer k.mu.Unlock()
	if x, ok := k.kept[key]; ok && x.state == now {
		return x.board
	}
	return nil
}

// put keeps a board; those of days gone by go with the rest when there are too many.
func (k *boards) put(key boardKey, x keptBoard) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || k.people > mostKept {
		k.kept, k.people = map[boardKey]keptBoard{}, 0
	}
	if was, ok := k.kept[key]; ok {
		k.people -= len(was.board.members)
	}
	k.kept[key] = x
	k.people += len(x.board.members)
}
