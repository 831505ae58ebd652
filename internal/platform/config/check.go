package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check reports every problem at once, each with the name of the setting and what is wanted.
func (c Config) Check() error {
	var errs []error
	bad := func(name, value, want string) {
		errs = append(errs, fmt.Errorf("%s=%q: %s", name, value, want))
	}
	for _, a := range [][2]string{{"D24_LISTEN", c.Listen}, {"D24_WEBRTC", c.WebRTC}, {"D24_PHONE_API", c.Door}} {
		if !hostPort(a[1]) {
			bad(a[0], a[1], "нужен вид ХОСТ:ПОРТ")
		}
	}
	if a, err := netip.ParseAddrPort(c.SIP); err != nil || a.Addr().IsUnspecified() {
		bad("D24_SIP", c.SIP, "нужен IP-адрес с портом, его пишут в заголовки SIP")
	}
	if a, err := netip.ParseAddrPort(c.Phones); c.Phones != "" && (err != nil || a.Addr().IsUnspecified()) {
		bad("D24_DESK_PHONES", c.Phones, "нужен IP-адрес с портом, его пишут в заголовки SIP")
	}
	for _, p := range c.DeskPhonesFrom() {
		if _, err := netip.ParsePrefix(p); err != nil {
			bad("D24_DESK_PHONES_FROM", p, "нужна сеть вида 192.168.10.0/24")
		}
	}
	if _, _, err := c.RTPPorts(); err != nil {
		errs = append(errs, err)
	}
	if !slices.Contains([]string{All, Web, Work, Phone}, c.Role) {
		bad("D24_ROLE", c.Role, "бывает all, web, work, phone")
	}
	if c.Role != All && c.DatabaseURL == "" {
		errs = append(errs, errors.New("для роли web, work или phone нужна D24_DATABASE_URL"))
	}
	for _, a := range [][2]string{{"D24_DATABASE_URL", c.DatabaseURL}, {"D24_DATABASE_OWNER_URL", c.OwnerURL}} {
		if u, err := url.Parse(a[1]); a[1] != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
			bad(a[0], maskURL(a[1]), "нужен вид postgres://логин:пароль@хост:порт/база")
		}
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		bad("D24_PUBLIC_URL", c.PublicURL, "нужен вид https://хост")
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(c.LogLevel)); err != nil {
		bad("D24_LOG_LEVEL", c.LogLevel, "бывает debug, info, warn, error")
	}
	if u, err := url.Parse(c.Away); c.Away != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User == nil || len(strings.Trim(u.Path, "/")) == 0) {
		bad("D24_RECORDINGS_URL", maskURL(c.Away), "нужен вид https://КЛЮЧ:СЕКРЕТ@хост/корзина")
	}
	for _, p := range listed(c.Outbound) {
		if _, err := netip.ParsePrefix(p); err != nil {
			bad("D24_OUTBOUND_ALLOW", p, "нужна сеть вида 10.1.2.0/24")
		}
	}
	for _, r := range []struct {
		name string
		rate int
	}{{"D24_TOKEN_RATE", c.TokenRate}, {"D24_PERSON_RATE", c.PersonRate}, {"D24_ADDRESS_RATE", c.AddressRate}} {
		if r.rate < 0 || r.rate > 1_000_000 {
			bad(r.name, strconv.Itoa(r.rate), "нужно число от 0 до 1000000")
		}
	}
	if c.RecordingPart != 0 && (c.RecordingPart < time.Minute || c.RecordingPart > 24*time.Hour) {
		bad("D24_RECORDING_PART", c.RecordingPart.String(), "нужно от 1m до 24h; 0s: не делить")
	}
	if c.Turns < 0 {
		bad("D24_DATABASE_TURNS", strconv.Itoa(c.Turns), "нужно число от 0")
	}
	if c.Data == "" {
		bad("D24_DATA", c.Data, "нужен каталог")
	}
	if c.Drain < 0 {
		bad("D24_DRAIN", c.Drain.String(), "нужен срок, например 2m")
	}
	if c.Alone < 0 {
		bad("D24_ALONE", c.Alone.String(), "нужен срок, например 2m")
	}
	if c.CPS < 0 {
		bad("D24_TRUNK_CPS", strconv.Itoa(c.CPS), "нужно число от 0")
	}
	if c.Node == "" {
		bad("D24_NODE", c.Node, "нужно имя")
	}
	return errors.Join(errs...)
}

func hostPort(s string) bool {
	_, port, err := net.SplitHostPort(s)
	n, err2 := strconv.ParseUint(port, 10, 16)
	return err == nil && err2 == nil && n > 0
}

// RTPPorts is the range of sound ports, both ends included.
func (c Config) RTPPorts() (lo, hi int, err error) {
	a, b, ok := strings.Cut(c.RTP, "-")
	lo, err1 := strconv.Atoi(a)
	hi, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || lo < 1024 || hi > 65535 || hi-lo < 10 {
		return 0, 0, fmt.Errorf("D24_RTP_PORTS=%q: нужен вид 10000-19999, от 1024 до 65535", c.RTP)
	}
	return lo, hi, nil
}
