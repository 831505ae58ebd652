package main

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"d24/city"
	"d24/internal/platform/obs"
)

// cityCmd is the demo city: providers, residents and executors with telephones.
type cityCmd struct {
	X          string        `help:"адрес SIP оператора связи X" default:"${city_x}" placeholder:"IP:PORT"`
	Y          string        `help:"адрес SIP оператора связи Y" default:"${city_y}" placeholder:"IP:PORT"`
	Listen     string        `help:"адрес страницы; пусто: без страницы" default:"${city_page}" placeholder:"HOST:PORT"`
	Voice      string        `help:"каталог, где хранится сказанное" placeholder:"DIR"`
	Scenario   string        `help:"готовый сценарий или файл" placeholder:"NAME"`
	Rate       float64       `help:"звонков жителей в час" placeholder:"N"`
	For        time.Duration `help:"сколько длится сценарий или поток звонков" placeholder:"10m"`
	Day        time.Duration `help:"за сколько проходят сутки: звонки идут по суточной кривой" placeholder:"24h"`
	BurstEvery time.Duration `help:"как часто бывает всплеск звонков" placeholder:"1h"`
	BurstFor   time.Duration `help:"сколько он длится" placeholder:"5m"`
	BurstTimes float64       `help:"во сколько раз чаще звонят во время всплеска" placeholder:"N"`
	HangUp     time.Duration `help:"через сколько житель кладёт трубку" placeholder:"1m"`
	Seed       uint64        `help:"повторить тот же случайный поток" placeholder:"N"`
	Mute       bool          `help:"тоны вместо речи"`
}

// Run plays the city until it is over or ctx ends.
func (c *cityCmd) Run(ctx context.Context) error {
	x, err := netip.ParseAddrPort(c.X)
	if err != nil {
		return fmt.Errorf("адрес оператора X %q: нужен вид IP:ПОРТ", c.X)
	}
	y, err := netip.ParseAddrPort(c.Y)
	if err != nil {
		return fmt.Errorf("адрес оператора Y %q: нужен вид IP:ПОРТ", c.Y)
	}
	return city.Command(ctx, city.Options{
		Listen: c.Listen, X: x, Y: y, Scenario: c.Scenario, Rate: c.Rate, For: c.For, Day: c.Day, BurstEvery: c.BurstEvery, BurstFor: c.BurstFor,
		BurstTimes: c.BurstTimes, HangUp: c.HangUp, Seed: c.Seed, Voice: c.Voice, Mute: c.Mute, Out: os.Stdout, Log: obs.NewLog(nil, obs.Text, os.Stderr),
	})
}
