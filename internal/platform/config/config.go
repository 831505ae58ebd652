// Package config reads the environment into one struct. Flags of the command
// line win over it. What a company's administrator changes is data, not this.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is everything a process is told from outside.
type Config struct {
	Data        string `env:"D24_DATA" envDefault:"./data" help:"каталог данных: база, записи, голос"`
	Listen      string `env:"D24_LISTEN" envDefault:"127.0.0.1:8024" help:"адрес страниц и API"`
	SIP         string `env:"D24_SIP" envDefault:"127.0.0.1:5062" help:"адрес SIP, UDP и TCP"`
	RTP         string `env:"D24_RTP_PORTS" envDefault:"10000-19999" help:"порты звука телефонов"`
	WebRTC      string `env:"D24_WEBRTC" envDefault:"127.0.0.1:8025" help:"адрес звука браузеров, UDP"`
	Door        string `env:"D24_PHONE_API" envDefault:"127.0.0.1:8026" help:"дверь телефонной части для веб-части"`
	DatabaseURL string `env:"D24_DATABASE_URL" help:"своя база вместо встроенной" secret:"url"`
	OwnerURL    string `env:"D24_DATABASE_OWNER_URL" help:"владелец схемы, для миграций; по умолчанию D24_DATABASE_URL" secret:"url"`
	Role        string `env:"D24_ROLE" envDefault:"all" help:"all, web, work или phone"`
	Node        string `env:"D24_NODE" envDefault:"node-1" help:"имя телефонной части; у каждой своё"`
	LogLevel    string `env:"D24_LOG_LEVEL" envDefault:"info" help:"debug, info, warn, error"`
	Secure      bool   `env:"D24_SECURE" help:"страницы открываются по https"`
}

// Roles a process may have.
const (
	All   = "all"
	Web   = "web"
	Work  = "work"
	Phone = "phone"
)

// FromEnv reads the environment.
func FromEnv() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("настройки: %w", err)
	}
	return c, nil
}

// Check reports every problem at once.
func (c Config) Check() error {
	var errs []error
	for name, v := range map[string]string{"D24_LISTEN": c.Listen, "D24_SIP": c.SIP, "D24_WEBRTC": c.WebRTC, "D24_PHONE_API": c.Door} {
		if _, _, err := net.SplitHostPort(v); err != nil {
			errs = append(errs, fmt.Errorf("%s=%q: нужен вид ХОСТ:ПОРТ", name, v))
		}
	}
	if _, err := netip.ParseAddrPort(c.SIP); err != nil {
		errs = append(errs, fmt.Errorf("D24_SIP=%q: нужен IP-адрес с портом, его пишут в заголовки SIP", c.SIP))
	}
	if _, _, err := c.RTPPorts(); err != nil {
		errs = append(errs, err)
	}
	switch c.Role {
	case All, Web, Work, Phone:
	default:
		errs = append(errs, fmt.Errorf("D24_ROLE=%q: бывает all, web, work, phone", c.Role))
	}
	if c.Role != All && c.DatabaseURL == "" {
		errs = append(errs, errors.New("для роли web, work или phone нужна D24_DATABASE_URL"))
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(c.LogLevel)); err != nil {
		errs = append(errs, fmt.Errorf("D24_LOG_LEVEL=%q: бывает debug, info, warn, error", c.LogLevel))
	}
	return errors.Join(errs...)
}

// Level is the log level; info when it cannot be read.
func (c Config) Level() slog.Level {
	var l slog.Level
	_ = l.UnmarshalText([]byte(c.LogLevel))
	return l
}

// RTPPorts is the range of sound ports.
func (c Config) RTPPorts() (lo, hi int, err error) {
	a, b, ok := strings.Cut(c.RTP, "-")
	lo, err1 := strconv.Atoi(a)
	hi, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || lo < 1024 || hi > 65535 || hi-lo < 10 {
		return 0, 0, fmt.Errorf("D24_RTP_PORTS=%q: нужен вид 10000-19999", c.RTP)
	}
	return lo, hi, nil
}

// Setting is one line of `d24 config`.
type Setting struct{ Name, Value, Help string }

// Settings are those in force, secrets masked.
func (c Config) Settings() (out []Setting) {
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		s := Setting{Name: f.Tag.Get("env"), Value: fmt.Sprint(v.Field(i).Interface()), Help: f.Tag.Get("help")}
		if f.Tag.Get("secret") == "url" {
			s.Value = maskURL(s.Value)
		}
		out = append(out, s)
	}
	return out
}

func maskURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "***"
	}
	if u.User != nil {
		u.User = url.UserPassword(u.User.Username(), "***")
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "***")
		u.RawQuery = q.Encode()
	}
	return u.String()
}
