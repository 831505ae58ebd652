// Package ticketapi is the HTTP face of tickets: the journal, the card, registering.
package ticketapi

import (
	"time"

	"d24/internal/platform/httpapi"
	"d24/internal/tag"
	"d24/internal/ticket"
)

// TicketRow is a ticket in a list. Moments are shown in Zone, the house's own.
type TicketRow struct {
	ID           int64          `json:"id"`
	Number       int64          `json:"number" doc:"said aloud; per company"`
	CompanyID    int64          `json:"company_id"`
	CompanyName  string         `json:"company_name"`
	Kind         string         `json:"kind" enum:"emergency,planned,paid"`
	Status       string         `json:"status" enum:"new,accepted,in_progress,postponed,done,closed,cancelled"`
	Source       string         `json:"source" enum:"phone,journal,app,widget,bot"`
	Address      string         `json:"address" doc:"with the flat, as it was that day"`
	BuildingID   int64          `json:"building_id"`
	Unit         string         `json:"unit" doc:"number of the flat; empty: the whole house"`
	ReasonID     int64          `json:"reason_id"`
	ReasonName   string         `json:"reason_name"`
	Description  string         `json:"description"`
	Executor     *httpapi.Named `json:"executor"`
	Responsible  *httpapi.Named `json:"responsible"`
	AcceptBy     *time.Time     `json:"accept_by"`
	LocaliseBy   *time.Time     `json:"localise_by"`
	DueAt        *time.Time     `json:"due_at"`
	HandedOverAt *time.Time     `json:"handed_over_at"`
	AcceptedAt   *time.Time     `json:"accepted_at"`
	DoneAt       *time.Time     `json:"done_at"`
	ClosedAt     *time.Time     `json:"closed_at"`
	LocalisedAt  *time.Time     `json:"localised_at" doc:"an accident does no more harm since"`
	CreatedAt    time.Time      `json:"created_at"`
	Zone         string         `json:"zone" doc:"IANA zone of the house"`
	Overdue      bool           `json:"overdue" doc:"the limit has passed and work is still owed"`
	Version      int            `json:"version" doc:"to be sent back with a move"`
	Tags         []TicketTag    `json:"tags" doc:"labels, in the order they were put"`
	Unread       int            `json:"unread" doc:"comments of others this user has not read"`
	Found        *TicketFound   `json:"found,omitempty" doc:"by what a search found it"`
}

// TicketFound is what a search found a request by.
type TicketFound struct {
	Words []string `json:"words" doc:"to be marked: lower case, е for ё"`
	Where string   `json:"where,omitempty" enum:"description,answers,comment,phone" doc:"where text is from; empty: what the row shows"`
	Text  string   `json:"text,omitempty"`
}

// TicketTag is a label of a request.
type TicketTag struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Colour string `json:"colour" enum:"blue,violet,teal,pink,brown,grey"`
}

// TicketCard is a ticket whole, without its history.
type TicketCard struct {
	TicketRow
	Answers        []TicketAnswer    `json:"answers"`
	CallerPhone    string            `json:"caller_phone" doc:"E.164; the middle is hidden from those who may not see contacts"`
	AccessNote     string            `json:"access_note" doc:"when somebody is at home"`
	ToldCaller     string            `json:"told_caller" doc:"the words read out after saving"`
	PostponeReason string            `json:"postpone_reason"`
	PostponedUntil *time.Time        `json:"postponed_until"`
	Entrance       int               `json:"entrance" doc:"0: not known"`
	Floor          int               `json:"floor" doc:"0: not known"`
	Can            []string          `json:"can" enum:"accept,start,postpone,done,close,cancel,reopen,refuse,comment,reassign,assign,resort,merge,replace,edit,pause,resume,localise" doc:"what this user may do with it now"`
	Escalation     *TicketEscalation `json:"escalation" doc:"of an emergency; null for others"`
	Tasks          []TicketTask      `json:"tasks" doc:"calls made and to be made, oldest first"`
	Limits         []TicketLimit     `json:"limits" doc:"which limit gave each moment, as it was that day"`
	Prices         []TicketPrice     `json:"prices" doc:"of paid work, as they were that day"`
	Supplier       *TicketSupplier   `json:"supplier" doc:"whom it concerns besides (RS1), as the directory has it now; null: nobody"`
	Joins          []TicketJoin      `json:"joins" nullable:"false" doc:"others who called about the same trouble"`
	Works          []TicketWork      `json:"works" nullable:"false" doc:"periods of work, oldest first"`
	Pair           *TicketPair       `json:"pair" doc:"the supplier's half of it (RS2); null: it has none"`
}

// TicketPair is the supplier's half of a request.
type TicketPair struct {
	_            struct{}   `nullable:"true"`
	ID           int64      `json:"id"`
	SupplierName string     `json:"supplier_name"`
	Status       string     `json:"status" enum:"new,handed_over,accepted,in_progress,done,closed,cancelled"`
	TheirNumber  string     `json:"their_number"`
	FollowupAt   *time.Time `json:"followup_at"`
	IsOpen       bool       `json:"is_open" doc:"the supplier still owes work"`
}

// TicketSupplier is the resource supplier that a request concerns.
type TicketSupplier struct {
	_        struct{}         `nullable:"true"`
	ID       int64            `json:"id"`
	Name     string           `json:"name"`
	Kind     string           `json:"kind"`
	Contract string           `json:"contract" doc:"number of the company's contract"`
	Hours    string           `json:"hours"`
	Phones   []SupplierNumber `json:"phones"`
}

// SupplierNumber is a number it is reached by.
type SupplierNumber struct {
	Phone string `json:"phone" doc:"E.164, or a short number"`
	Note  string `json:"note"`
	Hours string `json:"hours"`
}

// TicketLimit is a limit as it was when the ticket was registered.
type TicketLimit struct {
	Stage string `json:"stage" enum:"accept,localise,finish"`
	Text  string `json:"text" doc:"«8 часов: в квартире от 10 до 12 °C»"`
}

// TicketPrice is a row of the price list.
type TicketPrice struct {
	Name   string `json:"name"`
	Unit   string `json:"unit" doc:"«шт.»"`
	Amount int64  `json:"amount" doc:"kopecks"`
}

// TicketAnswer is an answer to a question of the reason.
type TicketAnswer struct {
	ID       int    `json:"id" doc:"of the question"`
	Question string `json:"question"`
	Value    string `json:"value"`
}

// TicketEscalation is how far the handing over of an emergency has got (E3).
type TicketEscalation struct {
	_           struct{}          `nullable:"true"`
	Stage       string            `json:"stage" enum:"calling,announcing,finished"`
	Level       int               `json:"level" doc:"the level called now, from 1"`
	Levels      []EscalationLevel `json:"levels"`
	Responsible *httpapi.Named    `json:"responsible" doc:"called when no level takes it"`
	Round       int               `json:"round" doc:"of the announcement, from 1; 0: not yet"`
	Deadline    *time.Time        `json:"deadline" doc:"when the next step comes; null when finished"`
	Dialled     int               `json:"dialled" doc:"dials to the present level so far"`
	Dials       int               `json:"dials" doc:"dials planned for it"`
}

// EscalationLevel is one step of the ladder.
type EscalationLevel struct {
	Level    int        `json:"level" doc:"from 1"`
	MemberID int64      `json:"member_id"`
	Name     string     `json:"name"`
	State    string     `json:"state" enum:"waiting,calling,accepted,refused,not_reached,timed_out,skipped,not_needed"`
	At       *time.Time `json:"at" doc:"when it was begun, or will be if nobody takes the ticket before"`
}

// TicketTask is a call that is made about a ticket.
type TicketTask struct {
	ID         int64          `json:"id"`
	Purpose    string         `json:"purpose" enum:"handover,status_inquiry,feedback,callback,announcement,responsible,supplier_handover,supplier_inquiry,resident,message,connection"`
	Title      string         `json:"title"`
	State      string         `json:"state" enum:"waiting,active,done,withdrawn"`
	Result     string         `json:"result"`
	Note       string         `json:"note"`
	Member     *httpapi.Named `json:"member"`
	Phones     []string       `json:"phones"`
	Dialled    int            `json:"dialled"`
	Dials      int            `json:"dials" doc:"planned for all numbers together"`
	DueAt      time.Time      `json:"due_at"`
	PromiseAt  *time.Time     `json:"promise_at" doc:"by when it must be over"`
	NextAt     *time.Time     `json:"next_at" doc:"the next dial"`
	CreatedAt  time.Time      `json:"created_at"`
	FinishedAt *time.Time     `json:"finished_at"`
}

// TicketPage is one page of a list, newest first.
type TicketPage struct {
	Items      []TicketRow `json:"items"`
	NextCursor *string     `json:"next_cursor" doc:"null at the end; a page of a search may be short before it"`
}

// TicketCount is how many tickets a filter finds.
type TicketCount struct {
	Count  int  `json:"count"`
	Capped bool `json:"capped" doc:"there are more: show «1000+»"`
}

// TicketEvent is one line of a ticket's history (J2).
type TicketEvent struct {
	ID            int64          `json:"id" doc:"negative: a call that only the record of calls has"`
	At            time.Time      `json:"at"`
	Kind          string         `json:"kind" enum:"created,status,comment,executor,call,escalation,handover,contact,file,label,supplier,edit,house"`
	By            string         `json:"by" doc:"a person, or a part of the program"`
	Text          string         `json:"text"`
	Data          map[string]any `json:"data"`
	Call          *EventCall     `json:"call"`
	IsForResident bool           `json:"is_for_resident"`
	IsUnread      bool           `json:"is_unread" doc:"a comment of another that this user has not read"`
}

// EventCall is the call a line of history speaks of.
type EventCall struct {
	_           struct{} `nullable:"true"`
	ID          int64    `json:"id"`
	Direction   string   `json:"direction" enum:"inbound,outbound"`
	DurationMS  int64    `json:"duration_ms"`
	RecordingID *int64   `json:"recording_id" doc:"null: none, or not for this user"`
}

// TicketEvents is a history, oldest first.
type TicketEvents struct {
	Items []TicketEvent `json:"items"`
	Zone  string        `json:"zone" doc:"IANA zone of the house"`
	Said  int           `json:"said" doc:"how much was written: to be sent back when it has been read"`
}

// NewTicket is what a person says. Who executes and by when is not among it (R4).
type NewTicket struct {
	CompanyID      int64       `json:"company_id" minimum:"1"`
	BuildingID     int64       `json:"building_id" minimum:"1"`
	Unit           string      `json:"unit,omitempty" maxLength:"20" doc:"number of the flat; empty: the whole house"`
	Entrance       int         `json:"entrance,omitempty" minimum:"0" maximum:"100" doc:"0: as the directory has it"`
	Floor          int         `json:"floor,omitempty" minimum:"-5" maximum:"200" doc:"0: as the directory has it"`
	ReasonID       int64       `json:"reason_id" minimum:"1"`
	Answers        []NewAnswer `json:"answers,omitempty" maxItems:"50"`
	Description    string      `json:"description,omitempty" maxLength:"4000"`
	CallerPhone    string      `json:"caller_phone,omitempty" maxLength:"40" doc:"as people write it: 8 (343) 123-45-67"`
	AccessNote     string      `json:"access_note,omitempty" maxLength:"500"`
	IdempotencyKey string      `json:"idempotency_key" minLength:"8" maxLength:"100" doc:"the same key makes one ticket"`
	CallKey        string      `json:"call_key,omitempty" maxLength:"100" doc:"of the call it is registered from"`
}

// NewAnswer answers the question with this id.
type NewAnswer struct {
	ID    int    `json:"id" minimum:"1" maximum:"1000"`
	Value string `json:"value" maxLength:"1000"`
}

// TicketCreated is the card of a new ticket and the words to read out.
type TicketCreated struct {
	TicketCard
	Say string `json:"say"`
}

// PreviewAsk asks what would become of a ticket.
type PreviewAsk struct {
	CompanyID  int64       `json:"company_id" minimum:"1"`
	BuildingID int64       `json:"building_id" minimum:"1"`
	ReasonID   int64       `json:"reason_id" minimum:"1"`
	Answers    []NewAnswer `json:"answers,omitempty" maxItems:"50" doc:"given so far: limits may depend on them"`
}

// TicketPreview is what the system would decide now.
type TicketPreview struct {
	Kind        string          `json:"kind" enum:"emergency,planned,paid"`
	Executor    *httpapi.Named  `json:"executor"`
	Responsible *httpapi.Named  `json:"responsible"`
	AcceptBy    *time.Time      `json:"accept_by"`
	LocaliseBy  *time.Time      `json:"localise_by"`
	DueAt       *time.Time      `json:"due_at"`
	Why         string          `json:"why" doc:"in words"`
	Say         string          `json:"say" doc:"the words to be read out, without a number"`
	Zone        string          `json:"zone" doc:"IANA zone of the house"`
	Supplier    *TicketSupplier `json:"supplier" doc:"whom it concerns besides; null: nobody"`
}

// TicketMove is a wish to change the state.
type TicketMove struct {
	To       string     `json:"to" enum:"accepted,in_progress,postponed,done,closed,cancelled"`
	Reason   string     `json:"reason,omitempty" maxLength:"500" doc:"of a deferral, a cancellation or a reopening"`
	Until    *time.Time `json:"until,omitempty" doc:"of a deferral"`
	Comment  string     `json:"comment,omitempty" maxLength:"4000"`
	PairSeen bool       `json:"pair_seen,omitempty" doc:"the person knows that the supplier's request is open"`
	Version  int        `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 ticket.changed when it is another now"`
}

// TicketRefusal is the executor's word that he cannot take a new ticket.
type TicketRefusal struct {
	Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	Version int    `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 ticket.changed when it is another now"`
}

// NewComment is a line written by a person.
type NewComment struct {
	Text          string `json:"text" minLength:"1" maxLength:"4000"`
	IsForResident bool   `json:"is_for_resident,omitempty" doc:"the resident sees it"`
}

// Row shows a ticket in a list; now decides whether it is overdue.
func Row(t ticket.Ticket, now time.Time) TicketRow {
	row := TicketRow{
		ID: t.ID, Number: t.Number, CompanyID: t.CompanyID, CompanyName: t.CompanyName, Kind: string(t.Kind), Status: string(t.Status), Source: t.Source,
		Address: t.Address, BuildingID: t.BuildingID, Unit: t.Unit, ReasonID: t.ReasonID, ReasonName: t.ReasonName, Description: t.Description,
		Executor: httpapi.Name(t.ExecutorID, t.ExecutorName), Responsible: httpapi.Name(t.ResponsibleID, t.ResponsibleName),
		AcceptBy: t.AcceptBy, LocaliseBy: t.LocaliseBy, DueAt: t.DueAt, HandedOverAt: t.HandedOverAt, AcceptedAt: t.AcceptedAt, DoneAt: t.DoneAt,
		ClosedAt: t.ClosedAt, LocalisedAt: t.LocalisedAt, CreatedAt: t.CreatedAt, Zone: t.Zone, Overdue: t.Overdue(now), Version: t.Version, Tags: labels(t.Tags), Unread: t.Unread,
	}
	if f := t.Found; f != nil {
		row.Found = &TicketFound{Words: append([]string{}, f.Words...), Where: f.Where, Text: f.Text}
	}
	return row
}

func labels(ts []tag.Tag) []TicketTag {
	out := make([]TicketTag, 0, len(ts))
	for _, t := range ts {
		out = append(out, TicketTag{ID: t.ID, Name: t.Name, Colour: t.Colour})
	}
	return out
}

// Rows shows a list.
func Rows(ts []ticket.Ticket, now time.Time) []TicketRow {
	out := make([]TicketRow, 0, len(ts))
	for _, t := range ts {
		out = append(out, Row(t, now))
	}
	return out
}

// TicketHandOn gives a request to the next executor.
type TicketHandOn struct {
	Version int `json:"version" doc:"the version the person saw"`
}
