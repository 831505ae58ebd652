package attachment

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
	"unicode"

	"d24/internal/fault"
)

// The kinds of files that are taken, as media types.
const (
	jpegKind = "image/jpeg"
	pngKind  = "image/png"
	webpKind = "image/webp"
	pdfKind  = "application/pdf"
	docxKind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	xlsxKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// endings are what the names of a kind end with, the usual one first.
var endings = map[string][]string{
	jpegKind: {".jpg", ".jpeg"}, pngKind: {".png"}, webpKind: {".webp"}, pdfKind: {".pdf"}, docxKind: {".docx"}, xlsxKind: {".xlsx"},
}

// headLen is how much of a file tells its kind.
const headLen = 64 << 10

// kindOf tells a kind by the beginning of a file; "" for what is not taken: pages,
// pictures that are programs (SVG), archives, programs. The name is not asked.
func kindOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return jpegKind
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return pngKind
	case len(head) > 16 && string(head[:4]) == "RIFF" && string(head[8:15]) == "WEBPVP8":
		return webpKind
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return pdfKind
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return officeKind(head)
	}
	return ""
}

// officeKind tells Word and Excel by the names in the archive's beginning. Nothing is
// unpacked, so an archive bomb has nothing to burst.
func officeKind(head []byte) string {
	first := true
	for {
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 || len(head) < i+30 {
			return ""
		}
		n := int(binary.LittleEndian.Uint16(head[i+26:]))
		if len(head) < i+30+n {
			return ""
		}
		name := string(head[i+30 : i+30+n])
		switch {
		case strings.HasPrefix(name, "word/"):
			return docxKind
		case strings.HasPrefix(name, "xl/"):
			return xlsxKind
		case first && name != "[Content_Types].xml" && !strings.HasPrefix(name, "_rels/") && !strings.HasPrefix(name, "docProps/"):
			return ""
		}
		first, head = false, head[i+30+n:]
	}
}

// unknownKind refuses a file in words.
func unknownKind() error {
	return fault.New(fault.Invalid, "file.kind", "Принимаются фото (JPEG, PNG, WebP) и документы (PDF, Word DOCX, Excel XLSX). Этот файл – что-то другое, как бы он ни назывался.").
		At("body", "файл не того вида")
}

// cleanName makes a name harmless: no path, no unseen marks (those that
// turn the reading round make a program look like a picture), not long, with the ending of its kind.
func cleanName(name, kind string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)), " ")
	ends := endings[kind]
	stem, end := name, ends[0]
	for _, e := range ends {
		if n := len(name) - len(e); n >= 0 && strings.EqualFold(name[n:], e) {
			stem, end = name[:n], name[n:]
		}
	}
	stem = strings.Trim(stem, " ./")
	if stem == "" {
		stem = "файл"
	}
	if r := []rune(stem); len(r) > maxName {
		stem = string(r[:maxName])
	}
	return stem + end
}
