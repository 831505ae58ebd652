package search

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatPeopleTypeIsMadeComparable(t *testing.T) {
	t.Parallel()
	require.Equal(t, "озерная 16 1", Fold("  Озёрная, 16/1 "))
	require.Equal(t, Fold("ЁЛКА"), Fold("елка"))
	require.Empty(t, Fold(" ,.!— "))
	for typed, want := range map[string]string{"njgbn": "топит", "Kmtn": "льет", "jp`hyfz": "озёрная", ",fnfhtz": "батарея", "топит": "топит", "12/1": "12/1"} {
		require.Equal(t, want, Layout(typed), typed)
	}
	for s, latin := range map[string]bool{"njgbn": true, "топит": false, "njg топ": false, "12": false, "": false, "lift 2": true} {
		require.Equal(t, latin, IsLatin(s), s)
	}
	for _, same := range [][2]string{{"течёт", "течет"}, {"холодная", "холодной"}, {"батарея", "батареи"}, {"трубу", "труба"}} {
		require.Equal(t, Stem(Fold(same[0])), Stem(Fold(same[1])), same)
	}
	require.InDelta(t, 1, Similar("топит", "топит"), 0)
	require.Zero(t, Similar("топит", "лифт"))
	require.Greater(t, Similar("азерная", "озерная"), Similar("азерная", "лодочная"))
}
