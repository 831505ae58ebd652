package companyapi

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"d24/internal/fault"
)

// phrases keeps recorded announcements as files, where the phone engine reads them.
type phrases struct{ dir string }

// keep writes a whole file or none, and returns its key.
func (p phrases) keep(line int64, wav []byte) (key string, err error) {
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		return "", err
	}
	key = fmt.Sprintf("line-%d-%s.wav", line, strings.ToLower(rand.Text()[:12]))
	tmp := p.path(key) + ".new"
	if err := os.WriteFile(tmp, wav, 0o640); err != nil { //nolint:gosec // not a secret
		return "", errors.Join(err, os.Remove(tmp))
	}
	return key, os.Rename(tmp, p.path(key))
}

func (p phrases) path(key string) string { return filepath.Join(p.dir, filepath.Base(key)) }

// drop removes a phrase that no line says any more.
func (p phrases) drop(key string) {
	if key != "" {
		_ = os.Remove(p.path(key)) // what is left over does no harm
	}
}

// read returns the file; fault.NotFound "line.no_file" when it is not on this disk.
func (p phrases) read(key string) ([]byte, error) {
	b, err := os.ReadFile(p.path(key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "line.no_file", "Файла этого приветствия нет на диске: пока звучит текст.")
	}
	return b, err
}

// length of a phrase; 0 when it is not on this disk.
func (c Config) length(key string) time.Duration {
	b, err := phrases{c.Dir}.read(key)
	if err != nil {
		return 0
	}
	d, err := c.Length(b)
	if err != nil {
		return 0
	}
	return d
}
