// Package cluster gives a program under test the private database it would have made
// itself: initdb and migrations are done once in a test program, then their files are copied.
// The start from nothing is looked at by tests of its own (test/e2e/run_test.go, scripts/smoke).
package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
)

// Template is a program's data directory with a migrated database without a city, made when
// it is first asked for.
type Template struct {
	dir  string
	once sync.Once
	err  error
}

// New is a template that will be made in dir, which others may pass through.
func New(dir string) *Template { return &Template{dir: dir} }

func (t *Template) make(ctx context.Context) error {
	// what is lost with the machine is made again: nothing is waited for on the disk
	s, err := pgembed.Start(ctx, pgembed.Config{DataDir: t.dir, Log: slog.New(slog.DiscardHandler), Settings: map[string]string{"fsync": "off"}})
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := pg.Migrate(ctx, s.OwnerURL()); err != nil {
		return err
	}
	return s.EnsureApp(ctx)
}

// Copy gives a data directory that has no database yet a copy of the template's, with its owner.
func (t *Template) Copy(ctx context.Context, to string) error {
	if t.once.Do(func() { t.err = t.make(ctx) }); t.err != nil {
		return t.err
	}
	if err := os.MkdirAll(to, 0o755); err != nil { //nolint:gosec // the database's own user passes through it
		return err
	}
	for _, part := range []string{"postgres", "postgres.secret"} {
		if out, err := exec.CommandContext(ctx, "cp", "-a", filepath.Join(t.dir, part), to).CombinedOutput(); err != nil { //nolint:gosec // our own directories
			return fmt.Errorf("copy the database: %w: %s", err, out)
		}
	}
	return nil
}
