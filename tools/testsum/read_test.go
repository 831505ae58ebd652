package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// module writes a module with tests of every fate and makes it the current directory.
func module(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":            "module m\n\ngo 1.26\n",
		"good/a_test.go":    "package good\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Run(\"x\", func(t *testing.T) {}); t.Run(\"y\", func(t *testing.T) {}) }\nfunc TestB(t *testing.T) { t.Log(\"unseen\") }\n",
		"bad/a_test.go":     "package bad\nimport \"testing\"\nfunc TestA(t *testing.T) { t.Run(\"x\", func(t *testing.T) { t.Error(\"why x\") }); t.Run(\"y\", func(t *testing.T) {}) }\nfunc TestAlone(t *testing.T) { t.Run(\"z\", func(t *testing.T) {}); t.Error(\"why alone\") }\nfunc TestOff(t *testing.T) { t.SkipNow() }\n",
		"dies/a_test.go":    "package dies\nimport \"testing\"\nfunc TestA(t *testing.T) { panic(\"why dies\") }\n",
		"unbuilt/a.go":      "package unbuilt\nfunc f() int { return nothing }\n",
		"unbuilt/a_test.go": "package unbuilt\nimport \"testing\"\nfunc TestA(t *testing.T) { f() }\n",
		"none/a.go":         "package none\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	t.Chdir(dir)
}

func TestEachFateIsCounted(t *testing.T) {
	module(t)
	for _, c := range []struct {
		packages []string
		want     Count
	}{
		{[]string{"./good", "./none"}, Count{Passed: 3}},
		{[]string{"./bad"}, Count{Passed: 2, Failed: 2, Skipped: 1}},
		{[]string{"./dies"}, Count{Failed: 1}},
		{[]string{"./unbuilt"}, Count{Failed: 1}},
		{[]string{"./..."}, Count{Passed: 5, Failed: 4, Skipped: 1}},
	} {
		got, why, err := run(t.Context(), c.packages, []string{"m/bad"}, "")
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.packages)
		require.Len(t, why, c.want.Failed, "each failure is told again at the end")
	}
	require.Equal(t, "5 passed, 4 failed, 1 skipped", Count{5, 4, 1}.String())
	require.Equal(t, "3 passed, 0 failed", Count{Passed: 3}.String())
}

func TestOnlyWhatFailedIsPrinted(t *testing.T) {
	var out bytes.Buffer
	n, err := NewReader(&out).Read(bytes.NewBufferString(`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"unseen\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"why B\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
not an event
{"Action":"fail","Package":"p"}
`))
	require.NoError(t, err)
	require.Equal(t, Count{Passed: 1, Failed: 1}, n)
	require.NotContains(t, out.String(), "unseen")
	for _, want := range []string{"why B", "not an event", "FAIL p"} {
		require.Contains(t, out.String(), want)
	}
}

func TestTheWebsFiguresAreAdded(t *testing.T) {
	report := filepath.Join(t.TempDir(), "vitest.json")
	_, _, err := vitestCount(report)
	require.ErrorContains(t, err, "no report")
	require.NoError(t, os.WriteFile(report, []byte(`{"numPassedTests": 7, "numFailedTests": 0, "numPendingTests": 1, "numFailedTestSuites": 0, "success": true}`), 0o600))
	n, _, err := vitestCount(report)
	require.NoError(t, err)
	require.Equal(t, Count{Passed: 7, Skipped: 1}, n)
	require.NoError(t, os.WriteFile(report, []byte(`{"numPassedTests": 7, "numFailedTestSuites": 2, "success": false}`), 0o600))
	n, _, err = vitestCount(report)
	require.NoError(t, err)
	require.Equal(t, 2, n.Failed, "a file that does not load has no tests, and fails all the same")
}

func TestAnInterruptIsNotSuccess(t *testing.T) {
	module(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := run(ctx, []string{"./good"}, nil, "")
	require.Error(t, err)
}

func TestWhatFailedIsToldAgainInFewLines(t *testing.T) {
	r := NewReader(&bytes.Buffer{})
	_, err := r.Read(bytes.NewBufferString(`{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"time=1 level=INFO msg=much\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:3: the program said:\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    a_test.go:7: \n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"        \tError Trace:\ta_test.go:7\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"        \tError:      \tNot equal: \n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"        \t            \texpected: 1\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"        \tTest:       \tTestB\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"time=2 level=INFO msg=more\n"}
{"Action":"fail","Package":"p","Test":"TestB","Elapsed":1.5}
{"Action":"fail","Package":"p"}
`))
	require.NoError(t, err)
	require.Equal(t, []string{"✗ p TestB (1.5 s)\n    Error Trace:\ta_test.go:7\n    Error:      \tNot equal:\n    expected: 1\n"}, r.Short())
}

func TestWhatFailedOfThePagesIsTold(t *testing.T) {
	report := filepath.Join(t.TempDir(), "vitest.json")
	require.NoError(t, os.WriteFile(report, []byte(`{"numPassedTests": 1, "numFailedTests": 1, "numFailedTestSuites": 1, "success": false, "testResults": [
		{"name": "a.test.ts", "status": "failed", "assertionResults": [{"fullName": "says so", "status": "failed", "failureMessages": ["expected 1\nat a.test.ts"]}, {"fullName": "fine", "status": "passed"}]}]}`), 0o600))
	_, why, err := vitestCount(report)
	require.NoError(t, err)
	require.Equal(t, []string{"✗ a.test.ts: says so\n    expected 1\n"}, why)
}

func TestTheLongestAreNamedFirst(t *testing.T) {
	times := []took{{"short", 0.5}, {"long", 100}, {"between", 2.25}}
	require.Equal(t, "  100.0 s  long\n    2.2 s  between\n", longest(times, 2))
	require.Contains(t, longest(times, 10), "    0.5 s  short\n")
}

func TestPackagesAndTestsTellTheirTime(t *testing.T) {
	r := NewReader(&bytes.Buffer{})
	_, err := r.Read(bytes.NewBufferString(`{"Action":"pass","Package":"d24/p","Test":"TestA/one","Elapsed":1}
{"Action":"pass","Package":"d24/p","Test":"TestA","Elapsed":1.25}
{"Action":"pass","Package":"d24/p","Elapsed":1.5}
{"Action":"fail","Package":"q","Elapsed":2}
{"Action":"skip","Package":"none"}
`))
	require.NoError(t, err)
	require.Equal(t, []took{{"d24/p", 1.5}, {"q", 2}}, r.times)
	require.Equal(t, []took{{"p TestA", 1.25}}, r.tests, "subtests are of their test")
}
