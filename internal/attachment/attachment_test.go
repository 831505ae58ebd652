package attachment

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // thumbnails are read
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/pg"
)

// TestAThumbnailIsUprightAndSaysNothingOfTheCamera: every orientation of EXIF ends with the
// red quarter where the eye saw it; the place on Earth is not in the small picture.
func TestAThumbnailIsUprightAndSaysNothingOfTheCamera(t *testing.T) {
	t.Parallel()
	h := open(t, 20)
	corner := map[int]string{1: "lu", 2: "ru", 3: "rd", 4: "ld", 5: "lu", 6: "ru", 7: "rd", 8: "ld"}
	for o := 1; o <= 8; o++ {
		f := h.added(fmt.Sprintf("o%d.jpg", o), turn(jpegOf(t, photo(1200, 800)), uint16(o)))
		w, hh := 1200, 800
		if o > 4 {
			w, hh = hh, w
		}
		require.Equal(t, []int{w, hh}, []int{f.Width, f.Height}, "%d", o)
		b := h.read(f, true)
		require.NotContains(t, string(b), "GPS")
		require.NotContains(t, string(b), "Exif")
		require.Contains(t, string(h.read(f, false)), "GPS", "the file itself is as it was")
		m, _, err := image.Decode(bytes.NewReader(b))
		require.NoError(t, err)
		size := m.Bounds()
		require.Equal(t, 480, max(size.Dx(), size.Dy()))
		require.Equal(t, w > hh, size.Dx() > size.Dy())
		for name, p := range map[string]image.Point{
			"lu": {size.Dx() / 4, size.Dy() / 4}, "ru": {size.Dx() * 3 / 4, size.Dy() / 4}, "ld": {size.Dx() / 4, size.Dy() * 3 / 4}, "rd": {size.Dx() * 3 / 4, size.Dy() * 3 / 4},
		} {
			r, _, _, _ := m.At(p.X, p.Y).RGBA()
			require.Equal(t, name == corner[o], r > 0x8000, "orientation %d, corner %s", o, name)
		}
	}
}

// TestKindsAreToldByTheContent: a name proves nothing.
func TestKindsAreToldByTheContent(t *testing.T) {
	t.Parallel()
	h := open(t, 20)
	small := photo(40, 30)
	zip := func(names ...string) []byte {
		var b []byte
		for _, n := range names {
			b = append(b, "PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
			b = append(append(b, byte(len(n)), 0, 0, 0), n...)
		}
		return b
	}
	for _, c := range []struct {
		name string
		body []byte
		kind string
		kept string
	}{
		{"подъезд.png", jpegOf(t, small), jpegKind, "подъезд.png.jpg"},
		{"Подъезд.JPEG", jpegOf(t, photo(41, 30)), jpegKind, "Подъезд.JPEG"},
		{"план", pngOf(t, small), pngKind, "план.png"},
		{"акт.html", []byte("%PDF-1.7\n<script>alert(1)</script>"), pdfKind, "акт.html.pdf"},
		{"ведомость.xlsx", zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), xlsxKind, "ведомость.xlsx"},
		{"договор.docx", zip("[Content_Types].xml", "word/document.xml"), docxKind, "договор.docx"},
	} {
		f := h.added(c.name, c.body)
		require.Equal(t, []string{c.kind, c.kept}, []string{f.Kind, f.Name})
	}
	for name, body := range map[string]string{
		"page.jpg": "<!doctype html><script>alert(1)</script>", "picture.png": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "program.pdf": "MZ\x90\x00", "elf.jpg": "\x7fELF",
		"archive.docx": string(zip("evil.exe", "word/document.xml")), "slip.docx": string(zip("../../etc/passwd")), "gif.jpg": "GIF89a", "text.pdf": "hello", "bom.html": "\xef\xbb\xbf<html>",
		"riff.webp": "RIFF\x00\x00\x00\x00WAVEfmt ", "wav.jpg": "RIFF\xff\xff\xff\xffWAVEfmt ",
	} {
		h.refuses("file.kind", name, []byte(body))
	}
	h.refuses("file.empty", "пусто.jpg", nil)
	h.refuses("file.broken", "огрызок.jpg", jpegOf(t, small)[:60])
	h.refuses("file.broken", "огрызок.jpg", jpegOf(t, photo(400, 400))[:900])
	h.refuses("file.broken", "огрызок.webp", []byte("RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00\x00\x00\x00\x00"))
	require.Len(t, h.stored(), 6+3, "six files, three small pictures, and nothing of what was refused")
}

// TestNamesAreMadeHarmless is A8 of file names: no path, no marks that turn the reading
// round, no length, the ending of the kind.
func TestNamesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"../../etc/passwd":          "passwd.pdf",
		`C:\Документы\акт.pdf`:      "акт.pdf",
		"фото\u202efdp.exe":         "фотоfdp.exe.pdf",
		"a\x00b\r\nContent-Type: x": "abContent-Type: x.pdf",
		"":                          "файл.pdf",
		"..":                        "файл.pdf",
		".pdf":                      "файл.pdf",
		"   ":                       "файл.pdf",
		"a\u200b\ufeffb.PDF":        "ab.PDF",
		"<img src=x onerror=a()>":   "<img src=x onerror=a()>.pdf",
		strings.Repeat("ж", 400):    strings.Repeat("ж", 150) + ".pdf",
		"bad\xff\xfe.pdf":           "bad.pdf",
		"много   пробелов  в  .pdf": "много пробелов в.pdf",
	} {
		require.Equal(t, want, cleanName(name, pdfKind), "%q", name)
	}
}

// TestTheSameFileTwiceIsOne: twelve double clicks at once make one file, one line of the
// audit journal, one thing told.
func TestTheSameFileTwiceIsOne(t *testing.T) {
	t.Parallel()
	h := open(t, 20)
	body := []byte("%PDF-1.7\nno picture: pictures wait for each other when they are decoded")
	ids := make([]int64, 12)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			f, err := h.add("акт.pdf", body)
			if err == nil {
				ids[i] = f.ID
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
		require.NotZero(t, id)
	}
	require.Len(t, h.stored(), 1, "the bytes of the others are gone")
	require.Equal(t, []string{"add акт.pdf"}, h.told)
}

func TestAFileIsDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	a, b := h.added("a.jpg", jpegOf(t, photo(30, 30))), h.added("b.jpg", jpegOf(t, photo(31, 30)))
	h.refuses("file.many", "c.jpg", jpegOf(t, photo(32, 30)))
	d, err := h.s.Delete(h.ctx, "building", a.ID)
	require.NoError(t, err)
	_, err = h.s.Delete(h.ctx, "building", a.ID)
	require.NoError(t, err, "said twice")
	_, _, err = h.s.Open(h.ctx, "building", a.ID, false)
	require.Equal(t, "file.not_found", fault.CodeOf(err))
	_, err = h.s.Describe(h.ctx, "building", a.ID, "подпись", d.Version)
	require.Equal(t, "file.deleted", fault.CodeOf(err))
	_, err = h.s.Restore(h.ctx, "building", a.ID)
	require.NoError(t, err)
	h.read(a, false)

	_, err = h.s.Delete(h.ctx, "building", a.ID)
	require.NoError(t, err)
	again := h.added("снова.jpg", jpegOf(t, photo(30, 30)))
	_, err = h.s.Restore(h.ctx, "building", a.ID)
	require.Equal(t, fault.Invalid, fault.KindOf(err), "no room: %v", err)
	_, err = h.s.Delete(h.ctx, "building", b.ID)
	require.NoError(t, err)
	_, err = h.s.Restore(h.ctx, "building", a.ID)
	require.Equal(t, "file.twice", fault.CodeOf(err))
	fs, err := h.s.List(h.ctx, "building", 1)
	require.NoError(t, err)
	require.Equal(t, []int64{again.ID}, []int64{fs[0].ID})
	require.Equal(t, []string{"add a.jpg", "add b.jpg", "delete a.jpg", "restore a.jpg", "delete a.jpg", "add снова.jpg", "delete b.jpg"}, h.told[:7])

	f, err := h.s.Describe(h.ctx, "building", again.ID, "  вид \n со двора ", again.Version)
	require.NoError(t, err)
	require.Equal(t, "вид со двора", f.Caption)
	_, err = h.s.Describe(h.ctx, "building", again.ID, "другая", again.Version)
	require.Equal(t, "file.changed", fault.CodeOf(err))
	other := access.With(h.ctx, access.Actor{Kind: access.Company, UserID: 8, CompanyID: 1, May: []access.Permission{access.TicketComment}})
	_, err = h.s.Delete(other, "building", again.ID)
	require.Equal(t, "file.others", fault.CodeOf(err), "only his own")
}

// TestAFileIsNeverLostBetweenDiskAndRow: no row without bytes; bytes without a row are
// swept out when they are old, and nothing else is.
func TestAFileIsNeverLostBetweenDiskAndRow(t *testing.T) {
	t.Parallel()
	h := open(t, 20)
	broken := errors.New("the disk is full")
	h.store.err = broken
	_, err := h.add("a.jpg", jpegOf(t, photo(30, 30)))
	require.ErrorIs(t, err, broken)
	fs, err := h.s.List(h.ctx, "building", 1)
	require.NoError(t, err)
	require.Empty(t, fs, "no row of a file that was not kept")
	h.store.err = nil
	_, err = h.s.Add(h.ctx, New{Subject: "building", ID: 1, Name: "b.jpg", Body: iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(jpegOf(t, photo(30, 30)))))})
	require.Equal(t, "file.cut", fault.CodeOf(err))
	require.Empty(t, h.stored(), "half an upload is not kept")

	kept, gone, lately := h.added("kept.jpg", jpegOf(t, photo(31, 30))), h.added("gone.jpg", jpegOf(t, photo(32, 30))), h.added("lately.jpg", jpegOf(t, photo(33, 30)))
	require.NoError(t, h.store.Put(h.ctx, "2026/11/orphan", strings.NewReader("nobody's")))
	_, err = h.s.Delete(h.ctx, "building", gone.ID)
	require.NoError(t, err)
	sys := access.AsSystem(t.Context(), "attachment")
	n, err := h.s.Sweep(sys) // the clock stands at noon of a day before the files were written
	require.NoError(t, err)
	require.Zero(t, n, "young files stay, with a row or without")
	h.clock.Set(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))
	_, err = h.s.Delete(h.ctx, "building", lately.ID)
	require.NoError(t, err)
	n, err = h.s.Sweep(sys)
	require.NoError(t, err)
	require.Equal(t, 3, n, "the orphan, and the deleted one with its small picture")
	require.Len(t, h.stored(), 4)
	h.read(kept, false)
	h.read(kept, true)
	_, err = h.s.Restore(h.ctx, "building", lately.ID)
	require.NoError(t, err, "deleted today, it can be brought back")
	h.read(lately, true)
	require.NoError(t, pg.Do(sys, h.s.db, func(tx *pg.Tx) error {
		var rows int
		err := tx.QueryRow(sys, `select count(*) from attachments`).Scan(&rows)
		require.Equal(t, 2, rows)
		return err
	}))
}
