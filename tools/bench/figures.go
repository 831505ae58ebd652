// Package bench measures: it drives sipp, reads the CPU of a process out of /proc,
// and prints figures as «name value unit» lines. It is of no use to the product.
package bench

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Figures are what a benchmark has measured; each may be measured several times.
type Figures struct {
	names  []string
	units  map[string]string
	values map[string][]float64
}

// NewFigures has none.
func NewFigures() *Figures {
	return &Figures{units: map[string]string{}, values: map[string][]float64{}}
}

// Add keeps one more value of a figure.
func (f *Figures) Add(name string, value float64, unit string) {
	if _, known := f.units[name]; !known {
		f.names = append(f.names, name)
		f.units[name] = unit
	}
	f.values[name] = append(f.values[name], value)
}

// Print writes one line a figure: its median.
func (f *Figures) Print(w io.Writer) {
	for _, n := range f.names {
		fmt.Fprintf(w, "%s %s %s\n", n, strconv.FormatFloat(Median(f.values[n]), 'f', digits(Median(f.values[n])), 64), f.units[n])
	}
}

// digits keeps three that mean something.
func digits(v float64) int {
	switch {
	case v == float64(int64(v)):
		return 0
	case v < 0.1:
		return 4
	case v < 1:
		return 3
	case v < 100:
		return 1
	}
	return 0
}

// Median of values; 0 of none.
func Median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	switch n := len(s); {
	case n == 0:
		return 0
	case n%2 == 1:
		return s[n/2]
	default:
		return (s[n/2-1] + s[n/2]) / 2
	}
}

// Percentile is the value below which the share p of the values lies, by the
// nearest rank; 0 of none.
func Percentile(v []float64, p float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(v))
	return s[min(len(s)-1, int(p*float64(len(s)-1)+.5))]
}
