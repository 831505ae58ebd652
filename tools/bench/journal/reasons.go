package journal

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/pg"
	"d24/internal/reason"
)

// installReasons gives the first company the base catalogue and the others a copy.
func installReasons(ctx context.Context, c *pgx.Conn) error {
	pool, err := pgxpool.NewWithConfig(ctx, mustParse(c.Config().ConnString()))
	if err != nil {
		return err
	}
	defer pool.Close()
	sys := access.AsSystem(ctx, "bench")
	if err := pg.Do(sys, &pg.DB{Pool: pool, Clock: clock.System{}}, func(tx *pg.Tx) error { return reason.Install(sys, tx, 1) }); err != nil {
		return err
	}
	rows, err := c.Query(ctx, `select quote_ident(attname) from pg_attribute where attrelid = 'reasons'::regclass and attnum > 0 and not attisdropped and attidentity = '' and attname <> 'company_id'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	list := strings.Join(names, ", ")
	_, err = c.Exec(ctx, fmt.Sprintf(`insert into reasons (company_id, %s) select c.id, r.%s from reasons r, companies c where r.company_id = 1 and c.id > 1`, list, strings.Join(names, ", r.")))
	return err
}

func mustParse(url string) *pgxpool.Config {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		panic(err) // it is the address of an open connection
	}
	return cfg
}
