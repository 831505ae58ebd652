package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"d24/internal/telephony"
	"d24/voip/record"
)

// partSeq is where the numbers of what is told of parts begin: the loop, which counts the
// others, may be at its end by then.
const partSeq = 1_000_000

// parts divides the recording of a long call (F19): what is closed can be sealed and carried
// away while the call goes on, and no crash touches it.
func (c *call) parts(rel string) record.Parts {
	if c.e.cfg.Part <= 0 {
		return record.Parts{}
	}
	company := c.company
	fact := func(seq int, at time.Time, f *telephony.RecordingFact) {
		c.e.reports.add(telephony.Report{CallKey: c.key, Seq: partSeq + seq, At: at.UTC(), Kind: telephony.CallRecorded, Node: c.e.cfg.Node, CompanyID: company, Recording: f})
	}
	return record.Parts{
		After: c.e.cfg.Part,
		Path:  func(n int) string { return filepath.Join(c.e.cfg.Data, partOf(rel, n)) },
		Begun: func(n int, at time.Time) {
			fact(2*n, at, &telephony.RecordingFact{Path: partOf(rel, n), Part: n, State: "writing"})
		},
		Done: func(n int, d time.Duration, err error) { fact(2*n+1, time.Now(), c.e.partIs(rel, n, d, err)) },
	}
}

// partOf is the file of a part; rel is the first one's.
func partOf(rel string, n int) string {
	if n <= 1 {
		return rel
	}
	return fmt.Sprintf("%s.%d.wav", strings.TrimSuffix(rel, ".wav"), n)
}

// partIs tells what came of a part that is closed.
func (e *Engine) partIs(rel string, n int, d time.Duration, err error) *telephony.RecordingFact {
	f := telephony.RecordingFact{Path: partOf(rel, n), Part: n, State: "done", DurationMS: d.Milliseconds()}
	if err != nil {
		f.State, f.Note = "cut", "запись неполная: диск её не принимал"
	}
	if st, err := os.Stat(filepath.Join(e.cfg.Data, f.Path)); err == nil {
		f.Bytes = st.Size()
	}
	return &f
}
