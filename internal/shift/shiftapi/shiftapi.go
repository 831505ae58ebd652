// Package shiftapi is the HTTP face of the shift supervisor's work.
package shiftapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"d24/internal/account"
	"d24/internal/shift"
)

// Config of the operations.
type Config struct {
	Service *shift.Service
	People  *account.Service
}

// ByID names the thing in the path.
type ByID struct {
	ID int64 `path:"id" minimum:"1"`
}

func op(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: "/shift" + path, Summary: summary, Tags: []string{"shift"}}
}

// Register adds the operations to api.
func Register(api huma.API, c Config) {
	c.incidents(api)
	c.queue(api)
	c.moves(api)
	c.handovers(api)
}

var (
	get  = http.MethodGet
	put  = http.MethodPut
	post = http.MethodPost
)
