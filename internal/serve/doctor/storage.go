package doctor

import (
	"context"
	"time"

	"d24/internal/clock"
	"d24/internal/platform/blob"
	"d24/internal/platform/config"
)

// storage looks whether the object storage of recordings takes, gives back and removes a
// small file; nothing is said where there is none.
func storage(ctx context.Context, c config.Config) []Finding {
	if c.Away == "" {
		return nil
	}
	f := Finding{What: "хранилище записей", Text: "принимает и отдаёт файлы"}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	s, err := blob.OpenS3(c.Away)
	if err == nil {
		err = s.Try(ctx, clock.System{}.Now())
	}
	if err != nil {
		f.State, f.Text = Bad, "не работает: "+err.Error()
		f.Do = "проверьте D24_RECORDINGS_URL, корзину и права ключа: чтение, запись, удаление, список; записи пока остаются на диске"
	}
	return []Finding{f}
}
