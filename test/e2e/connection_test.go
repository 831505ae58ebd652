package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/voip/tone"
)

// connected is how an employee is connected with the resident of a request.
type connected struct {
	Resident string
	Phones   []struct{ Phone string }
	Last     *struct{ State, Result string }
}

func (p *person) connection(id int64) (out connected) {
	p.h.t.Helper()
	p.do(http.MethodGet, fmt.Sprintf("/tickets/%d/connection", id), nil, &out)
	return out
}

// until waits until his connection is in a state, with a result.
func (p *person) until(id int64, state, result string) {
	p.h.t.Helper()
	eventually(p.h.t, 20*time.Second, state+" "+result, func() bool {
		l := p.connection(id).Last
		return l != nil && l.State == state && l.Result == result
	})
}

func (p *person) connect(id int64, key string) {
	p.h.t.Helper()
	wish := map[string]any{"key": key, "phone": p.connection(id).Phones[0].Phone, "quiet_seen": true}
	p.do(http.MethodPost, fmt.Sprintf("/tickets/%d/connection", id), wish, nil)
}

// TestAnEmployeeSpeaksWithTheResidentThroughTheCentre is J12 beside telephones we did not
// write: his own phone first; the resident's rings only when he has taken it, and stops when
// he withdraws; they hear each other, neither sees the other's number; the row of the call
// names him, and both are recorded.
func TestAnEmployeeSpeaksWithTheResidentThroughTheCentre(t *testing.T) {
	t.Parallel()
	w := planTownOf(t, "manual")
	w.begin()
	w.trunkUp("operator", "Транк X")
	made := w.login("operator").flood("")
	gusev := w.login("gusev")
	gusev.do(http.MethodPost, fmt.Sprintf("/tickets/%d/accept", made.ID), nil, nil)
	v := gusev.connection(made.ID)
	require.Equal(t, "+7 900 •••-00-01", v.Resident, "he is not shown the number")
	require.Equal(t, seed.MemberPhone(0, 0), v.Phones[0].Phone)

	t.Log("withdrawn while the resident's phone rings")
	gusev.connect(made.ID, "press-0001")
	eventually(t, 20*time.Second, "his own phone rings", func() bool { return w.executor.Rang() == 1 })
	gusev.until(made.ID, "calling_you", "")
	require.Zero(t, w.resident.Rang(), "the resident is not troubled before he has taken his")
	w.executor.Take()
	eventually(t, 20*time.Second, "the resident's phone rings", func() bool { return w.resident.Rang() == 1 })
	gusev.until(made.ID, "calling_resident", "")
	gusev.do(http.MethodPost, fmt.Sprintf("/tickets/%d/connection/withdraw", made.ID), nil, nil)
	eventually(t, 10*time.Second, "the ringing stops, and his own call ends", func() bool { return w.resident.Free() && w.executor.Free() })
	gusev.until(made.ID, "over", "withdrawn")

	t.Log("again, and the resident takes it")
	gusev.connect(made.ID, "press-0002")
	eventually(t, 20*time.Second, "his own phone rings again", func() bool { return w.executor.Rang() == 2 })
	w.executor.Take()
	eventually(t, 20*time.Second, "the resident's too", func() bool { return w.resident.Rang() == 2 })
	w.resident.Take()
	eventually(t, 20*time.Second, "they hear each other", func() bool { return w.executor.Hears(residentHz) && w.resident.Hears(executorHz) })
	gusev.until(made.ID, "talking", "")
	w.resident.Hangup()
	gusev.until(made.ID, "over", "talked")
	w.neitherSawTheOther()
	w.rowNames(made.ID, "Гусев П. Н.")
}

// neitherSawTheOther: what the phones were told names the centre's number alone.
func (w *town) neitherSawTheOther() {
	w.t.Helper()
	const shown = "Incoming call from:  sip:" + line + "@"
	require.Equal(w.t, 2, strings.Count(w.resident.Out.String(), shown))
	require.Equal(w.t, 2, strings.Count(w.executor.Out.String(), shown))
	require.NotContains(w.t, w.resident.Out.String(), seed.MemberPhone(0, 0)[1:])
	require.NotContains(w.t, w.executor.Out.String(), "79000900001")
}

// rowNames: the company's journal of calls has the talk, by whom it was, and its sound.
func (w *town) rowNames(ticketID int64, name string) {
	w.t.Helper()
	admin := w.login("admin")
	var talk call
	eventually(w.t, 20*time.Second, "the talk is in the journal with its recording", func() bool {
		for _, c := range admin.calls() {
			if c.Purpose == "connection" && c.Outcome == "answered" && c.RecordingID != nil && c.EndedAt != nil {
				talk = c
			}
		}
		return talk.ID != 0
	})
	require.Equal(w.t, ticketID, *talk.TicketID)
	var card struct{ Employee string }
	admin.do(http.MethodGet, fmt.Sprintf("/calls/%d", talk.ID), nil, &card)
	require.Equal(w.t, name, card.Employee)
	left, right := w.recording(talk.Key)
	require.True(w.t, tone.Heard(left, executorHz) && tone.Heard(right, residentHz), "both are recorded, each on his side")
}
