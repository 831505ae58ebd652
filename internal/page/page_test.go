package page_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/fault"
	"d24/internal/page"
)

func TestCursorComesBackAsItWent(t *testing.T) {
	c := page.Cursor{At: time.Date(2026, 11, 23, 14, 31, 5, 123456000, time.UTC), ID: 118402}
	got, err := page.Parse(c.String())
	require.NoError(t, err)
	require.True(t, c.At.Equal(got.At))
	require.Equal(t, c.ID, got.ID)
	start, err := page.Parse("")
	require.NoError(t, err)
	require.Empty(t, start.String())
	for _, bad := range []string{"x", "e30", "eyJpIjotMX0", "'; drop table tickets"} {
		_, err := page.Parse(bad)
		require.Equal(t, fault.Invalid, fault.KindOf(err), bad)
	}
}

func TestCutSaysWhetherThereIsMore(t *testing.T) {
	at := func(n int) page.Cursor { return page.Cursor{ID: int64(n)} }
	rows, next := page.Cut([]int{9, 8, 7}, 2, at)
	require.Equal(t, []int{9, 8}, rows)
	c, err := page.Parse(next)
	require.NoError(t, err)
	require.EqualValues(t, 8, c.ID)
	rows, next = page.Cut([]int{9, 8}, 2, at)
	require.Len(t, rows, 2)
	require.Empty(t, next)
	require.Equal(t, []int{page.Default, page.Max, 7}, []int{page.Size(0), page.Size(1000), page.Size(7)})
}
