package calllog

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// Draw reads n peaks of each side of a recording, 0 to 100; the assembly supplies it.
type Draw func(recording io.ReadSeeker, n int) (peer, ours []int, length time.Duration, err error)

// drawn is how fine a picture is kept.
const drawn = 1000

// Picture is what a recording looks like.
type Picture struct {
	Peer, Ours []int
	Length     time.Duration
}

// Peaks is the picture of a recording found by Find. One of a call that is over is drawn
// once and kept: the file is not read again, and may lie far away.
func (s *Service) Peaks(ctx context.Context, r Recording, n int) (p Picture, err error) {
	if len(r.Parts) > 1 {
		return s.peaksOfParts(ctx, r, n)
	}
	kept, err := s.keptPeaks(ctx, r.ID)
	if err != nil || kept != nil {
		if kept != nil {
			p = Picture{Peer: fewer(kept.peer, n), Ours: fewer(kept.ours, n), Length: kept.length}
		}
		return p, err
	}
	f, err := s.Open(ctx, r)
	if err != nil {
		return p, err
	}
	defer f.Close() //nolint:errcheck // only read
	if r.State == "writing" {
		p.Peer, p.Ours, p.Length, err = s.Kept.Draw(f, n)
		return p, err
	}
	if kept, err = s.draw(ctx, r, f); err != nil {
		return p, err
	}
	return Picture{Peer: fewer(kept.peer, n), Ours: fewer(kept.ours, n), Length: kept.length}, nil
}

type picture struct {
	peer, ours []byte
	length     time.Duration
}

// draw makes the picture that is kept.
func (s *Service) draw(ctx context.Context, r Recording, f io.ReadSeeker) (*picture, error) {
	p, err := s.look(f)
	if err == nil {
		err = pg.Do(access.AsSystem(ctx, "recordings"), s.db, func(tx *pg.Tx) error { return p.keep(ctx, tx, r) })
	}
	return p, err
}

func (s *Service) look(f io.ReadSeeker) (*picture, error) {
	peer, ours, length, err := s.Kept.Draw(f, drawn)
	return &picture{peer: asBytes(peer), ours: asBytes(ours), length: length}, err
}

func (p *picture) keep(ctx context.Context, tx *pg.Tx, r Recording) error {
	_, err := tx.Exec(ctx, `insert into recording_peaks (recording_id, company_id, peer, ours, duration_ms)
		select id, company_id, $2, $3, $4 from recordings where id = $1 on conflict (recording_id) do nothing`, r.ID, p.peer, p.ours, p.length.Milliseconds())
	return err
}

// keptPeaks is the picture drawn before; nil: none yet. fault.NotFound when the key of the
// recording is destroyed: the picture goes with the sound.
func (s *Service) keptPeaks(ctx context.Context, id int64) (*picture, error) {
	var p picture
	var ms int64
	var gone bool
	err := pg.Do(access.AsSystem(ctx, "recordings"), s.db, func(tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select p.peer, p.ours, p.duration_ms, k.destroyed_at is not null from recording_peaks p
			join recordings r on r.id = p.recording_id left join recording_keys k on k.id = r.key_id where p.recording_id = $1`, id).Scan(&p.peer, &p.ours, &ms, &gone)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // drawn by who asked
	case err != nil:
		return nil, err
	case gone:
		return nil, fault.New(fault.NotFound, "recording.key_destroyed", keyDestroyed)
	}
	p.length = time.Duration(ms) * time.Millisecond
	return &p, nil
}

func asBytes(v []int) []byte {
	out := make([]byte, len(v))
	for i, x := range v {
		out[i] = byte(min(max(x, 0), 100))
	}
	return out
}

// fewer makes n peaks of more, the loudest of each part; fewer than n stay as they are.
func fewer(v []byte, n int) []int {
	n = min(n, len(v))
	out := make([]int, n)
	for i, x := range v {
		k := min(i*n/len(v), n-1)
		out[k] = max(out[k], int(x))
	}
	return out
}
