package companyapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// TrunkFields are what is set up of an account at a provider.
type TrunkFields struct {
	Name      string   `json:"name" maxLength:"100"`
	Carrier   string   `json:"carrier" maxLength:"100" doc:"the provider: two numbers of a company at one are flagged"`
	Host      string   `json:"host" maxLength:"255"`
	Port      int      `json:"port" doc:"0: by the SRV record of the host, without one 5060, over TLS 5061"`
	Transport string   `json:"transport" maxLength:"5" doc:"udp, tcp or tls"`
	SRTP      string   `json:"srtp" required:"false" maxLength:"10" doc:"sealed sound (SDES): off, optional, required"`
	CA        string   `json:"tls_ca" required:"false" maxLength:"30000" doc:"PEM of the authority that signs for the provider; empty: the system's"`
	Pin       string   `json:"tls_pin" required:"false" maxLength:"200" doc:"SHA-256 of his public key in hex, instead of an authority"`
	Registers bool     `json:"registers" doc:"we register with a password; false: the provider trusts our address"`
	User      string   `json:"user" maxLength:"200"`
	Addresses []string `json:"addresses" maxItems:"60" doc:"its packets come from, beside the host's own; IP or network"`
	Channels  int      `json:"channels" doc:"calls at once; 0: no limit"`
	PerSecond int      `json:"per_second" doc:"calls we begin in a second; 0: no limit"`
	Codecs    []string `json:"codecs" maxItems:"4" doc:"pcma, pcmu; offered in this order"`
	CallerIDs []string `json:"caller_ids" maxItems:"60" doc:"numbers of other trunks that the provider lets through"`
	Priority  int      `json:"priority" doc:"lower is tried first"`
	IsActive  bool     `json:"is_active"`
	ProbeFields
}

// ProbeFields is the synthetic call through an account: out by it, in by a number of ours,
// greeting, key.
type ProbeFields struct {
	ProbeNumber   string `json:"probe_number" required:"false" maxLength:"30" doc:"a number of ours that it rings; empty: none is made"`
	ProbeEveryMin int    `json:"probe_every_min" required:"false" doc:"minutes between two; 0: 1"`
	ProbePrice    int    `json:"probe_price" required:"false" doc:"of one call, in kopecks"`
	ProbeBudget   int    `json:"probe_budget" required:"false" doc:"of a day, in kopecks: no call begins that would pass it"`
}

// TrunkForm is an account as it is saved.
type TrunkForm struct {
	TrunkFields
	Password *string `json:"password,omitempty" maxLength:"300" doc:"written only; absent: the one that is kept"`
	Version  int     `json:"version,omitempty" doc:"as it was read"`
}

// TrunkSheet is an account and how it is now.
type TrunkSheet struct {
	ID int64 `json:"id"`
	TrunkFields
	HasPassword bool        `json:"has_password"`
	Version     int         `json:"version"`
	Lines       []string    `json:"lines" doc:"numbers bound to it"`
	Now         *TrunkState `json:"now" doc:"null: no engine knows it yet"`
}

// TrunkState is how an account is at this moment.
type TrunkState struct {
	_          struct{}       `nullable:"true"`
	State      string         `json:"state" enum:"up,down,unknown"`
	Text       string         `json:"text" doc:"why it does not work"`
	Since      time.Time      `json:"since"`
	Registered bool           `json:"registered"`
	Pong       *time.Time     `json:"pong" doc:"when it last answered OPTIONS; null: never"`
	Calls      int            `json:"calls"`
	Rate       int            `json:"rate" doc:"calls begun in the last second"`
	Failures   []TrunkFailure `json:"failures" doc:"of the last hour"`
	Blocked    bool           `json:"blocked" doc:"it refuses our numbers at once"`
	CertEnds   *time.Time     `json:"cert_ends" doc:"when the certificate that it last showed ends; null: none was shown"`
	Probe      *ProbeState    `json:"probe" doc:"the synthetic call through it; null: none is made"`
}

// ProbeState is what came of the last synthetic call.
type ProbeState struct {
	_          struct{}   `nullable:"true"`
	Number     string     `json:"number"`
	At         *time.Time `json:"at" doc:"null: none was made yet"`
	Text       string     `json:"text" doc:"why it failed; empty: it went the whole way"`
	AnsweredMS int64      `json:"answered_ms" doc:"from the INVITE to the answer"`
	Failures   int        `json:"failures" doc:"in a row"`
	Calls      int        `json:"calls" doc:"of the day, that were answered"`
	Spent      int64      `json:"spent" doc:"of the day, in kopecks"`
	IsStopped  bool       `json:"is_stopped" doc:"the day's money is spent"`
}

// TrunkFailure is how often a cause was met in the last hour.
type TrunkFailure struct {
	Cause string `json:"cause"`
	Count int    `json:"count"`
}

// TrunkSheets is the accounts.
type TrunkSheets struct {
	Items []TrunkSheet `json:"items"`
}

type (
	trunkList struct{ Body TrunkSheets }
	oneTrunk  struct{ Body TrunkSheet }
	newTrunk  struct{ Body TrunkForm }
	putTrunk  struct {
		ByID
		Body TrunkForm
	}
)

// trunks adds the operations of our own people on accounts at providers.
func (c Config) trunks(api huma.API) {
	tags := []string{"platform"}
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "list-trunks", Method: http.MethodGet, Path: "/trunks", Summary: "Accounts at providers and how they are", Tags: tags,
	}, func(ctx context.Context, _ *struct{}) (*trunkList, error) {
		ts, err := c.Service.TrunkList(ctx)
		if err != nil {
			return nil, err
		}
		now, err := c.states(ctx)
		out := &trunkList{TrunkSheets{Items: make([]TrunkSheet, 0, len(ts))}}
		for _, t := range ts {
			out.Body.Items = append(out.Body.Items, trunkSheet(t, now[t.ID]))
		}
		return out, err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "add-trunk", Method: http.MethodPost, Path: "/trunks", Summary: "Add an account at a provider", Tags: tags,
	}, func(ctx context.Context, in *newTrunk) (*oneTrunk, error) { return c.keepTrunk(ctx, 0, in.Body) })
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "change-trunk", Method: http.MethodPut, Path: "/trunks/{id}", Summary: "Change an account at a provider", Tags: tags,
		Description: "The phone engine follows within seconds; calls that go on are not cut.",
	}, func(ctx context.Context, in *putTrunk) (*oneTrunk, error) { return c.keepTrunk(ctx, in.ID, in.Body) })
}

func (c Config) keepTrunk(ctx context.Context, id int64, f TrunkForm) (*oneTrunk, error) {
	t, err := c.Service.KeepTrunk(ctx, company.TrunkSettings{
		ID: id, Name: f.Name, Carrier: f.Carrier, Host: f.Host, Port: f.Port, Transport: f.Transport, SRTP: f.SRTP, CA: f.CA, Pin: f.Pin, Registers: f.Registers, User: f.User, Addresses: f.Addresses,
		Channels: f.Channels, PerSecond: f.PerSecond, Codecs: f.Codecs, CallerIDs: f.CallerIDs, Priority: f.Priority, IsActive: f.IsActive, Version: f.Version,
		Probe: company.ProbeSettings{Number: f.ProbeNumber, EveryMin: f.ProbeEveryMin, Price: f.ProbePrice, Budget: f.ProbeBudget},
	}, f.Password)
	if err != nil {
		return nil, err
	}
	now, err := c.states(ctx)
	return &oneTrunk{trunkSheet(t, now[t.ID])}, err
}

// states are how the trunks are now, by their ids. Of several engines the one that has
// trouble with a trunk is shown.
func (c Config) states(ctx context.Context) (map[int64]*TrunkState, error) {
	floors, err := c.Floors(ctx)
	out := map[int64]*TrunkState{}
	for _, f := range floors {
		for _, t := range f.Trunks {
			s := trunkState(t)
			if was := out[t.ID]; was != nil {
				s.Calls, s.Rate = s.Calls+was.Calls, s.Rate+was.Rate
				if was.Probe != nil && (s.Probe == nil || was.Probe.At != nil && (s.Probe.At == nil || was.Probe.At.After(*s.Probe.At))) {
					s.Probe = was.Probe // the latest of all engines
				}
				if was.State != "up" {
					s.State, s.Text, s.Since = was.State, was.Text, was.Since
				}
			}
			out[t.ID] = &s
		}
	}
	return out, err
}

func trunkState(t telephony.FloorTrunk) TrunkState {
	s := TrunkState{State: t.State, Text: t.Text, Since: t.Since, Registered: t.Registered, Calls: t.Calls, Rate: t.Rate, Blocked: t.Blocked, Failures: []TrunkFailure{}}
	if !t.Pong.IsZero() {
		s.Pong = &t.Pong
	}
	if !t.CertEnds.IsZero() {
		s.CertEnds = &t.CertEnds
	}
	if p := t.Probe; p != nil {
		s.Probe = &ProbeState{Number: p.Number, Text: p.Text, AnsweredMS: p.AnsweredMS, Failures: p.Failures, Calls: p.Calls, Spent: p.Spent, IsStopped: p.Stopped}
		if !p.At.IsZero() {
			s.Probe.At = &p.At
		}
	}
	for _, why := range t.Causes() {
		s.Failures = append(s.Failures, TrunkFailure{Cause: why, Count: t.Failures[why]})
	}
	return s
}

func trunkSheet(t company.TrunkSettings, now *TrunkState) TrunkSheet {
	return TrunkSheet{
		ID: t.ID, HasPassword: t.HasPassword, Version: t.Version, Lines: t.Lines, Now: now,
		TrunkFields: TrunkFields{
			Name: t.Name, Carrier: t.Carrier, Host: t.Host, Port: t.Port, Transport: t.Transport, SRTP: t.SRTP, CA: t.CA, Pin: t.Pin, Registers: t.Registers, User: t.User, Addresses: t.Addresses,
			Channels: t.Channels, PerSecond: t.PerSecond, Codecs: t.Codecs, CallerIDs: t.CallerIDs, Priority: t.Priority, IsActive: t.IsActive,
			ProbeFields: ProbeFields{ProbeNumber: t.Probe.Number, ProbeEveryMin: t.Probe.EveryMin, ProbePrice: t.Probe.Price, ProbeBudget: t.Probe.Budget},
		},
	}
}
