package arch

import (
	"fmt"
	"strings"
)

// layers, lowest first. A module may import what stands lower; its own layer's
// neighbours it meets through an event (jobs.On) or through an interface of its own
// (needs.go) that app supplies.
var layers = [][]string{
	{"fault", "clock", "access", "where", "search"}, // kernel: words everybody uses, no I/O
	{"phone", "page", "calendar"},                   // still kernel: words made of those
	{"platform"},                                    // technology: no business words
	{"telephony", "messaging"},                      // doors to the world: contracts
	{"audit", "alarm"},                              // what everybody above may write into
	{"intake", "attachment", "errand"},              // tables and files handed in, work handed over: what they belong to is above
	{"account", "company", "building", "staff", "reason", "supplier", "plan", "knowledge", "contact", "tag"}, // directories
	{"assignment", "announcement", "secretary"},                                                              // whose work a request is, what callers hear: stand on the directories, under the records
	{"ticket", "notice", "debtor", "meter", "calllog", "onboarding"},                                         // records
	{"desk", "shift", "connection", "deskphone"},                                                             // the floor
	{"routing", "escalation", "webhook", "notify", "followup", "passage", "feedback", "campaign"},            // automation
	{"dashboard", "report", "emergency"},                                                                     // views
	{"seed"},                                                                                                 // demo data: fills directories and records
	{"app"},                                                                                                  // assembly: the only one that knows all
	{"serve"},                                                                                                // the processes: what runs where, who watches whom
	{"arch"},                                                                                                 // these rules
}

// engine is the phone process: it may know voip and, of ours, only what stands at or
// below the contract it serves.
const engine = "internal/telephony/engine"

// layerOf finds the layer and the module of an import path or a directory; -1 when
// it is not in internal/, or not in the table.
func layerOf(path string) (int, string) {
	name, ok := strings.CutPrefix(strings.TrimPrefix(path, module+"/"), "internal/")
	if !ok {
		return -1, ""
	}
	first, _, _ := strings.Cut(name, "/")
	for i, l := range layers {
		for _, p := range l {
			if p == first {
				return i, first
			}
		}
	}
	return -1, first
}

// importsGoDown: app → views → automation → desk → records → directories → doors →
// platform → kernel; voip and city know nothing of internal.
func importsGoDown(t tree) (bad []string) {
	for _, f := range append(t.goFiles(false), t.goFiles(true)...) {
		if within(f.path, "internal") {
			if n, name := layerOf(f.dir()); n < 0 {
				bad = append(bad, fmt.Sprintf("%s: module %s has no layer: name it in internal/arch/imports.go", f.path, name))
				continue
			}
		}
		for _, imp := range f.imports() {
			if why := upward(f, imp); why != "" {
				bad = append(bad, fmt.Sprintf("%s imports %s: %s", f.path, imp, why))
			}
		}
	}
	return bad
}

// upward says why f must not import imp; "" when it may.
func upward(f file, imp string) string {
	target, ours := strings.CutPrefix(imp, module+"/")
	dir := f.dir()
	testKit := strings.HasSuffix(target, "test") || within(target, "test")
	switch {
	case !ours:
		return ""
	case within(target, "cmd", "internal/app", "internal/serve", "internal/arch") && !within(dir, "cmd", "test", "tools", "internal/app", "internal/serve"):
		return "only the assembly is imported by nobody below it"
	case testKit && !f.isTest() && !within(dir, "test", "tools") && !strings.HasSuffix(dir, "test"):
		return "a test kit is for tests"
	case within(dir, "voip") && !within(target, "voip") && !testKit:
		return "voip is free of business: it may import only voip"
	case within(dir, "city") && !within(target, "voip", "city") && !testKit:
		return "the city stands on voip alone, like a stranger's telephone exchange"
	case within(target, "voip", "city") && within(dir, "internal") && !within(dir, engine, "internal/app", "internal/serve", "internal/telephony/telephonytest"):
		return "sound and SIP stay behind telephony: only the engine and app meet voip"
	case within(target, engine) && !within(dir, engine, "internal/app", "internal/serve", "cmd", "test"):
		return "the phone engine is another process: speak with it through the contracts of telephony"
	case f.isTest():
		return "" // a test may bring in what its module needs
	}
	from, fromName := layerOf(dir)
	to, toName := layerOf(target)
	switch {
	case from < 0 || to < 0 || fromName == toName:
		return ""
	case to >= from:
		return fmt.Sprintf("%s stands above (or beside) %s; let the upper one pass an interface down or publish an event", toName, fromName)
	}
	return ""
}

// libraries lists who may import a library, and why nobody else. A place that ends
// in "api" means every package so called.
var libraries = []struct {
	path string
	who  []string
	why  string
}{
	{"github.com/danielgtaylor/huma/v2", []string{"*api", "internal/app", "internal/platform/httpapi", "test"}, "HTTP stays at the edge"},
	{"github.com/riverqueue/river", []string{"internal/platform/jobs", "internal/platform/pg", "internal/app", "internal/account", "internal/assignment", "internal/attachment", "internal/calllog", "internal/errand", "internal/staff", "internal/ticket", "internal/desk", "internal/escalation", "internal/webhook", "internal/notify", "internal/followup", "internal/passage", "internal/routing", "test"}, "publish an event or use jobs.At; only workers meet River"},
	{"github.com/jackc/pgx/v5/pgxpool", []string{"internal/platform/pg", "internal/app", "internal/serve", "cmd", "test", "tools"}, "only pg.InTx opens connections, so the fence cannot be skipped"},
	{"github.com/emiago", []string{"voip", engine, "city"}, "SIP does not leave voip and the engine"},
	{"github.com/pion", []string{"voip", engine, "test"}, "WebRTC does not leave voip and the engine"},
	{"github.com/coder/websocket", []string{engine, "city", "test", "cmd", "*api"}, "only the operator's desk and the city's page speak WebSocket"},
	{"github.com/prometheus", []string{"internal/platform/obs"}, "figures are made by obs, which knows their names"},
	{"github.com/alecthomas/kong", []string{"cmd", "internal/platform/config"}, "the command line is read in cmd"},
	{"github.com/caarlos0/env/v11", []string{"internal/platform/config"}, "the environment is read in config"},
	{"github.com/stretchr/testify", []string{"*test", "test"}, "assertions are for tests"},
}

// librariesStayInTheirPlace keeps technology behind the door it came through.
func librariesStayInTheirPlace(t tree) (bad []string) {
	for _, f := range t.goFiles(false) {
		for _, imp := range f.imports() {
			for _, l := range libraries {
				if within(imp, l.path) && !allowed(f.dir(), l.who) {
					bad = append(bad, fmt.Sprintf("%s imports %s: %s", f.path, imp, l.why))
				}
			}
		}
	}
	return bad
}

func allowed(dir string, who []string) bool {
	for _, w := range who {
		if suffix, anywhere := strings.CutPrefix(w, "*"); anywhere && strings.HasSuffix(dir, suffix) || within(dir, w) {
			return true
		}
	}
	return false
}
