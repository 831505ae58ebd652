package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/platform/config"
	"d24/internal/platform/pgembed"
	"d24/internal/serve"
	"d24/voip/speech"
)

// address is a provider's host and port.
type address struct {
	host string
	port int
}

func provider(s string) (address, error) {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return address{}, fmt.Errorf("адрес %q: нужен вид IP:ПОРТ", s)
	}
	return address{a.Addr().String(), int(a.Port())}, nil
}

type configCmd struct{ config.Flags }

func (f *configCmd) Run() error {
	c, err := settings(f.Flags)
	for _, s := range c.Settings() {
		fmt.Printf("%-28s %-32s %s\n", s.Name, s.Value, s.Help)
	}
	return err
}

type doctorCmd struct{ config.Flags }

// Run looks at everything and reports all of it; what is missing fails the command.
func (f *doctorCmd) Run(ctx context.Context) error {
	c, err := settings(f.Flags)
	d := &doctor{}
	d.say("настройки", err, "читаются")
	d.database(ctx, c)
	d.ports(c)
	_, err = speech.NewEspeak()
	d.say("голос", err, "espeak-ng найден")
	d.data(c.Data)
	if d.bad > 0 {
		return fmt.Errorf("не в порядке: %d", d.bad)
	}
	return nil
}

type doctor struct{ bad int }

func (d *doctor) say(what string, err error, good string) {
	if err != nil {
		d.bad++
		fmt.Printf("✗ %-22s %v\n", what, err)
		return
	}
	fmt.Printf("✓ %-22s %s\n", what, good)
}

func (d *doctor) database(ctx context.Context, c config.Config) {
	if c.DatabaseURL == "" {
		bin, err := pgembed.Find()
		d.say("база", err, "встроенная, программы PostgreSQL в "+bin)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.DatabaseURL)
	if err != nil {
		d.say("база", fmt.Errorf("не отвечает: %w", err), "")
		return
	}
	defer conn.Close(ctx) //nolint:errcheck // only asked
	var version string
	var super bool
	err = conn.QueryRow(ctx, "select current_setting('server_version'), (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)").Scan(&version, &super)
	if err == nil && super {
		err = errors.New("вход обходит построчную защиту (superuser или BYPASSRLS): дайте программе обычный логин")
	}
	d.say("база", err, "отвечает, PostgreSQL "+version)
	var tables int
	err = conn.QueryRow(ctx, "select count(*) from information_schema.tables where table_schema = 'public' and table_name in ('tickets', 'calls', 'call_orders')").Scan(&tables)
	if err == nil && tables < 3 {
		err = errors.New("схемы нет: выполните d24 migrate")
	}
	d.say("схема", err, "на месте")
}

// ports tries to listen where we would.
func (d *doctor) ports(c config.Config) {
	for _, p := range serve.Ports(c) {
		err := p.Free()
		if err != nil {
			err = fmt.Errorf("%w (если программа уже работает, так и должно быть)", err)
		}
		d.say(p.What, err, p.Address+" свободен")
	}
	low, high, err := c.RTPPorts()
	d.say("порты звука", err, fmt.Sprintf("%d-%d, разговоров до %d", low, high, (high-low)/2))
}

func (d *doctor) data(dir string) {
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
	d.say("каталог данных", err, dir+" доступен для записи")
}
