package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"d24/internal/app"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/platform/secret"
)

// keys looks at the file of keys, and whether it opens what is sealed in the database at
// url ("" when there is none to ask).
func keys(ctx context.Context, c config.Config, url string) Finding {
	f := Finding{What: "ключи"}
	path := c.KeysFile()
	r, err := secret.Load(path)
	used, failure := sealedBy(ctx, url)
	var lost []string
	for _, id := range used {
		if !slices.Contains(r.IDs(), id) {
			lost = append(lost, id)
		}
	}
	switch {
	case errors.Is(err, secret.ErrOpen):
		f.State, f.Text, f.Do = Bad, err.Error(), "закройте его от других: chmod 600 "+path
	case errors.Is(err, fs.ErrNotExist) && len(used) > 0:
		f.State, f.Text, f.Do = Bad, fmt.Sprintf("нет файла %s, а секреты в базе им закрыты", path), "верните файл из копии: без него не войти со вторым фактором и не подключить транки"
	case errors.Is(err, fs.ErrNotExist) && c.Role != config.All:
		f.State, f.Text, f.Do = Bad, "нет файла "+path+": новые секреты лежат в базе открыто", "положите на каждую машину один и тот же файл (d24 keys new, docs/operations.md)"
	case errors.Is(err, fs.ErrNotExist):
		f.Text = "файла ещё нет: его сделает первый запуск"
	case err != nil:
		f.State, f.Text, f.Do = Bad, err.Error(), "верните файл из копии"
	case len(lost) > 0:
		f.State, f.Text, f.Do = Bad, "в файле нет ключа "+strings.Join(lost, ", ")+", которым закрыты секреты в базе", "верните его строку из копии файла"
	case failure != nil:
		f.State, f.Text, f.Do = Warn, fmt.Sprintf("%s на месте; чем закрыто в базе, не узнать: %v", path, failure), "проверьте базу"
	default:
		f.Text = fmt.Sprintf("%s закрыт от других, ключей %d; копию держите отдельно от копии базы", path, len(r.IDs()))
	}
	return f
}

func sealedBy(ctx context.Context, url string) ([]string, error) {
	if url == "" {
		return nil, nil
	}
	pool, err := pg.Open(ctx, url, 1)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	return app.SealedBy(ctx, &pg.DB{Pool: pool, Clock: clock.System{}})
}
