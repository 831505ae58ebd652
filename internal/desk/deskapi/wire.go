// Package deskapi is the HTTP face of an operator's place: the card of a call,
// call tasks, drafts, the strip of figures.
package deskapi

import (
	"time"

	"d24/internal/calllog/calllogapi"
	"d24/internal/desk"
	"d24/internal/telephony"
	"d24/internal/ticket/ticketapi"
)

// DeskCall is everything an operator sees beside a call.
type DeskCall struct {
	Call        calllogapi.CallRow   `json:"call"`
	Known       []KnownAddress       `json:"known" doc:"addresses of this number, the last confirmed first; not to be trusted before the caller names one (F13)"`
	Company     *DeskCompany         `json:"company" doc:"null: a city's number, the house not yet known"`
	Lines       []DeskLine           `json:"lines" doc:"numbers of the company; the line called first"`
	OnDuty      []DutyPerson         `json:"on_duty"`
	RecentCalls []calllogapi.CallRow `json:"recent_calls" doc:"of the same number, newest first, at most 10"`
	Draft       *Draft               `json:"draft"`
}

// KnownAddress is an address by which a number was seen before.
type KnownAddress struct {
	BuildingID      int64                 `json:"building_id"`
	Unit            string                `json:"unit"`
	Entrance        int                   `json:"entrance" doc:"0: not known"`
	Floor           int                   `json:"floor" doc:"0: not known"`
	Address         string                `json:"address"`
	CompanyID       int64                 `json:"company_id"`
	CompanyName     string                `json:"company_name"`
	Zone            string                `json:"zone" doc:"IANA zone of the house"`
	LastConfirmedAt time.Time             `json:"last_confirmed_at"`
	OpenTickets     []ticketapi.TicketRow `json:"open_tickets" doc:"of the house, those of this flat first"`
	RecentTickets   []ticketapi.TicketRow `json:"recent_tickets" doc:"of this flat, done or closed, at most 5"`
}

// DeskCompany is the company a call is for.
type DeskCompany struct {
	_        struct{} `nullable:"true"`
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	City     string   `json:"city"`
	Zone     string   `json:"zone" doc:"IANA zone"`
	Greeting string   `json:"greeting" doc:"what the operator says first"`
}

// DeskLine is a number people call.
type DeskLine struct {
	ID    int64  `json:"id"`
	Phone string `json:"phone"`
	Kind  string `json:"kind" enum:"dedicated,citywide"`
	City  string `json:"city"`
}

// DutyPerson is somebody at work now.
type DutyPerson struct {
	MemberID int64      `json:"member_id"`
	Name     string     `json:"name"`
	Position string     `json:"position"`
	WorkType string     `json:"work_type" doc:"empty: every kind of work"`
	Role     string     `json:"role" enum:"executor,responsible"`
	Level    int        `json:"level"`
	Phones   []string   `json:"phones"`
	Until    *time.Time `json:"until" doc:"null: till it is said otherwise"`
}

// Draft is what an operator typed and has not saved.
type Draft struct {
	_         struct{}       `nullable:"true"`
	Body      map[string]any `json:"body"`
	UpdatedAt time.Time      `json:"updated_at"`
	UserID    int64          `json:"user_id" doc:"who typed last; a returned call brings the draft with it (F1)"`
}

// DraftInput is a draft to be kept; an empty body takes it away.
type DraftInput struct {
	Body map[string]any `json:"body"`
}

// DraftKept says when a draft was kept.
type DraftKept struct {
	UpdatedAt time.Time `json:"updated_at"`
}

// CallResult is how a call ended for people (C4): every call gets one.
type CallResult struct {
	Kind     string `json:"kind" enum:"ticket,linked,notice,consultation,wrong_number,task,prank"`
	TicketID int64  `json:"ticket_id,omitempty" minimum:"0" doc:"of ticket and linked"`
	NoticeID int64  `json:"notice_id,omitempty" minimum:"0" doc:"of notice: the number to tell the caller stands in disposition_note"`
	ReasonID int64  `json:"reason_id,omitempty" minimum:"0" doc:"of a consultation"`
	Note     string `json:"note,omitempty" maxLength:"2000"`
	IsSame   bool   `json:"is_same,omitempty" doc:"of linked: the same trouble; the number to tell the caller stands in disposition_note"`
	Unit     string `json:"unit,omitempty" maxLength:"20" doc:"of is_same: the flat the caller named"`
}

// CallPlace is the address the caller named.
type CallPlace struct {
	BuildingID int64  `json:"building_id" minimum:"1"`
	Unit       string `json:"unit,omitempty" maxLength:"20"`
}

// TaskRow is a call task in the queue of the floor.
type TaskRow struct {
	ticketapi.TicketTask
	CompanyID    *int64 `json:"company_id"`
	CompanyName  string `json:"company_name"`
	TicketID     *int64 `json:"ticket_id"`
	TicketNumber *int64 `json:"ticket_number"`
	CallID       *int64 `json:"call_id" doc:"the lost call it answers"`
	Priority     int    `json:"priority" doc:"higher is served first"`
	IsStaff      bool   `json:"is_staff" doc:"an employee is called"`
	Repeats      int    `json:"repeats" doc:"how often the person has called meanwhile"`
	LastOutcome  string `json:"last_outcome" enum:",answered,no_answer,busy,rejected,bad_number,carrier_failed,cancelled,abandoned,unknown" doc:"of the last dial; empty: none has ended"`
	IsLate       bool   `json:"is_late" doc:"the promise was broken"`
	Unanswered   bool   `json:"unanswered" doc:"reached nobody and waits for somebody to see to it"`
	OperatorName string `json:"operator_name" doc:"who has taken it on himself; empty: nobody"`
	Zone         string `json:"zone" doc:"IANA zone"`
}

// TaskQueue is the open tasks, the most urgent first.
type TaskQueue struct {
	Items []TaskRow `json:"items"`
}

// TaskCard is a task with what the operator needs for the talk.
type TaskCard struct {
	Task    TaskRow      `json:"task"`
	Ticket  *TaskTicket  `json:"ticket"`
	Words   string       `json:"words" doc:"what to say"`
	Numbers []TaskNumber `json:"numbers" doc:"in the order of dialling, with what came of each dial"`
	Results []string     `json:"results" enum:"accepted,refused,not_reached,answered,done,not_done,in_progress,wrong_number,told" doc:"that fit this task"`
	Message *TaskMessage `json:"message" doc:"what the caller spoke while nobody was free"`
	IfNot   string       `json:"if_not" doc:"what happens when nobody answers, in words"`
	Beside  []TaskBeside `json:"beside" doc:"other requests of this call, each answered by itself"`
	MayBe   []TaskMayBe  `json:"may_be" doc:"who may have called, to be asked; empty: it is known"`
	Remark  string       `json:"remark" doc:"after a result: what the operator must know, such as who accepted earlier"`
}

// TaskBeside is another request spoken of in the same call.
type TaskBeside struct {
	Task    TaskRow  `json:"task"`
	Results []string `json:"results" enum:"accepted,refused,not_reached,answered,done,not_done,in_progress,wrong_number,told" doc:"that fit this task"`
}

// TaskMayBe is a person whose phone it may be.
type TaskMayBe struct {
	MemberID    int64  `json:"member_id"`
	Name        string `json:"name"`
	Position    string `json:"position"`
	CompanyName string `json:"company_name"`
}

// TaskPerson is who has called.
type TaskPerson struct {
	MemberID int64 `json:"member_id" minimum:"1"`
}

// AskResident is a wish that the resident be called.
type AskResident struct {
	What string     `json:"what" maxLength:"600" doc:"what he is to be asked or told"`
	By   *time.Time `json:"by,omitempty" required:"false" doc:"till when it is needed; left out: as long as until the executor is asked"`
}

// ResidentAsked is the call that will be made.
type ResidentAsked struct {
	TaskID int64     `json:"task_id"`
	What   string    `json:"what"`
	DueAt  time.Time `json:"due_at" doc:"dialled from then on: not in the quiet hours of the house"`
	By     time.Time `json:"by"`
}

// TaskGive says to whose phone a task comes.
type TaskGive struct {
	UserID int64 `json:"user_id" minimum:"0" doc:"0: whoever is free first"`
}

// TaskDrop is why nobody needs to be called.
type TaskDrop struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// CallEmployee is the person whose number it is.
type CallEmployee struct {
	MemberID int64 `json:"member_id" minimum:"1"`
}

// TaskTicket is the ticket a task is about.
type TaskTicket struct {
	_ struct{} `nullable:"true"`
	ticketapi.TicketCard
}

// TaskMessage is the recording of a message.
type TaskMessage struct {
	_           struct{}  `nullable:"true"`
	RecordingID int64     `json:"recording_id"`
	DurationMS  int64     `json:"duration_ms"`
	At          time.Time `json:"at"`
}

// TaskNumber is a number of a task and its dials.
type TaskNumber struct {
	Phone string     `json:"phone"`
	Bad   bool       `json:"bad" doc:"does not exist: is not dialled any more"`
	Dials []TaskDial `json:"dials"`
}

// TaskDial is one dial.
type TaskDial struct {
	CallID  int64     `json:"call_id"`
	At      time.Time `json:"at"`
	Outcome string    `json:"outcome" enum:",answered,no_answer,busy,rejected,bad_number,carrier_failed,cancelled,abandoned,unknown" doc:"empty: goes on"`
}

// TaskResult is the operator's word about a task.
type TaskResult struct {
	Kind string     `json:"kind" enum:"accepted,refused,not_reached,answered,done,not_done,in_progress,wrong_number,told"`
	Note string     `json:"note,omitempty" maxLength:"2000" doc:"the reason of a refusal, the resident's words"`
	ETA  *time.Time `json:"eta,omitempty" doc:"when the executor will be there"`

	TakeBack bool `json:"take_back,omitempty" doc:"of accepted, after 409 task.passed: the executor takes it back from who has it now"`

	TheirNumber string     `json:"their_number,omitempty" maxLength:"60" doc:"the supplier's own number of the request"`
	HandedTo    string     `json:"handed_to,omitempty" maxLength:"200" doc:"who took it at the supplier's"`
	AskAt       *time.Time `json:"ask_at,omitempty" doc:"hour X: when the supplier is asked; absent: the company's usual time from now"`
}

// DeskFigures is the strip and the wallboard.
type DeskFigures struct {
	Waiting        int                  `json:"waiting" doc:"callers in the queue"`
	Queue          []WaitingCaller      `json:"queue" doc:"the first of them, the longest wait first, at most 20"`
	LongestSince   *time.Time           `json:"longest_since" doc:"since when the first of them waits"`
	AnsweredIn5Pct *int                 `json:"answered_in_5_pct" doc:"calls of the shift answered within five minutes, per cent; null: no calls"`
	Lost           []LostCall           `json:"lost" doc:"to be called back, the nearest promise first"`
	NotHandedOver  []NotHandedOver      `json:"not_handed_over" doc:"emergencies nobody has taken, the nearest step first"`
	Operators      OperatorFigures      `json:"operators"`
	Seats          []SeatFigure         `json:"seats" doc:"operators at their places"`
	Trunks         []TrunkFigure        `json:"trunks"`
	EngineAlive    bool                 `json:"engine_alive" doc:"false: the phone part does not answer"`
	ServerTime     time.Time            `json:"server_time"`
	Zone           string               `json:"zone" doc:"IANA zone in which the shift is counted"`
	MyRecent       []calllogapi.CallRow `json:"my_recent" doc:"my last calls, newest first, at most 10"`
	Shift          ShiftFigures         `json:"shift"`
}

// WaitingCaller is a caller in the queue.
type WaitingCaller struct {
	CompanyName string    `json:"company_name" doc:"empty: a city's number"`
	Since       time.Time `json:"since"`
	IsOwn       bool      `json:"is_own" doc:"he waits for the company's own operators alone"`
}

// LostCall is a caller who was not answered.
type LostCall struct {
	TaskID    int64      `json:"task_id"`
	Phone     string     `json:"phone"`
	PromiseAt *time.Time `json:"promise_at"`
	IsWaiting bool       `json:"is_waiting" doc:"he is on the line still: his place is kept, he is not lost"`
}

// NotHandedOver is an emergency nobody has taken.
type NotHandedOver struct {
	TicketID   int64      `json:"ticket_id"`
	Number     int64      `json:"number"`
	NextStepAt *time.Time `json:"next_step_at"`
}

// OperatorFigures counts operators by state.
type OperatorFigures struct {
	Total   int `json:"total" doc:"at their places"`
	Ready   int `json:"ready"`
	Talking int `json:"talking" doc:"also ringing and writing up"`
	Pause   int `json:"pause" doc:"also not ready"`
}

// SeatFigure is an operator's state.
type SeatFigure struct {
	UserID int64      `json:"user_id"`
	Name   string     `json:"name"`
	State  string     `json:"state" enum:"off,not_ready,ready,ringing,talking,wrap_up,pause"`
	Reason string     `json:"reason"`
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until" doc:"when a pause of this reason is to be over; null: it has no limit"`
	// Trouble is of a talk.
	Trouble string `json:"trouble,omitempty" enum:"away,mic" doc:"away: his network is gone and the caller waits for him; mic: his microphone gives no sound; absent: nothing"`
	Company string `json:"company,omitempty" doc:"whose own operator he is; absent: the dispatch centre's"`
}

// TrunkFigure is the state of an account at a provider.
type TrunkFigure struct {
	Name  string    `json:"name"`
	State string    `json:"state" enum:"up,down,unknown"`
	Text  string    `json:"text"`
	Since time.Time `json:"since"`
	Calls int       `json:"calls"`

	Channels int    `json:"channels" doc:"calls it may carry at once; 0: no limit"`
	Failed   int    `json:"failed" doc:"dials of the last hour that failed by its fault"`
	Cause    string `json:"cause" doc:"the commonest cause of them"`
}

// ShiftFigures is an operator's own work since the shift began.
type ShiftFigures struct {
	Since     time.Time `json:"since" doc:"08:00 or 20:00 of the zone"`
	Calls     int       `json:"calls" doc:"incoming calls he answered"`
	Outgoing  int       `json:"outgoing"`
	Tickets   int       `json:"tickets" doc:"he registered"`
	TalkSec   int       `json:"talk_sec"`
	AvgAnswer *int      `json:"avg_answer_sec" doc:"how long his callers waited; null: no calls"`
}

// MyDesk is what an operator sees of his own work.
type MyDesk struct {
	Recent []calllogapi.CallRow `json:"recent" doc:"newest first, at most 30"`
	Shift  ShiftFigures         `json:"shift"`
	Drafts []MyDraft            `json:"drafts"`
	Missed []MyMissed           `json:"missed" doc:"calls of the shift that rang here and were not taken here, newest first, at most 10"`
	Zone   string               `json:"zone" doc:"IANA zone in which the shift is counted"`
}

// MyMissed is a call he did not take and what became of the caller.
type MyMissed struct {
	Key         string         `json:"key" doc:"of the call"`
	At          time.Time      `json:"at" doc:"of the last ring at him"`
	Why         telephony.Miss `json:"why" enum:"not_taken,declined,phone_silent,gave_up"`
	Rings       int            `json:"rings" doc:"how often it rang at him"`
	Phone       string         `json:"phone" doc:"E.164; empty: hidden"`
	CompanyName string         `json:"company_name" doc:"empty: a city's number"`
	Since       time.Time      `json:"since" doc:"of the call"`
	Fate        desk.Fate      `json:"fate" enum:"waits,taken,called_back,came,to_call,not_reached,none" doc:"waits: in the queue; taken: another took the same call; called_back: somebody called him; came: he called again and was answered; to_call: his call-back is open; not_reached: it reached nobody; none: nobody calls him"`
	By          string         `json:"by" doc:"who took or called him, or has the call-back; empty: nobody yet"`
	ByAt        *time.Time     `json:"by_at" doc:"of the talk"`
	TaskID      *int64         `json:"task_id" doc:"the open call-back"`
	PromiseAt   *time.Time     `json:"promise_at" doc:"by when he is to be called"`
	CanCall     bool           `json:"can_call" doc:"take-task brings the call-back to this operator now"`
}

// MyDraft is a form of his that is not saved.
type MyDraft struct {
	Key       string    `json:"key" doc:"of the call"`
	Phone     string    `json:"phone"`
	UpdatedAt time.Time `json:"updated_at"`
}
