package pgembed

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Running finds the private server that another program of ours runs on the data
// directory: its programs' address, as AppURL. false when none runs there, or its
// files are not ours to read.
func Running(dataDir string) (appURL string, ok bool) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", false
	}
	pid, err := os.ReadFile(filepath.Join(dir, "postgres", "cluster", "postmaster.pid"))
	if err != nil {
		return "", false
	}
	secret, err := os.ReadFile(filepath.Join(dir, secretFile))
	if err != nil {
		return "", false
	}
	lines := strings.Split(string(pid), "\n") // process, directory, start, port, socket's directory, …, state
	if len(lines) < 8 || strings.TrimSpace(lines[7]) != "ready" {
		return "", false
	}
	port, err := strconv.Atoi(lines[3])
	if err != nil {
		return "", false
	}
	s := &Server{cfg: Config{Port: port}, secret: strings.TrimSpace(string(secret)), place: place{run: lines[4]}}
	return s.AppURL(), true
}
