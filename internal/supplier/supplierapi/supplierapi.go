// Package supplierapi is the HTTP face of suppliers (РСО).
package supplierapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/fault"
	"d24/internal/platform/httpapi"
	"d24/internal/platform/pg"
	"d24/internal/supplier"
)

// Config of the operations.
type Config struct {
	Service *supplier.Service
	DB      *pg.DB
}

// SupplierPhone is a number of a supplier.
type SupplierPhone struct {
	Phone string `json:"phone" maxLength:"40" doc:"as people write it, or a short one: 104"`
	Note  string `json:"note" maxLength:"200"`
	Hours string `json:"hours" maxLength:"200" doc:"in words"`
}

// SupplierKind is a sort of supplier.
type SupplierKind struct {
	Code    string `json:"code" doc:"as reasons name it"`
	Name    string `json:"name"`
	Scope   string `json:"scope" doc:"what it answers for"`
	Typical string `json:"typical" doc:"what residents call about"`
}

// SupplierKinds are the sorts there are.
type SupplierKinds struct {
	Items []SupplierKind `json:"items"`
}

// SharedSupplier is a supplier of the list that all companies see.
type SharedSupplier struct {
	ID         int64           `json:"id"`
	Name       string          `json:"name"`
	Kind       string          `json:"kind"`
	Phones     []SupplierPhone `json:"phones"`
	Hours      string          `json:"hours"`
	Notes      string          `json:"notes"`
	IsArchived bool            `json:"is_archived"`
	Version    int             `json:"version"`
}

// SharedSuppliers is the shared list.
type SharedSuppliers struct {
	Items []SharedSupplier `json:"items"`
}

// SharedBody is what is set in a shared supplier.
type SharedBody struct {
	Name       string          `json:"name" maxLength:"300"`
	Kind       string          `json:"kind" maxLength:"60"`
	Phones     []SupplierPhone `json:"phones" maxItems:"20"`
	Hours      string          `json:"hours" maxLength:"300"`
	Notes      string          `json:"notes" maxLength:"4000"`
	IsArchived bool            `json:"is_archived,omitempty"`
}

// SharedChange is a shared supplier as the person wants it.
type SharedChange struct {
	Version int `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 supplier.changed when it is another now"`
	SharedBody
}

// SupplierRow is a supplier of a company.
type SupplierRow struct {
	ID          int64           `json:"id"`
	CompanyID   int64           `json:"company_id"`
	SupplierID  *int64          `json:"supplier_id" doc:"of the shared list; null: only the company knows it"`
	Name        string          `json:"name" doc:"of the shared one too"`
	Kind        string          `json:"kind" doc:"of the shared one too"`
	Phones      []SupplierPhone `json:"phones" doc:"the company's own"`
	Shared      []SupplierPhone `json:"shared_phones" doc:"of the shared one"`
	Hours       string          `json:"hours"`
	SharedHours string          `json:"shared_hours"`
	SharedNotes string          `json:"shared_notes"`
	Contract    string          `json:"contract" doc:"number of the contract"`
	Notes       string          `json:"notes"`
	AllHouses   bool            `json:"all_houses"`
	BuildingIDs []int64         `json:"building_ids" doc:"empty with all_houses"`
	IsArchived  bool            `json:"is_archived"`
	Version     int             `json:"version"`
}

// SupplierList is a company's suppliers by kind and name.
type SupplierList struct {
	Items []SupplierRow `json:"items"`
}

// SupplierBody is what a company sets.
type SupplierBody struct {
	Name        string          `json:"name" maxLength:"300" doc:"of one that only the company knows"`
	Kind        string          `json:"kind" maxLength:"60" doc:"of one that only the company knows"`
	Phones      []SupplierPhone `json:"phones" maxItems:"20"`
	Hours       string          `json:"hours" maxLength:"300"`
	Contract    string          `json:"contract" maxLength:"300"`
	Notes       string          `json:"notes" maxLength:"4000"`
	AllHouses   bool            `json:"all_houses"`
	BuildingIDs []int64         `json:"building_ids" maxItems:"5000"`
	IsArchived  bool            `json:"is_archived,omitempty"`
}

// NewSupplier is a row to be put on a company's list.
type NewSupplier struct {
	CompanyID  int64  `json:"company_id" minimum:"1"`
	SupplierID *int64 `json:"supplier_id" minimum:"1" doc:"of the shared list; null: only the company knows it"`
	SupplierBody
}

// SupplierChange is a row as the person wants it.
type SupplierChange struct {
	Version int `json:"version" minimum:"1" maximum:"1000000000" doc:"the version seen; 409 supplier.changed when it is another now"`
	SupplierBody
}

// Serving is the supplier of a kind for a house.
type Serving struct {
	Supplier *ServingSupplier `json:"supplier" doc:"null: the company has none"`
}

// ServingSupplier is a supplier that serves a house.
type ServingSupplier struct {
	_ struct{} `nullable:"true"`
	SupplierRow
}

type (
	byID struct {
		ID int64 `path:"id" minimum:"1"`
	}
	kinds     struct{ Body SupplierKinds }
	sharedAsk struct {
		Archived bool `query:"archived" doc:"those put away too"`
	}
	sharedList   struct{ Body SharedSuppliers }
	sharedNew    struct{ Body SharedBody }
	sharedChange struct {
		ID   int64 `path:"id" minimum:"1"`
		Body SharedChange
	}
	sharedOne struct{ Body SharedSupplier }
	ask       struct {
		CompanyID  int64  `query:"company_id" minimum:"0" doc:"a user of one company may leave it out"`
		Kind       string `query:"kind" maxLength:"60"`
		BuildingID int64  `query:"building_id" minimum:"0" doc:"that serve this house"`
		Q          string `query:"q" maxLength:"200" doc:"of the name, the contract, the notes, a phone"`
		Archived   bool   `query:"archived" doc:"those put away instead"`
	}
	list struct{ Body SupplierList }
	made struct{ Body NewSupplier }
	set  struct {
		ID   int64 `path:"id" minimum:"1"`
		Body SupplierChange
	}
	one    struct{ Body SupplierRow }
	forAsk struct {
		CompanyID  int64  `query:"company_id" minimum:"0" doc:"a user of one company may leave it out"`
		BuildingID int64  `query:"building_id" minimum:"1" required:"true"`
		Kind       string `query:"kind" maxLength:"60" required:"true"`
	}
	serving struct{ Body Serving }
)

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	c.shared(api)
	c.own(api)
}

func (c Config) shared(api huma.API) {
	tags := []string{"suppliers"}
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "supplier-kinds", Method: http.MethodGet, Path: "/supplier-kinds", Summary: "Sorts of suppliers", Tags: tags,
	}, func(context.Context, *struct{}) (*kinds, error) {
		out := &kinds{SupplierKinds{Items: []SupplierKind{}}}
		for _, k := range supplier.Kinds() {
			out.Body.Items = append(out.Body.Items, SupplierKind(k))
		}
		return out, nil
	})
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "list-shared-suppliers", Method: http.MethodGet, Path: "/shared-suppliers", Summary: "Suppliers that all companies see", Tags: tags,
	}, func(ctx context.Context, in *sharedAsk) (*sharedList, error) {
		all, err := c.Service.AllShared(ctx, in.Archived)
		out := &sharedList{SharedSuppliers{Items: make([]SharedSupplier, 0, len(all))}}
		for _, s := range all {
			out.Body.Items = append(out.Body.Items, showShared(s))
		}
		return out, err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "add-shared-supplier", Method: http.MethodPost, Path: "/shared-suppliers", Summary: "Add a supplier for all companies", Tags: tags,
	}, func(ctx context.Context, in *sharedNew) (*sharedOne, error) {
		s, err := c.Service.AddShared(ctx, in.Body.shared())
		return &sharedOne{showShared(s)}, err
	})
	httpapi.Register(api, access.PlatformOperate, huma.Operation{
		OperationID: "change-shared-supplier", Method: http.MethodPut, Path: "/shared-suppliers/{id}", Summary: "Change a supplier for all companies, or put it away", Tags: tags,
	}, func(ctx context.Context, in *sharedChange) (*sharedOne, error) {
		s := in.Body.shared()
		s.ID, s.Version = in.ID, in.Body.Version
		s, err := c.Service.ChangeShared(ctx, s)
		return &sharedOne{showShared(s)}, err
	})
}

func (c Config) own(api huma.API) {
	tags := []string{"suppliers"}
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "list-suppliers", Method: http.MethodGet, Path: "/suppliers", Summary: "A company's suppliers", Tags: tags,
	}, func(ctx context.Context, in *ask) (*list, error) {
		id, err := company(ctx, in.CompanyID)
		if err != nil {
			return nil, err
		}
		all, err := c.Service.List(ctx, supplier.Filter{CompanyID: id, Kind: in.Kind, BuildingID: in.BuildingID, Text: in.Q, Archived: in.Archived})
		out := &list{SupplierList{Items: make([]SupplierRow, 0, len(all))}}
		for _, o := range all {
			out.Body.Items = append(out.Body.Items, show(o))
		}
		return out, err
	})
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "get-supplier", Method: http.MethodGet, Path: "/suppliers/{id}", Summary: "A supplier of a company", Tags: tags,
	}, func(ctx context.Context, in *byID) (*one, error) {
		o, err := c.Service.Get(ctx, in.ID)
		return &one{show(o)}, err
	})
	httpapi.Register(api, access.SupplierRead, huma.Operation{
		OperationID: "serving-supplier", Method: http.MethodGet, Path: "/suppliers/serving", Summary: "Which supplier of a kind serves a house", Tags: tags,
	}, func(ctx context.Context, in *forAsk) (*serving, error) {
		id, err := company(ctx, in.CompanyID)
		if err != nil {
			return nil, err
		}
		if !access.From(ctx).Serves(id) {
			return nil, fault.Missing("company")
		}
		found, err := pg.InTx(ctx, c.DB, func(tx *pg.Tx) (*supplier.Own, error) { return c.Service.For(ctx, tx, id, in.BuildingID, in.Kind) })
		out := &serving{}
		if found != nil {
			out.Body.Supplier = &ServingSupplier{SupplierRow: show(*found)}
		}
		return out, err
	})
	httpapi.Register(api, access.SupplierWrite, huma.Operation{
		OperationID: "add-supplier", Method: http.MethodPost, Path: "/suppliers", Summary: "Put a supplier on a company's list", Tags: tags,
	}, func(ctx context.Context, in *made) (*one, error) {
		o := in.Body.own()
		o.CompanyID = in.Body.CompanyID
		if in.Body.SupplierID != nil {
			o.SupplierID = *in.Body.SupplierID
		}
		o, err := c.Service.Add(ctx, o)
		return &one{show(o)}, err
	})
	httpapi.Register(api, access.SupplierWrite, huma.Operation{
		OperationID: "change-supplier", Method: http.MethodPut, Path: "/suppliers/{id}", Summary: "Change a company's supplier, put it away or back", Tags: tags,
	}, func(ctx context.Context, in *set) (*one, error) {
		o := in.Body.own()
		o.ID, o.Version = in.ID, in.Body.Version
		o, err := c.Service.Change(ctx, o)
		return &one{show(o)}, err
	})
}

func company(ctx context.Context, id int64) (int64, error) {
	switch a := access.From(ctx); {
	case id != 0:
		return id, nil
	case a.CompanyID != 0:
		return a.CompanyID, nil
	}
	return 0, fault.New(fault.Invalid, "request.invalid", "Укажите компанию.").At("query.company_id", "не указано")
}

func phonesOf(in []SupplierPhone) []supplier.Phone {
	out := make([]supplier.Phone, 0, len(in))
	for _, p := range in {
		out = append(out, supplier.Phone(p))
	}
	return out
}

func showPhones(in []supplier.Phone) []SupplierPhone {
	out := make([]SupplierPhone, 0, len(in))
	for _, p := range in {
		out = append(out, SupplierPhone(p))
	}
	return out
}

func (b SharedBody) shared() supplier.Shared {
	return supplier.Shared{Name: b.Name, Kind: b.Kind, Phones: phonesOf(b.Phones), Hours: b.Hours, Notes: b.Notes, IsArchived: b.IsArchived}
}

func (b SupplierBody) own() supplier.Own {
	return supplier.Own{
		Name: b.Name, Kind: b.Kind, Phones: phonesOf(b.Phones), Hours: b.Hours, Contract: b.Contract, Notes: b.Notes, AllHouses: b.AllHouses, BuildingIDs: b.BuildingIDs, IsArchived: b.IsArchived,
	}
}

func showShared(s supplier.Shared) SharedSupplier {
	return SharedSupplier{ID: s.ID, Name: s.Name, Kind: s.Kind, Phones: showPhones(s.Phones), Hours: s.Hours, Notes: s.Notes, IsArchived: s.IsArchived, Version: s.Version}
}

func show(o supplier.Own) SupplierRow {
	out := SupplierRow{
		ID: o.ID, CompanyID: o.CompanyID, Name: o.Named(), Kind: o.OfKind(), Phones: showPhones(o.Phones), Shared: []SupplierPhone{}, Hours: o.Hours, Contract: o.Contract,
		Notes: o.Notes, AllHouses: o.AllHouses, BuildingIDs: append([]int64{}, o.BuildingIDs...), IsArchived: o.IsArchived, Version: o.Version,
	}
	if o.Shared != nil {
		out.SupplierID, out.Shared, out.SharedHours, out.SharedNotes = &o.SupplierID, showPhones(o.Shared.Phones), o.Shared.Hours, o.Shared.Notes
	}
	return out
}
