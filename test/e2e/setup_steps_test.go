package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
)

// people: five, one of them by the production calendar, the others at any hour.
func (f *founding) people() {
	p := f.admin
	p.goTo("/settings/schedule")
	p.click(button("Шаблоны смен"))
	p.click(dialog + button("Новый шаблон"))
	p.choose(dialog+label("Начать с готового"), "5/2")
	p.click(dialog + button("Сохранить шаблон"))
	p.sees(`text=Шаблон сохранён`)
	p.goTo("/settings/staff")
	for _, name := range []string{byDay, byNight, second, third, spare} {
		p.click(button("Добавить сотрудника"))
		p.fill(dialog+label("Фамилия и инициалы или название"), name)
		p.click(dialog + button("Добавить телефон"))
		p.fill(dialog+label("Телефон"), theirPhones[name])
		p.click(dialog + button("Сохранить"))
		p.sees(dialog + button("Уволить"))
		if name == byDay {
			p.choose(dialog+label("График работы"), "5/2")
			p.click(dialog + button("Назначить"))
			p.sees(`text=График назначен`)
		}
		p.click(dialog + `button[aria-label="Закрыть"] >> nth=0`)
		p.sees(`text=` + name)
	}
}

// rule: nobody takes anything until one rule for everything is written.
func (f *founding) rule() {
	p := f.admin
	p.goTo("/settings/readiness")
	p.sees(`text=Осталось`)
	p.goTo("/settings/routing")
	p.sees(`text=Правил ещё нет`)
	p.click(button("Добавить правило"))
	p.click(dialog + `label:has-text("Любые")`)
	for level, names := range [][]string{{byDay, byNight}, {second}, {third}} {
		at := dialog + label(fmt.Sprintf("Уровень %d", level+1))
		for _, name := range names {
			p.choose(at, name)
		}
		p.do(at, "blur")
	}
	p.choose(dialog+label("Ответственный"), third)
	p.click(dialog + button("Сохранить"))
	p.sees(`text=Правило сохранено`)
	p.goTo("/settings/coverage")
	p.sees(`.covered >> text=Покрыто полностью на неделю вперёд`)
	p.goTo("/settings/readiness")
	for _, done := range []string{"На каждую заявку недели есть исполнитель", "У аварийных не меньше трёх уровней", "На каждую заявку назначен ответственный", "Заведены дома", "Есть администратор"} {
		p.sees(`li:has-text("` + done + `"):has([aria-label="готово"])`)
	}
}

// leak is the preview of «топит сверху» in their first house.
func (f *founding) leak() {
	p := f.admin
	p.goTo("/settings/routing")
	p.fill(label("Причина обращения"), "Топит сверху")
	p.click(`[role="option"]:visible:has-text("Топит сверху")`)
	p.choose(label("Дом"), "Сказочная, 1")
	p.sees(`.preview-name`)
}

// gets is who would get it at a moment, for the reason the screen says.
func (f *founding) gets(day, hour, name, why string) {
	f.admin.fill(label("День"), day)
	f.admin.fill(label("Время"), hour)
	f.admin.sees(`.preview-name:text-is("` + name + `")`)
	f.admin.sees(`.preview-turns li >> nth=0 >> text=` + why)
}

// ordinary is the next Wednesday of mid-March that is to come: no holiday is near.
func ordinary(now time.Time) time.Time {
	for d := now.AddDate(0, 0, 1); ; d = d.AddDate(0, 0, 1) {
		if d.Month() == time.March && d.Weekday() == time.Wednesday && d.Day() >= 11 && d.Day() <= 17 {
			return d
		}
	}
}

// moments: by day, at night, on a holiday, during leave.
func (f *founding) moments() {
	workday := ordinary(time.Now())
	day, later, newYear := workday.Format(time.DateOnly), workday.AddDate(0, 0, 7).Format(time.DateOnly), fmt.Sprintf("%d-01-01", time.Now().Year()+1)
	f.leave(byDay, later)
	f.leak()
	f.gets(day, "11:00", byDay, "на дежурстве")
	f.gets(day, "23:00", byNight, "на дежурстве")
	f.gets(newYear, "11:00", byNight, "на дежурстве")
	f.gets(later, "11:00", spare, "вместо "+byDay)
	f.gets(later, "23:00", byNight, "на дежурстве")
}

// theirWord is what the company's residents say, and nobody else's.
const theirWord = "водопадище"

// reasons: the base is theirs from the first day; one word of their own is added to it,
// and the box «what the resident says» finds it.
func (f *founding) reasons() {
	p := f.admin
	p.goTo("/settings/reasons")
	p.fill(label("Название или слово"), "Топит сверху")
	p.click(`nav >> text=Топит сверху >> nth=0`)
	p.click(`[role=tab]:has-text("Слова")`)
	p.fill(label("Слова и выражения жителей"), theirWord)
	p.press("Enter")
	p.click(button("Сохранить"))
	p.sees(`text=Сохранено. Заявки`)
	p.fill(`section[aria-label="Что говорит житель"] >> input`, theirWord)
	p.sees(`section[aria-label="Что говорит житель"] >> text=Топит сверху`)
}

// leave writes a day of leave into a person's card, with who stands in for him.
func (f *founding) leave(name, day string) {
	p := f.admin
	p.goTo("/settings/staff")
	p.click(`text=` + name + ` >> nth=0`)
	p.click(dialog + button("Записать отпуск или болезнь"))
	form := `role=dialog >> form:has-text("Первый день") >> `
	p.fill(form+label("Первый день"), day)
	p.fill(form+label("Последний день"), day)
	p.choose(form+label("Замещает"), spare)
	p.click(form + button("Сохранить"))
	p.sees(`text=Записано`)
}

// rights: an invited foreman sees the journal and the rules, and may not change them.
func (f *founding) rights() {
	p := f.admin
	p.goTo("/settings/users")
	p.click(button("Пригласить"))
	p.fill(dialog+label("Имя, как на экранах"), "Мастер участка")
	p.choose(dialog+label("Роль"), "Мастер")
	p.click(dialog + button("Сделать ссылку"))
	m := f.accepts("foreman", p.link(), "newforeman")
	m.goTo("/settings/routing")
	m.sees(`text=Менять правила может администратор компании`)
	require.Zero(f.t, m.count(`button:has-text("Добавить правило")`))
	m.goTo("/settings/houses")
	m.sees(`text=Сказочная, 2`)
	require.Zero(f.t, m.count(`button:has-text("Загрузить таблицу")`))
	m.leave()
}

// calls: the resident rings the new number, and the man of the hour is rung; he goes
// on leave, and the next request rings who stands in for him.
func (f *founding) calls() {
	p := f.c.atDesk("operator", "operator")
	f.leak()
	now := f.admin.text(`.preview-name`)
	require.Contains(f.t, []string{byDay, byNight}, now)
	number := f.request(p)
	op := f.login("operator")
	f.reached(op, now)

	f.leave(now, f.admin.today())
	p.within(30*time.Second, inState("ringing"))
	p.sees(`text=который принял аварийную заявку № ` + strconv.FormatInt(number, 10))
	f.handoverByKeys(p, number) // F37: what he had accepted is asked of the responsible person, who takes it
	p.press("F2")
	f.request(p)
	f.reached(op, spare, third, now)
}

// reached: those were dialled so far, the last first, and nobody else.
func (f *founding) reached(op *person, names ...string) {
	var rung []string
	eventually(f.t, 20*time.Second, names[0]+" was rung", func() bool {
		rung = f.rung(op)
		return len(rung) > 0 && rung[0] == names[0]
	})
	require.Equal(f.t, names, rung)
}

// today is the day of the new company's houses.
func (p *page) today() (day string) {
	p.t.Helper()
	p.eval(`new Date().toLocaleDateString("sv", {timeZone: "Asia/Yekaterinburg"})`, &day)
	return day
}

// request is the operator's part of one: the call, the form, and the handover that follows by itself.
func (f *founding) request(p *page) (number int64) {
	f.resident.Dial(fmt.Sprintf("sip:%s@%s", newLine, f.kamailio.addr))
	p.rings()
	p.sees("text=" + newCompany)
	f.answers(p, residentHz)
	if p.count(id("other-address")) > 0 {
		p.click(id("other-address"))
	}
	p.houseBy("сказ", "1")
	p.reasonBy(theirWord)
	p.answerAll("На кухне, уже полчаса")
	p.press("Control+Enter")
	p.sees(id("say"))
	number, err := strconv.ParseInt(regexp.MustCompile(`\D`).ReplaceAllString(numberOf.FindStringSubmatch(p.text("h1"))[1], ""), 10, 64)
	require.NoError(f.t, err)
	p.press("Shift+F2")
	p.sees(inState("ended"))
	p.filed()
	f.handoverByKeys(p, number)
	p.press("F2")
	f.resident.Hangup()
	return number
}
