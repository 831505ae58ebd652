// Package calllogapi is the HTTP face of the record of calls.
package calllogapi

import (
	"time"

	"d24/internal/calllog"
	"d24/internal/platform/httpapi"
)

// CallRow is a call in the journal (L1).
type CallRow struct {
	ID              int64          `json:"id"`
	Key             string         `json:"key" doc:"the engine's name of the call"`
	CompanyID       *int64         `json:"company_id" doc:"null: a city's number, the house not yet known"`
	CompanyName     string         `json:"company_name"`
	Direction       string         `json:"direction" enum:"inbound,outbound"`
	Purpose         string         `json:"purpose" enum:",handover,status_inquiry,feedback,callback,announcement,responsible,supplier_handover,supplier_inquiry,resident,message,connection" doc:"of an outbound call"`
	Phone           string         `json:"phone" doc:"the other party; empty: hidden; the middle is hidden from those who may not see contacts"`
	Called          string         `json:"called" doc:"the number dialled; of a call of ours hidden as phone is"`
	LineID          *int64         `json:"line_id"`
	TaskID          *int64         `json:"task_id"`
	TicketID        *int64         `json:"ticket_id"`
	TicketNumber    *int64         `json:"ticket_number"`
	Operator        *httpapi.Named `json:"operator"`
	StartedAt       time.Time      `json:"started_at"`
	QueuedAt        *time.Time     `json:"queued_at"`
	AnsweredAt      *time.Time     `json:"answered_at"`
	JoinedAt        *time.Time     `json:"joined_at" doc:"the first word with an operator"`
	EndedAt         *time.Time     `json:"ended_at"`
	OverflowAt      *time.Time     `json:"overflow_at" doc:"the company did not answer in its own hours: from then on the call was ours (F23); null: it never came to that"`
	DurationMS      int64          `json:"duration_ms" doc:"of the talk with an operator; of the whole call where none took part"`
	Outcome         string         `json:"outcome" enum:",answered,no_answer,busy,rejected,bad_number,carrier_failed,cancelled,abandoned,unknown" doc:"empty: goes on"`
	IsCut           bool           `json:"is_cut" doc:"cut by a failure of ours"`
	Disposition     string         `json:"disposition" enum:",ticket,linked,notice,consultation,wrong_number,task,lost,transferred,message,fax,silence,prank"`
	DispositionNote string         `json:"disposition_note" doc:"what the operator wrote; of a call joined with a notice it begins with the number told to the caller"`
	RecordingID     *int64         `json:"recording_id"`
	RecordingGoneAt *time.Time     `json:"recording_gone_at" doc:"its term was over"`
	Zone            string         `json:"zone" doc:"IANA zone of the company or the city"`
	WaitMS          int64          `json:"wait_ms" doc:"of an inbound caller, for an operator or until he gave up"`
	BuildingID      *int64         `json:"building_id"`
	Address         string         `json:"address" doc:"of the request, or as the caller named it"`
	NoticeID        *int64         `json:"notice_id"`
	Subject         string         `json:"subject" doc:"of a consultation: what it was about"`
	Employee        string         `json:"employee" doc:"of a connection: the employee it joined with the resident"`
	Mark            *CallMark      `json:"mark" doc:"the company's, of our operator's work (L2); null: none, or not yours to see"`
}

// CallMark is the company's mark on an operator's work, and what came of it (L2).
type CallMark struct {
	_          struct{}   `nullable:"true"`
	Mark       int        `json:"mark" minimum:"1" maximum:"5"`
	Comment    string     `json:"comment"`
	ByName     string     `json:"by_name"`
	At         time.Time  `json:"at"`
	Status     string     `json:"status" enum:"noted,open,answered" doc:"open: a case the dispatch centre looks into"`
	Appeal     string     `json:"appeal" doc:"the operator's words"`
	AppealedAt *time.Time `json:"appealed_at"`
	Finding    string     `json:"finding" enum:",upheld,dismissed"`
	Answer     string     `json:"answer" doc:"of the dispatch centre to the company"`
	AnsweredBy string     `json:"answered_by"`
	AnsweredAt *time.Time `json:"answered_at"`
	Version    int        `json:"version"`
	Can        []string   `json:"can" nullable:"false" doc:"appeal, answer: what this person may do"`
}

// CallCount is how many calls a filter finds.
type CallCount struct {
	Count  int  `json:"count"`
	Capped bool `json:"capped" doc:"there are more: show «1000+»"`
}

// CallOperators are those who spoke in the last calls.
type CallOperators struct {
	Items []CallOperator `json:"items" nullable:"false"`
}

// CallOperator is one of those who spoke.
type CallOperator struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// CallPage is one page of the journal, newest first.
type CallPage struct {
	Items      []CallRow `json:"items"`
	NextCursor *string   `json:"next_cursor" doc:"null at the end"`
}

// CallDetail is a call with what happened in it.
type CallDetail struct {
	CallRow
	DispositionReasonID *int64          `json:"disposition_reason_id"`
	Events              []CallEvent     `json:"events"`
	Recordings          []CallRecording `json:"recordings"`
	Sound               []CallSound     `json:"sound" nullable:"false" doc:"of every side that spoke; empty: not measured"`
}

// CallEvent is one fact of a call.
type CallEvent struct {
	Seq  int       `json:"seq"`
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text" doc:"in words"`
}

// CallRecording is a file of a call; its sound is at /recordings/{id}.
type CallRecording struct {
	ID         int64     `json:"id"`
	StartedAt  time.Time `json:"started_at"`
	DurationMS int64     `json:"duration_ms"`
	Bytes      int64     `json:"bytes"`
	State      string    `json:"state" enum:"writing,done,cut,failed"`
	Note       string    `json:"note"`
	Talk       int       `json:"talk" doc:"0: of the call itself; from 1: of what the operator and whom he consulted said while the caller heard music"`
	With       string    `json:"with" doc:"whom he consulted"`
}

// RecordingPeaks is the picture of a recording: loudness 0 to 100 of each side.
type RecordingPeaks struct {
	Peer       []int `json:"peer" doc:"what the other party said"`
	Ours       []int `json:"ours" doc:"what he heard"`
	DurationMS int64 `json:"duration_ms"`

	CallID      int64     `json:"call_id"`
	TicketID    int64     `json:"ticket_id" doc:"0: none"`
	KeptUntil   time.Time `json:"kept_until" doc:"by the term of its company; a hold keeps it longer"`
	Hold        *HoldRow  `json:"hold"`
	MayDownload bool      `json:"may_download"`
	MayHold     bool      `json:"may_hold"`
}

// HoldRow keeps recordings beyond their term.
type HoldRow struct {
	TicketID int64     `json:"ticket_id" doc:"of a whole request; 0: of the call"`
	Reason   string    `json:"reason"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

func holdOf(h *calllog.Hold) *HoldRow {
	if h == nil {
		return nil
	}
	return &HoldRow{TicketID: h.TicketID, Reason: h.Reason, By: h.By, At: h.At}
}

// Row shows a call.
func Row(c calllog.Entry) CallRow {
	return CallRow{
		ID: c.ID, Key: c.Key, CompanyID: some(c.CompanyID), CompanyName: c.CompanyName, Direction: c.Direction, Purpose: c.Purpose, Phone: c.Phone, Called: c.Called,
		LineID: some(c.LineID), TaskID: some(c.TaskID), TicketID: some(c.TicketID), TicketNumber: some(c.TicketNumber), Operator: httpapi.Name(c.OperatorID, c.OperatorName),
		StartedAt: c.StartedAt, QueuedAt: c.QueuedAt, AnsweredAt: c.AnsweredAt, JoinedAt: c.JoinedAt, EndedAt: c.EndedAt, OverflowAt: c.OverflowAt, DurationMS: c.Talk().Milliseconds(),
		Outcome: c.Outcome, IsCut: c.IsCut, Disposition: c.Disposition, DispositionNote: c.DispositionNote, RecordingID: some(c.RecordingID), RecordingGoneAt: c.RecordingGoneAt, Zone: c.Zone,
		WaitMS: c.Wait().Milliseconds(), BuildingID: some(c.BuildingID), Address: c.Address, NoticeID: some(c.NoticeID), Subject: c.SubjectName,
	}
}

// Rows shows calls.
func Rows(cs []calllog.Entry) []CallRow {
	out := make([]CallRow, 0, len(cs))
	for _, c := range cs {
		out = append(out, Row(c))
	}
	return out
}

func some(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
