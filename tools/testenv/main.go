// Command testenv runs a command beside a throw-away PostgreSQL whose address is
// in D24_TEST_POSTGRES, and stops it afterwards:
//
//	go run ./tools/testenv go test ./...
//
// After -memory the database lies in memory where there is room: tests make and drop
// hundreds of databases of a thousand files each.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"d24/internal/platform/pgembed"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	parent, settings := "", map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400",
	}
	if len(args) > 0 && args[0] == "-memory" {
		args = args[1:]
		if room(memoryDir) {
			parent, settings["max_wal_size"], settings["shared_buffers"] = memoryDir, "512MB", "512MB"
		}
	}
	if len(args) == 0 {
		return 2, errors.New("which command?")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp(parent, "d24-test")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // the database's own user passes through it
		return 1, err
	}
	port, err := freePort()
	if err != nil {
		return 1, err
	}
	s, err := pgembed.Start(ctx, pgembed.Config{DataDir: dir, Port: port, Log: slog.New(slog.DiscardHandler), Settings: settings})
	if err != nil {
		return 1, err
	}
	defer s.Stop()
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.Env = append(os.Environ(), "D24_TEST_POSTGRES="+s.TCPURL())
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := c.Run(); errors.As(err, &exit) {
		return exit.ExitCode(), nil
	} else if err != nil {
		return 1, err
	}
	return 0, nil
}

// memoryDir is a file system in memory.
const memoryDir = "/dev/shm"

// room says whether dir takes a few gigabytes, and this machine or its container has
// them and as many again for the tests.
func room(dir string) bool {
	const gb = 1 << 30
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil || s.Bavail*uint64(s.Bsize) < 3*gb { //nolint:gosec // a block's size is no negative number
		return false
	}
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(b), "MemAvailable:")
	var kb int64
	if _, err := fmt.Sscan(after, &kb); err != nil || kb<<10 < 8*gb {
		return false
	}
	b, err = os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return true // no container
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return err != nil || limit >= 8*gb // or no limit: "max"
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close() //nolint:errcheck // only asked for a number
	return l.Addr().(*net.TCPAddr).Port, nil
}
