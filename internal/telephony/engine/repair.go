package engine

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"d24/voip/record"
)

// repairRecordings gives files that a crash cut their true length.
func (e *Engine) repairRecordings() {
	root := filepath.Join(e.cfg.Data, "recordings")
	since := time.Now().Add(-48 * time.Hour)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".wav" {
			return err
		}
		if st, err := d.Info(); err != nil || st.ModTime().Before(since) {
			return err
		}
		if _, err := record.Repair(path); err != nil && !errors.Is(err, record.ErrNotOurs) {
			e.log.Warn("a recording cannot be repaired", "path", path, "err", err)
		}
		return nil
	})
	if err != nil {
		e.log.Warn("recordings cannot be looked through", "err", err)
	}
}
