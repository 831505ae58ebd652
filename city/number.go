package city

import (
	"fmt"
	"strconv"
	"strings"
)

// Normalise brings a number to digits of E.164 without the plus: "+7 (343)
// 000-01-01", "8 343 000-01-01" and "343 000-01-01" are all "73430000101". What
// holds no digit is returned as it is ("anonymous").
func Normalise(number string) string {
	var b strings.Builder
	for _, r := range number {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	switch d := b.String(); {
	case d == "":
		return strings.TrimSpace(number)
	case len(d) == 11 && d[0] == '8' && !strings.HasPrefix(strings.TrimSpace(number), "+"):
		return "7" + d[1:]
	case len(d) == 10 && !strings.HasPrefix(strings.TrimSpace(number), "+"):
		return "7" + d
	default:
		return d
	}
}

// Format is how a provider writes numbers in its packets.
type Format string

// The formats seen in the wild.
const (
	Plus     Format = "plus"     // +73430000101
	Digits   Format = "digits"   // 73430000101
	National Format = "national" // 83430000101
)

func (f Format) write(number string) string {
	switch {
	case number == "" || number[0] < '0' || number[0] > '9':
		return number
	case f == Digits:
		return number
	case f == National && len(number) == 11 && number[0] == '7':
		return "8" + number[1:]
	}
	return "+" + number
}

// Range is a block of numbers, both ends included.
type Range struct{ From, To uint64 }

// ParseRange reads "+79000001000..+79000001999", or one number.
func ParseRange(s string) (Range, error) {
	a, b, two := strings.Cut(s, "..")
	if !two {
		b = a
	}
	from, err := strconv.ParseUint(Normalise(a), 10, 64)
	if err != nil {
		return Range{}, fmt.Errorf("city: range %q: %w", s, err)
	}
	to, err := strconv.ParseUint(Normalise(b), 10, 64)
	if err != nil {
		return Range{}, fmt.Errorf("city: range %q: %w", s, err)
	}
	if to < from {
		return Range{}, fmt.Errorf("city: range %q ends before it begins", s)
	}
	return Range{from, to}, nil
}

// Has reports whether a normalised number is in the range.
func (r Range) Has(number string) bool {
	n, err := strconv.ParseUint(number, 10, 64)
	return err == nil && n >= r.From && n <= r.To
}

// At is the n-th number of the range, counted from 0, round and round.
func (r Range) At(n int) string {
	return strconv.FormatUint(r.From+uint64(n)%(r.To-r.From+1), 10) //nolint:gosec // n is a counter
}

// UnmarshalText reads a range of a city file.
func (r *Range) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRange(string(b))
	return err
}
