package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
)

// opened is the tab that the page has opened itself.
func (p *page) opened(name string) *page {
	p.t.Helper()
	p.do("", "opened", name)
	q := &page{chromium: p.chromium, name: name}
	p.pages = append(p.pages, q)
	return q
}

// printed is the text of the page on paper.
func (p *page) printed() string {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), "page.pdf")
	p.do("", "pdf", map[string]any{"path": file, "format": "A4"})
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output() //nolint:gosec // our own file
	require.NoError(p.t, err)
	return plain(string(out))
}

// TestTheEmergencyListWithoutTheServer: one key at the desk opens whom to call by a mobile phone;
// with the server gone it is read still, opened anew too, says how old it is, and prints whole.
func TestTheEmergencyListWithoutTheServer(t *testing.T) { // F8
	h := newHouse(t, newPlace())
	made := h.login("operator").flood("")
	c := startChromium(t, h, operatorHz)
	p := c.open("operator", "microphone")
	p.signIn("/desk", "operator")
	p.sees(id("my-state"))
	p.press("Shift+F1")
	list := p.opened("list")
	request := id(fmt.Sprint("emergency-request-", made.ID))
	n := seed.MemberPhone(0, 0)
	phone := fmt.Sprintf("+7 %s %s-%s-%s", n[2:5], n[5:8], n[8:10], n[10:])
	whole := func(said string) {
		t.Helper()
		for _, word := range []string{fmt.Sprint("№ ", made.Number), "Озёрная, 2, кв. 5", "Гусев П. Н.", phone} {
			require.Contains(t, said, word)
		}
	}
	list.sees(request)
	whole(list.text(request))
	require.Zero(t, list.count(id("list-old")))
	var kept bool
	list.eval(`navigator.serviceWorker.ready.then(() => true)`, &kept)

	h.stop()
	list.do("", "reload")
	list.sees(id("list-old"))
	list.sees(request)
	list.leave()
	p.press("Shift+F1")
	list = p.opened("list, opened anew")
	list.sees(id("list-old"))
	whole(list.text(request))
	paper := list.printed()
	whole(paper)
	require.Contains(t, paper, "Сервер не отвечает. Это список от")
	require.Contains(t, paper, otherCompany)
	require.NotContains(t, paper, "Обновить", "what is pressed is not printed")
}
