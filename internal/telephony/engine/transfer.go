package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"d24/internal/fault"
	"d24/internal/telephony"
	"d24/voip/media"
)

// transferFor is how long a competent person's phones ring; then the caller is back (SR2).
const transferFor = 25 * time.Second

// transferAsk is how long the directory may think.
const transferAsk = 2 * time.Second

// transfer is a caller on his way to a competent person. Until he has him the call is the
// operator's: the caller hears music, and comes back when it fails (F20).
type transfer struct {
	c       *call
	to      telephony.Competent
	mode    telephony.TransferMode
	by      int64 // the operator
	state   telephony.TransferState
	since   time.Time
	till    time.Time // the phones ring no longer
	phones  []string  // not rung yet
	timer   *time.Timer
	tone    func() // ends what the operator hears meanwhile
	ear     func() // undoes his talk with the person
	warned  bool   // he has answered and hears that he is recorded
	telling func() // ends what he is told of it
	tape    *taping
	tapped  media.Port // whose sound it writes
	asker   *asker     // the telephone that wished it; nil: the page
	mate    *seat      // the colleague to whom he leads; nil: to a competent person
	unheard string     // why the colleague did not take him
}

// whom is to whom a transfer leads: one of the two.
type whom struct {
	Person   int64 // of the directory of competent people
	Operator int64 // a colleague
}

// TransferView is a transfer on the operator's screen, and what came of the last one.
type TransferView struct {
	Person   int64                   `json:"person,omitempty"`
	Operator int64                   `json:"operator,omitempty"`
	Name     string                  `json:"name"`
	By       string                  `json:"by,omitempty"` // on the colleague's screen: who leads the caller to him
	Mode     telephony.TransferMode  `json:"mode"`
	State    telephony.TransferState `json:"state"`
	Warned   bool                    `json:"warned,omitempty"` // asked: he has answered and hears that he is recorded
	Since    time.Time               `json:"since"`
	Till     *time.Time              `json:"till,omitempty"` // the phones ring no longer
	Outcome  telephony.Outcome       `json:"outcome,omitempty"`
	Why      string                  `json:"why,omitempty"`
}

func (t *transfer) shown() *TransferView {
	v := &TransferView{Person: t.to.ID, Operator: t.mateID(), Name: t.to.Name, Mode: t.mode, State: t.state, Warned: t.warned, Since: t.since}
	if t.state == telephony.TransferAsked && !t.warned {
		till := t.till
		v.Till = &till
	}
	return v
}

// transfer begins to lead the caller to a competent person or a colleague; the asker, if it is
// a telephone, hears what comes of it.
func (s *seat) transfer(key string, to whom, mode telephony.TransferMode, by *asker) {
	c := s.call
	no := func(code, text string) {
		by.refused(code)
		s.fail(code, text)
	}
	switch {
	case c == nil || c.key != key || c.phase != talking || c.leg == nil:
		no("transfer.gone", "Переводить некого: разговор уже закончился.")
		return
	case c.transfer != nil:
		no("transfer.under_way", "Этого звонящего уже переводят.")
		return
	case mode != telephony.Consult && mode != telephony.AtOnce:
		no("transfer.mode", "Так переводить нельзя.")
		return
	case to.Operator == 0 && s.e.d.People == nil:
		no("transfer.none", "Справочник компетентных лиц недоступен.")
		return
	}
	t := &transfer{c: c, mode: mode, by: s.who.UserID, since: time.Now(), asker: by}
	c.transfer, c.went = t, nil
	if to.Operator != 0 {
		t.toMate(s, to.Operator)
		return
	}
	s.e.beside(func() {
		ctx, cancel := context.WithTimeout(s.e.base, transferAsk)
		defer cancel()
		person, err := s.e.d.People.Competent(ctx, key, to.Person)
		s.e.post(func() { t.asked(s, person, err) })
	})
}

// asked is the directory's answer.
func (t *transfer) asked(s *seat, to telephony.Competent, err error) {
	c := t.c
	if c.transfer != t || c.phase != talking || c.seat != s {
		return
	}
	var why *fault.Error
	switch {
	case err != nil && fault.As(err, &why) && why.Kind != fault.Internal:
		t.refused(s, why.Code, why.Message)
		return
	case err != nil:
		c.e.log.Error("nobody can be transferred: the directory does not answer", "call", c.key, "err", err)
		t.refused(s, "transfer.directory", "Справочник не отвечает, попробуйте ещё раз.")
		return
	case !slices.Contains(s.who.Companies, to.CompanyID) || c.company != 0 && c.company != to.CompanyID: // another company's people are not for this caller (F20)
		t.refused(s, "transfer.foreign", "Этот человек работает в другой компании.")
		return
	case t.mode == telephony.AtOnce && !to.AtOnce:
		t.refused(s, "transfer.consult", "Компания просит сначала поговорить с сотрудником.")
		return
	}
	t.to, t.phones = to, to.Phones
	t.begin(s)
	t.ringNext(telephony.NoAnswer)
}

// begin leaves the caller with the music while somebody is rung.
func (t *transfer) begin(s *seat) {
	c := t.c
	t.asker.accepted()
	t.till = time.Now().Add(c.e.paced(transferFor))
	t.timer = c.e.after(transferFor, func() { t.back(telephony.NoAnswer) })
	if c.watched != nil {
		c.watched.by.unwatch()
	}
	c.part()
	c.onHold()
	t.now(telephony.TransferAsked)
	s.show(viewHeld)
	if t.mode == telephony.Consult && !t.asker.calls() {
		t.ringback(s)
	}
}

func (t *transfer) refused(s *seat, code, text string) {
	t.c.transfer = nil
	t.asker.refused(code)
	s.fail(code, text)
}

// now is a step of the transfer, for the journal.
func (t *transfer) now(state telephony.TransferState) {
	t.state, t.since = state, time.Now()
	t.report(telephony.Transferred{State: state})
}

func (t *transfer) report(d telephony.Transferred) {
	d.Person, d.Operator, d.Name, d.Mode = t.to.ID, t.mateID(), t.to.Name, t.mode
	t.c.report(telephony.CallTransfer, func(r *telephony.Report) {
		r.Operator = t.by
		r.Data, _ = json.Marshal(d)
	})
}

// ringback is what the operator hears while the person's phone rings.
func (t *transfer) ringback(s *seat) {
	if ear := s.device.port(); ear != nil {
		t.tone, _ = t.c.e.pacer.Start(ear, media.Ringback(), true)
	}
}

// ringNext rings the next of his phones, each for a fair share of the time that is left.
func (t *transfer) ringNext(last telephony.Outcome) {
	c := t.c
	if len(t.phones) == 0 {
		t.back(last)
		return
	}
	number, left := t.phones[0], time.Until(t.till)
	share := left / time.Duration(len(t.phones)) * time.Duration(max(c.e.cfg.Pace, 1))
	t.phones = t.phones[1:]
	line := c.dec.LineID
	if !c.inbound {
		line = c.order.LineID
	}
	if c.company == 0 { // a city's number: the company shows its own
		line = 0
	}
	c.other = c.ringSecond(number, t.to.CompanyID, line, share, func(o telephony.Outcome) {
		if o != telephony.Answered {
			t.ringNext(o)
			return
		}
		t.answered()
	}, t.left)
}

// answered is a person at the phone.
func (t *transfer) answered() {
	t.halt()
	if words := t.c.recordingWords(); t.mate == nil && len(words) > 0 {
		t.warn(words)
		return
	}
	t.met()
}

// met lets him speak with who is to speak with him.
func (t *transfer) met() {
	t.halt()
	s := t.c.seat
	if t.mode == telephony.AtOnce || s == nil {
		t.join()
		return
	}
	t.asker.answered()
	t.now(telephony.TransferAnswered)
	t.confer(s)
	s.show(viewHeld)
}

// confer lets the operator and the person speak; the caller hears music.
func (t *transfer) confer(s *seat) {
	ear, his := s.device.port(), t.his()
	if t.asker.calls() {
		ear = t.asker.line.Media()
	}
	if ear != nil && his != nil {
		t.record()
		t.ear = media.Join(ear, his)
	}
}

// hearAgain gives the operator whose sound has come back what he heard before.
func (c *call) hearAgain(s *seat) {
	switch t := c.transfer; {
	case t != nil && t.state == telephony.TransferAnswered:
		t.deafen()
		t.confer(s)
	case !c.held:
		c.join(s)
	}
}

// deafen ends what the operator hears of the transfer.
func (t *transfer) deafen() {
	if t.tone != nil {
		t.tone()
		t.tone = nil
	}
	if t.ear != nil {
		t.ear()
		t.ear = nil
	}
	if t.tapped != nil {
		t.tapped.SetTap(nil, nil)
		t.tapped = nil
	}
}

func (t *transfer) halt() {
	t.deafen()
	t.tape.close()
	t.warned = false
	if t.telling != nil {
		t.telling()
		t.telling = nil
	}
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// left is the end of the person's side: before the caller has him it brings the caller back.
func (t *transfer) left() {
	if t.c.transfer == t {
		t.back(telephony.Answered)
		return
	}
	t.c.finish(telephony.Answered, telephony.Nobody, false)
}

// his is the sound of the person or of the colleague; nil: he is not there.
func (t *transfer) his() media.Port {
	switch {
	case t.mate != nil:
		return t.mate.device.port()
	case t.c.other != nil && t.c.other.leg != nil:
		return t.c.other.leg.Media()
	}
	return nil
}

// join gives the caller to the person; the operator is free.
func (t *transfer) join() {
	c := t.c
	t.halt()
	t.now(telephony.TransferJoined)
	t.asker.joined()
	c.transfer, c.went = nil, t.shown()
	if t.mate != nil {
		s := c.seat
		t.free()
		if s != nil { // the form goes with the caller
			s.tell(out{Type: "taken", Taken: &TakenView{Call: c.key, By: t.to.Name, Led: true}})
		}
		c.talk(t.mate)
		return
	}
	c.meet()
	t.free()
}

// free lets the operator go: what he does now is his paperwork.
func (t *transfer) free() {
	c := t.c
	s := c.seat
	if s == nil {
		return
	}
	s.released(telephony.Answered, false)
	c.seat = nil
	c.e.distribute()
}

// connect is the operator's word that the person takes the caller.
func (s *seat) connect(key string) {
	c := s.call
	if c == nil || c.key != key || c.seat != s || c.transfer == nil || c.transfer.state != telephony.TransferAnswered {
		s.fail("transfer.gone", "Соединять не с кем: специалист не на линии.")
		return
	}
	c.transfer.join()
}

// takeBack is the operator's word that the caller stays with him.
func (s *seat) takeBack(key string) {
	if c := s.call; c != nil && c.key == key && c.seat == s && c.transfer != nil && c.transfer.state != "" {
		c.transfer.back(telephony.Cancelled)
	}
}

// leave is the operator hanging up: of a transfer at once he is not needed any more, in any
// other the caller is not dropped for it.
func (t *transfer) leave() {
	switch {
	case t.state == "":
		t.c.transfer = nil // not begun: the call is hung up as any other
		t.c.finish(telephony.Answered, telephony.Nobody, false)
	case t.mode == telephony.AtOnce:
		t.c.went = t.shown()
		t.free()
		t.c.went = nil
	default:
		t.back(telephony.Cancelled)
	}
}

// hungUp is the operator who puts his telephone down before the person has answered: where
// the company lets callers be transferred at once it is that, elsewhere the caller is not
// left to somebody who knows nothing of him.
func (t *transfer) hungUp() {
	c, s := t.c, t.c.seat
	t.deafen()
	if t.to.AtOnce || s == nil {
		t.mode = telephony.AtOnce
		t.leave()
		return
	}
	t.ended(telephony.Cancelled)
	s.released(telephony.Answered, false)
	c.requeue(backText)
}

var whyBack = map[telephony.Outcome]string{
	telephony.NoAnswer: "не отвечает", telephony.Busy: "занято", telephony.Rejected: "отклонил вызов", telephony.BadNumber: "номер не обслуживается",
	telephony.CarrierFailed: "связи с ним нет", telephony.Answered: "положил трубку", telephony.Cancelled: "перевод отменён", telephony.Abandoned: "звонящий не дождался",
}

// backText is for a caller whose operator has gone meanwhile.
var backText = telephony.Speech{Text: "К сожалению, соединить вас не удалось. Оставайтесь на линии, сейчас вам ответит диспетчер.", Spare: telephony.SpareStay}

// back returns the caller: to the same operator, who sees why, else to the head of the queue.
func (t *transfer) back(o telephony.Outcome) {
	c := t.c
	if c.transfer != t {
		return
	}
	t.ended(o)
	s := c.seat
	if s != nil {
		c.regain(s)
		return
	}
	c.keepFor(t.by)
	c.requeue(backText)
}

// regain gives the operator his caller back, unless he keeps him on hold by his telephone: it
// says when he returns.
func (c *call) regain(s *seat) {
	if s.device.holds() {
		s.show(viewHeld)
		return
	}
	c.join(s)
	s.show(viewTalking)
}

// keepFor keeps a caller for the operator who knows him, if he has nothing else to do.
func (c *call) keepFor(operator int64) {
	if s := c.e.seats[operator]; s != nil && s.state == stateReady {
		c.order.For = operator
		c.own()
	}
}

// ended writes down that the transfer did not come about.
func (t *transfer) ended(o telephony.Outcome) {
	c := t.c
	t.halt()
	if c.other != nil {
		c.other.hangup()
		c.other = nil
	}
	t.dismiss(o)
	t.asker.failed(o)
	t.state, t.since = telephony.TransferBack, time.Now()
	t.report(telephony.Transferred{State: telephony.TransferBack, Outcome: o, Why: whyBack[o]})
	v := t.shown()
	v.Outcome, v.Why = o, whyBack[o]
	c.transfer, c.went = nil, v
}

// dropped ends a transfer whose caller has gone, or whose operator has.
func (t *transfer) dropped(o telephony.Outcome) {
	if t.state == "" {
		t.c.transfer = nil
		return
	}
	t.ended(o)
}
