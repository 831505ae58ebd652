package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of CPU time in /proc, the same on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// Process is one whose work is measured.
type Process int

// CPU is what the process has used so far, user and system.
func (p Process) CPU() (time.Duration, error) {
	_, own, _, err := p.stat()
	return own, err
}

// FamilyCPU is what the process and those it started have used so far, the ended ones too.
func (p Process) FamilyCPU() (sum time.Duration, err error) {
	_, own, ended, err := p.stat()
	if err != nil {
		return 0, err
	}
	sum = own + ended
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, s := range stats {
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(s)))
		if parent, own, ended, err := Process(id).stat(); err == nil && parent == p { // one that has ended meanwhile is among those of p
			sum += own + ended
		}
	}
	return sum, err
}

// stat reads who started the process, and what it and its ended children have used.
func (p Process) stat() (parent Process, own, ended time.Duration, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
	if err != nil {
		return 0, 0, 0, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])) // the name before may hold spaces
	if len(f) < 15 {
		return 0, 0, 0, errors.New("/proc/…/stat is not readable")
	}
	n := make([]int64, 15)
	for _, i := range []int{1, 11, 12, 13, 14} {
		v, e := strconv.ParseInt(f[i], 10, 64)
		n[i], err = v, errors.Join(err, e)
	}
	return Process(n[1]), time.Duration(n[11]+n[12]) * tick, time.Duration(n[13]+n[14]) * tick, err
}

// ForgetPeak makes Peak start anew, where the kernel allows it.
func (p Process) ForgetPeak() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p), []byte("5"), 0)
}

// Peak is the most memory the process has had, in megabytes.
func (p Process) Peak() float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(v)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// Environ is a variable of the process's environment.
func (p Process) Environ(name string) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p))
	if err != nil {
		return ""
	}
	for v := range strings.SplitSeq(string(b), "\x00") {
		if v, ok := strings.CutPrefix(v, name+"="); ok {
			return v
		}
	}
	return ""
}

// find is the process with these variables in its environment.
func find(variables map[string]string) (Process, bool) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		n, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		p, found := Process(n), true
		for k, v := range variables {
			found = found && p.Environ(k) == v
		}
		if found {
			return p, true
		}
	}
	return 0, false
}

// Machine says on what it is measured: model, cores, kernel, load.
func Machine() string {
	model := "unknown processor"
	b, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.Lines(string(b)) {
		if _, v, ok := strings.Cut(l, "model name"); ok {
			model = strings.Trim(v, "\t :\n")
			break
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return fmt.Sprintf("%s, %d cores, Linux %s, %s, load %.1f", model, runtime.NumCPU(), strings.TrimSpace(string(kernel)), runtime.Version(), Busy())
}

// Busy is how many processes wanted to run in the last minute, on average.
func Busy() float64 {
	b, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(b), " ")
	v, _ := strconv.ParseFloat(one, 64)
	return v
}

// MoreFiles lets this process and its children open as many files as are allowed.
func MoreFiles() {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) == nil {
		l.Cur = l.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
	}
}
