package buildingapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/access"
	"d24/internal/building"
	"d24/internal/platform/httpapi"
)

// BuildingGroup is houses taken together.
type BuildingGroup struct {
	ID        int64   `json:"id"`
	CompanyID int64   `json:"company_id"`
	Name      string  `json:"name"`
	Note      string  `json:"note"`
	Buildings []int64 `json:"buildings"`
	Version   int     `json:"version"`
}

// BuildingGroups are by name.
type BuildingGroups struct {
	Items []BuildingGroup `json:"items"`
}

// NewGroup adds a group.
type NewGroup struct {
	CompanyID int64   `json:"company_id" minimum:"0" doc:"0: the user's own"`
	Name      string  `json:"name" maxLength:"300"`
	Note      string  `json:"note" maxLength:"2000"`
	Buildings []int64 `json:"buildings" maxItems:"100000"`
}

// ChangedGroup writes a group.
type ChangedGroup struct {
	Name      string  `json:"name" maxLength:"300"`
	Note      string  `json:"note" maxLength:"2000"`
	Buildings []int64 `json:"buildings" maxItems:"100000"`
	Version   int     `json:"version"`
}

type group struct{ Body BuildingGroup }

func showGroup(g building.Group, err error) (*group, error) {
	return &group{BuildingGroup{ID: g.ID, CompanyID: g.CompanyID, Name: g.Name, Note: g.Note, Buildings: append([]int64{}, g.Buildings...), Version: g.Version}}, err
}

func groups(api huma.API, c Config) {
	tags := []string{"buildings"}
	type inCompany struct {
		CompanyID int64 `query:"company_id" minimum:"0" doc:"0: every company the user may see"`
	}
	type list struct{ Body BuildingGroups }
	httpapi.Register(api, access.BuildingRead, huma.Operation{
		OperationID: "list-building-groups", Method: http.MethodGet, Path: "/building-groups", Summary: "Groups of houses", Tags: tags,
	}, func(ctx context.Context, in *inCompany) (*list, error) {
		gs, err := c.Service.Groups(ctx, in.CompanyID)
		out := &list{BuildingGroups{Items: make([]BuildingGroup, 0, len(gs))}}
		for _, g := range gs {
			one, _ := showGroup(g, nil)
			out.Body.Items = append(out.Body.Items, one.Body)
		}
		return out, err
	})
	type made struct{ Body NewGroup }
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "create-building-group", Method: http.MethodPost, Path: "/building-groups", Summary: "Add a group of houses", Tags: tags, DefaultStatus: http.StatusCreated,
	}, func(ctx context.Context, in *made) (*group, error) {
		return showGroup(c.Service.CreateGroup(ctx, building.Group{CompanyID: in.Body.CompanyID, Name: in.Body.Name, Note: in.Body.Note, Buildings: in.Body.Buildings}))
	})
	type changed struct {
		ID   int64 `path:"id" minimum:"1"`
		Body ChangedGroup
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "change-building-group", Method: http.MethodPut, Path: "/building-groups/{id}", Summary: "Write a group of houses", Tags: tags,
	}, func(ctx context.Context, in *changed) (*group, error) {
		return showGroup(c.Service.ChangeGroup(ctx, building.Group{ID: in.ID, Name: in.Body.Name, Note: in.Body.Note, Buildings: in.Body.Buildings, Version: in.Body.Version}))
	})
	type dropped struct {
		ID      int64 `path:"id" minimum:"1"`
		Version int   `query:"version" minimum:"1" doc:"of the group that was read"`
	}
	httpapi.Register(api, access.BuildingWrite, huma.Operation{
		OperationID: "delete-building-group", Method: http.MethodDelete, Path: "/building-groups/{id}", Summary: "Delete a group; its houses stay", Tags: tags, DefaultStatus: http.StatusOK,
	}, func(ctx context.Context, in *dropped) (*struct{ Body httpapi.Nothing }, error) {
		return &struct{ Body httpapi.Nothing }{}, c.Service.DropGroup(ctx, in.ID, in.Version)
	})
}
