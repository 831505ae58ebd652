package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"d24/internal/app"
	"d24/internal/platform/config"
	"d24/internal/platform/heap"
	"d24/internal/platform/obs"
	"d24/internal/platform/pg"
	"d24/internal/platform/supervise"
	"d24/internal/seed"
	"d24/internal/serve"
	"d24/web"
)

// Where the demo city is: each part has an address of its own.
const (
	cityX    = "127.0.0.11:5060"
	cityY    = "127.0.0.12:5060"
	cityPage = "127.0.0.1:8027"
)

// room is what each process may fill with rubbish before it is collected.
const room = 64 << 20

type serveCmd struct {
	config.Flags
	CityX    string `name:"city-x" help:"адрес SIP показательного оператора связи X" default:"${city_x}" hidden:""`
	CityY    string `name:"city-y" help:"адрес SIP показательного оператора связи Y" default:"${city_y}" hidden:""`
	CityPage string `name:"city-page" help:"адрес страницы показательного города" default:"${city_page}" hidden:""`
	Pace     int    `help:"во сколько раз быстрее идут шаги автоматизации показательных компаний (обучение)" placeholder:"N"`
	NoCity   bool   `name:"no-city" help:"показательные данные без города: операторов связи запускают отдельно" hidden:""`
}

func (s *serveCmd) Run(ctx context.Context) error {
	heap.Keep(room)
	c, err := settings(s.Flags)
	if err != nil {
		return err
	}
	format := obs.JSON
	if c.LogText {
		format = obs.Text
	}
	log := obs.NewLog(c.Level(), format, os.Stderr)
	path, err := os.Executable()
	if err != nil {
		return err
	}
	pages, err := web.Dist()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	o := serve.Options{Log: log, Out: os.Stdout, Path: path, Pages: pages}
	o.Welcome = func() string { return welcome(c, "") }
	if c.Demo {
		x, err := provider(s.CityX)
		if err != nil {
			return err
		}
		y, err := provider(s.CityY)
		if err != nil {
			return err
		}
		o.Seed = func(ctx context.Context, db *pg.DB) error {
			_, err := seed.Demo(ctx, db, seed.Trunks{HostX: x.host, PortX: x.port, HostY: y.host, PortY: y.port})
			if err != nil || s.Pace == 0 {
				return err
			}
			return seed.Pace(ctx, db, s.Pace)
		}
		page := ""
		if !s.NoCity {
			page = s.CityPage
			o.Ports = append(o.Ports, serve.Port{What: "страница города", Network: "tcp", Address: s.CityPage})
			for _, a := range []string{s.CityX, s.CityY} {
				o.Ports = append(o.Ports, serve.Port{What: "оператор связи города", Network: "udp", Address: a}, serve.Port{What: "оператор связи города", Network: "tcp", Address: a})
			}
			o.Children = append(o.Children, supervise.Child{
				Name: "city", Path: path, Args: []string{"city", "--x", s.CityX, "--y", s.CityY, "--listen", s.CityPage, "--voice", filepath.Join(c.Data, "voice")}, Out: os.Stderr, Log: log, Grace: 5 * time.Second,
			})
		}
		o.Welcome = func() string { return welcome(c, page) }
	}
	restart := make(chan os.Signal, 1)
	signal.Notify(restart, restartSignal)
	o.Restart = restart
	if err = serve.Run(ctx, c, o); errors.Is(err, serve.ErrRestart) {
		return fmt.Errorf("перезапуск: %w", syscall.Exec(path, os.Args, os.Environ())) //nolint:gosec // ourselves, or what was installed in our place
	}
	return err
}

// restartSignal asks a program at work to start anew while its calls go on.
const restartSignal = syscall.SIGUSR2

type restartCmd struct {
	Data string `help:"каталог данных" placeholder:"DIR"`
}

// Run tells the program that works on the data directory.
func (r *restartCmd) Run(context.Context) error {
	c, err := settings(config.Flags{Data: r.Data})
	if err != nil {
		return err
	}
	pid := serve.Working(c)
	if pid == 0 {
		return fmt.Errorf("на каталоге %s программа не работает", c.Data)
	}
	if err := syscall.Kill(pid, restartSignal); err != nil {
		return fmt.Errorf("программа %d: %w", pid, err)
	}
	fmt.Println("Программа начинается заново, разговоры продолжаются.")
	return nil
}

// welcome says where everything is and what to try.
func welcome(c config.Config, city string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nДиспетчер24 работает.  Остановить: Ctrl-C.\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "  Пульт и журнал\t%s\n", local(c.Address()))
	if city != "" {
		fmt.Fprintf(w, "  Показательный город\t%s\n", local("http://"+city))
	}
	fmt.Fprintf(w, "  SIP\t%s (UDP и TCP)\n", c.SIP)
	fmt.Fprintf(w, "  Данные\t%s\n", c.Data)
	if c.Demo {
		fmt.Fprintf(w, "\n  Логин\tПароль\tКто\n")
		for _, l := range seed.Logins {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", l.Login, l.Password, l.Who)
		}
	}
	_ = w.Flush()
	if city != "" {
		fmt.Fprintf(&b, `
Попробуйте: войдите на пульт как operator, разрешите микрофон, нажмите «Готов». Откройте страницу города, выберите жителя
и позвоните: на пульте зазвонит. Запишите аварийную заявку, сохраните, и телефон исполнителя зазвонит сам: ответьте за него в городе.
`)
	}
	return b.String()
}

func local(address string) string { return strings.Replace(address, "//127.0.0.1:", "//localhost:", 1) }

type migrateCmd struct{}

func (migrateCmd) Run(ctx context.Context) error {
	c, err := settings(config.Flags{})
	if err != nil {
		return err
	}
	url := c.OwnerURL
	if url == "" {
		url = c.DatabaseURL
	}
	if url == "" {
		return errors.New("укажите D24_DATABASE_OWNER_URL или D24_DATABASE_URL: встроенную базу обновляет сам d24 serve")
	}
	if err := pg.Migrate(ctx, url); err != nil {
		return err
	}
	fmt.Println("Схема базы обновлена.")
	return nil
}

type openapiCmd struct{}

func (openapiCmd) Run() error {
	b, err := app.OpenAPI()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(b)
	return err
}
