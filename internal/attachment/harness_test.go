package attachment

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/clock/clocktest"
	"d24/internal/fault"
	"d24/internal/platform/blob"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
)

var noon = time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)

// shelf is the service over a company whose only thing is number 1.
type shelf struct {
	t     *testing.T
	s     *Service
	store *flaky
	clock *clocktest.Clock
	ctx   context.Context // of an administrator
	told  []string
}

// flaky is a storage that may refuse.
type flaky struct {
	blob.Dir
	err error
}

func (f *flaky) Put(ctx context.Context, key string, r io.Reader) error {
	if f.err != nil {
		return f.err
	}
	return f.Dir.Put(ctx, key, r)
}

func open(t *testing.T, most int) *shelf {
	t.Helper()
	h := &shelf{t: t, clock: clocktest.New(noon), store: &flaky{Dir: blob.Dir(t.TempDir())}}
	db := pgtest.New(t, h.clock)
	sys := access.AsSystem(t.Context(), "test")
	require.NoError(t, pg.Do(sys, db, func(tx *pg.Tx) error {
		_, err := tx.Exec(sys, `insert into cities (name, zone) values ('Город', 'Asia/Yekaterinburg')`)
		if err == nil {
			_, err = tx.Exec(sys, `insert into companies (name, city_id, zone, created_at) select 'Первая', id, 'Asia/Yekaterinburg', $1 from cities limit 1`, noon)
		}
		return err
	}))
	h.ctx = access.With(t.Context(), access.Actor{Kind: access.Company, UserID: 7, Name: "Анна", CompanyID: 1, May: []access.Permission{access.BuildingWrite}})
	h.s = NewService(db, h.store, Subject{
		Name: "building", Most: most, Write: access.TicketComment, Others: access.BuildingWrite,
		Company: func(_ context.Context, _ *pg.Tx, id int64) (int64, error) {
			if id != 1 {
				return 0, fault.Missing("building")
			}
			return 1, nil
		},
		Told: func(_ context.Context, _ *pg.Tx, f File, verb string) error {
			h.told = append(h.told, verb+" "+f.Name)
			return nil
		},
	})
	return h
}

func (h *shelf) add(name string, b []byte) (File, error) {
	return h.s.Add(h.ctx, New{Subject: "building", ID: 1, Name: name, Body: bytes.NewReader(b)})
}

func (h *shelf) added(name string, b []byte) File {
	h.t.Helper()
	f, err := h.add(name, b)
	require.NoError(h.t, err)
	return f
}

func (h *shelf) refuses(code, name string, b []byte) {
	h.t.Helper()
	_, err := h.add(name, b)
	require.Equal(h.t, code, fault.CodeOf(err), "%s: %v", name, err)
	require.Equal(h.t, fault.Invalid, fault.KindOf(err), name)
}

// stored are the keys in the storage.
func (h *shelf) stored() (out []string) {
	h.t.Helper()
	require.NoError(h.t, h.store.Each(h.ctx, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), func(k string) error { out = append(out, k); return nil }))
	return out
}

func (h *shelf) read(f File, thumb bool) []byte {
	h.t.Helper()
	_, r, err := h.s.Open(h.ctx, "building", f.ID, thumb)
	require.NoError(h.t, err)
	b, err := io.ReadAll(r)
	require.NoError(h.t, err)
	require.NoError(h.t, r.Close())
	return b
}

// photo is a picture whose left upper quarter is red.
func photo(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, nil))
	return b.Bytes()
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// turn puts EXIF into a JPEG: the orientation and a place on Earth.
func turn(b []byte, o uint16) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	tiff = append(tiff, 0x01, 0x12, 0, 3, 0, 0, 0, 1, byte(o>>8), byte(o), 0, 0, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0)
	tiff = append(tiff, "\x00\x00\x00\x00GPS 56.8389 60.6057"...)
	seg := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(seg)+2))...)
	return append(append(out, seg...), b[2:]...)
}

// header is a PNG that promises w × h points and has none.
func header(w, h uint32) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	ihdr = append(ihdr, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}
