package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/access"
	"d24/internal/ticket"
)

// read is a PDF as words, page by page, as a reader of Debian finds them.
func read(t *testing.T, pdf []byte, name string) []string {
	t.Helper()
	dir := os.Getenv("D24_LOOK") // the pictures are kept to be looked at
	if dir == "" {
		dir = t.TempDir()
	}
	path := filepath.Join(dir, name+".pdf")
	require.NoError(t, os.WriteFile(path, pdf, 0o600))
	if os.Getenv("D24_LOOK") != "" {
		require.NoError(t, exec.CommandContext(t.Context(), "pdftoppm", "-r", "70", "-png", "-l", "2", path, filepath.Join(dir, name)).Run()) //nolint:gosec // our own file
	}
	out, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output() //nolint:gosec // our own file
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

// TestTheRegister: what a supervisory body gets has its period, every request of the filter once,
// the columns of the law on every page, numbered pages, places to sign, and nobody's whole number.
func TestTheRegister(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.crowd(90)
	c.do(`update tickets set description = repeat('Очень длинный рассказ жителя о протечке. ', 150) || '🙂' where company_id = 1 and number = 700010`)
	c.do(`insert into ticket_events (company_id, ticket_id, at, kind, by_name, text) select company_id, id, $1, 'created', 'Оператор Лаптева', '' from tickets where company_id = 1 and number >= 700000`, noon)
	c.do(`insert into attachments (company_id, subject, subject_id, kind, name, bytes, sha256, file_key, by_name, created_at) select 1, 'ticket', id, 'image/jpeg', 'фото.jpg', 1, '\x01', 'k', 'Мастер', $1 from tickets where company_id = 1 and number = 700007`, noon)
	c.do(`update tickets set localised_at = $1, status = 'done', done_at = $1 where company_id = 1 and number = 700007`, noon.Add(-time.Hour))
	c.do(`insert into supplier_tickets (company_id, ticket_id, supplier_id, supplier_name, supplier_kind, status, their_number, created_at, updated_at)
		select 1, t.id, (select min(id) from company_suppliers where company_id = 1), 'Водоканал', 'water', 'accepted', 'В-4127', $1, $1 from tickets t where company_id = 1 and number = 700007`, noon)
	f := ticket.Filter{CompanyID: 1, CreatedFrom: noon.Add(-252 * time.Hour), CreatedTo: noon.Add(12 * time.Hour), Order: ticket.Oldest}
	n, err := c.s.tickets.CountTo(access.With(context.Background(), admin()), f, 1000)
	require.NoError(t, err)
	pages := read(t, c.file(admin(), PDF, f), "register")
	require.Greater(t, len(pages), 4)
	whole := strings.Join(pages, "\n")
	require.Contains(t, pages[0], "Реестр заявок аварийно-диспетчерской службы")
	require.Contains(t, pages[0], "УК «Северный берег»")
	require.Contains(t, pages[0], "с 14.11.2026 по 24.11.2026")
	for i, p := range pages {
		require.Contains(t, p, fmt.Sprintf("стр. %d из %d", i+1, len(pages)))
	}
	require.Equal(t, len(pages), strings.Count(whole, "Предельные")+boolInt(!strings.Contains(pages[len(pages)-1], "Предельные")), "the columns are on every page that has rows")
	for g := range 91 {
		if g == 0 {
			continue
		}
		require.Equal(t, 1, strings.Count(whole+" ", fmt.Sprintf("№ %d ", 700000+g)), "request %d", g)
	}
	require.Contains(t, pages[len(pages)-1], fmt.Sprintf("Всего заявок: %d", n))
	require.Contains(t, pages[len(pages)-1], "подпись")
	require.Contains(t, whole, "Оператор Лаптева")
	require.Contains(t, whole, "фото и")
	require.NotRegexp(t, `\+7900\d{7}`, whole, "numbers are masked in print")
	require.Contains(t, whole, "ёмкость")
	require.Contains(t, whole, "локализована", "the hour of the harm's end is a column of the law")
	require.Contains(t, whole, "Водоканал", "so is the supplier")
	require.Contains(t, whole, "В-4127", "and its number")
}

// TestARegisterOfThousands: nothing of a long list is lost between two pages, and its pages
// are numbered to the last.
func TestARegisterOfThousands(t *testing.T) {
	t.Parallel()
	c := open(t)
	const n = 3000
	c.crowd(n)
	f := ticket.Filter{CompanyID: 1, CreatedFrom: noon.Add(-n * 7 * time.Minute), Order: ticket.Oldest}
	pages := read(t, c.file(admin(), PDF, f), "thousands")
	require.Greater(t, len(pages), n/14)
	rows, last := 0, 0
	number := regexp.MustCompile(`№ (7\d{5})\b`)
	for i, p := range pages {
		require.Contains(t, p, fmt.Sprintf("стр. %d из %d", i+1, len(pages)))
		for _, m := range number.FindAllStringSubmatch(p, -1) {
			g, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			require.True(t, last == 0 || g < last, "oldest first: %d after %d", g, last)
			rows, last = rows+1, g
		}
		if strings.Contains(p, "№ 7") {
			require.Contains(t, p, "Предельные", "page %d has the columns", i+1)
		}
	}
	require.Equal(t, n, rows)
	all, err := c.s.tickets.CountTo(access.With(context.Background(), admin()), f, 10_000)
	require.NoError(t, err)
	require.Contains(t, pages[len(pages)-1], fmt.Sprintf("Всего заявок: %d", all))
	for i, p := range pages[1 : len(pages)-1] {
		row, _, _ := strings.Cut(p, "Реестр заявок. УК")
		require.Len(t, regexp.MustCompile(`\d\d\.\d\d\.\d{4} \d\d:\d\d`).FindAllString(row, -1), len(regexp.MustCompile(`\d\d\.\d\d\.\d{4}`).FindAllString(row, -1)), "page %d: a day stays with its hour", i+2)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestPapersOfOneRequest is J11: the work order has what the executor needs, the act what is signed.
func TestPapersOfOneRequest(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.crowd(3)
	var id int64
	require.NoError(t, c.s.tickets.Each(access.With(context.Background(), admin()), ticket.Filter{Number: 700002}, func(x ticket.Ticket) error { id = x.ID; return nil }))
	c.do(`update tickets set access_note = 'домофон 12К, после 18:00', entrance = 2, floor = 5 where id = $1`, id)
	c.do(`insert into ticket_works (company_id, ticket_id, executor, began_at, ended_at, why) values (1, $1, 'Гусев П. Н.', $2, $3, 'перерыв – ждём ключ'), (1, $1, 'Гусев П. Н.', $3, null, '')`, id, noon, noon.Add(25*time.Minute))
	one := func(a access.Actor, p Paper) (string, string) {
		name, write, err := c.s.Paper(access.With(context.Background(), a), id, p)
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, write(&out))
		pages := read(t, out.Bytes(), string(p))
		require.Len(t, pages, 1)
		return name, pages[0]
	}
	name, order := one(admin(), Order)
	require.Equal(t, "Наряд по заявке 700002.pdf", name)
	for _, s := range []string{"Наряд на работы по заявке № 700002", "Озёрная, 2, кв. 2, подъезд 2, этаж 5", "+79000000002", "домофон 12К", "ёмкость", "Устранить до", "Наряд получил", "Периоды работ", "перерыв – ждём ключ", "стр. 1 из 1", "УК «Северный берег»"} {
		require.Contains(t, order, s)
	}
	_, act := one(admin(), Act)
	for _, s := range []string{"Акт выполненных работ по заявке № 700002", "Заявитель", "Представитель компании", "Выполненные работы", "Периоды работ"} {
		require.Contains(t, act, s)
	}
	blind := admin()
	blind.May = []access.Permission{access.TicketRead}
	_, order = one(blind, Order)
	require.NotContains(t, order, "+79000000002")
	stranger := admin()
	stranger.CompanyID, stranger.Grants = 2, access.RoleGrants(access.Admin, 2, 0)
	_, _, err := c.s.Paper(access.With(context.Background(), stranger), id, Order)
	require.Error(t, err)
}
