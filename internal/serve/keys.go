package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

const sealEvery = 10 * time.Minute

// keys reads the keys that secrets in the database are sealed by. Role all makes the file
// when there is none; other roles must be given the same one, and without it leave new
// secrets in the clear, which `d24 doctor` tells. Without a key that is in use nothing
// starts: half of the people would not come in, half of the trunks would be dead.
func keys(ctx context.Context, c config.Config, db *pg.DB, log *slog.Logger) (*secret.Ring, error) {
	used, err := app.SealedBy(ctx, db)
	if err != nil && c.Role == config.Phone { // an engine starts without its database too
		log.WarnContext(ctx, "which keys are in use is not known", "err", err)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	path := c.KeysFile()
	r, err := secret.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(used) > 0:
		return nil, fmt.Errorf("секреты в базе закрыты ключами %s, а файла ключей %s нет: верните его из копии (docs/operations.md, «Keys»)", strings.Join(used, ", "), path)
	case errors.Is(err, fs.ErrNotExist) && c.Role == config.All:
		if r, err = secret.Create(path); errors.Is(err, fs.ErrExist) { // somebody started at the same moment
			return secret.Load(path)
		}
		if err == nil {
			log.InfoContext(ctx, "a key for the secrets in the database was made: keep a copy of its file apart from the database's", "file", path)
		}
	case errors.Is(err, fs.ErrNotExist):
		log.ErrorContext(ctx, "there is no file of keys: new secrets lie in the database in the clear", "file", path)
		return nil, nil //nolint:nilnil // a ring without keys
	}
	if err != nil {
		return nil, err
	}
	for _, id := range used {
		if !slices.Contains(r.IDs(), id) {
			log.ErrorContext(ctx, "some secrets are sealed by a key that is not in the file", "key", id, "file", path)
		}
	}
	return r, nil
}

// sealing seals what is not sealed yet until ctx ends: after an upgrade, after a change of
// keys, and when the day is over for which the version before still reads the old columns.
func sealing(ctx context.Context, a *app.App, log *slog.Logger) {
	look := func() {
		n, err := a.SealSecrets(ctx)
		if n > 0 {
			log.InfoContext(ctx, "secrets were sealed", "rows", n)
		}
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "secrets could not be sealed", "err", err)
		}
	}
	look()
	clock.Every(ctx, sealEvery, look)
}
