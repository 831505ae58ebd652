package arch

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// elsewhere are words of one machine or one network, which a stranger has not.
var elsewhere = regexp.MustCompile(`/wo` + `rk/(main|shared)|/tmp/(bri` + `ef|too` + `ls)|/ro` + `ot/go/|regis` + `try\.npm|pro` + `xy\.golang\.org|"reso` + `lved":\s*"http`)

// nothingOfThisMachine: no paths of the machine it was written on, no addresses of
// package registries (web/.npmrc keeps them out of the lock).
func nothingOfThisMachine(t tree) (bad []string) {
	for _, f := range t {
		if m := elsewhere.FindString(f.text); m != "" {
			bad = append(bad, f.path+" speaks of one machine or registry: "+m)
		}
	}
	return bad
}

// dependenciesAreExplained: every module and package used directly has its word in
// docs/dependencies.md, which says why it is worth its weight.
func dependenciesAreExplained(t tree) (bad []string) {
	doc := t.byPath("docs/dependencies.md")
	known := words(doc)
	for _, m := range directModules(t) {
		short := regexp.MustCompile(`/v\d+$`).ReplaceAllString(strings.TrimPrefix(m, "github.com/"), "")
		if !known(short) {
			bad = append(bad, "docs/dependencies.md does not say why we use "+short)
		}
	}
	var pkg struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if text := t.byPath("web/package.json"); text != "" {
		if err := json.Unmarshal([]byte(text), &pkg); err != nil {
			return append(bad, "web/package.json: "+err.Error())
		}
	}
	for _, list := range []map[string]string{pkg.Dependencies, pkg.DevDependencies} {
		for name := range list {
			if !known(name) && !strings.HasPrefix(name, "@types/") {
				bad = append(bad, "docs/dependencies.md does not say why we use "+name)
			}
		}
	}
	slices.Sort(bad)
	return bad
}

// words tells whether the document names a dependency: by itself, by its scope
// (@mantine/*), or in a list of the scope (@tanstack/{react-query,react-table}).
func words(doc string) func(name string) bool {
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(@[\w-]+)/\{([^}]*)\}`).FindAllStringSubmatch(doc, -1) {
		for _, n := range strings.Split(m[2], ",") {
			listed[m[1]+"/"+strings.TrimSpace(n)] = true
		}
	}
	for _, w := range regexp.MustCompile(`[\w@./*-]+`).FindAllString(doc, -1) {
		listed[strings.Trim(w, ".,")] = true
	}
	return func(name string) bool {
		scope, _, _ := strings.Cut(name, "/")
		return listed[name] || listed[scope+"/*"]
	}
}

// directModules are the modules of go.mod whose packages our code imports, tests too.
func directModules(t tree) (out []string) {
	var required []string
	for _, m := range regexp.MustCompile(`(?m)^\s+([\w./-]+\.[\w./-]+) v`).FindAllStringSubmatch(t.byPath("go.mod"), -1) {
		required = append(required, m[1])
	}
	slices.SortFunc(required, func(a, b string) int { return len(b) - len(a) }) // the longest prefix is the module
	for _, f := range append(t.goFiles(false), t.goFiles(true)...) {
		for _, imp := range f.imports() {
			i := slices.IndexFunc(required, func(m string) bool { return within(imp, m) })
			if i >= 0 && !slices.Contains(out, required[i]) {
				out = append(out, required[i])
			}
		}
	}
	slices.Sort(out)
	return out
}

// alarmsHavePages: each code that is raised has a page that says what to do at night.
func alarmsHavePages(t tree) (bad []string) {
	for _, f := range t.goFiles(false, "internal/alarm") {
		for _, m := range regexp.MustCompile(`Code\s*=\s*"([a-z_.-]+)"`).FindAllStringSubmatch(f.text, -1) {
			page := "docs/alerts/" + strings.NewReplacer("_", "-", ".", "-").Replace(m[1]) + ".md"
			if t.byPath(page) == "" {
				bad = append(bad, fmt.Sprintf("%s declares the alarm %s, which has no page %s", f.path, m[1], page))
			}
		}
	}
	return bad
}

// settingsAreExplained: what the environment may say stands in the operations guide.
func settingsAreExplained(t tree) (bad []string) {
	doc := t.byPath("docs/operations.md")
	for _, f := range t.goFiles(false, "internal/platform/config") {
		for _, m := range regexp.MustCompile(`env:"(D24_[A-Z_]+)"`).FindAllStringSubmatch(f.text, -1) {
			if !strings.Contains(doc, "`"+m[1]+"`") {
				bad = append(bad, "docs/operations.md does not explain "+m[1])
			}
		}
	}
	return bad
}
