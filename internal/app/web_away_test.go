package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"d24/internal/platform/blob"
)

// storage is an S3 server with a bucket for recordings.
type storage struct {
	there gofakes3.Backend
	away  *blob.S3
	down  atomic.Bool
	asked atomic.Int64 // what was asked for by range
}

func newStorage(t *testing.T) *storage {
	t.Helper()
	s := &storage{there: s3mem.New()}
	must(t, s.there.CreateBucket("records"))
	s3 := gofakes3.New(s.there).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.down.Load() {
			http.Error(w, "out of order", http.StatusForbidden) // what is not tried again at once
			return
		}
		if r.Method == http.MethodGet && r.Header.Get("Range") != "" {
			s.asked.Add(1)
		}
		s3.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	away, err := blob.OpenS3(strings.Replace(server.URL, "http://", "http://key:secret@", 1) + "/records?region=us-east-1")
	must(t, err)
	s.away = away
	return s
}

// objects are what lies there.
func (s *storage) objects(t *testing.T) []*gofakes3.Content {
	t.Helper()
	list, err := s.there.ListBucket("records", nil, gofakes3.ListBucketPage{})
	must(t, err)
	return list.Contents
}

// TestRecordingsGoIntoTheStorage: closed ones leave the disk, are heard by range from there,
// and go from there when their term is over; while the storage is down they stay on the disk.
func TestRecordingsGoIntoTheStorage(t *testing.T) {
	t.Parallel()
	h := open(t)
	s3 := newStorage(t)
	h.app.Calls.Kept.Away = s3.away
	wave := sound(100_000)
	id := h.talked(ours, wave)
	path := fmt.Sprintf("/recordings/%d", id)
	move := func() (int, error) { return h.app.Calls.MoveAway(context.Background()) }

	n, err := move()
	must(t, err)
	require.Zero(t, n, "only what is closed leaves the machine")
	require.Equal(t, 1, h.sealAll())
	s3.down.Store(true)
	_, err = move()
	require.Error(t, err)
	require.Equal(t, 1, h.files(), "it stays on the disk")
	require.Equal(t, int64(1), h.one(`select count(*) from alarms where code = 'storage-down' and cleared_at is null`))
	require.Len(t, h.ok("admin", http.MethodGet, path, nil).body, len(wave))
	s3.down.Store(false)
	n, err = move()
	must(t, err)
	require.Equal(t, 1, n)
	require.Zero(t, h.files())
	require.Zero(t, h.one(`select count(*) from alarms where code = 'storage-down' and cleared_at is null`))

	require.True(t, bytes.Equal(wave, []byte(h.ok("admin", http.MethodGet, path, nil).body)))
	part := h.send("admin", http.MethodGet, path, nil, http.Header{"Range": {"bytes=131000-131200"}})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, string(wave[131000:131201]), part.body)
	require.Positive(t, s3.asked.Load(), "by range")
	s3.down.Store(true)
	h.ok("admin", http.MethodGet, path+"/peaks", nil) // drawn before it left
	h.fails("admin", http.MethodGet, path, nil, http.StatusServiceUnavailable, "recording.storage")
	h.do(`update recordings set started_at = $2 where id = $1`, id, noon.AddDate(-4, 0, 0))
	require.Zero(t, h.expire(), "what cannot be removed stays and is told")
	require.Equal(t, int64(1), h.one(`select count(*) from alarms where code = 'retention-waits' and cleared_at is null`))
	s3.down.Store(false)
	require.Equal(t, 1, h.expire())
	require.Empty(t, s3.objects(t))
}
