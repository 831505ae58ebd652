package announcementapi

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"d24/internal/fault"
)

// phrases keeps recorded announcements as files, where the phone engine reads them.
type phrases struct{ dir string }

// keep writes a whole file or none, and returns its key.
func (p phrases) keep(wav []byte) (key string, err error) {
	if err := os.MkdirAll(p.dir, 0o750); err != nil {
		return "", err
	}
	key = "said-" + strings.ToLower(rand.Text()[:16]) + ".wav"
	tmp := p.path(key) + ".new"
	if err := os.WriteFile(tmp, wav, 0o640); err != nil { //nolint:gosec // not a secret
		return "", errors.Join(err, os.Remove(tmp))
	}
	return key, os.Rename(tmp, p.path(key))
}

func (p phrases) path(key string) string { return filepath.Join(p.dir, filepath.Base(key)) }

// drop removes phrases that nothing says any more.
func (p phrases) drop(keys ...string) {
	for _, key := range keys {
		if key != "" {
			_ = os.Remove(p.path(key)) // what is left over does no harm
		}
	}
}

// read returns the file; fault.NotFound "announcement.no_file" when it is not on this disk.
func (p phrases) read(key string) ([]byte, error) {
	b, err := os.ReadFile(p.path(key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "announcement.no_file", "Файла этой фразы нет на диске: пока звучит текст.")
	}
	return b, err
}

// lost reports whether a phrase is not on this disk.
func (p phrases) lost(key string) bool {
	_, err := os.Stat(p.path(key))
	return key != "" && err != nil
}
