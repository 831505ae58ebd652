// Package doctor looks at a whole installation and says in words what is not well
// and what to do: database, ports, trunks, speech, disk, clock, certificate.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/pgembed"
	"d24/internal/serve"
	"d24/voip/speech"
)

// State is how bad a finding is.
type State int

// The states. What is Bad keeps the program from its work, now or soon.
const (
	Good State = iota
	Warn
	Bad
)

// Finding is what one look found.
type Finding struct {
	What  string // "база"
	State State
	Text  string // what is so
	Do    string // what to do; "" when nothing
}

// Examine looks at everything, in the order in which one would mend it.
func Examine(ctx context.Context, c config.Config) (out []Finding) {
	running := isRunning(ctx, c)
	out = append(out, Finding{What: "программа", Text: map[bool]string{true: "работает на " + c.Listen, false: "не запущена"}[running]}, dataDir(c.Data), disk(c.Data))
	if !running {
		out = append(out, ports(c)...)
	}
	out = append(out, database(ctx, c)...)
	out = append(out, storage(ctx, c)...)
	return append(out, voice(ctx), systemClock(), certificate(ctx, c, time.Time{}))
}

// isRunning asks whether a program of these settings answers.
func isRunning(ctx context.Context, c config.Config) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Listen+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

func dataDir(dir string) Finding {
	f := Finding{What: "каталог данных"}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o750)
	}
	if err == nil {
		probe := filepath.Join(dir, ".probe")
		if err = os.WriteFile(probe, []byte("ok"), 0o600); err == nil {
			err = os.Remove(probe)
		}
	}
	if err != nil {
		f.State, f.Text = Bad, fmt.Sprintf("%s не записать: %v", dir, err)
		f.Do = "дайте пользователю программы право писать в этот каталог или укажите другой (--data)"
		return f
	}
	f.Text = dir + " доступен для записи"
	return f
}

// Recordings take 16 kB a second: an hour of one conversation is 58 MB.
const (
	diskBad  = 2 << 30
	diskWarn = 20 << 30
)

func disk(dir string) Finding {
	f := Finding{What: "место на диске"}
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		f.State, f.Text, f.Do = Warn, fmt.Sprintf("не узнать: %v", err), "проверьте каталог данных"
		return f
	}
	return space(f, s.Bavail*uint64(s.Bsize)) //nolint:gosec // a size
}

func space(f Finding, free uint64) Finding {
	f.Text = fmt.Sprintf("свободно %.1f ГБ, это около %d ч разговоров", float64(free)/(1<<30), free/(16000*3600))
	switch {
	case free < diskBad:
		f.State, f.Do = Bad, "освободите место: записи разговоров и база скоро не смогут писать"
	case free < diskWarn:
		f.State, f.Do = Warn, "добавьте место или сократите срок хранения записей"
	}
	return f
}

func ports(c config.Config) (out []Finding) {
	for _, p := range serve.Ports(c) {
		f := Finding{What: p.What, Text: p.Address + " свободен"}
		if err := p.Free(); err != nil {
			f.State, f.Text, f.Do = Bad, err.Error(), "остановите того, кто его занял, или выберите другой адрес (d24 serve --help)"
		}
		out = append(out, f)
	}
	low, high, err := c.RTPPorts()
	f := Finding{What: "порты звука", Text: fmt.Sprintf("%d-%d, разговоров до %d", low, high, (high-low)/2)}
	if err != nil {
		f.State, f.Text, f.Do = Bad, err.Error(), "исправьте D24_RTP_PORTS"
	}
	return append(out, f)
}

func voice(ctx context.Context) Finding {
	f := Finding{What: "голос"}
	e, err := speech.NewEspeak()
	var said []byte
	if err == nil {
		said, err = e.Say(ctx, "Проверка голоса.")
	}
	switch {
	case errors.Is(err, speech.ErrNoVoice):
		f.State, f.Text, f.Do = Bad, "не найден espeak-ng: приветствия и автоинформатор будут молчать", "apt-get install espeak-ng"
	case err != nil:
		f.State, f.Text, f.Do = Bad, err.Error(), "переустановите espeak-ng"
	case len(said) < 8000/2: // half a second
		f.State, f.Text, f.Do = Bad, "espeak-ng отвечает тишиной", "переустановите espeak-ng и его данные (espeak-ng-data)"
	default:
		f.Text = fmt.Sprintf("espeak-ng говорит по-русски (%.1f с)", float64(len(said))/8000)
	}
	return f
}

// clockFar is how far our clock may be from the database's.
const clockFar = 2 * time.Second

func systemClock() Finding {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return clockOf(state, int(t.Status), err)
}

func clockOf(state, status int, err error) Finding {
	f := Finding{What: "часы", Text: "сверяются с сервером времени"}
	switch {
	case err != nil:
		f.State, f.Text, f.Do = Warn, fmt.Sprintf("не узнать, сверяются ли: %v", err), "проверьте службу времени: timedatectl"
	case state == unix.TIME_ERROR || status&unix.STA_UNSYNC != 0:
		f.State, f.Text = Warn, "не сверяются с сервером времени: сроки и обратные отсчёты уйдут"
		f.Do = "включите службу времени: apt-get install systemd-timesyncd (или chrony)"
	}
	return f
}

// Days before its end at which a certificate is spoken of (F81).
const (
	certificateWarn = 30
	certificateBad  = 3
)

// certificate asks the address that people open. at stands for now in tests.
func certificate(ctx context.Context, c config.Config, at time.Time) Finding {
	f := Finding{What: "сертификат"}
	if at.IsZero() {
		at = clock.System{}.Now()
	}
	host, ok := serve.PagesHost(c)
	if !ok {
		f.Text = "страницы открываются по http: на другом компьютере браузер не даст микрофон"
		if c.HTTPS() {
			f.State, f.Text, f.Do = Warn, "страницы открываются по https, но адрес не назван", "задайте D24_PUBLIC_URL=https://…"
		} else if outside(c.Listen) {
			f.State, f.Do = Warn, "поставьте перед программой прокси с https и задайте D24_PUBLIC_URL=https://… (docs/operations.md)"
		}
		return f
	}
	until, err := serve.CertificateEnds(ctx, host)
	if err != nil {
		f.State, f.Text, f.Do = Bad, fmt.Sprintf("%s: %v", host, err), "проверьте прокси с https перед программой и его сертификат"
		return f
	}
	return lasts(f, host, until, at)
}

// lasts tells of a certificate that ends at until, as seen at a moment.
func lasts(f Finding, host string, until, at time.Time) Finding {
	days := int(until.Sub(at).Hours() / 24)
	f.Text = fmt.Sprintf("%s годен до %s, ещё %d дн.", host, until.Format("02.01.2006"), days)
	switch {
	case days <= certificateBad:
		f.State, f.Do = Bad, "обновите сертификат сейчас: после этого дня браузеры не откроют пульт"
	case days <= certificateWarn:
		f.State, f.Do = Warn, "обновите сертификат"
	}
	return f
}

func outside(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// privateDatabase tells about the database that the program brings itself.
func privateDatabase() Finding {
	f := Finding{What: "база"}
	bin, err := pgembed.Find()
	if err != nil {
		f.State, f.Text, f.Do = Bad, "нет сервера PostgreSQL", err.Error()
		return f
	}
	f.Text = "встроенная, программы PostgreSQL в " + bin
	return f
}
