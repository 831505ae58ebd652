package pgembed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
)

// ErrNoPostgres says what to install.
var ErrNoPostgres = errors.New("не найден сервер PostgreSQL: установите его (apt-get install postgresql-15), укажите каталог программ в D24_PG_BIN или готовую базу в D24_DATABASE_URL")

// Find returns the directory with postgres and initdb: D24_PG_BIN, the newest of
// the usual places, or where pg_ctl is.
func Find() (string, error) {
	whole := func(dir string) bool {
		for _, p := range []string{"postgres", "initdb"} {
			if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
				return false
			}
		}
		return true
	}
	if dir := os.Getenv("D24_PG_BIN"); dir != "" {
		if !whole(dir) {
			return "", fmt.Errorf("в D24_PG_BIN=%s нет программ postgres и initdb", dir)
		}
		return dir, nil
	}
	var dirs []string
	for _, g := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		found, _ := filepath.Glob(g)
		dirs = append(dirs, found...)
	}
	sort.Slice(dirs, func(i, j int) bool { return dirs[i] > dirs[j] })
	if p, err := exec.LookPath("pg_ctl"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, d := range dirs {
		if whole(d) {
			return d, nil
		}
	}
	return "", ErrNoPostgres
}

// account is the user PostgreSQL runs as; nil when we are no root ourselves.
type account struct{ uid, gid uint32 }

// unprivileged finds whom to become: PostgreSQL refuses to run as root.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody to become
	}
	for _, name := range []string{"d24", "postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &account{uint32(uid), uint32(gid)}, nil
	}
	return nil, errors.New("программа запущена от root, а PostgreSQL от root не работает: заведите пользователя d24 (useradd --system d24)")
}

func (a *account) attr() *syscall.SysProcAttr {
	if a == nil {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

func (a *account) own(paths ...string) {
	if a == nil {
		return
	}
	for _, p := range paths {
		_ = os.Chown(p, int(a.uid), int(a.gid))
	}
}

// place is where the cluster and its socket are.
type place struct{ data, run string }

// choosePlace puts the cluster into dir/postgres. Where the unprivileged user
// cannot go there (a path under /root), it is put into /var/lib/d24 and a link is
// left. The socket's directory is short: its path may have 107 bytes.
func choosePlace(dir string, who *account) (place, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // secrets in it are 0600
		return place{}, fmt.Errorf("каталог данных: %w", err)
	}
	sum := sha256.Sum256([]byte(dir))
	tag := hex.EncodeToString(sum[:5])
	home := filepath.Join(dir, "postgres")
	if who != nil && !who.reaches(dir) {
		far := filepath.Join("/var/lib/d24", tag)
		if err := os.MkdirAll("/var/lib/d24", 0o755); err != nil { //nolint:gosec // others pass through it
			return place{}, err
		}
		if _, err := os.Lstat(home); err != nil {
			if err := os.Symlink(far, home); err != nil {
				return place{}, err
			}
		}
		home = far
	}
	run := filepath.Join(os.TempDir(), "d24-"+tag)
	for _, d := range []string{home, run} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return place{}, fmt.Errorf("каталог базы: %w", err)
		}
		who.own(d)
	}
	return place{data: filepath.Join(home, "cluster"), run: run}, nil
}

// reaches reports whether the account may pass every directory down to dir.
func (a *account) reaches(dir string) bool {
	for d := dir; ; d = filepath.Dir(d) {
		st, err := os.Stat(d)
		if err != nil {
			return false
		}
		sys, ok := st.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		bit := os.FileMode(0o001)
		switch {
		case sys.Uid == a.uid:
			bit = 0o100
		case sys.Gid == a.gid:
			bit = 0o010
		}
		if st.Mode().Perm()&bit == 0 {
			return false
		}
		if d == "/" {
			return true
		}
	}
}
