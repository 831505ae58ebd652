package accountapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/account"
	"d24/internal/platform/httpapi"
)

// Role is one of the default roles, or one of a company's own.
type Role struct {
	ID          *int64   `json:"id" doc:"null: one of the default ones"`
	Name        string   `json:"name" doc:"of a company's own; of a default one empty"`
	Base        string   `json:"base" enum:"admin,manager,foreman,dispatcher,executor,contractor,readonly" doc:"the default one, or the one it is nearest to"`
	Permissions []string `json:"permissions"`
	Users       int      `json:"users" doc:"who have it"`
	Version     int      `json:"version"`
}

// RoleList is every role a user may have, and what may be ticked in new ones.
type RoleList struct {
	Items    []Role   `json:"items"`
	Tickable []string `json:"tickable" doc:"permissions a role of the company's own may have"`
}

// RoleForm is what a role of the company's own is made of.
type RoleForm struct {
	Name        string   `json:"name" minLength:"1" maxLength:"60"`
	Base        string   `json:"base" enum:"manager,foreman,executor,contractor,readonly"`
	Permissions []string `json:"permissions" minItems:"1" maxItems:"100"`
	Version     int      `json:"version,omitempty" minimum:"0" doc:"of the row that was read; 409 role.changed when it is another now"`
}

type (
	roleList struct{ Body RoleList }
	role     struct{ Body Role }
	newRole  struct {
		OfCompany
		Body RoleForm
	}
	roleForm struct {
		UserByID
		Body RoleForm
	}
)

func (c Config) roles(api huma.API) {
	op := func(id, method, path, summary, description string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description, Tags: []string{"users"}, MaxBodyBytes: 64 << 10}
	}
	httpapi.Register(api, access.UserRead, op("list-roles", http.MethodGet, "/roles", "The roles of a company", ""),
		func(ctx context.Context, in *OfCompany) (*roleList, error) {
			all, err := c.Service.Roles(ctx, in.CompanyID)
			out := RoleList{Items: make([]Role, 0, len(all)), Tickable: words(access.Tickable())}
			for _, r := range all {
				out.Items = append(out.Items, showRole(r))
			}
			return &roleList{out}, err
		})
	httpapi.Register(api, access.UserWrite, op("make-role", http.MethodPost, "/roles", "Add a role of the company's own", "409 name.taken."),
		func(ctx context.Context, in *newRole) (*role, error) {
			return shownRole(c.Service.MakeRole(ctx, in.CompanyID, in.Body.form()))
		})
	httpapi.Register(api, access.UserWrite, op("change-role", http.MethodPut, "/roles/{id}", "Change a role of the company's own", "409 role.changed, name.taken."),
		func(ctx context.Context, in *roleForm) (*role, error) {
			return shownRole(c.Service.ChangeRole(ctx, in.CompanyID, in.ID, in.Body.form()))
		})
	remove := op("remove-role", http.MethodDelete, "/roles/{id}", "Take a role away that nobody has", "409 role.used.")
	remove.DefaultStatus = http.StatusNoContent
	httpapi.Register(api, access.UserWrite, remove, func(ctx context.Context, in *UserByID) (*struct{}, error) {
		return nil, c.Service.RemoveRole(ctx, in.CompanyID, in.ID)
	})
}

func (f RoleForm) form() account.NewRole {
	n := account.NewRole{Name: f.Name, Base: access.Role(f.Base), Version: f.Version}
	for _, p := range f.Permissions {
		n.Permissions = append(n.Permissions, access.Permission(p))
	}
	return n
}

func showRole(r account.Role) Role {
	out := Role{Name: r.Name, Base: string(r.Base), Permissions: words(r.Permissions), Users: r.Users, Version: r.Version}
	if r.ID != 0 {
		out.ID = &r.ID
	}
	return out
}

func shownRole(r account.Role, err error) (*role, error) {
	if err != nil {
		return nil, err
	}
	return &role{showRole(r)}, nil
}
