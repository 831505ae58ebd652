package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// maxLines is the longest file a person reads willingly.
const maxLines = 500

// generated files are as long as they come out.
var generated = regexp.MustCompile(`schema\.d\.ts$|\.gen\.tsx?$|_gen\.go$|\.sql\.go$`)

// filesAreShort: 500 lines at most for Go and TypeScript.
func filesAreShort(t tree) (bad []string) {
	for _, f := range t {
		code := f.src != nil || strings.HasSuffix(f.path, ".ts") || strings.HasSuffix(f.path, ".tsx")
		if n := strings.Count(f.text, "\n"); code && n > maxLines && !generated.MatchString(f.path) {
			bad = append(bad, fmt.Sprintf("%s has %d lines, %d is the most: divide it by meaning", f.path, n, maxLines))
		}
	}
	return bad
}

// packagesAreNouns: a package named by its technical role becomes a junk room.
func packagesAreNouns(t tree) (bad []string) {
	seen := map[string]bool{}
	for _, f := range t.goFiles(false) {
		name := f.src.Name.Name
		if seen[f.dir()] {
			continue
		}
		seen[f.dir()] = true
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "misc", "shared", "base", "lib"}, name) {
			bad = append(bad, fmt.Sprintf("%s: package %s says nothing: name it by what it is about", f.path, name))
		}
	}
	return bad
}

// packagesAreExplained: exactly one package comment in each package.
func packagesAreExplained(t tree) (bad []string) {
	count, order := map[string]int{}, []string{}
	for _, f := range t.goFiles(false) {
		if _, seen := count[f.dir()]; !seen {
			order = append(order, f.dir())
			count[f.dir()] = 0
		}
		if f.src.Doc != nil {
			count[f.dir()]++
		}
	}
	for _, dir := range order {
		if count[dir] != 1 {
			bad = append(bad, fmt.Sprintf("%s has %d package comments, one is needed", dir, count[dir]))
		}
	}
	return bad
}

// wellKnown are methods that mean what the standard library says they mean.
var wellKnown = []string{"Error", "Unwrap", "String", "Is", "Read", "Write", "Close", "ServeHTTP", "Len", "Less", "Swap", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"}

// namesAreExplained: every exported name has a comment; of a group one is enough.
func namesAreExplained(t tree) (bad []string) {
	for _, f := range t.goFiles(false) {
		if f.src.Name.Name == "main" {
			continue
		}
		for _, d := range f.src.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && (d.Recv == nil || !slices.Contains(wellKnown, d.Name.Name)) {
					bad = append(bad, f.at(d)+": "+d.Name.Name+" has no comment: say what it promises")
				}
			case *ast.GenDecl:
				if d.Doc == nil && d.Tok != token.IMPORT {
					bad = append(bad, bareSpecs(f, d)...)
				}
			}
		}
	}
	return bad
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	if g, ok := t.(*ast.IndexExpr); ok {
		t = g.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

func bareSpecs(f file, d *ast.GenDecl) (bad []string) {
	for _, s := range d.Specs {
		var names []*ast.Ident
		var explained bool
		switch s := s.(type) {
		case *ast.TypeSpec:
			names, explained = []*ast.Ident{s.Name}, s.Doc != nil || s.Comment != nil
		case *ast.ValueSpec:
			names, explained = s.Names, s.Doc != nil || s.Comment != nil
		}
		for _, n := range names {
			if n.IsExported() && !explained {
				bad = append(bad, f.at(n)+": "+n.Name+" has no comment: say what it means")
			}
		}
	}
	return bad
}

// realTime may call the machine's clock: it lives in real time, or measures it.
var realTime = []string{"internal/clock", engine, "voip", "city", "tools", "test"}

// timeComesFromTheClock: business takes the time from pg.Tx.Now or a clock.Clock, so
// that a story can turn it. A test sleeps only in a loop that polls or paces, in the
// turned time of testing/synctest, or to show that nothing happens: «// nothing …».
func timeComesFromTheClock(t tree) (bad []string) {
	forbidden := []string{"Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker", "Tick", "AfterFunc"}
	for _, f := range t.goFiles(false) {
		if within(f.path, realTime...) || !slices.Contains(f.imports(), "time") {
			continue
		}
		f.selectors("time", func(n ast.Node, sel string) {
			if slices.Contains(forbidden, sel) {
				bad = append(bad, f.at(n)+" uses time."+sel+": take the time from pg.Tx.Now or clock.Clock, wait with clock.Wait")
			}
		})
	}
	for _, f := range t.goFiles(true) {
		if slices.Contains(f.imports(), "testing/synctest") {
			continue
		}
		loops, lines := loopsOf(f.src), strings.Split(f.text, "\n")
		f.selectors("time", func(n ast.Node, sel string) {
			quiet := strings.Contains(lines[f.fset.Position(n.Pos()).Line-1], "// nothing ")
			if sel == "Sleep" && !quiet && !slices.ContainsFunc(loops, func(l ast.Node) bool { return l.Pos() < n.Pos() && n.End() <= l.End() }) {
				bad = append(bad, f.at(n)+" sleeps for luck: wait for a signal, or poll a condition with a deadline")
			}
		})
	}
	return bad
}

func loopsOf(src *ast.File) (out []ast.Node) {
	ast.Inspect(src, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			out = append(out, n)
		}
		return true
	})
	return out
}

// nothingIsLeftForLater: no stub stands for work, no test passes by not running.
func nothingIsLeftForLater(t tree) (bad []string) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)
	skip := []string{"Skip", "Skipf", "SkipNow"}
	for _, f := range t {
		if f.src == nil {
			if (strings.HasSuffix(f.path, ".ts") || strings.HasSuffix(f.path, ".tsx")) && !generated.MatchString(f.path) && later.MatchString(f.text) {
				bad = append(bad, f.path+" leaves work for later: "+later.FindString(f.text))
			}
			continue
		}
		for _, g := range f.src.Comments {
			if later.MatchString(g.Text()) {
				bad = append(bad, f.at(g)+" leaves work for later: do it, or write an issue")
			}
		}
		ast.Inspect(f.src, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				if fun.Name == "panic" && len(call.Args) == 1 && isStub(call.Args[0]) {
					bad = append(bad, f.at(n)+" is a stub")
				}
			case *ast.SelectorExpr:
				if x, ok := fun.X.(*ast.Ident); ok && (x.Name == "t" || x.Name == "b" || x.Name == "tb") && slices.Contains(skip, fun.Sel.Name) {
					bad = append(bad, f.at(n)+" skips a test: what it needs is installed by scripts/deps")
				}
			}
			return true
		})
	}
	return bad
}

func isStub(e ast.Expr) bool {
	l, ok := e.(*ast.BasicLit)
	if !ok {
		return false
	}
	s := strings.ToLower(l.Value)
	return strings.Contains(s, "to"+"do") || strings.Contains(s, "implement") || strings.Contains(s, "stub")
}
