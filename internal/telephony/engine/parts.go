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

// partSeq is where the numbers of what is told of parts begin, of each recording of a call
// anew: the loop, which counts the others, may be at its end by then.
const partSeq = 1_000_000

// parts divides the recording of a long call (F19): what is closed can be sealed and carried
// away while the call goes on, and no crash touches it.
func (p *taping) parts(rel string) record.Parts {
	c := p.c
	if c.e.cfg.Part <= 0 {
		return record.Parts{}
	}
	company := c.company
	fact := func(seq int, at time.Time, f *telephony.RecordingFact) {
		c.e.reports.add(telephony.Report{CallKey: c.key, Seq: partSeq*(1+p.talk) + seq, At: at.UTC(), Kind: telephony.CallRecorded, Node: c.e.cfg.Node, CompanyID: company, Recording: f})
	}
	return record.Parts{
		After: c.e.cfg.Part,
		Path:  func(n int) string { return filepath.Join(c.e.cfg.Data, partOf(rel, n)) },
		Begun: func(n int, at time.Time) {
			fact(2*n, at, &telephony.RecordingFact{Path: partOf(rel, n), Part: n, Talk: p.talk, With: p.with, State: "writing"})
		},
		Done: func(n int, d time.Duration, err error) { fact(2*n+1, time.Now(), p.partIs(rel, n, d, err)) },
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
func (p *taping) partIs(rel string, n int, d time.Duration, err error) *telephony.RecordingFact {
	f := telephony.RecordingFact{Path: partOf(rel, n), Part: n, Talk: p.talk, With: p.with, State: "done", DurationMS: d.Milliseconds()}
	if err != nil {
		f.State, f.Note = "cut", "запись неполная: диск её не принимал"
	}
	if st, err := os.Stat(filepath.Join(p.c.e.cfg.Data, f.Path)); err == nil {
		f.Bytes = st.Size()
	}
	return &f
}
