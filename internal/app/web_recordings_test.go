package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/account"
	"d24/internal/platform/pg"
	"d24/internal/telephony"
)

// sealAll runs the job that closes recordings, and says how many it closed.
func (h *house) sealAll() int {
	h.t.Helper()
	n, err := h.app.Calls.Seal(context.Background())
	must(h.t, err)
	return n
}

// words reads a text from the database past all fences.
func (h *house) words(q string, args ...any) (out string) {
	h.t.Helper()
	must(h.t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error { return tx.QueryRow(h.sys, q, args...).Scan(&out) }))
	return out
}

// talked makes a call of a company with a recording, over for a quarter of an hour.
func (h *house) talked(company int64, wave []byte) (recording int64) {
	h.t.Helper()
	key := h.call(company, resident)
	recording = h.recording(key, wave)
	h.report(telephony.Report{CallKey: key, Seq: 60, Kind: telephony.CallEnded, Outcome: telephony.Answered})
	h.do(`update calls set ended_at = $2 where key = $1`, key, noon.Add(-15*time.Minute))
	return recording
}

// TestRecordingsLieSealed: on the disk a recording is closed by a key of its company, is
// played whole, in parts and as a picture as before, and is closed to everybody when the
// company's key is destroyed; another company's opens as before.
func TestRecordingsLieSealed(t *testing.T) {
	t.Parallel()
	h := open(t)
	wave := sound(100_000)
	mine := h.talked(ours, wave)
	h.talked(strange, wave)
	young := h.recording(h.call(ours, resident), wave)
	require.Equal(t, 2, h.sealAll())
	require.Zero(t, h.sealAll(), "one that has just been made stays as the engine writes it")
	require.Equal(t, int64(2), h.one(`select count(distinct key_id) from recordings where key_id is not null`), "a key for each company")
	readable := 0
	must(t, filepath.Walk(filepath.Join(h.data, "recordings"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		b, err := os.ReadFile(path) //nolint:gosec // the test's own directory
		if bytes.Contains(b, wave[:50]) || bytes.Contains(b, wave[len(wave)-50:]) {
			readable++
		}
		return err
	}))
	require.Equal(t, 1, readable, "only the young one")
	require.NotZero(t, young)

	path := fmt.Sprintf("/recordings/%d", mine)
	require.True(t, bytes.Equal(wave, []byte(h.ok("admin", http.MethodGet, path, nil).body)))
	part := h.send("admin", http.MethodGet, path, nil, http.Header{"Range": {"bytes=131000-131200"}})
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, string(wave[131000:131201]), part.body, "over the border of a piece")
	require.Equal(t, int64(12_500), h.ok("admin", http.MethodGet, path+"/peaks?n=10", nil).id(t, "duration_ms"))
	file := h.ok("admin", http.MethodGet, path+"?download=true", nil)
	require.Contains(t, file.header.Get("Content-Disposition"), "attachment")
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'recording.download'`))
	require.Equal(t, int64(2), h.one(`select count(*) from audit_entries where action = 'recording.play'`))

	h.ok("platform", http.MethodPost, "/companies/1/recording-keys/rotate", nil)
	next := h.talked(ours, wave)
	require.Equal(t, 1, h.sealAll())
	require.Equal(t, int64(3), h.one(`select count(distinct key_id) from recordings where key_id is not null`))
	for _, id := range []int64{mine, next} {
		require.Len(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil).body, len(wave), "older keys open what they sealed")
	}

	h.do(`update recordings set path = path || '.moved' where id = $1`, next)
	h.do(`update recordings set path = (select replace(path, '.moved', '') from recordings where id = $2), key_id = (select key_id from recordings where id = $2) where id = $1`, young, next)
	require.Equal(t, http.StatusInternalServerError, h.as("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", young), nil).status, "a file in another's place does not open")
}

// TestADestroyedKeyCannotBeOpened by anybody: the end of a contract.
func TestADestroyedKeyCannotBeOpened(t *testing.T) {
	t.Parallel()
	h := open(t)
	wave := sound(8000)
	mine, theirs := h.talked(ours, wave), h.talked(strange, wave)
	require.Equal(t, 2, h.sealAll())
	h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks", mine), nil)
	require.Equal(t, int64(2), h.one(`select count(*) from recording_peaks`), "drawn when they were sealed")
	const end = "/companies/1/recording-keys/destroy"
	name := map[string]any{"name": h.words(`select name from companies where id = 1`)}
	h.fails("platform", http.MethodPost, end, map[string]any{"name": "УК"}, http.StatusUnprocessableEntity, "recording_key.name")
	h.ok("platform", http.MethodPost, end, name)
	h.fails("platform", http.MethodPost, end, name, http.StatusConflict, "recording_key.second")
	h.ok("platform", http.MethodDelete, end, nil)
	h.ok("platform", http.MethodPost, end, name)
	h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", mine), nil) // one person alone closes nothing
	h.do(`update recording_key_ends set at = at - interval '25 hours'`)
	h.ok("platform", http.MethodPost, end, name) // the request of yesterday is over: this is a new one
	must(t, pg.Do(h.sys, h.app.DB, func(tx *pg.Tx) error {
		_, err := account.Create(h.sys, tx, account.NewUser{Login: "platform2", Name: "Вторая", Kind: "admin", Password: "platform2"})
		return err
	}))
	require.Equal(t, int64(1), h.ok("platform2", http.MethodPost, end, name).id(t, "destroyed"))
	require.Equal(t, int64(1), h.one(`select count(*) from audit_entries where action = 'recording_key.destroy' and company_id = 1`))
	h.fails("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", mine), nil, http.StatusNotFound, "recording.key_destroyed")
	h.fails("admin", http.MethodGet, fmt.Sprintf("/recordings/%d/peaks", mine), nil, http.StatusNotFound, "recording.key_destroyed")
	require.Len(t, h.ok("admin2", http.MethodGet, fmt.Sprintf("/recordings/%d", theirs), nil).body, len(wave))
	require.Equal(t, int64(0), h.one(`select count(*) from recording_keys where company_id = 1 and sealed is not null`))
}

// TestOneThatDoesNotCloseKeepsNoOtherOpen: a recording whose file cannot be read, or whose
// row leads elsewhere, is told and left; those behind it are closed.
func TestOneThatDoesNotCloseKeepsNoOtherOpen(t *testing.T) {
	t.Parallel()
	h := open(t)
	astray, unreadable, fine := h.talked(ours, sound(800)), h.talked(ours, sound(800)), h.talked(ours, sound(800))
	h.do(`update recordings set path = 'elsewhere/x.wav' where id = $1`, astray)
	h.do(`update recordings set path = 'recordings/2026' where id = $1`, unreadable) // a directory
	n, err := h.app.Calls.Seal(context.Background())
	require.ErrorContains(t, err, fmt.Sprintf("recording %d", astray))
	require.ErrorContains(t, err, fmt.Sprintf("recording %d", unreadable))
	require.Equal(t, 1, n)
	require.Equal(t, fine, h.one(`select id from recordings where key_id is not null`))
}

// TestACrashWhileSealingLosesNothing: at every step the recording is whole, in the clear or
// sealed, and the next run finishes.
func TestACrashWhileSealingLosesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	wave := sound(8000)
	id := h.talked(ours, wave)
	plain := filepath.Join(h.data, "recordings", "2026", "11", "24")
	files, err := os.ReadDir(plain)
	must(t, err)
	path := filepath.Join(plain, files[0].Name())
	must(t, os.WriteFile(path+".sealed", []byte("half of it"), 0o600)) // killed before the row was written
	require.Equal(t, 1, h.sealAll())
	must(t, os.WriteFile(path, wave, 0o600)) // killed before the one in the clear was removed
	require.Zero(t, h.sealAll())
	require.NoFileExists(t, path)
	require.Len(t, h.ok("admin", http.MethodGet, fmt.Sprintf("/recordings/%d", id), nil).body, len(wave))
}
