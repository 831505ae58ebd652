package e2e

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/platform/pg/pgtest"
	"d24/internal/seed"
	"d24/test/foreign"
)

// The company that is set up from nothing, its number, and its people by what they are for.
const (
	newCompany = "УК «Новая»"
	newLine    = "+73430000177"
	byDay      = "Дневной"
	byNight    = "Ночной"
	second     = "Второй"
	third      = "Третий"
	spare      = "Запасной"
)

// theirPhones are the numbers of the new company's people; one telephone answers for all of them.
var theirPhones = map[string]string{
	byDay: "+79000901001", byNight: "+79000901002", second: "+79000901003", third: "+79000901004", spare: "+79000901005",
}

// founding is the setting up of a company in a browser, step by step.
type founding struct {
	*town
	c     *chromium
	admin *page
}

func newFounding(t *testing.T) *founding {
	t.Helper()
	p := newPlace()
	w := &town{executor: foreign.StartBaresip(t, foreign.Account{IP: p.ip(atExecutor), User: "people", Answer: "auto", Voice: executorHz}), resident: foreign.StartBaresip(t, foreign.Account{IP: p.ip(atResident), User: "+79000900001", Answer: "manual", Voice: residentHz})}
	phones := map[string]string{}
	for _, number := range theirPhones {
		phones[number] = "people@" + w.executor.Addr
	}
	lines := strings.Join([]string{strings.TrimPrefix(line, "+"), strings.TrimPrefix(newLine, "+")}, "|")
	w.kamailio = startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, "("+lines+")", phones)
	w.house = planHouse(t, p, trunkArgs(w.kamailio.addr, nowhere(t, p.ip(atY)))...)
	db := ownDatabase(t)
	w.bare = true
	u, err := url.Parse(db)
	require.NoError(t, err)
	owner := pgtest.URL(strings.TrimPrefix(u.Path, "/"))
	w.started = func(c *exec.Cmd) {
		c.Env = append(c.Env, "D24_DATABASE_URL="+db, "D24_DATABASE_OWNER_URL="+owner)
	}
	w.begin()
	w.trunkUp("operator", "Транк X")
	return &founding{town: w, c: startChromium(t, w.house, operatorHz)}
}

// label is the field under its name, within what is on top of the screen.
func label(name string) string {
	return `internal:label=/^` + regexp.QuoteMeta(name) + `( \*)?$/ >> visible=true >> nth=0`
}

func button(name string) string { return `role=button[name="` + name + `"] >> visible=true >> nth=0` }

const dialog = "role=dialog >> visible=true >> "

// choose takes an option of a list by its words; what is typed narrows it.
func (p *page) choose(at, option string) {
	p.t.Helper()
	p.click(at)
	p.click(`role=option[name="` + option + `"] >> visible=true >> nth=0`)
}

// link is the invitation on the screen.
func (p *page) link() string {
	p.t.Helper()
	p.sees(`text=действует`)
	var out string
	p.eval(`[...document.querySelectorAll("input, output")].map((e) => e.value ?? e.textContent).join(" ")`, &out)
	found := regexp.MustCompile(`https?://\S+/invite/\S+`).FindString(out)
	require.NotEmpty(p.t, found, out)
	return found
}

// accepts opens an invitation in a window of its own and makes a login of it.
func (f *founding) accepts(name, link, login string) *page {
	f.t.Helper()
	p := f.c.open(name)
	p.goTo(link)
	p.fill(`input[autocomplete="username"]`, login)
	p.fill(`input[type="password"]`, "зелёный-трамвай-26")
	p.click(button("Войти"))
	p.do("", "waitForURL", "**/journal**")
	return p
}

// TestACompanyIsSetUpFromNothing is the administrator's whole way: our own people
// found the company, its administrator brings in houses, people, schedules and rules
// through the screens until the coverage is green; then each moment has its man, and
// the telephone of the right one rings, also when he has gone on leave.
func TestACompanyIsSetUpFromNothing(t *testing.T) {
	f := newFounding(t)
	for _, s := range []struct {
		name string
		step func(*founding)
	}{
		{"founded", (*founding).found},
		{"served by a team", (*founding).team},
		{"greeting", (*founding).greeting},
		{"houses", (*founding).houses},
		{"reasons", (*founding).reasons},
		{"staff and schedules", (*founding).people},
		{"rule and coverage", (*founding).rule},
		{"four moments", (*founding).moments},
		{"rights", (*founding).rights},
		{"calls", (*founding).calls},
	} {
		began := time.Now()
		if !t.Run(s.name, func(t *testing.T) {
			f.t, f.house.t, f.c.t = t, t, t
			s.step(f)
		}) {
			f.house.t, f.c.t = t, t
			t.FailNow()
		}
		t.Logf("%s: %s", s.name, time.Since(began).Round(100*time.Millisecond))
	}
	f.house.t, f.c.t = t, t
}

// found: the platform's person makes the company, gives it a number and invites its administrator.
func (f *founding) found() {
	p := f.c.open("platform")
	p.signIn("/settings/companies", "platform")
	p.click(button("Новая компания"))
	p.fill(label("Название"), newCompany)
	p.click(button("Завести компанию"))
	panel := `section:has-text("` + newCompany + `") >> nth=0 >> `
	p.sees(panel + `text=Нужен второй номер`) // the city's common number is the first
	p.click(panel + button("Дать номер"))
	p.fill(panel+label("Номер"), "+7 343 000-01-77")
	p.click(panel + label("Транк"))
	p.click(`[role="option"]:visible:has-text("Транк X")`)
	p.click(panel + `button[type="submit"]`)
	p.sees(panel + `text=000-01-77`)
	p.click(panel + button("Пригласить администратора"))
	p.fill(panel+label("Кого"), "Первый администратор")
	p.click(panel + button("Сделать ссылку"))
	link := p.link()
	p.leave()
	f.admin = f.accepts("their administrator", link, "newadmin")
}

// team: operators answer for who their team serves.
func (f *founding) team() {
	p := f.c.open("head of the dispatch centre")
	p.signIn("/settings/teams", "platform")
	p.click(button("Новая команда"))
	p.fill(dialog+label("Название"), "Все компании города")
	p.click(dialog + label("Города целиком"))
	p.click(`[role="option"]:visible >> nth=0`)
	p.do(dialog+label("Города целиком"), "blur")
	p.click(dialog + button("Сохранить команду"))
	p.sees(`li:has-text("Все компании города")`)
	p.click(`li:has-text("Миронова") >> nth=0 >> ` + button("Изменить"))
	p.sees(dialog + label("Команды"))
	p.choose(dialog+label("Команды"), "Все компании города")
	p.do(dialog+label("Команды"), "blur")
	p.click(dialog + button("Сохранить"))
	p.sees(`text=Сохранено`)
	p.leave()
}

func (f *founding) greeting() {
	f.admin.goTo("/settings/announcements")
	f.admin.fill(label("Слова")+` >> nth=0`, "Новая компания, здравствуйте.")
	f.admin.click(button("Сохранить") + ` >> nth=0`)
	f.admin.sees(`text=Объявление сохранено`)
}

const table = "Улица;Номер строения;Подъезд;Этаж;Кв.\nул. Сказочная;1;1;1;1\nул. Сказочная;1;1;1;2\nул. Сказочная;1;1;пятый;3\nул. Сказочная;2;1;1;1\n"

// houses: a table with one heading nobody knows and one bad row.
func (f *founding) houses() {
	file := filepath.Join(f.t.TempDir(), "дома.csv")
	require.NoError(f.t, os.WriteFile(file, []byte(table), 0o600))
	p := f.admin
	p.goTo("/settings/houses")
	p.click(button("Загрузить таблицу"))
	p.do(`role=dialog >> input[type=file]`, "setInputFiles", file)
	p.sees(`text=Ещё нужно выбрать: Дом`)
	p.choose(dialog+label("Чем это является: Номер строения"), "Дом")
	p.click(dialog + button("Проверить таблицу"))
	p.sees(dialog + `text=1 строка с ошибками`)
	p.sees(dialog + `text=пятый`)
	p.sees(dialog + `text=Скачать все ошибки`)
	p.click(dialog + button("Загрузить только хорошие строки"))
	p.sees(dialog + `[role=status]:has-text("Загружено")`)
	p.click(dialog + `button.btn-primary:has-text("Закрыть")`)
	p.sees(`text=Сказочная, 2`)
}

// rung are those of the new company who were dialled, the last first.
func (f *founding) rung(op *person) (out []string) {
	for _, c := range op.calls() {
		for name, phone := range theirPhones {
			if c.Phone == phone && c.Direction == "outbound" {
				out = append(out, name)
			}
		}
	}
	return out
}
