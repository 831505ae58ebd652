package calllog

import (
	"context"
	"errors"
	"io"
	"time"

	"d24/internal/fault"
)

// closed is the condition that the file of part r of call c, which ended before $2, is
// written to no more: a part that another follows while the call goes on is. It stays while
// its company, whose key seals it, is not known.
const closed = `r.state in ('done', 'cut') and (c.ended_at < $2 or r.company_id is not null and exists (select from recordings n where n.call_id = r.call_id and n.talk = r.talk and n.part > r.part))`

// Piece is a part of a recording; without Sound its file is lost, and it is silence.
type Piece struct {
	Sound  io.ReadSeeker
	Length time.Duration
}

// Join reads the parts of a recording as one file; the assembly supplies it.
type Join func(parts []Piece) (io.ReadSeeker, error)

func (r Recording) last() Recording {
	if len(r.Parts) == 0 {
		return r
	}
	return r.Parts[len(r.Parts)-1]
}

// whole closes what it is read from.
type whole struct {
	io.ReadSeeker
	files []io.Closer
}

func (w *whole) Close() (err error) {
	for _, f := range w.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// openParts reads all parts as one. The others are heard when the file of one is lost.
func (s *Service) openParts(ctx context.Context, r Recording) (io.ReadSeekCloser, error) {
	out := &whole{}
	var lost error
	pieces := make([]Piece, len(r.Parts))
	for i, p := range r.Parts {
		pieces[i].Length = p.Length
		f, err := s.Open(ctx, p)
		switch {
		case noFile(err):
			lost = err
		case err != nil:
			return nil, errors.Join(err, out.Close())
		default:
			pieces[i].Sound, out.files = f, append(out.files, f)
		}
	}
	if len(out.files) == 0 {
		return nil, lost
	}
	var err error
	if out.ReadSeeker, err = s.Kept.Join(pieces); err != nil {
		return nil, errors.Join(err, out.Close())
	}
	return out, nil
}

func noFile(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == "recording.no_file"
}

// peaksOfParts puts the pictures of the parts beside each other.
func (s *Service) peaksOfParts(ctx context.Context, r Recording, n int) (p Picture, err error) {
	pictures := make([]Picture, len(r.Parts))
	var lost error
	for i, part := range r.Parts {
		one, err := s.Peaks(ctx, part, drawn)
		if noFile(err) {
			one, lost = Picture{Length: part.Length}, err
		} else if err != nil {
			return p, err
		}
		pictures[i] = one
		p.Length += one.Length
	}
	if p.Length == 0 {
		return p, lost
	}
	p.Peer, p.Ours = make([]int, n), make([]int, n)
	var from time.Duration
	for _, one := range pictures {
		stretch(p.Peer, one.Peer, from, one.Length, p.Length)
		stretch(p.Ours, one.Ours, from, one.Length, p.Length)
		from += one.Length
	}
	return p, nil
}

// stretch draws the peaks of what lasts from from on into the picture of all.
func stretch(all, part []int, from, length, total time.Duration) {
	for k := range all {
		// of this peak's span of time, what the part has of it
		a, b := total*time.Duration(k)/time.Duration(len(all))-from, total*time.Duration(k+1)/time.Duration(len(all))-from
		if len(part) == 0 || b <= 0 || a >= length {
			continue
		}
		i, j := int(max(a, 0)*time.Duration(len(part))/length), int((min(b, length)*time.Duration(len(part))-1)/length)
		for ; i <= j && i < len(part); i++ {
			all[k] = max(all[k], part[i])
		}
	}
}

// asOne are the recordings of a call as its card shows them: of the line, then of each
// consultation, whatever number of files each has.
func asOne(files []File) (out []File) {
	for i, f := range files {
		if i == 0 || f.Talk != files[i-1].Talk {
			out = append(out, f)
			continue
		}
		one := &out[len(out)-1]
		one.DurationMS, one.Bytes = one.DurationMS+f.DurationMS, one.Bytes+f.Bytes
		if one.State != "writing" && f.State != "done" { // the worst of them, while it lasts its being written
			one.State = f.State
		}
		if one.Note == "" {
			one.Note = f.Note
		}
	}
	return out
}
