package secret

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// head of the file, for who finds it.
const head = `# Ключи, которыми закрыты секреты в базе Диспетчера24 (вторые факторы, пароли транков).
# Первая строка закрывает, остальные открывают закрытое раньше. Храните копию отдельно от копии базы.
`

// ErrOpen says that others may read the file of keys.
var ErrOpen = errors.New("файл ключей открыт другим пользователям")

// Load reads a file of keys: a line each, the sealing one first, «id key», hexadecimal and
// base64. fs.ErrNotExist when there is none; ErrOpen when others may read it.
func Load(path string) (*Ring, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s, права %#o", ErrOpen, path, info.Mode().Perm())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &Ring{}
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		a, c, _ := strings.Cut(line, " ")
		id, err1 := hex.DecodeString(a)
		text, err2 := base64.StdEncoding.DecodeString(strings.TrimSpace(c))
		k, err3 := newKey(id, text)
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, fmt.Errorf("файл ключей %s, строка %d не читается", path, n) // the line itself is not for logs
		}
		r.keys = append(r.keys, k)
	}
	if len(r.keys) == 0 {
		return nil, fmt.Errorf("файл ключей %s пуст", path)
	}
	return r, lines.Err()
}

// Create writes a new file with one new key, and refuses to touch one that is there:
// fs.ErrExist.
func Create(path string) (*Ring, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fs.ErrExist
	}
	r, err := Generate()
	if err != nil {
		return nil, err
	}
	err = r.keep(path, os.Link) // a link does not replace a file that came meanwhile
	return r, err
}

// Rotate puts a new key on top of the file.
func Rotate(path string) (*Ring, error) {
	r, err := Load(path)
	if err != nil {
		return nil, err
	}
	if r, err = r.Rotated(); err != nil {
		return nil, err
	}
	err = r.keep(path, os.Rename)
	return r, err
}

// keep writes the file whole: a power cut leaves the old one or the new one.
func (r *Ring) keep(path string, put func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone when it was renamed
	var b strings.Builder
	b.WriteString(head)
	for _, k := range r.keys {
		fmt.Fprintf(&b, "%s %s\n", hex.EncodeToString(k.id[:]), base64.StdEncoding.EncodeToString(k.text))
	}
	_, err = f.WriteString(b.String())
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := put(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
