package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeysAreChangedWhileRecordingsArePlayed is D3: people listen and new recordings are closed
// while the company's key is changed again and again; none is unreadable, then or afterwards.
// D24_ROTATIONS=200 is its long form.
func TestKeysAreChangedWhileRecordingsArePlayed(t *testing.T) {
	t.Parallel()
	h := open(t)
	rotations := 8
	if n, err := strconv.Atoi(os.Getenv("D24_ROTATIONS")); err == nil && n > 0 {
		rotations = n
	}
	wave := string(sound(70_000)) // two pieces of a sealed file
	var mu sync.Mutex
	var all []int64
	add := func() {
		id := h.talked(ours, []byte(wave))
		mu.Lock()
		defer mu.Unlock()
		all = append(all, id)
	}
	add()
	h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", all[0]), nil)
	var over atomic.Bool
	var played atomic.Int64
	var listeners sync.WaitGroup
	for range 3 {
		listeners.Go(func() {
			for !over.Load() {
				mu.Lock()
				id := all[rand.IntN(len(all))] //nolint:gosec // any of them
				mu.Unlock()
				if a := h.as("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil); a.status != http.StatusOK || a.body != wave {
					t.Errorf("recording %d: %d, %d bytes", id, a.status, len(a.body))
				}
				played.Add(1)
			}
		})
	}
	for range rotations {
		add()
		h.sealAll()
		h.ok("platform", http.MethodPost, "/companies/1/recording-keys/rotate", nil)
	}
	add()
	h.sealAll()
	over.Store(true)
	listeners.Wait()
	for _, id := range all {
		require.Equal(t, wave, h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil).body)
	}
	require.Zero(t, h.one(`select count(*) from recordings where key_id is null`))
	require.Equal(t, int64(rotations+1), h.one(`select count(distinct key_id) from recordings`))
	t.Logf("%d recordings, %d keys, played %d times meanwhile: none unreadable", len(all), rotations+1, played.Load())
}
