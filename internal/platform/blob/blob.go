// Package blob keeps files that are no rows: uploaded photos and documents. A file is
// there whole or not at all, is named by a key, and never changes.
package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Store keeps files. Dir is the one on a disk; another (S3) has to promise the same.
type Store interface {
	// Put writes a file whole or not at all; when it returns nil the file outlives a
	// power cut. A key is written once.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open reads a file; fs.ErrNotExist when there is none.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete removes a file; of one that is not there: nil.
	Delete(ctx context.Context, key string) error
	// Each names every file that was written before a moment, unfinished ones too.
	Each(ctx context.Context, before time.Time, f func(key string) error) error
}

// NewKey is a key nobody can guess: "2026/11/k3…", by the month of now.
func NewKey(now time.Time) string { return now.Format("2006/01/") + strings.ToLower(rand.Text()) }

// Dir keeps files under a directory, which is made when it is needed.
type Dir string

var _ Store = Dir("")

// path is where a key lies. A key that leads out of the directory is an error of ours.
func (d Dir) path(key string) (string, error) {
	if d == "" {
		return "", errors.New("no directory for files")
	}
	if !filepath.IsLocal(filepath.FromSlash(key)) {
		return "", errors.New("a key leads out of the directory of files: " + key)
	}
	return filepath.Join(string(d), filepath.FromSlash(key)), nil
}

// Put writes beside, calls fsync for the file and its directories, and renames.
func (d Dir) Put(_ context.Context, key string, r io.Reader) (err error) {
	path, err := d.path(key)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	for up := dir; ; up = filepath.Dir(up) { // MkdirAll may have made any of them
		if err := syncDir(up); err != nil {
			return err
		}
		if up == string(d) || up == filepath.Dir(up) {
			return nil
		}
	}
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open reads the file.
func (d Dir) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	path, err := d.path(key)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Delete removes the file.
func (d Dir) Delete(_ context.Context, key string) error {
	path, err := d.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Each walks the directory.
func (d Dir) Each(ctx context.Context, before time.Time, f func(key string) error) error {
	if d == "" {
		return nil
	}
	err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
			return nil // removed meanwhile, or young
		}
		if err != nil {
			return err
		}
		key, err := filepath.Rel(string(d), path)
		if err != nil {
			return err
		}
		return errors.Join(ctx.Err(), f(filepath.ToSlash(key)))
	})
	if errors.Is(err, fs.ErrNotExist) { // nothing was ever put
		return nil
	}
	return err
}
