package reason

import (
	"slices"
	"strings"
	"testing"
)

// What the operator taps must be an answer to the question: words of the table, never
// a piece of the question's grammar.
func TestChoicesOfTheCatalogueAreAnswers(t *testing.T) {
	list, _, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	choices, err := pairs("choices.csv")
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, r := range list {
		for _, q := range r.Questions {
			met[q.Text] = true
			switch {
			case choices[q.Text] != "":
				want := append(strings.Split(choices[q.Text], "|"), "не знает")
				if q.Type != Choice || !slices.Equal(q.Options, want) {
					t.Errorf("%s %q: %s %q, want the choice %q", r.Code, q.Text, q.Type, q.Options, want)
				}
			case q.Type == Choice || len(q.Options) > 0:
				t.Errorf("%s %q offers %q that no table names", r.Code, q.Text, q.Options)
			}
		}
	}
	for q := range choices {
		if !met[q] {
			t.Errorf("choices.csv answers %q, which nobody asks", q)
		}
	}
	if q := list[1].Questions[2]; q.Text != "Есть ли вода на проводке или в щите?" || q.Type != YesNo {
		t.Errorf("%q is a %s, want a yes or no", q.Text, q.Type)
	}
}
