package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/telephony"
)

// picky stores facts but for one, and remembers how they were offered.
type picky struct {
	refused int // Seq
	stored  []int
	offers  int
}

func (p *picky) Report(_ context.Context, rs ...telephony.Report) error {
	p.offers++
	for _, r := range rs {
		if r.Seq == p.refused {
			return errors.New("refused")
		}
	}
	for _, r := range rs {
		p.stored = append(p.stored, r.Seq)
	}
	return nil
}

// TestReportsGoTogether: many facts take few transactions, one that is refused holds
// up only those behind it, and none is lost or out of order.
func TestReportsGoTogether(t *testing.T) {
	t.Parallel()
	p := &picky{refused: 70}
	path := t.TempDir() + "/n1.journal"
	r, err := openReports(path, p, quietLog())
	require.NoError(t, err)
	var want []int
	for n := range 200 {
		r.add(telephony.Report{CallKey: "c", Seq: n + 1, Kind: telephony.CallDigit})
		want = append(want, n+1)
	}
	require.Error(t, r.flush(t.Context()))
	require.Equal(t, want[:69], p.stored, "those before it are delivered")
	require.Less(t, p.offers, 20)
	next, err := openReports(path, &picky{}, quietLog())
	require.NoError(t, err)
	require.Len(t, next.wait, 200-together, "the file has what had not been delivered when the trouble began")
	p.refused, p.offers = 0, 0
	require.NoError(t, r.flush(t.Context()))
	require.Equal(t, want, p.stored)
	require.LessOrEqual(t, p.offers, 8)
	require.Zero(t, r.waiting())
	next, err = openReports(path, p, quietLog())
	require.NoError(t, err)
	require.Empty(t, next.wait, "the file is empty again")
}

// TestWhomWeAnswerWeKnowOf is R1 of calls: an engine that is killed in the moment after its 200 has the
// call in its file, though the database has not taken it yet.
func TestWhomWeAnswerWeKnowOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk.stands.Store(true)
	leg, _ := w.resident("+79000900001")
	b, err := os.ReadFile(filepath.Join(w.dir, "engine", "n1.journal"))
	require.NoError(t, err)
	require.Contains(t, string(b), "+79000900001", "it is on the disk when he hears us")
	w.desk.stands.Store(false)
	leg.Hangup()
	require.Equal(t, telephony.Abandoned, w.desk.ended(t).Outcome)
}
