package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/pg"
	"d24/internal/platform/pgembed"
	"d24/internal/serve"
	"d24/internal/telephony"
)

// database looks at the schema, the fence, the clocks and the trunks, when there is
// a database to ask: one of the settings, or the private one of a program at work.
func database(ctx context.Context, c config.Config) []Finding {
	url := c.DatabaseURL
	if url == "" {
		private := privateDatabase()
		running, ok := pgembed.Running(c.Data)
		if !ok {
			return []Finding{private, keys(ctx, c, ""), {What: "транки", Text: "видны, когда программа работает"}}
		}
		url = running
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return []Finding{{What: "база", State: Bad, Text: fmt.Sprintf("не отвечает: %v", err), Do: "проверьте, что PostgreSQL работает и адрес D24_DATABASE_URL верен"}, keys(ctx, c, "")}
	}
	defer conn.Close(ctx) //nolint:errcheck // only asked
	return []Finding{server(ctx, conn), schema(ctx, conn), clocks(ctx, conn), keys(ctx, c, url), trunks(ctx, url), watchman(ctx, url)}
}

func failed(what string, err error) Finding {
	return Finding{What: what, State: Bad, Text: err.Error(), Do: "посмотрите журнал PostgreSQL"}
}

func server(ctx context.Context, conn *pgx.Conn) Finding {
	var version int
	var name string
	var super bool
	err := conn.QueryRow(ctx, `select current_setting('server_version_num')::int, current_setting('server_version'), (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)`).
		Scan(&version, &name, &super)
	if err != nil {
		return failed("база", err)
	}
	f := Finding{What: "база", Text: "отвечает, PostgreSQL " + name}
	switch {
	case super:
		f.State, f.Text, f.Do = Bad, "вход обходит построчную защиту (superuser или BYPASSRLS)", "дайте программе обычный логин (docs/operations.md)"
	case version < 150000:
		f.State, f.Text, f.Do = Bad, "PostgreSQL "+name+" слишком стар", "нужен 15 или новее"
	}
	return f
}

func schema(ctx context.Context, conn *pgx.Conn) Finding {
	f := Finding{What: "схема"}
	newest, err := pg.Newest()
	if err != nil {
		return failed(f.What, err)
	}
	var there bool
	if err := conn.QueryRow(ctx, `select to_regclass('public.goose_db_version') is not null`).Scan(&there); err != nil {
		return failed(f.What, err)
	}
	if !there {
		f.State, f.Text, f.Do = Bad, "схемы нет", "выполните d24 migrate"
		return f
	}
	var known bool // the program's login may not read the list of migrations
	if err := conn.QueryRow(ctx, `select has_table_privilege('goose_db_version', 'select')`).Scan(&known); err != nil {
		return failed(f.What, err)
	}
	if !known {
		f.Text = "на месте"
		return f
	}
	var is int64
	if err := conn.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&is); err != nil {
		return failed(f.What, err)
	}
	f.Text = fmt.Sprintf("версия %d", is)
	switch {
	case is < newest:
		f.State, f.Text, f.Do = Bad, fmt.Sprintf("версия %d, программе нужна %d", is, newest), "выполните d24 migrate"
	case is > newest:
		f.State, f.Text, f.Do = Warn, fmt.Sprintf("версия %d новее программы (%d): работает", is, newest), "обновите программу"
	}
	return f
}

func clocks(ctx context.Context, conn *pgx.Conn) Finding {
	before := clock.System{}.Now()
	var theirs time.Time
	if err := conn.QueryRow(ctx, `select clock_timestamp()`).Scan(&theirs); err != nil {
		return failed("часы базы", err)
	}
	after := clock.System{}.Now()
	return apart(theirs.Sub(before.Add(after.Sub(before) / 2)))
}

func apart(d time.Duration) Finding {
	f := Finding{What: "часы базы", Text: fmt.Sprintf("идут вместе с нашими (разница %s)", d.Round(time.Millisecond))}
	if d.Abs() > clockFar {
		f.State, f.Text = Bad, fmt.Sprintf("разошлись с нашими на %s: сроки будут неверны", d.Round(time.Millisecond))
		f.Do = "включите на обеих машинах службу времени"
	}
	return f
}

// trunks asks what the living engines see.
func trunks(ctx context.Context, url string) Finding {
	f := Finding{What: "транки"}
	pool, err := pg.Open(ctx, url, 1)
	if err != nil {
		return failed(f.What, err)
	}
	defer pool.Close()
	floors, err := telephony.LivingFloors(ctx, &pg.DB{Pool: pool, Clock: clock.System{}})
	if err != nil {
		return failed(f.What, err)
	}
	if len(floors) == 0 {
		f.State, f.Text, f.Do = Warn, "телефонная часть не работает: состояние транков неизвестно", "запустите d24 serve"
		return f
	}
	return lines(f, floors)
}

// watchman asks when somebody last saw to what should happen (R27).
func watchman(ctx context.Context, url string) Finding {
	f := Finding{What: "сторож"}
	pool, err := pg.Open(ctx, url, 1)
	if err != nil {
		return failed(f.What, err)
	}
	defer pool.Close()
	at, err := serve.Beaten(ctx, &pg.DB{Pool: pool, Clock: clock.System{}})
	if err != nil {
		return failed(f.What, err)
	}
	return silence(at, clock.System{}.Now())
}

func silence(at, now time.Time) Finding {
	f := Finding{What: "сторож", Text: "следит за обзвоном и напоминаниями"}
	switch d := now.Sub(at); {
	case at.IsZero():
		f.State, f.Text, f.Do = Warn, "ещё ни разу не отметился: обзвон аварийных не идёт", "запустите d24 serve"
	case d > serve.SilentAfter:
		f.State, f.Text = Bad, fmt.Sprintf("молчит с %s: обзвон аварийных может стоять", at.Local().Format("15:04 02.01"))
		f.Do = "перезапустите рабочую часть; что ей мешает, видно в журнале по словам «watchman could not»"
	}
	return f
}

func lines(f Finding, floors []telephony.Floor) Finding {
	up, all := 0, 0
	var down []string
	for _, floor := range floors {
		for _, t := range floor.Trunks {
			all++
			if t.State == "up" {
				up++
				continue
			}
			down = append(down, fmt.Sprintf("; «%s»: %s", t.Name, t.Text))
		}
	}
	f.Text = fmt.Sprintf("работают %d из %d%s", up, all, strings.Join(down, ""))
	switch {
	case all == 0:
		f.State, f.Text, f.Do = Bad, "ни одного не заведено: звонить некому", "заведите два транка у разных провайдеров"
	case up == 0:
		f.State, f.Do = Bad, "проверьте сеть и учётные записи у провайдеров"
	case up < all:
		f.State, f.Do = Warn, "проверьте учётную запись у провайдера: запаса сейчас нет"
	case all < 2:
		f.State, f.Do = Warn, "заведите второй транк у другого провайдера"
	}
	return f
}
