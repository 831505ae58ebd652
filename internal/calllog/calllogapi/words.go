package calllogapi

import (
	"encoding/json"
	"fmt"

	"d24/internal/calllog"
	"d24/internal/telephony"
)

var facts = map[telephony.ReportKind]string{
	telephony.CallStarted: "Звонок начался", telephony.CallRinging: "Телефон звонит", telephony.CallAnswered: "Трубку сняли",
	telephony.CallQueued: "Встал в очередь", telephony.CallOffered: "Звонит оператору", telephony.CallMissed: "Оператор не ответил",
	telephony.CallJoined: "Оператор на линии", telephony.CallLeft: "Оператор отключился, собеседник на линии", telephony.CallHeld: "На удержании",
	telephony.CallAway: "Связь с оператором пропала, собеседник ждёт его", telephony.CallReturned: "Оператор снова на связи",
	telephony.CallSilent:  "Микрофон оператора не даёт звука",
	telephony.CallResumed: "Снят с удержания", telephony.CallDigit: "Нажата клавиша", telephony.CallSpoken: "Прозвучало объявление",
	telephony.CallOwn: "Ответила сама компания", telephony.CallOverflow: "Компания не ответила в свои часы: звонок принят нами",
	telephony.CallTransfer: "Перевод", telephony.CallBridged: "Соединены через диспетчерскую",
	telephony.CallTrunk: "Другой транк", telephony.CallRecorded: "Запись", telephony.CallWatched: "Старший смены",
	telephony.CallEmpty: "Никто не говорит: вежливое завершение",
	telephony.CallEnded: "Звонок окончен",
}

var outcomes = map[telephony.Outcome]string{
	telephony.Answered: "состоялся", telephony.NoAnswer: "не ответили", telephony.Busy: "занято", telephony.Rejected: "отклонён", telephony.BadNumber: "номера нет",
	telephony.CarrierFailed: "отказ оператора связи", telephony.Cancelled: "отменён нами", telephony.Abandoned: "не дождался ответа", telephony.Unknown: "исход неизвестен: сбой",
}

var recorded = map[string]string{"writing": "началась", "done": "сохранена", "cut": "оборвана сбоем", "failed": "не удалась"}

var watched = map[string]string{"": "вышел из разговора", "listen": "слушает", "whisper": "подсказывает оператору", "join": "говорит с обоими"}

// Outcome is how a call ended, in Russian; "" while it goes on.
func Outcome(o string) string { return outcomes[telephony.Outcome(o)] }

// changed says which trunk failed, why, and which took its place (T4).
func changed(raw json.RawMessage) string {
	var c telephony.Changed
	if json.Unmarshal(raw, &c) != nil || c.To == "" {
		return ""
	}
	if c.From == "" {
		return ": «" + c.To + "»"
	}
	return fmt.Sprintf(": «%s» – %s, звоним через «%s»", c.From, c.Why, c.To)
}

var transferSteps = map[telephony.TransferState]string{
	telephony.TransferAsked: "звоним", telephony.TransferAnswered: "говорит с оператором", telephony.TransferJoined: "соединён со звонящим", telephony.TransferBack: "не состоялся",
}

// transfer says to whom, how far it is, and why it did not come about.
func transfer(raw json.RawMessage) string {
	var t telephony.Transferred
	if json.Unmarshal(raw, &t) != nil {
		return ""
	}
	text := " – " + t.Name + ": " + transferSteps[t.State]
	if t.Mode == telephony.AtOnce && t.State == telephony.TransferAsked {
		text += ", без разговора с ним"
	}
	if t.Why != "" {
		text += ", " + t.Why
	}
	return text
}

// consulted tells the recording of a consultation from the call's own.
func consulted(f *telephony.RecordingFact) string {
	if f.Talk == 0 {
		return ""
	}
	return " консультации (" + f.With + ")"
}

// words tells a fact of a call in Russian.
func words(f calllog.Fact) string {
	var r telephony.Report
	_ = json.Unmarshal(f.Data, &r) // what cannot be read adds nothing
	text := facts[telephony.ReportKind(f.Kind)]
	if text == "" {
		text = f.Kind
	}
	switch {
	case r.Kind == telephony.CallDigit && r.Digit != "":
		text += " " + r.Digit
	case r.Kind == telephony.CallRecorded && r.Recording != nil:
		text += consulted(r.Recording) + " " + recorded[r.Recording.State]
		if r.Recording.Note != "" {
			text += ": " + r.Recording.Note
		}
	case r.Kind == telephony.CallTrunk && !r.Repeat:
		text += changed(r.Data)
	case r.Kind == telephony.CallEmpty && r.Empty == telephony.EmptyFax:
		text = "Слышен сигнал факса: вежливое завершение"
	case r.Kind == telephony.CallEmpty && r.Empty == "":
		text = "Нажал ноль во время прощания: он на линии, идёт вне очереди"
	case r.Kind == telephony.CallWatched:
		var w telephony.Watched
		_ = json.Unmarshal(r.Data, &w)
		text += " " + w.Name + " " + watched[w.Mode]
	case r.Kind == telephony.CallTransfer:
		text += transfer(r.Data)
	case r.Kind == telephony.CallEnded && r.Outcome != "":
		text += ": " + outcomes[r.Outcome]
		if r.Why != "" {
			text += ", " + r.Why
		}
	}
	if r.Repeat {
		text += " (возможно, повтор)"
	}
	return text
}
