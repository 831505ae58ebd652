// Package arch holds the house rules that a machine can check: who may import
// whom, whose a table is, where time comes from, what may not be committed. A rule
// is a function from the source to complaints; its test also breaks it on purpose,
// so a rule that catches nothing fails.
package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is the name of the Go module, the head of our import paths.
const module = "d24"

// file is one file of the source, its path from the root with slashes. src is set
// for Go, and text is without comments for SQL.
type file struct {
	path, text string
	src        *ast.File
	fset       *token.FileSet
}

// tree is the source in the order of paths.
type tree []file

// skipped are directories that hold nothing we wrote.
var skipped = []string{".git", ".cache", "bin", "data", "tmp", "node_modules", "dist", "dev-dist", "coverage"}

// readable are the sorts of text the rules look at.
var readable = []string{
	".go", ".sql", ".ts", ".tsx", ".js", ".cjs", ".mjs", ".json", ".yml", ".yaml", ".md", ".csv", ".css", ".html", ".sh", ".mod", ".cfg", "",
}

// read reads the source under root.
func read(root string) (tree, error) {
	var out tree
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && slices.Contains(skipped, d.Name()):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !slices.Contains(readable, filepath.Ext(path)):
			return nil
		}
		b, err := os.ReadFile(path) //nolint:gosec // our own source
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f, err := parse(filepath.ToSlash(rel), string(b))
		out = append(out, f)
		return err
	})
	return out, err
}

func parse(path, text string) (file, error) {
	f := file{path: path, text: text}
	if !strings.HasSuffix(path, ".go") {
		return f, nil
	}
	f.fset = token.NewFileSet()
	var err error
	f.src, err = parser.ParseFile(f.fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	return f, err
}

// goFiles are the Go files under one of the prefixes (all without any), tests apart.
func (t tree) goFiles(tests bool, under ...string) (out tree) {
	for _, f := range t {
		if f.src != nil && f.isTest() == tests && (len(under) == 0 || within(f.path, under...)) {
			out = append(out, f)
		}
	}
	return out
}

func (t tree) byPath(path string) string {
	for _, f := range t {
		if f.path == path {
			return f.text
		}
	}
	return ""
}

func (t tree) migrations() (out tree) {
	for _, f := range t {
		if strings.HasPrefix(f.path, "db/migrations/") && strings.HasSuffix(f.path, ".sql") {
			out = append(out, f)
		}
	}
	return out
}

// within tells whether the path is one of the directories, or lies in one.
func within(path string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return path == d || strings.HasPrefix(path, d+"/") })
}

func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// dir is the directory of the package, "internal/ticket".
func (f file) dir() string {
	d, _, found := cutLast(f.path, "/")
	if !found {
		return "."
	}
	return d
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (f file) imports() (out []string) {
	for _, i := range f.src.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// at is path:line of a node.
func (f file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

// strings are the string literals: SQL lives in them.
func (f file) strings(visit func(n ast.Node, s string)) {
	ast.Inspect(f.src, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil {
				visit(l, s)
			}
		}
		return true
	})
}

// selectors are the uses x.Sel of a name x.
func (f file) selectors(x string, visit func(n ast.Node, sel string)) {
	ast.Inspect(f.src, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && id.Name == x {
				visit(s, s.Sel.Name)
			}
		}
		return true
	})
}
