package desk

import (
	"fmt"
	"strings"

	"d24/internal/staff"
	"d24/internal/telephony"
	"d24/internal/ticket"
)

// Words are what the operator says when the phone is answered, and what happens
// when it is not (O1). t and who may be nil.
func Words(v TaskView, t *ticket.Ticket, who *staff.Person) (say, ifNot string) {
	hello := "Здравствуйте"
	if who != nil {
		name := who.SpokenName
		if name == "" {
			name = who.Name
		}
		hello += ", " + name
	}
	hello += ". Диспетчерская"
	if v.CompanyName != "" {
		hello += " " + v.CompanyName
	}
	hello += ". "
	about, number := "", int64(0)
	if t != nil {
		number = t.Number
		about = fmt.Sprintf("№ %d: %s, %s", t.Number, t.ReasonName, t.Address)
	}
	switch v.Purpose {
	case telephony.Handover:
		return hello + "Аварийная заявка " + about + ". Принимаете?", "Не ответит на все наборы – заявку получит следующий уровень."
	case telephony.Responsible:
		if t != nil && t.ExecutorLeftAt != nil { // F37
			return hello + "Исполнитель, который принял аварийную заявку " + about + ", не может её продолжать. Кто займётся?", "Не ответит – позвоним снова."
		}
		return hello + "Аварийную заявку " + about + " никто не принял. Кто займётся?", "Не ответит – позвоним снова, автоинформатор звонит всем исполнителям."
	case telephony.Announcement:
		return hello + "Аварийная заявка " + about + ". Принимаете?", "Автоинформатор повторит звонок, пока заявку не примут."
	case telephony.StatusInquiry:
		return hello + "Заявка " + about + ". Как идёт работа: сделано, в работе, не начали?", "Не ответит – спросим в следующий раз по сроку."
	case telephony.Feedback:
		return fmt.Sprintf("%sПо вашей заявке № %d исполнитель сообщил, что работа сделана. Всё в порядке?", hello, number), "Не ответит – заявка останется выполненной, закроет её компания."
	case telephony.SupplierHandover:
		return hello + "Передаю заявку " + about + ". Назовите, пожалуйста, ваш номер заявки и кто принял.", "Не ответят – наберём ещё, потом снова через 15 минут."
	case telephony.SupplierInquiry:
		return hello + "Что по заявке " + about + "?", "Не ответят – наберём ещё, потом снова через 15 минут."
	case telephony.Resident:
		return hello + "Звоню по заявке " + about + ". " + v.Title + ".", "Не ответит – наберём ещё; потом просившему скажем, что не дозвонились."
	case telephony.Message:
		return hello + "Для вас сообщение. " + strings.TrimSuffix(v.Title, ".") + ".", "Не ответит – наберём ещё в его часы."
	case telephony.Callback:
		if v.MemberID != 0 {
			return hello + "Вы звонили, слушаю вас.", "Не ответит – наберём ещё раз."
		}
		return hello + "Вы нам звонили. Что случилось, по какому адресу?", "Не ответит – наберём ещё раз до обещанного срока."
	}
	return hello, ""
}
