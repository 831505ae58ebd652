package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"d24/internal/telephony"
	"d24/voip/media"
	"d24/voip/record"
)

// taping is a recording that belongs to a call: of its own line, or of a consultation while
// the caller hears music.
type taping struct {
	c    *call
	talk int         // the number of the consultation; 0: the call's own line
	with string      // whom the operator consults
	tap  func()      // lets it listen
	over func() bool // nothing is recorded any more
	rec  *record.Recorder
	path string // of its first part; "" none was begun
	lost bool   // the disk takes no sound now
}

// record starts the recording of the call's line.
func (c *call) record() {
	if c.tape == nil {
		c.tape = &taping{c: c, tap: c.tap, over: func() bool { return c.phase == over || c.leg == nil }}
	}
	c.tape.begin()
}

// begin starts the recording. A call goes on without one: that is an incident,
// not a reason to hang up on a resident.
func (p *taping) begin() {
	if p.rec != nil { // the same call by another trunk
		p.tap()
		return
	}
	e := p.c.e
	rel := filepath.Join("recordings", time.Now().Format("2006/01/02"), p.name()+".wav")
	path := filepath.Join(e.cfg.Data, rel)
	err := os.MkdirAll(filepath.Dir(path), 0o750)
	if err == nil {
		p.rec, err = record.InParts(path, p.parts(rel), func(err error) { e.post(func() { p.is(rel, err) }) })
	}
	if err != nil {
		p.rec = nil
		p.tap()
		p.is(rel, err)
		e.after(recordAgain, func() {
			if !p.over() && p.rec == nil {
				p.begin()
			}
		})
		return
	}
	p.path = rel
	p.tap()
	if p.lost {
		p.is(rel, nil)
		return
	}
	p.report(telephony.RecordingFact{Path: rel, State: "writing"})
}

func (p *taping) name() string {
	if p.talk == 0 {
		return p.c.key
	}
	return fmt.Sprintf("%s-consult%d", p.c.key, p.talk)
}

func (p *taping) report(f telephony.RecordingFact) {
	f.Talk, f.With = p.talk, p.with
	p.c.report(telephony.CallRecorded, func(r *telephony.Report) { r.Recording = &f })
}

// taps are what it listens with; none while nothing is written.
func (p *taping) taps() (rx, tx func(*media.Packet)) {
	if p == nil || p.rec == nil {
		return nil, nil
	}
	return p.rec.Taps()
}

// runs reports whether sound is written now.
func (p *taping) runs() bool { return p != nil && p.path != "" && !p.lost }

// recordAgain is how soon a recording that could not begin is tried again.
const recordAgain = 5 * time.Second

// is says that the sound does not reach the disk, or does so again (F21, R12): the
// call goes on, the journal, the operator and the shift's supervisor know.
func (p *taping) is(rel string, err error) {
	c := p.c
	if p.over() || p.lost == (err != nil) {
		return // its last report tells, or it is known
	}
	p.lost = err != nil
	f := telephony.RecordingFact{Path: rel, Part: 1, State: "writing", Note: "запись снова идёт, часть разговора не записана"}
	if err != nil {
		c.e.log.Error("a call is not recorded", "call", c.key, "talk", p.talk, "err", err)
		f.State, f.Note = "failed", notRecorded(err)
	}
	if p.rec != nil {
		f.Part = p.rec.Part()
		f.Path = partOf(rel, f.Part)
	}
	p.report(f)
	if c.seat != nil {
		v := c.shown(c.seat)
		c.seat.tell(out{Type: "call", View: &v})
	}
}

func notRecorded(err error) string {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return "на диске нет места: разговор не записывается"
	}
	return "диск не принимает запись: разговор не записывается"
}

// close writes the rest off the loop and reports what came of it. The number in the call's
// order is taken now.
func (p *taping) close() {
	if p == nil || p.rec == nil {
		return
	}
	c, rec, rel, at := p.c, p.rec, p.path, time.Now().UTC()
	p.rec = nil
	c.seq++
	r := telephony.Report{CallKey: c.key, Seq: c.seq, At: at, Kind: telephony.CallRecorded, Node: c.e.cfg.Node, CompanyID: c.company}
	c.e.beside(func() {
		d, err := rec.Close()
		r.Recording = p.partIs(rel, rec.Part(), d, err)
		c.e.reports.add(r)
	})
}
