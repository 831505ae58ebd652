// Package web holds the built screens (the journal and the operator's desk), so that the program is one file.
package web

import (
	"embed"
	"io/fs"
)

// `all:` takes .gitkeep too: the package builds before the screens were ever built.
//
//go:embed all:dist
var files embed.FS

// Dist returns the built screens with index.html at the root; index.html is absent when only the program was built.
func Dist() (fs.FS, error) {
	return fs.Sub(files, "dist")
}
