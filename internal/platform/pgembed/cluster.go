package pgembed

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// prepare makes the cluster in a directory beside and renames it: a half-made
// one is never taken for a good one.
func (s *Server) prepare(ctx context.Context) error {
	version, err := os.ReadFile(filepath.Join(s.place.data, "PG_VERSION"))
	switch {
	case err == nil:
		if err := s.sameMajor(ctx, strings.TrimSpace(string(version))); err != nil {
			return err
		}
		return s.knowSecret(ctx)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("база в %s принадлежит другому пользователю: запускайте программу от него или от root: %w", s.place.data, err)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if st, err := os.Stat(s.place.data); err == nil && st.IsDir() {
		return fmt.Errorf("в %s что-то есть, но это не база PostgreSQL: уберите или верните файлы", s.place.data)
	}
	if s.secret, err = writeSecret(s.cfg.DataDir); err != nil {
		return err
	}
	return s.initdb(ctx)
}

func (s *Server) initdb(ctx context.Context) error {
	fresh := s.place.data + ".init"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	pw := filepath.Join(s.place.run, "pw")
	if err := os.WriteFile(pw, []byte(s.password(Owner)+"\n"), 0o600); err != nil {
		return err
	}
	defer os.Remove(pw) //nolint:errcheck // in our own directory, which Stop removes
	if err := s.who.own(pw); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "-D", fresh, "-U", Owner, "--pwfile="+pw, //nolint:gosec // the program found
		"--auth-local=scram-sha-256", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions")
	c.SysProcAttr, c.Env, c.Dir = s.who.attr(), s.env(), s.place.run
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("создать базу (initdb): %w: %s", err, out)
	}
	return os.Rename(fresh, s.place.data)
}

func (s *Server) sameMajor(ctx context.Context, have string) error {
	out, err := exec.CommandContext(ctx, filepath.Join(s.bin, "postgres"), "-V").Output() //nolint:gosec // the program found
	if err != nil {
		return fmt.Errorf("postgres -V: %w", err)
	}
	words := strings.Fields(string(out)) // postgres (PostgreSQL) 15.14 (Debian …)
	if len(words) < 3 {
		return fmt.Errorf("postgres -V says %q", out)
	}
	if major, _, _ := strings.Cut(words[2], "."); major != have {
		return fmt.Errorf("база в %s сделана PostgreSQL %s, а на машине %s: установите postgresql-%s (apt-get install postgresql-%s) или перенесите базу через pg_dump",
			s.place.data, have, words[2], have, have)
	}
	return nil
}

const secretFile = "postgres.secret"

// password of a login. The program's own is derived, so whoever has it has not the superuser's.
func (s *Server) password(user string) string {
	if user == Owner {
		return s.secret
	}
	sum := sha256.Sum256([]byte(user + ":" + s.secret))
	return hex.EncodeToString(sum[:24])
}

// knowSecret reads the superuser's password, or sets a new one when the file is
// lost: the cluster is ours, its files are the proof.
func (s *Server) knowSecret(ctx context.Context) error {
	b, err := os.ReadFile(filepath.Join(s.cfg.DataDir, secretFile))
	if s.secret = strings.TrimSpace(string(b)); err == nil && len(s.secret) == 48 {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("пароль базы: %w", err)
	}
	s.cfg.Log.Warn("the password of the private database was lost, setting a new one")
	if err := s.freeCluster(ctx); err != nil {
		return err
	}
	if s.secret, err = writeSecret(s.cfg.DataDir); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, filepath.Join(s.bin, "postgres"), "--single", "-D", s.place.data, "postgres") //nolint:gosec // the program found
	c.SysProcAttr, c.Env, c.Dir = s.who.attr(), s.env(), s.place.run
	c.Stdin = strings.NewReader("alter role " + Owner + " password '" + s.secret + "'\n")
	if out, err := c.CombinedOutput(); err != nil {
		_ = os.Remove(filepath.Join(s.cfg.DataDir, secretFile)) // try again at the next start
		return fmt.Errorf("сменить пароль базы: %w: %s", err, out)
	}
	return nil
}

// writeSecret makes a password of 48 hexadecimal digits in a file that only we read.
func writeSecret(dir string) (string, error) {
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	v := hex.EncodeToString(raw)
	path := filepath.Join(dir, secretFile)
	if err := os.WriteFile(path+".new", []byte(v+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("не записать пароль базы: %w", err)
	}
	return v, os.Rename(path+".new", path)
}

func (s *Server) env() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TZ=UTC", "HOME=" + s.place.run}
}
