package doctor

import (
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/platform/pg/pgtest"
	"d24/internal/telephony"
)

func byName(t *testing.T, all []Finding) map[string]Finding {
	t.Helper()
	out := map[string]Finding{}
	for _, f := range all {
		require.NotContains(t, out, f.What)
		if f.State != Good {
			require.NotEmpty(t, f.Do, "%s: %s, and what to do?", f.What, f.Text)
		}
		out[f.What] = f
	}
	return out
}

// TestAWholeExamination: on this machine, before the program was ever started.
func TestAWholeExamination(t *testing.T) {
	t.Parallel()
	c, err := config.FromEnv()
	require.NoError(t, err)
	c.DatabaseURL, c.Data = "", filepath.Join(t.TempDir(), "data")
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	c.Listen = busy.Addr().String()
	c.SIP, c.WebRTC, c.Door = "127.0.41.1:0", "127.0.41.1:0", "127.0.41.1:0"
	go func() { // it answers, but not as we do
		for {
			conn, err := busy.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	found := byName(t, Examine(t.Context(), c))
	require.Equal(t, "не запущена", found["программа"].Text)
	require.Equal(t, Good, found["база"].State, found["база"].Text)
	require.Equal(t, Good, found["голос"].State, found["голос"].Text)
	require.Equal(t, Good, found["каталог данных"].State)
	require.Contains(t, found["место на диске"].Text, "ГБ")
	require.Equal(t, Bad, found["страницы"].State, "its address is taken: %v", found)
}

func TestADatabaseIsExamined(t *testing.T) {
	t.Parallel()
	name := pgtest.Database(t)
	c := config.Config{Store: config.Store{DatabaseURL: pgtest.URL(name)}}
	found := byName(t, database(t.Context(), c))
	require.Equal(t, Bad, found["база"].State, "the test's login is a superuser: the fence would not hold")
	require.Contains(t, found["база"].Text, "обходит")
	require.Equal(t, Good, found["схема"].State, found["схема"].Text)
	require.Equal(t, Good, found["часы базы"].State)
	require.Equal(t, Warn, found["транки"].State, "no engine beats")

	owner, err := pgx.Connect(t.Context(), pgtest.URL(name))
	require.NoError(t, err)
	defer owner.Close(t.Context())
	newest, err := pg.Newest()
	require.NoError(t, err)
	_, err = owner.Exec(t.Context(), `delete from goose_db_version where version_id = $1`, newest)
	require.NoError(t, err)
	require.Equal(t, "выполните d24 migrate", schema(t.Context(), owner).Do, "an old schema")
	_, err = owner.Exec(t.Context(), `drop table goose_db_version`)
	require.NoError(t, err)
	require.Equal(t, Bad, schema(t.Context(), owner).State)

	c.DatabaseURL = "postgres://nobody@127.0.0.1:1/none"
	found = byName(t, database(t.Context(), c))
	require.Equal(t, Bad, found["база"].State)
}

func TestTrunks(t *testing.T) {
	t.Parallel()
	trunk := func(name, state string) telephony.FloorTrunk {
		return telephony.FloorTrunk{Name: name, State: state, Text: "нет ответа"}
	}
	for want, c := range map[string][]telephony.FloorTrunk{
		"ни одного не заведено: звонить некому": nil,
		"работают 2 из 2":                  {trunk("X", "up"), trunk("Y", "up")},
		"работают 1 из 2; «Y»: нет ответа": {trunk("X", "up"), trunk("Y", "down")},
		"работают 0 из 1; «X»: нет ответа": {trunk("X", "down")},
	} {
		f := lines(Finding{}, []telephony.Floor{{Trunks: c}})
		require.Equal(t, want, f.Text)
		require.Equal(t, len(c) == 2 && c[1].State == "up", f.State == Good)
	}
}

func TestClocksAndSpace(t *testing.T) {
	t.Parallel()
	require.Equal(t, Good, clockOf(unix.TIME_OK, 0, nil).State)
	require.Equal(t, Warn, clockOf(unix.TIME_ERROR, 0, nil).State)
	require.Equal(t, Warn, clockOf(unix.TIME_OK, unix.STA_UNSYNC, nil).State)
	require.Equal(t, Warn, clockOf(0, 0, os.ErrPermission).State)
	require.Equal(t, Good, apart(-time.Second).State)
	require.Equal(t, Bad, apart(-3*time.Second).State)
	require.Equal(t, Bad, space(Finding{}, 1<<30).State)
	require.Equal(t, Warn, space(Finding{}, 10<<30).State)
	require.Equal(t, Good, space(Finding{}, 30<<30).State)
	require.Contains(t, space(Finding{}, 30<<30).Text, "559 ч")
}

// TestCertificates: the server's own certificate is not trusted here, which is a
// finding; how long one lasts is told by its last day.
func TestCertificates(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	c := config.Config{Pages: config.Pages{PublicURL: s.URL, Listen: "127.0.0.1:8024"}}
	f := certificate(t.Context(), c, time.Now())
	require.Equal(t, Bad, f.State)
	require.NotEmpty(t, f.Do)
	end := time.Date(2026, 12, 26, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]State{90: Good, 30: Warn, 14: Warn, 3: Bad, 0: Bad, -2: Bad} {
		require.Equal(t, want, lasts(Finding{}, "d24.example", end, end.AddDate(0, 0, -days)).State, "%d days", days)
	}
	c.PublicURL = ""
	require.Equal(t, Good, certificate(t.Context(), c, time.Now()).State, "this machine only")
	c.Listen = "0.0.0.0:8024"
	require.Equal(t, Warn, certificate(t.Context(), c, time.Now()).State, "a microphone needs https")
	c.Secure = true
	require.Equal(t, Warn, certificate(t.Context(), c, time.Now()).State)
}
