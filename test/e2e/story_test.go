package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"d24/internal/seed"
	"d24/test/foreign"
	"d24/test/softphone"
	"d24/voip/record"
	"d24/voip/tone"
)

// Voices: each has a tone of its own.
const (
	residentHz = 440.0
	operatorHz = 1100.0
	executorHz = 700.0
)

// The first company's number, and a street of its houses as one types it.
const (
	line   = "+73430000101"
	street = "озёр"
)

// town is a program with a provider and phones around it.
type town struct {
	*house
	kamailio *kamailio
	resident *foreign.Baresip
	executor *foreign.Baresip
	caller   *foreign.Baresip // a second resident, of those who have one
}

// newTown: the executor of level 1 for plumbing has a phone that answers at once.
func newTown(t *testing.T, more ...string) *town {
	t.Helper()
	w := planTown(t, more...)
	w.begin()
	w.trunkUp("operator", "Транк X")
	return w
}

// planTown is the town before the program has started.
func planTown(t *testing.T, more ...string) *town { return planTownOf(t, "auto", more...) }

// planTownOf is planTown with an executor who takes his phone "auto" or "manual".
func planTownOf(t *testing.T, executor string, more ...string) *town {
	t.Helper()
	p := newPlace()
	w := &town{executor: foreign.StartBaresip(t, foreign.Account{IP: p.ip(atExecutor), User: seed.MemberPhone(0, 0), Answer: executor, Voice: executorHz}), resident: foreign.StartBaresip(t, foreign.Account{IP: p.ip(atResident), User: "+79000900001", Answer: "manual", Voice: residentHz})}
	w.kamailio = startKamailio(t, p.ip(atX), seed.UserX, seed.PasswordX, line, map[string]string{seed.MemberPhone(0, 0): w.executor.Addr, "+79000900001": w.resident.Addr})
	w.house = planHouse(t, p, append(trunkArgs(w.kamailio.addr, nowhere(t, p.ip(atY))), more...)...)
	return w
}

type figures struct {
	Trunks []struct{ Name, State string }
	Lost   []struct {
		TaskID int64 `json:"task_id"`
		Phone  string
	}
	EngineAlive bool `json:"engine_alive"`
}

func (h *house) trunkUp(login, name string) {
	h.t.Helper()
	p := h.login(login)
	eventually(h.t, 30*time.Second, "the trunk is registered", func() bool {
		var f figures
		if _, err := p.try(http.MethodGet, "/desk/figures", nil, &f); err != nil {
			return false
		}
		for _, t := range f.Trunks {
			if t.Name == name && t.State == "up" {
				return true
			}
		}
		return false
	})
}

func (w *town) call() { w.resident.Dial(fmt.Sprintf("sip:%s@%s", line, w.kamailio.addr)) }

// ticket is a request as the API shows it.
type ticket struct {
	ID         int64
	Number     int64
	Status     string
	Kind       string
	Say        string
	Escalation *struct{ Stage string }
	Tasks      []struct {
		ID      int64
		Purpose string
		State   string
		Result  string
	}
}

// flood makes an emergency ticket at the first house of the first company: «топит».
func (p *person) flood(callKey string) (out ticket) {
	p.h.t.Helper()
	company := p.company("УК «Северный берег»")
	var houses struct {
		Items []struct {
			ID        int64
			CompanyID int64 `json:"company_id"`
		}
	}
	p.do(http.MethodGet, fmt.Sprintf("/buildings/search?q=%s&company_id=%d", url.QueryEscape(street), company), nil, &houses)
	require.NotEmpty(p.h.t, houses.Items)
	var reasons struct {
		Items []struct {
			ID        int64
			Kind      string
			Questions []struct {
				ID       int64
				Type     string
				Required bool
				Options  []string
			}
		}
	}
	p.do(http.MethodGet, fmt.Sprintf("/reasons/search?q=%s&company_id=%d", url.QueryEscape("топит"), company), nil, &reasons)
	require.NotEmpty(p.h.t, reasons.Items)
	r := reasons.Items[0]
	require.Equal(p.h.t, "emergency", r.Kind)
	answers := []map[string]any{}
	for _, q := range r.Questions {
		if q.Required {
			value := "1"
			switch {
			case len(q.Options) > 0:
				value = q.Options[0]
			case q.Type == "yes_no":
				value = "yes"
			}
			answers = append(answers, map[string]any{"id": q.ID, "value": value})
		}
	}
	in := map[string]any{
		"company_id": company, "building_id": houses.Items[0].ID, "unit": "5", "reason_id": r.ID, "answers": answers,
		"description": "Льёт с потолка", "caller_phone": "+79000900001", "idempotency_key": fmt.Sprint("e2e-", time.Now().UnixNano()),
	}
	if callKey != "" {
		in["call_key"] = callKey
	}
	p.do(http.MethodPost, "/tickets", in, &out)
	require.NotZero(p.h.t, out.Number)
	return out
}

func (p *person) company(name string) int64 {
	p.h.t.Helper()
	var me struct {
		Companies []struct {
			ID   int64
			Name string
		}
	}
	p.do(http.MethodGet, "/me", nil, &me)
	for _, c := range me.Companies {
		if c.Name == name {
			return c.ID
		}
	}
	p.h.t.Fatalf("no company %s", name)
	return 0
}

func (p *person) ticket(id int64) (out ticket) {
	p.h.t.Helper()
	p.do(http.MethodGet, fmt.Sprintf("/tickets/%d", id), nil, &out)
	return out
}

// call is a row of the record of calls.
type call struct {
	ID          int64
	Key         string
	Direction   string
	Purpose     string
	Outcome     string
	Phone       string
	IsCut       bool       `json:"is_cut"`
	RecordingID *int64     `json:"recording_id"`
	TicketID    *int64     `json:"ticket_id"`
	EndedAt     *time.Time `json:"ended_at"`
	Disposition string
}

func (p *person) calls() []call {
	p.h.t.Helper()
	var out struct{ Items []call }
	p.do(http.MethodGet, "/calls", nil, &out)
	return out.Items
}

func (p *person) callOf(key string) (out call) {
	p.h.t.Helper()
	for _, c := range p.calls() {
		if c.Key == key {
			return c
		}
	}
	return out
}

// recording returns what is on the call's two channels, from the file on the disk.
func (h *house) recording(key string) (left, right []byte) {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(h.dir, "recordings", "*", "*", "*", key+".wav"))
	require.NoError(h.t, err)
	require.Len(h.t, files, 1)
	left, right, err = record.Channels(files[0])
	require.NoError(h.t, err)
	return left, right
}

// TestEmergencyByForeignPhones is the main job: a resident rings, a request is
// made, the executor's phone rings by itself; each heard the other.
func TestEmergencyByForeignPhones(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	op := w.login("operator")
	desk := op.desk(speech(operatorHz))
	w.call()
	v, err := desk.Call(within(t, 20*time.Second), "ringing")
	require.NoError(t, err)
	require.Equal(t, "+79000900001", v.Phone)
	desk.Do(within(t, time.Second), "answer", v.Key)
	_, err = desk.Call(within(t, 5*time.Second), "talking")
	require.NoError(t, err)
	eventually(t, 20*time.Second, "resident and operator hear each other", func() bool {
		return w.resident.Hears(operatorHz) && tone.Heard(desk.Heard(), residentHz)
	})
	made := op.flood(v.Key)
	require.Contains(t, made.Say, fmt.Sprint(made.Number))
	w.resident.Hangup()
	require.NoError(t, desk.InState(within(t, 10*time.Second), "wrap_up"))
	desk.Send(within(t, time.Second), map[string]any{"type": "wrapped_up"})

	handover := w.handover(desk, made)
	eventually(t, 10*time.Second, "the journal has the calls", func() bool {
		return op.callOf(v.Key).TicketID != nil && op.callOf(handover).EndedAt != nil && op.ticket(made.ID).Status == "accepted"
	})
	left, right := w.recording(v.Key)
	require.True(t, tone.Heard(left, residentHz) && tone.Heard(right, operatorHz), "the resident's call is recorded, each on his side")
	left, right = w.recording(handover)
	require.True(t, tone.Heard(left, executorHz) && tone.Heard(right, operatorHz), "so is the executor's")

	admin := w.login("admin")
	require.Equal(t, "accepted", admin.ticket(made.ID).Status)
	rec := admin.callOf(v.Key).RecordingID
	require.NotNil(t, rec)
	status, err := admin.try(http.MethodGet, fmt.Sprintf("/recordings/%d", *rec), nil, nil)
	require.Equal(t, http.StatusOK, status, "the company plays the recording: %v", err)
}

// handover is the operator's part of it: his phone rings, he takes it, the
// executor's phone answers, he accepts. It returns the call's key.
func (w *town) handover(desk *softphone.Phone, made ticket) string {
	t := w.t
	t.Helper()
	v, err := desk.Call(within(t, 20*time.Second), "ringing")
	require.NoError(t, err)
	require.Equal(t, "task", v.Direction)
	require.Equal(t, made.ID, v.TicketID)
	require.Equal(t, "handover", v.Purpose)
	desk.Do(within(t, time.Second), "answer", v.Key)
	_, err = desk.Call(within(t, 15*time.Second), "talking")
	require.NoError(t, err)
	eventually(t, 20*time.Second, "operator and executor hear each other", func() bool {
		return w.executor.Hears(operatorHz) && tone.Heard(desk.Heard(), executorHz)
	})
	op := w.login("operator")
	op.do(http.MethodPost, fmt.Sprintf("/desk/tasks/%d/result", v.TaskID), map[string]any{"kind": "accepted"}, nil)
	desk.Do(within(t, time.Second), "hangup", v.Key)
	require.NoError(t, desk.InState(within(t, 10*time.Second), "wrap_up"))
	return v.Key
}
