package arch

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// The doors of outgoing calls: the function of the engine that dials, and the one of the
// stack that builds an INVITE and asks whether the number may be dialled at all.
const (
	callDoor   = "internal/telephony/engine/reach.go"
	inviteDoor = "voip/sip/outbound.go"
)

// callsLeaveByOneDoor (S9): whatever dials next, by a new path, goes through the function
// that asks, or this complains.
func callsLeaveByOneDoor(t tree) (bad []string) {
	for _, f := range t.goFiles(false, "internal", "voip", "cmd") {
		say := func(n ast.Node, text string) {
			bad = append(bad, fmt.Sprintf("%s:%d: %s", f.path, f.fset.Position(n.Pos()).Line, text))
		}
		speaks := !strings.HasPrefix(f.path, "voip/") && slices.Contains(f.imports(), module+"/voip/sip")
		ast.Inspect(f.src, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.SelectorExpr:
				switch {
				case speaks && x.Sel.Name == "Dial" && f.path != callDoor && dialsPhones(x):
					say(x, "a call leaves here: only "+callDoor+" dials (S9)")
				case speaks && x.Sel.Name == "Inside":
					say(x, "Inside passes by the rule of what may be dialled (S9)")
				}
			case *ast.CompositeLit:
				if speaks {
					asTarget(f, x, say)
				}
			case *ast.CallExpr:
				for _, a := range x.Args {
					if s, ok := a.(*ast.SelectorExpr); ok && s.Sel.Name == "INVITE" && f.path != inviteDoor {
						say(x, "an INVITE is built here: only "+inviteDoor+" does (S9)")
					}
				}
			}
			return true
		})
	}
	return bad
}

// dialsPhones tells a stack from what dials computers (net.Dial).
func dialsPhones(x *ast.SelectorExpr) bool {
	pkg, ok := x.X.(*ast.Ident)
	return !ok || pkg.Name != "net" && pkg.Name != "websocket" && pkg.Name != "tls"
}

func asTarget(f file, x *ast.CompositeLit, say func(ast.Node, string)) {
	s, ok := x.Type.(*ast.SelectorExpr)
	if !ok {
		return
	}
	switch {
	case s.Sel.Name == "Target" && isSIP(s) && f.path != callDoor:
		say(x, "whom to dial is written in "+callDoor+" alone (S9)")
	case s.Sel.Name == "Config" && isSIP(s):
		for _, e := range x.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "MayDial" {
					return
				}
			}
		}
		say(x, "a stack without MayDial dials anything (S9)")
	}
}

func isSIP(s *ast.SelectorExpr) bool {
	pkg, ok := s.X.(*ast.Ident)
	return ok && pkg.Name == "sip"
}
