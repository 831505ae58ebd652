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
var ErrNoPostgres = errors.New(`не найден сервер PostgreSQL (программы postgres и initdb).
Установите его:  apt-get update && apt-get install -y postgresql-15
или укажите каталог его программ в D24_PG_BIN, или готовую базу в D24_DATABASE_URL`)

// Find returns the directory with postgres and initdb: D24_PG_BIN, the newest of
// the usual places, or where pg_ctl is.
func Find() (string, error) {
	if dir := os.Getenv("D24_PG_BIN"); dir != "" {
		if !whole(dir) {
			return "", fmt.Errorf("в D24_PG_BIN=%s нет программ postgres и initdb: укажите каталог bin сервера PostgreSQL", dir)
		}
		return dir, nil
	}
	dirs := installed("/")
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

func whole(dir string) bool {
	for _, p := range []string{"postgres", "initdb"} {
		if st, err := os.Stat(filepath.Join(dir, p)); err != nil || st.IsDir() {
			return false
		}
	}
	return true
}

// installed lists the usual places under root, the newest version first.
func installed(root string) (dirs []string) {
	version := map[string]float64{}
	for _, g := range []string{"usr/lib/postgresql/%s/bin", "usr/pgsql-%s/bin"} {
		found, _ := filepath.Glob(filepath.Join(root, fmt.Sprintf(g, "*")))
		for _, d := range found {
			var v float64
			_, _ = fmt.Sscanf(d, filepath.Join(root, fmt.Sprintf(g, "%g")), &v)
			version[d] = v
			dirs = append(dirs, d)
		}
	}
	sort.SliceStable(dirs, func(i, j int) bool { return version[dirs[i]] > version[dirs[j]] })
	return dirs
}

// account is the user PostgreSQL runs as; nil when we are no root ourselves.
type account struct {
	uid, gid uint32
	name     string
}

// unprivileged finds whom to become, because PostgreSQL refuses to run as root: the
// owner of the cluster that is there, else d24, postgres or nobody.
func unprivileged(dir string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody to become
	}
	if st, err := os.Stat(filepath.Join(dir, "postgres", "cluster")); err == nil {
		if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Uid != 0 {
			return &account{sys.Uid, sys.Gid, strconv.Itoa(int(sys.Uid))}, nil
		}
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
		return &account{uint32(uid), uint32(gid), name}, nil
	}
	return nil, errors.New("программа запущена от root, а PostgreSQL от root не работает: заведите пользователя d24 (useradd --system d24)")
}

func (a *account) attr() *syscall.SysProcAttr {
	if a == nil {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// own gives the account what is root's; what belongs to somebody else is left alone.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	st, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); !ok || sys.Uid != 0 {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// place is where the cluster and its socket are.
type place struct{ data, run string }

// choosePlace puts the cluster into dir/postgres. Where the unprivileged user
// cannot go there (a path under /root), it is put into /var/lib/d24 and a link is
// left, which is followed from then on, also when dir was moved.
func choosePlace(dir string, who *account) (place, error) {
	sum := sha256.Sum256([]byte(dir))
	tag := hex.EncodeToString(sum[:5])
	home := filepath.Join(dir, "postgres")
	far, err := os.Readlink(home)
	switch {
	case err == nil:
		home = far
	case who != nil && !who.reaches(dir):
		if _, err := os.Lstat(home); err == nil {
			return place{}, fmt.Errorf("база лежит в %s, а пользователь %s туда не пройдёт: откройте путь (chmod o+x) или перенесите каталог данных", home, who.name)
		}
		far := filepath.Join("/var/lib/d24", tag)
		if err := os.MkdirAll("/var/lib/d24", 0o755); err != nil { //nolint:gosec // others pass through it
			return place{}, err
		}
		if err := os.Symlink(far, home); err != nil {
			return place{}, err
		}
		home = far
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return place{}, fmt.Errorf("каталог базы: %w", err)
	}
	if err := who.own(home); err != nil {
		return place{}, fmt.Errorf("каталог базы: %w", err)
	}
	run, err := socketDir(tag, who)
	return place{data: filepath.Join(home, "cluster"), run: run}, err
}

// socketDir makes the directory of the socket. Its path is short: a socket's may have 107 bytes.
func socketDir(tag string, who *account) (string, error) {
	var errs []error
	tried := []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"}
	if who != nil { // root: /run is nobody else's
		tried = []string{"/run", "/tmp"}
	}
	for _, parent := range tried {
		dir := filepath.Join(parent, "d24-"+tag)
		if parent == "" || len(dir) > 80 {
			continue
		}
		err := safeDir(dir, who)
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", fmt.Errorf("негде создать сокет базы: %w", errors.Join(errs...))
}

// safeDir makes a directory for us alone. One of somebody else's with that name,
// or a link, is refused: in /tmp anybody may have made it.
func safeDir(dir string, who *account) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	ours := ok && (int(sys.Uid) == os.Geteuid() || who != nil && sys.Uid == who.uid)
	if !st.IsDir() || !ours {
		return fmt.Errorf("%s занят другим пользователем", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return who.own(dir)
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
