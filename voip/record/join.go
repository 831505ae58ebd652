package record

import (
	"errors"
	"fmt"
	"io"
	"time"

	"d24/voip/wav"
)

// Piece is a part of a recording. One without a file is silence of its length, so that what
// follows stays at its time.
type Piece struct {
	File   io.ReadSeeker // nil: lost
	Length time.Duration // of a lost one
}

// Join reads the parts of a recording, in their order, as one file. ErrNotOurs when one was
// not written by this package.
func Join(pieces ...Piece) (io.ReadSeeker, error) {
	j := &joined{}
	at := int64(wav.HeaderLen)
	for _, p := range pieces {
		size := p.Length.Milliseconds() * perMilli * channels
		if p.File != nil {
			var err error
			if size, err = body(p.File); err != nil {
				return nil, err
			}
			size -= size % channels
		}
		j.spans = append(j.spans, span{from: at, to: at + size, f: p.File})
		at += size
	}
	j.header, j.size = wav.Header(channels, uint32(at-wav.HeaderLen)), at
	return j, nil
}

// span is where a part's sound stands in the whole.
type span struct {
	from, to int64
	f        io.ReadSeeker
}

type joined struct {
	header   []byte
	spans    []span
	size, at int64
}

func (j *joined) Read(b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	if j.at < wav.HeaderLen {
		n = copy(b, j.header[j.at:])
		j.at += int64(n)
		return n, nil
	}
	for _, s := range j.spans {
		if j.at >= s.to || j.at < s.from {
			continue
		}
		b = b[:min(int64(len(b)), s.to-j.at)]
		if s.f == nil {
			hush(b)
			n = len(b)
		} else {
			if _, err := s.f.Seek(wav.HeaderLen+j.at-s.from, io.SeekStart); err != nil {
				return 0, fmt.Errorf("record: %w", err)
			}
			if n, err = s.f.Read(b); n == 0 && errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF // it was longer a moment ago
			} else if errors.Is(err, io.EOF) {
				err = nil
			}
		}
		j.at += int64(n)
		return n, err
	}
	return 0, io.EOF
}

func (j *joined) Seek(to int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		to += j.at
	case io.SeekEnd:
		to += j.size
	}
	if to < 0 {
		return 0, errors.New("record: before the beginning")
	}
	j.at = to
	return to, nil
}
