package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"d24/internal/access"
	"d24/internal/attachment"
)

// snapshot is a small photo; another number, another photo.
func snapshot(n int) string {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = byte(i * (n + 3))
	}
	m.SetRGBA(0, 0, color.RGBA{byte(n), 0, 0, 255})
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil)
	return b.String()
}

// file adds a photo as the program itself would.
func (h *house) file(subject string, id int64, name string, n int) int64 {
	h.t.Helper()
	f, err := h.app.Files.Add(access.AsSystem(h.sys, "test"), attachment.New{Subject: subject, ID: id, Name: name, Body: bytes.NewReader([]byte(snapshot(n)))})
	must(h.t, err)
	return f.ID
}

func init() {
	more = append(more, func(h *house) map[string][]request {
		out := map[string][]request{}
		for subject, owner := range map[string]int64{"building": h.spare(strange, "Заречье, с фото"), "ticket": h.ticket(strange, "ВС-02").ID} {
			seen, described, deleted, back := h.file(subject, owner, "Заречье.jpg", 1), h.file(subject, owner, "Мостовая.jpg", 2), h.file(subject, owner, "Ткацкая.jpg", 3), h.file(subject, owner, "Звёздная.jpg", 4)
			_, err := h.app.Files.Delete(h.sys, subject, back)
			must(h.t, err)
			of, one := fmt.Sprintf("/%s-files?of=%d", subject, owner), func(id int64) string { return fmt.Sprintf("/%s-files/%d", subject, id) }
			out["list-"+subject+"-files"] = []request{{method: "GET", path: of}}
			out["add-"+subject+"-file"] = []request{{method: "POST", path: of + "&name=%D0%97%D0%B0%D1%80%D0%B5%D1%87%D1%8C%D0%B5.jpg", body: snapshot(5), by: "admin2"}}
			out["get-"+subject+"-file"] = []request{{method: "GET", path: one(seen)}}
			out["get-"+subject+"-file-thumb"] = []request{{method: "GET", path: one(seen) + "/thumb"}}
			out["describe-"+subject+"-file"] = []request{{method: "PATCH", path: one(described), body: map[string]any{"caption": "чужая", "version": 1}, by: "admin2"}}
			out["delete-"+subject+"-file"] = []request{{method: "DELETE", path: one(deleted), by: "admin2"}}
			out["restore-"+subject+"-file"] = []request{{method: "POST", path: one(back) + "/restore", by: "admin2"}}
		}
		return out
	})
}
