package deskapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/calllog"
	"d24/internal/calllog/calllogapi"
	"d24/internal/desk"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket/ticketapi"
)

// maxDraft is the most a draft may weigh.
const maxDraft = 64 << 10

// Config of the operations.
type Config struct {
	Floor   *desk.Floor
	Tickets ticketapi.Config // shows the ticket of a task
}

// ByKey names a call in the path.
type ByKey struct {
	Key string `path:"key" minLength:"1" maxLength:"100" doc:"the engine's name of the call"`
}

// ByID names the thing in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

type callOut struct{ Body DeskCall }

type draftIn struct {
	ByKey
	Body DraftInput
}

type draftOut struct{ Body DraftKept }

type resultIn struct {
	ByKey
	Body CallResult
}

type resultOut struct{ Body calllogapi.CallRow }

type placeIn struct {
	ByKey
	Body CallPlace
}

type queueOut struct{ Body TaskQueue }

type taskOut struct{ Body TaskCard }

type sayIn struct {
	ByID
	Body TaskResult
}

type whoIn struct {
	ByID
	Body TaskPerson
}

type askIn struct {
	ByID
	Body AskResident
}

type askedOut struct{ Body ResidentAsked }

type giveIn struct {
	ByID
	Body TaskGive
}

type dropIn struct {
	ByID
	Body TaskDrop
}

type employeeIn struct {
	ByKey
	Body CallEmployee
}

type figuresOut struct{ Body DeskFigures }

type myOut struct{ Body MyDesk }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"desk"}
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: tags}
	}
	httpapi.Register(api, access.DeskWork, op("desk-call", http.MethodGet, "/desk/calls/{key}", "What stands beside a call; 404 until its record has come"),
		func(ctx context.Context, in *ByKey) (*callOut, error) { return c.card(c.Floor.Card(ctx, in.Key)) })
	httpapi.Register(api, access.DeskWork, op("place-call", http.MethodPost, "/desk/calls/{key}/place", "The caller named this address"),
		func(ctx context.Context, in *placeIn) (*callOut, error) {
			return c.card(c.Floor.Place(ctx, in.Key, in.Body.BuildingID, in.Body.Unit))
		})
	httpapi.Register(api, access.DeskWork, op("dispose-call", http.MethodPost, "/desk/calls/{key}/dispose", "How the call ended for people (C4)"), c.dispose)
	draft := op("keep-draft", http.MethodPut, "/desk/drafts/{key}", "Keep what is typed beside a call")
	draft.MaxBodyBytes = maxDraft
	httpapi.Register(api, access.DeskWork, draft, func(ctx context.Context, in *draftIn) (*draftOut, error) {
		at, err := c.Floor.Keep(ctx, in.Key, in.Body.Body)
		return &draftOut{DraftKept{UpdatedAt: at}}, err
	})
	httpapi.Register(api, access.DeskWork, op("list-tasks", http.MethodGet, "/desk/tasks", "The queue of call tasks, the most urgent first"), c.queue)
	httpapi.Register(api, access.DeskWork, op("get-task", http.MethodGet, "/desk/tasks/{id}", "A task with its ticket and words"),
		func(ctx context.Context, in *ByID) (*taskOut, error) { return c.talk(ctx)(c.Floor.Talk(ctx, in.ID)) })
	said := op("task-result", http.MethodPost, "/desk/tasks/{id}/result", "The operator's word about a task")
	said.Description = "The ticket follows at once. 409 task.over: the task is closed already. A remark in the answer says who accepted the ticket earlier (R5)."
	httpapi.Register(api, access.DeskWork, said, func(ctx context.Context, in *sayIn) (*taskOut, error) {
		return c.talk(ctx)(c.Floor.Say(ctx, in.ID, desk.Said{Kind: in.Body.Kind, Note: in.Body.Note, ETA: in.Body.ETA, TakeBack: in.Body.TakeBack, Supplier: desk.ToSupplier{Number: in.Body.TheirNumber, Taken: in.Body.HandedTo, AskAt: in.Body.AskAt}}))
	})
	c.hands(api, op)
	c.transfers(api, op)
	httpapi.Register(api, access.DeskWork, op("desk-figures", http.MethodGet, "/desk/figures", "The strip and the wallboard"), c.figures)
	httpapi.Register(api, access.DeskSupervise, op("desk-wallboard", http.MethodGet, "/desk/wallboard", "The supervisor's wallboard"), c.wallboard)
	httpapi.Register(api, access.DeskSupervise, op("live-calls", http.MethodGet, "/desk/live-calls", "The calls of this moment"), c.liveCalls)
	httpapi.Register(api, access.CallRead, op("operators-present", http.MethodGet, "/desk/present", "How many operators are at work now (D1)"), c.present)
	httpapi.Register(api, access.DeskWork, op("desk-my", http.MethodGet, "/desk/my", "My calls, figures and drafts"), c.my)
}

// hands are what an operator does to tasks besides speaking.
func (c Config) hands(api huma.API, op func(id, method, path, summary string) huma.Operation) {
	httpapi.Register(api, access.DeskWork, op("take-task", http.MethodPost, "/desk/tasks/{id}/take", "Bring the task to my phone now; one that reached nobody begins anew"),
		func(ctx context.Context, in *ByID) (*taskOut, error) { return c.talk(ctx)(c.Floor.Take(ctx, in.ID)) })
	httpapi.Register(api, access.TicketComment, op("ask-resident", http.MethodPost, "/tickets/{id}/ask-resident", "Have the resident of a request called; 409 ask.open, ask.no_phone, ask.over"),
		func(ctx context.Context, in *askIn) (*askedOut, error) {
			v, err := c.Floor.AskResident(ctx, in.ID, desk.Ask{What: in.Body.What, By: in.Body.By})
			if err != nil {
				return nil, err
			}
			out := ResidentAsked{TaskID: v.ID, What: v.Title, DueAt: v.DueAt, By: v.DueAt}
			if v.PromiseAt != nil {
				out.By = *v.PromiseAt
			}
			return &askedOut{out}, nil
		})
	httpapi.Register(api, access.DeskSupervise, op("give-task", http.MethodPost, "/desk/tasks/{id}/give", "Take the task off who has it, for another operator or for whoever is free; 409 task.nobodys, task.rings, operator.away"),
		func(ctx context.Context, in *giveIn) (*taskOut, error) {
			return c.talk(ctx)(c.Floor.Give(ctx, in.ID, in.Body.UserID))
		})
	httpapi.Register(api, access.DeskWork, op("drop-task", http.MethodPost, "/desk/tasks/{id}/drop", "Nobody needs to be called, with the reason"),
		func(ctx context.Context, in *dropIn) (*taskOut, error) {
			return c.talk(ctx)(c.Floor.Drop(ctx, in.ID, in.Body.Reason))
		})
	httpapi.Register(api, access.DeskWork, op("name-task-person", http.MethodPost, "/desk/tasks/{id}/person", "Who of those who share the phone has called (F27)"),
		func(ctx context.Context, in *whoIn) (*taskOut, error) {
			return c.talk(ctx)(c.Floor.Bind(ctx, in.ID, in.Body.MemberID))
		})
	httpapi.Register(api, access.DeskWork, op("bind-caller", http.MethodPost, "/desk/calls/{key}/employee", "The caller is an employee whose number was not known; checked by the operator (F28)"),
		func(ctx context.Context, in *employeeIn) (*callOut, error) {
			return c.card(c.Floor.Employee(ctx, in.Key, in.Body.MemberID))
		})
}

func (c Config) dispose(ctx context.Context, in *resultIn) (*resultOut, error) {
	b := in.Body
	e, err := c.Floor.Dispose(ctx, in.Key, calllog.Disposition{Kind: b.Kind, TicketID: b.TicketID, NoticeID: b.NoticeID, ReasonID: b.ReasonID, Note: b.Note, IsSame: b.IsSame, Unit: b.Unit})
	if err != nil {
		return nil, err
	}
	return &resultOut{calllogapi.Row(e)}, nil
}

func (c Config) card(k desk.Card, err error) (*callOut, error) {
	if err != nil {
		return nil, err
	}
	out := DeskCall{
		Call: calllogapi.Row(k.Call), Known: make([]KnownAddress, 0, len(k.Known)), Lines: make([]DeskLine, 0, len(k.Lines)), OnDuty: onDuty(k),
		RecentCalls: calllogapi.Rows(k.Recent),
	}
	for _, x := range k.Known {
		out.Known = append(out.Known, c.known(x))
	}
	if k.Company != nil {
		out.Company = &DeskCompany{ID: k.Company.ID, Name: k.Company.Name, City: k.Company.City, Zone: k.Company.Zone, Greeting: k.Company.Greeting}
	}
	for _, l := range k.Lines {
		out.Lines = append(out.Lines, DeskLine{ID: l.ID, Phone: l.Phone, Kind: l.Kind, City: l.City})
	}
	if k.Draft != nil {
		out.Draft = &Draft{Body: map[string]any{}, UpdatedAt: k.Draft.UpdatedAt, UserID: k.Draft.UserID}
		err = json.Unmarshal(k.Draft.Body, &out.Draft.Body)
	}
	return &callOut{out}, err
}

func (c Config) talk(ctx context.Context) func(desk.Talk, error) (*taskOut, error) {
	return func(k desk.Talk, err error) (*taskOut, error) {
		if err != nil {
			return nil, err
		}
		out := TaskCard{
			Task: Task(k.Task), Words: k.Words, IfNot: k.IfNot, Remark: k.Remark, Numbers: numbers(k), Results: append([]string{}, desk.Results(k.Task.Purpose)...), MayBe: []TaskMayBe{}, Beside: []TaskBeside{},
		}
		for _, b := range k.Beside {
			out.Beside = append(out.Beside, TaskBeside{Task: Task(b), Results: append([]string{}, desk.Results(b.Purpose)...)})
		}
		for _, m := range k.MayBe {
			out.MayBe = append(out.MayBe, TaskMayBe(m))
		}
		if k.Spoken != nil && k.Spoken.RecordingID != 0 {
			out.Message = &TaskMessage{RecordingID: k.Spoken.RecordingID, DurationMS: k.Spoken.Talk().Milliseconds(), At: k.Spoken.StartedAt}
		}
		if k.Ticket != nil {
			card, err := c.Tickets.Card(ctx, *k.Ticket)
			if err != nil {
				return nil, err
			}
			out.Ticket = &TaskTicket{TicketCard: card}
		}
		return &taskOut{out}, nil
	}
}

func (c Config) queue(ctx context.Context, _ *struct{}) (*queueOut, error) {
	vs, err := c.Floor.Queue(ctx)
	out := &queueOut{TaskQueue{Items: make([]TaskRow, 0, len(vs))}}
	for _, v := range vs {
		out.Body.Items = append(out.Body.Items, Task(v))
	}
	return out, err
}
