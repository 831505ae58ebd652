package reasonapi

import (
	"time"

	"d24/internal/platform/httpapi"
	"d24/internal/reason"
)

// ReasonLimit is how long something may take.
type ReasonLimit struct {
	Amount int    `json:"amount" minimum:"0" maximum:"600000" doc:"0: no limit"`
	Unit   string `json:"unit" enum:"minutes,hours,working_days"`
	From   int    `json:"from,omitempty" minimum:"0" maximum:"1440" doc:"minute of the day from which minutes and hours count, by the clock of the house"`
	Till   int    `json:"till,omitempty" minimum:"0" maximum:"1440" doc:"minute of the day till which they count; the same as from: round the clock"`
}

// ReasonCondition is when a variant holds; all that is set must hold.
type ReasonCondition struct {
	SeasonFrom string   `json:"season_from,omitempty" maxLength:"5" doc:"MM-DD, the first day"`
	SeasonTill string   `json:"season_till,omitempty" maxLength:"5" doc:"MM-DD, the last day; may be over New Year"`
	TempFrom   *float64 `json:"temp_from,omitempty" doc:"°C in the flat, included"`
	TempBelow  *float64 `json:"temp_below,omitempty" doc:"°C in the flat, excluded"`
	Inputs     int      `json:"inputs,omitempty" minimum:"0" maximum:"9" doc:"electric inputs of the house; 0: any"`
}

// ReasonVariant is a limit under a condition.
type ReasonVariant struct {
	When ReasonCondition `json:"when"`
	ReasonLimit
}

// ReasonRule is a limit with its variants; the first that holds wins.
type ReasonRule struct {
	Base     ReasonLimit     `json:"base"`
	Variants []ReasonVariant `json:"variants" maxItems:"6"`
}

// ReasonRules are the limits of a reason.
type ReasonRules struct {
	Accept   ReasonRule `json:"accept"`
	Localise ReasonRule `json:"localise"`
	Finish   ReasonRule `json:"finish"`
}

// ReasonPrice is a row of the price list.
type ReasonPrice struct {
	Name   string `json:"name" maxLength:"300"`
	Unit   string `json:"unit" maxLength:"100"`
	Amount int64  `json:"amount" minimum:"0" maximum:"10000000000" doc:"kopecks"`
}

// ReasonAsk is a question as it is edited.
type ReasonAsk struct {
	ID       int      `json:"id" minimum:"0" maximum:"1000000" doc:"0: a new one"`
	Text     string   `json:"text" maxLength:"400"`
	Type     string   `json:"type" enum:"choice,number,yes_no,text"`
	Options  []string `json:"options" maxItems:"20"`
	Required bool     `json:"required"`
	Fact     string   `json:"fact,omitempty" enum:",temperature,inputs" doc:"what the number tells the limits"`
}

// ReasonBody is what a company sets in a reason.
type ReasonBody struct {
	Category     string        `json:"category" maxLength:"200"`
	Name         string        `json:"name" maxLength:"400"`
	Kind         string        `json:"kind" enum:"emergency,planned,paid,consultation"`
	WorkTypeID   *int64        `json:"work_type_id" minimum:"1"`
	SupplierKind string        `json:"supplier_kind" maxLength:"100" doc:"kind of РСО; empty: none"`
	SupplierID   *int64        `json:"supplier_id" minimum:"1" doc:"of the company's list; null: whoever of the kind serves the house"`
	Safety       string        `json:"safety" maxLength:"4000" doc:"said before the questions"`
	Questions    []ReasonAsk   `json:"questions" maxItems:"50"`
	Promise      string        `json:"promise" maxLength:"4000" doc:"said after saving, with {number} {localise} {finish}; empty: the usual words"`
	Answer       string        `json:"answer" maxLength:"4000" doc:"of a consultation"`
	Synonyms     []string      `json:"synonyms" maxItems:"200"`
	Prices       []ReasonPrice `json:"prices" maxItems:"200"`
	Rules        ReasonRules   `json:"rules"`
}

// ReasonCard is a reason whole, for its editor.
type ReasonCard struct {
	ID         int64           `json:"id"`
	CompanyID  int64           `json:"company_id"`
	Code       string          `json:"code"`
	IsOwn      bool            `json:"is_own" doc:"added by the company"`
	IsArchived bool            `json:"is_archived"`
	Version    int             `json:"version"`
	Reference  string          `json:"reference" doc:"what the base catalogue's limits rest on"`
	Differs    []string        `json:"differs" doc:"fields set otherwise than in the base catalogue"`
	Base       *BaseReason     `json:"base" doc:"as the base catalogue has it; null for the company's own"`
	Weighed    []ReasonWeighed `json:"weighed" doc:"each limit beside the law's"`
	ReasonBody
	httpapi.After
}

// BaseReason is a reason as the base catalogue has it.
type BaseReason struct {
	_ struct{} `nullable:"true"`
	ReasonBody
}

// ReasonWeighed is a limit of the company beside the law's.
type ReasonWeighed struct {
	Stage     string     `json:"stage" enum:"accept,localise,finish"`
	Text      string     `json:"text" doc:"the company's in words"`
	Law       string     `json:"law" doc:"in words; empty when no act sets one"`
	Reference string     `json:"reference" doc:"«ПП 416 п. 13»"`
	Variants  []string   `json:"variants" doc:"of the law, in words"`
	Warning   string     `json:"warning" doc:"«мягче закона: …»; empty when it is not"`
	Due       *time.Time `json:"due" doc:"were a request registered at the moment asked about"`
}

// CatalogueRow is a reason in the tree.
type CatalogueRow struct {
	ID         int64    `json:"id"`
	Code       string   `json:"code"`
	Category   string   `json:"category"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind" enum:"emergency,planned,paid,consultation"`
	IsOwn      bool     `json:"is_own"`
	IsArchived bool     `json:"is_archived"`
	IsLaxer    bool     `json:"is_laxer" doc:"a limit gives more time than the law"`
	Differs    []string `json:"differs" doc:"fields set otherwise than in the base catalogue"`
	Synonyms   []string `json:"synonyms"`
	Version    int      `json:"version"`
}

// Catalogue is a company's whole catalogue, the archived too.
type Catalogue struct {
	Items []CatalogueRow `json:"items"`
}

// NewReason is a reason of the company's own.
type NewReason struct {
	CompanyID int64 `json:"company_id" minimum:"1"`
	ReasonBody
}

// ReasonChange is a reason as the person wants it.
type ReasonChange struct {
	Version int `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 reason.changed when it is another now"`
	ReasonBody
}

// ReasonArchive puts a reason away or back.
type ReasonArchive struct {
	Version  int  `json:"version" minimum:"1" maximum:"1000000000"`
	Archived bool `json:"archived"`
	Sure     bool `json:"sure,omitempty" doc:"the open requests were seen (409 reason.in_use names them)"`
}

// ReasonReturn puts fields back to the base catalogue.
type ReasonReturn struct {
	Version int      `json:"version" minimum:"1" maximum:"1000000000"`
	Fields  []string `json:"fields" maxItems:"20" enum:"category,name,kind,rules,safety,questions,promise,answer,synonyms,supplier_kind,prices" doc:"none: all of them"`
}

// ReasonVersion is a version of history.
type ReasonVersion struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Verb    string    `json:"verb" enum:"install,create,change,return,archive,restore"`
	Fields  []string  `json:"fields" doc:"what it changed"`
}

// ReasonVersions is a reason's history, newest first.
type ReasonVersions struct {
	Items []ReasonVersion `json:"items"`
}

// WeighAsk asks for limits beside the law's before they are saved.
type WeighAsk struct {
	Code        string      `json:"code" maxLength:"40" doc:"of the reason; empty or the company's own code: by kind"`
	IsOwn       bool        `json:"is_own"`
	Kind        string      `json:"kind" enum:"emergency,planned,paid,consultation"`
	Rules       ReasonRules `json:"rules"`
	At          *time.Time  `json:"at,omitempty" doc:"when a request would be registered; left out: now"`
	Zone        string      `json:"zone" maxLength:"60" doc:"IANA zone of the house"`
	Temperature *float64    `json:"temperature,omitempty"`
	Inputs      int         `json:"inputs,omitempty" minimum:"0" maximum:"9"`
}

// WeighedList is the limits in their order.
type WeighedList struct {
	Items []ReasonWeighed `json:"items"`
}

func (b ReasonBody) body() reason.Body {
	out := reason.Body{
		Category: b.Category, Name: b.Name, Kind: reason.Kind(b.Kind), SupplierKind: b.SupplierKind, Safety: b.Safety, Promise: b.Promise,
		Answer: b.Answer, Synonyms: b.Synonyms, Rules: b.Rules.rules(),
	}
	if b.WorkTypeID != nil {
		out.WorkTypeID = *b.WorkTypeID
	}
	if b.SupplierID != nil {
		out.SupplierID = *b.SupplierID
	}
	for _, q := range b.Questions {
		out.Questions = append(out.Questions, reason.Question{ID: q.ID, Text: q.Text, Type: reason.QuestionType(q.Type), Options: q.Options, Required: q.Required, Fact: reason.Fact(q.Fact)})
	}
	for _, p := range b.Prices {
		out.Prices = append(out.Prices, reason.Price(p))
	}
	return out
}

func (l ReasonLimit) limit() reason.Limit {
	return reason.Limit{Amount: l.Amount, Unit: reason.Unit(l.Unit), From: l.From, Till: l.Till}
}

func (r ReasonRules) rules() (out reason.Rules) {
	for s, rule := range map[reason.Stage]ReasonRule{reason.ToAccept: r.Accept, reason.ToLocalise: r.Localise, reason.ToFinish: r.Finish} {
		to := out.Of(s)
		to.Base, to.Variants = rule.Base.limit(), make([]reason.Variant, 0, len(rule.Variants))
		for _, v := range rule.Variants {
			to.Variants = append(to.Variants, reason.Variant{When: reason.Condition(v.When), Limit: v.limit()})
		}
	}
	return out
}

func showLimit(l reason.Limit) ReasonLimit {
	return ReasonLimit{Amount: l.Amount, Unit: string(l.Unit), From: l.From, Till: l.Till}
}

func showRule(r reason.Rule) ReasonRule {
	out := ReasonRule{Base: showLimit(r.Base), Variants: make([]ReasonVariant, 0, len(r.Variants))}
	for _, v := range r.Variants {
		out.Variants = append(out.Variants, ReasonVariant{When: ReasonCondition(v.When), ReasonLimit: showLimit(v.Limit)})
	}
	return out
}

func showBody(b reason.Body) ReasonBody {
	out := ReasonBody{
		Category: b.Category, Name: b.Name, Kind: string(b.Kind), SupplierKind: b.SupplierKind, Safety: b.Safety, Promise: b.Promise, Answer: b.Answer,
		Synonyms: append([]string{}, b.Synonyms...), Questions: make([]ReasonAsk, 0, len(b.Questions)), Prices: make([]ReasonPrice, 0, len(b.Prices)),
		Rules: ReasonRules{Accept: showRule(b.Rules.Accept), Localise: showRule(b.Rules.Localise), Finish: showRule(b.Rules.Finish)},
	}
	if b.WorkTypeID != 0 {
		out.WorkTypeID = &b.WorkTypeID
	}
	if b.SupplierID != 0 {
		out.SupplierID = &b.SupplierID
	}
	for _, q := range b.Questions {
		out.Questions = append(out.Questions, ReasonAsk{ID: q.ID, Text: q.Text, Type: string(q.Type), Options: append([]string{}, q.Options...), Required: q.Required, Fact: string(q.Fact)})
	}
	for _, p := range b.Prices {
		out.Prices = append(out.Prices, ReasonPrice(p))
	}
	return out
}

func showCard(r reason.Reason, ws []reason.Weighed) ReasonCard {
	out := ReasonCard{
		ID: r.ID, CompanyID: r.CompanyID, Code: r.Code, IsOwn: r.IsOwn, IsArchived: r.IsArchived, Version: r.Version, Reference: r.Reference,
		Differs: r.Differs(), Weighed: showWeighed(ws), ReasonBody: showBody(r.Body), After: httpapi.Untouched(),
	}
	if b, ok := reason.Base(r); ok {
		out.Base = &BaseReason{ReasonBody: showBody(b.Body)}
	}
	return out
}

func showWeighed(ws []reason.Weighed) []ReasonWeighed {
	out := make([]ReasonWeighed, 0, len(ws))
	for _, w := range ws {
		out = append(out, ReasonWeighed{Stage: string(w.Stage), Text: w.Text, Law: w.Law, Reference: w.Reference, Variants: w.Variants, Warning: w.Warning, Due: w.Due})
	}
	return out
}

func showRow(r reason.Reason) CatalogueRow {
	return CatalogueRow{
		ID: r.ID, Code: r.Code, Category: r.Category, Name: r.Name, Kind: string(r.Kind), IsOwn: r.IsOwn, IsArchived: r.IsArchived, IsLaxer: r.Laxer(),
		Differs: r.Differs(), Synonyms: append([]string{}, r.Synonyms...), Version: r.Version,
	}
}
