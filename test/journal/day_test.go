package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"d24/internal/telephony"
	"d24/voip/wav"
)

// told is what the screens showed.
type told struct {
	Said     string
	Ticket   int64
	Executor string
	Label    string
	Changed  string
	Total    int
	Numbers  []int64
}

// TestTheDayOfAnAdministrator is the journal as a company's administrator uses it: the list,
// a kept list, the form, the card, a mass change, the files, the calls, the summary; what the
// screens say is compared with the database and with what was taken out.
func TestTheDayOfAnAdministrator(t *testing.T) {
	h := openWith(t, 40)
	h.fresh(4)
	call := h.spoken()
	planned := h.count(`select count(*) from tickets where company_id = 1 and kind = 'planned' and address like 'Озёрная%'`)
	files := t.TempDir()
	var day told
	require.NoError(t, json.Unmarshal([]byte(h.drive("day.mjs", files, strconv.FormatInt(call, 10), strconv.FormatInt(planned, 10))), &day))
	t.Run("the request is made, and told with its number", func(t *testing.T) { h.made(t, day) })
	t.Run("the card's deeds are kept", func(t *testing.T) { h.deeds(t, day) })
	t.Run("the mass change reached each once", func(t *testing.T) {
		require.Contains(t, day.Changed, "40")
		require.Equal(t, int64(40), h.count(`select count(*) from tickets where unit = 'бр' and status = 'in_progress'`))
		require.Equal(t, int64(40), h.count(`select count(*) from ticket_events e join tickets t on t.id = e.ticket_id where t.unit = 'бр' and e.text = 'Состояние: в работе'`))
	})
	t.Run("the XLSX is the list", func(t *testing.T) { theList(t, filepath.Join(files, "list.xlsx"), day) })
	t.Run("the register is whole, and drawn", func(t *testing.T) { theRegister(t, filepath.Join(files, "register.pdf"), day) })
	t.Run("the mark is kept, and is a case", func(t *testing.T) {
		require.Equal(t, int64(1), h.count(`select count(*) from call_marks where call_id = $1 and mark = 2 and comment = 'не назвал номер заявки' and status = 'open'`, call))
	})
}

// fresh are n new requests that nobody has taken.
func (h *house) fresh(n int) {
	h.t.Helper()
	h.do(`insert into tickets (company_id, number, kind, status, source, building_id, unit, address, zone, reason_id, reason_version, reason_name, work_type_id, created_at, updated_at, due_at)
		select company_id, 600000 + g, kind, 'new', source, building_id, 'нов', replace(address, 'кв. бр', 'кв. нов'), zone, reason_id, reason_version, reason_name, work_type_id, now(), now(), due_at
		from tickets, generate_series(1, $1::int) g where number = 500001`, n)
}

// spoken is a call of the company with an operator and a recording of a second; its id.
func (h *house) spoken() int64 {
	h.t.Helper()
	const key = "day-1"
	path := filepath.Join("recordings", "day", key+".wav")
	sound := append(wav.Header(2, 16000), make([]byte, 16000)...)
	require.NoError(h.t, os.MkdirAll(filepath.Join(h.data, filepath.Dir(path)), 0o750))
	require.NoError(h.t, os.WriteFile(filepath.Join(h.data, path), sound, 0o600))
	line := h.count(`select id from lines where company_id = 1`)
	operator := h.count(`select min(id) from users where kind = 'operator'`)
	for i, r := range []telephony.Report{
		{Kind: telephony.CallStarted},
		{Kind: telephony.CallAnswered},
		{Kind: telephony.CallQueued},
		{Kind: telephony.CallJoined, Operator: operator},
		{Kind: telephony.CallRecorded, Recording: &telephony.RecordingFact{Path: path, State: "done", DurationMS: 1000, Bytes: int64(len(sound))}},
		{Kind: telephony.CallEnded, Outcome: telephony.Answered},
	} {
		r.CallKey, r.Seq, r.At, r.Node, r.Direction, r.Phone, r.LineID, r.CompanyID, r.CityID = key, i+1, time.Now(), "test", "inbound", "+79000900007", line, 1, 1
		require.NoError(h.t, h.app.Telephony.Report(h.ctx, r))
	}
	return h.count(`select id from calls where key = $1`, key)
}

func (h *house) made(t *testing.T, day told) {
	number := h.count(`select number from tickets where id = $1 and source = 'journal' and unit = '11' and caller_phone = '+79000900044' and description = 'капает с потолка в подъезде'`, day.Ticket)
	require.Contains(t, day.Said, fmt.Sprint(number))
}

func (h *house) deeds(t *testing.T, day told) {
	require.Equal(t, int64(1), h.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'ключ от подвала у консьержа' and not is_for_resident`, day.Ticket))
	require.Equal(t, int64(1), h.count(`select count(*) from ticket_events where ticket_id = $1 and text = 'мастер будет завтра до полудня' and is_for_resident`, day.Ticket))
	require.Equal(t, int64(1), h.count(`select count(*) from tickets t join members m on m.id = t.executor_id where t.id = $1 and m.name = $2`, day.Ticket, day.Executor))
	require.Equal(t, int64(1), h.count(`select count(*) from tickets t join tags g on g.id = any(t.tag_ids) where t.id = $1 and g.name = $2`, day.Ticket, day.Label))
	require.Equal(t, int64(1), h.count(`select count(*) from tickets where id = $1 and status = 'postponed' and postpone_reason = 'ждём прокладку' and postponed_until > now()`, day.Ticket))
}

// theList reads the file back: as many rows as the count said, in the order of the list.
func theList(t *testing.T, path string, day told) {
	book, err := excelize.OpenFile(path)
	require.NoError(t, err)
	defer book.Close() //nolint:errcheck // only read
	rows, err := book.GetRows("Заявки")
	require.NoError(t, err)
	require.Equal(t, 40, day.Total)
	require.Len(t, rows, day.Total+1)
	at := -1
	for i, title := range rows[0] {
		if title == "Номер" {
			at = i
		}
	}
	require.GreaterOrEqual(t, at, 0, rows[0])
	require.GreaterOrEqual(t, len(day.Numbers), 15, "the rows that are drawn")
	for i, n := range day.Numbers {
		require.Equal(t, strconv.FormatInt(n, 10), rows[i+1][at])
	}
	require.Contains(t, strings.Join(rows[1], "|"), "в работе")
}

// theRegister is looked at as text and as pictures: every number once, Cyrillic, pages told.
func theRegister(t *testing.T, path string, day told) {
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", path, "-").Output() //nolint:gosec // our own file
	require.NoError(t, err)
	for _, n := range day.Numbers {
		require.Equal(t, 1, strings.Count(string(text), fmt.Sprintf("№ %d", n)), n)
	}
	require.Contains(t, string(text), fmt.Sprintf("Всего заявок: %d", day.Total))
	require.Contains(t, string(text), "стр. 1 из")
	dir := t.TempDir()
	if look := os.Getenv("D24_LOOK"); look != "" {
		dir = look
	}
	out, err := exec.CommandContext(t.Context(), "pdftoppm", "-png", "-r", "60", path, filepath.Join(dir, "register")).CombinedOutput() //nolint:gosec // our own file
	require.NoError(t, err, string(out))
	pages, err := filepath.Glob(filepath.Join(dir, "register-*.png"))
	require.NoError(t, err)
	require.Len(t, pages, strings.Count(string(text), "стр. "))
	for _, p := range pages {
		info, err := os.Stat(p)
		require.NoError(t, err)
		require.Greater(t, info.Size(), int64(5000), "an empty page: %s", p)
	}
}
