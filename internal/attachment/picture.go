package attachment

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // the decoder
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // the decoder

	"d24/internal/fault"
)

// The bounds of a picture: a header that promises more is not decoded (A10). A camera
// of 50 million points fits; memory is what its decoding takes.
const (
	maxSide   = 16_384
	maxPoints = 64_000_000
	maxMemory = 112 << 20
	maxPasses = 100 // of a JPEG; a progressive one has ten
	thumbSide = 480
)

// picture is what the header of an image file says.
type picture struct {
	width, height int   // as it is seen: turned
	turn          int   // EXIF orientation 1..8
	memory        int64 // bytes that decoding takes
}

// look reads the header of a picture; fault.Invalid when it has none or promises too much.
func look(kind string, r io.ReadSeeker) (p picture, err error) {
	c, _, err := image.DecodeConfig(bufio.NewReader(r))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return p, broken()
	}
	if c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPoints {
		return p, fault.New(fault.Invalid, "file.dimensions", "Картинка %d × %d точек слишком велика: больше %d млн точек или %d по стороне не принимаем.", c.Width, c.Height, maxPoints/1_000_000, maxSide).
			At("body", "слишком большая картинка")
	}
	p = picture{width: c.Width, height: c.Height, turn: 1, memory: 4 * int64(c.Width) * int64(c.Height)}
	switch {
	case kind == jpegKind:
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return p, err
		}
		p.readJPEG(bufio.NewReader(r))
		n, err := passes(r)
		if err != nil {
			return p, err
		}
		if n > maxPasses {
			return p, slow()
		}
	case c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model:
		p.memory *= 2
	}
	if p.turn > 4 {
		p.width, p.height = p.height, p.width
	}
	return p, nil
}

func broken() error {
	return fault.New(fault.Invalid, "file.broken", "Картинка повреждена: откройте её у себя и сохраните заново.").At("body", "картинка повреждена")
}

// readJPEG walks the segments before the picture for its orientation and for what its
// decoding takes: a progressive one keeps four bytes a sample besides the samples.
func (p *picture) readJPEG(r *bufio.Reader) {
	if _, err := r.Discard(2); err != nil {
		return
	}
	for {
		var m [4]byte
		if _, err := io.ReadFull(r, m[:]); err != nil || m[0] != 0xff {
			return
		}
		if m[1] == 0xff { // fill
			_ = r.UnreadByte()
			_ = r.UnreadByte()
			continue
		}
		n := int(binary.BigEndian.Uint16(m[2:])) - 2
		if n < 0 || m[1] == 0xda {
			return
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		switch {
		case m[1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			p.turn = orientation(body[6:])
		case m[1] >= 0xc0 && m[1] <= 0xc2 && len(body) >= 6:
			p.memory = samples(body, int64(p.width)*int64(p.height))
			if m[1] == 0xc2 {
				p.memory *= 5
			}
			return
		}
	}
}

// passes counts the scans of a JPEG: each goes over the whole picture, and may take ten
// bytes of the file. The mark cannot stand among the points, where 0xff is followed by 0.
func passes(r io.ReadSeeker) (n int, err error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	b, was := bufio.NewReaderSize(r, 64<<10), byte(0)
	for {
		c, err := b.ReadByte()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if was == 0xff && c == 0xda {
			n++
		}
		was = c
	}
}

func slow() error {
	return fault.New(fault.Invalid, "file.slow", "Картинка разбирается слишком долго: сохраните её заново, обычным JPEG.").At("body", "картинка не разобрана")
}

// samples counts the bytes of all components of a JPEG frame by their sampling.
func samples(frame []byte, points int64) (n int64) {
	most := int64(1)
	for pass := range 2 {
		for i := 6; i+2 < len(frame); i += 3 {
			s := int64(frame[i+1]>>4) * int64(frame[i+1]&15)
			if pass == 0 {
				most = max(most, s)
			} else {
				n += points * s / most
			}
		}
	}
	return max(n, points)
}

// orientation reads the EXIF tag 0x0112 of the first directory; 1 when there is none.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var o binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		o = binary.BigEndian
	}
	at := int(o.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for i, n := 0, int(o.Uint16(tiff[at:])); i < n; i++ {
		e := at + 2 + 12*i
		if e+12 > len(tiff) {
			break
		}
		if o.Uint16(tiff[e:]) == 0x0112 {
			if v := int(o.Uint16(tiff[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			break
		}
	}
	return 1
}

// thumb makes the small picture: a JPEG without the camera's marks (place, time), turned
// as it was held, at most thumbSide by its longer side. nil when decoding takes more
// memory than we give; the file is kept all the same.
func (p picture) thumb(ctx context.Context, r io.Reader) ([]byte, error) {
	if p.memory > maxMemory {
		return nil, nil
	}
	src, _, err := image.Decode(bufio.NewReader(patient{ctx, r}))
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		return nil, slow()
	}
	if err != nil {
		return nil, broken()
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, turned(small(src), p.turn), &jpeg.Options{Quality: 80})
	return out.Bytes(), err
}

// patient reads until the context ends: a picture that takes for ever is given up.
type patient struct {
	ctx context.Context //nolint:containedctx // a reader has no other way to hear of it
	r   io.Reader
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// small scales on white, in strips: the scaler keeps 32 bytes for every point of the
// source's height by the target's width.
func small(src image.Image) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > thumbSide {
		w, h = max(1, w*thumbSide/most), max(1, h*thumbSide/most)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	const strip = 32
	for y := 0; y < h; y += strip {
		end := min(y+strip, h)
		from := image.Rect(b.Min.X, b.Min.Y+b.Dy()*y/h, b.Max.X, b.Min.Y+b.Dy()*end/h)
		draw.BiLinear.Scale(dst, image.Rect(0, y, w, end), src, from, draw.Over, nil)
	}
	return dst
}

// turned puts a picture upright by its EXIF orientation.
func turned(src *image.RGBA, o int) *image.RGBA {
	if o == 1 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if o > 4 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			u, v := x, y
			switch o {
			case 2:
				u = w - 1 - x
			case 3:
				u, v = w-1-x, h-1-y
			case 4:
				v = h - 1 - y
			case 5:
				u, v = y, x
			case 6:
				u, v = h-1-y, x
			case 7:
				u, v = h-1-y, w-1-x
			case 8:
				u, v = y, w-1-x
			}
			dst.SetRGBA(u, v, src.RGBAAt(x, y))
		}
	}
	return dst
}
