package ticketapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/page"
	"d24/internal/phone"
	"d24/internal/platform/httpapi"
	"d24/internal/ticket"
)

// Around is what other modules know about a ticket; the assembly supplies it.
type Around struct {
	// Ladder is the escalation and the call tasks of a ticket the actor may see.
	Ladder func(ctx context.Context, t ticket.Ticket) (*TicketEscalation, []TicketTask, error)
	// Calls are the calls of a ticket, oldest first; none for an actor who may not read calls.
	Calls func(ctx context.Context, ticketID int64) ([]TicketCall, error)
	// Supplier is whom a request of a reason and a house concerns at a moment; nil: none, or
	// nothing the actor may read.
	Supplier func(ctx context.Context, companyID, buildingID, reasonID int64, zone string, at time.Time) (*TicketSupplier, error)
	// Pair is the supplier's half of a ticket (RS2); nil: it has none.
	Pair func(ctx context.Context, t ticket.Ticket) (*TicketPair, error)
}

// TicketCall is a call as the history of a ticket needs it.
type TicketCall struct {
	EventCall
	At   time.Time
	By   string
	Text string
}

// Config of the operations.
type Config struct {
	Service *ticket.Service
	Around  Around
	Now     func() time.Time
	// Together runs f so that all it reads, here and in other modules, is one transaction.
	Together func(ctx context.Context, f func(ctx context.Context) error) error
}

type one struct{ Body TicketCard }

// ByID names the thing in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

// Device is what a phone says of a deed that waited there for a network (J12).
type Device struct {
	Key string    `header:"Idempotency-Key" maxLength:"100" pattern:"^[0-9A-Za-z_-]+$" doc:"the phone's own name of the deed: sent again it is done once"`
	At  time.Time `header:"X-Done-At" timeFormat:"2006-01-02T15:04:05Z07:00" doc:"when it was done by the phone's clock; believed for a week back"`
}

type accept struct {
	ByID
	Device
	Back bool `query:"take_back" doc:"he knows that it has gone on to another meanwhile (409 ticket.passed) and takes it back"`
}

type move struct {
	ByID
	Device
	Body TicketMove
}

type refuse struct {
	ByID
	Body TicketRefusal
}

type comment struct {
	ByID
	Device
	Body NewComment
}

type create struct{ Body NewTicket }

type created struct{ Body TicketCreated }

type ask struct{ Body PreviewAsk }

type preview struct{ Body TicketPreview }

type history struct{ Body TicketEvents }

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	tags := []string{"tickets"}
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "list-tickets", Method: http.MethodGet, Path: "/tickets", Summary: "The journal, newest first", Tags: tags,
	}, c.list)
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "count-tickets", Method: http.MethodGet, Path: "/tickets/count", Summary: "How many tickets a filter finds", Tags: tags,
	}, c.count)
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "get-ticket", Method: http.MethodGet, Path: "/tickets/{id}", Summary: "A ticket whole", Tags: tags,
	}, func(ctx context.Context, in *ByID) (*one, error) { return c.answer(ctx)(c.Service.Get(ctx, in.ID)) })
	httpapi.Register(api, access.TicketRead, huma.Operation{
		OperationID: "ticket-events", Method: http.MethodGet, Path: "/tickets/{id}/events", Summary: "The history of a ticket, oldest first", Tags: tags,
	}, c.events)
	httpapi.Register(api, access.TicketCreate, huma.Operation{
		OperationID: "create-ticket", Method: http.MethodPost, Path: "/tickets", Summary: "Register a ticket", Tags: tags, DefaultStatus: http.StatusCreated,
		Description: "422 ticket.incomplete names the questions that must be answered as body.answers.{question id}.",
	}, c.create)
	httpapi.Register(api, access.TicketCreate, huma.Operation{
		OperationID: "preview-ticket", Method: http.MethodPost, Path: "/tickets/preview", Summary: "Who would get it, by when and why; nothing is kept", Tags: tags,
	}, c.preview)
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "move-ticket", Method: http.MethodPost, Path: "/tickets/{id}/move", Summary: "Change the state", Tags: tags,
		Description: "409 ticket.changed: somebody changed it meanwhile. 409 ticket.move_impossible: not from this state. 409 ticket.pair_open: its supplier's request is open; send pair_seen when the person knows.",
	}, func(ctx context.Context, in *move) (*one, error) {
		b := in.Body
		m := ticket.Move{To: ticket.Status(b.To), Reason: b.Reason, Until: b.Until, Comment: b.Comment, PairSeen: b.PairSeen, Version: b.Version}
		if in.Key != "" {
			return c.answer(ctx)(c.Service.FromDevice(ctx, in.ID, ticket.Device(in.Device), ticket.Deed{Move: &m}))
		}
		return c.answer(ctx)(c.Service.Move(ctx, in.ID, m))
	})
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "refuse-ticket", Method: http.MethodPost, Path: "/tickets/{id}/refuse", Summary: "The executor cannot take a new ticket: it goes to the next one", Tags: tags,
		DefaultStatus: http.StatusNoContent,
		Description:   "409 ticket.changed, ticket.move_impossible: it is another now. 403 ticket.refuse_forbidden: not the executor.",
	}, func(ctx context.Context, in *refuse) (*struct{}, error) {
		return nil, c.Service.Refuse(ctx, in.ID, in.Body.Reason, in.Body.Version)
	})
	type handOn struct {
		ID   int64 `path:"id" minimum:"1"`
		Body TicketHandOn
	}
	httpapi.Register(api, access.TicketAssign, huma.Operation{
		OperationID: "reassign-ticket", Method: http.MethodPost, Path: "/tickets/{id}/reassign", Summary: "Its executor has left: give it to the next one by the rules", Tags: tags,
		Description: "409 ticket.changed, ticket.move_impossible: the executor is there. 409 ticket.nobody: nobody is at work.",
	}, func(ctx context.Context, in *handOn) (*one, error) {
		return c.answer(ctx)(c.Service.HandOn(ctx, in.ID, in.Body.Version))
	})
	httpapi.Register(api, access.TicketComment, huma.Operation{
		OperationID: "comment-ticket", Method: http.MethodPost, Path: "/tickets/{id}/comments", Summary: "Write into the history", Tags: tags, DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *comment) (*struct{}, error) {
		if in.Key != "" {
			_, err := c.Service.FromDevice(ctx, in.ID, ticket.Device(in.Device), ticket.Deed{Comment: in.Body.Text, ForResident: in.Body.IsForResident})
			return nil, err
		}
		return nil, c.Service.Comment(ctx, in.ID, in.Body.Text, in.Body.IsForResident)
	})
	httpapi.Register(api, access.TicketMove, huma.Operation{
		OperationID: "accept-ticket", Method: http.MethodPost, Path: "/tickets/{id}/accept", Summary: "Take a new ticket; the first one wins", Tags: tags,
		Description: "409 ticket.taken says who was first (R5), ticket.passed to whom it has gone on: with take_back it is taken all the same.",
	}, func(ctx context.Context, in *accept) (*one, error) {
		if in.Key != "" {
			return c.answer(ctx)(c.Service.FromDevice(ctx, in.ID, ticket.Device(in.Device), ticket.Deed{Accept: true, Back: in.Back}))
		}
		if in.Back {
			return c.answer(ctx)(c.Service.TakeBack(ctx, in.ID))
		}
		return c.answer(ctx)(c.Service.AcceptOwn(ctx, in.ID))
	})
	c.labels(api)
	c.kept(api)
	c.same(api)
	c.sort(api)
	c.assign(api)
	c.now(api)
	c.bulk(api)
	c.unread(api)
	c.works(api)
}

// answer makes the card of what a use case returned.
func (c Config) answer(ctx context.Context) func(ticket.Ticket, error) (*one, error) {
	return func(t ticket.Ticket, err error) (*one, error) {
		if err != nil {
			return nil, err
		}
		card, err := c.Card(ctx, t)
		return &one{card}, err
	}
}

// Card shows a ticket whole to the actor.
func (c Config) Card(ctx context.Context, t ticket.Ticket) (card TicketCard, err error) {
	err = c.Together(ctx, func(ctx context.Context) error {
		card, err = c.card(ctx, t)
		return err
	})
	return card, err
}

func (c Config) card(ctx context.Context, t ticket.Ticket) (TicketCard, error) {
	t, err := c.Service.Labelled(ctx, t)
	if err != nil {
		return TicketCard{}, err
	}
	a, card := access.From(ctx), c.plain(ctx, t)
	works, err := c.Service.Works(ctx, t.ID)
	if err != nil {
		return card, err
	}
	card.Works, card.Can = workRows(works), append(card.Can, t.CanWork(a, works)...)
	if card.Escalation, card.Tasks, err = c.Around.Ladder(ctx, t); err != nil {
		return card, err
	}
	if card.Joins, err = c.joins(ctx, t); err != nil {
		return card, err
	}
	if card.Pair, err = c.Around.Pair(ctx, t); err != nil {
		return card, err
	}
	card.Supplier, err = c.Around.Supplier(ctx, t.CompanyID, t.BuildingID, t.ReasonID, t.Zone, t.CreatedAt)
	return card, err
}

// fresh is the card of a ticket made just now: nothing has happened around it yet.
func (c Config) fresh(ctx context.Context, t ticket.Ticket) (card TicketCard, err error) {
	card = c.plain(ctx, t)
	card.Works, card.Can = workRows(nil), append(card.Can, t.CanWork(access.From(ctx), nil)...)
	card.Tasks, card.Joins = []TicketTask{}, []TicketJoin{}
	if t.SupplierID == 0 {
		return card, nil
	}
	err = c.Together(ctx, func(ctx context.Context) error {
		if card.Pair, err = c.Around.Pair(ctx, t); err != nil {
			return err
		}
		card.Supplier, err = c.Around.Supplier(ctx, t.CompanyID, t.BuildingID, t.ReasonID, t.Zone, t.CreatedAt)
		return err
	})
	return card, err
}

// plain is what a ticket itself tells.
func (c Config) plain(ctx context.Context, t ticket.Ticket) TicketCard {
	a := access.From(ctx)
	card := TicketCard{
		TicketRow: Row(t, c.Now()), Answers: make([]TicketAnswer, 0, len(t.Answers)), CallerPhone: t.CallerPhone, AccessNote: t.AccessNote, ToldCaller: t.ToldCaller,
		PostponeReason: t.PostponeReason, PostponedUntil: t.PostponedUntil, Entrance: t.Entrance, Floor: t.Floor, Can: verbs(t, a),
	}
	for _, x := range t.Answers {
		card.Answers = append(card.Answers, TicketAnswer(x))
	}
	card.Limits, card.Prices = make([]TicketLimit, 0, len(t.Limits)), make([]TicketPrice, 0, len(t.Prices))
	for _, x := range t.Limits {
		card.Limits = append(card.Limits, TicketLimit{Stage: string(x.Stage), Text: x.Text})
	}
	for _, x := range t.Prices {
		card.Prices = append(card.Prices, TicketPrice(x))
	}
	if t.CallerPhone != "" && !a.Can(access.ContactRead) {
		card.CallerPhone = phone.Mask(t.CallerPhone)
	}
	return card
}

var verbOf = map[string]string{
	string(ticket.Accepted): "accept", string(ticket.InProgress): "start", string(ticket.Postponed): "postpone",
	string(ticket.Done): "done", string(ticket.Closed): "close", string(ticket.Cancelled): "cancel",
}

// verbs are what the actor may do, in the words of the screen.
func verbs(t ticket.Ticket, a access.Actor) []string {
	out := []string{}
	for _, s := range t.Can(a) {
		if v, ok := verbOf[s]; ok {
			s = v
		}
		out = append(out, s)
	}
	return out
}

func (c Config) create(ctx context.Context, in *create) (*created, error) {
	b := in.Body
	n := ticket.NewTicket{
		CompanyID: b.CompanyID, BuildingID: b.BuildingID, Unit: b.Unit, Entrance: b.Entrance, Floor: b.Floor, ReasonID: b.ReasonID, Description: b.Description,
		CallerPhone: b.CallerPhone, AccessNote: b.AccessNote, IdempotencyKey: b.IdempotencyKey, CallKey: b.CallKey, Source: "journal",
	}
	if access.From(ctx).Kind == access.Operator {
		n.Source = "phone"
	}
	for _, x := range b.Answers {
		n.Answers = append(n.Answers, ticket.Answer{ID: x.ID, Value: x.Value})
	}
	t, isNew, err := c.Service.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	show := c.Card
	if isNew {
		show = c.fresh
	}
	card, err := show(ctx, t)
	return &created{TicketCreated{TicketCard: card, Say: t.ToldCaller}}, err
}

func (c Config) preview(ctx context.Context, in *ask) (*preview, error) {
	n := ticket.NewTicket{CompanyID: in.Body.CompanyID, BuildingID: in.Body.BuildingID, ReasonID: in.Body.ReasonID}
	for _, x := range in.Body.Answers {
		n.Answers = append(n.Answers, ticket.Answer{ID: x.ID, Value: x.Value})
	}
	p, say, err := c.Service.Preview(ctx, n)
	if err != nil {
		return nil, err
	}
	out := &preview{TicketPreview{
		Kind: string(p.Reason.Kind), AcceptBy: p.Terms.Accept, LocaliseBy: p.Terms.Localise, DueAt: p.Terms.Finish, Why: p.Why, Say: say, Zone: p.Building.Zone,
	}}
	if p.Executor != nil {
		out.Body.Executor = httpapi.Name(p.Executor.MemberID, p.Executor.Name)
	}
	if p.Responsible != nil {
		out.Body.Responsible = httpapi.Name(p.Responsible.MemberID, p.Responsible.Name)
	}
	out.Body.Supplier, err = c.Around.Supplier(ctx, n.CompanyID, n.BuildingID, n.ReasonID, p.Building.Zone, c.Now())
	return out, err
}

// Filter is the query of the journal.
type Filter struct {
	View          string    `query:"view" enum:"all,new,open,mine" doc:"new: nobody has taken; open: work still owed"`
	Status        []string  `query:"status,explode" enum:"new,accepted,in_progress,postponed,done,closed,cancelled" maxItems:"10"`
	Kind          []string  `query:"kind,explode" enum:"emergency,planned,paid" maxItems:"10"`
	Source        []string  `query:"source,explode" enum:"phone,journal,app,widget,bot" maxItems:"10"`
	CompanyID     int64     `query:"company_id" minimum:"0"`
	BuildingID    int64     `query:"building_id" minimum:"0"`
	Unit          string    `query:"unit" maxLength:"20"`
	ExecutorID    int64     `query:"executor_id" minimum:"0"`
	ResponsibleID int64     `query:"responsible_id" minimum:"0"`
	ReasonID      int64     `query:"reason_id" minimum:"0"`
	Number        int64     `query:"number" minimum:"0"`
	Phone         string    `query:"phone" maxLength:"40"`
	Q             string    `query:"q" maxLength:"200" doc:"a number, a phone, or words of address, reason and description"`
	From          time.Time `query:"from" doc:"registered not before"`
	To            time.Time `query:"to" doc:"registered before"`
	Overdue       bool      `query:"overdue"`
	Soon          bool      `query:"soon" doc:"not overdue, but within a day of it"`
	DueFrom       time.Time `query:"due_from" doc:"the deadline is not before"`
	DueTo         time.Time `query:"due_to" doc:"the deadline is before"`
	Address       string    `query:"address" maxLength:"200" doc:"words of the address"`
	GroupID       int64     `query:"group_id" minimum:"0" doc:"houses of a group"`
	Postponed     string    `query:"postponed" maxLength:"500" doc:"deferred now for this reason"`
	TagID         []int64   `query:"tag_id,explode" maxItems:"20" doc:"any of these labels"`
	Unread        bool      `query:"unread" doc:"with something this user has not read: the latest 2,000 of a month"`
}

type list struct {
	Filter
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Order  string `query:"order" enum:"newest,oldest,due" doc:"due: by the deadline, the nearest first"`
}

func (c Config) read(f Filter) ticket.Filter {
	out := ticket.Filter{
		Source: f.Source, CompanyID: f.CompanyID, BuildingID: f.BuildingID, Unit: f.Unit, ExecutorID: f.ExecutorID, ResponsibleID: f.ResponsibleID, ReasonID: f.ReasonID,
		Number: f.Number, Phone: f.Phone, Text: f.Q, CreatedFrom: f.From, CreatedTo: f.To,
		DueFrom: f.DueFrom, DueTo: f.DueTo, Address: f.Address, GroupID: f.GroupID, TagIDs: f.TagID, PostponeReason: f.Postponed, Unread: f.Unread,
	}
	if f.View != "all" {
		out.View = ticket.View(f.View)
	}
	for _, s := range f.Status {
		out.Status = append(out.Status, ticket.Status(s))
	}
	for _, k := range f.Kind {
		out.Kind = append(out.Kind, ticket.Kind(k))
	}
	if f.Overdue {
		out.OverdueAt = c.Now()
	}
	if f.Soon {
		out.SoonAt = c.Now()
	}
	return out
}

// Read is the filter of a list in an order, as other operations take it.
func (c Config) Read(ctx context.Context, f Filter, order string) (ticket.Filter, error) {
	out := c.read(f)
	if order != "newest" {
		out.Order = ticket.Order(order)
	}
	return out, httpapi.Number(ctx, f.Phone)
}

type pageOut struct{ Body TicketPage }

func (c Config) list(ctx context.Context, in *list) (*pageOut, error) {
	f, err := c.Read(ctx, in.Filter, in.Order)
	if err != nil {
		return nil, err
	}
	f.Limit = in.Limit
	if f.After, err = page.Parse(in.Cursor); err != nil {
		return nil, err
	}
	ts, next, err := c.Service.List(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &pageOut{TicketPage{Items: Rows(ts, c.Now())}}
	if next != "" {
		out.Body.NextCursor = &next
	}
	return out, nil
}

type countOut struct{ Body TicketCount }

func (c Config) count(ctx context.Context, in *Filter) (*countOut, error) {
	if err := httpapi.Number(ctx, in.Phone); err != nil {
		return nil, err
	}
	n, err := c.Service.Count(ctx, c.read(*in))
	if err != nil {
		return nil, err
	}
	return &countOut{TicketCount{Count: min(n, page.CountMax-1), Capped: n >= page.CountMax}}, nil
}

func (c Config) events(ctx context.Context, in *ByID) (*history, error) {
	t, err := c.Service.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	es, said, err := c.Service.Talk(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	calls, err := c.Around.Calls(ctx, in.ID)
	if fault.KindOf(err) == fault.Internal && err != nil {
		return nil, err
	}
	return &history{TicketEvents{Items: merge(es, calls), Zone: t.Zone, Said: said}}, nil
}
