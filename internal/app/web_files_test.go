package app_test

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPhotosOfAHouse is H1: who may edit houses adds, describes, deletes and brings
// back; who may see the house sees; the file goes out to be saved and never as a page.
func TestPhotosOfAHouse(t *testing.T) {
	t.Parallel()
	h := open(t)
	of := fmt.Sprintf("/building-files?of=%d", h.building(ours))
	name := url.QueryEscape(`<img src=x onerror="alert(1)">/../Вид "со двора".html`)
	a := h.send("admin", "POST", of+"&name="+name, strings.NewReader(snapshot(1)), http.Header{"Content-Type": {"application/octet-stream"}})
	require.Equal(t, 200, a.status, a.body)
	id := a.id(t, "id")
	require.Equal(t, `Вид "со двора".html.jpg`, a.get(t, "name"))
	require.Equal(t, "image/jpeg", a.get(t, "kind"))
	one := fmt.Sprintf("/building-files/%d", id)
	require.Equal(t, id, h.ok("admin", "POST", of+"&name=again.jpg", snapshot(1)).id(t, "id"), "the same file twice is one")

	for _, login := range []string{"readonly", "op-ours", "foreman", "manager"} {
		l := h.ok(login, "GET", of, nil)
		require.Equal(t, id, l.id(t, "items.0.id"), login)
		require.Equal(t, false, l.get(t, "can_add"))
		require.Equal(t, false, l.get(t, "items.0.can_change"))
		f := h.ok(login, "GET", one, nil)
		require.Equal(t, snapshot(1), f.body)
		require.Equal(t, "image/jpeg", f.header.Get("Content-Type"))
		require.Equal(t, "nosniff", f.header.Get("X-Content-Type-Options"))
		require.True(t, strings.HasPrefix(f.header.Get("Content-Disposition"), "attachment; filename*=utf-8''%D0%92"), f.header.Get("Content-Disposition"))
		require.Equal(t, "default-src 'none'; sandbox", f.header.Get("Content-Security-Policy"))
		thumb := h.ok(login, "GET", one+"/thumb", nil)
		_, kind, err := image.DecodeConfig(strings.NewReader(thumb.body))
		require.NoError(t, err)
		require.Equal(t, "jpeg", kind)
		h.fails(login, "POST", of, snapshot(2), 403, "access.building.write")
		h.fails(login, "DELETE", one, nil, 403, "access.building.write")
	}
	v := h.ok("admin", "PATCH", one, map[string]any{"caption": "Вид со двора", "version": 1}).id(t, "version")
	h.fails("admin", "PATCH", one, map[string]any{"caption": "Другой", "version": 1}, 409, "file.changed")
	h.fails("admin", "PATCH", one, map[string]any{"caption": strings.Repeat("ы", 501), "version": v}, 422, "file.caption")
	h.ok("admin", "DELETE", one, nil)
	require.NotContains(t, h.ok("admin", "GET", of, nil).body, "Вид")
	h.fails("readonly", "GET", one, nil, 404, "file.not_found")
	require.Equal(t, "Вид со двора", h.ok("admin", "POST", one+"/restore", nil).get(t, "caption"))
	h.ok("readonly", "GET", one, nil)

	require.Equal(t, int64(4), h.one(`select count(*) from audit_entries where object = $1 and action in ('file.add', 'file.change', 'file.delete', 'file.restore')`, fmt.Sprintf("building:%d", h.building(ours))))
	h.fails("admin", "POST", of+"&name=page.jpg", "<!doctype html><script>alert(1)</script>", 422, "file.kind")
	h.fails("admin", "POST", of+"&name=picture.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422, "file.kind")
	h.fails("admin", "POST", of, "", 422, "file.empty")
	h.fails("admin", "POST", "/building-files?of=987654321", snapshot(3), 404, "building.not_found")
	big := bytes.NewReader(append([]byte("%PDF-1.7\n"), make([]byte, 26<<20)...))
	b := h.send("admin", "POST", of, big, http.Header{"Content-Type": {"application/octet-stream"}})
	require.Equal(t, 422, b.status, b.body)
	require.Equal(t, "file.size", b.get(t, "code"))

	must(t, os.RemoveAll(filepath.Join(h.data, "files")))
	h.fails("admin", "GET", one, nil, 404, "file.no_file")
}

// sent counts what was taken of a body.
type sent struct {
	io.Reader
	n int
}

func (s *sent) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.n += n
	return n, err
}

// TestARefusedFileIsReadToItsEnd: a browser whose connection is closed while it sends
// shows «no network» in the place of what is wrong with the file.
func TestARefusedFileIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	const size = 20 << 20
	for path, code := range map[string]string{fmt.Sprintf("/building-files?of=%d", h.building(ours)): "file.kind", "/building-files?of=987654321": "building.not_found"} {
		body := &sent{Reader: bytes.NewReader(make([]byte, size))}
		a := h.send("admin", "POST", path, body, http.Header{"Content-Type": {"application/octet-stream"}})
		require.Equal(t, code, a.get(t, "code"))
		require.Equal(t, size, body.n, code)
	}
}

// TestAPartOfTheHousesShowsItsFilesAlone is A1: a person of some houses sees and adds no
// files of the others.
func TestAPartOfTheHousesShowsItsFilesAlone(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, other := h.building(ours), h.one(`select max(id) from buildings where company_id = 1`)
	id, far := h.file("building", mine, "мой.jpg", 1), h.file("building", other, "не мой.jpg", 2)
	h.ok("admin", "PUT", fmt.Sprintf("/users/%d/grants", h.user("readonly")), sees(line("part", nil, []int64{mine}, nil)))
	h.ok("readonly", "GET", fmt.Sprintf("/building-files/%d", id), nil)
	h.fails("readonly", "GET", fmt.Sprintf("/building-files/%d", far), nil, 404, "file.not_found")
	h.fails("readonly", "GET", fmt.Sprintf("/building-files/%d/thumb", far), nil, 404, "file.not_found")
	h.fails("readonly", "GET", fmt.Sprintf("/ticket-files/%d", id), nil, 404, "file.not_found")
	h.fails("readonly", "GET", fmt.Sprintf("/building-files?of=%d", other), nil, 404, "building.not_found")
}

// TestAPhotoOfARequest is J9: the executor adds one from his phone, whoever sees the card
// sees it, the line of time tells; a double click makes one; he removes only his own.
func TestAPhotoOfARequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	tk := h.ticket(ours, "ВС-02")
	member := h.one(`select member_id from company_users c join users u on u.id = c.user_id where u.login = 'gusev' and company_id = 1`)
	h.do(`update tickets set executor_id = $2, responsible_id = null where id = $1`, tk.ID, member)
	of := fmt.Sprintf("/ticket-files?of=%d", tk.ID)
	h.token("gusev")
	ids := make([]int64, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() { ids[i] = h.ok("gusev", "POST", of+"&name=stoyak.jpg", snapshot(1)).id(t, "id") })
	}
	all.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, int64(1), h.one(`select count(*) from ticket_events where ticket_id = $1 and kind = 'file'`, tk.ID))
	events := h.ok("op-ours", "GET", fmt.Sprintf("/tickets/%d/events", tk.ID), nil)
	require.Contains(t, events.body, "Добавлен файл: stoyak.jpg")
	one := fmt.Sprintf("/ticket-files/%d", ids[0])
	h.ok("readonly", "GET", one, nil)
	h.fails("readonly", "POST", of, snapshot(2), 403, "access.ticket.comment")
	other := h.ticket(ours, "ВС-02").ID // not his request
	h.do(`update tickets set executor_id = null, responsible_id = null where id = $1`, other)
	far := h.file("ticket", other, "чужой.jpg", 9)
	for _, login := range []string{"gusev", "contractor"} {
		h.fails(login, "GET", fmt.Sprintf("/ticket-files/%d", far), nil, 404, "file.not_found")
		h.fails(login, "POST", fmt.Sprintf("/ticket-files?of=%d", other), snapshot(2), 404, "ticket.not_found")
	}
	h.fails("op-strange", "GET", one, nil, 404, "file.not_found")

	theirs := h.ok("foreman", "POST", of+"&name=akt.jpg", snapshot(3)).id(t, "id")
	h.fails("gusev", "DELETE", fmt.Sprintf("/ticket-files/%d", theirs), nil, 403, "file.others")
	h.ok("gusev", "DELETE", one, nil)
	h.ok("gusev", "POST", one+"/restore", nil)
	h.ok("foreman", "DELETE", one, nil)
	events = h.ok("op-ours", "GET", fmt.Sprintf("/tickets/%d/events", tk.ID), nil)
	require.Contains(t, events.body, "Удалён файл: stoyak.jpg")
	require.Contains(t, events.body, "Возвращён файл: stoyak.jpg")
}
