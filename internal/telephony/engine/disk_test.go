package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"d24/internal/telephony"
	"d24/voip/record"
)

// small mounts a file system of so many bytes; only root may, and not in every container:
// nil there, and voip/record.TestAFullDiskIsSaidOnce alone shows the rule.
func small(t *testing.T, dir, size string) (grow func(size string)) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o750))
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		t.Log("not shown: a file system of a size of its own needs root")
		return nil
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return func(size string) { require.NoError(t, unix.Mount("", dir, "", unix.MS_REMOUNT, "size="+size)) }
}

func inState(state string) func(telephony.Report) bool {
	return func(r telephony.Report) bool { return r.Kind == telephony.CallRecorded && r.Recording.State == state }
}

// TestAFullDiskStopsTheRecordingNotTheCall is F21 and R12 on a disk that is really full: the
// call goes on, it is said within seconds, and the recording goes on when there is room.
func TestAFullDiskStopsTheRecordingNotTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	grow := small(t, filepath.Join(w.dir, "recordings"), "64k") // four seconds
	if grow == nil {
		return
	}
	began := time.Now()
	leg, ear := w.resident("+79000900001")
	op := w.operator(1, true)
	v, err := op.Call(w.ctx(), "ringing")
	require.NoError(t, err)
	op.Do(w.ctx(), "answer", v.Key)
	_, err = op.Call(w.ctx(), "talking")
	require.NoError(t, err)
	stopped := w.desk.until(t, "the recording stops", inState("failed"))
	require.Contains(t, stopped.Recording.Note, "нет места")
	require.Less(t, time.Since(began), 14*time.Second, "four seconds fit, ten for the alarm")
	ear.forget()
	w.eventually("the talk goes on", func() bool { return ear.heard(operatorTone) })
	grow("16m")
	freed := time.Now()
	w.desk.until(t, "the recording goes on", func(r telephony.Report) bool { return inState("writing")(r) && r.Recording.Note != "" })
	require.Less(t, time.Since(freed), 30*time.Second)
	ear.forget()
	w.eventually("still", func() bool { return ear.heard(operatorTone) })
	op.Do(w.ctx(), "hangup", v.Key)
	<-leg.Done()
	length := time.Since(began)
	cut := w.desk.until(t, "the journal says it", inState("cut"))
	require.Contains(t, cut.Recording.Note, "неполная")
	left, right := w.tones(cut)
	require.True(t, left(residentTone) && right(operatorTone))
	d, err := record.Duration(filepath.Join(w.dir, cut.Recording.Path))
	require.NoError(t, err)
	require.InDelta(t, length.Seconds(), d.Seconds(), 4, "its line of time has not shifted")
}

// TestACallOnAFullDiskBeginsUnrecorded is F21: there is no room even for the file; when
// there is, the rest of the call is recorded.
func TestACallOnAFullDiskBeginsUnrecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := filepath.Join(w.dir, "recordings")
	if small(t, dir, "256k") == nil {
		return
	}
	ballast := filepath.Join(dir, "ballast")
	require.ErrorIs(t, os.WriteFile(ballast, []byte(strings.Repeat("x", 300<<10)), 0o600), unix.ENOSPC)
	leg, ear := w.resident("+79000900001")
	w.desk.until(t, "it is said at once", inState("failed"))
	w.eventually("the greeting is heard all the same", func() bool { return ear.heard(voiceTone) })
	require.NoError(t, os.Remove(ballast))
	w.desk.until(t, "the rest is recorded", func(r telephony.Report) bool { return inState("writing")(r) && r.Recording.Note != "" })
	leg.Hangup()
	w.desk.ended(t)
	done := w.desk.until(t, "recorded", recorded)
	require.Positive(t, done.Recording.Bytes)
}

// TestAFullDiskTearsNoFactOfTheJournal is R12 of the engine's own file: the database is away and
// there is no room. What fits is kept whole, the rest when there is room, nothing twice and no
// two in one line: who starts after a kill reads all of it.
func TestAFullDiskTearsNoFactOfTheJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if small(t, filepath.Join(dir, "full"), "64k") == nil {
		return
	}
	path, ballast := filepath.Join(dir, "full", "n1.journal"), filepath.Join(dir, "full", "ballast")
	r, err := openReports(path, &picky{refused: 1}, quietLog())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(ballast, make([]byte, 40<<10), 0o600))
	add := func(n int) {
		r.add(telephony.Report{CallKey: "c", Seq: n, Kind: telephony.CallDigit, Digit: strings.Repeat("5", 300)})
	}
	for n := 1; n <= 200; n++ { // 80 kB
		add(n)
		require.Error(t, r.flush(t.Context()))
	}
	read := func() (out []int) {
		next, err := openReports(path, &picky{}, quietLog())
		require.NoError(t, err)
		defer next.file.Close() //nolint:errcheck // only read
		for i, x := range next.wait {
			require.Equal(t, i+1, x.Seq)
			out = append(out, x.Seq)
		}
		return out
	}
	fit := read()
	require.Less(t, len(fit), 200, "the disk is full")
	require.NotEmpty(t, fit)
	require.NoError(t, unix.Mount("", filepath.Join(dir, "full"), "", unix.MS_REMOUNT, "size=1m"))
	add(201)
	require.Len(t, read(), 201)
}
