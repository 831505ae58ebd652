package main

import (
	"context"
	"fmt"
	"os"

	"d24/internal/access"
	"d24/internal/clock"
	"d24/internal/platform/config"
	"d24/internal/platform/obs"
	"d24/internal/platform/pg"
	"d24/internal/seed"
	"d24/internal/serve"
)

type seedCmd struct {
	Demo  bool   `help:"показательный город" required:""`
	Data  string `help:"каталог данных встроенной базы" placeholder:"DIR"`
	CityX string `name:"city-x" default:"${city_x}" hidden:""`
	CityY string `name:"city-y" default:"${city_y}" hidden:""`
}

// Run fills D24_DATABASE_URL, or the private database: the one of a program that
// works now, or one started for the moment.
func (s *seedCmd) Run(ctx context.Context) error {
	c, err := settings(config.Flags{Data: s.Data})
	if err != nil {
		return err
	}
	x, err := provider(s.CityX)
	if err != nil {
		return err
	}
	y, err := provider(s.CityY)
	if err != nil {
		return err
	}
	url, stop, err := serve.Database(ctx, c, obs.NewLog(c.Level(), obs.Text, os.Stderr))
	if err != nil {
		return err
	}
	defer stop()
	pool, err := pg.Open(ctx, url, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	fresh, err := seed.Demo(access.AsSystem(ctx, "seed"), &pg.DB{Pool: pool, Clock: clock.System{}}, seed.Trunks{HostX: x.host, PortX: x.port, HostY: y.host, PortY: y.port})
	if err != nil {
		return err
	}
	if fresh {
		fmt.Println("База наполнена показательным городом.")
	} else {
		fmt.Println("В базе уже есть компании: адреса операторов связи обновлены, остальное не тронуто.")
	}
	return nil
}
