package sip

import (
	"maps"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// parsers are the library's, but From and To may have spaces around ";" and "="
// (RFC 3261, 25.1): it would take "tag " for another parameter, and an INVITE
// inside a call for a new one.
func parsers() map[string]sip.HeaderParser {
	m := maps.Clone(sip.DefaultHeadersParser())
	for _, name := range []string{"from", "f", "to", "t"} {
		theirs := m[name]
		m[name] = func(header []byte, value string) (sip.Header, error) { return theirs(header, squeeze(value)) }
	}
	return m
}

// squeeze drops the spaces around ";" and "=" outside of quotes and brackets.
func squeeze(s string) string {
	if !strings.ContainsAny(s, " \t") {
		return s
	}
	out := make([]byte, 0, len(s))
	quoted, angle, escaped := false, false, false
	for i := range len(s) {
		c := s[i]
		free := !quoted && !angle
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"' && !angle:
			quoted = !quoted
		case free && c == '<':
			angle = true
		case angle && c == '>':
			angle = false
		}
		switch last := len(out) - 1; {
		case free && (c == ' ' || c == '\t') && last >= 0 && (out[last] == ';' || out[last] == '='):
			continue
		case free && (c == ';' || c == '='):
			out = []byte(strings.TrimRight(string(out), " \t"))
		}
		out = append(out, c)
	}
	return string(out)
}
