package companyapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/company"
	"d24/internal/platform/httpapi"
	"d24/internal/telephony"
)

// TenantRow is a company as the platform's people see it.
type TenantRow struct {
	ID        int64           `json:"id"`
	Name      string          `json:"name"`
	CityID    int64           `json:"city_id"`
	City      string          `json:"city"`
	Zone      string          `json:"zone" doc:"IANA zone of its houses"`
	Greeting  string          `json:"greeting" doc:"what the operator says first"`
	IsActive  bool            `json:"is_active"`
	Admins    int             `json:"admins" doc:"people who may set it up; 0: invite the first"`
	Operators int             `json:"operators" doc:"its own operators, who may come to the desk"`
	Lines     []TenantLineRow `json:"lines" doc:"its own and its city's common number"`
	Old       []TenantLineRow `json:"old" doc:"numbers that do not take calls: old ones, and those of a trunk that is off"`
	Lack      string          `json:"lack" enum:"no_numbers,one_number,one_carrier,"`
	Caps      CallCaps        `json:"caps"`
	Window    ServiceWindow   `json:"window"`
}

// ServiceWindow is when a company answers its callers itself.
type ServiceWindow struct {
	Phones      []string `json:"phones" maxItems:"20" doc:"rung together in its hours, when its phones answer"`
	From        string   `json:"from" maxLength:"5" doc:"of working days, in the house's zone"`
	To          string   `json:"to" maxLength:"5" doc:"an hour earlier on short days"`
	Answers     string   `json:"answers" enum:"nobody,phones,operators,both" doc:"who answers in its hours; nobody: all calls come to us; operators: its own in the browser"`
	OverflowSec int      `json:"overflow_sec" doc:"10 to 120; when nobody of the company has answered for so long, the caller is ours"`
}

// CallCaps bound what a company may call.
type CallCaps struct {
	Concurrent int `json:"concurrent" doc:"calls at once"`
	Hourly     int `json:"hourly" doc:"begun in any hour"`
	Minutes    int `json:"minutes" doc:"on the line in any 24 hours"`
}

// TenantLineRow is a number of a company.
type TenantLineRow struct {
	ID        int64  `json:"id"`
	Phone     string `json:"phone"`
	Kind      string `json:"kind" enum:"dedicated,citywide"`
	TrunkID   int64  `json:"trunk_id"`
	TrunkName string `json:"trunk_name"`
	Carrier   string `json:"carrier"`
}

// CityRow is where companies work.
type CityRow struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Zone string `json:"zone"`
}

// TrunkRow is an account at a carrier, without its secrets.
type TrunkRow struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Carrier string `json:"carrier"`
}

// CompanyRegister is everything a company is founded on.
type CompanyRegister struct {
	Items  []TenantRow `json:"items"`
	Cities []CityRow   `json:"cities"`
	Trunks []TrunkRow  `json:"trunks"`
}

// NewCompany is a company to be founded.
type NewCompany struct {
	Name     string `json:"name" maxLength:"200"`
	CityID   int64  `json:"city_id,omitempty" minimum:"0" doc:"0: city_name makes a new one"`
	CityName string `json:"city_name,omitempty" maxLength:"100"`
	Zone     string `json:"zone,omitempty" maxLength:"60" doc:"IANA zone of its houses; empty: the city's"`
	Greeting string `json:"greeting,omitempty" maxLength:"300" doc:"what the operator says first; empty: a usual one"`
}

// NewCompanyLine is a number to be given to a company.
type NewCompanyLine struct {
	Phone    string `json:"phone" maxLength:"40" doc:"as people write it"`
	TrunkID  int64  `json:"trunk_id" minimum:"0"`
	Greeting string `json:"greeting,omitempty" maxLength:"400" doc:"spoken to who calls; empty: a usual one"`
}

type (
	register   struct{ Body CompanyRegister }
	newCompany struct{ Body NewCompany }
	newLine    struct {
		ByID
		Body NewCompanyLine
	}
	newCaps struct {
		ByID
		Body CallCaps
	}
	newWindow struct {
		ByID
		Body ServiceWindow
	}
	oneTenant struct{ Body TenantRow }
)

// register adds the operations of our own people on companies.
func (c Config) register(api huma.API) {
	tags := []string{"platform"}
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "list-companies", Method: http.MethodGet, Path: "/companies", Summary: "Companies, cities, trunks", Tags: tags,
	}, func(ctx context.Context, _ *struct{}) (*register, error) {
		r, err := c.Service.Register(ctx)
		if err != nil {
			return nil, err
		}
		count, err := c.counts(ctx)
		out := CompanyRegister{Items: make([]TenantRow, 0, len(r.Companies)), Cities: make([]CityRow, 0, len(r.Cities)), Trunks: make([]TrunkRow, 0, len(r.Trunks))}
		for _, t := range r.Companies {
			row := tenantRow(t)
			count(&row)
			out.Items = append(out.Items, row)
		}
		for _, x := range r.Cities {
			out.Cities = append(out.Cities, CityRow(x))
		}
		for _, x := range r.Trunks {
			out.Trunks = append(out.Trunks, TrunkRow(x))
		}
		return &register{out}, err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "found-company", Method: http.MethodPost, Path: "/companies", Summary: "Make a company with the base catalogues", Tags: tags,
	}, func(ctx context.Context, in *newCompany) (*oneTenant, error) {
		t, err := c.Service.Found(ctx, company.NewTenant(in.Body))
		return &oneTenant{tenantRow(t)}, err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "add-line", Method: http.MethodPost, Path: "/companies/{id}/lines", Summary: "Give a company a number", Tags: tags,
		Description: "The phone engine takes calls to it within seconds.",
	}, func(ctx context.Context, in *newLine) (*oneTenant, error) {
		return c.tenant(ctx)(c.Service.AddLine(ctx, company.NewLine{CompanyID: in.ID, Phone: in.Body.Phone, TrunkID: in.Body.TrunkID, Greeting: in.Body.Greeting}))
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "cap-company", Method: http.MethodPut, Path: "/companies/{id}/caps", Summary: "Bound what a company may call", Tags: tags,
	}, func(ctx context.Context, in *newCaps) (*oneTenant, error) {
		return c.tenant(ctx)(c.Service.KeepCaps(ctx, in.ID, telephony.Caps(in.Body)))
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "set-service-window", Method: http.MethodPut, Path: "/companies/{id}/window", Summary: "When a company answers its callers itself", Tags: tags,
	}, func(ctx context.Context, in *newWindow) (*oneTenant, error) {
		return c.tenant(ctx)(c.Service.KeepWindow(ctx, in.ID, company.Window(in.Body)))
	})
}

// tenant shows a company that was changed.
func (c Config) tenant(ctx context.Context) func(company.Tenant, error) (*oneTenant, error) {
	return func(t company.Tenant, err error) (*oneTenant, error) {
		if err != nil {
			return nil, err
		}
		row := tenantRow(t)
		count, err := c.counts(ctx)
		count(&row)
		return &oneTenant{row}, err
	}
}

// counts puts to a row how many people of a kind the company has.
func (c Config) counts(ctx context.Context) (func(*TenantRow), error) {
	admins, err := c.Admins(ctx)
	operators, more := c.Operators(ctx)
	return func(r *TenantRow) { r.Admins, r.Operators = admins[r.ID], operators[r.ID] }, errors.Join(err, more)
}

func tenantRow(t company.Tenant) TenantRow {
	out := TenantRow{ID: t.ID, Name: t.Name, CityID: t.CityID, City: t.City, Zone: t.Zone, Greeting: t.Greeting, IsActive: t.IsActive, Lines: lineRows(t.Lines), Old: lineRows(t.Old), Lack: string(t.Lack), Caps: CallCaps(t.Caps), Window: ServiceWindow(t.Window)}
	return out
}

func lineRows(ls []company.TenantLine) []TenantLineRow {
	out := make([]TenantLineRow, 0, len(ls))
	for _, l := range ls {
		out = append(out, TenantLineRow{ID: l.ID, Phone: l.Phone, Kind: l.Kind, TrunkID: l.TrunkID, TrunkName: l.TrunkName, Carrier: l.Carrier})
	}
	return out
}
