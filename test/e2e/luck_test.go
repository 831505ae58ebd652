package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/test/foreign"
)

// secondHz is the voice of the operator at the second computer.
const secondHz = 900.0

// TestBadLuckAtTheDesk: what goes wrong in a shift, and what the operator sees of it.
func TestBadLuckAtTheDesk(t *testing.T) {
	w := newTown(t)
	c := startChromium(t, w.house, operatorHz)
	w.wrongPassword(c)
	w.noMicrophone(c)
	p := c.atDesk("operator", "operator")
	w.expiredLogin(p)
	p = w.twoTabs(p)
	w.anonymousCaller(p)
	w.hangsUpInTheQueue(p)
}

// wrongPassword is said at the field; what was typed stays.
func (w *town) wrongPassword(c *chromium) {
	w.t.Helper()
	p := c.open("stranger")
	p.goTo("/desk")
	p.enter("operator", "не тот")
	p.sees(`.mantine-PasswordInput-root:has-text("Логин или пароль не подходит.")`)
	require.Equal(w.t, "operator", p.value(loginField))
	p.leave()
}

// noMicrophone: nobody becomes ready whom a resident would not hear.
func (w *town) noMicrophone(c *chromium) {
	w.t.Helper()
	p := c.open("deaf")
	p.signIn("/desk", "operator2")
	p.sees(id("mic-state") + `[data-state="denied"]`)
	p.sees(`text=Микрофон не разрешён`)
	p.sees(id("state-ready") + ":disabled")
	p.press("F2")
	p.sees(`.s-ops:has-text("готовы 0")`)
	require.Zero(w.t, p.count(`text=Готово, звонок придёт сам`))
	p.do("context", "grantPermissions", []string{"microphone"}, map[string]any{"origin": c.base})
	p.click(`button:has-text("Проверить снова")`)
	p.rawSound()
	p.ready()
	p.leave()
}

// expiredLogin: the session ends in the middle of a talk with a half-typed request.
// The talk is finished, then comes the login, then the same form.
func (w *town) expiredLogin(p *page) {
	t := w.t
	t.Helper()
	w.call()
	p.rings()
	w.answers(p, residentHz)
	p.click(id("other-address"))
	p.sees(id("address") + ":enabled")
	p.fill(id("address"), "ъъъ")
	p.sees(`text=По «ъъъ» дом не найден. Проверьте улицу и номер.`)
	p.press("Control+Enter")
	require.Contains(t, p.text(id("not-saved")), "не выбран адрес")
	p.fill(id("address"), "")
	p.houseBy("озё", "7")
	p.reasonBy("гул")
	p.answerAll("По ночам")
	p.fill(id("phone"), "12")
	p.sees(`text=Не похоже на телефон: нужно 10 или 11 цифр`)
	p.fill(id("phone"), "8 (343) 123-45-67")

	p.eval(`fetch('/api/v1/logout', {method: 'POST'}).then((r) => r.status)`, new(int))
	p.sees(`text=Сеанс закончился. Договорите`)
	p.fill(id("description"), "Гудит стояк")
	from := len(w.resident.Heard())
	eventually(t, 30*time.Second, "the talk goes on longer than a lost browser would be waited for", func() bool {
		return w.resident.HearsAfter(from+8*8000, operatorHz)
	})
	p.sees(inState("talking"))
	p.press("Shift+F2")
	p.sees(`text=Сеанс закончился. Войдите, и откроется страница, на которой вы были.`)
	p.enter("operator", "operator")
	p.sees(id("description"))
	require.Equal(t, "Гудит стояк", p.value(id("description")), "nothing typed is lost")
	require.Equal(t, "8 (343) 123-45-67", p.value(id("phone")))
	p.press("Control+Enter")
	p.sees(id("say"))
	w.phoneIs("+73431234567", "Гудит стояк")
	p.ready()
}

// phoneIs: the request with these words has the number in its normal form.
func (w *town) phoneIs(phone, words string) {
	w.t.Helper()
	type row struct {
		ID          int64
		Description string
		CallerPhone string `json:"caller_phone"`
	}
	var list struct{ Items []row }
	admin := w.login("admin")
	admin.do(http.MethodGet, "/tickets?limit=5", nil, &list)
	i := slices.IndexFunc(list.Items, func(r row) bool { return r.Description == words })
	require.GreaterOrEqual(w.t, i, 0, "the request is in the journal")
	var card row
	admin.do(http.MethodGet, fmt.Sprintf("/tickets/%d", list.Items[i].ID), nil, &card)
	require.Equal(w.t, phone, card.CallerPhone)
}

// twoTabs: one telephone of one person. It returns the tab that has it in the end.
func (w *town) twoTabs(p *page) *page {
	t := w.t
	t.Helper()
	q := p.tab("second tab")
	q.goTo("/desk")
	q.sees(`text=Рабочее место открыто в другой вкладке`)
	w.call()
	p.rings()
	require.Zero(t, q.count(id("call-panel")), "the second tab does not ring")
	w.answers(p, residentHz)
	q.click(id("work-here"))
	q.sees(inState("talking"))
	p.sees(id("elsewhere"))
	from := len(w.resident.Heard())
	eventually(t, 30*time.Second, "the talk goes on in the second tab", func() bool {
		return q.hears(residentHz) && w.resident.HearsAfter(from, operatorHz)
	})
	p.leave()
	w.wrongNumber(q)
	return q
}

// wrongNumber ends a call that makes no request, by keys.
func (w *town) wrongNumber(p *page) {
	w.t.Helper()
	p.press("F3")
	p.sees(id("outcome"))
	p.press("4")
	p.sees(id("disposed") + `[data-kind="wrong_number"]`)
	p.press("Shift+F2")
	p.sees(inState("ended"))
	p.ready()
}

func (w *town) anonymousCaller(p *page) {
	w.t.Helper()
	hidden := foreign.StartBaresip(w.t, foreign.Account{IP: w.place.ip(atResident), User: "anonymous", Answer: "manual", Voice: residentHz})
	hidden.Dial("sip:" + line + "@" + w.kamailio.addr)
	p.rings()
	require.Contains(w.t, p.text(id("call-panel")), "номер скрыт")
	p.press("F2")
	p.sees(inState("talking"))
	p.sees(id("address") + ":enabled")
	require.Empty(w.t, p.value(id("phone")))
	w.wrongNumber(p)
}

// hangsUpInTheQueue: whoever did not wait is called back, within ten minutes.
func (w *town) hangsUpInTheQueue(p *page) {
	t := w.t
	t.Helper()
	p.press("Shift+F8")
	p.click(id("pause-1"))
	p.sees(id("state-ready") + ":enabled")
	w.call()
	p.within(30*time.Second, `.s-wait .v:text-is("1")`)
	w.resident.Hangup()
	p.within(30*time.Second, id("task-queue")+` tr:has-text("Потерянный"):has-text("900 090-00-01")`)
	p.sees(`.s-lost:has-text("1 · осталось ")`)
	var f struct {
		Lost []struct {
			PromiseAt time.Time `json:"promise_at"`
			Phone     string
		}
		ServerTime time.Time `json:"server_time"`
	}
	w.login("operator").do(http.MethodGet, "/desk/figures", nil, &f)
	require.Len(t, f.Lost, 1)
	require.Equal(t, seed.ResidentPhone(1), f.Lost[0].Phone)
	require.WithinRange(t, f.Lost[0].PromiseAt, time.Now(), time.Now().Add(10*time.Minute))
	p.filed()
	p.within(30*time.Second, inState("ringing"))
	require.Contains(t, p.text(id("call-panel")), "Задача на звонок")
	p.sees(`text=Житель нам не дозвонился`)
	p.press("F2")
	p.sees(inState("counting"))
	p.press("Shift+F2")
}

// TestBothTrunksDown: the desk says so, nobody is troubled with a call that cannot go
// out, no dial is counted against the executor; when a line is back it goes on.
func TestBothTrunksDown(t *testing.T) {
	w := newTown(t)
	c := startChromium(t, w.house, operatorHz)
	p := c.atDesk("operator", "operator")
	w.kamailio.Pause()
	p.within(90*time.Second, id("trunks-down"))
	require.Contains(t, p.text(id("trunks-down")), "Обе линии связи не работают.")
	op := w.login("operator")
	made := op.flood("")
	type task struct {
		Ticket  int64 `json:"ticket_number"`
		Dialled int
	}
	var list struct{ Items []task }
	eventually(t, 20*time.Second, "the task stands on the floor, and nobody has dialled", func() bool {
		op.do(http.MethodGet, "/desk/tasks", nil, &list)
		return len(list.Items) == 1 && list.Items[0] == task{Ticket: made.Number, Dialled: 0}
	})
	p.sees(`[data-testid="my-state"][data-state="ready"]`)
	require.Empty(t, op.calls())
	w.kamailio.Resume()
	p.within(60*time.Second, inState("ringing"))
	p.press("F2")
	p.sees(inState("counting"))
	p.press("F2")
	p.within(30*time.Second, inState("talking"))
	for _, k := range op.calls() {
		require.NotEqual(t, "no_answer", k.Outcome)
	}
}
