package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// Setting is one line of `d24 config`.
type Setting struct{ Name, Value, Help string }

const stars = "***"

// Settings are those in force, secrets masked.
func (c Config) Settings() (out []Setting) {
	each(c, func(f reflect.StructField, v any) {
		s := Setting{Name: f.Tag.Get("env"), Value: fmt.Sprint(v), Help: f.Tag.Get("help")}
		switch {
		case s.Value == "":
		case f.Tag.Get("secret") == "url":
			s.Value = maskURL(s.Value)
		case f.Tag.Get("secret") != "":
			s.Value = stars
		}
		out = append(out, s)
	})
	return out
}

// Masked is what `d24 config` prints: a line NAME=value with its meaning for each setting.
func (c Config) Masked() string {
	var b strings.Builder
	for _, s := range c.Settings() {
		fmt.Fprintf(&b, "%-50s # %s\n", s.Name+"="+s.Value, s.Help)
	}
	return b.String()
}

// String hides the secrets from a careless %v.
func (c Config) String() string { return c.Masked() }

// maskURL hides the password, wherever it is; what is no URL with a host is hidden whole.
func maskURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" {
		return stars
	}
	if u.User != nil {
		if _, has := u.User.Password(); has {
			u.User = url.UserPassword(u.User.Username(), stars)
		}
	}
	q := u.Query()
	for k := range q {
		if strings.Contains(k, "password") {
			q.Set(k, stars)
		}
	}
	u.RawQuery = q.Encode()
	plain, err := url.QueryUnescape(u.String())
	if err != nil {
		return u.String()
	}
	return plain
}
