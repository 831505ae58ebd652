package reason

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTheCatalogueIsWhole: kinds, terms with their basis, questions (R1–R3).
func TestTheCatalogueIsWhole(t *testing.T) {
	t.Parallel()
	list, work, err := Catalogue()
	require.NoError(t, err)
	require.Len(t, list, 100)
	seen, kinds := map[string]bool{}, map[Kind]int{}
	for _, r := range list {
		require.False(t, seen[r.Code], r.Code)
		seen[r.Code] = true
		kinds[r.Kind]++
		require.NotEmpty(t, r.Name, r.Code)
		require.NotEmpty(t, r.Category, r.Code)
		require.NotEmpty(t, r.Basis, "%s: a term has its basis", r.Code)
		require.Contains(t, []string{"law", "default"}, r.Basis, r.Code)
		if r.Basis == "law" {
			require.Regexp(t, `^(ПП|Госстрой|ГОСТ) `, r.Reference, r.Code)
		}
		if r.Kind == Emergency {
			require.Equal(t, 10, r.AcceptMin, r.Code)
			if r.LocaliseMin == 0 { // there is nothing to stop from spreading: it is mended within hours
				require.LessOrEqual(t, r.FinishMin, 180, r.Code)
			}
			require.LessOrEqual(t, r.LocaliseMin, 120, r.Code)
			require.NotEmpty(t, work[r.Code], r.Code)
		}
		if r.Kind != Consultation {
			require.Positive(t, r.FinishMin, r.Code)
		}
		for i, q := range r.Questions {
			require.Equal(t, i+1, q.ID, r.Code)
			require.NotEmpty(t, q.Text, r.Code)
			require.Equal(t, q.Type == Choice, len(q.Options) > 0, r.Code)
		}
	}
	for _, k := range []Kind{Emergency, Planned, Paid, Consultation} {
		require.Positive(t, kinds[k], k)
	}
}

// TestTermsOfTheLaw is ПП 416 п. 13: half an hour, a clog two hours, three days.
func TestTermsOfTheLaw(t *testing.T) {
	t.Parallel()
	list, _, err := Catalogue()
	require.NoError(t, err)
	now := time.Date(2026, 11, 24, 23, 50, 0, 0, time.UTC)
	for _, r := range list {
		switch r.Code {
		case "ВС-01", "ВС-02":
			terms := r.Terms(Moment{At: now, Zone: time.UTC})
			require.Equal(t, now.Add(10*time.Minute), *terms.Accept)
			require.Equal(t, now.Add(30*time.Minute), *terms.Localise)
			require.Equal(t, now.Add(72*time.Hour), *terms.Finish)
		case "КН-01":
			require.Equal(t, now.Add(2*time.Hour), *r.Terms(Moment{At: now, Zone: time.UTC}).Finish, "a clog")
		}
	}
	require.Equal(t, Terms{}, Reason{}.Terms(Moment{At: now, Zone: time.UTC}), "a reason without terms promises none")
}

func TestQuestionsAreReadFromTheScript(t *testing.T) {
	t.Parallel()
	q := questions("1) Вода холодная или горячая? 2) Получается перекрыть вентиль? 3) Что видно?", map[string]string{"Вода холодная или горячая?": "холодная|горячая"}, nil)
	require.Equal(t, []Question{
		{1, "Вода холодная или горячая?", Choice, []string{"холодная", "горячая", "не знает"}, true, ""},
		{2, "Получается перекрыть вентиль?", YesNo, []string{}, false, ""},
		{3, "Что видно?", Text, []string{}, false, ""},
	}, q)
	require.Empty(t, questions("", nil, nil))
}
