package blob

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A sealed file: 8 letters of its kind, 8 random bytes, then pieces of 64 KiB, each closed
// by AES-256-GCM with its number and whether it is the last: pieces cannot be changed,
// moved, left out or put into another file unseen, and any of them is read by itself.
const (
	sealedKind  = "D24seal1"
	sealedHead  = len(sealedKind) + 8
	piece       = 64 << 10
	sealedPiece = piece + 16
	// KeySize is that of a key for Seal.
	KeySize = 32
)

// ErrSealed says that a sealed file does not open: another key, another place, or changed.
var ErrSealed = errors.New("the sealed file does not open")

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// about binds a piece to its file, its place and its end.
func about(head []byte, place string, last bool) []byte {
	end := byte(0)
	if last {
		end = 1
	}
	return append(append(append([]byte{}, head...), end), place...)
}

func nonce(head []byte, n int64) []byte {
	out := make([]byte, 12)
	copy(out, head[len(sealedKind):])
	binary.BigEndian.PutUint32(out[8:], uint32(n)) //nolint:gosec // 256 TiB
	return out
}

// Seal closes what r gives for one place: «recording/17».
func Seal(w io.Writer, r io.Reader, key []byte, place string) error {
	c, err := gcm(key)
	if err != nil {
		return err
	}
	head := make([]byte, sealedHead)
	copy(head, sealedKind)
	_, _ = rand.Read(head[len(sealedKind):])
	if _, err := w.Write(head); err != nil {
		return err
	}
	now, next := make([]byte, piece), make([]byte, piece)
	size, err := io.ReadFull(r, now)
	for n := int64(0); ; n++ {
		more, last := 0, err != nil
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if !last {
			if more, err = io.ReadFull(r, next); errors.Is(err, io.EOF) {
				last = true
			}
		}
		if _, err := w.Write(c.Seal(nil, nonce(head, n), now[:size], about(head, place, last))); err != nil {
			return err
		}
		if last {
			return nil
		}
		now, next, size = next, now, more
	}
}

// Sealed reads a sealed file from any place in it.
type Sealed struct {
	r      io.ReadSeekCloser
	c      cipher.AEAD
	head   []byte
	place  string
	pieces int64
	size   int64
	at     int64
	have   int64 // the piece in buf
	buf    []byte
}

// OpenSealed begins to read; ErrSealed when it is none, or cut.
func OpenSealed(r io.ReadSeekCloser, key []byte, place string) (*Sealed, error) {
	c, err := gcm(key)
	if err != nil {
		return nil, err
	}
	s := &Sealed{r: r, c: c, place: place, head: make([]byte, sealedHead), have: -1}
	total, err := r.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.ReadFull(r, s.head)
	}
	if err != nil || string(s.head[:len(sealedKind)]) != sealedKind {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	body := total - int64(sealedHead)
	s.pieces = (body + sealedPiece - 1) / sealedPiece
	s.size = body - 16*s.pieces
	if s.pieces == 0 || s.size < 0 {
		return nil, fmt.Errorf("%w: cut", ErrSealed)
	}
	if err := s.load(s.pieces - 1); err != nil { // the last one proves that nothing is cut off
		return nil, err
	}
	return s, nil
}

func (s *Sealed) load(n int64) error {
	if n == s.have {
		return nil
	}
	if _, err := s.r.Seek(int64(sealedHead)+n*sealedPiece, io.SeekStart); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(s.r, sealedPiece))
	if err != nil {
		return err
	}
	plain, err := s.c.Open(nil, nonce(s.head, n), b, about(s.head, s.place, n == s.pieces-1))
	if err != nil {
		return fmt.Errorf("%w: piece %d", ErrSealed, n)
	}
	s.have, s.buf = n, plain
	return nil
}

// Read reads on.
func (s *Sealed) Read(p []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	if err := s.load(s.at / piece); err != nil {
		return 0, err
	}
	n := copy(p, s.buf[s.at%piece:])
	s.at += int64(n)
	return n, nil
}

// Seek moves.
func (s *Sealed) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return s.at, errors.New("before the beginning")
	}
	s.at = offset
	return offset, nil
}

// Close closes the file.
func (s *Sealed) Close() error { return s.r.Close() }
